"""What else could be written for a state machine, which limits it meets, what a gate may ask. It prices nothing."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import Assumption, Change, Context, LimitCheck, Observable, Option, PoolLoad
from capplan.quantities import quantile, sig6, to_quantity
from capplan.services.stepfunctions import limits
from capplan.services.stepfunctions.spec import StateMachine, express_obstacles
from capplan.services.stepfunctions.usage import Usage, billed_mb
from capplan.services.stepfunctions.world import definition_of, open_questions

_LARGE_SHARE = 0.99


def check(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """Limits of the machine itself, held against one mean execution (the 99th percentile of a payload)."""
    del ctx
    found = [
        _check(name, "definition_size", Fraction(definition_of(spec).size_bytes), limits.DEFINITION_BYTES, "bytes")
    ]
    seconds = usage.found.duration_ms / units.MS_PER_SECOND
    if usage.express:
        found.append(_check(name, "express.duration", seconds, limits.EXPRESS_SECONDS, "s"))
    else:
        found.append(_check(name, "history_events", usage.found.history_events, limits.HISTORY_EVENTS, "events"))
        found.append(_check(name, "standard.duration", seconds, limits.STANDARD_SECONDS, "s"))
    express_children = [c.each.duration_ms for c in usage.found.children.values() if c.type == "EXPRESS"]
    if express_children:
        longest = max(express_children) / units.MS_PER_SECOND
        found.append(_check(name, "express.duration", longest, limits.EXPRESS_SECONDS, "s"))
    if spec.payload is not None:
        found.append(_check(name, "payload", sig6(quantile(spec.payload, _LARGE_SHARE)), limits.PAYLOAD_BYTES, "bytes"))
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


def options(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """The other type, where the definition can run as it or has to."""
    del ctx
    path, seconds = f"state_machines.{name}.type", usage.found.duration_ms / units.MS_PER_SECOND
    if usage.express:
        if seconds <= limits.EXPRESS_SECONDS:
            return ()
        message = f"{name} runs {lasting(usage.found.duration_ms)}: Express ends executions after 5 minutes."
        return (Option("stepfunctions.needs-standard", message, (Change(path, "standard"),), severity="risk"),)
    if seconds > limits.EXPRESS_SECONDS or express_obstacles(definition_of(spec)):
        return ()
    message = f"{name} runs {lasting(usage.found.duration_ms)}: Express bills the time."
    return (
        Option(
            "stepfunctions.express-fits", message, (Change(path, "express"),), gives_up="a state may then run twice"
        ),
    )


def lasting(duration_ms: Fraction) -> str:
    """A duration for a sentence."""
    for unit, size in (("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if duration_ms >= size:
            return f"{float(duration_ms / size):.3g} {unit}"
    return f"{float(duration_ms):.3g} ms"


def observe(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """What gates may ask for."""
    del name, spec
    peak = sig6(usage.open.peak().per_second) if usage.open.terms else Fraction(0)
    quota = ctx.quotas.get("stepfunctions.open_executions", Decimal(limits.OPEN_EXECUTIONS))
    return {
        "executions": Observable(to_quantity(usage.executions.monthly), "executions"),
        "executions.open": Observable(to_quantity(peak), "executions", None if usage.express else quota),
        "success": Observable(to_quantity(usage.found.p_success), "share"),
        "duration": Observable(to_quantity(usage.found.duration_ms), "ms"),
    }


def assume(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:
    """Defaults the answer rests on."""
    root = f"state_machines.{name}"
    found = list(open_questions(name, spec, ctx))
    if usage.each.transitions and "overhead" not in spec.model_fields_set and spec.overhead:
        found.append(
            Assumption(f"{root}.overhead", str(spec.overhead), "start and end count as transitions", "aws_default")
        )
    if usage.each.requests and spec.memory_mb is None:
        found.append(
            Assumption(
                f"{root}.memory",
                f"{billed_mb(usage.memory_mb)} MB",
                "AWS's estimate from definition and payload",
                "aws_default",
            )
        )
    if usage.each.requests:
        found.append(
            Assumption(
                f"{root}.states",
                "the mean duration, rounded up to 100 ms",
                "each Express execution is billed so",
                "aws_default",
            )
        )
    if any(state.type == "Parallel" and len(state.branches) > 1 for state in definition_of(spec).states.values()):
        found.append(
            Assumption(
                f"{root}.states",
                "a Parallel lasts as its slowest branch in the mean",
                "branches that vary take a little longer",
                "aws_default",
            )
        )
    return tuple(found)
