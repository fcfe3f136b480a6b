"""Every way to run a table's capacity: on demand, provisioned at the peak, auto scaled at several targets, scheduled. It
never says what one costs.

A mode belongs to the table: reads and writes, the table and its indexes change together.

Source: DynamoDB Developer Guide, "Evaluate your table's capacity mode", "Managing throughput capacity automatically";
Application Auto Scaling User Guide, "Scheduled scaling" (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from capplan.flow import DemandFlow
from capplan.model import Change, Context, Demand
from capplan.services.dynamodb.capacity.schedule_suggestions import foreseen_steps, planned_day
from capplan.services.dynamodb.requests import TABLE
from capplan.services.dynamodb.spec import Capacity, IndexCapacity, Table
from capplan.services.dynamodb.usage import Arm, Usage, meter, peak_units, table_quota

TARGETS = (50, 70, 90)
"""Auto scaling's targets that are compared, in percent; AWS allows 20 to 90 and proposes 70."""
USUAL_TARGET = 70
_ROOM = 2
"""Auto scaled bounds leave room for twice the peak and for half the trough: that costs nothing until it is used."""
_ROUNDS = 3
LAGS = "a sudden rise throttles for minutes, until scaling follows"
_DIRECTIONS = ("write", "read")


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to run a table.

    Attributes:
        id: "on-demand", "provisioned-peak", "auto-scaled-70", "scheduled" or "as-written", without a class.
        spec: The table so run.
        changes: What to write for it.
        gives_up: What it costs beside money.
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
    found = []
    if not spec.on_demand:
        found.append(Mode("as-written", "provisioned", spec, (), "", usage))
    found.append(on_demand(name, spec, usage, demand, ctx))
    found.append(provisioned(name, spec, "provisioned-peak", usage, demand, ctx, "paid for whether used or not"))
    scaled = {t: provisioned(name, spec, f"auto-scaled-{t}", usage, demand, ctx, LAGS, target=t) for t in TARGETS}
    found += scaled.values()
    planned = scheduled(name, spec, usage, demand, ctx, scaled[USUAL_TARGET])
    return (*found, *(() if planned is None else (planned,)))


def on_demand(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> Mode:
    """Per request; settings of provisioned indexes go."""
    if spec.on_demand:
        return Mode("on-demand", "on_demand", spec, (), "", usage)
    own = [index for index, one in spec.indexes.items() if one.capacity is not None]
    changes = (
        Change(f"tables.{name}.capacity", "on-demand"),
        *(Change(f"tables.{name}.indexes.{index}.capacity", None) for index in own),
    )
    indexes = {index: one.model_copy(update={"capacity": None}) for index, one in spec.indexes.items()}
    changed = spec.model_copy(update={"capacity": Capacity(), "indexes": indexes})
    return Mode("on-demand", "on_demand", changed, changes, "", meter(name, changed, demand, ctx))


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
    steps: Mapping[tuple[str, str], list[dict[str, object]]] | None = None,
) -> Mode:
    """Capacity for the table and each global index; at the peak, or auto scaled to a target; an on-demand maximum goes.

    Args:
        name: The table.
        spec: As written.
        mode: The id of the mode.
        usage: As written: its flows decide the units.
        demand: What reaches the table.
        ctx: The account.
        gives_up: What the mode costs beside money.
        target: In percent; None for a static capacity.
        steps: Scheduled actions by arm and direction.
    """
    told = _told(usage, target, ctx, steps or {})
    return _mode(name, spec, mode, told, demand, ctx, gives_up)


def auto_scaled_changes(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Change, ...]:
    """What to write for auto scaling at the usual target, without planning it."""
    return _changes(name, spec, _told(usage, USUAL_TARGET, ctx, {}))


def _told(
    usage: Usage, target: int | None, ctx: Context, steps: Mapping[tuple[str, str], list[dict[str, object]]]
) -> dict[str | None, dict[str, object]]:
    return {arm.index: _settings(arm, target, ctx, steps) for arm in usage.arms}


def _changes(name: str, spec: Table, told: Mapping[str | None, dict[str, object]]) -> tuple[Change, ...]:
    changes = [] if spec.throughput is None else [Change(f"tables.{name}.throughput", None)]
    for index, settings in told.items():
        where = f"tables.{name}" if index is None else f"tables.{name}.indexes.{index}"
        changes.append(Change(f"{where}.capacity", {"mode": "provisioned", **settings} if index is None else settings))
    return tuple(changes)


def scheduled(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context, scaled: Mode) -> Mode | None:
    """Auto scaling with a step before each rise it would miss; where it misses none, capacity planned by the hour.

    None where the load is flat, or where more steps would be needed than anyone would write.
    """
    known: dict[tuple[str, str], list[dict[str, object]]] = {}
    found: Mode | None = None
    now = scaled
    for _ in range(_ROUNDS):
        missed = foreseen_steps(now.usage.window, USUAL_TARGET, table_quota("write", ctx), table_quota("read", ctx))
        if missed is None:
            return found
        if not missed:
            break
        for key, steps in missed.items():
            known[key] = [*known.get(key, []), *steps]
        words = "a rise that nobody planned throttles, as with auto scaling alone"
        now = found = provisioned(name, spec, "scheduled", usage, demand, ctx, words, target=USUAL_TARGET, steps=known)
    if found is not None:
        return found
    return _by_the_hour(name, spec, usage, demand, ctx)


def _by_the_hour(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> Mode | None:
    steps: dict[tuple[str, str], list[dict[str, object]]] = {}
    for arm in usage.arms:
        for direction in _DIRECTIONS:
            day = planned_day(_flow(arm, direction), direction)
            if day:
                steps[arm.index or TABLE, direction] = day
    if not steps:
        return None
    words = "a day unlike the others throttles"
    return provisioned(name, spec, "scheduled", usage, demand, ctx, words, steps=steps)


def _mode(
    name: str,
    spec: Table,
    mode: str,
    told: Mapping[str | None, dict[str, object]],
    demand: Demand,
    ctx: Context,
    gives_up: str,
) -> Mode:
    indexes = dict(spec.indexes)
    for index, settings in told.items():
        if index is not None:
            own = IndexCapacity.model_validate(_decimals(settings))
            indexes[index] = indexes[index].model_copy(update={"capacity": own})
    capacity = Capacity.model_validate(_decimals({"mode": "provisioned", **told[None]}))
    changed = spec.model_copy(update={"capacity": capacity, "indexes": indexes, "throughput": None})
    changes = _changes(name, spec, told)
    return Mode(mode, "provisioned", changed, changes, gives_up, meter(name, changed, demand, ctx))


def _settings(
    arm: Arm, target: int | None, ctx: Context, steps: Mapping[tuple[str, str], list[dict[str, object]]]
) -> dict[str, object]:
    out: dict[str, object] = {
        direction: _units(_flow(arm, direction), target, int(table_quota(direction, ctx))) for direction in _DIRECTIONS
    }
    own = [step for direction in _DIRECTIONS for step in steps.get((arm.index or TABLE, direction), [])]
    return {**out, "scheduled": own} if own else out


def _units(flow: DemandFlow, target: int | None, quota: int) -> object:
    """The peak rounded up, or bounds that let auto scaling follow the load."""
    peak = peak_units(flow)
    if target is None or not peak:
        return min(quota, max(1, math.ceil(peak)))
    share = Fraction(target, 100)
    most = min(quota, math.ceil(_ROOM * peak / share))
    return {"min": min(most, max(1, math.ceil(_least(flow) / share / _ROOM))), "max": most, "target": f"{target}%"}


def _least(flow: DemandFlow) -> Fraction:
    """The quietest minute, units per second, rounded down to whole ones."""
    if all(shape.flat for shape, _ in flow.terms):
        return peak_units(flow)
    return Fraction(math.floor(float(flow.rate_per_minute().min())))


def _flow(arm: Arm, direction: str) -> DemandFlow:
    return arm.write if direction == "write" else arm.read


def _decimals(value: Any) -> Any:  # noqa: ANN401  any plain value
    """A value as the YAML reader gives it: numbers are Decimals."""
    if isinstance(value, Mapping):
        return {key: _decimals(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_decimals(one) for one in value]
    return Decimal(value) if isinstance(value, int) else value


def in_class(mode: Mode, name: str, table_class: Literal["standard", "standard-ia"]) -> Mode:
    """The same mode in a table class; capacity and requests are the same, prices are not."""
    change = Change(f"tables.{name}.class", table_class)
    spec = mode.spec.model_copy(update={"table_class": table_class})
    changes = mode.changes if mode.spec.table_class == table_class else (*mode.changes, change)
    return replace(mode, spec=spec, changes=changes)
