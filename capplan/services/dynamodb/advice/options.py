"""Recommendations for a table: its capacity mode, its class, a sharded key, its requests, items and indexes."""

from collections.abc import Iterable

from capplan.model import Change, Context, Option
from capplan.services.dynamodb.advice.reserved import reserved
from capplan.services.dynamodb.advice.throttling import throttled
from capplan.services.dynamodb.advice.workload import advise
from capplan.services.dynamodb.capacity.modes import (
    LAGS,
    USUAL_TARGET,
    auto_scaled_changes,
    on_demand,
    provisioned,
    scheduled,
)
from capplan.services.dynamodb.keys.hot_keys import hot_key_options
from capplan.services.dynamodb.quotas import CLASS_CHANGES_MAX
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage

_CLASSES = ("standard", "standard-ia")
_GIVES_UP = LAGS
_AUTO_SCALE = f"Provision {{name}}, auto scaled at a {USUAL_TARGET}% target"


def options(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """Settings worth pricing."""
    if not usage.request_flow.terms and not usage.table_bytes:
        return ()
    return (
        *_of_backups(name, spec),
        *_other_mode(name, spec, usage, ctx),
        _other_class(name, spec),
        *reserved(name, spec, usage, ctx),
        *throttled(name, spec, usage, usage.demand, ctx),
        *hot_key_options(name, spec, usage, ctx.seed),
        *advise(name, spec, usage),
    )


def _of_backups(name: str, spec: Table) -> Iterable[Option]:
    if not spec.backups:
        return ()
    from capplan.services.dynamodb.backups.advice import backup_options  # noqa: PLC0415  only where there are some

    return backup_options(name, spec)


def _other_mode(name: str, spec: Table, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Another mode, where it throttles nothing: a saving is one on the same work, and a mode is no cure for a full
    partition.
    """
    if not spec.on_demand:
        message = f"{name} has provisioned capacity; on-demand is paid per request."
        other = on_demand(name, spec, usage, usage.demand, ctx)
        if not other.usage.throttled:
            yield Option("dynamodb.capacity-mode", message, other.changes, action="Switch {name} to on-demand")
    if not usage.throttled if spec.on_demand else not spec.capacity.scheduled:
        yield from _scaled(name, spec, usage, ctx)


def _static(spec: Table) -> bool:
    return spec.capacity.write.static and spec.capacity.read.static


def _scaled(name: str, spec: Table, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Auto scaling at the usual target; with scheduled actions before rises that it would miss."""
    static = "has the same capacity all day" if _static(spec) else "is auto scaled between other limits"
    present = "is on-demand" if spec.on_demand else static
    rule = "dynamodb.capacity-mode" if spec.on_demand else "dynamodb.auto-scaling"
    handles = f"provisioned capacity with auto scaling ({USUAL_TARGET}% target)"
    message = f"{name} {present}; {handles} handles this load."
    if not usage.throttled and all(shape.flat for shape, _ in usage.request_flow.terms):
        yield Option(rule, message, auto_scaled_changes(name, spec, usage, ctx), _GIVES_UP, action=_AUTO_SCALE)
        return
    demand = usage.demand
    scaled = provisioned(name, spec, "auto-scaled", usage, demand, ctx, LAGS, target=USUAL_TARGET)
    if not scaled.usage.throttled:
        yield Option(rule, message, scaled.changes, _GIVES_UP, action=_AUTO_SCALE)
        return
    planned = scheduled(name, spec, usage, demand, ctx, scaled)
    if planned is not None and not planned.usage.throttled:
        message = f"{name} {present}; {handles} and a scheduled action before each rise handles this load."
        yield Option("dynamodb.scheduled-scaling", message, planned.changes, planned.gives_up)


def _other_class(name: str, spec: Table) -> Option:
    other = _CLASSES[1 - _CLASSES.index(spec.table_class)]
    message = f"{name} has class {spec.table_class}; {other} changes the prices of storage and of throughput."
    return Option(
        "dynamodb.table-class",
        message,
        (Change(f"tables.{name}.class", other),),
        f"{CLASS_CHANGES_MAX.value} class changes {CLASS_CHANGES_MAX.unit}",
        action=f"Store {{name}} in class {other}",
    )
