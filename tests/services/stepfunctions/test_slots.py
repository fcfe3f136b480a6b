"""Items of a Map that wait for a free slot: schedules that a reader can draw, and two ways that find the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.stepfunctions.execution.slots import one_by_one, side_by_side


@pytest.mark.parametrize(
    ("ms", "failing", "width", "took", "first"),
    [
        ([3, 1, 1, 1], [], 2, 3, -1),  # 3 | 1 1 1
        ([3, 1, 1, 4], [], 2, 6, -1),  # 3 | 1 1 4: the last starts at 2
        ([3, 1, 1, 4], [3], 2, 6, 3),
        ([3, 1, 1, 4], [1, 3], 2, 1, 1),  # the second ends it at 1, before the fourth starts
        ([2, 2, 5], [0, 1], 2, 2, 0),  # of two at the same time the first
        ([4, 4], [], 5, 4, -1),
    ],
)
def test_items_start_when_one_ends_and_the_first_failure_stops_them(
    ms: list[float], failing: list[int], width: int, took: float, first: int
) -> None:
    fails = np.array([[i in failing for i in range(len(ms))]])
    for way in (one_by_one, side_by_side):
        found = way(np.array([ms], dtype=float), fails, width)
        assert (found[0].tolist(), found[1].tolist()) == ([took], [first]), way.__name__


@given(
    st.integers(1, 5),
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=12, max_size=12), min_size=1, max_size=8),
)
def test_runs_side_by_side_are_those_one_by_one(width: int, runs: list[list[tuple[int, bool]]]) -> None:
    ms = np.array([[float(ms) for ms, _ in run] for run in runs])
    failing = np.array([[fails for _, fails in run] for run in runs])
    one, all_ = one_by_one(ms, failing, width), side_by_side(ms, failing, width)
    assert [series.tolist() for series in one] == [series.tolist() for series in all_]
