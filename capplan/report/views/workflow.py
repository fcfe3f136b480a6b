"""Shows a workflow: what one execution costs by state, how executions vary, the other workflow type, and the verdict."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.commands.workflow.results import Measure, PathBound, StateRow, TypeChoice, Workflow
from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import lasting
from capplan.report import numbers
from capplan.report.document import (
    Bar,
    Block,
    Column,
    Document,
    Facts,
    Heading,
    Line,
    Panel,
    Role,
    Row,
    Span,
    Table,
    dim,
    facts,
    line,
    row,
    strong,
)
from capplan.report.verdicts import limit_label
from capplan.report.views.limits import NEAR, limits_table, ranked, times
from capplan.report.views.parts import prices_line, service_label, signed, subtitle
from capplan.report.views.workflow_figures import amount, per_thousand, share, shown
from capplan.report.views.workflow_graph import workflow_graph

_START_AND_END = "start and end"
_FEW = 5
_WORST: tuple[Role, ...] = ("bad", "warn", "good")


def workflow_document(answer: Workflow) -> Document:
    """The answer of `capplan workflow`."""
    head = subtitle(answer.region, f"{answer.type} workflow, list prices in USD", answer.file)
    blocks: list[Block] = [
        Heading(f"States of {answer.label}", "per execution, USD per 1,000 executions"),
        _states(answer),
        workflow_graph(answer),
        *_spread(answer),
        *_bounds(answer),
        *_types(answer),
        *_limits(answer),
        _foot(answer),
        _panel(answer),
    ]
    return Document(answer.name, head, tuple(blocks))


# --- by state ---------------------------------------------------------------------------------------------------------


def _states(answer: Workflow) -> Table:
    columns = (
        Column("State"),
        Column("Calls"),
        Column("Visits", "right"),
        Column("Retries", "right", optional=3),
        Column("Time", "right"),
        Column("Fails", "right", optional=2),
        Column("USD/1,000", "right"),
        Column("Share", "right", optional=1),
        Column("", optional=4),
    )
    rows: list[Row] = [_state(state, answer.cost) for state in answer.rows]
    rest = shown(answer.cost) - sum((shown(state.cost) for state in answer.rows), Decimal(0))
    if rest:
        rows.append(row("rounding", "", "", "", "", "", f"{rest:+f}", "", "", role="dim"))
    whole = "100%" if answer.cost else ""
    rows.append(row("Total", "", "", "", "", "", per_thousand(answer.cost), whole, "", role="strong", space=True))
    return Table(columns, tuple(rows))


def _state(state: StateRow, total: Fraction) -> Row:
    part = state.cost / total if total else Fraction(0)
    return row(
        state.name or _START_AND_END,
        ", ".join(state.calls) or dim(state.type.lower()),
        amount(state.visits) if state.type else "",
        amount(state.retries) if state.retries else "",
        lasting(state.ms) if state.ms else "",
        share(state.failed) if state.failed and state.type != "Fail" else "",
        per_thousand(state.cost),
        share(part) if part else "",
        Bar(float(part), "dim" if state.depth else "accent"),
        level=state.depth,
    )


# --- how executions vary ----------------------------------------------------------------------------------------------


def _spread(answer: Workflow) -> list[Block]:
    if not answer.draws:
        return [facts(("Distribution", f"not simulated: {answer.not_drawn}"))]
    note = f"{answer.draws:,} simulated executions, seed {answer.seed}; means are exact"
    if not all(measure.exact for measure in answer.measures):
        note += ", but for the duration of parallel parts"
    heads = ("Mean", "Min", "p50", "p90", "p99", "Max")
    columns = (Column("An execution"), *(Column(head, "right", optional=1 if head == "p90" else 0) for head in heads))
    rows = tuple(_measure(measure) for measure in answer.measures if measure.spread is not None)
    return [Heading("How executions vary", note), Table(columns, rows)]


def _measure(measure: Measure) -> Row:
    spread = measure.spread
    values = () if spread is None else (spread.least, spread.p50, spread.p90, spread.p99, spread.most)
    writers: dict[str, Callable[[Fraction], str]] = {"ms": lasting, "USD": per_thousand}
    show = writers.get(measure.unit, amount)
    name = f"{measure.name}, USD/1,000" if measure.unit == "USD" else measure.name
    return row(name, *(show(value) for value in (measure.mean, *values)))


# --- what else it could be --------------------------------------------------------------------------------------------


def _bounds(answer: Workflow) -> list[Block]:
    """What the cost depends on where choices have no probabilities."""
    if not answer.open_choices:
        return []
    names = ", ".join(answer.open_choices[:_FEW])
    more = len(answer.open_choices) - _FEW
    names += f" and {more} more" if more > 0 else ""
    rows = [("No probabilities", line(strong(names), ": every branch is taken equally often"))]
    if answer.cheapest is None or answer.dearest is None:
        rows.append(("Bounds", line("not computed: too many choices have no probabilities")))
    else:
        rows += [("Lowest cost", _bound(answer.cheapest)), ("Highest cost", _bound(answer.dearest))]
    return [facts(*rows)]


def _bound(bound: PathBound) -> Line:
    choices = ", ".join(f"{choice} → {to}" for choice, to in bound.goes.items())
    if bound.cost is None:
        return line(f"no bound: the loop through '{bound.loop}' may never end ({choices})")
    return line(f"{per_thousand(bound.cost)} per 1,000: {choices}")


def _types(answer: Workflow) -> list[Block]:
    """Standard beside Express: whether each is possible, what it costs, what to consider."""
    columns = (
        Column("Workflow type"),
        Column("Possible"),
        Column("USD/1,000", "right"),
        Column("USD/month", "right"),
    )
    rows = tuple(_type(choice, answer) for choice in answer.types)
    out: list[Block] = [Heading("Standard or Express", "Step Functions' part of the cost"), Table(columns, rows)]
    reasons = [(choice, reason) for choice in answer.types for reason in _reasons(choice)]
    told = [(choice.type.capitalize(), line(reason)) for choice, reason in reasons]
    told = [("" if i and label == told[i - 1][0] else label, words) for i, (label, words) in enumerate(told)]
    if answer.break_even_ms:
        limit = lasting(Fraction(answer.break_even_ms))
        transitions = next((m.mean for m in answer.measures if m.name == "transitions"), None)
        than = f"than {amount(transitions)} transitions" if transitions is not None else "than its transitions"
        at = f"up to a billed duration of {limit}, at {answer.express_memory_mb} MB"
        told.append(("Break-even", line(f"Express costs no more {than} {at}")))
    return [*out, facts(*told)] if told else out


def _type(choice: TypeChoice, answer: Workflow) -> Row:
    return row(
        choice.type.capitalize() + (" (today)" if choice.as_written else ""),
        Span("✔ yes", "good") if choice.verdict.eligible else Span("✖ no", "bad"),
        per_thousand(choice.each),
        numbers.usd(choice.monthly_cost) if answer.executions else "",
    )


def _reasons(choice: TypeChoice) -> Sequence[str]:
    """Why a type is not possible, or what to consider before it is chosen."""
    warnings = choice.verdict.warnings if choice.verdict.eligible and not choice.as_written else ()
    return [*choice.verdict.obstacles, *warnings]


# --- limits -----------------------------------------------------------------------------------------------------------


def _limits(answer: Workflow) -> list[Block]:
    out: list[Block] = []
    if answer.limits:
        out += [Heading("Capacity at peak", "nearest limits first"), limits_table(answer.limits)]
    rows = [
        (
            "Event history" if not i else "",
            line(
                f"{amount(state.events_fixed)} + {amount(state.events_each)} × {state.unit}: at most {state.most:,}"
                f" {state.unit} of '{state.state}' fit into 25,000 events; {amount(state.present)} now"
            ),
        )
        for i, state in enumerate(answer.rooms)
    ]
    return [*out, facts(*rows)] if rows else out


def _foot(answer: Workflow) -> Facts:
    rows: list[tuple[str, Line]] = []
    if answer.fixed_resources:
        rows.append(("Not in these figures", line(f"the fixed cost of {', '.join(answer.fixed_resources)}")))
    yours = [a for a in answer.assumptions if a.kind == "workload"]
    for i, assumption in enumerate(yours):
        text = f"{assumption.path}: {assumption.value} ({assumption.reason})"
        rows.append(("" if i else "Assumptions", line(text)))
    for i, excluded in enumerate(answer.excluded):
        rows.append(("" if i else "Not included", line(f"{excluded.what}: {excluded.why}")))
    return facts(*rows, ("Prices", prices_line(answer.prices)))


# --- the verdict ------------------------------------------------------------------------------------------------------


def _panel(answer: Workflow) -> Panel:
    """Cost, success, duration, the nearest limit, and the other type where it is cheaper."""
    limits_role, limits = _nearest(answer)
    rows: list[tuple[Span, Line]] = [(strong(f"USD {per_thousand(answer.cost)} / 1,000"), _monthly(answer))]
    rows += [_ends(answer), *limits, *_cheaper(answer)]
    return Panel(limits_role, tuple(rows))


def _monthly(answer: Workflow) -> Line:
    parts = ", ".join(
        f"{service_label(service)} {per_thousand(cost)}" for service, cost in _largest(answer.cost_by_service)
    )
    if not answer.executions:
        return line(f"{parts}; nothing starts it in this scenario")
    monthly = numbers.usd(to_quantity(answer.cost * answer.executions))
    return line(f"{monthly} a month for {numbers.rate(to_quantity(answer.executions))} executions: {parts}")


def _largest(amounts: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    return sorted(amounts.items(), key=lambda entry: (-entry[1], entry[0]))


def _ends(answer: Workflow) -> tuple[Span, Line]:
    """How often it succeeds, with the commonest errors, and how long it takes."""
    success = _success(answer.p_success)
    errors = ", ".join(f"{error or 'unnamed error'} {share(p)}" for error, p in _largest(answer.errors)[:_FEW])
    role: Role = "good" if answer.p_success >= Fraction(99, 100) else "warn"
    words = _takes(answer.measures) + (f"; errors: {errors}" if errors else "")
    return signed(role, f"succeeds {success}"), line(words)


def _success(part: Fraction) -> str:
    """A probability, rounded down: what is not quite 1 does not read 100%."""
    if part == 1:
        return "100%"
    tenths = int(part * 1000)
    return ">99.9%" if tenths == 999 else f"{tenths / 10:.1f}%"  # noqa: PLR2004  99.9%


def _takes(measures: Sequence[Measure]) -> str:
    duration = next(measure for measure in measures if measure.name == "duration")
    text, spread = f"takes {lasting(duration.mean)} on average", duration.spread
    if spread is not None and spread.least != spread.most:
        text += f", p50 {lasting(spread.p50)}, p99 {lasting(spread.p99)}"
    return text


def _nearest(answer: Workflow) -> tuple[Role, list[tuple[Span, Line]]]:
    ordered = ranked(answer.limits)
    if not ordered:
        return "good", []
    first = ordered[0]
    name = limit_label(first.check.resource, first.check.limit)
    if first.breached:
        exceeded = sum(limit.breached for limit in ordered)
        words = line(f"{name}, {numbers.over(first.headroom)}")
        return "bad", [(signed("bad", f"{numbers.count(exceeded, 'limit')} exceeded"), words)]
    role: Role = "warn" if first.headroom < NEAR else "good"
    at = f", exceeded at {times(first.breaks_at)} traffic" if first.breaks_at is not None else ""
    return role, [
        (signed(role, "no limit exceeded"), line(f"nearest: {name}, {numbers.share(1 - first.headroom)} used{at}"))
    ]


def _cheaper(answer: Workflow) -> list[tuple[Span, Line]]:
    """What the other workflow type saves, and what it gives up."""
    today = next((choice for choice in answer.types if choice.as_written), None)
    other = next((choice for choice in answer.types if not choice.as_written and choice.verdict.eligible), None)
    if today is None or other is None or other.each >= today.each:
        return []
    gap = (
        numbers.usd(today.monthly_cost - other.monthly_cost)
        if answer.executions
        else f"{per_thousand(today.each - other.each)} per 1,000"
    )
    warning = f", changes behavior: {other.verdict.warnings[0]}" if other.verdict.warnings else ""
    return [(dim(f"  {gap} less"), line(f"as {other.type.capitalize()} workflow{warning}"))]
