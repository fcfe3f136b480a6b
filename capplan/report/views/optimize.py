"""Shows the steps to the cheapest plan, what was refused and why, and whether a budget is met."""

from decimal import Decimal

from capplan.commands.optimize.judge import Broken
from capplan.commands.optimize.optimize import NotTaken, Optimized
from capplan.commands.optimize.path import Step
from capplan.commands.optimize.weighed import UnderRanges, Weighed
from capplan.pipeline.results import Recommendation
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Code,
    Column,
    Document,
    Heading,
    Interval,
    Line,
    Panel,
    Paragraph,
    Role,
    Row,
    Span,
    Table,
    line,
    row,
    strong,
)
from capplan.report.verdicts import limit_label
from capplan.report.views.parts import signed, subtitle, without_draws

_STEPS = (
    Column(""),
    Column("Step", wraps=True),
    Column("USD/month", "right"),
    Column("Bill then", "right", optional=1),
    Column("Effort", optional=2),
)
_NOT_TAKEN = (Column("Not taken", wraps=True), Column("USD/month alone", "right"), Column("Why", wraps=True))
_WEIGHED = (
    Column("Plan", wraps=True),
    Column("Likely", "right"),
    Column("P10", "right", optional=2),
    Column("", optional=4),
    Column("P90", "right", optional=2),
    Column("Best in", "right", optional=3),
    Column("Regret", "right"),
    Column("Breaks in", "right"),
)
_ALLOW = "--allow behavior: takes those that change behavior into account too"


def optimize_document(answer: Optimized, written: str | None, *, with_diff: bool) -> Document:
    """The answer of `optimize`; with the change of the text where that was asked for."""
    head = subtitle(answer.region, "cheapest plan of its recommendations", answer.file)
    blocks: list[Block] = []
    if answer.steps:
        note = "each can be deployed by itself, in this order"
        blocks += [Heading("Path", note), Table(_STEPS, tuple(r for step in answer.steps for r in _step(step)))]
    else:
        blocks.append(Paragraph(line("No recommendation makes this plan cheaper and keeps what holds today.")))
    if answer.ranges is not None:
        blocks += _under_ranges(answer.ranges)
    if answer.not_taken:
        blocks += [Heading("Not taken"), Table(_NOT_TAKEN, tuple(map(_refused, answer.not_taken)))]
    if with_diff and answer.diff:
        blocks += [Heading("Change"), Code(answer.diff)]
    return Document(answer.name, head, (*blocks, *without_draws(answer.without_draws), _panel(answer, written)))


def _step(step: Step) -> list[Row]:
    """What is done, then for each recommendation in it what it gives up and how to go back."""
    first, *more = step.recommendations
    saving, bill = numbers.usd(-step.saving, sign=True), numbers.usd(step.monthly_cost)
    rows = [row(str(step.number), strong(first.action), saving, bill, first.effort)]
    rows += [row("", strong(f"and, in the same step: {other.action}"), "", "", other.effort) for other in more]
    rows += [row("", _dim(text), "", "", "") for r in step.recommendations for text in _terms(r)]
    rows += [row("", signed("good", f"mends {what}"), "", "", "") for what in step.mends]
    return rows


def _terms(recommendation: Recommendation) -> list[str]:
    """What it risks, and how to undo it."""
    r = recommendation
    terms = (("changes behavior", r.changes_behavior), ("risk", r.gives_up), ("undo", r.undo))
    return [f"{name}: {text}" for name, text in terms if text]


def _under_ranges(ranges: UnderRanges) -> list[Block]:
    """The plans that were weighed, and what would have to be true for another one."""
    highest = max(one.p90 for one in ranges.choices)
    chosen = ranges.choices[ranges.chosen]
    rows = tuple(_weighed(one, ranges.draws, highest, is_chosen=one is chosen) for one in ranges.choices)
    note = f"{ranges.draws} draws of the ranges, every plan planned at each; taken is what breaks least, then the least regret"
    blocks: list[Block] = [Heading("Under the ranges", note), Table(_WEIGHED, rows)]
    for one in ranges.choices:
        if one is chosen or not one.better_in:
            continue
        words = f" is better in {one.better_in} of {ranges.draws} draws"
        if one.better_if:
            words += f": where {one.better_if}"
        blocks.append(
            Paragraph(line(strong(f"{one.name[:1].upper()}{one.name[1:]}"), f"{words}. {_other(one, chosen)}"))
        )
    return blocks


def _weighed(one: Weighed, draws: int, highest: Decimal, *, is_chosen: bool) -> Row:
    scale = float(highest) or 1.0
    return row(
        signed("good", one.name) if is_chosen else Span(f"  {one.name}"),
        numbers.usd(one.monthly_cost),
        numbers.usd(one.p10),
        Interval(float(one.p10) / scale, float(one.p50) / scale, float(one.p90) / scale),
        numbers.usd(one.p90),
        f"{one.best_in} of {draws}",
        numbers.usd(one.regret),
        signed("bad", f"{one.breaks_in} of {draws}") if one.breaks_in else "",
    )


def _other(one: Weighed, chosen: Weighed) -> str:
    """What is done otherwise."""
    more = [action for action in one.actions if action not in chosen.actions]
    less = [action for action in chosen.actions if action not in one.actions]
    parts = [f"It takes: {'; '.join(more)}."] if more else []
    parts += [f"It leaves out: {'; '.join(less)}."] if less else []
    return " ".join(parts) or "Its steps are the same, with other values."


def _dim(text: str) -> Span:
    return Span(text, "dim")


def _refused(refused: NotTaken) -> Row:
    saving = refused.recommendation.monthly_saving
    shown = Span("not priced", "dim") if saving is None else numbers.usd(-saving, sign=True)
    return row(refused.recommendation.action, shown, refused.why)


def _panel(answer: Optimized, written: str | None) -> Panel:
    """The bill before and after, the budget, and what does not hold."""
    before, after = numbers.usd(answer.monthly_cost_before), numbers.usd(answer.monthly_cost)
    share = f" ({numbers.share(answer.saving / answer.monthly_cost_before)})" if answer.monthly_cost_before else ""
    label = signed("good", f"{numbers.usd(answer.saving)} USD a month saved{share}")
    if answer.saving < 0:
        label = signed("warn", f"{numbers.usd(-answer.saving)} USD a month more, to mend what does not hold")
    rows: list[tuple[Span, Line]] = [(label, line(f"{before} before, {after} after {_steps(answer)}"))]
    if answer.budget is not None:
        rows.append(_budget(answer, answer.budget))
    left = _names(answer.broken)
    if left:
        rows.append((signed("bad", "still does not hold"), line("; ".join(left))))
    allow = not answer.allow_behavior and any(refused.behavior for refused in answer.not_taken)
    hints = [f"written to {written}" if written is not None else "-o FILE writes the scenario, --diff shows the change"]
    role: Role = "bad" if answer.budget_met is False or left else "good"
    return Panel(role, tuple(rows), tuple(line(hint) for hint in (*hints, *([_ALLOW] if allow else []))))


def _steps(answer: Optimized) -> str:
    return numbers.count(len(answer.steps), "step")


def _budget(answer: Optimized, budget: Decimal) -> tuple[Span, Line]:
    if answer.budget_met:
        text = f"{numbers.usd(budget - answer.monthly_cost)} USD below {numbers.usd(budget)}"
        return signed("good", "budget met"), line(text)
    text = f"{numbers.usd(answer.monthly_cost - budget)} USD above {numbers.usd(budget)}, with all steps"
    return signed("bad", "budget not met"), line(text)


def _names(broken: Broken) -> list[str]:
    return [*(f"gate {gate}" for gate in broken.gates), *(limit_label(*limit) for limit in broken.limits)]
