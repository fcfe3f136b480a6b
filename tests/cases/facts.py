"""What an adapter may know beside its case: the file's tables, the definitions, the prices. It computes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any


class NotCovered(Exception):  # noqa: N818  a verdict, not an error
    """Raised by an adapter for a case that capplan does not compute yet; the case counts as not covered."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The surroundings of one case.

    Attributes:
        tables: The file's top-level `tables`, by name.
        asl: The folder of Amazon States Language definitions, if there is one.
    """

    tables: Mapping[str, Any] = field(default_factory=dict)
    asl: Path | None = None

    def prices(self, region: str) -> Any:  # noqa: ANN401  the catalogue's own type, imported only when asked for
        """The shipped price list of a Region, as `capplan.pricing.catalogue` gives it."""
        from capplan.pricing.catalogue import load_prices

        return load_prices(region, {})

    def unit_usd(self, region: str, key: str, tier: int = -1) -> Decimal:
        """What one unit costs in a tier of a shipped price; the last tier, past any allowance, unless told."""
        found: Decimal = self.prices(region)[key].tiers[tier].usd
        return found
