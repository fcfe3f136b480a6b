"""Partitions that split for heat, and those that nothing helps."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.services.dynamodb.keys.popularity import Keys, Popularity
from capplan.services.dynamodb.partitions.lifetimes import Partition
from capplan.services.dynamodb.partitions.load import partition_loads
from capplan.services.dynamodb.partitions.splits import HASH_SPACE, PartitionHistory, SplitRule, simulate_splits
from capplan.services.dynamodb.partitions.throttling_over_time import throttled_share_over_time

UNIFORM = Keys(Popularity(), 1_000_000)
ONE_HOT = Keys(Popularity("hot", hot_keys=1, hot_share=Decimal("0.5")), 1_000_000)


def at_end(history: PartitionHistory) -> list[Partition]:
    """The partitions there are when the simulated period ends."""
    last = max(partition.end for partition in history.partitions)
    return [partition for partition in history.partitions if partition.end == last]


def _fill(units_per_s: float, minutes: int = 120) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.full(minutes, units_per_s / 1000)


def test_a_hot_partition_splits_after_it_was_held_and_took_its_time() -> None:
    found = simulate_splits(partition_loads(UNIFORM, 1), _fill(900), can_spread=False, rule=SplitRule(0.8, 5, 10))
    (split,) = found.splits
    assert (split.minute, split.outcome) == (15, "split"), "5 min above 80%, then 10 min"
    assert split.parts == pytest.approx((0.5, 0.5), abs=0.01)


def test_below_the_threshold_nothing_splits() -> None:
    assert not simulate_splits(partition_loads(UNIFORM, 1), _fill(799), can_spread=False).splits
    rising = np.where(np.arange(120) % 5 == 4, 0.1, 2.0)
    assert not simulate_splits(partition_loads(UNIFORM, 1), rising, can_spread=False).splits, (
        "never five minutes running"
    )


def test_a_hot_item_is_isolated_and_then_cannot_be_helped() -> None:
    found = simulate_splits(partition_loads(ONE_HOT, 1), _fill(3000), can_spread=False)
    outcomes = [split.outcome for split in found.splits]
    assert "isolated" in outcomes
    stuck = [split for split in found.splits if split.outcome == "stuck"]
    assert len(stuck) == 1
    assert stuck[0].share == pytest.approx(0.5, abs=0.03), "little lies beside the key"
    assert max(partition.share for partition in at_end(found)) == pytest.approx(0.5, abs=0.03)


def test_items_of_one_key_spread_where_the_table_lets_them() -> None:
    found = simulate_splits(partition_loads(ONE_HOT, 1), _fill(3000), can_spread=True)
    assert "spread" in [split.outcome for split in found.splits]
    assert max(partition.share for partition in at_end(found)) < 0.8 / 3


@pytest.mark.parametrize("can_spread", [True, False])
@pytest.mark.parametrize("keys", [UNIFORM, ONE_HOT, Keys(Popularity("zipf", exponent=1.1), 10_000)])
@settings(max_examples=20)
@given(partitions=st.integers(1, 12), level=st.floats(100, 20_000), seed=st.integers(0, 100))
def test_shares_add_up_in_every_minute(
    *, keys: Keys, can_spread: bool, partitions: int, level: float, seed: int
) -> None:
    minutes = 90
    found = simulate_splits(partition_loads(keys, partitions, seed), _fill(level, minutes), can_spread=can_spread)
    for minute in (0, 14, 15, 40, 89):
        alive = [partition for partition in found.partitions if partition.start <= minute < partition.end]
        assert sum(partition.share for partition in alive) == pytest.approx(1, abs=1e-9)
        assert len({partition.number for partition in alive}) == len(alive), "a number is one partition"
        if not can_spread:
            assert sum(partition.high - partition.low for partition in alive) == HASH_SPACE
    helped = sum(1 for split in found.splits if split.outcome != "stuck")
    assert len(at_end(found)) == partitions + helped, "each split adds one; partitions never merge"


def test_splits_end_the_throttling() -> None:
    levels = np.full(120, 1500.0)
    found = simulate_splits(partition_loads(UNIFORM, 1), levels / 1000, can_spread=False)
    lost = throttled_share_over_time(levels, found.partitions, 1000.0, 1.0)
    assert lost[0] == pytest.approx(1 / 3, abs=1e-3), "1,500 on a partition that takes 1,000"
    assert lost[30:].max() < 1e-6
