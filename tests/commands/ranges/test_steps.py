"""Steps of a figure along a range, found from a few plans."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from capplan.commands.ranges.steps import simplest, steps_of


def test_reads_of_whole_4_kb() -> None:
    # items of 2 KB: half a unit for each 4 KB started, 60 reads a second
    items = np.array([5.1, 6.3, 7.6, 8.2, 8.8, 10.0, 13.7, 17.4, 21.2, 24.9, 28.6, 32.3, 36.1, 39.8])
    steps = steps_of(items, 30.0 * np.ceil(items / 2))
    assert steps is not None
    assert (steps.constant, steps.height, steps.width) == pytest.approx((0, 30, 2))
    assert steps.at(np.array([11.99, 12.0, 12.01])) == pytest.approx([180, 180, 210])


def test_beside_a_constant() -> None:
    sizes = np.array([713.0, 900, 1024, 1025, 1500, 2048, 2049, 3000])
    steps = steps_of(sizes, 7 + 2 * np.ceil(sizes / 1024))
    assert steps is not None
    assert (steps.constant, steps.height, steps.width) == pytest.approx((7, 2, 1024))


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_a_smooth_figure_has_no_steps(power: float) -> None:
    values = np.linspace(1, 10, 12)
    assert steps_of(values, values**power) is None


def test_one_jump_and_a_falling_figure_are_no_steps() -> None:
    values = np.array([1.0, 2, 3, 4, 5, 6])
    assert steps_of(values, np.where(values > 3, 2.0, 1.0)) is None
    assert steps_of(values, -np.ceil(values / 2)) is None


@given(
    width=st.integers(2, 50), height=st.floats(0.1, 1e6), constant=st.floats(0, 1e6),
    values=st.lists(st.integers(1, 400), min_size=12, max_size=40, unique=True).map(sorted),
)  # fmt: skip
def test_every_plan_lies_on_the_steps(width: int, height: float, constant: float, values: list[int]) -> None:
    along = np.array(values, dtype=float)
    figures = constant + height * np.ceil(along / width)
    steps = steps_of(along, figures)
    assume(steps is not None)
    assert steps is not None
    assert steps.at(along) == pytest.approx(figures, rel=1e-4)


@given(low=st.floats(0.01, 1000), wide=st.floats(1e-4, 10))
def test_the_simplest_ratio_lies_between(low: float, wide: float) -> None:
    ratio = simplest(low, low + wide)
    assert low * (1 - 1e-9) <= ratio < low + wide or math.isclose(float(ratio), low)
    assert simplest(1.989, 2.03) == 2
