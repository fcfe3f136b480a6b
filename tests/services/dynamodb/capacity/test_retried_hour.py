"""The busiest hour in seconds: burst that runs out, clients that try again, and units that add up."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.dynamodb.capacity.retried_hour import retried_hour, retry_notes, second_by_second
from capplan.services.dynamodb.capacity.uncertain import constants
from tests.services.dynamodb.capacity.test_over_time import ALONE, side, simulated, static
from tests.services.dynamodb.helpers import flat, spiky


def test_burst_runs_out_in_the_second_its_closed_form_says() -> None:
    found = second_by_second([250.0] * 100, [150.0] * 100, burst_balance=4500, retry_s=0)
    assert next(second for second, units in enumerate(found.throttled) if units) == 45, (
        "4,500 units saved, 100 a second missing"
    )
    assert found.served[46:] == (150.0,) * 54


@pytest.mark.parametrize(("retry_s", "given_up", "attempts"), [
    (0, 25, "nobody retries"),
    (1, 0, "the 25 come again in the next second, which has room"),
])  # fmt: skip
def test_a_retry_bridges_a_short_gap(retry_s: int, given_up: int, attempts: str) -> None:
    found = second_by_second([125.0, 50.0, 50.0], [100.0] * 3, burst_s=0, retry_s=retry_s)
    assert sum(found.given_up) == pytest.approx(given_up), attempts
    assert found.waiting == 0


def test_retries_add_attempts_and_no_capacity() -> None:
    patient, hasty = (second_by_second([200.0] * 600, [100.0] * 600, retry_s=s) for s in (20, 0))
    assert sum(patient.served) == sum(hasty.served) == 60_000
    assert patient.attempts_per_request > 3 > hasty.attempts_per_request == 1


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=40),
    st.integers(0, 30),
    st.integers(0, 300),
    st.integers(0, 5),
)
def test_units_of_the_hour_add_up(offered: list[int], capacity: int, balance: int, retry_s: int) -> None:
    found = second_by_second(
        [float(x) for x in offered], [float(capacity)] * len(offered), burst_balance=balance, retry_s=retry_s
    )
    assert math.fsum((*found.served, *found.given_up, found.waiting)) == pytest.approx(sum(offered))
    assert all(x >= 0 for part in (found.served, found.throttled, found.given_up) for x in part)
    more = second_by_second(
        [float(x) for x in offered], [capacity + 1.0] * len(offered), burst_balance=balance, retry_s=retry_s
    )
    assert sum(more.given_up) <= sum(found.given_up) + 1e-6


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(1, 20))
def test_what_is_served_is_what_a_patient_queue_serves(offered: list[int], capacity: int) -> None:
    """Request by request in whole numbers, for clients that never give up within the hour."""
    left, served = 0, []
    for new in offered:
        left += new
        through = min(left, capacity)
        left -= through
        served.append(through)
    found = second_by_second([float(x) for x in offered], [float(capacity)] * len(offered), burst_s=0, retry_s=40)
    assert list(found.served) == pytest.approx(served)
    assert found.waiting == pytest.approx(left)


def test_seconds_agree_with_minutes_where_nobody_retries() -> None:
    load = spiky(100, 8)
    target = side(load, static(300))
    period = simulated([target], [(load, {ALONE: Fraction(1)})])
    start, seconds = retried_hour(*period.outcomes[ALONE], constants("harsh").__class__(retry_seconds=0))
    throttled = period.outcomes[ALONE][1].throttled_fraction()
    assert throttled is not None
    minutes = (load.rate_per_minute() * throttled)[start : start + 60].sum() * 60
    assert sum(seconds.given_up) == pytest.approx(minutes)
    assert start == 16_420


def test_an_hour_under_its_capacity_throttles_nothing_and_uneven_seconds_are_seeded() -> None:
    load = flat(90)
    target = side(load, static(100))
    period = simulated([target], [])
    assert retried_hour(*period.outcomes[ALONE])[1].lost_share == 0
    harsh = constants("harsh")
    first, second = (retried_hour(*period.outcomes[ALONE], harsh, seed=7)[1] for _ in range(2))
    assert first == second
    assert first.lost_share > 0, "seconds of 110 requests find nothing saved"


def test_what_trying_again_helps_is_said_where_something_is_throttled() -> None:
    unthrottled = simulated([side(flat(90), static(100))], [])
    assert retry_notes(*unthrottled.outcomes[ALONE], 0) == ()
    load = spiky(100, 8)
    busy = simulated([side(load, static(300))], [(load, {ALONE: Fraction(1)})])
    (said,) = retry_notes(*busy.outcomes[ALONE], 0)
    patient = retried_hour(*busy.outcomes[ALONE], constants("central").__class__(retry_seconds=20))[1]
    assert said.startswith("In the busiest hour of the four weeks, ")
    assert f"for 20 s {patient.lost_share:.1%} at {patient.attempts_per_request:.1f} attempts" in said
