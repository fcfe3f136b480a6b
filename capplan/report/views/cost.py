"""Shows the monthly cost as a tree of services, resources and line items."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from capplan.pipeline.results import Plan, PlannedResource
from capplan.pricing.rating import LineItem
from capplan.report import numbers
from capplan.report.document import Cell, Style, bar, left, right, row, wrap
from capplan.report.verdicts import lines_by_label
from capplan.report.views.parts import service_label

_SMALL_SHARE = Decimal("0.01")
"""A row that is less of the total folds."""
_BAR, _BAR_CELLS, _QUANTITY, _UNIT, _TIMES, _PRICE, _STALE, _AMOUNT = 28, 30, 41, 42, 53, 66, 67, 80
_OF_SERVICE, _SKU, _DAY, _WIDE_AMOUNT = 76, 79, 97, 120


def cost_block(plan: Plan, style: Style, *, details: bool, top: int) -> list[str]:
    """Services, resources and line items as a tree, by cost; small ones fold into a row with their sum."""
    out = _cost_head(style)
    lines = lines_by_label(plan)
    shown = _shown(plan, lines, details=details, top=top)
    services = [s for s in plan.cost_by_service if any(r.service == s for r in plan.resources)]
    services.sort(key=lambda s: (-plan.cost_by_service[s], s))
    for service in services:
        cost = plan.cost_by_service[service]
        out += _sum_row(service_label(service), 0, cost, plan, style, colour="bold")
        resources = [r for r in plan.resources if r.service == service]
        resources.sort(key=lambda r: (-r.monthly_cost, r.label))
        unfolded = [r for r in resources if details or r.label in shown.resources]
        for resource in unfolded:
            out += _resource(resource, lines[resource.label], shown.lines, plan, style, details=details)
        if unfolded:
            out += _rest(cost, [r.monthly_cost for r in unfolded], len(resources) - len(unfolded), 2, style)
    return out + _total(plan, services, style)


def _cost_head(style: Style) -> list[str]:
    more = (right(_OF_SERVICE, "of service"), left(_SKU, "SKU"), left(_DAY, "price date")) if style.wide else ()
    return row(
        style,
        left(0, "Cost"),
        left(32, "quantity × list unit price"),
        right(_PRICE, "share"),
        *more,
        right(_amount_at(style), "USD/month"),
        colour="bold",
    )


def _amount_at(style: Style) -> int:
    return _WIDE_AMOUNT if style.wide else _AMOUNT


class _Shown(NamedTuple):
    """The resources (by label) and the lines (by id) that are not folded."""

    resources: frozenset[str]
    lines: frozenset[str]


def _shown(plan: Plan, lines: Mapping[str, Sequence[LineItem]], *, details: bool, top: int) -> _Shown:
    """The `top` largest costs, each at least 1% of the total; all with details."""
    floor = Decimal(0) if details else plan.monthly_cost * _SMALL_SHARE
    resources = sorted(plan.resources, key=lambda r: (-r.monthly_cost, r.label))
    every = sorted((x for of_one in lines.values() for x in of_one), key=lambda x: (-x.contracted_cost, x.id))
    max_rows = len(every) + len(resources) if details else top
    return _Shown(
        frozenset(r.label for r in resources[:max_rows] if r.monthly_cost >= floor or len(resources) == 1),
        frozenset(x.id for x in every[:max_rows] if x.contracted_cost >= floor),
    )


def _resource(
    resource: PlannedResource,
    lines: Sequence[LineItem],
    unfolded: frozenset[str],
    plan: Plan,
    style: Style,
    *,
    details: bool,
) -> list[str]:
    shown = [x for x in lines if x.id in unfolded]
    if len(lines) == len(shown) == 1:
        return _line_row(lines[0], 2, plan, style, details=details)
    out = _sum_row(resource.label, 2, resource.monthly_cost, plan, style)
    if not shown:
        return out
    for line in shown:
        out += _line_row(line, 4, plan, style, details=details)
    costs = [x.contracted_cost for x in shown]
    return out + _rest(resource.monthly_cost, costs, len(lines) - len(shown), 4, style)


def _rest(whole: Decimal, shown: Sequence[Decimal], hidden: int, indent: int, style: Style) -> list[str]:
    """A row with the sum of what a group folds, and one with the difference of the shown cents to the group's sum."""
    rest = whole - sum(shown, Decimal(0))
    at = _amount_at(style)
    out = row(style, left(indent, f"{hidden} more"), right(at, numbers.usd(rest)), colour="dim") if hidden else []
    gap = _cents(whole) - sum((_cents(c) for c in shown), _cents(rest) if hidden else Decimal(0))
    if gap and (shown or hidden):
        out += row(style, left(indent, "rounding"), right(at, numbers.usd(gap, sign=True)), colour="dim")
    return out


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _total(plan: Plan, services: Sequence[str], style: Style) -> list[str]:
    out = _rest(plan.monthly_cost, [plan.cost_by_service[s] for s in services], 0, 0, style)
    if not plan.resources:
        return ["Cost  none: the scenario has no resource."]
    return out + row(style, left(0, "total"), right(_amount_at(style), numbers.usd(plan.monthly_cost)), colour="bold")


def _sum_row(label: str, indent: int, cost: Decimal, plan: Plan, style: Style, colour: str = "") -> list[str]:
    part = cost / plan.monthly_cost if plan.monthly_cost else Decimal(0)
    return row(
        style,
        left(indent, label, colour),
        left(_BAR, bar(float(part), _BAR_CELLS, style)),
        right(_PRICE, _share(part)),
        right(_amount_at(style), numbers.usd(cost), colour),
    )


def _share(part: Decimal) -> str:
    """One decimal, so that the column lines up."""
    if 0 < part < Decimal("0.001"):
        return "<0.1%"
    return f"{(part * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _line_row(line: LineItem, indent: int, plan: Plan, style: Style, *, details: bool) -> list[str]:
    more: tuple[Cell, ...] = ()
    if style.wide:
        service = plan.cost_by_service.get(line.service)
        of = _share(line.contracted_cost / service) if service else ""
        day = line.price_effective or line.price_checked
        known = "" if line.price_confidence == "verified" else f" {line.price_confidence}"
        more = (
            right(_OF_SERVICE, of),
            left(_SKU, line.sku or "no SKU"),
            left(_DAY, (day.isoformat() if day else "no date") + known),
        )
    out = row(
        style,
        left(indent, line.id),
        right(_QUANTITY, numbers.quantity(line.consumed_quantity)),
        left(_UNIT, line.consumed_unit),
        left(_TIMES, "×"),
        right(_PRICE, numbers.unit_price(line.list_unit_price)),
        left(_STALE, "stale" if line.stale else "", "yellow"),
        *more,
        right(_amount_at(style), numbers.usd(line.contracted_cost)),
    )
    sure = "" if line.price_confidence == "verified" else f"; the price is {line.price_confidence}"
    return out + (wrap(line.description + sure, indent + 2, style) if details else [])


def one_time_block(plan: Plan, style: Style) -> list[str]:
    """What is paid once, such as an upfront reservation."""
    lines = [x for x in plan.lines if x.charge_frequency == "one_time"]
    if not lines:
        return []
    out = row(style, left(0, "One-time cost"), right(_amount_at(style), "USD"), colour="bold")
    for line in sorted(lines, key=lambda x: (-x.contracted_cost, x.id)):
        out += _line_row(line, 2, plan, style, details=False)
    return out
