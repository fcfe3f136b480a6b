"""Figures as a person reads them, rounded: money, counts, shares; what is below 0 with a minus sign, not a hyphen."""

from decimal import ROUND_HALF_UP, Decimal

from capplan.quantities.text import LARGEST_FIGURE, figure, with_unit

_CENT = Decimal("0.01")
_ROUNDS_UP = Decimal("0.9995")
"""From here on, three digits of a smaller unit round to 1,000 of it: 999,600 is 1M, not 1,000k."""
_TENFOLD = Decimal(-10)
_MANY = Decimal("999.5")


def below_zero(text: str) -> str:
    """A figure's text with the sign that it has in print; where only ASCII is shown, a `Style` makes a hyphen of it."""
    return f"−{text[1:]}" if text.startswith("-") else text


def usd(amount: Decimal, *, sign: bool = False) -> str:
    """Two decimals, thousands separators; `<0.01` for a positive amount under half a cent, 0.00 only for a true zero."""
    if 0 < amount < Decimal("0.005"):
        return "<0.01"
    if -Decimal("0.005") < amount < 0:
        return below_zero("-<0.01")
    text = below_zero(f"{amount.quantize(_CENT, ROUND_HALF_UP):,}")
    return f"+{text}" if sign and amount > 0 else text


def quantity(amount: Decimal) -> str:
    """Three decimals beside an M from a million on; otherwise as many digits as matter."""
    if amount >= 1_000_000:  # noqa: PLR2004  a million
        return f"{(amount / 1_000_000).quantize(Decimal('0.001'), ROUND_HALF_UP):,}M"
    if amount >= 1000:  # noqa: PLR2004  whole from a thousand on
        return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,f}"
    return below_zero(f"{amount.quantize(Decimal('0.0001'), ROUND_HALF_UP).normalize():f}")


def unit_price(price: Decimal) -> str:
    """Every digit; per million when below 0.001."""
    if 0 < price < Decimal("0.001"):
        return f"{(price * 1_000_000).normalize():f}/M"
    return f"{price.normalize():f}" if price else "0"


def rate(amount: Decimal) -> str:
    """Whole, or two significant digits below 10; k, M, B, T from 10,000 on."""
    for factor, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "k")):
        if amount >= max(_ROUNDS_UP * factor, Decimal(10_000)):
            return f"{figure(amount / factor)}{letter}" if amount < LARGEST_FIGURE else figure(amount)
    if amount >= 10:  # noqa: PLR2004  below, two significant digits
        return f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,f}"
    return below_zero(figure(amount, 2))


def free(headroom: Decimal) -> str:
    """What is free of a limit; one that is exceeded more than tenfold is `<−999%`."""
    return share(headroom) if headroom > _TENFOLD else "<−999%"


def over(headroom: Decimal) -> str:
    """How far a limit is exceeded: a percentage, or how many times over from tenfold on."""
    return f"{share(-headroom)} over" if headroom > _TENFOLD else f"{times(1 - headroom)} the limit"


def times(multiple: Decimal) -> str:
    """How many times something is: `40x`; from a thousand on `>999x`, since nobody compares what lies beyond."""
    return f"{rate(multiple)}x" if multiple < _MANY else ">999x"


def share(part: Decimal) -> str:
    """A percentage: whole from 10% on, one digit below, `<0.1%` under that."""
    percent = part * 100
    if 0 < percent < Decimal("0.1"):
        return "<0.1%"
    if percent == 0:
        return "0%"
    digits = Decimal(1) if abs(percent) >= 10 else Decimal("0.1")  # noqa: PLR2004  from 10% on whole
    rounded = percent.quantize(digits, ROUND_HALF_UP)
    return below_zero(f"{rounded:,f}%") if rounded else "0%"


def change(base: Decimal, amount: Decimal) -> str:
    """`+16.72 (+1.0%)`, USD; `unchanged`; without a percentage where the base is 0."""
    if not amount:
        return "unchanged"
    if not base:
        return usd(amount, sign=True)
    return f"{usd(amount, sign=True)} ({'+' if amount > 0 else '−'}{share(abs(amount / base))})"


def value(amount: Decimal, unit: str) -> str:
    """A figure in an observable's unit."""
    if unit == "USD":
        return usd(amount)
    if unit == "%":
        text = f"{(amount * 100).quantize(_CENT, ROUND_HALF_UP).normalize():f}"
        return f"{below_zero(text)}%" if amount == 0 or text not in ("0", "-0") else "<0.01%"
    return rate(amount) if unit != "ms" else f"{below_zero(figure(amount, 6))} ms"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 gate`, `2 gates`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def of_float(amount: float) -> Decimal:
    """A simulated figure at its 6 significant digits."""
    return Decimal(f"{amount:.6g}")


def measured(amount: Decimal, unit: str) -> str:
    """A load or a limit with its unit: `1 run`, `12k WRU/s`."""
    return with_unit(rate(amount), unit)
