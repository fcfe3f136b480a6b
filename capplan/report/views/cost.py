"""Shows the monthly cost as a tree of services, resources and line items."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from capplan.pipeline.results import Plan, PlannedResource
from capplan.pricing.rating import LineItem
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import Bar, Column, Row, Shown, Table, row, strong
from capplan.report.verdicts import lines_by_label
from capplan.report.views.parts import service_label

_SMALL_SHARE = Decimal("0.01")
"""A row that is less of the total folds."""
_CENT = Decimal("0.01")
_COLUMNS = (
    Column("Resource"),
    Column("Usage", "right"),
    Column("Unit price", "right", optional=1),
    Column("USD/month", "right"),
    Column("Share", "right"),
    Column("", optional=2),
    Column("SKU", optional=4),
    Column("Price of", optional=3),
)


def cost_table(plan: Plan, *, top: int, details: bool = True) -> Table:
    """Services, resources and line items as a tree, the largest cost first; without details small ones are one row."""
    lines = lines_by_label(plan)
    big = _big(plan, lines, top)
    by_service: dict[str, list[PlannedResource]] = {}
    for resource in plan.resources:
        by_service.setdefault(resource.service, []).append(resource)
    services = [service for service in plan.cost_by_service if service in by_service]
    services.sort(key=lambda s: (-plan.cost_by_service[s], s))
    rows: list[Row] = []
    for service in services:
        cost = plan.cost_by_service[service]
        rows.append(_sum_row(service_label(service), 0, cost, plan))
        resources = sorted(by_service[service], key=lambda r: (-r.monthly_cost, r.label))
        folded = [r for r in resources if r.label not in big.resources]
        folds = len(folded) > 1
        for resource in resources:
            shown: Shown = "details" if folds and resource.label not in big.resources else "always"
            if details or shown == "always":
                rows += _resource(resource, lines[resource.label], big.lines, plan, shown)
        if folds:
            words = f"{len(folded)} smaller" if len(folded) < len(resources) else f"{len(folded)} resources"
            rows.append(_folded_row(words, 1, [r.monthly_cost for r in folded]))
        rows += _rounding(cost, [r.monthly_cost for r in resources], folded if folds else (), 1)
    rows += _rounding(plan.monthly_cost, [plan.cost_by_service[s] for s in services], (), 0)
    rows.append(
        row(
            "Total", "", "", numbers.usd(plan.monthly_cost), "100%" if plan.monthly_cost else "", "", "", "",
            role="strong", space=True,
        )
    )  # fmt: skip
    return Table(_COLUMNS, tuple(rows))


def one_time_table(plan: Plan) -> Table | None:
    """What is paid once, such as an upfront reservation; None where nothing is."""
    lines = [x for x in plan.lines if x.charge_frequency == "one_time"]
    if not lines:
        return None
    rows = [_line_row(x, x.id, 0, None) for x in sorted(lines, key=lambda x: (-x.contracted_cost, x.id))]
    return Table((Column("One-time cost"), *_COLUMNS[1:3], Column("USD", "right"), *_COLUMNS[4:]), tuple(rows))


class _Big(NamedTuple):
    """The resources (by label) and the lines (by id) that are not folded."""

    resources: frozenset[str]
    lines: frozenset[str]


def _big(plan: Plan, lines: Mapping[str, Sequence[LineItem]], top: int) -> _Big:
    """The `top` largest costs, each at least 1% of the total."""
    floor = plan.monthly_cost * _SMALL_SHARE
    resources = sorted(plan.resources, key=lambda r: (-r.monthly_cost, r.label))
    every = sorted((x for of_one in lines.values() for x in of_one), key=lambda x: (-x.contracted_cost, x.id))
    return _Big(
        frozenset(r.label for r in resources[:top] if r.monthly_cost >= floor or len(resources) == 1),
        frozenset(x.id for x in every[:top] if x.contracted_cost >= floor),
    )


def _resource(
    resource: PlannedResource, lines: Sequence[LineItem], big: frozenset[str], plan: Plan, shown: Shown
) -> list[Row]:
    """A resource, and its lines below; a line alone, or one beside which the others are no cent, is in its row."""
    large = [x for x in lines if x.id in big]
    if len(lines) == 1 or (large and _cents(large[0].contracted_cost) == _cents(resource.monthly_cost)):
        of_one = f"{resource.label} {_short_id(lines[0], resource)}"
        rows = [_line_row(lines[0], of_one, 1, plan, shown=shown, share=True)]
        return rows + [_line_row(x, _short_id(x, resource), 2, plan, shown="details") for x in lines[1:]]
    out = [_sum_row(resource.label, 1, resource.monthly_cost, plan, shown=shown)]
    small = [x for x in lines if x not in large]
    folds = len(small) > 1 or not large
    for line in lines:
        hidden = shown == "details" or (folds and line in small)
        out.append(_line_row(line, _short_id(line, resource), 2, plan, shown="details" if hidden else "always"))
    if folds and large and shown == "always":
        out.append(_folded_row(f"{len(small)} smaller", 2, [x.contracted_cost for x in small]))
    if large or shown == "details":
        of_lines = [x.contracted_cost for x in lines]
        gap = _rounding(resource.monthly_cost, of_lines, small if folds and large else (), 2)
        out += [replace(r, shown="details") for r in gap] if shown == "details" else gap
    return out


def _short_id(line: LineItem, resource: PlannedResource) -> str:
    """The line's id without the resource, whose row it stands under."""
    return line.id.removeprefix(f"{resource.label}.")


def _rounding(
    whole: Decimal, parts: Sequence[Decimal], folded: Iterable[PlannedResource | LineItem], level: int
) -> list[Row]:
    """A row with what the shown cents of the parts lack to the sum's, in the short and in the long form."""
    small = [p.monthly_cost if isinstance(p, PlannedResource) else p.contracted_cost for p in folded]
    shown_small = _cents(sum(small, Decimal(0)))
    gap = _cents(whole) - sum(map(_cents, parts), Decimal(0))
    short = gap + sum(map(_cents, small), Decimal(0)) - shown_small
    out = []
    if gap == short and gap:
        return [_rounding_row(gap, level, "always")]
    if gap:
        out.append(_rounding_row(gap, level, "details"))
    if short:
        out.append(_rounding_row(short, level, "short"))
    return out


def _rounding_row(gap: Decimal, level: int, shown: Shown) -> Row:
    return row("rounding", "", "", numbers.usd(gap, sign=True), "", "", "", "", level=level, role="dim", shown=shown)


def _folded_row(words: str, level: int, costs: Iterable[Decimal]) -> Row:
    total = numbers.usd(sum(costs, Decimal(0)))
    return row(words, "", "", total, "", "", "", "", level=level, role="dim", shown="short")


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _sum_row(label: str, level: int, cost: Decimal, plan: Plan, *, shown: Shown = "always") -> Row:
    name = label if level else strong(label)
    amount = numbers.usd(cost)
    part = _part(cost, plan)
    bar = Bar(float(part), "accent" if level == 0 else "dim")
    return row(
        name, "", "", amount if level else strong(amount), numbers.share(part), bar, "", "", level=level, shown=shown
    )


def _part(cost: Decimal, plan: Plan) -> Decimal:
    return cost / plan.monthly_cost if plan.monthly_cost else Decimal(0)


def _line_row(
    line: LineItem, name: str, level: int, plan: Plan | None, *, shown: Shown = "always", share: bool = False
) -> Row:
    day = line.price_effective or line.price_checked
    marks = [line.price_confidence] if line.price_confidence != "verified" else []
    priced = " ".join([day.isoformat() if day else "no date", *marks])
    price = numbers.unit_price(line.list_unit_price).replace("/M", " /M")
    part = _part(line.contracted_cost, plan) if plan is not None and share else None
    return row(
        name,
        f"{numbers.quantity(line.consumed_quantity)} {line.consumed_unit}",
        price + (" stale" if line.stale else ""),
        numbers.usd(line.contracted_cost),
        "" if part is None else numbers.share(part),
        "" if part is None else Bar(float(part), "dim"),
        line.sku or "no SKU",
        priced,
        level=level,
        role="" if share else "dim",
        shown=shown,
    )
