"""Metrics as gates compare them: an exact value in a gate's unit, and its limit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import overload

from capplan import units
from capplan.language.gate_units import BYTE, MS, NUMBER, PER_MS, SHARE, USD, Unit, symbol
from capplan.model import Observable
from capplan.pipeline.results import Observed
from capplan.record import Record

CHANGE, CHANGE_PERCENT = ".change", ".change_percent"
SECONDS = "seconds"
"""The unit of a service's metric that answers list in seconds."""
_UNITS: Mapping[str, tuple[Unit, int]] = {
    "share": (SHARE, 1),
    "%": (SHARE, 1),
    "USD": (USD, 1),
    "ms": (MS, 1),
    "s": (MS, 1000),
    SECONDS: (MS, 1000),
    "min": (MS, 60_000),
    "bytes": (BYTE, 1),
}
"""A service's unit as a gate's unit and factor; any other is a plain number, with the unit in its name: storage_gb."""
_DIGITS = 20
_ROUNDED = Context(prec=_DIGITS)
_MAX_WHOLE = 10**_DIGITS


class ObservedMetric(Record, frozen=True):
    """A metric of a plan.

    Attributes:
        value: None where unknown; `why_unknown` says why.
        limit: The value of "of limit" in a gate.
        floor: Whether more is better, as of headroom: a gate on it is a minimum.
        in_seconds: Whether answers list it in seconds, a duration that is long; gates compare milliseconds.
    """

    value: Fraction | None
    unit: Unit = NUMBER
    limit: Fraction | None = None
    why_unknown: str = ""
    floor: bool = False
    in_seconds: bool = False


def metric_of(observable: Observable, *, floor: bool = False) -> ObservedMetric:
    """A service's metric in a gate's unit. What is not a finite number is unknown."""
    unit, factor = _UNITS.get(observable.unit, (NUMBER, 1))
    value, limit = _finite(observable.value, factor), _finite(observable.limit, factor)
    why = observable.why_unknown or ("" if value is not None else "it cannot be computed for this resource yet")
    return ObservedMetric(value, unit, limit, why, floor, observable.unit == SECONDS)


def _finite(value: Decimal | None, factor: int) -> Fraction | None:
    if value is None or not value.is_finite():
        return None
    return Fraction(value) if factor == 1 else Fraction(value) * factor


def shown_value(value: Fraction, unit: Unit) -> tuple[Decimal, str]:
    """A value for reports, exact or with 20 digits, and the unit's symbol."""
    return exact(value * units.MS_PER_SECOND if unit == PER_MS else value), symbol(unit)


def exact(value: Fraction) -> Decimal:
    """A ratio as a Decimal: exact where it has at most 20 digits, else rounded to 20."""
    if value.denominator == 1 and abs(value.numerator) < _MAX_WHOLE:
        return Decimal(value.numerator)
    quotient = _ROUNDED.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Decimal(f"{quotient.normalize():f}") if quotient else Decimal(0)


class Listed(Sequence[Observed]):
    """Metrics as the answer lists them, computed when they are first read: a screen shows none of them."""

    def __init__(self, metrics: Callable[[], Iterable[Observed]]) -> None:
        self._metrics = metrics

    @cached_property
    def _all(self) -> tuple[Observed, ...]:
        return tuple(self._metrics())

    @overload
    def __getitem__(self, index: int) -> Observed: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Observed, ...]: ...

    def __getitem__(self, index: int | slice) -> Observed | tuple[Observed, ...]:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all)


def observed(metrics: Mapping[str, ObservedMetric]) -> tuple[Observed, ...]:
    """Metrics as the answer lists them."""
    return tuple(_observed(name, metric) for name, metric in metrics.items())


def _observed(name: str, metric: ObservedMetric) -> Observed:
    unit = "s" if metric.in_seconds else symbol(metric.unit)
    return Observed(
        name, _listed(metric.value, metric), unit, _listed(metric.limit, metric), metric.why_unknown, metric.floor
    )


def _listed(value: Fraction | None, metric: ObservedMetric) -> Decimal | None:
    if value is None:
        return None
    return shown_value(value / units.MS_PER_SECOND if metric.in_seconds else value, metric.unit)[0]
