"""Lists the defaults that a state machine's figures rest on."""

from fractions import Fraction

from capplan.model import Assumption, Context
from capplan.services.stepfunctions import unreached_calls
from capplan.services.stepfunctions.advice.workflow_type import lasting
from capplan.services.stepfunctions.cost import short
from capplan.services.stepfunctions.execution.bounds import (
    ChoicePath,
    TooManyPathsError,
    cheapest,
    dearest,
    open_choices,
)
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.execution.world import definition_of, unspecified, world_of
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage, billed_mb


def assume(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:
    """Defaults of the definition's open points, the bounds of unknown choices, and AWS's defaults."""
    root = f"state_machines.{name}"
    out = [*unspecified(name, spec, ctx), *unreached_calls.assume(name, spec, ctx), *_bounds(root, spec, usage, ctx)]
    if usage.billed.transitions and "overhead" not in spec.model_fields_set and spec.overhead:
        out.append(
            Assumption(f"{root}.overhead", str(spec.overhead), "start and end count as transitions", "aws_default")
        )
    if usage.billed.requests and spec.memory_mb is None:
        reason = "AWS's estimate from definition and payload"
        out.append(Assumption(f"{root}.memory", f"{billed_mb(usage.memory_mb)} MB", reason, "aws_default"))
    return tuple(out)


def _bounds(root: str, spec: StateMachine, usage: Usage, ctx: Context) -> list[Assumption]:
    """The least and the most that an execution is billed for, where choices have no probabilities."""
    definition, world = definition_of(spec), world_of(spec, ctx)
    choices = open_choices(definition, world)
    if not choices:
        return []

    def weight(execution: Expectation) -> Fraction:
        return execution.duration_ms if usage.express else _transitions(execution)

    try:
        low, high = (bound(definition, world, choices, weight) for bound in (cheapest, dearest))
    except TooManyPathsError as error:
        return [Assumption(f"{root}.states", "no bounds", str(error), "workload")]
    overhead = Fraction(0) if usage.express else Fraction(spec.overhead)
    reason = "the cheapest and the most expensive path through the choices without probabilities"
    value = f"an execution takes {_range(low, high, overhead, express=usage.express)}"
    return [Assumption(f"{root}.states", value, reason, "workload")]


def _range(low: ChoicePath, high: ChoicePath, overhead: Fraction, *, express: bool) -> str:
    if low.amount is None:
        return "no bound"
    least = lasting(low.amount) if express else short(low.amount + overhead)
    if high.amount is None:
        return f"{least}{'' if express else ' transitions'} or more, without bound (the loop through '{high.loop}')"
    return (
        f"{least} to {lasting(high.amount)}" if express else f"{least} to {short(high.amount + overhead)} transitions"
    )


def _transitions(execution: Expectation) -> Fraction:
    """States entered and retries, those of Standard children included."""
    standard = [child for child in execution.children.values() if child.type == "STANDARD"]
    of_children = sum((child.runs * _transitions(child.each) for child in standard), Fraction(0))
    return execution.states_entered + execution.retries + of_children
