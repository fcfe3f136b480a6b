"""Shows the months to come: what each costs, and when a budget, a limit or a gate breaks, with what moves it."""

from decimal import Decimal

from capplan.commands.forecast import Forecast, ForecastBreak, ForecastFix, ForecastMonth
from capplan.report import numbers
from capplan.report.document import (
    Bar,
    Block,
    Column,
    Document,
    Heading,
    Panel,
    Paragraph,
    Row,
    Shown,
    Span,
    Table,
    line,
    row,
    strong,
)
from capplan.report.verdicts import limit_label
from capplan.report.views.parts import signed, subtitle
from capplan.units import MONTH_HOURS

_MAX_SHOWN = 13
"""Months of a table: of more, every third is shown, the first, the last and those in which something breaks."""
_MAX_TRAFFIC = 3


def forecast_document(answer: Forecast) -> Document:
    """The answer of `forecast`."""
    lengths = {month.hours for month in answer.months}
    of = "" if lengths == {MONTH_HOURS} else " of the calendar"
    head = subtitle(answer.region, f"{numbers.count(len(answer.months), 'month')}{of}, USD", answer.file)
    blocks: list[Block] = [_months(answer)]
    if answer.breaks:
        blocks += [Heading("What breaks", "the first first, with the cheapest change that moves it"), _breaks(answer)]
    if answer.steady:
        names = ", ".join(answer.steady)
        blocks.append(Paragraph(line(strong(names), " stays as it is: write growth, yearly or launches to move it.")))
    return Document(answer.name, head, (*blocks, _panel(answer)))


def _months(answer: Forecast) -> Table:
    names = [name for name in answer.months[0].traffic if name not in answer.steady][:_MAX_TRAFFIC]
    most = max((month.monthly_cost for month in answer.months), default=Decimal(0))
    broken = {found.index for found in answer.breaks}
    many = len(answer.months) > _MAX_SHOWN
    rows: list[Row] = []
    for i in range(len(answer.months)):
        is_shown = not many or i % 3 == 0 or i == len(answer.months) - 1 or i in broken
        rows.append(_row(answer, i, names, most, shown="always" if is_shown else "details"))
    left = len(answer.months) - sum(made.shown == "always" for made in rows)
    if left:
        rows.append(row(f"{left} more: --details", *[""] * (len(names) + 3), role="dim", shown="short"))
    columns = (
        Column("Month"),
        *(Column(name, "right", optional=i + 3) for i, name in enumerate(names)),
        Column("USD", "right"),
        Column("", optional=1),
        Column("What breaks", wraps=True),
    )
    return Table(columns, tuple(rows))


def _row(answer: Forecast, i: int, names: list[str], most: Decimal, *, shown: Shown) -> Row:
    month = answer.months[i]
    return row(
        month.month,
        *(f"{month.traffic[name]:.2f}x" for name in names),
        numbers.usd(month.monthly_cost),
        Bar(float(month.monthly_cost / most) if most else 0.0, "bad" if month.failed or month.exceeded else "accent"),
        _new(answer, i, month),
        shown=shown,
    )


def _new(answer: Forecast, i: int, month: ForecastMonth) -> Span:
    found = [one for one in answer.breaks if one.index == i]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return signed("bad", f"{_name(found[0])}{more}")
    still = len(month.failed) + len(month.exceeded)
    return Span(f"still {still}", "dim") if still else signed("good", "")


def _name(found: ForecastBreak) -> str:
    return found.gate or limit_label(*found.limit)


def _breaks(answer: Forecast) -> Table:
    columns = (
        Column("From"),
        Column("What", wraps=True),
        Column("What moves it", wraps=True),
        Column("Until", "right"),
    )
    return Table(columns, tuple(_break(found) for found in answer.breaks))


def _break(found: ForecastBreak) -> Row:
    fix = found.fix
    if fix is None:
        return row(strong(found.month), _name(found), Span("no recommendation does", "dim"), "")
    return row(strong(found.month), _name(found), line(fix.action, _cost(fix)), fix.until or "the end")


def _cost(fix: ForecastFix) -> Span:
    behavior = "; changes behavior" if fix.changes_behavior else ""
    if fix.monthly_cost_change is None:
        return Span(behavior, "dim")
    return Span(f" ({numbers.usd(fix.monthly_cost_change, sign=True)} a month{behavior})", "dim")


def _panel(answer: Forecast) -> Panel:
    first, last = answer.months[0], answer.months[-1]
    year = sum((month.monthly_cost for month in answer.months[:12]), Decimal(0))
    text = f"{numbers.usd(first.monthly_cost)} in {first.month}, {numbers.usd(last.monthly_cost)} in {last.month}"
    of = "the first 12 months" if len(answer.months) > 12 else f"{len(answer.months)} months"  # noqa: PLR2004  a year
    cost = (strong(f"USD {numbers.usd(year)} in {of}"), line(text))
    if not answer.breaks:
        return Panel("good", (cost, (signed("good", "nothing breaks"), line(f"until {last.month}"))))
    found = answer.breaks[0]
    when = "today" if found.index == 0 else f"in {numbers.count(found.index, 'month')}"
    return Panel("bad" if found.index == 0 else "warn", (cost, (signed("bad", f"breaks {when}"), line(_name(found)))))
