"""Shows a scenario at several values of a setting, what breaks between them, and the costs of two settings side by side."""

from decimal import Decimal

from capplan.commands.sweep import Sweep, SweepBreak, SweepPoint
from capplan.report import numbers
from capplan.report.document import (
    Bar,
    Block,
    Column,
    Document,
    Heading,
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

_TO_SET = "Write it into the scenario, or try it once: capplan estimate SCENARIO --set PATH=VALUE"


def sweep_document(answer: Sweep) -> Document:
    """The answer of `sweep`."""
    paths = " and ".join(setting.path for setting in answer.settings)
    head = subtitle(answer.region, f"at {numbers.count(len(answer.points), 'value')} of {paths}", answer.file)
    blocks: list[Block] = [_table(answer)] if len(answer.settings) == 1 else [*_costs(answer)]
    if answer.breaks:
        blocks += [Heading("What changes on the way"), _breaks(answer)]
    blocks += [_why_not(point) for point in answer.points if point.monthly_cost is None]
    return Document(answer.name, head, (*blocks, *without_draws(answer.without_draws), _panel(answer)))


def _table(answer: Sweep) -> Table:
    """A row for each value."""
    most = max((point.monthly_cost or Decimal(0) for point in answer.points), default=Decimal(0))
    columns = (
        Column(answer.settings[0].path),
        Column("USD/month", "right"),
        Column("", optional=2),
        Column("Gates"),
        Column("Tightest limit", optional=1),
        Column("Used", "right", optional=1),
    )
    return Table(columns, tuple(_row(point, most) for point in answer.points))


def _row(point: SweepPoint, most: Decimal) -> Row:
    if point.monthly_cost is None:
        return row(point.values[0], Span("not planned", "dim"), "", "", "", "")
    name = limit_label(*point.tightest) if point.headroom is not None else ""
    used = "" if point.headroom is None else Span(numbers.share(1 - point.headroom), _role(point))
    bar = Bar(float(point.monthly_cost / most) if most else 0.0)
    return row(point.values[0], numbers.usd(point.monthly_cost), bar, _verdict(point), name, used)


def _role(point: SweepPoint) -> Role:
    return "bad" if point.exceeded else "good"


def _verdict(point: SweepPoint) -> Span:
    if point.failed:
        return signed("bad", f"{len(point.failed)} failed")
    return signed("bad", numbers.count(len(point.exceeded), "limit")) if point.exceeded else signed("good", "")


def _costs(answer: Sweep) -> list[Block]:
    """USD a month: a row for each value of the first setting, a column for each of the second."""
    first, second = answer.settings
    width = len(second.values)
    rows = [
        row(value, *(_cost(point) for point in answer.points[i * width : (i + 1) * width]))
        for i, value in enumerate(first.values)
    ]
    columns = (Column(f"{first.path} \\ {second.path}"), *(Column(value, "right") for value in second.values))
    note = "USD a month; marked where a gate fails or a limit is exceeded"
    return [Heading("Cost", note), Table(columns, tuple(rows), fills=False)]


def _cost(point: SweepPoint) -> Span:
    if point.monthly_cost is None:
        return Span("-", "dim")
    amount = numbers.usd(point.monthly_cost)
    return signed("bad", amount) if point.failed or point.exceeded else Span(amount)


def _breaks(answer: Sweep) -> Table:
    columns = (Column(f"From {answer.settings[0].path}"), Column("What"))
    return Table(columns, tuple(row(strong(b.at), line(_said(b))) for b in answer.breaks), fills=False)


def _said(found: SweepBreak) -> Line:
    what = f"gate {found.gate}" if found.gate else limit_label(*found.limit)
    words = ("passes" if found.gate else "no longer exceeded") if found.mends else "fails" if found.gate else "exceeded"
    return line(what, ": ", Span(words, "good" if found.mends else "bad"))


def _why_not(point: SweepPoint) -> Paragraph:
    return Paragraph(line(strong(", ".join(point.values)), f" cannot be planned: {point.why_not}"))


def _panel(answer: Sweep) -> Panel:
    """What breaks first on the way, or else the cheapest value that keeps everything."""
    first = next((found for found in answer.breaks if not found.mends), None)
    if first is not None:
        label = signed("warn", f"first to break, at {first.at}")
        return Panel("warn", ((label, _said(first)),))
    planned = [point for point in answer.points if point.monthly_cost is not None]
    kept = [point for point in planned if not point.failed and not point.exceeded]
    best = min(kept or planned, key=lambda point: point.monthly_cost or Decimal(0))
    values = ", ".join(f"{s.path}={value}" for s, value in zip(answer.settings, best.values, strict=True))
    cost = numbers.usd(best.monthly_cost or Decimal(0))
    if not kept:
        label = signed("bad", "a gate or a limit fails at every value")
        return Panel("bad", ((label, line(f"the cheapest is {values}: {cost} USD a month")),))
    all_kept = len(kept) == len(planned)
    label = signed("good" if all_kept else "warn", f"{len(kept)} of {numbers.count(len(planned), 'value')} hold")
    text = f"the cheapest of them is {values}: {cost} USD a month"
    return Panel("good" if all_kept else "warn", ((label, line(text)),), (line(_TO_SET),))
