"""The record of a simulation: `capplan.simulation/1`, with figures of 6 significant digits."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.saved_plan import ScenarioRecord
from capplan.pipeline.results import Simulated, Simulation
from capplan.report.record import taken
from capplan.timeline import Bars, Chart, Event, Role, Series, Timeline, moment_of


class SeriesRecord(NamedTuple):
    """Values at equal steps.

    Attributes:
        role: How a chart draws it: from zero up, on top of the filled ones, or as a line.
        start_second: When the first step begins, seconds after day 1, 00:00.
    """

    name: str
    unit: str
    role: Role
    start_second: int
    step_seconds: int
    values: tuple[float, ...]


class ChartRecord(NamedTuple):
    """Series of one unit that answer one question."""

    title: str
    series: tuple[SeriesRecord, ...]


class BarsRecord(NamedTuple):
    """Loads side by side, the largest first, such as partitions.

    Attributes:
        limit: What one of them can serve.
        names: What the first ones are; may be fewer than the values.
    """

    title: str
    unit: str
    limit: float
    values: tuple[float, ...]
    names: tuple[str, ...]


class EventRecord(NamedTuple):
    """An event, and why it happens.

    Attributes:
        second: Seconds after day 1, 00:00.
        at: The same as "day 12 10:00".
        bad: Requests are throttled, or lost.
    """

    second: int
    at: str
    text: str
    reason: str
    bad: bool


class TimelineRecord(NamedTuple):
    """What happens to one resource, or to one part of it.

    Attributes:
        day: The day, 1 to 28, that charts and events are of.
        books: The unit, what was offered, and what became of it, over the simulated period: the parts add up to it.
        month: Series of the whole simulated period, in minutes.
        bars: Loads side by side at the busiest moment, such as partitions.
    """

    name: str
    settings: str
    day: int
    books: Mapping[str, str | Decimal]
    month: tuple[SeriesRecord, ...]
    charts: tuple[ChartRecord, ...]
    bars: tuple[BarsRecord, ...]
    events: tuple[EventRecord, ...]
    notes: tuple[str, ...]


class SimulatedRecord(NamedTuple):
    """A resource over the simulated period."""

    name: str
    address: str
    kind: str
    timelines: tuple[TimelineRecord, ...]


class SimulationRecord(NamedTuple):
    """What `capplan simulate` answers with --format json.

    Attributes:
        skipped: Resources that have no simulation.
        ranges: Paths of ranges, of which the likely value is simulated; the key is left out where there is none.
    """

    schema: Literal["capplan.simulation/1"]
    capplan_version: str
    scenario: ScenarioRecord
    seed: int
    timezone: str
    resources: tuple[SimulatedRecord, ...]
    skipped: tuple[str, ...]
    ranges: tuple[str, ...] | None = None


def simulation_record(simulation: Simulation) -> SimulationRecord:
    """A simulation as JSON has it."""
    return taken(
        SimulationRecord,
        simulation,
        schema="capplan.simulation/1",
        capplan_version=simulation.version,
        scenario=taken(ScenarioRecord, simulation),
        resources=tuple(_simulated(resource) for resource in simulation.resources),
    )


def _simulated(resource: Simulated) -> SimulatedRecord:
    timelines = tuple(_timeline(timeline) for timeline in resource.timelines)
    return taken(SimulatedRecord, resource, name=resource.label, timelines=timelines)


def _timeline(timeline: Timeline) -> TimelineRecord:
    totals = timeline.totals
    return taken(
        TimelineRecord,
        timeline,
        books={"unit": totals.unit, "offered": totals.offered, **dict(totals.parts)},
        month=tuple(series_record(series) for series in timeline.month),
        charts=tuple(_chart(chart) for chart in timeline.charts),
        bars=tuple(_bars(bars) for bars in timeline.bars),
        events=tuple(_event(event) for event in timeline.events),
    )


def _chart(chart: Chart) -> ChartRecord:
    return ChartRecord(chart.title, tuple(series_record(series) for series in chart.series))


def series_record(series: Series) -> SeriesRecord:
    """Values at equal steps."""
    values = tuple(series.values.astype(float).tolist())
    return taken(SeriesRecord, series, start_second=series.start_s, step_seconds=series.step_s, values=values)


def _bars(bars: Bars) -> BarsRecord:
    return taken(BarsRecord, bars, limit=float(bars.limit), values=tuple(map(float, bars.values)))


def _event(event: Event) -> EventRecord:
    return taken(EventRecord, event, at=moment_of(event.second))
