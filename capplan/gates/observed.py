"""What a gate sees of an observable: an exact value in a gate's unit, its limit, its change. It judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan.language.gate_units import BYTE, MS, NUMBER, PER_MS, SHARE, USD, Unit, symbol
from capplan.model import Observable
from capplan.pipeline.results import Observed

CHANGE, CHANGE_PERCENT = ".change", ".change_percent"
_UNITS: Mapping[str, tuple[Unit, int]] = {
    "share": (SHARE, 1),
    "%": (SHARE, 1),
    "USD": (USD, 1),
    "ms": (MS, 1),
    "s": (MS, 1000),
    "min": (MS, 60_000),
    "bytes": (BYTE, 1),
}
"""How a room's unit is written in a gate; every other one is a plain number (and stands in the name: storage_gb)."""
_DIGITS = 20


@dataclass(frozen=True, slots=True)
class ObservedMetric:
    """One observable. `value` None is unknown, and `why_unknown` says why; `limit` is what "of limit" means."""

    value: Fraction | None
    unit: Unit = NUMBER
    limit: Fraction | None = None
    why_unknown: str = ""
    floor: bool = False
    """More of it is better, as of headroom: a gate on it is a floor."""


def seen(found: Observable, *, floor: bool = False) -> ObservedMetric:
    """A room's observable in a gate's unit. What is not a finite number is unknown."""
    unit, factor = _UNITS.get(found.unit, (NUMBER, 1))
    value, limit = _finite(found.value, factor), _finite(found.limit, factor)
    why = found.why_unknown or ("" if value is not None else "it cannot be computed for this resource yet")
    return ObservedMetric(value, unit, limit, why, floor)


def _finite(value: Decimal | None, factor: int) -> Fraction | None:
    return Fraction(value) * factor if value is not None and value.is_finite() else None


def shown_value(value: Fraction, unit: Unit) -> tuple[Decimal, str]:
    """A value as reports take it: every digit where it has few, else 20, and the unit's symbol."""
    if unit == PER_MS:
        return exact(value * 1000), "/s"
    return exact(value), symbol(unit)


def exact(value: Fraction) -> Decimal:
    """A ratio as a Decimal: exact where its digits end, else its first 20."""
    from decimal import Context  # noqa: PLC0415

    found = Context(prec=_DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator))
    return Decimal(f"{found.normalize():f}") if found else Decimal(0)


def observed(known: Mapping[str, ObservedMetric]) -> tuple[Observed, ...]:
    """Observables as the answer lists them."""
    return tuple(_observed(name, one) for name, one in known.items())


def _observed(name: str, one: ObservedMetric) -> Observed:
    value, limit = (None if x is None else shown_value(x, one.unit)[0] for x in (one.value, one.limit))
    return Observed(name, value, shown_value(Fraction(0), one.unit)[1], limit, one.why_unknown, one.floor)
