"""Units of a gate's figures: money, time, bytes, shares and plain numbers, and what may meet what. It reads no text."""

from dataclasses import dataclass
from typing import Literal

NumberKind = Literal["number", "share", "ratio"]
"""What a figure without a dimension is: counted, a part of a whole, or the quotient of two alike (which is either)."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Powers of US dollars, milliseconds and bytes; and, where all are 0, what kind of number it is."""

    usd: int = 0
    ms: int = 0
    byte: int = 0
    kind: NumberKind = "number"

    @property
    def bare(self) -> bool:
        """Whether it has no dimension."""
        return not (self.usd or self.ms or self.byte)


NUMBER, SHARE, RATIO = Unit(), Unit(kind="share"), Unit(kind="ratio")
USD, MS, BYTE, PER_MS = Unit(usd=1), Unit(ms=1), Unit(byte=1), Unit(ms=-1)

_NAMES: dict[Unit, tuple[str, str]] = {
    NUMBER: ("a plain number", "800 or 50k"),
    SHARE: ("a percentage", "0.1%"),
    RATIO: ("a ratio", "0.5 or 50%"),
    USD: ("an amount", "50 USD"),
    MS: ("a duration", "3 s or 45 ms"),
    BYTE: ("a size", "50 GB"),
    PER_MS: ("a rate", "100/s"),
}


def words(unit: Unit) -> str:
    """The unit for a sentence: `an amount`."""
    return _NAMES[unit][0] if unit in _NAMES else f"measured in {symbol(unit)}"


def example(unit: Unit) -> str:
    """How one is written; empty where nothing is written so."""
    return _NAMES[unit][1] if unit in _NAMES else ""


def symbol(unit: Unit) -> str:
    """The unit beside a figure: `USD`, `%`, `ms`, `/s`, nothing for a number, `USD/ms` for what is mixed."""
    if unit == PER_MS:
        return "/s"
    if unit.bare:
        return "%" if unit.kind == "share" else ""
    powers = (("USD", unit.usd), ("ms", unit.ms), ("bytes", unit.byte))
    above = "·".join(_power(name, n) for name, n in powers if n > 0)
    below = "".join(f"/{_power(name, -n)}" for name, n in powers if n < 0)
    return (above or "1") + below


def _power(name: str, n: int) -> str:
    return name if n == 1 else f"{name}^{n}"


def alike(a: Unit, b: Unit) -> bool:
    """Whether two figures may be compared, added or taken from each other."""
    return a == b or (a.bare and b.bare and "ratio" in (a.kind, b.kind))


def together(a: Unit, b: Unit) -> Unit:
    """The unit of a sum of two that are alike."""
    return b if a.kind == "ratio" else a


def product(a: Unit, b: Unit, *, a_written: bool, b_written: bool) -> Unit:
    """The unit of a product. A share of a number is a number; a written number times a share stays a share."""
    out = Unit(a.usd + b.usd, a.ms + b.ms, a.byte + b.byte)
    if not (a.bare and b.bare):
        return RATIO if out.bare else out
    if "ratio" in (a.kind, b.kind):
        return RATIO
    if a.kind == b.kind:
        return a
    share_written, number_written = (a_written, b_written) if a.kind == "share" else (b_written, a_written)
    return SHARE if number_written and not share_written else NUMBER


def quotient(a: Unit, b: Unit) -> Unit:
    """The unit of a quotient: two alike give a ratio; something by a number stays what it is."""
    out = Unit(a.usd - b.usd, a.ms - b.ms, a.byte - b.byte)
    if not out.bare:
        return out
    if not a.bare or a.kind == b.kind:
        return RATIO
    return a if b.kind == "number" else RATIO
