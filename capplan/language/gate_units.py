"""Units of a gate's figures: money, time, months, bytes, shares and plain numbers, and their arithmetic."""

from functools import lru_cache
from typing import Literal

from capplan.record import Record

NumberKind = Literal["number", "share", "ratio"]
"""A figure without a dimension: a count, a share, or the quotient of two of the same unit (which may be either)."""


class Unit(Record, frozen=True):
    """Powers of US dollars, milliseconds, bytes and months; and, where all are 0, what kind of number it is.

    A month is no number of milliseconds: the calendar's differ.
    """

    usd: int = 0
    ms: int = 0
    byte: int = 0
    kind: NumberKind = "number"
    month: int = 0

    @property
    def bare(self) -> bool:
        """Whether it has no dimension."""
        return not (self.usd or self.ms or self.byte or self.month)


NUMBER, SHARE, RATIO = Unit(), Unit(kind="share"), Unit(kind="ratio")
USD, MS, BYTE, PER_MS, MONTH = Unit(usd=1), Unit(ms=1), Unit(byte=1), Unit(ms=-1), Unit(month=1)

_NAMES: dict[Unit, tuple[str, str]] = {
    NUMBER: ("a plain number", "800 or 50k"),
    SHARE: ("a percentage", "0.1%"),
    RATIO: ("a ratio", "0.5 or 50%"),
    USD: ("an amount", "50 USD"),
    MS: ("a duration", "3 s or 45 ms"),
    BYTE: ("a size", "50 GB"),
    PER_MS: ("a rate", "100/s"),
    MONTH: ("a number of months", "6 months"),
}


def words(unit: Unit) -> str:
    """The unit in a sentence: `an amount`."""
    return _NAMES[unit][0] if unit in _NAMES else f"measured in {symbol(unit)}"


def example(unit: Unit) -> str:
    """A figure of this unit; empty where there is none."""
    return _NAMES[unit][1] if unit in _NAMES else ""


@lru_cache
def symbol(unit: Unit) -> str:
    """The unit after a figure: `USD`, `%`, `ms`, `/s`, nothing for a number, `USD/ms` for a mixed one."""
    if unit == PER_MS:
        return "/s"
    if unit.bare:
        return "%" if unit.kind == "share" else ""
    powers = (("USD", unit.usd), ("ms", unit.ms), ("bytes", unit.byte), ("months", unit.month))
    numerator = "·".join(_power(name, n) for name, n in powers if n > 0)
    denominator = "".join(f"/{_power(name, -n)}" for name, n in powers if n < 0)
    return (numerator or "1") + denominator


def _power(name: str, n: int) -> str:
    return name if n == 1 else f"{name}^{n}"


def comparable(a: Unit, b: Unit) -> bool:
    """Whether two figures may be compared, added or subtracted."""
    return a == b or (a.bare and b.bare and "ratio" in (a.kind, b.kind))


def sum_unit(a: Unit, b: Unit) -> Unit:
    """The unit of a sum of two comparable figures."""
    return b if a.kind == "ratio" else a


def product_unit(a: Unit, b: Unit, *, a_literal: bool, b_literal: bool) -> Unit:
    """The unit of a product. A share of a number is a number; a literal number times a share stays a share."""
    unit = Unit(a.usd + b.usd, a.ms + b.ms, a.byte + b.byte, month=a.month + b.month)
    if not (a.bare and b.bare):
        return RATIO if unit.bare else unit
    if "ratio" in (a.kind, b.kind):
        return RATIO
    if a.kind == b.kind:
        return a
    share_literal, number_literal = (a_literal, b_literal) if a.kind == "share" else (b_literal, a_literal)
    return SHARE if number_literal and not share_literal else NUMBER


def quotient_unit(a: Unit, b: Unit) -> Unit:
    """The unit of a quotient: of two of the same unit a ratio; by a number the unit stays."""
    unit = Unit(a.usd - b.usd, a.ms - b.ms, a.byte - b.byte, month=a.month - b.month)
    if not unit.bare:
        return unit
    if not a.bare or a.kind == b.kind:
        return RATIO
    return a if b.kind == "number" else RATIO
