"""Finds list prices of services that are not modeled yet, for the order of magnitude of what they cost."""

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from capplan.quantities.rounding import to_quantity

_FILE = Path(__file__).parent.parent / "prices" / "adjacent.json"


def cost_about(region: str, key: str, quantity: Fraction) -> Decimal | None:
    """USD for a quantity of a month, tier by tier; None where nobody has read the price in the Region."""
    entry = _prices().get(key, {}).get(region)
    if entry is None:
        return None
    total, tiers = Fraction(0), entry["tiers"]
    for tier, following in zip(tiers, [*tiers[1:], None], strict=True):
        begin = Fraction(tier["begin"])
        end = quantity if following is None else min(quantity, Fraction(following["begin"]))
        total += max(Fraction(0), end - begin) * Fraction(tier["price"])
    return to_quantity(total)


@lru_cache(maxsize=1)
def _prices() -> Mapping[str, Mapping[str, Any]]:
    prices: Mapping[str, Mapping[str, Any]] = json.loads(_FILE.read_bytes())["prices"]
    return prices
