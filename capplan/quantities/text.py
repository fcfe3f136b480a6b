"""Reads quantities from a scenario's text: sizes, durations, counts, shares, money and rates, each with its unit."""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pydantic_core import PydanticCustomError

from capplan import units
from capplan.quantities.rounding import to_decimal
from capplan.record import Record

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
MAX_LOOSE = 40
"""Characters of a text in which a mistyped quantity is looked for."""


class Bounds(Record, frozen=True):
    """The smallest value but 0 and the largest that are taken, and how each is written.

    Nobody means what is beyond: the text has a typing error. Within them, and within `pipeline.demand.MAX_MONTHLY` and
    `pipeline.price.MAX_USD`, sums of a plan keep every digit.
    """

    least: Fraction
    most: Fraction
    least_written: str
    most_written: str


_TINY = Fraction(1, 10**9)
_SIZE = Bounds(Fraction(1, 1000), Fraction(10**6 * BYTES_OF["TB"]), "0.001 B", "1000000 TB")
_DURATION = Bounds(Fraction(1, 10**6), 36_500 * MS_OF["d"], "0.000001 ms", "36500 d")
_COUNT = Bounds(_TINY, Fraction(1000 * COUNT_SCALE["T"]), "0.000000001", "1000T")
_FACTOR = Bounds(_TINY, Fraction(10**6), "0.000000001x", "1000000x")
_SHARE = Bounds(_TINY, Fraction(1), "0.0000001%", "100%")
_MONEY = Bounds(Fraction(1, 10**12), Fraction(10**9), "0.000000000001 USD", "1000000000 USD")
_RATE = Bounds(_TINY, Fraction(COUNT_SCALE["B"]), "0.000000001/s", "1B/s")
_BYTE_RATE = Bounds(_TINY, Fraction(1000 * BYTES_OF["TB"]), "0.000000001 B/s", "1000 TB/s")
BOUNDS: Mapping[str, Bounds] = {
    "a size": _SIZE,
    "a duration": _DURATION,
    "a count": _COUNT,
    "a factor": _FACTOR,
    "a share": _SHARE,
    "USD": _MONEY,
    "a rate": _RATE,
    "a data rate": _BYTE_RATE,
}
"""The bounds of each kind of quantity, as docs/language.md shows them."""


def quantity_error(problem: str, hint: str, written: object = "") -> PydanticCustomError:
    """An error of a value: what is wrong, what to write, and what was written (a list or mapping is not spelled out)."""
    return PydanticCustomError("quantity", "{shown}", {"shown": problem, "hint": hint, "found": _shown(written)})


def read_bytes(raw: object) -> Decimal:
    """Bytes from `1.8 KB` or `300 B`."""
    return to_decimal(_within(_SIZE, _scaled(raw, BYTES_OF, "a size", "1.8 KB or 300 B"), raw))


def read_megabytes(raw: object) -> int:
    """Whole megabytes from `512 MB` or `2 GB`."""
    _needs_unit(raw, " MB")
    megabytes = Fraction(read_bytes(raw)) / units.BYTES_PER_MB
    if megabytes.denominator != 1:
        raise quantity_error(f"{raw} is not whole megabytes", "expected whole megabytes, such as 512 MB", raw)
    return int(megabytes)


def read_ms(raw: object) -> Decimal:
    """Milliseconds from `45 ms` or `22 min`."""
    return to_decimal(_within(_DURATION, _scaled(raw, MS_OF, "a duration", "45 ms or 22 min"), raw))


def read_count(raw: object) -> Decimal:
    """A number from `3`, `50k` or `2M`."""
    if isinstance(raw, Decimal | int) and not isinstance(raw, bool) and raw >= 0:
        _within(_COUNT, Fraction(raw), raw)
        return Decimal(raw)
    count = _number_with_unit(raw, COUNT_SCALE)
    if count is None:
        meant = _meant(raw, COUNT_SCALE, "")
        raise quantity_error("wrong value", meant or "expected a count, such as 3, 50k or 2M", raw)
    return to_decimal(_within(_COUNT, count, raw))


def read_whole(raw: object) -> int:
    """A whole number from `3` or `50k`."""
    count = read_count(raw)
    if count != count.to_integral_value():
        raise quantity_error(f"{count} is not whole", "expected a whole number, such as 3", raw)
    return int(count)


def read_share(raw: object) -> Decimal:
    """A share from `20%`. Range 0 to 1."""
    expected = "a share from 0% to 100%"
    if isinstance(raw, Decimal) and 0 < raw < 1:
        raise quantity_error(f"{raw} has no unit", f"write {(raw * 100).normalize():f}%", raw)
    share = _scaled(raw, {"%": Fraction(1, 100)}, expected, "20%")
    if share > 1:
        raise _wrong(raw, expected, "20%")
    return to_decimal(_within(_SHARE, share, raw))


def read_factor(raw: object) -> Decimal:
    """A factor from `3x` or `0.2x`."""
    _needs_unit(raw, "x")
    return to_decimal(_within(_FACTOR, _scaled(raw, {"x": 1}, "a factor", "3x or 0.2x"), raw))


def read_money(raw: object) -> Decimal:
    """An amount in USD from `2500 USD`."""
    _needs_unit(raw, " USD")
    return to_decimal(_within(_MONEY, _scaled(raw, {"USD": 1}, "an amount in USD", "2500 USD"), raw))


def read_rate(raw: object) -> Fraction:
    """Requests per second from `60/s`, `150M/month`, `5k/min`; a month is 2,628,000 s."""
    rate = _per_second(raw, COUNT_SCALE)
    if rate is None:
        raise _wrong(raw, "a rate", "60/s or 150M/month", _meant_rate(raw, COUNT_SCALE))
    return _within(_RATE, rate, raw)


def read_byte_rate(raw: object) -> Fraction:
    """Bytes per second from `300 GB/day` or `12 GB/h`; never 0."""
    rate = _per_second(raw, BYTES_OF)
    if not rate:
        raise _wrong(raw, "a data rate", "300 GB/day or 12 GB/h", _meant_rate(raw, BYTES_OF))
    return _within(_BYTE_RATE, rate, raw)


def _shown(written: object) -> str:
    return "a list" if isinstance(written, list) else "this" if isinstance(written, Mapping) else str(written)[:60]


def _needs_unit(raw: object, unit: str) -> None:
    """Raises for a plain number, where only one unit can be meant."""
    if isinstance(raw, Decimal | int) and not isinstance(raw, bool) and raw >= 0:
        raise quantity_error(f"{raw} has no unit", f"write {raw}{unit}", raw)


def _wrong(raw: object, expected: str, example: str, meant: str = "") -> PydanticCustomError:
    is_number = isinstance(raw, Decimal | int) and not isinstance(raw, bool)
    problem = f"{raw} has no unit" if is_number else "wrong value"
    return quantity_error(problem, meant or f"expected {expected}, such as {example}", raw)


_OTHER_WORDS: Mapping[str, tuple[str, ...]] = {
    "million": ("M",),
    "millions": ("M",),
    "mio": ("M",),
    "thousand": ("k",),
    "billion": ("B",),
    "bn": ("B",),
    "k": ("KB",),
    "m": ("MB",),
    "g": ("GB",),
    "t": ("TB",),
    "msec": ("ms",),
    "millis": ("ms",),
    "milliseconds": ("ms",),
    "mins": ("min",),
    "secs": ("s",),
    "hr": ("h",),
    "hrs": ("h",),
    "usd": ("USD",),
    "$": ("USD",),
    "dollars": ("USD",),
    "percent": ("%",),
    "times": ("x", ""),
    "x": ("",),
}
"""Units that people write, in lower case, and the unit that is meant where it is one of the accepted."""
_LOOSE = re.compile(r"(?P<sign>\$?)\s*(?P<n>\d{1,3}(?:[,_ ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>[A-Za-zµ%$]*)")
_BEFORE_UNIT = re.compile(r"\s+(?=[A-Za-zµ%/])")
_PER = re.compile(
    r"(?P<amount>.*?)\s*(?:(?P<short>[rtq]p[sm])|(?:requests?|reqs?|calls|events|messages)?\s*(?:/|\bper\b|\ba\b)\s*(?P<period>[A-Za-z]+))",
    re.IGNORECASE,
)


def _meant(raw: object, factors: Mapping[str, Fraction | int], space: str = " ") -> str:
    """A hint with the quantity that is meant: `2 kb` is 2 KB, `1 million` is 1M, `$5` is 5 USD; empty if it is unclear."""
    written = _loose(raw, factors, space)
    if not written:
        return ""
    return _said(raw, written)


def _said(raw: object, written: str) -> str:
    """The hint to write a quantity; where only the case of its unit was wrong, it says so."""
    only_case = _BEFORE_UNIT.sub("", written).casefold() == _BEFORE_UNIT.sub("", str(raw).strip()).casefold()
    return f"units are case-sensitive: {written}" if only_case else f"write {written}"


def _loose(raw: object, factors: Mapping[str, Fraction | int], space: str) -> str:
    match = _LOOSE.fullmatch(raw.strip()) if isinstance(raw, str) and len(raw) <= MAX_LOOSE else None
    if match is None:
        return ""
    unit = match["unit"] or match["sign"]
    same = [u for u in factors if u.casefold() == unit.casefold()]
    exact = [unit] if unit in factors else same or [u for u in _OTHER_WORDS.get(unit.casefold(), ()) if u in factors]
    number = match["n"].replace(",", "").replace("_", "").replace(" ", "")
    return f"{number}{space if exact[0] not in ('', '%', 'x') else ''}{exact[0]}" if exact else ""


def _meant_rate(raw: object, factors: Mapping[str, Fraction | int]) -> str:
    """A hint with the rate that is meant: `60 rps` is 60/s, `2m/month` is 2M/month; empty if it is unclear."""
    match = _PER.fullmatch(raw.strip()) if isinstance(raw, str) and len(raw) <= MAX_LOOSE else None
    if match is None:
        return ""
    short, period = match["short"], match["period"] or ""
    found = [p for p in SECONDS_OF if p.casefold() in (period.casefold(), period.casefold().removesuffix("s"))]
    per = ("s" if short[-1] in "sS" else "min") if short else found[0] if found else ""
    amount = _loose(match["amount"], factors, "" if "" in factors else " ")
    if not (per and amount):
        return ""
    return _said(raw, f"{amount}/{per}")


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
        raise _wrong(raw, expected, example, _meant(raw, factors))
    return value


def _within(bounds: Bounds, value: Fraction, raw: object) -> Fraction:
    told: dict[str, str] = {}
    if value > bounds.most:
        written = bounds.most_written
        problem, hint = f"'{_shown(raw)}' is too large: at most {written}", f"write {written} or less"
        told = {"shown": problem, "hint": hint, "most": written}
    elif 0 < value < bounds.least:
        written = bounds.least_written
        problem, hint = f"'{_shown(raw)}' is too small: at least {written}, or 0", f"write 0, or {written} or more"
        told = {"shown": problem, "hint": hint}
    if told:
        raise PydanticCustomError("quantity", "{shown}", {**told, "found": _shown(raw), "bound": written})
    return value


def _per_second(raw: object, factors: Mapping[str, Fraction | int]) -> Fraction | None:
    """An amount per time, in one second; None for anything else."""
    if not isinstance(raw, str) or raw.count("/") != 1:
        return None
    amount, period = (part.strip() for part in raw.split("/"))
    value = _number_with_unit(amount, factors)
    return None if value is None or period not in SECONDS_OF else value / SECONDS_OF[period]


SMALLEST_FIGURE, LARGEST_FIGURE = 0.0001, 10**15
"""Figures for people lie between these; what is beyond them is written as less, or more, than that."""


def figure(value: float | Fraction | Decimal, digits: int = 3) -> str:
    """A number for people: so many significant digits, all digits before the point, never a power of ten."""
    number = abs(float(value))
    sign = "-" if value < 0 else ""
    if not number:
        return "0"
    if number < SMALLEST_FIGURE:
        return f"{sign}<{SMALLEST_FIGURE:f}".rstrip("0")
    if number >= LARGEST_FIGURE:
        return f"{sign}>999T"
    decimals = max(0, digits - 1 - math.floor(math.log10(number)))
    text = f"{number:,.{decimals}f}"
    return sign + (text.rstrip("0").rstrip(".") if decimals else text)


def with_unit(amount: str, unit: str) -> str:
    """A figure and its unit: `1 run`, `2 runs`, `1,000 ms`, `12`."""
    if amount != "1" or len(unit) <= len("ms") or unit.endswith(("ss", "/s")) or not unit.endswith("s"):
        return f"{amount} {unit}".rstrip()
    return f"{amount} {unit.removesuffix('ies')}y" if unit.endswith("ies") else f"{amount} {unit.removesuffix('s')}"


def lasting(milliseconds: float | Fraction | Decimal, digits: int = 3) -> str:
    """A duration in the largest unit that it fills: `45 ms`, `1.5 min`, `4 d`."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if milliseconds >= size:
            return f"{figure(float(milliseconds) / size, digits)} {unit}"
    return f"{figure(milliseconds, digits)} ms"
