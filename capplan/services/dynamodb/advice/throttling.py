"""The risk that a table throttles requests, with AWS's reasons and the fix for each cause.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues", "Resolving throttling issues" (read 2026-11-23).
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from capplan.flow import DemandFlow
from capplan.model import Change, Context, Demand, Option
from capplan.services.dynamodb.capacity.modes import on_demand
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget
from capplan.services.dynamodb.capacity.simulated_period import SimulatedPeriod
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage
from capplan.services.dynamodb.words import percent

_FIXES = {
    "partition": "a partition is full, which no mode and no maximum changes: more write shards, or a key with more values",
    "growth": "pre-warming (warm) before the rise; warm: seen, if the table has served such a peak before",
    "provisioned": "more capacity or on-demand",
    "account": "a higher quota of the table",
    "od-max": "a higher maximum under throughput, if the bill it bounds is not the point",
}
_ACTIONS = {
    "provisioned": "Switch {name} to on-demand",
    "growth": "Pre-warm {name} before its rise",
    "od-max": "Raise the maximum throughput of {name}",
}
"""What the change of a cause does."""


def throttled(name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context) -> Iterable[Option]:
    """A risk where anything is throttled, in each Region; with the change that serves it all, where one cause has one."""
    for where, used in (("", usage), *((f" in {region}", used) for region, used in usage.replicas.items())):
        if used.period.throttled:
            yield _risk(name, where, spec, usage, used.period, demand, ctx)


def _risk(
    name: str, where: str, spec: Table, usage: Usage, period: SimulatedPeriod, demand: Demand, ctx: Context
) -> Option:
    by_count = sorted(period.reasons.items(), key=lambda item: (-item[1], item[0]))
    reasons = ", ".join(f"{round(count):,} {reason}" for reason, count in by_count)
    message = (
        f"{name}{where} throttles {percent(float(period.throttled))} of its requests, in {period.throttled_minutes:,} minutes of "
        f"the four weeks: {reasons}."
    )
    short = period.throttling
    causes = [cause for cause in _FIXES if cause in short]
    fix = _change(name, spec, usage, demand, ctx, short) if len(causes) == 1 else ()
    advice = "; ".join(_FIXES[cause] for cause in causes)
    gives_up = f"callers wait and retry; what helps: {advice}"
    helps, action = (("throttled",), _ACTIONS[causes[0]]) if fix else ((), "")
    return Option("dynamodb.throttled", message, fix, gives_up, "risk", action=action, urgency="now", helps=helps)


def _change(
    name: str, spec: Table, usage: Usage, demand: Demand, ctx: Context, short: Mapping[str, Sequence[ScalableTarget]]
) -> tuple[Change, ...]:
    """What to write so that nothing is throttled; empty where no setting does it."""
    if "provisioned" in short:
        other = on_demand(name, spec, usage, demand, ctx)
        return () if other.usage.throttled else other.changes
    if "growth" in short:
        return tuple(
            Change(f"tables.{name}{f'.indexes.{t.key[0]}' if t.key[0] else ''}.warm.{t.key[1]}", _units(t.flow))
            for t in short["growth"]
        )
    if "od-max" in short:
        return tuple(Change(f"tables.{name}.throughput.max_{t.key[1]}", _units(t.flow)) for t in short["od-max"])
    return ()


def _units(flow: DemandFlow) -> int:
    return math.ceil(flow.peak().per_second)
