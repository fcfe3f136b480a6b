"""Whether a definition can run as a Standard or as an Express workflow, and what changes with the type.

Source: Step Functions Developer Guide, "Choosing workflow type in Step Functions" (read 2026-11-23).
"""

from collections.abc import Iterator
from fractions import Fraction

from capplan.quantities.text import figure
from capplan.record import Record
from capplan.services.stepfunctions.asl.definition import Definition, Graph, State, graphs_in
from capplan.services.stepfunctions.quotas import EXPRESS_DURATION, STANDARD_DURATION


class Eligibility(Record, frozen=True):
    """Whether a workflow can be of a type: what prevents it, and what changes with it."""

    obstacles: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def eligible(self) -> bool:
        """Whether nothing prevents it."""
        return not self.obstacles


def eligible_as_express(definition: Definition, slowest_s: Fraction, mean_s: Fraction) -> Eligibility:
    """The verdict on Express: a limit on the duration, no .sync, callback, activity or Distributed Map.

    Args:
        definition: The definition.
        slowest_s: 99th percentile of the duration in seconds.
        mean_s: Its mean.
    """
    obstacles = list(express_obstacles(definition))
    stops = f"Express stops executions after {EXPRESS_DURATION}"
    if mean_s > int(EXPRESS_DURATION.value):
        obstacles.append(f"the mean execution takes {figure(mean_s, 4)} s; {stops}")
    elif slowest_s > int(EXPRESS_DURATION.value):
        obstacles.append(f"1% of executions take {figure(slowest_s, 4)} s or more; {stops}")
    warnings = ["at-least-once execution: its Tasks have to be idempotent"]
    writes = _writing(definition)
    if writes:
        warnings.append(f"{writes} would write twice if run twice")
    warnings.append("no execution history: CloudWatch Logs, billed separately, keeps what happened")
    return Eligibility(tuple(obstacles), tuple(warnings))


def eligible_as_standard(slowest_s: Fraction) -> Eligibility:
    """The verdict on Standard: a limit on the duration."""
    obstacles = (f"it runs longer than {STANDARD_DURATION}",) if slowest_s > int(STANDARD_DURATION.value) else ()
    return Eligibility(obstacles, ())


def _writing(definition: Definition) -> str:
    """Names of the Tasks whose resource writes something; empty for none."""
    verbs = ("putItem", "updateItem", "deleteItem", "batchWriteItem", "transactWriteItems", "publish", "sendMessage")
    names = [f"'{n}'" for n, s in definition.states.items() if s.task is not None and s.task.resource.endswith(verbs)]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004  a line's worth


def express_obstacles(definition: Definition) -> list[str]:
    """Why a definition cannot run as an Express workflow, one reason each."""
    return list(obstacles_in(definition.graph))


def obstacles_in(graph: Graph) -> Iterator[str]:
    """Why a level and those in it cannot run as Express; children of a Distributed Map have a type of their own."""
    for name, state in graph.states.items():
        yield from _obstacles(name, state)
        for inner in graphs_in(state) if state.map is None or not state.map.distributed else ():
            yield from obstacles_in(inner)


def _obstacles(name: str, state: State) -> list[str]:
    if state.task is not None and state.task.pattern != "request":
        word = {"sync": ".sync", "callback": ".waitForTaskToken", "activity": "an activity"}[state.task.pattern]
        return [f"an express workflow cannot wait for {word} ('{name}')"]
    if state.map is not None and state.map.distributed:
        return [f"an express workflow cannot have a Distributed Map ('{name}')"]
    return []
