"""Metrics of a bill beside the plan, which only `check --bill` knows."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.gates.observed import ObservedMetric
from capplan.language.gate_syntax import Gate, names_in
from capplan.language.gate_units import SHARE, USD, Unit

NO_BILL = "it is of a bill: give check --bill bill.csv"
_NOTHING = "the bill has nothing that the scenario models"
_UNITS: Mapping[str, Unit] = {
    "bill.total": USD,
    "bill.planned": USD,
    "bill.difference": USD,
    "bill.accuracy": SHARE,
    "bill.accuracy_by_sku": SHARE,
    "bill.unexplained": SHARE,
    "bill.not_modeled": SHARE,
}
_FLOORS = ("bill.accuracy", "bill.accuracy_by_sku")


def bill_metrics(values: Mapping[str, Decimal | None] | None) -> dict[str, ObservedMetric]:
    """Every metric of a bill, from their values by name; all unknown without a bill."""
    if values is None:
        return {name: ObservedMetric(None, unit, why_unknown=NO_BILL) for name, unit in _UNITS.items()}
    return {
        name: ObservedMetric(
            None if values[name] is None else Fraction(values[name] or 0),
            unit,
            why_unknown="" if values[name] is not None else _NOTHING,
            floor=name in _FLOORS,
        )
        for name, unit in _UNITS.items()
    }


def about_bill(gate: Gate) -> bool:
    """Whether a gate names a metric of a bill: no change of the scenario moves it."""
    return any(name.name in _UNITS for name in names_in(gate.test))
