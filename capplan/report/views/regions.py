"""Shows a scenario's cost in several Regions side by side, the cheapest first, and what a Region lacks."""

from decimal import Decimal

from capplan.commands.regions import ComparedRegions, InRegion
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Panel,
    Paragraph,
    Row,
    Span,
    Table,
    line,
    row,
    strong,
)
from capplan.report.views.parts import service_label, signed, subtitle, without_draws
from capplan.services import SERVICES

_MAX_SERVICES = 4
"""Columns of services; the others are one column."""
_MAX_NAMED = 3


def regions_document(answer: ComparedRegions) -> Document:
    """The answer of `compare-regions`."""
    priced = [region for region in answer.regions if region.monthly_cost is not None]
    others = [region for region in answer.regions if region.monthly_cost is None]
    head = subtitle(answer.region, f"in {numbers.count(len(answer.regions), 'Region')}, USD a month", answer.file)
    blocks: list[Block] = [_costs(answer, priced)]
    if others:
        blocks += [Heading("Not priced", "a price is missing, so no total is shown"), _missing(others)]
    if answer.own_prices:
        keys = ", ".join(answer.own_prices)
        blocks.append(Paragraph(line(strong("prices"), f" of the scenario are used in every Region: {keys}")))
    return Document(answer.name, head, (*blocks, *without_draws(answer.without_draws), _panel(answer, priced)))


def _costs(answer: ComparedRegions, priced: list[InRegion]) -> Table:
    totals = {s.id: sum((r.cost_by_service.get(s.id, Decimal(0)) for r in priced), Decimal(0)) for s in SERVICES}
    ranked = sorted((service for service, total in totals.items() if total), key=lambda s: -totals[s])
    shown = ranked if len(ranked) <= _MAX_SERVICES + 1 else ranked[:_MAX_SERVICES]
    rest = [service for service in ranked if service not in shown]
    columns = [
        Column("Region"),
        Column("USD/month", "right"),
        Column("Against yours", "right"),
        *(Column(service_label(service), "right", optional=i + 1) for i, service in enumerate(shown)),
    ]
    if rest:
        columns.append(Column(f"{len(rest)} others", "right", optional=len(shown) + 1))
    columns.append(Column("Gates and limits"))
    return Table(tuple(columns), tuple(_row(answer, region, shown, rest) for region in priced))


def _row(answer: ComparedRegions, region: InRegion, shown: list[str], rest: list[str]) -> Row:
    is_home = region.region == answer.region
    costs = [numbers.usd(region.cost_by_service.get(service, Decimal(0))) for service in shown]
    if rest:
        costs.append(numbers.usd(sum((region.cost_by_service.get(s, Decimal(0)) for s in rest), Decimal(0))))
    against = "yours" if is_home else _against(region, answer)
    return row(
        Span(region.region, "strong" if is_home else ""),
        numbers.usd(region.monthly_cost or Decimal(0)),
        against,
        *costs,
        _verdict(region),
    )


def _against(region: InRegion, answer: ComparedRegions) -> str:
    home = next(r.monthly_cost for r in answer.regions if r.region == answer.region)
    change = region.change or Decimal(0)
    if not home or not change:
        return numbers.usd(change, sign=True)
    return f"{'+' if change > 0 else '−'}{numbers.share(abs(change / home))}"


def _verdict(region: InRegion) -> Span:
    words = [numbers.count(len(region.failed), "gate")] if region.failed else []
    words += [numbers.count(len(region.exceeded), "limit")] if region.exceeded else []
    return signed("bad", ", ".join(words)) if words else signed("good", "")


def _missing(others: list[InRegion]) -> Table:
    columns = (Column("Region"), Column("What is missing", wraps=True))
    return Table(columns, tuple(row(region.region, _lacks(region)) for region in others), fills=False)


def _lacks(region: InRegion) -> str:
    if region.why_not:
        return region.why_not
    named = ", ".join(region.lacks[:_MAX_NAMED])
    more = len(region.lacks) - _MAX_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _panel(answer: ComparedRegions, priced: list[InRegion]) -> Panel:
    """The cheapest Region that keeps everything."""
    kept = [region for region in priced if not region.failed and not region.exceeded]
    if not kept:
        return Panel("bad", ((signed("bad", "a gate or a limit fails in every Region"), ()),))
    best = kept[0]
    if best.region == answer.region:
        return Panel("good", ((signed("good", f"{best.region} is the cheapest"), line("of those with all prices")),))
    saving = numbers.usd(-(best.change or Decimal(0)))
    text = f"{numbers.usd(best.monthly_cost or Decimal(0))} a month, {saving} less than in {answer.region}"
    notes = line("Data that has to move, latency, and AWS's list of services there are not weighed.")
    return Panel("accent", ((signed("accent", best.region), line(text)),), (notes,))
