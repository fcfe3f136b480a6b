"""Compares a state machine with the quotas of Step Functions, and gives gates their metrics."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Context, LimitCheck, Observable, PoolLoad
from capplan.quantities.distribution import quantile
from capplan.quantities.rounding import sig6, to_quantity
from capplan.service import Quota
from capplan.services.stepfunctions.execution.expectation import all_children
from capplan.services.stepfunctions.execution.result_sizes import largest_result
from capplan.services.stepfunctions.execution.world import definition_of
from capplan.services.stepfunctions.quotas import (
    DEFINITION_SIZE,
    EXPRESS_DURATION,
    EXPRESS_START_RATE,
    HISTORY_EVENTS,
    OPEN_EXECUTIONS,
    OPEN_MAP_RUNS,
    PAYLOAD,
    STANDARD_DURATION,
    START_RATE,
    TRANSITION_RATE,
)
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage

_PAYLOAD_QUANTILE = 0.99


def check(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """Limits of the machine itself: the mean execution, the 99th percentile of the payload, the largest result."""
    checks = [_check(name, DEFINITION_SIZE, Fraction(definition_of(spec).size_bytes))]
    seconds = usage.mean.duration_ms / units.MS_PER_SECOND
    if usage.express:
        checks.append(_check(name, EXPRESS_DURATION, seconds))
        if usage.waited_ms is not None:
            waited = to_quantity(usage.waited_ms / units.MS_PER_SECOND)
            checks.append(LimitCheck(name, "stepfunctions.integration_timeout", to_quantity(seconds), waited, "s"))
    else:
        checks.append(_check(name, HISTORY_EVENTS, usage.mean.history_events))
        checks.append(_check(name, STANDARD_DURATION, seconds))
    express_children = [c.each.duration_ms for c in all_children(usage.mean).values() if c.type == "EXPRESS"]
    if express_children:
        checks.append(_check(name, EXPRESS_DURATION, max(express_children) / units.MS_PER_SECOND))
    payload = sig6(quantile(spec.payload, _PAYLOAD_QUANTILE)) if spec.payload is not None else Fraction(0)
    largest = max(payload, largest_result(spec, ctx))
    if largest:
        checks.append(_check(name, PAYLOAD, largest))
    return tuple(checks)


def _check(name: str, quota: Quota, load: Fraction) -> LimitCheck:
    return LimitCheck(name, quota.id, to_quantity(load), Decimal(quota.value), quota.unit)


def pools(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:
    """The machine's part of the account's quotas in its Region."""
    del name, spec, ctx
    if usage.express:
        return (PoolLoad(EXPRESS_START_RATE.id, usage.executions),)
    map_runs = _by_start(OPEN_MAP_RUNS.id, usage.map_runs, usage) if usage.mean.children else ()
    return (
        PoolLoad(START_RATE.id, usage.executions),
        PoolLoad(TRANSITION_RATE.id, usage.per_second),
        *_by_start(OPEN_EXECUTIONS.id, usage.open, usage),
        *map_runs,
    )


def _by_start(limit: str, load: DemandFlow, usage: Usage) -> tuple[PoolLoad, ...]:
    """A load of the account: starts of a schedule are certain, others are random and have a Poisson margin."""
    scheduled = {profile.traffic_source for profile, _ in usage.executions.terms if profile.starts}
    parts = (
        (DemandFlow(tuple(term for term in load.terms if (term[0].traffic_source in scheduled) == certain)), certain)
        for certain in (True, False)
    )
    return tuple(PoolLoad(limit, flow, poisson=not certain) for flow, certain in parts if flow.terms)


def observe(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """The metrics that gates can test."""
    del name, spec
    peak = sig6(usage.open.peak().per_second) if usage.open.terms else Fraction(0)
    quota = None if usage.express else ctx.quotas.get(OPEN_EXECUTIONS.id, OPEN_EXECUTIONS.in_region(ctx.region))
    return {
        "executions": Observable(to_quantity(usage.executions.monthly), "executions"),
        "executions.open": Observable(to_quantity(peak), "executions", quota),
        "success": Observable(to_quantity(usage.mean.p_success), "share"),
        "duration": Observable(to_quantity(usage.mean.duration_ms), "ms"),
    }
