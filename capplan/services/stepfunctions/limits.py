"""Which limits a state machine meets, and what a gate may ask of it. It prices nothing.

Source: Step Functions Developer Guide, "Service quotas" (read 2026-11-23).
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Context, LimitCheck, Observable, PoolLoad
from capplan.quantities.distribution import quantile
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.stepfunctions import quotas
from capplan.services.stepfunctions.execution.world import definition_of
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage

_LARGE_SHARE = 0.99


def check(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """Limits of the machine itself, held against one mean execution (the 99th percentile of a payload)."""
    del ctx
    found = [
        _check(name, "definition_size", Fraction(definition_of(spec).size_bytes), quotas.DEFINITION_BYTES, "bytes")
    ]
    seconds = usage.found.duration_ms / units.MS_PER_SECOND
    if usage.express:
        found.append(_check(name, "express.duration", seconds, quotas.EXPRESS_SECONDS, "s"))
    else:
        found.append(_check(name, "history_events", usage.found.history_events, quotas.HISTORY_EVENTS, "events"))
        found.append(_check(name, "standard.duration", seconds, quotas.STANDARD_SECONDS, "s"))
    express_children = [c.each.duration_ms for c in usage.found.children.values() if c.type == "EXPRESS"]
    if express_children:
        longest = max(express_children) / units.MS_PER_SECOND
        found.append(_check(name, "express.duration", longest, quotas.EXPRESS_SECONDS, "s"))
    if spec.payload is not None:
        found.append(_check(name, "payload", sig6(quantile(spec.payload, _LARGE_SHARE)), quotas.PAYLOAD_BYTES, "bytes"))
    return tuple(found)


def _check(name: str, limit: str, load: Fraction, quota: int, unit: str) -> LimitCheck:
    return LimitCheck(name, f"stepfunctions.{limit}", to_quantity(load), Decimal(quota), unit)


def pools(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:
    """What the machine takes of the account's quotas in its Region."""
    del name, spec, ctx
    if usage.express:
        return (PoolLoad("stepfunctions.express_start_rate", usage.executions),)
    found = (
        PoolLoad("stepfunctions.start_rate", usage.executions),
        PoolLoad("stepfunctions.transition_rate", usage.per_second),
        PoolLoad("stepfunctions.open_executions", usage.open, poisson=True),
    )
    return (
        (*found, PoolLoad("stepfunctions.open_map_runs", usage.map_runs, poisson=True))
        if usage.found.children
        else found
    )


def observe(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """What gates may ask for."""
    del name, spec
    peak = sig6(usage.open.peak().per_second) if usage.open.terms else Fraction(0)
    quota = ctx.quotas.get("stepfunctions.open_executions", Decimal(quotas.OPEN_EXECUTIONS))
    return {
        "executions": Observable(to_quantity(usage.executions.monthly), "executions"),
        "executions.open": Observable(to_quantity(peak), "executions", None if usage.express else quota),
        "success": Observable(to_quantity(usage.found.p_success), "share"),
        "duration": Observable(to_quantity(usage.found.duration_ms), "ms"),
    }
