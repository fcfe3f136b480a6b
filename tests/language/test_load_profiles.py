"""Shapes have the volume they were written with, and their peak is where it should be."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.flow import DemandFlow
from capplan.language.load_profiles import Daily, Spike, day_levels, solve_k, traffic_profile, week_levels


@given(st.floats(1.05, 20), st.floats(0, 0.95))
def test_a_day_has_mean_one_and_touches_its_peak(peak: float, trough: float) -> None:
    levels = day_levels(Daily(peak, trough, 1200))
    assert sum(levels) / len(levels) == pytest.approx(1, rel=1e-6)
    assert levels[1200] == pytest.approx(peak)
    assert max(levels) == levels[1200]
    assert solve_k(peak, trough) > 0


def test_a_week_is_relative_to_a_day_that_is_not_listed() -> None:
    levels = week_levels({"sat": Decimal("1.4"), "sun": Decimal("1.5")})
    assert sum(levels) / 7 == pytest.approx(1)
    assert levels[5] / levels[0] == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("seconds", "times", "extra", "working"),
    [
        (600, 3, 1200, "10 min at 3x instead of 1x: 600 s x 2"),
        (90, 2, 90, "a minute and a half"),
        (600, 1, 0, "not above the ordinary level: adds nothing"),
    ],
)
def test_a_spike_adds_seconds_of_the_rate(seconds: int, times: int, extra: int, working: str) -> None:
    shape = traffic_profile("t", Daily(), {}, (Spike("s", 600, Fraction(seconds), Decimal(times)),))
    assert shape.monthly - 2_628_000 == extra, working


def test_the_series_holds_the_month_as_the_formula_does() -> None:
    spike = (Spike("sale", 11 * 1440 + 600, Fraction(1800), Decimal(8)),)
    shape = traffic_profile("shop", Daily(3, 0.2, 1200), {"sat": Decimal("1.4")}, spike)
    flow = DemandFlow.of(shape, Fraction(60))
    by_minute = float((flow.rate_per_minute() * flow.month_weights()).sum() * 60)
    assert by_minute == pytest.approx(float(flow.monthly), rel=1e-3)
    assert flow.peak().per_second == pytest.approx(480)
    assert flow.peak().minute == 11 * 1440 + 600
