"""Whether a definition may run as Standard or as Express, and what changes with the type. It prices neither.

Source: Step Functions Developer Guide, "Choosing workflow type in Step Functions" (read 2026-11-23).
"""

from dataclasses import dataclass
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Definition, State
from capplan.services.stepfunctions.quotas import EXPRESS_DURATION, STANDARD_DURATION


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a workflow may be of a type: what forbids it, and what changes with it."""

    obstacles: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def eligible(self) -> bool:
        """Whether nothing forbids it."""
        return not self.obstacles


def eligible_as_express(definition: Definition, slowest_s: Fraction, mean_s: Fraction) -> Eligibility:
    """The verdict on Express: 5 minutes, no .sync, callback, activity or Distributed Map; at least once.

    Args:
        definition: What would run.
        slowest_s: Seconds that one execution of a hundred passes.
        mean_s: Seconds in the mean.
    """
    obstacles = list(express_obstacles(definition))
    stops = f"Express stops executions after {EXPRESS_DURATION}"
    if mean_s > int(EXPRESS_DURATION.value):
        obstacles.append(f"the mean execution takes {float(mean_s):.4g} s; {stops}")
    elif slowest_s > int(EXPRESS_DURATION.value):
        obstacles.append(f"1% of executions take {float(slowest_s):.4g} s or more; {stops}")
    warnings = ["an execution may run more than once: its Tasks must bear that"]
    writes = _writing(definition)
    if writes:
        warnings.append(f"run twice, {writes} would act twice")
    warnings.append("it keeps no history: CloudWatch Logs, which is billed apart, holds what happened")
    return Eligibility(tuple(obstacles), tuple(warnings))


def eligible_as_standard(slowest_s: Fraction) -> Eligibility:
    """The verdict on Standard: a year."""
    obstacles = (f"it runs longer than {STANDARD_DURATION}",) if slowest_s > int(STANDARD_DURATION.value) else ()
    return Eligibility(obstacles, ())


def _writing(definition: Definition) -> str:
    """Tasks whose resource changes something, by name."""
    verbs = ("putItem", "updateItem", "deleteItem", "batchWriteItem", "transactWriteItems", "publish", "sendMessage")
    names = [f"'{n}'" for n, s in definition.states.items() if s.task is not None and s.task.resource.endswith(verbs)]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004  a line's worth


def express_obstacles(definition: Definition) -> list[str]:
    """Why a definition cannot run as an Express workflow, one sentence each."""
    found: list[str] = []
    for name, state in definition.states.items():
        found += _obstacle(name, state)
    return found


def _obstacle(name: str, state: State) -> list[str]:
    if state.task is not None and state.task.pattern != "request":
        word = {"sync": ".sync", "callback": ".waitForTaskToken", "activity": "an activity"}[state.task.pattern]
        return [f"an express workflow cannot wait for {word} ('{name}')"]
    if state.map is not None and state.map.distributed:
        return [f"an express workflow cannot hold a Distributed Map ('{name}')"]
    return []
