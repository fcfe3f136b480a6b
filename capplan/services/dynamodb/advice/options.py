"""What else could be written for a table: its capacity mode, its class, a sharded key. It never says what that would
save.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from capplan.model import Change, Context, Demand, Option
from capplan.quantities.rounding import to_quantity
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
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage

_CLASSES = ("standard", "standard-ia")


def options(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """Settings worth pricing."""
    if not usage.requests.terms and not usage.table_bytes:
        return ()
    return (
        *_other_mode(name, spec, usage, ctx),
        _other_class(name, spec),
        *_refused(name, spec, usage),
        *hot_key_options(name, spec, usage, ctx.seed),
        *advise(name, spec, usage),
    )


def _other_mode(name: str, spec: Table, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Another mode, where it refuses no more than the one written."""
    if not spec.on_demand:
        demand = Demand(tuple(one.work for one in usage.works))
        message = f"{name} holds provisioned capacity; on demand it would pay per request."
        other = on_demand(name, spec, usage, demand, ctx)
        if other.usage.throttled <= usage.throttled:
            yield Option("dynamodb.capacity-mode", message, other.changes)
    if spec.on_demand or _static(spec):
        yield from _scaled(name, spec, usage, ctx)


def _static(spec: Table) -> bool:
    return spec.capacity.write.static and spec.capacity.read.static and not spec.capacity.scheduled


def _scaled(name: str, spec: Table, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Auto scaling at the usual target; with steps before what it would miss, where it would miss something."""
    now = "pays per request" if spec.on_demand else "holds the same capacity all day"
    rule = "dynamodb.capacity-mode" if spec.on_demand else "dynamodb.auto-scaling"
    message = f"{name} {now}; auto scaled capacity at {USUAL_TARGET}% would serve it."
    if all(shape.flat for shape, _ in usage.requests.terms):
        yield Option(rule, message, auto_scaled_changes(name, spec, usage, ctx), LAGS)
        return
    demand = Demand(tuple(one.work for one in usage.works))
    scaled = provisioned(name, spec, "auto-scaled", usage, demand, ctx, LAGS, target=USUAL_TARGET)
    if scaled.usage.throttled <= usage.throttled:
        yield Option(rule, message, scaled.changes, LAGS)
        return
    planned = scheduled(name, spec, usage, demand, ctx, scaled)
    if planned is not None and planned.usage.throttled <= usage.throttled:
        message = f"{name} {now}; auto scaled at {USUAL_TARGET}%, with a step before each planned rise, would serve it."
        yield Option("dynamodb.scheduled-scaling", message, planned.changes, planned.gives_up)


def _refused(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """A risk where anything is refused, with the reasons that AWS would give."""
    window = usage.window
    if not window.throttled:
        return
    reasons = ", ".join(f"{round(count):,} {reason}" for reason, count in _most(window.reasons))
    share = to_quantity(window.throttled * 100)
    message = (
        f"{name} refuses {float(share):.2g}% of its requests, in {window.throttled_minutes:,} minutes of the four weeks: "
        f"{reasons}."
    )
    what = "on-demand" if not spec.on_demand else "a higher maximum, a warm throughput or more keys"
    yield Option("dynamodb.throttled", message, (), f"callers wait and retry; {what} would serve more", "risk")


def _most(reasons: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    return sorted(reasons.items(), key=lambda one: (-one[1], one[0]))


def _other_class(name: str, spec: Table) -> Option:
    other = _CLASSES[1 - _CLASSES.index(spec.table_class)]
    message = (
        f"{name} is in class {spec.table_class}; {other} splits its bill another way between storage and throughput."
    )
    return Option(
        "dynamodb.table-class", message, (Change(f"tables.{name}.class", other),), "two class changes in 30 days"
    )
