"""Finds the rates of a Database Savings Plan: as listed, else as the share of the list price that AWS's own list shows."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from capplan.pricing.catalogue import Catalogue

_FILE = Path(__file__).parent.parent / "prices" / "savings_plans.json"
_LISTED = "database_savings_plan.1yr_no_upfront"
_TEN_DECIMALS = Decimal("1E-10")


class PlanRate(NamedTuple):
    """USD of a pricing unit under a plan, and how it is known: "verified", "secondary" or "derived"."""

    usd: Decimal
    confidence: str


def database_rate(catalogue: Catalogue, key: str) -> PlanRate | None:
    """The rate of a price key, such as dynamodb.on_demand.read_request_unit.standard; None where no plan applies to it."""
    service, _, dimension = key.partition(".")
    listed = catalogue.price(f"{service}.{_LISTED}.{dimension}")
    if listed is not None and listed.tiers[0].price is not None:
        return PlanRate(listed.tiers[0].price, listed.tiers[0].confidence)
    rule, plain = _rule(), catalogue.price(key)
    share = rule["share_of_list_price"].get(dimension.partition(".")[0])
    if share is None or plain is None or plain.tiers[0].price is None:
        return None
    return PlanRate((plain.tiers[0].price * Decimal(share)).quantize(_TEN_DECIMALS, ROUND_HALF_UP), rule["confidence"])


@lru_cache(maxsize=1)
def _rule() -> Mapping[str, Any]:
    rule: Mapping[str, Any] = json.loads(_FILE.read_bytes())["database"]
    return rule
