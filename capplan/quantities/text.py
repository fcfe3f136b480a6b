"""Reads quantities from a scenario's text: sizes, durations, counts, shares, money and rates, each with its unit."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pydantic_core import PydanticCustomError

from capplan import units
from capplan.quantities.rounding import to_decimal

_NUMBER = r"(?P<n>[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?)"
_TEXT = re.compile(_NUMBER + r"\s*(?P<unit>[A-Za-zµ%/]*)")
COUNT_SCALE = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "B": 10**9, "G": 10**9, "T": 10**12}
BYTES_OF: dict[str, int] = {
    **dict.fromkeys(("B", "byte", "bytes"), 1),
    **dict.fromkeys(("KB", "KiB"), 2**10),
    **dict.fromkeys(("MB", "MiB"), 2**20),
    **dict.fromkeys(("GB", "GiB"), 2**30),
    **dict.fromkeys(("TB", "TiB"), 2**40),
}
MS_OF: dict[str, Fraction] = {
    **dict.fromkeys(("us", "µs"), Fraction(1, 1000)),
    "ms": Fraction(1),
    **dict.fromkeys(("s", "sec", "second", "seconds"), Fraction(1000)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), Fraction(60_000)),
    **dict.fromkeys(("h", "hour", "hours"), Fraction(3_600_000)),
    **dict.fromkeys(("d", "day", "days"), Fraction(86_400_000)),
}
SECONDS_OF: dict[str, int] = {
    **dict.fromkeys(("s", "sec", "second"), 1),
    **dict.fromkeys(("min", "minute"), 60),
    **dict.fromkeys(("h", "hour"), 3600),
    **dict.fromkeys(("d", "day"), units.SECONDS_PER_DAY),
    "week": 7 * units.SECONDS_PER_DAY,
    "month": units.MONTH_SECONDS,
    "year": 12 * units.MONTH_SECONDS,
}
_Maximum = tuple[int, str]
"""The largest value anyone means, and how it is written: past it, the text has a typing error."""
_MAX_BYTES = (10**6 * BYTES_OF["TB"], "1000000 TB")
_MAX_MS = (36_500 * int(MS_OF["d"]), "36500 d")
_MAX_COUNT = (1000 * COUNT_SCALE["T"], "1000T")
_MAX_RATE = (COUNT_SCALE["B"], "1B/s")
_MAX_BYTE_RATE = (1000 * BYTES_OF["TB"], "1000 TB/s")


def quantity_error(problem: str, hint: str, written: object = "") -> PydanticCustomError:
    """An error of a value: what is wrong, what to write, and what was written (a list or mapping is not spelled out)."""
    return PydanticCustomError("quantity", "{shown}", {"shown": problem, "hint": hint, "found": _shown(written)})


def read_bytes(raw: object) -> Decimal:
    """Bytes from `1.8 KB` or `300 B`."""
    return to_decimal(_at_most(_MAX_BYTES, _scaled(raw, BYTES_OF, "a size", "1.8 KB or 300 B"), raw))


def read_megabytes(raw: object) -> int:
    """Whole megabytes from `512 MB` or `2 GB`."""
    megabytes = Fraction(read_bytes(raw)) / units.BYTES_PER_MB
    if megabytes.denominator != 1:
        raise quantity_error(f"{raw} is not whole megabytes", "expected whole megabytes, such as 512 MB", raw)
    return int(megabytes)


def read_ms(raw: object) -> Decimal:
    """Milliseconds from `45 ms` or `22 min`."""
    return to_decimal(_at_most(_MAX_MS, _scaled(raw, MS_OF, "a duration", "45 ms or 22 min"), raw))


def read_count(raw: object) -> Decimal:
    """A number from `3`, `50k` or `2M`."""
    if isinstance(raw, Decimal) and raw >= 0:
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return Decimal(raw)
    count = _number_with_unit(raw, COUNT_SCALE)
    if count is None:
        raise quantity_error("wrong value", "expected a count, such as 3, 50k or 2M", raw)
    return to_decimal(_at_most(_MAX_COUNT, count, raw))


def read_whole(raw: object) -> int:
    """A whole number from `3` or `50k`."""
    count = read_count(raw)
    if count != count.to_integral_value():
        raise quantity_error(f"{count} is not whole", "expected a whole number, such as 3", raw)
    return int(count)


def read_share(raw: object) -> Decimal:
    """A share from `20%`. Range 0 to 1."""
    expected = "a share from 0% to 100%"
    share = _scaled(raw, {"%": Fraction(1, 100)}, expected, "20%")
    if share > 1:
        raise _wrong(raw, expected, "20%")
    return to_decimal(share)


def read_factor(raw: object) -> Decimal:
    """A factor from `3x` or `0.2x`."""
    return to_decimal(_scaled(raw, {"x": 1}, "a factor", "3x or 0.2x"))


def read_money(raw: object) -> Decimal:
    """An amount in USD from `2500 USD`."""
    return to_decimal(_scaled(raw, {"USD": 1}, "an amount in USD", "2500 USD"))


def read_rate(raw: object) -> Fraction:
    """Requests per second from `60/s`, `150M/month`, `5k/min`; a month is 2,628,000 s."""
    rate = _per_second(raw, COUNT_SCALE)
    if rate is None:
        raise _wrong(raw, "a rate", "60/s or 150M/month")
    return _at_most(_MAX_RATE, rate, raw)


def read_byte_rate(raw: object) -> Fraction:
    """Bytes per second from `300 GB/day` or `12 GB/h`; never 0."""
    rate = _per_second(raw, BYTES_OF)
    if not rate:
        raise _wrong(raw, "a data rate", "300 GB/day or 12 GB/h")
    return _at_most(_MAX_BYTE_RATE, rate, raw)


def _shown(written: object) -> str:
    return "a list" if isinstance(written, list) else "this" if isinstance(written, Mapping) else str(written)[:60]


def _wrong(raw: object, expected: str, example: str) -> PydanticCustomError:
    is_number = isinstance(raw, Decimal | int) and not isinstance(raw, bool)
    return quantity_error(
        f"{raw} has no unit" if is_number else "wrong value", f"expected {expected}, such as {example}", raw
    )


def _number_with_unit(raw: object, factors: Mapping[str, Fraction | int]) -> Fraction | None:
    """A text's number times the factor of its unit; None for anything else, and for what is below 0."""
    match = _TEXT.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if match is None or match["unit"] not in factors:
        return None
    value = Fraction(Decimal(match["n"])) * factors[match["unit"]]
    return None if value < 0 else value


def _scaled(raw: object, factors: Mapping[str, Fraction | int], expected: str, example: str) -> Fraction:
    value = _number_with_unit(raw, factors)
    if value is None:
        raise _wrong(raw, expected, example)
    return value


def _at_most(maximum: _Maximum, value: Fraction, raw: object) -> Fraction:
    largest, written = maximum
    if value > largest:
        problem, hint = f"'{_shown(raw)}' is too large: at most {written}", f"write {written} or less"
        raise PydanticCustomError(
            "quantity", "{shown}", {"shown": problem, "hint": hint, "found": _shown(raw), "most": written}
        )
    return value


def _per_second(raw: object, factors: Mapping[str, Fraction | int]) -> Fraction | None:
    """An amount per time, in one second; None for anything else."""
    if not isinstance(raw, str) or raw.count("/") != 1:
        return None
    amount, period = (part.strip() for part in raw.split("/"))
    value = _number_with_unit(amount, factors)
    return None if value is None or period not in SECONDS_OF else value / SECONDS_OF[period]


def figure(value: float | Fraction | Decimal, digits: int = 3) -> str:
    """A number for a message: so many significant digits, all digits before the point, never a power of ten."""
    number = float(value)
    if not number:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    text = f"{number:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text
