"""Every way to run a table's capacity: on demand, provisioned at the peak, auto scaled at several targets, scheduled.

A mode belongs to the table: reads and writes, the table and its indexes change together.

Source: DynamoDB Developer Guide, "Evaluate your table's capacity mode", "Managing throughput capacity automatically";
Application Auto Scaling User Guide, "Scheduled scaling" (read 2026-11-23).
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from capplan.flow import DemandFlow
from capplan.model import Change, Context, Demand
from capplan.record import Record, replace
from capplan.services.dynamodb.capacity.scalable_target import TargetKey
from capplan.services.dynamodb.capacity.schedule_suggestions import Action, actions_before_rises, daily_actions
from capplan.services.dynamodb.partitions.count import partition_count
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_THROUGHPUT
from capplan.services.dynamodb.spec import Capacity, IndexCapacity, Table, WarmThroughput
from capplan.services.dynamodb.usage import DIRECTIONS, ThroughputTarget, Usage, meter, peak_units, table_quota

TARGETS = (50, 70, 90)
"""Target utilizations that are compared, in percent; AWS proposes 70."""
USUAL_TARGET = 70
_MARGIN = 2
"""Bounds of auto scaling reach to twice the peak and to half the trough: that costs nothing until it is used."""
_ROUNDS = 3
LAGS = "unplanned spikes are throttled until auto scaling catches up"
Settings = Mapping[str | None, dict[str, object]]
"""Capacity as a scenario writes it, of the table (None) and each global index."""


class Mode(Record, frozen=True):
    """One way to run a table.

    Attributes:
        id: "on-demand", "provisioned-peak", "auto-scaled-70", "scheduled" or "as-written", without a class.
        spec: The table so run.
        changes: What to write for it.
        gives_up: Its trade-off.
        usage: What AWS would meter.
    """

    id: str
    mode: Literal["on_demand", "provisioned"]
    spec: Table
    changes: tuple[Change, ...]
    gives_up: str
    usage: Usage


def modes(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> tuple[Mode, ...]:
    """Every mode for this demand; the first is as written where no other is."""
    out = []
    if not spec.on_demand:
        out.append(Mode("as-written", "provisioned", spec, (), "", usage))
    out.append(on_demand(name, spec, usage, demand, ctx))
    out.append(provisioned(name, spec, "provisioned-peak", usage, demand, ctx, "paid for whether used or not"))
    scaled = {t: provisioned(name, spec, f"auto-scaled-{t}", usage, demand, ctx, LAGS, target=t) for t in TARGETS}
    planned = scheduled(name, spec, usage, demand, ctx, scaled[USUAL_TARGET])
    return (*out, *scaled.values(), *(() if planned is None else (planned,)))


def on_demand(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> Mode:
    """Per request; settings of provisioned indexes are removed."""
    if spec.on_demand:
        return Mode("on-demand", "on_demand", spec, (), "", usage)
    with_capacity = [name for name, index in spec.indexes.items() if index.capacity is not None]
    changes = (
        Change(f"tables.{name}.capacity", "on-demand"),
        *(Change(f"tables.{name}.indexes.{index}.capacity", None) for index in with_capacity),
    )
    indexes = {name: index.model_copy(update={"capacity": None}) for name, index in spec.indexes.items()}
    changed = spec.model_copy(update={"capacity": Capacity(), "indexes": indexes})
    if spec.warm is None and _keeps_throughput(usage):
        changes = (*changes, Change(f"tables.{name}.warm", "seen"))
        changed = changed.model_copy(update={"warm": WarmThroughput.model_construct(seen=True)})
    return Mode("on-demand", "on_demand", changed, changes, "", meter(changed, demand, ctx))


def _keeps_throughput(usage: Usage) -> bool:
    """Whether a table is past what a new one serves and has been provisioned for it: it serves that on demand, too
    (Developer Guide, "Considerations when switching read/write capacity modes").
    """
    held = [
        (t.max_capacity[d], peak_units(t.flow[d]), NEW_ON_DEMAND_THROUGHPUT[d])
        for t in usage.targets
        for d in DIRECTIONS
    ]
    return any(peak > new for _, peak, new in held) and all(
        capacity >= peak for capacity, peak, new in held if peak > new
    )


def provisioned(  # noqa: PLR0913  what is written, and what decides the units
    name: str,
    spec: Table,
    mode: str,
    usage: Usage,
    demand: Demand,
    ctx: Context,
    gives_up: str,
    *,
    target: int | None = None,
    actions: Mapping[TargetKey, Sequence[Action]] | None = None,
) -> Mode:
    """Capacity for the table and each global index; at the peak, or auto scaled. An on-demand maximum is removed.

    Args:
        name: The table.
        spec: As written.
        mode: The id of the mode.
        usage: As written: its flows decide the units.
        demand: What reaches the table.
        ctx: The account.
        gives_up: The mode's trade-off.
        target: Target utilization in percent; None for a static capacity.
        actions: Scheduled actions.
    """
    settings = _all_settings(usage, target, ctx, actions or {})
    indexes = {
        target.index: spec.indexes[target.index].model_copy(
            update={
                "capacity": IndexCapacity.model_validate(_decimals(settings[target.index])),
                "partitions": _partitions(spec, target),
            }
        )
        for target in usage.indexes
        if target.index is not None
    }
    changed = spec.model_copy(
        update={
            "partitions": _partitions(spec, usage.table),
            "capacity": Capacity.model_validate(_decimals({"mode": "provisioned", **settings[None]})),
            "indexes": {**spec.indexes, **indexes},
            "throughput": None,
        }
    )
    changes = _changes(name, spec, usage, settings)
    return Mode(mode, "provisioned", changed, changes, gives_up, meter(changed, demand, ctx))


def auto_scaled_changes(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Change, ...]:
    """What to write for auto scaling at the usual target, without planning it."""
    return _changes(name, spec, usage, _all_settings(usage, USUAL_TARGET, ctx, {}))


def _partitions(spec: Table, target: ThroughputTarget) -> int | None:
    """Partitions to write for a table or index that leaves on-demand: it keeps them, and so does what depends on their
    number: its stream's shards, and how much of its load one of them has.
    """
    written = (spec if target.index is None else spec.indexes[target.index]).partitions
    if not spec.on_demand:
        return written
    peaks = (peak_units(target.flow[direction]) for direction in ("write", "read"))
    planned = partition_count(target.size_bytes, *peaks, on_demand=False)
    return target.partitions if planned < target.partitions else written


def _all_settings(
    usage: Usage, target: int | None, ctx: Context, actions: Mapping[TargetKey, Sequence[Action]]
) -> Settings:
    return {t.index: _settings(t, target, ctx, actions) for t in usage.busiest_targets}


def _changes(name: str, spec: Table, usage: Usage, settings: Settings) -> tuple[Change, ...]:
    changes = [] if spec.throughput is None else [Change(f"tables.{name}.throughput", None)]
    for target in usage.targets:
        capacity, partitions = settings[target.index], _partitions(spec, target)
        path = f"tables.{name}" if target.index is None else f"tables.{name}.indexes.{target.index}"
        mode = {"mode": "provisioned"} if target.index is None else {}
        changes.append(Change(f"{path}.capacity", {**mode, **capacity}))
        if partitions != (spec if target.index is None else spec.indexes[target.index]).partitions:
            changes.append(Change(f"{path}.partitions", partitions))
    return tuple(changes)


def scheduled(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context, scaled: Mode) -> Mode | None:
    """Auto scaling with an action before each rise it would miss; where it misses none, capacity planned by the hour.

    None where the load is flat, or where more actions would be needed than anyone would write.
    """
    actions: dict[TargetKey, list[Action]] = {}
    mode: Mode | None = None
    quotas = {direction: table_quota(direction, ctx) for direction in DIRECTIONS}
    for _ in range(_ROUNDS):
        missed = actions_before_rises((mode or scaled).usage.period, USUAL_TARGET, quotas)
        if missed is None:
            return mode
        if not missed:
            break
        for key, more in missed.items():
            actions[key] = [*actions.get(key, []), *more]
        mode = provisioned(
            name, spec, "scheduled", usage, demand, ctx, LAGS, target=USUAL_TARGET, actions=actions
        )  # fmt: skip
    return mode or _by_the_hour(name, spec, usage, demand, ctx)


def _by_the_hour(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> Mode | None:
    actions = {
        (target.key, direction): daily
        for target in usage.targets
        for direction in DIRECTIONS
        if (daily := daily_actions(target.flow[direction], direction))
    }
    if not actions:
        return None
    words = "a day with more traffic than the others is throttled"
    return provisioned(name, spec, "scheduled", usage, demand, ctx, words, actions=actions)


def _settings(
    target: ThroughputTarget, percent: int | None, ctx: Context, actions: Mapping[TargetKey, Sequence[Action]]
) -> dict[str, object]:
    out: dict[str, object] = {
        direction: _units(target.flow[direction], percent, int(table_quota(direction, ctx))) for direction in DIRECTIONS
    }
    scheduled_actions = [action for direction in DIRECTIONS for action in actions.get((target.key, direction), [])]
    return {**out, "scheduled": scheduled_actions} if scheduled_actions else out


def _units(flow: DemandFlow, target: int | None, quota: int) -> object:
    """The peak rounded up, or bounds within which auto scaling follows the load."""
    peak = peak_units(flow)
    if target is None or not peak:
        return min(quota, max(1, math.ceil(peak)))
    share = Fraction(target, 100)
    high = min(quota, math.ceil(_MARGIN * peak / share))
    low = min(high, max(1, math.ceil(_trough(flow) / share / _MARGIN)))
    return {"min": low, "max": high, "target": f"{target}%"}


def _trough(flow: DemandFlow) -> Fraction:
    """The quietest minute, units per second, rounded down to whole ones."""
    if all(shape.flat for shape, _ in flow.terms):
        return peak_units(flow)
    return Fraction(math.floor(float(flow.rate_per_minute().min())))


def _decimals(value: Any) -> Any:  # noqa: ANN401  any plain value
    """A value as the YAML reader gives it: numbers are Decimals."""
    if isinstance(value, Mapping):
        return {key: _decimals(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_decimals(inner) for inner in value]
    return Decimal(value) if isinstance(value, int) else value


def in_class(mode: Mode, name: str, table_class: Literal["standard", "standard-ia"]) -> Mode:
    """The same mode in a table class; capacity and requests are the same, prices are not."""
    change = Change(f"tables.{name}.class", table_class)
    spec = mode.spec.model_copy(update={"table_class": table_class})
    changes = mode.changes if mode.spec.table_class == table_class else (*mode.changes, change)
    return replace(mode, spec=spec, changes=changes)
