"""What an adapter has beside its case: the file's tables, definitions and prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from capplan.pricing.catalogue import Catalogue, Price, Tier, allowances, load_prices


class NotCovered(Exception):  # noqa: N818  a verdict, not an error
    """Raised by an adapter for a case that capplan does not compute; the case counts as not covered."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The context of a case.

    Attributes:
        tables: The file's top-level `tables`, by name.
        asl: The folder of Amazon States Language definitions, if there is one.
    """

    tables: Mapping[str, Any] = field(default_factory=dict)
    asl: Path | None = None

    def prices(self, region: str) -> Catalogue:
        """The shipped price list of a Region."""
        return load_prices(region, {})

    def price(self, region: str, key: str) -> Price:
        """A price of the list. Raises NotCovered where there is none."""
        price = self.prices(region).price(key)
        if price is None:
            raise NotCovered(f"no price {key} in {region}")
        return price

    def tiers(self, region: str, key: str) -> list[tuple[Fraction, Decimal]]:
        """A price's paid tiers as (from quantity, unit price), in growing order."""
        return [(Fraction(tier.begin), _known(tier, key)) for tier in self.price(region, key).tiers]

    def unit_usd(self, region: str, key: str) -> Decimal:
        """The unit price of the first paid tier."""
        return self.tiers(region, key)[0][1]

    def allowance(self, key: str) -> Decimal:
        """The account's free quantity of a price per month, outside its SKU; 0 where there is none."""
        return next((allowance.quantity for allowance in allowances() if key in allowance.keys), Decimal(0))


def _known(tier: Tier, key: str) -> Decimal:
    if tier.price is None:
        raise NotCovered(f"a tier of {key} has no published price")
    return tier.price
