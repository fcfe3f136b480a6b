"""What `prices verify`, `prices age` and `prices diff` answer as JSON."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.pricing.audit import Age, Coverage, PriceDiff
from capplan.pricing.catalogue import Price, Tier
from capplan.report.record import taken


class VerifiedPricesRecord(NamedTuple):
    """What the files have of each service, and what they lack."""

    schema: str
    services: tuple[Coverage, ...]


class AgesRecord(NamedTuple):
    """When prices were last compared with AWS's list."""

    schema: str
    ages: tuple[Age, ...]


class OnePriceRecord(NamedTuple):
    """A price on one side of a comparison."""

    unit: str
    tiers: tuple[Tier, ...]
    free: Decimal
    effective: date | None
    checked: date | None
    confidence: str


class PriceChangeRecord(NamedTuple):
    """A price that differs; null where there is none.

    Attributes:
        region: Null where two Regions are compared.
        change: Of the first tier, as a share of it before.
    """

    key: str
    region: str | None
    before: OnePriceRecord | None
    after: OnePriceRecord | None
    change: Decimal | None


class PriceDiffRecord(NamedTuple):
    """Two days or two Regions, how many prices are alike, and those that differ."""

    schema: str
    before: str
    after: str
    same: int
    changes: tuple[PriceChangeRecord, ...]


def verified_prices_record(services: Sequence[Coverage]) -> VerifiedPricesRecord:
    """What there is and what is lacking."""
    return VerifiedPricesRecord("capplan.prices-verify/1", tuple(services))


def ages_record(ages: Sequence[Age]) -> AgesRecord:
    """The age of prices."""
    return AgesRecord("capplan.prices-age/1", tuple(ages))


def price_diff_record(diff: PriceDiff) -> PriceDiffRecord:
    """What differs."""
    changes = tuple(
        taken(
            PriceChangeRecord,
            change,
            region=change.region or None,
            before=_one(change.before),
            after=_one(change.after),
        )
        for change in diff.changes
    )
    return taken(PriceDiffRecord, diff, schema="capplan.prices-diff/1", changes=changes)


def _one(price: Price | None) -> OnePriceRecord | None:
    return None if price is None else taken(OnePriceRecord, price)
