"""Shows prices: by Region, by key, one with its history."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from capplan.pricing.listing import ListedPrice, ListedRegion
from capplan.report import numbers
from capplan.report.layout import Style, finish, labelled, left, right, row, wrap
from capplan.report.views.line_parts import service_label

_KEY_PRICE, _KEY_DAY = 69, 70
_FIRST_COUNT, _COUNT = 28, 9
_SHORT_LABELS = {"stepfunctions": "Step Fn"}
_TEXT = 12


def regions_text(listed: Sequence[ListedRegion], style: Style) -> str:
    """A line for each Region."""
    heads = [_SHORT_LABELS.get(service, service_label(service)) for service, _ in listed[0].prices]
    places = [_FIRST_COUNT + _COUNT * i for i in range(len(heads))]
    days = places[-1] + 2
    out = row(
        style,
        left(0, f"{numbers.count(len(listed), 'Region')}"),
        *(right(at, head) for at, head in zip(places, heads, strict=True)),
        left(days, "checked"),
        colour="bold",
    )
    for region in listed:
        counts = [right(at, str(count)) for at, (_, count) in zip(places, region.prices, strict=True)]
        checked = f"{region.oldest_checked} to {region.newest_checked}"
        out += row(style, left(0, region.region), *counts, left(days, checked))
    return finish([out, ["capplan prices list REGION shows a Region's prices"]])


def prices_text(region: str, listed: Sequence[ListedPrice], style: Style) -> str:
    """A line for each price: its first tier, and when it was checked."""
    out = row(
        style,
        left(0, f"Prices of {region}, USD"),
        right(_KEY_PRICE, "a unit  "),
        left(_KEY_DAY, "checked"),
        colour="bold",
    )
    for entry in listed:
        price = entry.price
        marks = ("+" if len(price.tiers) > 1 else "") + ("" if price.confidence == "verified" else "*")
        out += row(
            style,
            left(0, price.key),
            right(_KEY_PRICE, f"{_amount(price.tiers[0].price)}{marks:2}"),
            left(_KEY_DAY, str(price.checked or "undated")),
        )
    note = "+ has more tiers; * is not from AWS's own price list (secondary or derived). In full: capplan prices show KEY REGION"
    return finish([out, wrap(note, 0, style)])


def everywhere_text(key: str, listed: Sequence[ListedPrice], style: Style) -> str:
    """A line for each Region, the lowest price first."""
    unit = listed[0].price.unit if listed else ""
    out = row(style, left(0, f"{key}, USD per {unit}"), right(60, "a unit"), left(62, "checked"), colour="bold")
    for entry in listed:
        price = _amount(entry.price.tiers[0].price)
        out += row(style, left(0, entry.region), right(60, price), left(62, str(entry.price.checked or "undated")))
    return finish([out])


def price_text(entries: Sequence[ListedPrice], style: Style) -> str:
    """One price: tiers, allowance, source, days; older entries below."""
    return finish([_entry(entry, style, used=i == 0) for i, entry in enumerate(entries)])


def _entry(entry: ListedPrice, style: Style, *, used: bool) -> list[str]:
    price = entry.price
    out = row(style, left(0, f"{price.key} in {entry.region}{'' if used else ' (replaced)'}"), colour="bold")
    for tier in price.tiers:
        begin = f"from {numbers.quantity(tier.begin)}" if tier.begin else "from unit 0"
        sure = "" if tier.confidence == price.confidence else f", {tier.confidence}"
        out += row(style, left(2, begin), right(36, _amount(tier.price)), left(38, f"USD per {price.unit}{sure}"))
    if price.free:
        out += row(
            style, left(2, "Free Tier"), right(36, numbers.quantity(price.free)), left(38, f"{price.unit} a month")
        )
    out += labelled("  SKU", f"{price.sku or 'unknown'}, {price.confidence}", _TEXT, style)
    return [
        *out,
        *labelled("  dates", dates(price.effective, price.checked), _TEXT, style),
        *labelled("  source", price.source, _TEXT, style),
    ]


def dates(effective: date | None, checked: date | None) -> str:
    """When a price began to apply, and when it was compared with AWS's page."""
    began = f"effective {effective}" if effective else "effective date not published"
    return f"{began}, {f'checked {checked}' if checked else 'never checked'}"


def _amount(price: Decimal | None) -> str:
    return "unknown" if price is None else f"{price.normalize():f}" if price else "0"
