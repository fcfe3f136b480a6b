"""The defaults a state machine's figures rest on. It computes no figure of its own but the bounds of missing odds."""

from fractions import Fraction

from capplan.model import Assumption, Context
from capplan.services.stepfunctions.advice.options import lasting
from capplan.services.stepfunctions.cost import short
from capplan.services.stepfunctions.execution.bounds import TooManyWaysError, Way, cheapest, dearest, open_choices
from capplan.services.stepfunctions.execution.model import Expectation
from capplan.services.stepfunctions.execution.world import definition_of, open_questions, world_of
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage, billed_mb


def assume(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:
    """Defaults the answer rests on."""
    root = f"state_machines.{name}"
    found = [*open_questions(name, spec, ctx), *_bounds(root, spec, usage, ctx)]
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


def _bounds(root: str, spec: StateMachine, usage: Usage, ctx: Context) -> list[Assumption]:
    """How little and how much an execution may be billed for, where odds are missing."""
    definition, world = definition_of(spec), world_of(spec, ctx)
    choices = open_choices(definition, world)
    if not choices:
        return []

    def weigh(found: Expectation) -> Fraction:
        return found.duration_ms if usage.express else _entries(found)

    try:
        least, most = (way(definition, world, choices, weigh) for way in (cheapest, dearest))
    except TooManyWaysError as error:
        return [Assumption(f"{root}.states", "no bounds", str(error), "workload")]
    edges = Fraction(0) if usage.express else Fraction(spec.overhead)
    reason = "the cheapest and the dearest way through the choices without odds"
    value = f"an execution takes {_shown(least, most, edges, express=usage.express)}"
    return [Assumption(f"{root}.states", value, reason, "workload")]


def _shown(least: Way, most: Way, edges: Fraction, *, express: bool) -> str:
    if least.amount is None:
        return "no bound"
    low = lasting(least.amount) if express else short(least.amount + edges)
    if most.amount is None:
        return f"{low}{'' if express else ' transitions'} or more, without bound (the loop through '{most.loop}')"
    return f"{low} to {lasting(most.amount)}" if express else f"{low} to {short(most.amount + edges)} transitions"


def _entries(found: Expectation) -> Fraction:
    """States entered and retries, those of Standard children included."""
    standard = [child for child in found.children.values() if child.type == "STANDARD"]
    below = sum((child.runs * _entries(child.each) for child in standard), Fraction(0))
    return found.states_entered + found.retries + below
