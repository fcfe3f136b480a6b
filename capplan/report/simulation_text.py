"""A simulation for a person: the books first, then the month, the day, what happened and why. It simulates nothing."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import Simulation
from capplan.report import numbers
from capplan.report.document import Style, finish, labelled, left, paint, row, safe, wrap
from capplan.report.plan_text import title
from capplan.report.time_chart import bars, chart, spark
from capplan.timeline import Chart, Event, Timeline, Totals
from capplan.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE, WINDOW_DAYS

_SHOWN_EVENTS = 12
_TEXT, _REASON = 10, 42


def simulation_text(answer: Simulation, style: Style, *, whole: bool, all_events: bool) -> str:
    """Every timeline; with `whole` its charts too, with `all_events` the log unfolded."""
    timelines = [t for one in answer.resources for t in one.timelines]
    zone = "" if answer.timezone == "UTC" else f", times in {answer.timezone}"
    told = f"{numbers.count(len(timelines), 'timeline')}{zone}"
    blocks = [[title(answer.name, answer.region, told, style)]]
    if not timelines:
        blocks.append(["Nothing in this scenario can be followed over time."])
    for timeline in timelines:
        blocks += _timeline(timeline, style, whole=whole, all_events=all_events)
    if answer.skipped:
        blocks.append(wrap(f"Not followed over time: {', '.join(answer.skipped)}.", 0, style))
    return finish(blocks)


def _timeline(one: Timeline, style: Style, *, whole: bool, all_events: bool) -> list[list[str]]:
    head = paint(
        safe(" · ".join(part for part in (one.name, f"day {one.day}", one.settings) if part), style), "bold", style
    )
    first = [head, *_books(one.totals, style), *(_month(one, style) if one.month else [])]
    blocks = [first]
    if whole:
        blocks += [_chart(asked, style) for asked in one.charts]
        blocks += [bars(asked, style) for asked in one.bars]
    blocks += [_events(one, style, all_events=all_events), _notes(one.notes, style)]
    return blocks


def _chart(asked: Chart, style: Style) -> list[str]:
    """Its question over it."""
    return [paint(safe(asked.title.upper(), style), "bold", style), *chart(asked, style)]


def _books(totals: Totals, style: Style) -> list[str]:
    parts = " + ".join(f"{name} {_amount(amount, totals)}" for name, amount in totals.parts)
    return wrap(f"offered {numbers.quantity(totals.offered)} {totals.unit} = {parts}, over the four weeks", 2, style)


def _amount(amount: Decimal, totals: Totals) -> str:
    share = f" ({numbers.share(amount / totals.offered)})" if 0 < amount < totals.offered else ""
    return numbers.quantity(amount) + share


def _month(one: Timeline, style: Style) -> list[str]:
    """The whole window in 28 cells, a day each, and under it the days on which something was refused."""
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    steps = len(one.month[0].values) // WINDOW_DAYS
    offered = np.zeros(steps * WINDOW_DAYS)
    refused = np.zeros(steps * WINDOW_DAYS)
    for series in one.month:
        if series.role != "line":
            offered += series.values
        if series.role == "refused":
            refused += series.values
    peaks = offered.reshape(WINDOW_DAYS, steps).max(axis=1)
    most = float(peaks.max())
    unit = one.month[0].unit
    label = f"a day each, full block = {numbers.rate(numbers.of_float(most))} {unit}"
    out = row(style, left(2, "month"), left(_TEXT, spark(peaks, most, style) + "|"), left(_TEXT + 31, label))
    lost = refused.reshape(WINDOW_DAYS, steps).sum(axis=1) > 0
    if lost.any():
        marks = "".join("x" if day else " " for day in lost)
        out += [" " * _TEXT + paint(marks.rstrip(), "red", style)]
    return out


def _events(one: Timeline, style: Style, *, all_events: bool) -> list[str]:
    """The day's events, the weightiest in full and the others folded; then how many lie on other days."""
    start = (one.day - 1) * SECONDS_PER_DAY
    today = [e for e in one.events if start <= e.second < start + SECONDS_PER_DAY]
    if not one.events:
        return ["EVENTS  none in four weeks."]
    listed = one.events if all_events else today
    keep = set(range(len(listed)))
    if not all_events and len(listed) > _SHOWN_EVENTS:
        ranked = sorted(keep, key=lambda i: (-listed[i].weight, i))
        keep = set(ranked[: _SHOWN_EVENTS - 2])
    out = [paint("EVENTS" if all_events else f"EVENTS of day {one.day}", "bold", style)]
    out += _folded(listed, keep, style, dated=all_events)
    elsewhere = len(one.events) - len(today)
    if elsewhere and not all_events:
        days = len({e.second // SECONDS_PER_DAY for e in one.events} - {one.day - 1})
        out.append(f"  {elsewhere:,} more on {numbers.count(days, 'other day')}: --events all")
    return out


def _folded(events: Sequence[Event], keep: set[int], style: Style, *, dated: bool) -> list[str]:
    out: list[str] = []
    hidden: list[Event] = []
    for i, event in enumerate(events):
        if i not in keep:
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
    """When, what, and beside it why."""
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
