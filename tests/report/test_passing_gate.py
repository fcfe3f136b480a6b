"""A suggested gate has a fifth of slack, and of a share no more than there can be."""

from decimal import Decimal

import pytest

from capplan.pipeline.results import Observed
from capplan.report.passing_gate import passing_gate

D = Decimal


@pytest.mark.parametrize(
    ("value", "unit", "floor", "gate"),
    [
        (D("0.5"), "%", False, "<= 60%"),
        (D(1), "%", False, "<= 100%"),  # 120% of the bill would never fail
        (D("0.9"), "%", False, "<= 100%"),
        (D("1.5"), "%", False, "<= 180%"),  # of a limit more can be used than there is
        (D("0.5"), "%", True, ">= 40%"),
        (D("-0.5"), "%", True, ">= -60%"),
        (D(100), "USD", False, "<= 120 USD"),
    ],
)
def test_a_gate_that_passes_today(value: Decimal, unit: str, *, floor: bool, gate: str) -> None:
    assert passing_gate(Observed("x", value, unit, None, "", floor=floor)) == gate
