"""Calls that find no environment: Erlang's formula by minute, retries, groups at once, how fast AWS adds environments."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.services.lambda_.admission import throttling
from capplan.services.lambda_.concurrency import erlang


def shares(*loads: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(loads, dtype=np.float64)


@pytest.mark.parametrize(("load", "environments"), [(1.0, 1), (10.0, 10), (8.0, 11), (500.0, 480), (2000.0, 1000)])
def test_it_is_erlangs_formula(load: float, environments: int) -> None:
    assert throttling.blocked_shares(shares(load), environments)[0] == pytest.approx(
        erlang.blocking(load, environments), rel=1e-9
    )


def test_far_below_nothing_is_throttled() -> None:
    assert throttling.blocked_shares(shares(0.0, 1.0, 100.0), 1000).tolist() == [0, 0, 0]


def test_groups_that_come_at_once_are_throttled_more() -> None:
    single, groups = (throttling.blocked_shares(shares(50.0), 60, z)[0] for z in (1.0, 10.5))
    assert groups > 4 * single


def test_a_retry_meets_the_same_environments() -> None:
    # two environments, two of load: every second is blocked at 40 % (2²/2 / (1 + 2 + 2)); three attempts lose fewer calls
    blocked, lost = throttling.with_retries(shares(2.0), shares(0.0), 2, 1.0, 3)
    assert blocked[0] > 0.4
    assert lost[0] == pytest.approx(blocked[0] ** 3)
    # what is carried is what the environments can: load × (1 - lost) is the served load
    assert 2.0 * (1 - lost[0]) < 2.0


@settings(max_examples=60)
@given(st.floats(0.1, 300), st.integers(0, 200), st.integers(0, 50))
def test_more_environments_never_throttle_more(load: float, few: int, more: int) -> None:
    one, other = (throttling.blocked_shares(shares(load), n)[0] for n in (few, few + more))
    assert other <= one + 1e-9
    assert load * (1 - one) <= few * 1.01 + 1e-6, "no more is carried than there is, within the rounding of loads"


def test_aws_adds_a_thousand_at_once_then_a_hundred_a_second() -> None:
    # 100 run, 5,000 are needed: 1,000 at once, so 3,900 are missing, for 39 s in which 100 a second come: 76,050 of 300,000
    # environment-seconds of the minute
    lost = throttling.beyond_scaling(shares(100, 5000, 5000), keep_alive_minutes=10)
    assert lost.tolist() == pytest.approx([0, 3900 * 39 / 2 / (5000 * 60), 0])


def test_what_comes_at_once_has_what_is_free() -> None:
    # 3,000 at once and 1,000 environments, 2 s each, every 5 minutes: 2,000 are throttled each time
    free = np.full(40_320, 1000.0)
    assert throttling.throttled_at_once([(0, 3000.0), (5, 3000.0)], free, 2.0, 600.0) == [(0, 2000.0), (5, 2000.0)]


def test_a_large_account_is_bounded_by_how_fast_it_grows() -> None:
    # 3,000 at once and 5,000 environments: 1,000 are added at once; five minutes later those are idle, and 1,000 more
    free = np.full(40_320, 5000.0)
    assert throttling.throttled_at_once([(0, 3000.0), (5, 3000.0)], free, 2.0, 600.0) == [(0, 2000.0), (5, 1000.0)]


def test_what_still_runs_is_not_free() -> None:
    # 90 s each, a start every minute: the second meets 600 of 1,000 still running
    free = np.full(40_320, 1000.0)
    assert throttling.throttled_at_once([(0, 600.0), (1, 600.0)], free, 90.0, 600.0) == [(0, 0.0), (1, 200.0)]
