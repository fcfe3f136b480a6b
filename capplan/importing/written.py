"""Writes quantities as a scenario has them, in the unit that reads best: `1.8 KB`, `22 min`, `60/s`, `5%`."""

from decimal import Decimal
from fractions import Fraction

from capplan import units

Exact = Decimal | Fraction | int | float

_SIZES = (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10))
_TIMES = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000))
_RATES = (("s", 1), ("min", 60), ("h", 3600), ("day", units.SECONDS_PER_DAY), ("month", units.MONTH_SECONDS))


def digits(value: Exact, significant: int = 4) -> str:
    """A number of so many significant digits, without an exponent: 0.2056, 12.3, 123456."""
    rounded = Decimal(f"{float(value):.{significant}g}")
    return f"{rounded:f}" if "." not in f"{rounded:f}" else f"{rounded:f}".rstrip("0").rstrip(".")


def size(bytes_each: Exact) -> str:
    """A size: exact where it is whole bytes below 10 KB, else of 4 digits."""
    for unit, factor in _SIZES:
        if bytes_each >= 10 * factor or (bytes_each >= factor and _whole(bytes_each, factor)):
            return f"{_exact_or(bytes_each, factor)} {unit}"
    return f"{digits(bytes_each, 6)} B"


def duration(milliseconds: Exact) -> str:
    """A duration in the largest unit of which it has at least one, with 4 digits."""
    for unit, factor in _TIMES:
        if milliseconds >= factor and (_whole(milliseconds, factor) or milliseconds >= 2 * factor):
            return f"{_exact_or(milliseconds, factor)} {unit}"
    return f"{digits(milliseconds)} ms"


def rate(per_second: Exact) -> str:
    """A rate in the shortest time in which at least one happens."""
    for unit, seconds in _RATES:
        if per_second * seconds >= 1 or unit == "month":
            return f"{digits(per_second * seconds)}/{unit}"
    raise AssertionError(per_second)


def monthly(count: Exact) -> str:
    """A number a month, exactly."""
    return f"{_plain(count)}/month"


def share(part: Exact) -> str:
    """A share from 0 to 1, in percent of 4 digits."""
    return f"{digits(part * 100)}%"


def factor(times: Exact) -> str:
    """A factor of 3 digits."""
    return f"{digits(times, 3)}x"


def clock(minute: int) -> str:
    """A time of day."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def _whole(value: Exact, factor: int) -> bool:
    return float(value) % factor == 0


def _exact_or(value: Exact, factor: int) -> str:
    whole = float(value) / factor
    return str(int(whole)) if whole.is_integer() else digits(whole)


def _plain(value: Exact) -> str:
    number = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(str(value))
    return f"{number.normalize():f}"
