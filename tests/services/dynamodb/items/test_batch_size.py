"""The total size of several items, against every way they may come."""

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.quantities.distribution import Distribution, expected_blocks, fixed, measured, sum_of
from capplan.services.dynamodb.items.batch_size import total_blocks, total_size

SIZES = st.dictionaries(st.integers(1, 9000).map(Decimal), st.integers(1, 3), min_size=2, max_size=5)


@settings(max_examples=60)
@given(SIZES, st.integers(2, 4))
def test_the_sum_of_a_samples_items_is_every_way_they_come_together(sizes: dict[Decimal, int], count: int) -> None:
    drawn = [size for size, times in sizes.items() for _ in range(times)]
    ways = [math.ceil(sum(way) / 4096) for way in itertools.product(drawn, repeat=count)]
    assert float(total_blocks(measured(sizes), Decimal(count), 4096)) == pytest.approx(sum(ways) / len(ways), abs=0.02)


@pytest.mark.parametrize(
    ("size", "count", "blocks", "working"),
    [
        (fixed(2048), "10", "5", "20 KB"),
        (fixed(Decimal("1843.2")), "10", "5", "a declared mean: its ceiling, 1,844 bytes, counts"),
        (fixed(100), "0", "1", "nothing found costs one block"),
        (measured({Decimal(1000): 1, Decimal(7000): 1}), "1", "1.5", "one block, or two"),
        (measured({Decimal(1000): 1, Decimal(7000): 1}), "0.5", "1", "half an item in the mean"),
        (measured({Decimal(4096): 1, Decimal(8192): 1}), "2", "3", "2, 3, 3 or 4 blocks"),
    ],
)
def test_blocks_together_by_hand(size: Distribution, count: str, blocks: str, working: str) -> None:
    assert total_blocks(size, Decimal(count), 4096) == Fraction(blocks), working


def test_percentiles_together_keep_mean_and_variance() -> None:
    """10,000 sums of 25 draws of a log-normal gave 9.825 blocks of 4 KB in the mean."""
    one = Distribution(((Decimal("0.5"), Decimal(1024)), (Decimal("0.99"), Decimal(8192))))
    assert float(expected_blocks(sum_of(one, Decimal(25)), 4096)) == pytest.approx(9.825, abs=0.02)
    assert total_size(one, Decimal(25)) == sum_of(one, Decimal(25))
