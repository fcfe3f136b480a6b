"""What `prices` answers as JSON: `capplan.prices/1` and `capplan.regions/1`."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.pricing.catalogue import Tier
from capplan.pricing.listing import ListedPrice, ListedRegion
from capplan.report.record import taken


class PriceRecord(NamedTuple):
    """A price of one Region."""

    region: str
    key: str
    unit: str
    tiers: tuple[Tier, ...]
    free: Decimal
    sku: str | None
    effective: date | None
    checked: date | None
    source: str
    confidence: str


class PricesRecord(NamedTuple):
    """Prices."""

    schema: str
    prices: tuple[PriceRecord, ...]


class RegionRecord(NamedTuple):
    """A Region, and how many prices each service has there."""

    region: str
    prices: Mapping[str, int]
    oldest_checked: date | None
    newest_checked: date | None


class RegionsRecord(NamedTuple):
    """Regions."""

    schema: str
    regions: tuple[RegionRecord, ...]


def prices_record(listed: Sequence[ListedPrice]) -> PricesRecord:
    """Prices with tiers, source and days."""
    prices = (taken(PriceRecord, price.price, region=price.region) for price in listed)
    return PricesRecord("capplan.prices/1", tuple(prices))


def regions_record(listed: Sequence[ListedRegion]) -> RegionsRecord:
    """Regions with the age of their prices."""
    regions = (taken(RegionRecord, region, prices=dict(region.prices)) for region in listed)
    return RegionsRecord("capplan.regions/1", tuple(regions))
