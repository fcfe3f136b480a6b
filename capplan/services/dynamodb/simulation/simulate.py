"""A table followed over time: what is offered, served and throttled, minute by minute and in the busiest hour second by
second, with its partitions, and why. It prices nothing.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from capplan import units
from capplan.model import Context, Demand, Simulator
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.dynamodb.capacity.busiest_hour import MINUTES, busiest_hour, hour_charts, hour_of
from capplan.services.dynamodb.capacity.modes import modes
from capplan.services.dynamodb.capacity.retried_hour import retry_remark
from capplan.services.dynamodb.capacity.scalable_target import Outcome, ScalableTarget
from capplan.services.dynamodb.capacity.scaling import expand
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.keys.hot_keys import CEILING
from capplan.services.dynamodb.partitions.load import heat_of
from capplan.services.dynamodb.partitions.splits import History, first_pieces
from capplan.services.dynamodb.requests import TABLE
from capplan.services.dynamodb.simulation import events as happenings
from capplan.services.dynamodb.simulation.notes import part, remarks
from capplan.services.dynamodb.simulation.partitions_over_time import (
    DIRECTIONS,
    Followed,
    follow_table,
    key_of,
    refused_elsewhere,
)
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Arm, Usage, requests_of
from capplan.timeline import Bars, Chart, Event, Series, SimulationRequest, Size, Timeline, Totals

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TOLD_KEYS = 3
_ELSEWHERE = "refused elsewhere"
"""Units whose requests another arm refuses: a write is refused as a whole."""


def _size(name: str, spec: Table, usage: Usage, ctx: Context, asked_for: SimulationRequest) -> Size:  # noqa: ARG001  every room's signature
    partitions = max(arm.partitions for arm in usage.arms)
    return Size(
        (("minutes", units.WINDOW_MINUTES), ("tables and indexes", len(usage.arms)), ("partitions", partitions))
    )


def _run(name: str, spec: Table, usage: Usage, ctx: Context, asked_for: SimulationRequest) -> tuple[Timeline, ...]:
    found = follow_table(spec, usage, ctx, lambda share, words: asked_for.progress(share, f"{name}, {words}"))
    return tuple(_timelines(name, spec, usage, found, ctx, asked_for))


def _timelines(
    name: str, spec: Table, usage: Usage, found: Followed, ctx: Context, asked_for: SimulationRequest
) -> Iterable[Timeline]:
    for arm in usage.arms:
        for direction in DIRECTIONS:
            if (arm.write if direction == "write" else arm.read).terms:
                yield _timeline(name, spec, usage, arm, direction, found, ctx, asked_for)


def _timeline(
    name: str,
    spec: Table,
    usage: Usage,
    arm: Arm,
    direction: str,
    found: Followed,
    ctx: Context,
    asked_for: SimulationRequest,
) -> Timeline:
    side, outcome = found.window.sides[key_of(arm, direction)]
    history = found.histories.get(arm.index or TABLE)
    offered = side.flow.rate_per_minute()
    fraction = outcome.refused_fraction()
    refused = offered * (0.0 if fraction is None else fraction)
    unit = f"{direction[0].upper()}{'RU' if arm.write_capacity is None else 'CU'}"
    elsewhere = refused_elsewhere(found.window, requests_of(usage.works), side.key)
    month = _series(offered, refused, elsewhere, f"{unit}/s")
    if outcome.steps is not None:
        month = (*month, Series("capacity", f"{unit}/s", expand(outcome.steps, units.WINDOW_MINUTES), "line"))
    day = asked_for.day or int(offered.argmax()) // units.MINUTES_PER_DAY + 1
    return Timeline(
        name=f"{name if arm.index is None else f'{name}.{arm.index}'} {direction}s",
        settings=_settings(arm, direction),
        day=day,
        totals=_books(offered, refused, elsewhere, unit),
        month=month,
        charts=(_day(month, day), *_hour(side, outcome, history, offered, day, ctx)),
        bars=_bars(history, arm, side, offered, ctx.seed),
        events=_events(spec, arm, direction, found, elsewhere),
        notes=(*remarks(spec, arm, direction, history, ctx), *retry_remark(side, outcome, ctx.seed)),
    )


def _settings(arm: Arm, direction: str) -> str:
    capacity = arm.write_capacity if direction == "write" else arm.read_capacity
    if capacity is None:
        return "on-demand"
    if capacity.static:
        return f"provisioned, {capacity.max:,}"
    return f"auto scaled, {capacity.target:.0%}, {capacity.floor:,} to {capacity.max:,}"


def _series(
    offered: "NDArray[np.float64]", refused: "NDArray[np.float64]", elsewhere: "NDArray[np.float64] | None", unit: str
) -> tuple[Series, ...]:
    """What was served, what this side refused, and what another side of the same requests refused."""
    if elsewhere is None:
        return (Series("served", unit, offered - refused), Series("throttled", unit, refused, "refused"))
    return (
        Series("served", unit, offered - refused - elsewhere),
        Series("throttled", unit, refused, "refused"),
        Series(_ELSEWHERE, unit, elsewhere, "refused"),
    )


def _books(
    offered: "NDArray[np.float64]", refused: "NDArray[np.float64]", elsewhere: "NDArray[np.float64] | None", unit: str
) -> Totals:
    everything, lost = _units(offered), _units(refused)
    if elsewhere is None:
        return Totals(unit, everything, (("served", everything - lost), ("throttled", lost)))
    other = _units(elsewhere)
    return Totals(unit, everything, (("served", everything - lost - other), ("throttled", lost), (_ELSEWHERE, other)))


def _units(levels: "NDArray[np.float64]") -> Decimal:
    return to_quantity(sig6(float(levels.sum()) * units.SECONDS_PER_MINUTE))


def _day(month: tuple[Series, ...], day: int) -> Chart:
    first = (day - 1) * units.MINUTES_PER_DAY
    cut = slice(first, first + units.MINUTES_PER_DAY)
    start_s = first * units.SECONDS_PER_MINUTE
    return Chart(f"day {day}", tuple(Series(s.name, s.unit, s.values[cut], s.role, start_s) for s in month))


def _hour(
    side: ScalableTarget,
    outcome: Outcome,
    history: History | None,
    offered: "NDArray[np.float64]",
    day: int,
    ctx: Context,
) -> tuple[Chart, ...]:
    start = busiest_hour(offered, day)
    hour = hour_of(side, offered, history.pieces if history else [], outcome.steps, start, ctx.seed)
    clock = f"{start % units.MINUTES_PER_DAY // MINUTES:02d}:00"
    letter = "CU/s" if outcome.steps is not None else "RU/s"
    return hour_charts(hour, f"{side.key[1][0].upper()}{letter}", side.partition, clock)


def _bars(
    history: History | None, arm: Arm, side: ScalableTarget, offered: "NDArray[np.float64]", seed: int
) -> tuple[Bars, ...]:
    """The partitions at the busiest minute, with the keys behind the hottest."""
    at = int(offered.argmax())
    peak = float(offered[at])
    unit = f"{side.key[1][0].upper()}{'RU' if arm.write_capacity is None else 'CU'}/s"
    if history is None:
        title = f"HEAT  busiest minute, {_count(arm.partitions)}, all alike"
        return (Bars(title, unit, side.partition, (peak * side.hottest_share,) * min(arm.partitions, 1000)),)
    pieces = history.pieces
    if arm.keys.names is not None and arm.keys.names.time:
        pieces = first_pieces(heat_of(arm.keys, arm.partitions, seed, at), len(offered))
    alive = sorted((p for p in pieces if p.born <= at < p.gone), key=lambda p: (-p.share, p.number))
    title = f"HEAT  busiest minute, {_count(len(alive))}, hottest first"
    names = [
        f"partition {p.number}"
        + (f": {_key(p.keys[0].name, p.keys[0].rank)}, {part(p.keys[0].share)} of all" if p.keys else "")
        for p in alive[:_TOLD_KEYS]
    ]
    return (Bars(title, unit, side.partition, tuple(peak * p.share for p in alive), tuple(names)),)


def _count(partitions: int) -> str:
    return f"{partitions:,} partition{'' if partitions == 1 else 's'}"


def _key(name: str | None, rank: int) -> str:
    return name if name is not None else f"key of rank {rank + 1:,}"


def _events(
    spec: Table, arm: Arm, direction: str, found: Followed, elsewhere: "NDArray[np.float64] | None"
) -> tuple[Event, ...]:
    side, outcome = found.window.sides[key_of(arm, direction)]
    levels = side.flow.rate_per_minute()
    unit = f"{direction[0].upper()}{'RU' if arm.write_capacity is None else 'CU'}/s"
    capacity = arm.write_capacity if direction == "write" else arm.read_capacity
    history = found.histories.get(arm.index or TABLE)
    key = spec.partition_key if arm.index is None else spec.indexes[arm.index].partition_key
    name = "key" if key is None else key.name if isinstance(key.name, str) else "+".join(key.name)
    hot = history if history is not None and _fuller(arm) == direction else None
    fraction = outcome.refused_fraction()
    served = levels if fraction is None else levels * (1 - fraction)
    scaled = capacity is not None and not capacity.static
    return happenings.in_order(
        happenings.demand_events(levels, unit),
        happenings.burst_events(outcome, levels, CENTRAL.burst_seconds, unit),
        happenings.throttle_events(side, outcome, levels, unit),
        happenings.elsewhere_events(elsewhere, levels, "an index" if arm.index is None else "the table"),
        happenings.capacity_events(outcome.steps or (), served, unit, scaled=scaled),
        happenings.split_events(hot, levels, unit, name) if hot is not None else (),
    )


def _fuller(arm: Arm) -> str:
    """The direction that fills partitions more, which is where their splits are told."""
    fills = {way: (arm.write if way == "write" else arm.read).peak().per_second / CEILING[way] for way in DIRECTIONS}
    return max(fills, key=lambda way: fills[way])


def _modes(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> "Mapping[str, tuple[Table, Usage]]":
    """The table in every capacity mode, by the ids of compare-modes."""
    return {mode.id: (mode.spec, mode.usage) for mode in modes(name, spec, usage, demand, ctx)}


SIMULATOR: Simulator[Table, Usage] = Simulator(_size, _run, _modes)
