"""One quantity at its tiers, unrounded: what AWS's examples compute. The product rates whole accounts, each line rounded."""

from collections.abc import Sequence
from fractions import Fraction

from capplan.pricing.rating import slices


def graduated_usd(
    quantity: Fraction, tiers: Sequence[tuple[Fraction, Fraction]], free: Fraction = Fraction(0)
) -> Fraction:
    """The cost of a single quantity at tiers (from, unit price) after an allowance, unrounded."""
    sizes = slices(max(Fraction(0), quantity - free), [begin for begin, _ in tiers])
    return sum((size * usd for size, (_, usd) in zip(sizes, tiers, strict=True)), Fraction(0))
