"""Shows what the price files lack, how old they are, and what differs between two days or two Regions."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from capplan.pricing.audit import Age, Coverage, Gap, PriceChange, PriceDiff
from capplan.pricing.catalogue import Price
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import Block, Column, Document, Heading, Paragraph, Row, Span, Table, dim, row
from capplan.report.views.parts import service_label, signed


def verified_prices_document(services: Sequence[Coverage]) -> Document:
    """The answer of `prices verify`."""
    columns = (
        Column(""),
        Column("Service"),
        Column("Prices", "right"),
        Column("Regions", "right"),
        Column("With all of them", "right"),
        Column("Not read", "right", optional=1),
    )
    table = Table(columns, tuple(map(_coverage, services)), fills=False)
    gaps = tuple(gap for one in services for gap in _gaps(one))
    blocks: list[Block] = [table]
    if gaps:
        gaps = (replace(gaps[0], space=False), *gaps[1:])
        blocks += [
            Heading("Gaps", "a plan that needs one of these says so"),
            Table((Column("Price keys, and where nobody has read them", wraps=True),), gaps),
        ]
    unread = [one for one in services if one.unread]
    if unread:
        rows = tuple(row(service_label(one.service), _named(one.unread, one.regions)) for one in unread)
        blocks += [Heading("Nobody has read"), Table((Column("Service"), Column("Regions", wraps=True)), rows)]
    whole = sum(not one.gaps and not one.unread for one in services)
    return Document("Prices", f"{whole} of {numbers.count(len(services), 'service')} without a gap", tuple(blocks))


def _coverage(one: Coverage) -> Row:
    lacking = {region for gap in one.gaps for region in (*gap.lacks, *gap.unknown_from)}
    verdict = signed("warn", "gaps") if one.gaps or one.unread else signed("good", "whole")
    whole = len(one.regions) - len(lacking)
    return row(
        verdict, service_label(one.service), str(one.keys), str(len(one.regions)), str(whole), str(len(one.unread))
    )


def _gaps(one: Coverage) -> Iterator[Row]:
    """Prices that the same Regions lack stand together, above those Regions."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Gap]] = {}
    for gap in one.gaps:
        alike.setdefault((gap.lacks, gap.unknown_from), []).append(gap)
    for (lacks, short), gaps in alike.items():
        has = gaps[0].has
        yield row(", ".join(gap.key for gap in gaps), space=True)
        if lacks:
            yield row(f"not in {_named(lacks, has)}", level=1, role="dim")
        if short:
            whole = tuple(region for region in has if region not in short)
            yield row(f"upper tiers not known in {_named(short, whole)}", level=1, role="dim")


def _named(lacks: Sequence[str], others: Sequence[str]) -> str:
    """The Regions: these, or all but the others, where those are fewer."""
    if len(lacks) <= len(others) or not others:
        return ", ".join(lacks)
    return f"{len(lacks)} Regions: all but {', '.join(others)}"


def ages_document(ages: Sequence[Age]) -> Document:
    """The answer of `prices age`."""
    columns = (
        Column("Service"),
        Column("Region"),
        Column("Prices", "right"),
        Column("Oldest check"),
        Column("Newest check"),
        Column("Undated", "right", optional=1),
        Column("Stale", "right"),
    )
    rows = tuple(
        row(
            service_label(age.service),
            age.region,
            str(age.prices),
            str(age.oldest or "never"),
            str(age.newest or "never"),
            str(age.undated),
            Span(str(age.stale), "warn" if age.stale else ""),
        )
        for age in ages
    )
    stale, prices = sum(age.stale for age in ages), sum(age.prices for age in ages)
    how = Paragraph((dim("Stale: not compared with AWS's list in the last 24 months, or never."),))
    what = f"{stale:,} of {numbers.count(prices, 'price')} stale"
    return Document("Age of prices", what, (Table(columns, rows, fills=False), how))


def price_diff_document(diff: PriceDiff) -> Document:
    """The answer of `prices diff`."""
    both = [change for change in diff.changes if change.before is not None and change.after is not None]
    blocks: list[Block] = []
    if both:
        columns = (
            Column("Price key"),
            Column("Region", optional=1),
            Column(diff.before, "right"),
            Column(diff.after, "right"),
            Column("Change", "right"),
        )
        blocks.append(Table(columns, tuple(map(_changed, both)), fills=False))
    blocks += _only(f"Only {diff.before}", [change for change in diff.changes if change.after is None])
    blocks += _only(f"Only {diff.after}", [change for change in diff.changes if change.before is None])
    if not diff.changes:
        blocks.append(Paragraph((Span("No price differs."),)))
    what = f"{numbers.count(len(both), 'price')} differ, {diff.same:,} are alike"
    return Document(f"{diff.before} and {diff.after}", what, tuple(blocks))


def _changed(change: PriceChange) -> Row:
    share = "tiers" if not change.change else f"{change.change:+.1%}"
    return row(change.key, change.region, _amount(change.before), _amount(change.after), share)


def _only(title: str, changes: Sequence[PriceChange]) -> list[Block]:
    if not changes:
        return []
    rows = tuple(row(change.key, change.region, _amount(change.before or change.after)) for change in changes)
    columns = (Column("Price key"), Column("Region", optional=1), Column("USD", "right"))
    return [Heading(title), Table(columns, rows, fills=False)]


def _amount(price: Price | None) -> str:
    usd: Decimal | None = None if price is None else price.tiers[0].price
    return "unknown" if usd is None else numbers.unit_price(usd).replace("/M", " /M")
