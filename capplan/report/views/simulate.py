"""Shows a simulation: what became of the load over four weeks, the day in charts, its events and their causes."""

import itertools
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import Simulation
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Line,
    LoadBars,
    Panel,
    Role,
    Row,
    Shown,
    Span,
    Spark,
    Table,
    TimeChart,
    facts,
    line,
    row,
)
from capplan.report.views.parts import signed, subtitle
from capplan.timeline import Event, Timeline, Totals, moment_of
from capplan.units import PERIOD_DAYS, SECONDS_PER_DAY, SECONDS_PER_MINUTE

_MAX_EVENTS, _MAX_OF_EACH = 12, 4
_SERVED = ("served", "warm", "cold", "started", "executed")
"""Parts of what is offered that were served in time; all others were not."""
_SEVERE = Decimal("0.01")
"""From this throttled share on the verdict is red: retries seldom hide it."""
_MAX_WORST = 4
_TENTH_PERCENT, _ALL = Decimal("0.001"), 1000


def simulation_document(answer: Simulation, *, whole: bool, all_events: bool) -> Document:
    """The answer of `simulate`: every timeline; with `whole` its charts too, with `all_events` all of its events."""
    timelines = [timeline for resource in answer.resources for timeline in resource.timelines]
    zone = "" if answer.timezone == "UTC" else f"times in {answer.timezone}"
    ranges = f"likely values of {numbers.count(len(answer.ranges), 'range')}" if answer.ranges else ""
    parts = [part for part in ("four weeks by the minute", zone, ranges) if part]
    head = subtitle(answer.region, " · ".join(parts), answer.file)
    if not timelines:
        nothing = Panel("warn", lines=(line("No resource of this scenario can be simulated."),))
        return Document(answer.name, head, (*_skipped(answer), nothing))
    blocks: list[Block] = [Heading("What became of the load"), _overview(timelines)]
    if whole or len(timelines) == 1:
        for timeline in timelines:
            blocks += timeline_blocks(timeline, whole=whole, all_events=all_events)
    else:
        blocks += _merged(timelines, all_events=all_events)
    return Document(answer.name, head, (*blocks, *_skipped(answer), _panel(timelines, whole=whole)))


def _skipped(answer: Simulation) -> list[Block]:
    return [facts(("Not simulated", ", ".join(answer.skipped)))] if answer.skipped else []


# --- four weeks ------------------------------------------------------------------------------------------------------


def _overview(timelines: Sequence[Timeline]) -> Table:
    """A row for each timeline: what was offered, what became of it, and its four weeks."""
    columns = (
        Column("Timeline"),
        Column("Capacity", optional=3),
        Column("Offered", "right"),
        Column("Outcome", wraps=True),
        Column("A mark a day", optional=1),
    )
    return Table(columns, tuple(_row(timeline) for timeline in timelines))


def _row(timeline: Timeline) -> Row:
    totals = timeline.totals
    offered = f"{numbers.rate(totals.offered) if totals.offered else 0} {totals.unit}"
    return row(timeline.name, timeline.settings, offered, _outcome(totals), _month(timeline))


def _outcome(totals: Totals) -> Line:
    """`served 99.5%, throttled 0.5% (3.07M)`: the parts that are not 0, what is lost in its color."""
    if not totals.offered:
        return line("nothing is offered")
    words: list[Span | str] = []
    for name, amount in totals.parts:
        if not amount and words:
            continue
        share = amount / totals.offered
        if name in _SERVED:
            words += [", " if words else "", f"{name} {_share(share)}"]
        else:
            lost = f"{name} {_share(share)} ({numbers.rate(amount)})"
            words += [", " if words else "", Span(lost, _role(share))]
    return line(*words)


def _share(share: Decimal) -> str:
    """A percentage with one digit, so that parts add up; what is not quite all does not read 100%."""
    if share >= 1 or share < _TENTH_PERCENT:
        return numbers.share(share)
    tenths = (share * 1000).quantize(Decimal(1), ROUND_HALF_UP)
    return ">99.9%" if tenths >= _ALL else f"{tenths / 10:.1f}%"


def _role(share: Decimal) -> Role:
    return "bad" if share >= _SEVERE else "warn" if share > 0 else "good"


def _month(timeline: Timeline) -> Spark:
    """The busiest moment of each day; days on which something is throttled stand out."""
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    if not timeline.month:
        return Spark((), ())
    steps = len(timeline.month[0].values) // PERIOD_DAYS
    offered, throttled = (np.zeros(steps * PERIOD_DAYS) for _ in range(2))
    for series in timeline.month:
        if series.role != "line":
            offered += series.values
        if series.role == "refused":
            throttled += series.values
    peaks = offered.reshape(PERIOD_DAYS, steps).max(axis=1)
    bad = throttled.reshape(PERIOD_DAYS, steps).sum(axis=1) > 0
    return Spark(tuple(map(float, peaks)), tuple(map(bool, bad)))


# --- one timeline ----------------------------------------------------------------------------------------------------


def timeline_blocks(timeline: Timeline, *, whole: bool, all_events: bool) -> list[Block]:
    """Charts of the day and its busiest hour, events, what helps."""
    note = ", ".join(part for part in (timeline.settings, f"day {timeline.day}") if part)
    out: list[Block] = [Heading(timeline.name, note)]
    if whole:
        out += [TimeChart(chart) for chart in timeline.charts]
        out += [LoadBars(loads) for loads in timeline.bars]
    out += _events(timeline, all_events=all_events)
    return out + ([facts(*(("·", note) for note in timeline.notes))] if timeline.notes else [])


def _merged(timelines: Sequence[Timeline], *, all_events: bool) -> list[Block]:
    """The events of all timelines on the days they show, in one table."""
    rows = [
        replace(made, cells=(line(timeline.name), *made.cells))
        for timeline in timelines
        for made in _event_rows(timeline, _MAX_OF_EACH, all_events=all_events, dated=True)
    ]
    if not rows:
        return [facts(("Events", "none in four weeks"))]
    columns = (Column("Timeline"), Column("Time"), Column("What happens", wraps=True), Column("Why", wraps=True))
    return [Heading("Events", "of the busiest days"), Table(columns, _once(rows))]


def _once(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows whose first cell stands only where it differs from the row's above."""
    out: list[Row] = []
    for i, made in enumerate(rows):
        same = i > 0 and rows[i - 1].cells[0] == made.cells[0]
        out.append(replace(made, cells=((), *made.cells[1:])) if same else made)
    return tuple(out)


def _events(timeline: Timeline, *, all_events: bool) -> list[Block]:
    """The day's events as a table."""
    rows = _event_rows(timeline, _MAX_EVENTS, all_events=all_events, dated=all_events)
    if not rows:
        return [facts(("Events", "none in four weeks"))]
    title = "Time" if all_events else f"Day {timeline.day}"
    return [Table((Column(title), Column("What happens", wraps=True), Column("Why", wraps=True)), tuple(rows))]


def _event_rows(timeline: Timeline, most: int, *, all_events: bool, dated: bool) -> list[Row]:
    """The day's events, the most important in full and the others folded; then how many are on other days."""
    start = (timeline.day - 1) * SECONDS_PER_DAY
    of_day = [e for e in timeline.events if start <= e.second < start + SECONDS_PER_DAY]
    listed = list(timeline.events) if all_events else of_day
    kept = set(range(len(listed)))
    if not all_events and len(listed) > most:
        kept = set(sorted(kept, key=lambda i: (-listed[i].weight, i))[: most - 2])
    rows = _folded(listed, kept, dated=dated)
    others = len(timeline.events) - len(of_day)
    if others and not all_events:
        days = len({e.second // SECONDS_PER_DAY for e in timeline.events} - {timeline.day - 1})
        rows.append(row("", f"{others:,} more on {numbers.count(days, 'other day')}: --events all", "", role="dim"))
    return rows


def _folded(events: Sequence[Event], kept: set[int], *, dated: bool) -> list[Row]:
    """A row for each event; in the short form runs of two and more small ones are one row."""
    out: list[Row] = []
    for is_kept, run in itertools.groupby(range(len(events)), lambda i: i in kept):
        at = list(run)
        folds = not is_kept and len(at) > 1
        if folds:
            first, last = _when(events[at[0]].second, dated=dated), _clock(events[at[-1]].second)
            out.append(row(first, f"{len(at):,} more until {last}: --details", "", role="dim", shown="short"))
        out += [_event(events[i], "details" if folds else "always", dated=dated) for i in at]
    return out


def _event(event: Event, shown: Shown, *, dated: bool) -> Row:
    return row(
        _when(event.second, dated=dated), Span(event.text, "bad" if event.bad else ""), event.reason, shown=shown
    )


def _when(second: int, *, dated: bool) -> str:
    return moment_of(second) if dated else _clock(second)


def _clock(second: int) -> str:
    minutes, seconds = divmod(second % SECONDS_PER_DAY, SECONDS_PER_MINUTE)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{clock}:{seconds:02d}" if seconds else clock


# --- the verdict -----------------------------------------------------------------------------------------------------


def _panel(timelines: Sequence[Timeline], *, whole: bool) -> Panel:
    """What is lost, the worst first, with the same figures as above."""
    losing = sorted((t for t in timelines if _lost(t)), key=lambda t: (-_lost(t), t.name))
    given_up = [t for t in timelines if t.lost]
    role = "bad" if given_up else _role(_lost(losing[0])) if losing else "good"
    rows = [(signed("bad", timeline.name), line(timeline.lost)) for timeline in given_up]
    for timeline in losing[:_MAX_WORST]:
        words = _outcome(timeline.totals)
        rows.append((signed(_role(_lost(timeline)), timeline.name), words))
    if len(losing) > _MAX_WORST:
        rows.append((Span(f"  {len(losing) - _MAX_WORST} more", "dim"), line("see above")))
    if not losing and not given_up:
        rows.append((signed("good", "nothing is throttled"), line(f"in {numbers.count(len(timelines), 'timeline')}")))
    elif len({t.name for t in (*losing, *given_up)}) < len(timelines):
        rest = len(timelines) - len({t.name for t in (*losing, *given_up)})
        rows.append((signed("good", f"{numbers.count(rest, 'timeline')}"), line("without loss")))
    how = () if whole else (line(Span("Charts and notes of one resource: capplan simulate SCENARIO RESOURCE", "dim")),)
    return Panel(role, tuple(rows), how)


def _lost(timeline: Timeline) -> Decimal:
    """The share of what was offered that was not served in time."""
    totals = timeline.totals
    lost = sum((amount for name, amount in totals.parts if name not in _SERVED), Decimal(0))
    return lost / totals.offered if totals.offered else Decimal(0)
