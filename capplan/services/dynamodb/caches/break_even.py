"""Computes the hit rate at which a DAX cluster saves as much in reads as its nodes cost, at list prices.

A saved read unit of a provisioned table is worth its part of a capacity unit's hour, at auto scaling's usual utilization.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan.pricing.catalogue import load_prices
from capplan.quantities.rounding import to_quantity
from capplan.services.dynamodb.caches.spec import Cache
from capplan.services.dynamodb.caches.usage import CacheUsage
from capplan.services.dynamodb.cost import class_suffix
from capplan.services.dynamodb.spec import AUTO_SCALED_TARGET, Table
from capplan.units import MONTH_HOURS, SECONDS_PER_HOUR


def break_even_hit_rate(spec: Cache, usage: CacheUsage, region: str) -> Decimal | None:
    """The share of the reads that it may answer; above 1 where it never pays by reads alone; None where that is not known."""
    unit, node = _unit_usd(spec.behind.values(), region), _price(region, spec.price_key)
    if not usage.cacheable_units or unit is None or node is None:
        return None
    return to_quantity(Fraction(node) * spec.nodes * MONTH_HOURS / (unit * usage.cacheable_units))


def _unit_usd(tables: Iterable[Table], region: str) -> Fraction | None:
    """The mean price of a read unit of the tables; None where one has none."""
    found = []
    for table in tables:
        if table.on_demand:
            usd = _price(region, f"dynamodb.on_demand.read_request_unit.{class_suffix(table)}")
            found.append(None if usd is None else Fraction(usd))
        else:
            usd = _price(region, f"dynamodb.provisioned.rcu_hour.{class_suffix(table)}")
            found.append(None if usd is None else Fraction(usd) / SECONDS_PER_HOUR / Fraction(AUTO_SCALED_TARGET))
    known = [usd for usd in found if usd is not None]
    return sum(known, Fraction(0)) / len(known) if known and len(known) == len(found) else None


def _price(region: str, key: str) -> Decimal | None:
    price = load_prices(region, {}).price(key)
    return None if price is None else price.tiers[0].price
