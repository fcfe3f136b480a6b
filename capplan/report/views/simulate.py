"""Shows a simulation: totals first, then the simulated period, the day, events and their causes."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import Simulation
from capplan.report import numbers
from capplan.report.layout import Style, finish, labelled, left, paint, row, safe, title, wrap
from capplan.report.views.time_chart import bars, chart, spark
from capplan.timeline import Chart, Event, Timeline, Totals
from capplan.units import PERIOD_DAYS, SECONDS_PER_DAY, SECONDS_PER_MINUTE

_MAX_EVENTS = 12
_TEXT, _REASON = 10, 42


def simulation_text(answer: Simulation, style: Style, *, whole: bool, all_events: bool) -> str:
    """The answer of `simulate`: every timeline, with `whole` its charts too, with `all_events` all of its events."""
    timelines = [timeline for resource in answer.resources for timeline in resource.timelines]
    zone = "" if answer.timezone == "UTC" else f", times in {answer.timezone}"
    counted = f"{numbers.count(len(timelines), 'timeline')}{zone}"
    blocks = [[title(answer.name, answer.region, counted, style)]]
    if not timelines:
        blocks.append(["No resource of this scenario can be simulated."])
    for timeline in timelines:
        blocks += _timeline(timeline, style, whole=whole, all_events=all_events)
    if answer.skipped:
        blocks.append(wrap(f"Not simulated: {', '.join(answer.skipped)}.", 0, style))
    return finish(blocks)


def _timeline(timeline: Timeline, style: Style, *, whole: bool, all_events: bool) -> list[list[str]]:
    parts = (timeline.name, f"day {timeline.day}", timeline.settings)
    head = paint(safe(" · ".join(part for part in parts if part), style), "bold", style)
    blocks = [[head, *_totals(timeline.totals, style), *(_month(timeline, style) if timeline.month else [])]]
    if whole:
        blocks += [_chart(question, style) for question in timeline.charts]
        blocks += [bars(loads, style) for loads in timeline.bars]
    return [*blocks, _events(timeline, style, all_events=all_events), _notes(timeline.notes, style)]


def _chart(question: Chart, style: Style) -> list[str]:
    return [paint(safe(question.title, style), "bold", style), *chart(question, style)]


def _totals(totals: Totals, style: Style) -> list[str]:
    parts = " + ".join(f"{name} {_amount(amount, totals)}" for name, amount in totals.parts)
    return wrap(f"offered {numbers.quantity(totals.offered)} {totals.unit} = {parts}, over four weeks", 2, style)


def _amount(amount: Decimal, totals: Totals) -> str:
    share = f" ({numbers.share(amount / totals.offered)})" if 0 < amount < totals.offered else ""
    return numbers.quantity(amount) + share


def _month(timeline: Timeline, style: Style) -> list[str]:
    """The simulated period in 28 cells, one for each day, and below it the days with throttled requests."""
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    steps = len(timeline.month[0].values) // PERIOD_DAYS
    offered = np.zeros(steps * PERIOD_DAYS)
    throttled = np.zeros(steps * PERIOD_DAYS)
    for series in timeline.month:
        if series.role != "line":
            offered += series.values
        if series.role == "refused":
            throttled += series.values
    peaks = offered.reshape(PERIOD_DAYS, steps).max(axis=1)
    highest = float(peaks.max())
    unit = timeline.month[0].unit
    label = f"1 day each, full block = {numbers.rate(numbers.of_float(highest))} {unit}"
    out = row(style, left(2, "month"), left(_TEXT, spark(peaks, highest, style) + "|"), left(_TEXT + 31, label))
    days = throttled.reshape(PERIOD_DAYS, steps).sum(axis=1) > 0
    if days.any():
        marks = "".join("x" if day else " " for day in days)
        out += [" " * _TEXT + paint(marks.rstrip(), "red", style)]
    return out


def _events(timeline: Timeline, style: Style, *, all_events: bool) -> list[str]:
    """The day's events, the most important in full and the others folded; then how many are on other days."""
    start = (timeline.day - 1) * SECONDS_PER_DAY
    of_day = [e for e in timeline.events if start <= e.second < start + SECONDS_PER_DAY]
    if not timeline.events:
        return ["Events  none in four weeks."]
    listed = timeline.events if all_events else of_day
    shown = set(range(len(listed)))
    if not all_events and len(listed) > _MAX_EVENTS:
        ranked = sorted(shown, key=lambda i: (-listed[i].weight, i))
        shown = set(ranked[: _MAX_EVENTS - 2])
    out = [paint("Events" if all_events else f"Events of day {timeline.day}", "bold", style)]
    out += _folded(listed, shown, style, dated=all_events)
    others = len(timeline.events) - len(of_day)
    if others and not all_events:
        days = len({e.second // SECONDS_PER_DAY for e in timeline.events} - {timeline.day - 1})
        out.append(f"  {others:,} more on {numbers.count(days, 'other day')}: --events all")
    return out


def _folded(events: Sequence[Event], shown: set[int], style: Style, *, dated: bool) -> list[str]:
    out: list[str] = []
    hidden: list[Event] = []
    for i, event in enumerate(events):
        if i not in shown:
            hidden.append(event)
            continue
        out += _hidden(hidden)
        hidden = []
        out += _event(event, style, dated=dated)
    return out + _hidden(hidden)


def _hidden(events: Sequence[Event]) -> list[str]:
    if not events:
        return []
    first, last = _clock(events[0].second), _clock(events[-1].second)
    return [
        f"{' ' * _TEXT}{len(events):,} more between {first} and {last}"
        if len(events) > 1
        else f"{' ' * _TEXT}1 more at {first}"
    ]


def _event(event: Event, style: Style, *, dated: bool) -> list[str]:
    """When, what, and beside it the cause."""
    when = f"{event.second // SECONDS_PER_DAY + 1:>2} {_clock(event.second)}" if dated else _clock(event.second)
    head = f"  {when:7} "
    lines = labelled(head, event.text, len(head), style, to=79)
    if event.bad:
        lines[0] = lines[0][: len(head)] + paint(lines[0][len(head) :], "red", style)
    if not event.reason:
        return lines
    if len(lines) == 1 and len(head) + len(event.text) < _REASON:
        beside = wrap(event.reason, _REASON, style)
        pad = _REASON - len(head) - len(safe(event.text, style))
        return [lines[0] + " " * pad + beside[0].lstrip(), *beside[1:]]
    return lines + wrap(event.reason, len(head) + 2, style)


def _clock(second: int) -> str:
    minutes, seconds = divmod(second % SECONDS_PER_DAY, SECONDS_PER_MINUTE)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{clock}:{seconds:02d}" if seconds else clock


def _notes(notes: Sequence[str], style: Style) -> list[str]:
    return [line for note in notes for line in labelled("  -", note, 4, style)]
