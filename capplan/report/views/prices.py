"""Shows prices: by Region, by key, one with its history."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from capplan.pricing.listing import ListedPrice, ListedRegion
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Table,
    dim,
    facts,
    line,
    row,
)


def regions_document(listed: Sequence[ListedRegion]) -> Document:
    """A row for each Region."""
    columns = (Column("Region"), Column("Services", "right"), Column("Prices", "right"), Column("Checked"))
    rows = tuple(
        row(
            region.region,
            f"{sum(count > 0 for _, count in region.prices)} of {len(region.prices)}",
            str(sum(count for _, count in region.prices)),
            f"{region.oldest_checked} to {region.newest_checked}",
        )
        for region in listed
    )
    how = Paragraph((dim("capplan prices list REGION shows a Region's prices"),))
    return Document(
        "Prices",
        f"services that have prices, number of prices, {numbers.count(len(listed), 'Region')}",
        (Table(columns, rows, fills=False), how),
    )


def prices_document(region: str, listed: Sequence[ListedPrice]) -> Document:
    """A row for each price: its first tier, and when it was checked."""
    rows: list[Row] = []
    for entry in listed:
        price = entry.price
        sure = "" if price.confidence == "verified" else price.confidence
        tiers = numbers.count(len(price.tiers), "tier") if len(price.tiers) > 1 else ""
        per = (
            numbers.unit_price(price.tiers[0].price).replace("/M", " /M")
            if price.tiers[0].price is not None
            else "unknown"
        )
        rows.append(row(price.key, per, price.unit, tiers, str(price.checked or "undated"), sure))
    columns = (
        Column("Price key"),
        Column("USD", "right"),
        Column("Unit", optional=2),
        Column("", optional=3),
        Column("Checked", optional=1),
        Column("", optional=4),
    )
    how = Paragraph((dim("/M: for a million units. All tiers, source and dates: capplan prices show KEY REGION"),))
    return Document(f"Prices of {region}", "list prices in USD", (Table(columns, tuple(rows), fills=False), how))


def everywhere_document(key: str, listed: Sequence[ListedPrice]) -> Document:
    """A row for each Region, the lowest price first."""
    unit = listed[0].price.unit if listed else ""
    rows = tuple(
        row(entry.region, _amount(entry.price.tiers[0].price), str(entry.price.checked or "undated"))
        for entry in listed
    )
    columns = (Column("Region"), Column("USD", "right"), Column("Checked", optional=1))
    return Document(key, f"list price in USD per {unit}, the lowest first", (Table(columns, rows, fills=False),))


def price_document(entries: Sequence[ListedPrice]) -> Document:
    """One price: tiers, allowance, source, days; older entries below."""
    blocks: list[Block] = []
    for i, entry in enumerate(entries):
        blocks += _entry(entry, used=i == 0)
    newest = entries[0]
    return Document(newest.price.key, f"{newest.region} · list price in USD per {newest.price.unit}", tuple(blocks))


def _entry(entry: ListedPrice, *, used: bool) -> list[Block]:
    price = entry.price
    rows: list[Row] = []
    for tier in price.tiers:
        begin = f"from {numbers.quantity(tier.begin)}" if tier.begin else "from unit 0"
        sure = "" if tier.confidence == price.confidence else tier.confidence
        rows.append(row(begin, _amount(tier.price), f"USD per {price.unit}", sure))
    if price.free:
        rows.append(row("Free Tier", numbers.quantity(price.free), f"{price.unit} a month", ""))
    table = Table((Column("Tier"), Column("", "right"), Column(""), Column("")), tuple(rows), fills=False)
    told = facts(
        ("SKU", line(f"{price.sku or 'unknown'}, {price.confidence}")),
        ("Dates", dates(price.effective, price.checked)),
        ("Source", price.source),
    )
    return [*([] if used else [Heading("Replaced")]), table, told]


def dates(effective: date | None, checked: date | None) -> str:
    """When a price began to apply, and when it was compared with AWS's page."""
    began = f"effective {effective}" if effective else "effective date not published"
    return f"{began}, {f'checked {checked}' if checked else 'never checked'}"


def _amount(price: Decimal | None) -> str:
    return "unknown" if price is None else f"{price.normalize():f}" if price else "0"
