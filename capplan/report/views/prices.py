"""Prices for a person and a program: lists by Region and key, one with its history. It finds none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from capplan.pricing.catalogue import Price
from capplan.pricing.listing import ListedPrice, ListedRegion
from capplan.report import numbers
from capplan.report.document import Style, finish, labelled, left, right, row, wrap
from capplan.report.plan_json import number, to_json

_KEY_PRICE, _KEY_DAY = 69, 70


def regions_text(found: Sequence[ListedRegion], style: Style) -> str:
    """A line a Region."""
    heads = ("DynamoDB", "Lambda", "Step F.", "Glue")
    places = (28, 37, 46, 53)
    out = row(
        style,
        left(0, f"{len(found)} REGIONS"),
        *(right(at, head) for at, head in zip(places, heads, strict=True)),
        left(56, "checked"),
        colour="bold",
    )
    for one in found:
        counts = [right(at, str(count)) for at, (_, count) in zip(places, one.prices, strict=True)]
        days = f"{one.oldest_checked} to {one.newest_checked}"
        out += row(style, left(0, one.region), *counts, left(56, days))
    return finish([out, ["capplan prices list REGION shows a Region's prices"]])


def prices_text(region: str, found: Sequence[ListedPrice], style: Style) -> str:
    """A line a price: its first tier, what it is for, when it was checked."""
    out = row(
        style,
        left(0, f"PRICES of {region}, USD"),
        right(_KEY_PRICE, "a unit  "),
        left(_KEY_DAY, "checked"),
        colour="bold",
    )
    for one in found:
        price = one.price
        marks = ("+" if len(price.tiers) > 1 else "") + ("" if price.confidence == "verified" else "*")
        out += row(
            style,
            left(0, price.key),
            right(_KEY_PRICE, f"{_amount(price.tiers[0].price)}{marks:2}"),
            left(_KEY_DAY, str(price.checked or "undated")),
        )
    note = "+ has more tiers; * is not read off AWS's own list (secondary or derived). One whole: capplan prices show KEY REGION"
    return finish([out, wrap(note, 0, style)])


def everywhere_text(key: str, found: Sequence[ListedPrice], style: Style) -> str:
    """A line a Region, the cheapest first."""
    unit = found[0].price.unit if found else ""
    out = row(style, left(0, f"{key}, USD per {unit}"), right(60, "a unit"), left(62, "checked"), colour="bold")
    for one in found:
        price = _amount(one.price.tiers[0].price)
        out += row(style, left(0, one.region), right(60, price), left(62, str(one.price.checked or "undated")))
    return finish([out])


def price_text(entries: Sequence[ListedPrice], style: Style) -> str:
    """One price: tiers, allowance, source, days; older entries below."""
    return finish([_entry(one, style, used=i == 0) for i, one in enumerate(entries)])


def _entry(one: ListedPrice, style: Style, *, used: bool) -> list[str]:
    price = one.price
    out = row(style, left(0, f"{price.key} in {one.region}{'' if used else ' (replaced)'}"), colour="bold")
    for i, tier in enumerate(price.tiers):
        begin = f"from {numbers.quantity(tier.begin)}" if i or tier.begin else "from the first"
        sure = "" if tier.confidence == price.confidence else f", {tier.confidence}"
        out += row(style, left(2, begin), right(36, _amount(tier.price)), left(38, f"USD per {price.unit}{sure}"))
    if price.free:
        out += row(
            style, left(2, "free tier"), right(36, numbers.quantity(price.free)), left(38, f"{price.unit} a month")
        )
    days = f"effective {price.effective or 'since an unknown day'}, checked {price.checked or 'by nobody known'}"
    out += labelled("  SKU", f"{price.sku or 'unknown'}, {price.confidence}", 12, style)
    return [*out, *labelled("  days", days, 12, style), *labelled("  source", price.source, 12, style)]


def _amount(price: Decimal | None) -> str:
    return "unknown" if price is None else f"{price.normalize():f}" if price else "0"


def prices_json(found: Sequence[ListedPrice]) -> str:
    """Prices by the schema `capplan.prices/1`."""
    return to_json({"schema": "capplan.prices/1", "prices": [_record(one.region, one.price) for one in found]})


def regions_json(found: Sequence[ListedRegion]) -> str:
    """Regions by the schema `capplan.regions/1`."""
    regions = [
        {
            "region": one.region,
            "prices": dict(one.prices),
            "oldest_checked": one.oldest_checked.isoformat() if one.oldest_checked else None,
            "newest_checked": one.newest_checked.isoformat() if one.newest_checked else None,
        }
        for one in found
    ]
    return to_json({"schema": "capplan.regions/1", "regions": regions})


def _record(region: str, price: Price) -> dict[str, Any]:
    return {
        "region": region,
        "key": price.key,
        "unit": price.unit,
        "tiers": [
            {"begin": number(t.begin), "price": number(t.price), "confidence": t.confidence} for t in price.tiers
        ],
        "free": number(price.free),
        "sku": price.sku,
        "effective": price.effective.isoformat() if price.effective else None,
        "checked": price.checked.isoformat() if price.checked else None,
        "source": price.source,
        "confidence": price.confidence,
    }
