"""Says which Tasks' calls an answer lacks, and why."""

from collections.abc import Iterator

from capplan.model import Assumption, Context, Excluded, Option
from capplan.services.stepfunctions.execution.requests import unreached
from capplan.services.stepfunctions.execution.world import definition_of
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage

_LISTED = 3


def exclude(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Excluded, ...]:
    """Tasks that call something outside this scenario, and S3 requests of Distributed Maps."""
    del usage
    lacking = unreached(spec, ctx)
    out = [
        Excluded(f"{name}: {task}", f"'{what}' is not declared under {section}")
        for task, (section, what) in lacking.missing.items()
    ]
    out += [Excluded(f"{name}: {task}", f"{action} is not modeled") for task, action in lacking.other.items()]
    unknown = (*lacking.unnamed, *lacking.undecided)
    if unknown:
        out.append(
            Excluded(f"{name}: {listed(unknown)}", "what they call is unknown: name it by `call` under `states`")
        )
    out += [Excluded(f"{name}: {task}", "S3 requests of ItemReader and ResultWriter") for task in _uses_s3(spec)]
    return tuple(out)


def _uses_s3(spec: StateMachine) -> Iterator[str]:
    for state in definition_of(spec).states.values():
        if state.map is not None and state.map.uses_s3:
            yield state.name


def assume(name: str, spec: StateMachine, ctx: Context) -> Iterator[Assumption]:
    """Calls that are not counted though the definition or the scenario names what is called."""
    lacking, root = unreached(spec, ctx), f"state_machines.{name}.states"
    for task, (section, what) in lacking.missing.items():
        yield Assumption(f"{root}.{task}", "its call is not counted", f"{section} has no '{what}'", "workload")
    for task in lacking.undecided:
        reason = f"the action of '{task}' is a placeholder: write it into the definition or `substitutions`"
        yield Assumption(f"{root}.{task}.call", "the call is not counted", reason, "workload")


def risks(name: str, spec: StateMachine, ctx: Context) -> Iterator[Option]:
    """The same as risks: a bill that lacks them is too low."""
    lacking = unreached(spec, ctx)
    if lacking.missing:
        named = listed([f"{task} ({what})" for task, (_, what) in lacking.missing.items()])
        message = f"{name} calls what this scenario does not declare: {named}. Its cost and limits are missing."
        yield Option(
            "stepfunctions.missing-resource", message, (), severity="risk", action=f"Declare what {name} calls"
        )
    if lacking.undecided:
        message = f"{name}: the call of {listed(lacking.undecided)} is not counted, as its action is a placeholder."
        yield Option(
            "stepfunctions.missing-resource", message, (), severity="risk", action=f"Declare what {name} calls"
        )


def listed(names: tuple[str, ...] | list[str]) -> str:
    """The first three names, and how many more there are."""
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
