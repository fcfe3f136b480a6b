"""Capacity over time: burst, growth, auto scaling, back pressure; closed forms, and slow references that agree."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.record import replace
from capplan.services.dynamodb.capacity.auto_scaling import DecreaseBudget
from capplan.services.dynamodb.capacity.back_pressure import JointRequests, JointTarget, simulate_jointly
from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.busy_seconds import excess
from capplan.services.dynamodb.capacity.on_demand_growth import ceilings
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget
from capplan.services.dynamodb.capacity.scaling import Bounds, Policy, capacity_steps, expand
from capplan.services.dynamodb.capacity.schedule_suggestions import actions_before_rises
from capplan.services.dynamodb.capacity.simulated_period import RequestLoad, SimulatedPeriod, simulate_period
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, PARAMETERS, Constants, constants
from capplan.units import MONTH_SECONDS, PERIOD_MINUTES
from tests.reference.dynamodb.capacity import slow_bucket, slow_scaling
from tests.services.dynamodb.helpers import flat, metered, spiky, table

ALONE = ("", "write")
INDEX = ("by-status", "write")


def course(levels: Sequence[float]) -> DemandFlow:
    """A traffic of these minutes, and nothing after them."""
    whole = np.zeros(PERIOD_MINUTES)
    whole[: len(levels)] = levels
    top = int(whole.argmax())
    shape = LoadProfile("course", True, Fraction(MONTH_SECONDS), Peak(float(whole[top]), top), False, whole.copy)
    return DemandFlow.of(shape, Fraction(1))


def static(units: int) -> Policy:
    return Policy(None, (Bounds(0, units, units),))


def side(flow: DemandFlow, policy: Policy | None = None, key: tuple[str, str] = ALONE, **more: Any) -> ScalableTarget:  # noqa: ANN401  fields of a ScalableTarget
    given: dict[str, Any] = {
        "partition_ceiling": 1e9,
        "hottest_share": 1.0,
        "quota": 40_000.0,
        "served_at_once": 4000.0,
        "served_at_first": 4000.0,
        **more,
    }
    return ScalableTarget(key=key, flow=flow, policy=policy, **given)


def simulated(
    sides: Sequence[ScalableTarget],
    requests: Sequence[tuple[DemandFlow, dict[tuple[str, str], Fraction]]],
    known: Constants = CENTRAL,
) -> SimulatedPeriod:
    """The period of these scalable targets and requests."""
    return simulate_period(
        tuple(sides), tuple(RequestLoad(flow, tuple(units.items())) for flow, units in requests), known
    )


# --- closed forms ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "capacity", "share", "working"), [
    (100, 100, "0", "all of it fits"),
    (125, 100, "0.2", "25 of 125 find no capacity, and there is nothing to save"),
    (400, 100, "0.75", "300 of 400"),
])  # fmt: skip
def test_a_flat_load_on_a_static_capacity(level: int, capacity: int, share: str, working: str) -> None:
    found = simulated([side(flat(level), static(capacity))], [(flat(level), {ALONE: Fraction(1)})])
    assert found.throttled == Fraction(share), working
    assert set(found.reasons) == (set() if share == "0" else {"TableWriteProvisionedThroughputExceeded"})


def test_a_step_lives_on_its_burst_balance_and_then_throttles() -> None:
    levels = np.concatenate((np.zeros(5), np.full(20, 200.0)))
    found = serve(levels, 150.0)
    assert found.rates[5:20].tolist() == [200] * 15, "150 RCU idle for 300 s save 45,000: 50 a second for 900 s"
    assert found.rates[20:].tolist() == [150] * 5


def test_a_square_wave_is_served_where_its_idle_half_saves_enough() -> None:
    wave = np.tile(np.concatenate((np.zeros(2), np.full(2, 200.0))), 100)
    assert serve(wave, 100.0).rates.sum() == wave.sum(), "2 min at 100 saved, 2 min at 100 over"
    assert (serve(wave, 90.0).rates[2:4].sum()) == pytest.approx(90 * 4), "90 a second for four minutes"


def test_a_ramp_is_throttled_by_the_triangle_above_capacity() -> None:
    ramp = np.arange(0.0, 201.0)
    served = serve(ramp, 100.0, burst_s=0).rates
    assert (ramp - served).sum() == sum(range(1, 101)), "1 + 2 + … + 100"


def test_on_demand_doubles_every_half_hour() -> None:
    found = ceilings(np.full(200, 9000.0), 1000.0)
    assert [found[m] for m in (0, 29, 30, 59, 60, 90, 120)] == [1000, 1000, 2000, 2000, 4000, 8000, 16_000]


def test_on_demand_growth_is_throttled_as_a_key_range() -> None:
    load = course([9000.0] * 120)
    found = simulated([side(load, served_at_once=1000.0)], [(load, {ALONE: Fraction(1)})])
    assert set(found.reasons) == {"TableWriteKeyRangeThroughputExceeded"}
    refused = 60 * 30 * (8000 + 7000 + 5000 + 1000)
    assert float(found.reasons["TableWriteKeyRangeThroughputExceeded"]) == pytest.approx(refused * 730 / 672, rel=1e-5)


@pytest.mark.parametrize(("more", "reason"), [
    ({"on_demand_maximum": 50.0}, "TableWriteMaxOnDemandThroughputExceeded"),
    ({"quota": 50.0}, "TableWriteAccountLimitExceeded"),
    ({"served_at_once": 50.0}, "TableWriteKeyRangeThroughputExceeded"),
    ({"partition_ceiling": 50.0}, "TableWriteKeyRangeThroughputExceeded"),
])  # fmt: skip
def test_the_lowest_ceiling_is_the_reason(more: dict[str, float], reason: str) -> None:
    load = course([75.0] * 20)
    found = simulated([side(load, **dict[str, Any](more))], [(load, {ALONE: Fraction(1)})])
    assert set(found.reasons) == {reason}


# --- auto scaling -----------------------------------------------------------------------------------------------------


def steps(levels: Sequence[float], target: float = 0.7, low: int = 1, high: int = 40_000) -> list[tuple[int, int]]:
    return capacity_steps([(np.array(levels, dtype=float), Policy(target, (Bounds(0, low, high),)))])[0]


def test_a_step_up_takes_two_minutes_the_alarm_and_the_update() -> None:
    assert steps([70.0] * 5 + [84.0] * 30) == [(0, 100), (10, 120)], "minutes 5 and 6 over, then 3 minutes"


def test_a_single_minute_above_the_target_moves_nothing() -> None:
    assert steps(([70.0] * 5 + [100.0]) * 10) == [(0, 100)]


def test_840_units_at_70_percent_are_1200() -> None:
    assert steps([840.0] * 40) == [(0, 1200)]


def test_a_step_down_takes_fifteen_minutes_below_the_low_line() -> None:
    assert steps([70.0] * 5 + [49.0] * 40) == [(0, 100), (23, 70)], "minutes 5 to 19, then 3 minutes; 49 / 0.7"
    assert steps([70.0] * 5 + [50.0] * 40) == [(0, 100)], "50% is not below 50%"


def test_throttled_demand_is_not_seen_so_recovery_climbs_in_steps() -> None:
    found = steps([70.0] * 10 + [7000.0] * 60)
    units = [capacity for _, capacity in found]
    assert units[0] == 100
    ratios = [b / a for a, b in pairwise(units[3:8])]
    assert all(1.42 < ratio < 1.44 for ratio in ratios), "each step can raise to what got through over 70%"


def test_decreases_are_four_and_then_one_an_hour() -> None:
    budget = DecreaseBudget()
    assert [budget.take(m) for m in (0, 1, 2, 3, 4, 59, 60, 61, 1440)] == [True] * 4 + [False, False, True, False, True]


def test_a_falling_load_uses_no_more_than_its_budget() -> None:
    found = steps([1000 * 0.93 ** (m / 10) for m in range(1440)])
    falls = [minute for minute, _ in found[1:]]
    for start in falls:
        assert sum(start <= m < start + 60 for m in falls) <= 4 + 1


def test_reads_and_writes_share_the_budget_of_a_table() -> None:
    falling = np.array([1000 * 0.8 ** (m / 10) for m in range(300)])
    policy = Policy(0.7, (Bounds(0, 1, 40_000),))
    both = capacity_steps([(falling, policy), (falling, policy)])
    alone = capacity_steps([(falling, policy)])
    assert sum(len(one) for one in both) < 2 * len(alone[0])


def test_a_scheduled_action_raises_before_the_load_comes() -> None:
    levels = np.full(300, 7.0)
    levels[120:150] = 700.0
    planned = Policy(0.7, (Bounds(0, 1, 2000), Bounds(90, 1000, 2000), Bounds(155, 1, 2000)))
    found = capacity_steps([(levels, planned)])[0]
    assert found[:2] == [(0, 10), (91, 1000)]
    assert serve(levels, expand(found, 300)).rates.tolist() == levels.tolist()


# --- back pressure ----------------------------------------------------------------------------------------------------


def test_an_index_holds_the_table_back_and_gives_the_reason() -> None:
    load = flat(100)
    sides = [side(load, static(400)), side(load, static(80), INDEX)]
    requests = [
        (load, {ALONE: Fraction(1), INDEX: Fraction(1)}),
        (flat(100), {("", "read"): Fraction(1)}),
    ]
    found = simulated([*sides, side(flat(100), static(400), ("", "read"))], requests)
    assert found.throttled == Fraction("0.1"), "a fifth of the writes, which are half of the requests"
    assert set(found.reasons) == {"IndexWriteProvisionedThroughputExceeded"}


def test_throttled_writes_use_nothing_of_the_table() -> None:
    """With a fifth held back by the index, the table scales to the four fifths."""
    load = course([70.0] * 5 + [140.0] * 200)
    sides = [side(load, Policy(0.7, (Bounds(0, 1, 4000),))), side(load, static(70), INDEX)]
    found = simulated(sides, [(load, {ALONE: Fraction(1), INDEX: Fraction(1)})])
    assert found.max_capacity(ALONE) == 100, "70 get through: no reason to grow"


# --- slow references --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(0, 20), st.integers(0, 5))
def test_request_by_request_is_the_same(levels: list[int], capacity: int, burst_s: int) -> None:
    fast = serve(np.array(levels, dtype=float), float(capacity), step_s=1, burst_s=burst_s).rates
    assert fast.tolist() == pytest.approx(slow_bucket(levels, capacity, burst_s))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40), st.integers(1, 30))
def test_more_capacity_never_throttles_more(levels: list[int], capacity: int) -> None:
    load = np.array(levels, dtype=float)
    less, more = (serve(load, float(c)) for c in (capacity, capacity + 1))
    assert (less.rates <= load).all()
    assert more.rates.sum() >= less.rates.sum() - 1e-6
    assert 0 <= less.burst_balance <= 300 * capacity


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=14), st.integers(1, 60))
def test_scaling_agrees_with_its_slow_reference(pieces: list[tuple[int, int]], low: int) -> None:
    levels = [float(level) for level, minutes in pieces for _ in range(minutes)]
    expected = slow_scaling(levels, Fraction("0.7"), low, 400)
    assert steps(levels, low=low, high=400) == expected


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), min_size=1, max_size=14), st.integers(1, 60))
def test_jointly_and_alone_agree_where_nobody_is_held_back(pieces: list[tuple[int, int]], low: int) -> None:
    levels = np.array([float(level) for level, minutes in pieces for _ in range(minutes)])
    policy = Policy(0.7, (Bounds(0, low, 400), Bounds(len(levels) // 2, low + 20, 300)))
    target = JointTarget(policy, "", levels, None)
    joint, fractions = simulate_jointly([target], [JointRequests(levels, {0: 1.0})], CENTRAL)
    alone = capacity_steps([(levels, policy)])[0]
    assert joint[0] == alone
    served = serve(levels, expand(alone, len(levels))).rates
    assert (np.array(fractions[0]) * levels).tolist() == pytest.approx(served.tolist(), abs=1e-6)


# --- the period and the month -----------------------------------------------------------------------------------------


def test_unit_hours_are_weighted_by_time() -> None:
    load = spiky(70, 2)
    found = simulated([side(load, Policy(0.7, (Bounds(0, 100, 400),)))], [])
    capacity = found.steps(ALONE)
    assert capacity[0] == (0, 100)
    assert found.max_capacity(ALONE) == 200
    minutes = sum(
        b - a for (a, u), (b, _) in zip(capacity, [*capacity[1:], (PERIOD_MINUTES, 0)], strict=True) if u == 200
    )
    inside = 16_470 - capacity[1][0]
    expected = 100 * 730 + 100 * (inside + (minutes - inside) * 730 / 672) / 60
    assert float(found.unit_hours(ALONE)) == pytest.approx(expected, rel=1e-5)


def test_harsher_constants_never_throttle_less() -> None:
    load = spiky(70, 8)
    shares = [
        simulated(
            [side(load, Policy(0.7, (Bounds(0, 1, 4000),)))], [(load, {ALONE: Fraction(1)})], constants(c)
        ).throttled
        for c in ("mild", "central", "harsh")
    ]
    assert shares == sorted(shares)
    assert shares[0] < shares[2]


def test_every_parameter_has_its_low_central_and_high() -> None:
    for parameter in PARAMETERS:
        assert parameter.low <= parameter.central <= parameter.high, parameter.name
        assert parameter.meaning


# --- scans ------------------------------------------------------------------------------------------------------------

LARGE = {
    "item_size": "4 KB",
    "items": "40M",
    "partition_key": {"name": "id", "distinct": Decimal(50), "popularity": "uniform"},
}
"""A full scan is 40 M x 4 KB: 156,250 pages of 1 MB, 128 RRU each, so 20 M RRU."""


def test_a_scan_takes_a_page_at_once() -> None:
    usage = metered(table(**LARGE), ({"op": "scan"}, flat(Fraction(15, 86_400))))
    assert usage.table.units_per_request["read"] == 128
    assert usage.table.flow["read"].peak().per_second == pytest.approx(20_000_000 * 15 / 86_400)
    assert usage.throttled == 0


def test_a_scan_is_drawn_out_over_its_pages() -> None:
    """20 M RRU at 3,000 a second are 6,667 s, 111 whole minutes: all in its first minute would be 333,333 RRU/s."""
    usage = metered(table(**LARGE), ({"op": "scan"}, course([1 / 60])))
    levels = usage.table.flow["read"].rate_per_minute()
    assert levels[:111] == pytest.approx(20_000_000 / (111 * 60))
    assert levels[111:].max() == pytest.approx(0)
    assert usage.throttled == 0


def test_a_short_scan_is_over_within_its_minute() -> None:
    usage = metered(table(**{**LARGE, "items": "200k"}), ({"op": "scan"}, course([1 / 60])))
    assert usage.table.flow["read"].peak().per_second == pytest.approx(100_000 / 60)


def test_never_more_is_lost_than_comes() -> None:
    """One request an hour that is far above the limit: a normal with its deviation would lose more than there is."""
    mean = np.array([2000 / 3600])
    assert excess(mean, np.sqrt(mean * 2_000_000), 1000.0) <= mean


def test_nothing_is_scheduled_for_a_spike_that_is_unplanned() -> None:
    """Two spikes that auto scaling misses: the planned one gets a step, the unplanned one none."""

    def rates() -> np.ndarray:
        levels = np.ones(PERIOD_MINUTES)
        levels[1000:1060] = levels[20_000:20_060] = 30
        return levels

    spans = ((1000, 1060), (20_000, 20_060))
    profile = LoadProfile("x", True, Fraction(MONTH_SECONDS), Peak(30.0, 1000), False, rates, spans)
    for unplanned, steps in (((), 2), (spans[1:], 1), (spans, 0)):
        flow = DemandFlow.of(replace(profile, unplanned_minutes=unplanned), Fraction(20))
        usage = metered(table(item_size="1 KB", capacity="provisioned"), ({"op": "put"}, flow))
        assert usage.throttled > 0
        actions = actions_before_rises(usage.period, 70, {"write": Decimal(40_000), "read": Decimal(40_000)})
        assert sum(map(len, (actions or {}).values())) == steps, unplanned
