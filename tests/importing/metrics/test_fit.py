"""A metric made of a known traffic gives that traffic back: its rate, its day, its week, its spikes, its noise."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from capplan.importing.metrics.fit import fit
from capplan.importing.metrics.series import Point, Series, filled, missing, ordered, period_of
from capplan.importing.metrics.traffic import measured_traffic
from capplan.language.load_profiles import Daily, Spike, traffic_profile, with_noise

_MONDAY = 1_704_067_200
"""2024-01-01 00:00 UTC."""
_DAY = Daily(3, 0.2, 20 * 60)
_WEEK = {"sat": Decimal("1.4"), "sun": Decimal("0.5")}
_SALE = Spike("sale", 11 * 1440 + 600, Fraction(1800), Decimal(8))


def _series(per_second: "np.ndarray[tuple[int], np.dtype[np.float64]]", period: int, seed: int = 7) -> Series:
    """Counts of each period, drawn as Poisson counts of minutes with these rates a second."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(per_second * 60).reshape(-1, period // 60).sum(axis=1)
    points = tuple(Point(_MONDAY + period * i, Decimal(int(n))) for i, n in enumerate(counts))
    return Series("visits", "Invocations", points, period, zone="UTC")


def _flat(rate: float, days: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.full(days * 1440, rate)


@pytest.mark.parametrize("period", [60, 300, 900])
def test_a_fitted_traffic_is_the_one_that_made_the_metric(period: int) -> None:
    profile = traffic_profile("visits", _DAY, _WEEK, (_SALE,))
    found = fit(_series(np.asarray(profile.expand()) * 60, period))
    assert found.rate == pytest.approx(60, rel=0.005)
    assert found.curve is not None
    assert found.curve.peak == pytest.approx(3, rel=0.02)
    assert found.curve.trough == pytest.approx(0.2, abs=0.02)
    assert abs(found.curve.at_minute - 20 * 60) <= 5
    assert found.weekly == {"sat": pytest.approx(1.4, rel=0.01), "sun": pytest.approx(0.5, rel=0.01)}
    (spike,) = found.spikes
    assert (spike.at, spike.seconds) == (_MONDAY + (11 * 1440 + 600) * 60, 1800)
    assert spike.times == pytest.approx(8, rel=0.01)
    assert found.explained is not None
    assert found.explained > 0.99


@pytest.mark.parametrize("share", [0.1, 0.15, 0.25])
def test_noise_is_what_is_left_after_the_shape_and_the_chance_of_counting(share: float) -> None:
    profile = with_noise(traffic_profile("visits", _DAY, _WEEK, ()), share)
    assert fit(_series(np.asarray(profile.expand()) * 60, 300)).noise == pytest.approx(share, rel=0.1)


def test_a_steady_metric_has_no_shape_and_no_spike() -> None:
    found = fit(_series(_flat(5, 14), 300))
    assert (found.hours, found.curve, found.weekly, found.spikes) == ((), None, {}, ())
    assert found.rate == pytest.approx(5, rel=0.01)
    assert found.noise is not None
    assert found.noise < 0.02


def test_two_peaks_a_day_are_written_as_24_numbers() -> None:
    hours = [0.5] * 24
    hours[9] = hours[20] = 6.5
    minutes = np.tile(np.repeat(np.array(hours) * 24 / sum(hours), 60), 14) * 20
    found = fit(_series(minutes, 300))
    assert found.curve is None
    assert found.hours == pytest.approx([hour * 24 / sum(hours) for hour in hours], rel=0.05)
    written = measured_traffic(_series(minutes, 300)).data["daily"]
    assert len(written) == 24
    assert written[9] > 5


def test_scaled_counts_give_a_scaled_rate_and_the_same_shape() -> None:
    profile = np.asarray(traffic_profile("visits", _DAY, _WEEK, (_SALE,)).expand()) * 60
    one = _series(profile, 300)
    ten = Series(one.name, one.metric, tuple(Point(p.at, p.value * 10) for p in one.points), 300)
    first, second = fit(one), fit(ten)
    assert second.rate == pytest.approx(first.rate * 10, rel=1e-6)
    assert second.hours == pytest.approx(first.hours, rel=1e-6)
    assert second.weekly == pytest.approx(first.weekly, rel=1e-6)


def test_the_time_of_the_peak_is_in_the_scenarios_zone() -> None:
    series = _series(np.asarray(traffic_profile("visits", _DAY, {}, ()).expand()) * 60, 300)
    assert measured_traffic(series, 9 * 60).data["daily"]["at"] == "05:00", "20:00 UTC at +09:00"


def test_the_volume_of_the_fit_is_the_volume_of_the_metric() -> None:
    series = _series(np.asarray(traffic_profile("visits", _DAY, _WEEK, ()).expand()) * 60, 300)
    measured = sum(point.value for point in series.points) / (300 * len(series.points))
    assert fit(series).rate == pytest.approx(float(measured), rel=1e-9), "four whole weeks"


@pytest.mark.parametrize(
    ("days", "keys"),
    [(0.5, {"rate"}), (3, {"rate", "daily"}), (14, {"rate", "daily", "weekly"})],
    ids=["half a day", "three days", "two weeks"],
)
def test_a_short_metric_has_no_shape_that_it_cannot_show(days: float, keys: set[str]) -> None:
    minutes = np.asarray(traffic_profile("visits", _DAY, _WEEK, ()).expand()) * 60
    written = measured_traffic(_series(minutes[: int(days * 1440)], 300)).data
    assert {key for key in written if key != "noise"} == keys


def test_spikes_of_earlier_months_are_not_added_to_the_one_month() -> None:
    minutes = _flat(10, 42)
    for day in (3, 20, 37):  # the last four whole weeks begin on day 14
        minutes[day * 1440 + 600 : day * 1440 + 660] *= 6
    written = measured_traffic(_series(minutes, 300))
    assert [spike["at"] for spike in written.data["spikes"]] == ["day 7 10:00", "day 24 10:00"]
    assert "1 spikes before the last four weeks are left out" in written.told


# --- gaps ---


def test_missing_periods_of_a_sparse_metric_are_zeros_and_of_another_unknown() -> None:
    every = _series(_flat(1, 2), 300).points
    some = every[::2]
    invocations = Series("f", "Invocations", some, 300)
    assert missing(invocations) == len(every) - len(some) - 1, "the last period is a gap, but after the last point"
    assert len(filled(invocations).points) == len(every) - 1
    assert filled(Series("f", "Invocations", some, 300, complete=False)).points == some, "PartialData was cut off"
    assert filled(Series("f", "Latency", some, 300)).points == some


def test_points_come_in_order_each_time_once() -> None:
    points = [Point(600, Decimal(3)), Point(0, Decimal(1)), Point(300, Decimal(2)), Point(300, Decimal(9))]
    assert [point.value for point in ordered(points)] == [1, 9, 3]
    assert period_of(ordered(points)) == 300
    assert period_of(ordered(points)[:1]) == 0
