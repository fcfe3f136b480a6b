"""What else could be written for a state machine, and what is risky about it. It prices nothing."""

from collections.abc import Iterator
from fractions import Fraction

from capplan import units
from capplan.model import Change, Context, Option
from capplan.services.stepfunctions import quotas
from capplan.services.stepfunctions.asl.definition import Definition, State, reachable
from capplan.services.stepfunctions.execution.eligibility import express_obstacles
from capplan.services.stepfunctions.execution.expectation import everywhere, items_of
from capplan.services.stepfunctions.execution.history import level_of, looping
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import TIMEOUT, catcher_for, retrier_for
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage

_OFTEN = Fraction(1, 1000)
"""A share of executions that is worth a word."""


def options(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """The other type, where the definition can run as it or has to, and every risk that is seen."""
    definition, world = definition_of(spec), world_of(spec, ctx)
    found = [*_type(name, definition, usage), *_history(name, usage), *_maps(name, definition, world)]
    for state in definition.states.values():
        found += [*_polling(name, definition, usage, state), *_task(name, state, world, usage)]
    return tuple(found)


def _type(name: str, definition: Definition, usage: Usage) -> Iterator[Option]:
    path, seconds = f"state_machines.{name}.type", usage.found.duration_ms / units.MS_PER_SECOND
    if usage.express:
        if seconds > quotas.EXPRESS_SECONDS:
            message = f"{name} runs {lasting(usage.found.duration_ms)}: Express ends executions after 5 minutes."
            yield Option("stepfunctions.needs-standard", message, (Change(path, "standard"),), severity="risk")
    elif seconds <= quotas.EXPRESS_SECONDS and not express_obstacles(definition):
        message = f"{name} runs {lasting(usage.found.duration_ms)}: Express bills the time."
        gives_up = "a state may then run twice"
        yield Option("stepfunctions.express-fits", message, (Change(path, "express"),), gives_up=gives_up)


def _history(name: str, usage: Usage) -> Iterator[Option]:
    events = usage.found.history_events
    if not usage.express and events > quotas.HISTORY_EVENTS:
        message = (
            f"{name} writes {round(events):,} history events, and an execution fails past {quotas.HISTORY_EVENTS:,}:"
            " a Distributed Map, or a new execution for the rest, has a history of its own."
        )
        yield Option("stepfunctions.history-full", message, (), severity="risk")


def _maps(name: str, definition: Definition, world: World) -> Iterator[Option]:
    for state in definition.states.values():
        if state.map is None or state.map.distributed:
            continue
        items = items_of(state, world)
        at_once = min(items, Fraction(state.map.max_concurrency or items))
        if at_once > quotas.INLINE_CONCURRENCY:
            message = (
                f"'{state.name}' of {name} has {round(items):,} items, and an inline Map runs"
                f" {quotas.INLINE_CONCURRENCY} at a time: a Distributed Map runs up to"
                f" {quotas.DISTRIBUTED_CONCURRENCY:,}."
            )
            gives_up = "each item is then an execution of its own, with its own start and end"
            yield Option("stepfunctions.inline-map-queues", message, (), gives_up=gives_up, severity="risk")


def _polling(name: str, definition: Definition, usage: Usage, state: State) -> Iterator[Option]:
    """A loop that waits and asks again."""
    level = level_of(definition.graph, state.name)
    back = looping(definition, state) if state.type == "Choice" else ()
    if usage.express or level is None or not back or len(back) == len(state.targets):
        return
    loop = [
        s
        for s in level.states.values()
        if s.name in reachable(level, back[0]) and state.name in reachable(level, s.name)
    ]
    passes = everywhere(usage.found, "visits").get(state.name, Fraction(0))
    if any(s.type == "Wait" for s in loop) and any(s.task is not None for s in loop) and passes > 1:
        message = (
            f"{name} polls through '{state.name}': {len(loop)} transitions a pass,"
            f" {float(passes):.3g} passes an execution; .sync or a callback waits for one transition."
        )
        yield Option("stepfunctions.polling-loop", message, (), severity="risk")


def _task(name: str, state: State, world: World, usage: Usage) -> Iterator[Option]:
    if state.task is None:
        return
    visits = everywhere(usage.found, "visits").get(state.name, Fraction(0))
    bare = [
        (error, p)
        for error, p in world.fails.get(state.name, {}).items()
        if retrier_for(state.retry, error) is None and catcher_for(state.catch, error) is None
    ]
    if visits and (lost := sum((p for error, p in bare if error != TIMEOUT), Fraction(0))) >= _OFTEN:
        message = f"'{state.name}' of {name} fails {float(lost * 100):.3g}% of its attempts, and nothing retries or catches it."
        yield Option("stepfunctions.unguarded-task", message, (), severity="risk")
    late = world.fails.get(state.name, {}).get(TIMEOUT, Fraction(0))
    if state.name in world.timeout_ms and late >= _OFTEN and state.timeout_s is not None:
        message = (
            f"'{state.name}' of {name} is cut off at its {float(state.timeout_s):g} s"
            f" in {float(late * 100):.3g}% of its attempts."
        )
        yield Option("stepfunctions.task-times-out", message, (), severity="risk")
    waits = state.task.pattern in ("callback", "activity")
    if waits and state.timeout_s is None and state.heartbeat_s is None:
        message = (
            f"'{state.name}' of {name} waits for an answer without a time-out: up to a year, one open execution each."
        )
        yield Option("stepfunctions.waits-forever", message, (), severity="risk")


def lasting(duration_ms: Fraction) -> str:
    """A duration for a sentence."""
    for unit, size in (("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if duration_ms >= size:
            return f"{float(duration_ms / size):.3g} {unit}"
    return f"{float(duration_ms):.3g} ms"
