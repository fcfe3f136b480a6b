"""Recommends Express or Standard, for a state machine and for the children of its Distributed Maps.

Source: Step Functions Developer Guide, "Choosing workflow type in Step Functions" (read 2026-11-23).
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from capplan import units
from capplan.model import Change, Context, Option
from capplan.quantities.rounding import sig6
from capplan.quantities.text import figure
from capplan.services.stepfunctions.asl.definition import Graph, State, graphs_in
from capplan.services.stepfunctions.execution.clock import Clock
from capplan.services.stepfunctions.execution.eligibility import express_obstacles, obstacles_in
from capplan.services.stepfunctions.execution.expectation import all_children
from capplan.services.stepfunctions.execution.items import varies
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.world import NO_OVERRIDE, definition_of, target_of, world_of
from capplan.services.stepfunctions.quotas import EXPRESS_DURATION
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage

_MAX_MS = int(EXPRESS_DURATION.value) * units.MS_PER_SECOND
_GIVES_UP = "at-least-once execution"
_ALMOST_ALL = 0.999
_NAMED = 4
"""Tasks named in a sentence."""
_READS = ("get", "query", "scan")
_SDK_READ = re.compile(r":(?:get|list|describe|query|scan|head|batchGet|search)[A-Za-z]*$", re.IGNORECASE)
_EFFECTS = re.compile(
    r"charge|pay|refund|debit|credit|transfer|capture|invoice|order|book|reserve|ship|send|notif|mail|cancel|create|delete",
    re.IGNORECASE,
)
"""Words in a Task's name that say that running it twice is noticed; such Tasks are named first."""


def options(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> Iterator[Option]:
    """The other type where it is possible or needed."""
    definition, world = definition_of(spec), world_of(spec, ctx)
    path, mean_ms = f"state_machines.{name}.type", usage.mean.duration_ms
    slowest_ms = slowest(definition.graph, world, mean_ms)
    if usage.express:
        if slowest_ms > _MAX_MS:
            few = f" on average; 0.1% take {lasting(slowest_ms)} or more" if mean_ms <= _MAX_MS else ""
            message = f"{name} takes {lasting(mean_ms)}{few}. Express stops executions after {EXPRESS_DURATION}."
            change = (Change(path, "standard"),)
            yield Option("stepfunctions.needs-standard", message, change, severity="risk", urgency="now")
    elif slowest_ms <= _MAX_MS and not express_obstacles(definition):
        message = f"{name} finishes in {lasting(mean_ms)}; Express bills requests and duration instead of transitions."
        tasks = [state for state in definition.states.values() if state.task is not None]
        yield Option(
            "stepfunctions.express-fits",
            message,
            (Change(path, "express"),),
            gives_up=_GIVES_UP
            if spec.logs
            else f"{_GIVES_UP}; its history is in logs only: write `logs: {{level: all}}`",
            changes_behavior=_repeated(f"an execution of {name}", tasks, spec, ctx),
        )
    yield from _children(name, spec, usage, ctx, world)


def slowest(graph: Graph, world: World, mean_ms: Fraction) -> Fraction:
    """The duration that one execution of a thousand exceeds."""
    return sig6(Clock(world).law(graph).quantile(_ALMOST_ALL)) if varies(graph, world) else mean_ms


def _children(name: str, spec: StateMachine, usage: Usage, ctx: Context, world: World) -> Iterator[Option]:
    """Standard children of a Distributed Map that could be Express: they then pay no transitions."""
    for map_state, children in all_children(usage.mean).items():
        definition = definition_of(spec).states[map_state].map
        if children.type != "STANDARD" or definition is None or list(obstacles_in(definition.processor)):
            continue
        if slowest(definition.processor, world, children.each.duration_ms) > _MAX_MS:
            continue
        message = (
            f"'{map_state}' of {name} runs {figure(children.runs)} Standard children of"
            f" {lasting(children.each.duration_ms)}; Express children pay a request and their duration."
        )
        tasks = list(_tasks(definition.processor))
        yield Option(
            "stepfunctions.express-children",
            message,
            (Change(f"state_machines.{name}.states.{map_state}.children", "express"),),
            action=f"Run the children of '{map_state}' in {name} as Express",
            gives_up='write "ExecutionType": "EXPRESS" into the definition; children have no history of their own',
            changes_behavior=_repeated(f"a child of '{map_state}'", tasks, spec, ctx),
        )


def _tasks(graph: Graph) -> Iterator[State]:
    for state in graph.states.values():
        if state.task is not None:
            yield state
        for inner in graphs_in(state):
            yield from _tasks(inner)


def _repeated(what: str, tasks: list[State], spec: StateMachine, ctx: Context) -> str:
    """The Tasks that do harm if they run twice, those with a telling name first; empty where all only read."""
    harmful = [state for state in tasks if not _harmless(state, spec, ctx)]
    if not harmful:
        return ""
    names = sorted((state.name for state in harmful), key=lambda task: _EFFECTS.search(task) is None)
    shown = ", ".join(f"'{task}'" for task in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{what} may run twice, and with it {shown}{more}"


def _harmless(state: State, spec: StateMachine, ctx: Context) -> bool:
    """Whether a second run of a Task changes nothing: it reads, or writes under a condition."""
    if state.task is None or "ConditionExpression" in state.task.arguments:
        return True
    target = target_of(state, spec.states.get(state.name, NO_OVERRIDE), ctx)
    return target.verb in _READS if target is not None else bool(_SDK_READ.search(state.task.resource))


def lasting(duration_ms: Fraction) -> str:
    """A duration as text, such as "1.5 min"."""
    for unit, size in (("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if duration_ms >= size:
            return f"{figure(duration_ms / size)} {unit}"
    return f"{figure(duration_ms)} ms"
