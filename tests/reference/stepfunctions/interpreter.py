"""Oracle: one execution of a definition in a scripted world, event by event.

History events are counted as GetExecutionHistory lists them. Branches and iterations answer one after the other, each
to its own end; an inline Map with MaxConcurrency 1 stops at the first failed item. States that a failing sibling cuts
short are not modelled: their number depends on timing.

Sources: Step Functions API Reference, "GetExecutionHistory"; Developer Guide, "Handling errors" and "Map state"
(read 2026-11-23).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from capplan.services.stepfunctions.asl.definition import Definition, Graph, MapDefinition, State, Task
from capplan.services.stepfunctions.execution.retries import TOLERANCE_EXCEEDED, catcher_for, delay_s, retrier_for

OK = "ok"
_MAX_STEPS = 2_000_000
_SIMPLE_EVENTS: Mapping[str, int] = {"Pass": 2, "Wait": 2, "Choice": 2, "Succeed": 2, "Fail": 1}
_MOST_UNITS_TRIED = 4


class ScriptError(ValueError):
    """The script does not say what an execution needs to know."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the world answers.

    Attributes:
        task: Results of successive attempts by state, "ok" or an error name, then "ok"; one error alone: every attempt.
        choice: The next state of each visit, the last one repeats. A Choice with one target needs none.
        items: Iterations of a Map each time it is entered; children of a Distributed Map.
        wait_s: Seconds of a Wait whose definition holds no number (else 0).
    """

    task: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    choice: Mapping[str, Sequence[str]] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    wait_s: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Execution:
    """What one execution did. Children of Distributed Maps are counted apart from it."""

    status: Literal["SUCCEEDED", "FAILED"]
    states_entered: int
    retries: int
    history_events: int
    wait_s: Fraction
    retry_wait_s: Fraction
    entered_by_type: Mapping[str, int]
    map_iterations: int
    children: int
    children_states_entered: int
    nested_child_executions: int

    @property
    def transitions(self) -> int:
        """State transitions billed, without anything for start and end."""
        return self.states_entered + self.retries

    @property
    def final_event(self) -> str:
        """Type of the last event."""
        return "ExecutionSucceeded" if self.status == "SUCCEEDED" else "ExecutionFailed"


@dataclass(slots=True)
class _Count:
    """What is counted in one execution; children of Distributed Maps have a count of their own."""

    entered: Counter[str] = field(default_factory=Counter)
    retries: int = 0
    events: int = 2
    wait_s: Fraction = Fraction(0)
    retry_wait_s: Fraction = Fraction(0)
    iterations: int = 0
    nested: int = 0


@dataclass(slots=True)
class _Run:
    """The script's place, shared by an execution and its children."""

    script: Script
    answered: Counter[str] = field(default_factory=Counter)
    chosen: Counter[str] = field(default_factory=Counter)
    children: list[_Count] = field(default_factory=list)
    steps: int = 0


def execute(definition: Definition, script: Script) -> Execution:
    """One execution from its first event to its last. Raises ScriptError where the script leaves something open."""
    run, count = _Run(script), _Count()
    error = _graph(definition.graph, run, count)
    return Execution(
        "SUCCEEDED" if error is None else "FAILED",
        count.entered.total(),
        count.retries,
        count.events,
        count.wait_s,
        count.retry_wait_s,
        dict(count.entered),
        count.iterations,
        len(run.children),
        sum(child.entered.total() for child in run.children),
        sum(child.nested for child in run.children),
    )


def _graph(graph: Graph, run: _Run, count: _Count) -> str | None:
    """Runs to an end. Returns None for success, else the error's name."""
    name: str | None = graph.start_at
    while name is not None:
        state = graph.states[name]
        run.steps += 1
        if run.steps > _MAX_STEPS:
            raise ScriptError(f"the execution does not end: it still enters '{name}'")
        count.entered[state.type] += 1
        if state.type == "Fail":
            count.events += _SIMPLE_EVENTS["Fail"]
            return state.error
        error = None
        if state.type in ("Task", "Parallel", "Map"):
            error = _tried(state, run, count)
        else:
            _simple(state, run, count)
        if error is None:
            name = _chosen(state, run) if state.type == "Choice" else state.next
            continue
        catcher = catcher_for(state.catch, error)
        if catcher is None:
            return error
        count.events += 1  # the state is left: Exited
        name = catcher.next
    return None


def _simple(state: State, run: _Run, count: _Count) -> None:
    count.events += _SIMPLE_EVENTS[state.type]
    if state.type == "Wait":
        count.wait_s += state.wait_s if state.wait_s is not None else run.script.wait_s.get(state.name, Fraction(0))


def _chosen(state: State, run: _Run) -> str:
    if len(state.targets) == 1:
        return state.targets[0]
    answers = run.script.choice.get(state.name)
    if not answers:
        raise ScriptError(f"the script does not say where Choice '{state.name}' goes")
    target = answers[min(run.chosen[state.name], len(answers) - 1)]
    run.chosen[state.name] += 1
    if target not in state.targets:
        raise ScriptError(f"Choice '{state.name}' never goes to '{target}'")
    return target


def _tried(state: State, run: _Run, count: _Count) -> str | None:
    """All attempts of one visit. Returns the error left after the last; Exited is counted only for success."""
    used: Counter[int] = Counter()
    count.events += 1  # Entered
    while True:
        error = _attempt(state, run, count)
        if error is None:
            count.events += 1 if state.type == "Task" else 2  # (Succeeded,) Exited
            return None
        entry = retrier_for(state.retry, error)
        if entry is None or used[entry] >= state.retry[entry].max_attempts:
            count.events += 0 if state.type == "Task" else 1  # Failed, once
            return error
        used[entry] += 1
        count.retries += 1
        count.retry_wait_s += delay_s(state.retry[entry], used[entry])


def _attempt(state: State, run: _Run, count: _Count) -> str | None:
    if state.task is not None:
        return _task(state, state.task, run, count)
    if state.map is not None:
        return (
            _distributed(state, state.map, run, count)
            if state.map.distributed
            else _inline(state, state.map, run, count)
        )
    count.events += 1  # Started
    errors = [_graph(branch, run, count) for branch in state.branches]
    return next((error for error in errors if error is not None), None)


def _task(state: State, task: Task, run: _Run, count: _Count) -> str | None:
    count.events += task.events_per_attempt
    count.nested += ":states:startExecution" in task.resource
    answers = run.script.task.get(state.name, ())
    if isinstance(answers, str):
        return None if answers == OK else answers
    i = run.answered[state.name]
    run.answered[state.name] += 1
    return answers[i] if i < len(answers) and answers[i] != OK else None


def _inline(state: State, work: MapDefinition, run: _Run, count: _Count) -> str | None:
    count.events += 1  # Started
    items = run.script.items.get(state.name, work.items)
    if items is None:
        raise ScriptError(f"the script does not say how many items Map '{state.name}' has")
    first: str | None = None
    for _ in range(items):
        count.iterations += 1
        count.events += 2  # iteration Started, and Succeeded or Failed
        error = _graph(work.processor, run, count)
        first = error if first is None else first
        if error is not None and work.max_concurrency == 1:
            break
    return first


def _distributed(state: State, work: MapDefinition, run: _Run, count: _Count) -> str | None:
    count.events += 3  # MapState Started, MapRun Started, MapRun Succeeded or Failed
    children = run.script.items.get(state.name, work.items or 0)
    failed = 0
    for _ in range(children):
        child = _Count()
        run.children.append(child)
        failed += _graph(work.processor, run, child) is not None
    bounds = [
        b for b in (work.tolerated_count, work.tolerated_share and work.tolerated_share * children) if b is not None
    ]
    tolerated = min(bounds, default=0)  # the Map Run fails above either
    return TOLERANCE_EXCEEDED if failed > tolerated else None


# --- how much fits into one history -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loop:
    """A Choice that goes round: `stay` n - 1 times, then `leave`."""

    choice: str
    stay: str
    leave: str


@dataclass(frozen=True, slots=True)
class HistoryCapacity:
    """Events of an execution as a straight line in n, and the largest n within the limit."""

    events_fixed: int
    events_per_unit: int
    max_units: int


def history_capacity(
    definition: Definition, script: Script, loops: Sequence[Loop], maps: Sequence[str], limit: int
) -> HistoryCapacity:
    """How many loop passes or items fit into one execution history. Raises ScriptError if it is no straight line."""
    tried = range(2, _MOST_UNITS_TRIED + 1)
    events = [execute(definition, _with(script, loops, maps, n)).history_events for n in tried]
    each = events[1] - events[0]
    if each <= 0 or events[2] - events[1] != each:
        raise ScriptError("the history does not grow by the same number of events each time")
    first = events[0] - 2 * each
    return HistoryCapacity(first, each, (limit - first) // each)


def _with(script: Script, loops: Sequence[Loop], maps: Sequence[str], n: int) -> Script:
    rounds = {loop.choice: [*[loop.stay] * (n - 1), loop.leave] for loop in loops}
    items = dict.fromkeys(maps, n)
    return Script(script.task, {**script.choice, **rounds}, {**script.items, **items}, script.wait_s)
