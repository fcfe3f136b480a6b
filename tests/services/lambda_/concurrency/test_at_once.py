"""A burst of invocations in one instant, against a count of one after another."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.lambda_.concurrency.at_once import serve


@pytest.mark.parametrize(
    ("count", "duration_s", "environments", "ready", "peak", "at_once", "drain_s"),
    [
        (3000, 2, 1000, 0, 1000, 1000, 6),  # three rounds of a thousand
        (3000, 2, 5000, 0, 1400, 1000, 6),  # before 4 s: 2 x 1,000, 400 and 200 once more; then the thousand start again
        (900, 2, 1000, 0, 900, 900, 2),
        (1500, 60, 5000, 0, 1500, 1000, 65),  # the 500th new environment comes after 5 s
        (1500, 60, 5000, 500, 1500, 1500, 60),  # 500 are ready
        (10, 1, 1, 0, 1, 1, 10),
    ],
)  # fmt: skip
def test_a_burst_is_served_in_rounds(
    count: int, duration_s: float, environments: int, ready: int, peak: int, at_once: int, drain_s: float
) -> None:
    served = serve(count, duration_s, environments, ready)
    assert (served.peak, served.at_once) == (peak, at_once)
    assert served.drain_s == pytest.approx(drain_s)


def slowly(count: int, duration_s: float, environments: int, ready: int) -> tuple[int, int, float]:
    """The same, one invocation after another, on the environment that is free first."""
    first = min(count, environments, ready + 1000)
    added = min(count, environments) - first
    free = [0.0] * first + [i / 100 for i in range(1, added + 1)]
    heapq.heapify(free)
    ended, starts = 0.0, 0
    last = 0.0
    for _ in range(count):
        start = heapq.heappop(free)
        last = max(last, start)
        starts += start == 0
        ended = max(ended, start + duration_s)
        heapq.heappush(free, start + duration_s)
    used = first + sum(i / 100 <= last + 1e-9 for i in range(1, added + 1))
    return used, starts, ended


@given(
    st.integers(1, 4000), st.integers(1, 300), st.integers(1, 3000), st.integers(0, 500)
)  # fmt: skip
def test_a_burst_agrees_with_one_invocation_after_another(
    count: int, tenths: int, environments: int, ready: int
) -> None:
    duration_s = tenths / 10
    served = serve(count, duration_s, environments, ready)
    peak, at_once, drain_s = slowly(count, duration_s, environments, ready)
    assert served.at_once == at_once
    assert served.drain_s == pytest.approx(drain_s, abs=0.011)
    assert abs(served.peak - peak) <= 1
