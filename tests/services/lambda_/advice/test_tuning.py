"""The choice of a memory size, and the curve through measured durations."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.lambda_.advice import tuning


@pytest.mark.parametrize(
    ("strategy", "weight", "best"), [("cost", 0, 128), ("speed", 0, 512), ("balanced", 0, 512), ("balanced", 1, 128)]
)
def test_strategies_of_power_tuning(strategy: tuning.Strategy, weight: int, best: int) -> None:
    rows = [(128, 100, 300), (256, 200, 200), (512, 300, 100)]
    candidates = [tuning.Candidate(mb, Fraction(cost), Fraction(ms)) for mb, cost, ms in rows]
    assert tuning.choose(candidates, strategy, weight).memory_mb == best


@given(floor=st.floats(1, 500), work=st.floats(1e4, 1e7))
def test_a_curve_is_fitted_to_its_own_points(floor: float, work: float) -> None:
    curve = tuning.MemoryCurve(floor, work)
    fitted = tuning.fit_curve({mb: curve.duration_ms(mb) for mb in (128, 512, 2048)})
    assert fitted.duration_ms(1024) == pytest.approx(curve.duration_ms(1024), rel=1e-6)
    assert fitted.duration_ms(10_240) == fitted.duration_ms(1769)
