"""A table simulated over time: what is offered, served and throttled, minute by minute and in the busiest hour second by
second, with its partitions, and why.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from capplan import units
from capplan.model import Context, Demand
from capplan.quantities.rounding import sig6, to_quantity
from capplan.resource_type import MeteredResource, Simulator
from capplan.services.dynamodb.capacity.auto_scaling import MINUTES_PER_HOUR
from capplan.services.dynamodb.capacity.busiest_hour import busiest_hour, hour_charts, simulate_hour
from capplan.services.dynamodb.capacity.modes import modes
from capplan.services.dynamodb.capacity.retried_hour import retry_notes
from capplan.services.dynamodb.capacity.scalable_target import Outcome, ScalableTarget
from capplan.services.dynamodb.capacity.scaling import expand
from capplan.services.dynamodb.capacity.simulated_period import SimulatedPeriod
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.partitions.load import partition_loads
from capplan.services.dynamodb.partitions.splits import PartitionHistory, initial_partitions
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.simulation import events
from capplan.services.dynamodb.simulation.notes import notes
from capplan.services.dynamodb.simulation.partitions_over_time import (
    SimulatedTable,
    simulate_table,
    throttled_elsewhere,
)
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import DIRECTIONS, ThroughputTarget, Usage, request_loads
from capplan.services.dynamodb.words import percent
from capplan.timeline import Bars, Chart, Event, Series, SimulationRequest, Size, Timeline, Totals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAMED_PARTITIONS = 3
_ELSEWHERE = "refused elsewhere"
"""Units whose requests another table or index throttles: a write is throttled as a whole."""


def _size(usage: Usage) -> Size:
    partitions = max(target.partitions for target in usage.targets)
    return Size(
        (("minutes", units.PERIOD_MINUTES), ("tables and indexes", len(usage.targets)), ("partitions", partitions))
    )


def _run(resource: MeteredResource[Table, Usage], asked_for: SimulationRequest) -> tuple[Timeline, ...]:
    name, spec, usage, ctx = resource
    table = simulate_table(spec, usage, ctx, lambda share, words: asked_for.progress(share, f"{name}, {words}"))
    return tuple(
        _timeline(name, spec, usage, target, direction, table, ctx, asked_for)
        for target in usage.targets
        for direction in DIRECTIONS
        if target.flow[direction].terms
    )


def _timeline(
    name: str,
    spec: Table,
    usage: Usage,
    table_or_index: ThroughputTarget,
    direction: str,
    table: SimulatedTable,
    ctx: Context,
    asked_for: SimulationRequest,
) -> Timeline:
    target, outcome = table.period.outcomes[table_or_index.key, direction]
    history = table.histories.get(table_or_index.key)
    offered = target.flow.rate_per_minute()
    fraction = outcome.throttled_fraction()
    throttled = offered * (0.0 if fraction is None else fraction)
    unit = table_or_index.unit(direction)
    elsewhere = throttled_elsewhere(table.period, request_loads(usage.requests), target.key)
    month = _series(offered, throttled, elsewhere, f"{unit}/s")
    if outcome.steps is not None:
        month = (*month, Series("capacity", f"{unit}/s", expand(outcome.steps, units.PERIOD_MINUTES), "line"))
    day = asked_for.day or int(offered.argmax()) // units.MINUTES_PER_DAY + 1
    hour = _hour(target, outcome, history, offered, day, f"{unit}/s", ctx.seed)
    return Timeline(
        name=f"{table_or_index.label(name)} {direction}s",
        settings=_capacity_in_words(table_or_index, direction),
        day=day,
        totals=_totals(offered, throttled, elsewhere, unit),
        month=month,
        charts=(_day(month, day), *hour),
        bars=_bars(history, table_or_index, target, offered, ctx.seed),
        events=_events(spec, table_or_index, direction, table, elsewhere),
        notes=(
            *_month_notes(usage.period, table),
            *notes(spec, table_or_index, direction, history, ctx),
            *retry_notes(target, outcome, ctx.seed),
        ),
    )


def _month_notes(planned: SimulatedPeriod, table: SimulatedTable) -> Iterable[str]:
    """What a plan says of the same table, and why it is another figure than those of the four weeks."""
    if not planned.throttled and not table.period.throttled:
        return
    yield (
        f"Of a month's requests to the table and its indexes {percent(float(planned.throttled))} are throttled, as "
        "estimate, gates and compare-modes say; a month is 1.09 times the four weeks shown here, and has a spike once."
    )
    if planned.throttled != table.period.throttled:
        yield f"With the splits for heat shown here it would be {percent(float(table.period.throttled))}."


def _capacity_in_words(target: ThroughputTarget, direction: str) -> str:
    capacity = target.capacity[direction]
    if capacity is None:
        return "on-demand"
    if capacity.static:
        return f"provisioned, {capacity.max:,}"
    return f"auto scaling, {capacity.target:.0%} target, {capacity.floor:,} to {capacity.max:,}"


def _series(
    offered: "NDArray[np.float64]", throttled: "NDArray[np.float64]", elsewhere: "NDArray[np.float64] | None", unit: str
) -> tuple[Series, ...]:
    """What was served, what this table or index throttled, and what another one throttled of the same requests."""
    if elsewhere is None:
        return (Series("served", unit, offered - throttled), Series("throttled", unit, throttled, "refused"))
    return (
        Series("served", unit, offered - throttled - elsewhere),
        Series("throttled", unit, throttled, "refused"),
        Series(_ELSEWHERE, unit, elsewhere, "refused"),
    )


def _totals(
    offered: "NDArray[np.float64]", throttled: "NDArray[np.float64]", elsewhere: "NDArray[np.float64] | None", unit: str
) -> Totals:
    total, lost = _units(offered), _units(throttled)
    if elsewhere is None:
        return Totals(unit, total, (("served", total - lost), ("throttled", lost)))
    other = _units(elsewhere)
    return Totals(unit, total, (("served", total - lost - other), ("throttled", lost), (_ELSEWHERE, other)))


def _units(rates: "NDArray[np.float64]") -> Decimal:
    return to_quantity(sig6(float(rates.sum()) * units.SECONDS_PER_MINUTE))


def _day(month: tuple[Series, ...], day: int) -> Chart:
    first = (day - 1) * units.MINUTES_PER_DAY
    minutes = slice(first, first + units.MINUTES_PER_DAY)
    start_s = first * units.SECONDS_PER_MINUTE
    return Chart(f"day {day}", tuple(Series(s.name, s.unit, s.values[minutes], s.role, start_s) for s in month))


def _hour(
    target: ScalableTarget, outcome: Outcome, history: PartitionHistory | None, offered: "NDArray[np.float64]",
    day: int, unit: str, seed: int,
) -> tuple[Chart, ...]:  # fmt: skip
    start = busiest_hour(offered, day)
    hour = simulate_hour(target, offered, history.partitions if history else [], outcome.steps, start, seed)
    clock = f"{start % units.MINUTES_PER_DAY // MINUTES_PER_HOUR:02d}:00"
    return hour_charts(hour, unit, target.partition_ceiling, clock)


def _bars(
    history: PartitionHistory | None,
    table_or_index: ThroughputTarget,
    target: ScalableTarget,
    offered: "NDArray[np.float64]",
    seed: int,
) -> tuple[Bars, ...]:
    """The partitions at the busiest minute, with the keys behind the hottest."""
    minute = int(offered.argmax())
    peak = float(offered[minute])
    unit, count, keys = f"{table_or_index.unit(target.key[1])}/s", table_or_index.partitions, table_or_index.keys
    if history is None:
        title = f"load per partition in the busiest minute, {_count(count)}, all alike"
        return (Bars(title, unit, target.partition_ceiling, (peak * target.hottest_share,) * min(count, 1000)),)
    partitions = history.partitions
    if keys.names is not None and keys.names.time:
        partitions = initial_partitions(partition_loads(keys, count, seed, minute), len(offered))
    present = sorted((p for p in partitions if p.start <= minute < p.end), key=lambda p: (-p.share, p.number))
    title = f"load per partition in the busiest minute, {_count(len(present))}, hottest first"
    names = [
        f"partition {p.number}"
        + (f": {_key(p.keys[0].name, p.keys[0].rank)}, {percent(p.keys[0].share)} of all" if p.keys else "")
        for p in present[:_NAMED_PARTITIONS]
    ]
    return (Bars(title, unit, target.partition_ceiling, tuple(peak * p.share for p in present), tuple(names)),)


def _count(partitions: int) -> str:
    return f"{partitions:,} partition{'' if partitions == 1 else 's'}"


def _key(name: str | None, rank: int) -> str:
    return name if name is not None else f"key of rank {rank + 1:,}"


def _events(
    spec: Table,
    table_or_index: ThroughputTarget,
    direction: str,
    table: SimulatedTable,
    elsewhere: "NDArray[np.float64] | None",
) -> tuple[Event, ...]:
    target, outcome = table.period.outcomes[table_or_index.key, direction]
    rates, unit = target.flow.rate_per_minute(), f"{table_or_index.unit(direction)}/s"
    capacity, index = table_or_index.capacity[direction], table_or_index.index
    history = table.histories.get(table_or_index.key)
    fraction = outcome.throttled_fraction()
    served = rates if fraction is None else rates * (1 - fraction)
    scaled = capacity is not None and not capacity.static
    splits: Iterable[Event] = ()
    if history is not None and _fuller(table_or_index) == direction:
        splits = events.split_events(history, rates, unit, _key_name(spec, index))
    return events.in_order(
        events.demand_events(rates, unit),
        events.burst_events(outcome, rates, CENTRAL.burst_seconds, unit),
        events.throttle_events(target, outcome, rates, unit),
        events.elsewhere_events(elsewhere, rates, "an index" if index is None else "the table"),
        events.capacity_events(outcome.steps or (), served, unit, scaled=scaled),
        splits,
    )


def _key_name(spec: Table, index: str | None) -> str:
    key = spec.partition_key if index is None else spec.indexes[index].partition_key
    return "key" if key is None else key.name if isinstance(key.name, str) else "+".join(key.name)


def _fuller(target: ThroughputTarget) -> str:
    """The direction that fills partitions more, whose events show their splits."""
    return max(DIRECTIONS, key=lambda way: target.flow[way].peak().per_second / PARTITION_THROUGHPUT[way])


def _modes(resource: MeteredResource[Table, Usage], demand: Demand) -> Mapping[str, tuple[Table, Usage]]:
    """The table in every capacity mode, by the ids of compare-modes."""
    return {
        mode.id: (mode.spec, mode.usage)
        for mode in modes(resource.name, resource.spec, resource.usage, demand, resource.context)
    }


SIMULATOR: Simulator[Table, Usage] = Simulator(_size, _run, _modes)
