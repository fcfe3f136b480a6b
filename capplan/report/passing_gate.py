"""Suggests a gate on an observable that passes today, with a fifth of slack; of a share at most 100%."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from capplan.pipeline.results import Observed

_SLACK = Decimal("0.2")
"""How far a suggested limit is from today's value."""
_DIGITS = 2
_OF_LIMIT = Decimal("0.8")
_TIMES = (("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1))
_SIZES = (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10))


def passing_gate(observed: Observed) -> str:
    """A comparison that is true today, as it would be typed; for an unknown value the reason."""
    value = observed.value
    if value is None:
        return observed.why_unknown
    if observed.floor:
        return f">= {_written(_two_digits(value - abs(value) * _SLACK, ROUND_FLOOR), observed.unit, ROUND_FLOOR)}"
    if observed.limit is not None and value < observed.limit * _OF_LIMIT:
        return "< 80% of limit"
    most = _two_digits(value + abs(value) * _SLACK, ROUND_CEILING)
    if observed.unit == "%" and value <= 1:
        most = min(most, Decimal(1))
    return f"<= {_written(most, observed.unit, ROUND_CEILING)}"


def _two_digits(value: Decimal, rounding: str) -> Decimal:
    """A figure with two significant digits and at most 10 decimals."""
    if not value:
        return Decimal(0)
    place = max(value.adjusted() - _DIGITS + 1, -10)
    return value.quantize(Decimal(1).scaleb(place), rounding)


def _written(value: Decimal, unit: str, rounding: str) -> str:
    if unit == "%":
        return f"{_two_digits(value * 100, rounding):f}%"
    if unit in ("ms", "bytes"):
        scales = _TIMES if unit == "ms" else _SIZES
        word, size = next(((w, s) for w, s in scales if value >= s), (unit, 1))
        return f"{_two_digits(value / size, ROUND_CEILING):f} {word}"
    if unit.startswith("/"):
        return f"{value:f}{unit}"
    return f"{value:f} {unit}".rstrip()
