"""Draws: each of N equal shares of a range once, the same for a seed, whatever other ranges there are."""

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from capplan.commands.ranges.draws import drawn, shares_of
from capplan.language.ranges import RangedInput
from capplan.quantities.uncertain import uncertain_of


def ranged(name: str, low: int, likely: int, high: int) -> RangedInput:
    value = uncertain_of({"low": Decimal(low), "likely": Decimal(likely), "high": Decimal(high)})
    return RangedInput((name,), value)


@given(draws=st.integers(1, 500), seed=st.integers(0, 10**6))
def test_each_stratum_is_hit_once(draws: int, seed: int) -> None:
    strata = np.floor(shares_of("traffic.shoppers.rate", draws, seed) * draws).astype(int)
    assert sorted(strata.clip(0, draws - 1)) == list(range(draws))


def test_the_seed_gives_the_draws() -> None:
    assert (shares_of("a", 100, 7) == shares_of("a", 100, 7)).all()
    assert (shares_of("a", 100, 7) != shares_of("a", 100, 8)).any()
    assert (shares_of("a", 100, 7) != shares_of("b", 100, 7)).any()


def test_another_range_does_not_move_the_draws_of_the_first() -> None:
    one, other = ranged("a", 0, 5, 10), ranged("b", 1, 2, 3)
    assert (drawn([one], 50, 0)[:, 0] == drawn([other, one], 50, 0)[:, 1]).all()


def test_bytes_are_drawn_whole() -> None:
    size = RangedInput(("t",), uncertain_of({"low": "900 B", "likely": "1 KB", "high": "2 KB"}))
    values = drawn([size], 100, 0)
    assert (values == values.round()).all()
    assert values.min() >= 900
    assert values.max() <= 2048


def test_the_mean_is_that_of_the_triangle() -> None:
    # a third of the three ends: 90 / 3
    assert abs(drawn([ranged("a", 10, 20, 60)], 1000, 0).mean() - 30) < 0.05
