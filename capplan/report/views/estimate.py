"""Shows a plan: cost, capacity, recommendations, what each unit of work costs, assumptions, and the verdict."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.model import Excluded
from capplan.pipeline.results import Plan, WeighedAssumption
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Block, Column, Document, Facts, Heading, Line, Row, Table, facts, line, row
from capplan.report.views.access_patterns import pattern_rows, patterns_table
from capplan.report.views.cost import cost_table, one_time_table
from capplan.report.views.limits import limits_table
from capplan.report.views.open_questions import open_question_blocks
from capplan.report.views.parts import prices_line, subtitle, unit_row
from capplan.report.views.ranges import ranges_blocks
from capplan.report.views.recommendations import recommendations_blocks
from capplan.report.views.run_costs import run_rows, runs_table
from capplan.report.views.summary import per_thousand, verdict_panel

_FEW = 3


def plan_document(plan: Plan, *, top: int = 10, details: bool = True) -> Document:
    """The answer of `estimate`. Without `details`, rows that only details show are not made: of many resources, most."""
    prices = f"{'contracted' if plan.discount else 'list'} prices in USD, 730-hour month"
    blocks: list[Block | None] = [
        Heading("Monthly cost"),
        cost_table(plan, top=top, details=details)
        if plan.resources
        else facts(("", "none: the scenario has no resource")),
        one_time_table(plan),
        *(() if plan.ranges is None else ranges_blocks(plan.ranges)),
        *open_question_blocks(plan),
        _regions(plan),
        *_capacity(plan, details=details),
        *(() if any(question.needed for question in plan.open_questions) else recommendations_blocks(plan)),
        *_unit_costs(plan, details=details),
        _tags(plan),
        *(_assumptions(plan.assumptions) if details else ()),
        *_not_included(plan),
        _foot(plan),
        verdict_panel(plan),
    ]
    return Document(plan.name, subtitle(plan.region, prices, plan.file), tuple(b for b in blocks if b is not None))


def _capacity(plan: Plan, *, details: bool) -> tuple[Block, ...]:
    if not plan.limits:
        return ()
    return Heading("Capacity at peak", "nearest limits first"), limits_table(plan.limits, details=details)


def _unit_costs(plan: Plan, *, details: bool) -> list[Block]:
    """What a unit of each traffic, a request and a run cost: the dearest in one table, with details one for each."""
    rows = [*_traffic_rows(plan)[:_FEW], *pattern_rows(plan.patterns, _FEW), *run_rows(plan.runs)[:_FEW]]
    if not rows:
        return []
    tables = (_traffic_sources(plan), patterns_table(plan.patterns), runs_table(plan.runs)) if details else ()
    if plan.fixed_cost and plan.traffic_sources:
        rows.append(row("Fixed cost, independent of traffic", "", "", numbers.usd(plan.fixed_cost), role="dim"))
    columns = (Column("One of"), Column("A month", "right"), Column("USD each", "right"), Column("USD/month", "right"))
    return [
        Heading("Unit costs", "the dearest traffic, requests and runs"),
        Table(columns, tuple(rows), shown="short"),
        *(table for table in tables if table is not None),
    ]


def _traffic_rows(plan: Plan) -> list[Row]:
    ranked = sorted(plan.traffic_sources, key=lambda t: (-t.monthly_cost, t.traffic_source))
    return [unit_row(t.traffic_source, to_quantity(t.monthly), t.per_thousand / 1000, t.monthly_cost) for t in ranked]


def _traffic_sources(plan: Plan) -> Table | None:
    """The cost of 1,000 units of each traffic source; the fixed cost apart."""
    if not plan.traffic_sources:
        return None
    columns = (
        Column("Traffic source"),
        Column("Units/month", "right"),
        Column("USD/1,000", "right"),
        Column("USD/month", "right"),
        Column("Whole bill/1,000", "right", optional=1),
    )
    sources = sorted(plan.traffic_sources, key=lambda t: (-t.monthly_cost, t.traffic_source))
    rows: list[Row] = [
        row(
            source.traffic_source,
            numbers.quantity(to_quantity(source.monthly)),
            per_thousand(source.per_thousand),
            numbers.usd(source.monthly_cost),
            "" if source.bill_per_thousand is None else per_thousand(source.bill_per_thousand),
        )
        for source in sources
    ]
    if plan.fixed_cost:
        rows.append(row("Fixed cost, independent of traffic", "", "", numbers.usd(plan.fixed_cost), "", role="dim"))
    return Table(columns, tuple(rows), shown="details")


def _regions(plan: Plan) -> Table | None:
    """The cost of each Region, where there are several."""
    if len(plan.cost_by_region) < 2:  # noqa: PLR2004  several
        return None
    rows = tuple(row(region, numbers.usd(cost)) for region, cost in plan.cost_by_region.items())
    return Table((Column("Cost by Region"), Column("USD/month", "right")), rows)


def _tags(plan: Plan) -> Table | None:
    if not plan.cost_by_tag:
        return None
    ranked = sorted(plan.cost_by_tag.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple(row(tag, numbers.usd(cost)) for tag, cost in ranked)
    return Table((Column("Cost by tag"), Column("USD/month", "right")), rows, shown="details")


def _assumptions(assumptions: Sequence[WeighedAssumption]) -> tuple[Block, ...]:
    """With details: assumptions on the workload, which are the user's to confirm, then AWS's defaults."""
    if not assumptions:
        return ()
    ranked = sorted(assumptions, key=lambda weighed: weighed.assumption.kind != "workload")
    columns = (
        Column("Whose"),
        Column("Setting"),
        Column("Taken as", wraps=True),
        Column("Because", wraps=True),
        Column("USD/month if not", "right"),
    )
    rows = tuple(
        row(
            "yours" if weighed.assumption.kind == "workload" else "AWS",
            weighed.assumption.path,
            weighed.assumption.value,
            weighed.assumption.reason,
            "" if weighed.cost_if_not is None else numbers.usd(weighed.cost_if_not, sign=True),
        )
        for weighed in ranked
    )
    return Heading("Assumptions", _counts(assumptions), shown="details"), Table(columns, rows, shown="details")


def _counts(assumptions: Sequence[WeighedAssumption]) -> str:
    yours = sum(weighed.assumption.kind == "workload" for weighed in assumptions)
    return f"{yours} of yours to confirm, {numbers.count(len(assumptions) - yours, 'AWS default')}"


def _not_included(plan: Plan) -> tuple[Block, ...]:
    """With details: each cost on the bill that this answer leaves out, and why."""
    if not plan.excluded and not plan.not_included:
        return ()
    about = {cost.what for cost in plan.not_included}
    rows = (
        *(row(cost.what, cost.why, _about(cost.monthly_cost_about)) for cost in plan.not_included),
        *(row(excluded.what, excluded.why, "") for excluded in plan.excluded if excluded.what not in about),
    )
    columns = (Column("What"), Column("Why", wraps=True), Column("USD/month, about", "right"))
    return Heading("Not included", shown="details"), Table(columns, rows, shown="details")


def _about(amount: Decimal | None) -> str:
    return "unknown" if amount is None else numbers.usd(amount)


def _foot(plan: Plan) -> Facts:
    """Assumptions and exclusions in a line each, and how old the prices are."""
    rows: list[tuple[str, Line]] = []
    if plan.assumptions:
        rows.append(("Assumptions", line(f"{_counts(plan.assumptions)}.{_largest(plan.assumptions)} (--details)")))
    about = [
        cost.what if cost.monthly_cost_about is None else f"{cost.what} (about {_about(cost.monthly_cost_about)})"
        for cost in plan.not_included
        if cost.monthly_cost_about != 0
    ]
    priced = {cost.what for cost in plan.not_included}
    names = [*about, *_joined([entry for entry in plan.excluded if entry.what not in priced])]
    rows.append(("Not included", line(", ".join(names) or "nothing known")))
    free = f" Free Tier not applied (would save {numbers.usd(plan.free_tier_saves)})." if plan.free_tier_saves else ""
    rows.append(("Prices", (*prices_line(plan.prices), *line(free))))
    return facts(*rows)


def _largest(assumptions: Sequence[WeighedAssumption]) -> str:
    """The assumption that the bill hangs on most."""
    weighed = [(a.cost_if_not, a.assumption) for a in assumptions if a.cost_if_not]
    if not weighed:
        return ""
    gap, largest = max(weighed, key=lambda pair: abs(pair[0]))
    return f" Largest: {largest.path}: {largest.value} ({numbers.usd(gap, sign=True)} if not)."


def _joined(excluded: Sequence[Excluded]) -> list[str]:
    """What is left out; things left out for the same reason are counted: `cold starts of 4 resources`."""
    by_why: dict[str, list[str]] = {}
    for entry in excluded:
        by_why.setdefault(entry.why, []).append(entry.what)
    out: list[str] = []
    for whats in by_why.values():
        heads = {what.rpartition(" ")[0] for what in whats}
        head = heads.pop() if len(heads) == 1 and len(whats) > 1 else ""
        out += [f"{head} {len(whats)} resources"] if head else whats
    return out
