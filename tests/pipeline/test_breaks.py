"""At which multiple of today's traffic a limit is met."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import capplan
from capplan import units
from capplan.breaks import breaks_at
from capplan.flow import DemandFlow, LoadProfile, Peak, steady
from capplan.model import LimitCheck
from capplan.record import replace
from tests.helpers import scenario


def _check(
    flow: DemandFlow | None, load: str, quota: int = 1000, at_once: int = 0, *, poisson: bool = False
) -> LimitCheck:
    return LimitCheck("t", "l", Decimal(load), Decimal(quota), "u/s", flow, poisson, at_once=Fraction(at_once))


TRAFFIC = DemandFlow.of(steady("a", recurring=True), Fraction(100))
SCHEDULE = DemandFlow.of(steady("b", recurring=False), Fraction(100))


@pytest.mark.parametrize(
    ("check", "times", "working"),
    [
        (_check(TRAFFIC, "100"), 10.0, "100 a second against 1,000"),
        (_check(TRAFFIC, "200"), 5.0, "two units each"),
        (_check(TRAFFIC + SCHEDULE, "200"), 9.0, "the schedule's 100 stay"),
        (_check(SCHEDULE, "100"), None, "traffic does not move it"),
        (_check(None, "100"), None, "nor is it a formula"),
        (_check(TRAFFIC, "130.9", at_once=1), 9.0694, "mean 906.9 + 3.09 × its root = 1,000"),
        (_check(TRAFFIC, "2000"), 0.5, "broken today"),
    ],
)
def test_where_the_load_meets_the_quota(check: LimitCheck, times: float | None, working: str) -> None:
    found = breaks_at(check)
    assert found == (None if times is None else pytest.approx(times, rel=1e-4)), working


def test_a_gate_on_holds_until_is_the_least_of_the_tables_limits(tmp_path: Path) -> None:
    body = """
tables:
  orders:
    partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 50%}}}
    item_size: 1 KB
    access: [{put: 100/s}]
gates: ["orders.holds_until >= 5", "orders.heat.hottest < 10%"]
"""
    plan = capplan.plan(scenario(body, tmp_path))
    first = min(p.breaks_at for p in plan.limits if p.breaks_at is not None)
    holds = plan.gates[0]
    assert holds.verdict == "pass"
    assert int(holds.observed * 10) / Decimal(10) == first, "the table of limits shows the same, cut to one decimal"
    heat = plan.gates[1]
    assert heat.verdict == "pass"
    assert Decimal("0.0718") < heat.observed < Decimal("0.1"), "half of 100, 3.09 of its roots, and what lies beside"


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=4), st.floats(0, 8)
)
def test_peaks_of_a_few_minutes_are_those_of_all_of_them(terms: list[tuple[bool, int, int]], scale: float) -> None:
    """A traffic and schedules with different busy hours: which minute is the busiest hangs on the scale."""
    minutes = np.arange(units.PERIOD_MINUTES)

    def wave(i: int, recurring: bool, hour: int) -> LoadProfile:  # noqa: FBT001
        series = 1 + np.sin(minutes / 229 + hour)
        busiest = Peak(float(series.max()), int(series.argmax()))
        return replace(
            steady(f"t{i}", recurring=recurring), flat=False, peak=busiest, expand=lambda: series, at=None
        )  # fmt: skip

    flow = DemandFlow(tuple((wave(i, recurring, hour), Fraction(m)) for i, (recurring, hour, m) in enumerate(terms)))
    assert flow.peaks(8.0)(scale) == flow.peak(scale).per_second
