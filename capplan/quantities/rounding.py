"""Rounds simulated figures to 6 significant digits and exact ratios to 10 decimals."""

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

_TEN_DECIMALS = 10**10
_WIDE = Context(prec=500)
"""Wide enough for every figure to keep its digits."""


@lru_cache(maxsize=4096)
def sig6(value: float) -> Fraction:
    """A simulated figure as an exact ratio of 6 significant digits. The only way from float to money."""
    return Fraction(*Decimal(f"{value:.6g}").as_integer_ratio())


def to_quantity(value: Fraction | Decimal | int) -> Decimal:
    """A volume as a quantity: half up at 10 decimals, trailing zeros dropped."""
    numerator, denominator = value.as_integer_ratio()
    scaled = (2 * numerator * _TEN_DECIMALS + denominator) // (2 * denominator)
    whole, rest = divmod(scaled, _TEN_DECIMALS)
    return without_exponent(_WIDE.scaleb(Decimal(scaled), -10)) if rest else Decimal(whole)


def without_exponent(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    normal = _WIDE.normalize(value)
    return Decimal(int(normal)) if normal == normal.to_integral_value() else normal


def to_decimal(value: Fraction) -> Decimal:
    """A finite decimal where the denominator has only factors 2 and 5, else the first 28 digits."""
    return without_exponent(Decimal(value.numerator) / Decimal(value.denominator))


def ceil_div(value: Fraction | Decimal | int, block: int) -> int:
    """How many blocks a value fills, rounded up; 0 for 0."""
    numerator, denominator = value.as_integer_ratio()
    return -(-numerator // (denominator * block))
