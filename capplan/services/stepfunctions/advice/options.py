"""Recommends the other workflow type, and points out risks of a state machine's definition."""

from collections.abc import Iterator
from fractions import Fraction

from capplan.model import Context, Option
from capplan.quantities.text import figure
from capplan.services.stepfunctions import unreached_calls
from capplan.services.stepfunctions.advice import workflow_type
from capplan.services.stepfunctions.asl.definition import Definition, State, reachable
from capplan.services.stepfunctions.execution.expectation import everywhere
from capplan.services.stepfunctions.execution.history import level_of, looping
from capplan.services.stepfunctions.execution.items import items_of
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import HISTORY_FULL, TIMEOUT, catcher_for, retrier_for
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.quotas import (
    CHILD_CONCURRENCY,
    HISTORY_EVENTS,
    INLINE_CONCURRENCY,
    STANDARD_DURATION,
)
from capplan.services.stepfunctions.spec import StateMachine
from capplan.services.stepfunctions.usage import Usage

_MIN_SHARE = Fraction(1, 1000)
"""Failures and time-outs of fewer attempts are not reported."""


def options(name: str, spec: StateMachine, usage: Usage, ctx: Context) -> tuple[Option, ...]:
    """The other type where it is possible or needed, and every risk of the definition."""
    definition, world = definition_of(spec), world_of(spec, ctx)
    out = [*workflow_type.options(name, spec, usage, ctx), *_history(name, usage), *_maps(name, definition, world)]
    out += unreached_calls.risks(name, spec, ctx)
    for state in definition.states.values():
        out += [*_polling(name, definition, usage, state), *_task(name, state, world, usage)]
    return tuple(out)


def _history(name: str, usage: Usage) -> Iterator[Option]:
    events, full = usage.mean.history_events, usage.mean.errors.get(HISTORY_FULL, Fraction(0))
    if not usage.express and events <= int(HISTORY_EVENTS.value) and full >= _MIN_SHARE:
        message = (
            f"{float(full * 100):.3g}% of the executions of {name} fail after {HISTORY_EVENTS.value:,} history events."
            " Move work to a Distributed Map or to a new execution: each has its own history."
        )
        yield Option("stepfunctions.history-full", message, (), severity="risk")
    if not usage.express and events > int(HISTORY_EVENTS.value):
        message = (
            f"{name} writes {round(events):,} history events; an execution fails after {HISTORY_EVENTS.value:,}."
            " Move work to a Distributed Map or to a new execution: each has its own history."
        )
        yield Option("stepfunctions.history-full", message, (), severity="risk", urgency="now")


def _maps(name: str, definition: Definition, world: World) -> Iterator[Option]:
    for state in definition.states.values():
        if state.map is None or state.map.distributed:
            continue
        items = items_of(state, world)
        wanted = min(items, Fraction(state.map.max_concurrency or items))
        if wanted > int(INLINE_CONCURRENCY.value):
            message = (
                f"'{state.name}' of {name} has {round(items):,} items; an inline Map runs"
                f" {INLINE_CONCURRENCY.value} at a time, a Distributed Map up to {CHILD_CONCURRENCY.value:,}."
            )
            gives_up = "each item becomes its own execution, billed for its start and end"
            yield Option(
                "stepfunctions.inline-map-queues", message, (), gives_up=gives_up, severity="risk", urgency="soon"
            )


def _polling(name: str, definition: Definition, usage: Usage, state: State) -> Iterator[Option]:
    """A loop of a Wait, a Task and this Choice that is passed more than once."""
    level = level_of(definition.graph, state.name)
    back = looping(definition, state) if state.type == "Choice" else ()
    if usage.express or level is None or not back or len(back) == len(state.targets):
        return
    loop = [
        s
        for s in level.states.values()
        if s.name in reachable(level, back[0]) and state.name in reachable(level, s.name)
    ]
    passes = everywhere(usage.mean, "visits").get(state.name, Fraction(0))
    if any(s.type == "Wait" for s in loop) and any(s.task is not None for s in loop) and passes > 1:
        message = (
            f"{name} polls through '{state.name}': {len(loop)} transitions per pass,"
            f" {figure(passes)} passes per execution; .sync or a callback waits for one transition."
        )
        yield Option("stepfunctions.polling-loop", message, (), severity="risk")


def _task(name: str, state: State, world: World, usage: Usage) -> Iterator[Option]:
    if state.task is None:
        return
    visits = everywhere(usage.mean, "visits").get(state.name, Fraction(0))
    failures = world.fails.get(state.name, {})
    unhandled = sum(
        (
            share
            for error, share in failures.items()
            if error != TIMEOUT and retrier_for(state.retry, error) is None and catcher_for(state.catch, error) is None
        ),
        Fraction(0),
    )
    if visits and unhandled >= _MIN_SHARE:
        message = (
            f"{figure(unhandled * 100)}% of the attempts of '{state.name}' in {name} fail without a Retry or Catch."
        )
        yield Option("stepfunctions.unguarded-task", message, (), severity="risk", urgency="now")
    timed_out = failures.get(TIMEOUT, Fraction(0))
    if state.name in world.timeout_ms and timed_out >= _MIN_SHARE and state.timeout_s is not None:
        message = (
            f"{figure(timed_out * 100)}% of the attempts of '{state.name}' in {name} exceed"
            f" TimeoutSeconds ({figure(state.timeout_s, 6)})."
        )
        yield Option("stepfunctions.task-times-out", message, (), severity="risk", urgency="now")
    waits = state.task.pattern in ("callback", "activity")
    if waits and state.timeout_s is None and state.heartbeat_s is None:
        message = (
            f"'{state.name}' of {name} waits for an answer without a timeout:"
            f" an execution may stay open for {STANDARD_DURATION}."
        )
        yield Option("stepfunctions.waits-forever", message, (), severity="risk")
