"""Writes the figures of a workflow: costs of 1,000 executions, counts, shares."""

from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import figure
from capplan.report import numbers

_DIGITS = 4
_THOUSAND = 1000


def per_thousand(usd: Fraction) -> str:
    """USD of 1,000 executions: cents from a dollar on, four decimals below."""
    value = to_quantity(usd * _THOUSAND)
    if 0 < value < Decimal("0.00005"):
        return "<0.0001"
    return numbers.usd(value) if abs(value) >= _THOUSAND else f"{shown(usd):f}"


def shown(usd: Fraction) -> Decimal:
    """What `per_thousand` shows, as a number."""
    value = to_quantity(usd * _THOUSAND)
    return value.quantize(Decimal("0.0001") if abs(value) < _THOUSAND else Decimal("0.01"), "ROUND_HALF_UP")


def amount(value: Fraction) -> str:
    """A count or a mean: whole where it is, else up to four significant digits."""
    return f"{value.numerator:,}" if value.denominator == 1 else figure(value, _DIGITS)


def share(part: Fraction) -> str:
    """A share in percent; what is more than nothing does not read 0%."""
    return "<0.1%" if part and not to_quantity(part) else numbers.share(to_quantity(part))
