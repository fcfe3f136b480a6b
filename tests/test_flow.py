"""Demand as multiples of load profiles: volumes, peaks and minutes that a reader can add up."""

from collections.abc import Mapping
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from capplan.flow import POISSON_SIGMAS, DemandFlow, LoadProfile, Peak, course, exact_sum, spread_profile, steady

PERIOD, MONTH_S = 40_320, 2_628_000


def profile(name: str, rates: Mapping[int, float], *, recurring: bool = True, **more: Any) -> LoadProfile:  # noqa: ANN401  fields of a LoadProfile
    """So many a second in these minutes and none in others: 60 s of each are a month's, as if it came once."""
    series = np.zeros(PERIOD)
    for minute, rate in rates.items():
        series[minute] = rate
    top = max(rates, key=lambda minute: rates[minute])
    monthly = Fraction(60 * sum(rates.values()))
    return LoadProfile(name, recurring, monthly, Peak(rates[top], top), False, series.copy, **more)


def of(profile_: LoadProfile, times: object = 1) -> DemandFlow:
    return DemandFlow.of(profile_, Fraction(str(times)))


WEB, JOB = steady("web", recurring=True), steady("job", recurring=False)
NOON = profile("noon", {720: 4, 721: 1})
"""(4 + 1) x 60 = 300 a month."""
NIGHT = profile("night", {60: 3, 720: 2}, recurring=False)
"""(3 + 2) x 60 = 300 a month, by a schedule."""


def test_a_steady_load_is_one_a_second() -> None:
    assert (WEB.monthly, WEB.peak) == (Fraction(MONTH_S), Peak(1.0, 0))
    assert (WEB.flat, WEB.recurring, JOB.recurring) == (True, True, False)
    assert WEB.expand().tolist() == [1.0] * PERIOD
    assert of(WEB, 3).at(17) == 3


def test_a_poisson_number_exceeds_its_sigmas_once_in_a_thousand() -> None:
    assert 1 - NormalDist().cdf(POISSON_SIGMAS) == pytest.approx(0.001, rel=0.01)


def test_a_profile_is_known_by_its_source_its_spread_and_what_it_went_through() -> None:
    assert profile("a", {0: 1}, over_minutes=2, through="f#0").key == ("a", 2, "f#0")


# --- sums -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "total"),
    [
        ([], "0"),
        (["1/2"], "1/2"),
        (["1/2", "1/3"], "5/6"),
        (["1/2", "1/3", "1/6"], "1"),  # 3/6 + 2/6 + 1/6
        (["1/4", "1/6", "1/10", "2"], "151/60"),  # 15/60 + 10/60 + 6/60 + 120/60
    ],
)
def test_ratios_add_up_exactly(values: list[str], total: str) -> None:
    assert exact_sum([Fraction(value) for value in values]) == Fraction(total)


@pytest.mark.parametrize(
    ("flow", "terms"),
    [
        (of(WEB, 2) + of(WEB, 3), [("web", 5)]),
        (of(WEB, 2) + of(JOB, 3), [("web", 2), ("job", 3)]),
        (DemandFlow.zero() + of(WEB, 2), [("web", 2)]),
        (of(WEB, 2) + DemandFlow.zero(), [("web", 2)]),
        (DemandFlow.zero() + DemandFlow.zero(), []),
        (of(WEB, 0), []),
        (of(WEB, 2) * 0, []),
        (of(WEB, 2) * 1, [("web", 2)]),
        (of(WEB, 2) * 2, [("web", 4)]),
        ((of(WEB, 2) + of(JOB, 3)) * Fraction(1, 2), [("web", 1), ("job", Fraction(3, 2))]),
        (DemandFlow.total([]), []),
        (DemandFlow.total([of(WEB, 2), DemandFlow.zero()]), [("web", 2)]),
        (DemandFlow.total([of(WEB), of(JOB), of(WEB, 2), of(WEB, 4)]), [("web", 7), ("job", 1)]),
        (DemandFlow.total([DemandFlow((*of(WEB, 1).terms, *of(WEB, 2).terms))]), [("web", 3)]),
        (DemandFlow.total([of(WEB) + of(JOB)]), [("web", 1), ("job", 1)]),
    ],
)
def test_flows_add_up_by_profile(flow: DemandFlow, terms: list[tuple[str, object]]) -> None:
    assert [(found.traffic_source, times) for found, times in flow.terms] == terms


def test_a_month_is_the_sum_of_its_profiles() -> None:
    flow = of(WEB, "1/3") + of(NOON, 2) + of(NIGHT, "1/2")
    assert flow.monthly == 876_000 + 600 + 150
    assert DemandFlow.zero().monthly == 0
    assert flow.by_traffic_source() == {"web": 876_000, "noon": 600, "night": 150}


def test_a_source_is_counted_once_whatever_its_profiles() -> None:
    flow = of(NOON) + of(profile("noon", {5: 2}, over_minutes=3), 2)
    assert flow.by_traffic_source() == {"noon": 300 + 2 * 120}


def test_what_nobody_knows_beforehand_is_told_of_every_profile() -> None:
    flow = of(profile("a", {5: 1}, unplanned_minutes=((5, 6),))) + of(
        profile("b", {9: 1}, unplanned_minutes=((9, 10),))
    )
    assert flow.unplanned_minutes == ((5, 6), (9, 10))


# --- spread over a caller's duration ----------------------------------------------------------------------------------


def minutes_of(found: LoadProfile) -> dict[int, float]:
    """The minutes in which something comes."""
    series = found.expand()
    return {int(minute): float(series[minute]) for minute in np.flatnonzero(series > 1e-9)}


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        (10, 1, {10: 6}),
        (10, 2, {10: 3, 11: 3}),
        (10, 3, {10: 2, 11: 2, 12: 2}),
        (PERIOD - 1, 3, {0: 2, 1: 2, PERIOD - 1: 2}),  # the period goes on with its beginning
    ],
)
def test_each_unit_is_spread_over_the_minutes_after_its_start(
    start: int, minutes: int, expected: dict[int, float]
) -> None:
    found = spread_profile(profile("p", {start: 6}, once_minutes=((5, 8),), starts=(start,)), minutes)
    assert minutes_of(found) == pytest.approx(expected)
    assert found.peak.per_second == pytest.approx(6 / minutes)
    assert found.peak.minute == min(expected)
    assert (found.over_minutes, found.once_minutes) == (minutes, ((5, 8 + minutes),))
    assert (found.starts, found.spread_starts) == ((), (start,))
    assert found.monthly == 360
    assert found.at is not None
    assert found.at(start) == pytest.approx(6 / minutes)


def test_what_lasts_longer_than_the_period_is_spread_over_all_of_it_but_a_minute() -> None:
    found = spread_profile(profile("p", {10: 6}), 10**6).expand()
    assert found[9] == pytest.approx(0)
    assert [found[8], found[10], found[11]] == pytest.approx([6 / 40_319] * 3)


def test_spikes_end_with_the_period_at_the_latest() -> None:
    spike = ((40_317, 40_319),)
    found = spread_profile(profile("p", {40_318: 1}, once_minutes=spike, unplanned_minutes=spike), 5)
    assert found.once_minutes == found.unplanned_minutes == ((40_317, PERIOD),)


def test_what_is_spread_already_is_spread_again_by_a_longer_duration_only() -> None:
    twice = spread_profile(profile("p", {10: 6}, starts=(10,)), 2)
    assert spread_profile(twice, 2) is twice
    assert spread_profile(twice, 1) is twice
    longer = spread_profile(twice, 3)
    assert minutes_of(longer) == pytest.approx({10: 1, 11: 2, 12: 2, 13: 1})  # 3, 3 over three minutes each
    assert longer.spread_starts == (10,)


def test_a_flat_load_is_the_same_when_it_is_spread() -> None:
    assert spread_profile(WEB, 60) is WEB


@pytest.mark.parametrize(
    ("over_ms", "expected"),
    [
        ("0", {10: 12}),
        ("59999.9", {10: 12}),  # under a minute
        ("60000", {10: 12}),
        ("119999", {10: 12}),
        ("120000", {10: 6, 11: 6}),
        ("179999.5", {10: 6, 11: 6}),
    ],
)
def test_a_duration_spreads_by_whole_minutes(over_ms: str, expected: dict[int, float]) -> None:
    flow = of(profile("p", {10: 6}), 2)
    found = flow.spread(Fraction(over_ms))
    series = found.rate_per_minute()
    assert {int(m): float(series[m]) for m in np.flatnonzero(series > 1e-9)} == pytest.approx(expected)
    assert (found is flow) == (Fraction(over_ms) < 60_000)


# --- the busiest minute -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flow", "scale", "peak"),
    [
        (DemandFlow.zero(), 1, (0, 0)),
        (of(WEB, 5) + of(JOB, 3), 1, (8, 0)),
        (of(WEB, 5) + of(JOB, 3), 2, (13, 0)),  # a schedule is not doubled by twice the traffic
        (of(WEB, "1/2") + of(NOON, 2), 1, (8.5, 720)),
        (of(WEB, "1/2") + of(NOON, 2), 3, (25.5, 720)),
        (of(JOB, 5) + of(NIGHT, 2), 3, (11, 60)),
        (of(NOON) + of(NIGHT), 1, (6, 720)),  # 4 + 2; 3 at night
        (of(NOON) + of(NIGHT), 2, (10, 720)),  # 2 x 4 + 2
        (of(NOON) + of(NIGHT), 0, (3, 60)),
        (of(NOON, "1/8") + of(NIGHT), 1, (3, 60)),  # 0.5 + 2 at noon
    ],
)
def test_the_busiest_minute(flow: DemandFlow, scale: float, peak: tuple[float, int]) -> None:
    assert flow.peak(scale) == Peak(*peak)


ROUND = profile("round", {100: 10, 300: 6, 400: 1}, recurring=False)
VISITS = profile("visits", {200: 3, 300: 2, 400: 1})


@pytest.mark.parametrize(
    ("flow", "scale", "rate"),
    [
        # minute 100 has 10, 200 has 3 x scale, 300 has 6 + 2 x scale
        *((of(ROUND) + of(VISITS), scale, max(10, 3 * scale, 6 + 2 * scale)) for scale in (0, 1, 2, 3, 5, 6, 7, 8)),
        *((of(NOON) + of(NIGHT), scale, max(3, 4 * scale + 2)) for scale in (0, 0.25, 1, 8)),
        *(
            (of(NOON) + of(profile("later", {720: 1})), scale, 5 * scale) for scale in (0, 1, 8)
        ),  # one minute at any scale
        # 10 in minute 100, 2.5 x scale in minute 200: up to 8 the one falls behind by as much as the other is behind at 0
        *((of(ROUND) + of(profile("even", {200: 2.5})), scale, max(10, 2.5 * scale)) for scale in (0, 2, 8)),
        *(
            (of(NOON, 2) + of(WEB) + of(JOB), scale, 9 * scale + 1) for scale in (0, 1, 8)
        ),  # one profile that is not flat
    ],
)
def test_the_busiest_minute_at_many_scales(flow: DemandFlow, scale: float, rate: float) -> None:
    assert flow.peaks(8)(scale) == pytest.approx(rate)


def test_one_minute_is_what_the_series_has_there() -> None:
    known = profile("known", {7: 2.0}, at=lambda minute: 2.0 * (minute == 7))
    flow = of(known, 3) + of(NOON, "1/2") + of(WEB)
    assert [flow.at(minute) for minute in (7, 720, 721, 722)] == [7, 3, 1.5, 1]
    assert [flow.rate_per_minute()[minute] for minute in (7, 720, 721, 722)] == [7, 3, 1.5, 1]
    assert [flow.rate_per_minute(2)[minute] for minute in (7, 720, 721, 722)] == [14, 6, 3, 2]
    assert (of(NIGHT) + of(WEB)).rate_per_minute(2)[60] == 5, "a schedule is as it was"


def test_a_minute_counts_730_of_672_hours_and_a_spike_once() -> None:
    flow = of(WEB) + of(profile("sale", {10: 1}, once_minutes=((10, 12),)))
    weights = flow.month_weights()
    assert weights[[9, 10, 11, 12]] == pytest.approx([730 / 672, 1, 1, 730 / 672])
    assert weights.sum() == pytest.approx((PERIOD - 2) * 730 / 672 + 2)


# --- what a short resource served -------------------------------------------------------------------------------------


def test_what_was_served_is_shared_by_the_sources_of_what_was_asked_for() -> None:
    """600 of noon and 300 of night are asked for, 450 served: 300 and 150."""
    spans = profile("noon", {720: 4, 721: 1}, once_minutes=((720, 722), (3, 4)))
    night = profile("night", {60: 3, 720: 2}, once_minutes=((3, 4),))
    series = np.zeros(PERIOD)
    series[720], series[61] = 5.0, 2.5
    found = course(of(spans, 2) + of(night), series, Fraction(450), "f#0")
    assert found.monthly == 450
    assert found.by_traffic_source() == {"noon": 300, "night": 150}
    assert [p.key for p, _ in found.terms] == [("noon", 0, "f#0"), ("night", 0, "f#0")]
    assert (found.peak(), found.peak(2)) == (Peak(5, 720), Peak(5, 720)), (
        "what was served is not doubled by twice the traffic"
    )
    assert [found.at(minute) for minute in (61, 62, 720)] == pytest.approx([2.5, 0, 5])
    assert found.rate_per_minute()[[61, 62, 720]] == pytest.approx([2.5, 0, 5])
    assert {p.once_minutes for p, _ in found.terms} == {((3, 4), (720, 722))}
    assert not any(p.flat for p, _ in found.terms)


@pytest.mark.parametrize(
    ("levels", "flat"),
    [([5.0, 5.0], True), ([5.0, 5.0 * (1 - 1e-10)], True), ([5.0, 4.9], False), ([5.0, 0.0], False)],
)
def test_a_series_without_ups_and_downs_is_flat(levels: list[float], flat: bool) -> None:  # noqa: FBT001
    ((found, times),) = course(of(WEB, 10), np.tile(levels, PERIOD // 2), Fraction(1), "f#0").terms
    assert (found.flat, times) == (flat, Fraction(1))


def test_of_nothing_comes_nothing() -> None:
    series = np.ones(PERIOD)
    assert not course(DemandFlow.zero(), series, Fraction(1), "f#0").terms
    assert not course(of(WEB), series, Fraction(0), "f#0").terms
    only_web = course(DemandFlow((*of(WEB).terms, (JOB, Fraction(0)))), series, Fraction(1), "f#0")
    assert [(p.traffic_source, times) for p, times in only_web.terms] == [("web", Fraction(1))]


@pytest.mark.parametrize(
    ("flow", "levels"),
    [
        (of(NOON), [0, 1, 4]),  # once in the four weeks, 730/672 times in a month
        (of(NOON, 2) + of(WEB, 3), [3, 5, 11]),
        (of(profile("sale", {720: 4, 721: 4}, once_minutes=((720, 722),))), [0, 4]),
    ],
)
def test_levels_are_the_distinct_rates_and_last_a_month(flow: DemandFlow, levels: list[float]) -> None:
    rates, minutes = flow.levels()
    assert rates.tolist() == levels
    assert (rates @ minutes) == pytest.approx(flow.rate_per_minute() @ flow.month_weights(), rel=1e-12)
    assert minutes.sum() == pytest.approx(flow.month_weights().sum(), rel=1e-12)


def test_levels_of_several_that_vary_are_every_minute() -> None:
    rates, minutes = (of(NOON) + of(NIGHT)).levels()
    assert len(rates) == len(minutes) == PERIOD
