"""Shows the months to come: what each costs, and when a budget, a limit or a gate breaks, with what moves it."""

from decimal import Decimal

from capplan.commands.forecast.results import Forecast, ForecastBands, ForecastBreak, ForecastFix, ForecastMonth
from capplan.report import numbers
from capplan.report.document import (
    BandChart,
    Bar,
    Block,
    Column,
    Document,
    Heading,
    Interval,
    Line,
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
    blocks: list[Block] = [_chart(answer), _months(answer)]
    if answer.bands is not None:
        blocks.append(_about_bands(answer.bands))
    if answer.breaks:
        blocks += [Heading("What breaks", "the first first, with the cheapest change that moves it"), _breaks(answer)]
    if answer.steady:
        names = ", ".join(answer.steady)
        blocks.append(Paragraph(line(strong(names), " stays as it is: write growth, yearly or launches to move it.")))
    return Document(answer.name, head, (*blocks, _panel(answer)))


def _chart(answer: Forecast) -> BandChart:
    """USD of each month, with the band of the ranges around it."""
    points = []
    for i, month in enumerate(answer.months):
        cost = float(month.monthly_cost)
        band = answer.bands.months[i] if answer.bands is not None else None
        points.append((month.month, float(band.p10) if band else cost, cost, float(band.p90) if band else cost))
    return BandChart("Cost by month", "USD", tuple(points))


def _about_bands(bands: ForecastBands) -> Paragraph:
    """How many draws, and how sure their ends are in the last month."""
    last = bands.months[-1]
    low, high = (f"{numbers.usd(a)} to {numbers.usd(b)}" for a, b in (last.p10_error, last.p90_error))
    words = (
        f"{bands.draws} draws of the ranges, each planned in every month: the bar is P10 to P90, its line P50. With 95% "
        f"confidence the last month's P10 is {low}, its P90 {high}. What breaks is judged at the likely values, gates on a "
        "percentile or a chance too; `capplan check` judges those over the draws."
    )
    return Paragraph(line(Span(words, "dim")))


def _months(answer: Forecast) -> Table:
    names = [name for name in answer.months[0].traffic if name not in answer.steady][:_MAX_TRAFFIC]
    most = max((month.monthly_cost for month in answer.months), default=Decimal(0))
    if answer.bands is not None:
        most = max(most, *(band.p90 for band in answer.bands.months))
    broken = {found.index for found in answer.breaks}
    many = len(answer.months) > _MAX_SHOWN
    rows: list[Row] = []
    for i in range(len(answer.months)):
        is_shown = not many or i % 3 == 0 or i == len(answer.months) - 1 or i in broken
        rows.append(_row(answer, i, names, most, shown="always" if is_shown else "details"))
    left = len(answer.months) - sum(made.shown == "always" for made in rows)
    if left:
        rows.append(row("", *[""] * (len(names) + 5), f"{left} months more: --details", role="dim", shown="short"))
    columns = (
        Column("Month"),
        *(Column(name, "right", optional=i + 4) for i, name in enumerate(names)),
        Column("USD", "right"),
        Column("P10", "right", optional=3),
        Column("", optional=1),
        Column("P90", "right", optional=2),
        Column("Breaks by", "right"),
        Column("What breaks", wraps=True),
    )
    return Table(columns, tuple(rows))


def _row(answer: Forecast, i: int, names: list[str], most: Decimal, *, shown: Shown) -> Row:
    month = answer.months[i]
    return row(
        month.month,
        *(f"{month.traffic[name]:.2f}x" for name in names),
        numbers.usd(month.monthly_cost),
        *_band(answer, i, most),
        _new(answer, i, month),
        shown=shown,
    )


def _band(answer: Forecast, i: int, most: Decimal) -> tuple[str, Bar | Interval, str, str]:
    """The bar of a month; where there are draws its band, and the share of them in which something has broken by then."""
    month = answer.months[i]
    if answer.bands is None:
        share = float(month.monthly_cost / most) if most else 0.0
        return "", Bar(share, "bad" if month.failed or month.exceeded else "accent"), "", ""
    band = answer.bands.months[i]
    ends = (float(value / most) if most else 0.0 for value in (band.p10, band.p50, band.p90))
    by = numbers.share(band.breaks_by) if band.breaks_by else ""
    return numbers.usd(band.p10), Interval(*ends), numbers.usd(band.p90), by


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
    drawn = _drawn(answer)
    point = ", at the likely values" if answer.bands is not None else ""
    if not answer.breaks:
        return Panel("good", (cost, *drawn, (signed("good", "nothing breaks"), line(f"until {last.month}{point}"))))
    found = answer.breaks[0]
    when = "today" if found.index == 0 else f"in {numbers.count(found.index, 'month')}"
    return Panel(
        "bad" if found.index == 0 else "warn",
        (cost, (signed("bad", f"breaks {when}"), line(_name(found), point)), *drawn),
    )


def _drawn(answer: Forecast) -> list[tuple[Span, Line]]:
    """When something breaks, over the draws."""
    bands = answer.bands
    if bands is None:
        return []
    ends = (("10%", bands.breaks_in_p10), ("half", bands.breaks_in_p50), ("90%", bands.breaks_in_p90))
    parts = [f"{word} break by {answer.months[index].month}" for word, index in ends if index is not None]
    words = ", ".join(parts) if parts else f"fewer than 10% break until {answer.months[-1].month}"
    return [(strong(f"of {bands.draws} draws"), line(words))]
