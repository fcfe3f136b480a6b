"""Whether a definition may run as Standard or as Express, and what changes with the type. It prices neither.

Source: Step Functions Developer Guide, "Choosing workflow type in Step Functions" (read 2026-11-23).
"""

from dataclasses import dataclass
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Definition, State
from capplan.services.stepfunctions.quotas import EXPRESS_SECONDS, STANDARD_SECONDS


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
    found = list(express_obstacles(definition))
    if mean_s > EXPRESS_SECONDS:
        found.append(f"it runs {float(mean_s):.4g} s in the mean, Express ends executions after {EXPRESS_SECONDS} s")
    elif slowest_s > EXPRESS_SECONDS:
        found.append(
            f"one execution of a hundred runs {float(slowest_s):.4g} s, Express ends them after {EXPRESS_SECONDS} s"
        )
    warnings = ["an execution may run more than once: its Tasks must bear that"]
    writes = _writing(definition)
    if writes:
        warnings.append(f"run twice, {writes} would act twice")
    warnings.append("it keeps no history: CloudWatch Logs, which is billed apart, holds what happened")
    return Eligibility(tuple(found), tuple(warnings))


def eligible_as_standard(slowest_s: Fraction) -> Eligibility:
    """The verdict on Standard: a year."""
    obstacles = ("it runs longer than a year",) if slowest_s > STANDARD_SECONDS else ()
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
