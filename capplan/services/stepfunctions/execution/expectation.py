"""Computes the mean execution of a definition exactly: visits, retries, events, time, success.

A level of states is an absorbing Markov chain. Counts take every branch and iteration as run to its own end (except an
inline Map with MaxConcurrency 1, which stops at the first failed item): how much a failure cuts off is known by timing
only. The time is that of the slowest branch or item, or of the first failure, by the laws of `clock`.

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state"; API Reference,
"GetExecutionHistory" (read 2026-11-23).
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.record import MutableRecord, Record
from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, State, Task
from capplan.services.stepfunctions.execution.chain import Passes, mean_visits, with_counted
from capplan.services.stepfunctions.execution.clock import Clock
from capplan.services.stepfunctions.execution.cut import cut
from capplan.services.stepfunctions.execution.events import EventClock, share_beyond
from capplan.services.stepfunctions.execution.items import items_of, map_of, odds, run_fails, varies
from capplan.services.stepfunctions.execution.model import Amounts, Children, Expectation, World
from capplan.services.stepfunctions.execution.retries import (
    HISTORY_FULL,
    TIMEOUT,
    TOLERANCE_EXCEEDED,
    Tries,
    catcher_for,
    power,
    tidy,
    total,
    tries,
)

_ONE = Fraction(1)
_ZERO = Fraction(0)
_EXECUTION_EVENTS = 2
_LATE = 1e-7
"""Executions that reach a limit more rarely are left out."""
_RARELY = 16
"""A history of a mean below this part of the quota is never full: geometric loops exceed it once in e^16 executions."""
_RECENT: deque[tuple[Graph, World, bool, Expectation]] = deque(maxlen=16)
"""The last answers: the stages of one plan ask for the same execution again."""


def expect(graph: Graph, world: World, *, timed: bool = True) -> Expectation:
    """The mean execution.

    Args:
        graph: The definition.
        world: What an execution meets.
        timed: Whether durations are needed: without, a Parallel or Map counts as its longest mean, which is fast.

    Raises:
        EndlessLoop: A loop is never left.
    """
    for known_graph, known_world, known_timed, known in _RECENT:
        if known_graph is graph and known_timed >= timed and known_world == world:
            return known
    clock = Clock(world) if timed else None
    found = _expectation_of(_Expecting(world, clock).run(graph))
    if clock is not None:
        found = _limited(graph, clock, found)
    _RECENT.append((graph, world, timed, found))
    return found


def _limited(graph: Graph, clock: Clock, found: Expectation) -> Expectation:
    """The mean execution, ended by TimeoutSeconds or a full history where either is likely.

    The clock of the mean execution knows the laws of its branches and items already.
    """
    world = clock.world
    if graph.timeout_s is not None:
        limit_ms = float(graph.timeout_s * 1000)
        late = clock.law(graph).share_above(limit_ms) if varies(graph, world) else float(found.duration_ms > limit_ms)
        if late > _LATE:
            found = cut(graph, found, clock, limit_ms, TIMEOUT, timed=True)
    most = world.history_limit
    if most is not None and found.history_events * _RARELY > most:
        events = EventClock(world, clock)
        if share_beyond(graph, events, most) > _LATE:
            found = cut(graph, found, events, float(most - _EXECUTION_EVENTS), HISTORY_FULL, timed=False)
    return found


def _expectation(tally: "_Tally", duration_ms: Fraction, errors: Amounts, events: int) -> Expectation:
    return Expectation(
        dict(tally.visits),
        dict(tally.attempts),
        dict(tally.retried),
        dict(tally.busy_ms),
        dict(tally.failed),
        events + tally.events,
        tally.wait_s,
        tally.retry_wait_s,
        tally.iterations,
        duration_ms,
        errors,
        dict(tally.children),
    )


class VisitMean(Record, frozen=True):
    """The mean visit of a state of the outermost level, and the probabilities of the next states."""

    execution: Expectation
    onward: Amounts


def visits_of(graph: Graph, world: World, *, timed: bool = True) -> dict[str, VisitMean]:
    """The mean visit of every state of a level, all attempts included; a path's amounts are the sums of its visits'."""
    out: dict[str, VisitMean] = {}
    expecting = _Expecting(world, Clock(world) if timed else None)
    for name, state in graph.states.items():
        visit = expecting.visit(state)
        out[name] = VisitMean(_expectation(visit.tally, visit.duration_ms, visit.errors, 0), visit.onward)
    return out


def everywhere(execution: Expectation, what: str) -> dict[str, Fraction]:
    """An amount by state ("visits", "attempts", "retried", "busy_ms", "failed"), children of Distributed Maps included."""
    out: dict[str, Fraction] = dict(getattr(execution, what))
    for child in execution.children.values():
        for name, amount in everywhere(child.each, what).items():
            out[name] = out.get(name, _ZERO) + child.runs * amount
    return out


def all_children(execution: Expectation) -> dict[str, Children]:
    """The children of every Distributed Map, those of children included: number per execution, type, and the mean child."""
    out = dict(execution.children)
    for child in execution.children.values():
        for name, nested in all_children(child.each).items():
            out[name] = Children(child.runs * nested.runs, nested.type, nested.each)
    return out


# --- bookkeeping ------------------------------------------------------------------------------------------------------


class _Tally(MutableRecord):
    """Sums over states, each weighted by its visits."""

    visits: dict[str, Fraction] = {}
    attempts: dict[str, Fraction] = {}
    children: dict[str, Children] = {}
    retried: dict[str, Fraction] = {}
    busy_ms: dict[str, Fraction] = {}
    failed: dict[str, Fraction] = {}
    events: Fraction = _ZERO
    wait_s: Fraction = _ZERO
    retry_wait_s: Fraction = _ZERO
    iterations: Fraction = _ZERO

    def add(self, times: Fraction, other: "_Tally") -> None:
        """Adds another tally, `times` times."""
        pairs = (
            (self.visits, other.visits),
            (self.attempts, other.attempts),
            (self.retried, other.retried),
            (self.busy_ms, other.busy_ms),
            (self.failed, other.failed),
        )
        for mine, theirs in pairs:
            for name, amount in theirs.items():
                mine[name] = tidy(mine.get(name, _ZERO) + times * amount)
        for name, child in other.children.items():
            self.children[name] = Children(tidy(times * child.runs), child.type, child.each)
        self.events = tidy(self.events + times * other.events)
        self.wait_s = tidy(self.wait_s + times * other.wait_s)
        self.retry_wait_s = tidy(self.retry_wait_s + times * other.retry_wait_s)
        self.iterations = tidy(self.iterations + times * other.iterations)


class _Level(Record, frozen=True):
    """One pass through a graph."""

    tally: _Tally
    duration_ms: Fraction
    errors: Amounts

    @property
    def p_ok(self) -> Fraction:
        return 1 - total(self.errors.values())


class _Visit(Record, frozen=True):
    """One visit of a state, all its attempts: next states and uncaught errors with their probabilities."""

    tally: _Tally
    duration_ms: Fraction
    onward: Amounts
    errors: Amounts


class _Expecting:
    """The means of one world; `clock` is None where only counts are needed."""

    def __init__(self, world: World, clock: Clock | None) -> None:
        self.world, self.clock = world, clock

    def run(self, graph: Graph) -> _Level:
        """One pass through a graph."""
        visits = {name: self.visit(state) for name, state in graph.states.items()}
        moves: dict[str, Mapping[str, Fraction]] = {name: visit.onward for name, visit in visits.items()}
        counted: dict[str, Passes] = {n: self.world.passes[n] for n in graph.states if n in self.world.passes}
        tally = _Tally()
        duration_ms = _ZERO
        errors: dict[str, Fraction] = {}
        for name, times in mean_visits(graph.start_at, with_counted(moves, counted)).items():
            visit = visits[name]
            tally.add(times, visit.tally)
            duration_ms = tidy(duration_ms + times * visit.duration_ms)
            for error, p in visit.errors.items():
                errors[error] = tidy(errors.get(error, _ZERO) + times * p)
        return _Level(tally, duration_ms, errors)

    # --- one visit ---

    def visit(self, state: State) -> _Visit:
        """One visit of a state, all its attempts."""
        if state.task is not None:
            return self._task(state, state.task)
        if (of_items := map_of(state, self.world)) is not None:
            return self._distributed(state, of_items) if of_items.distributed else self._inline(state, of_items)
        if state.type == "Parallel":
            return self._parallel(state)
        if state.type == "Fail":
            ended = _Tally(visits={state.name: _ONE}, failed={state.name: _ONE}, events=_ONE)
            return _Visit(ended, _ZERO, {}, {state.error: _ONE})
        wait_s = _wait_s(state, self.world)
        tally = _Tally(visits={state.name: _ONE}, events=Fraction(2), wait_s=wait_s)
        if wait_s:
            tally.busy_ms[state.name] = wait_s * 1000
        onward = odds(state, self.world) if state.type == "Choice" else _to(state.next)
        return _Visit(tally, wait_s * 1000, onward, {})

    def _task(self, state: State, task: Task) -> _Visit:
        tried = tries(state.retry, {error: p for error, p in self.world.fails.get(state.name, {}).items() if p})
        tally = _Tally(attempts={state.name: tried.attempts}, events=task.events_per_attempt * tried.attempts)
        attempt_ms = self.world.attempt_ms.get(state.name, _ZERO)
        return _left(state, tried, tally, tried.attempts * attempt_ms)

    def _parallel(self, state: State) -> _Visit:
        branches = [self.run(branch) for branch in state.branches]
        slowest_ms = max(branch.duration_ms for branch in branches)
        errors: Amounts = _first_error(branches)
        if len(branches) > 1 and any(varies(branch, self.world) for branch in state.branches):
            slowest_ms, errors = self._by_the_clock(state, slowest_ms, errors)
        elif failing := [branch for branch in branches if branch.errors]:
            first = min(failing, key=lambda branch: branch.duration_ms)
            slowest_ms, errors = first.duration_ms, dict(first.errors)
        tried = tries(state.retry, errors)
        tally = _Tally(events=1 + tried.attempts, iterations=len(branches) * tried.attempts)
        for branch in branches:
            tally.add(tried.attempts, branch.tally)
        return _left(state, tried, tally, tried.attempts * slowest_ms)

    def _by_the_clock(self, state: State, mean_ms: Fraction, errors: Amounts) -> tuple[Fraction, Amounts]:
        """The mean of the slowest (or first failed), and which error comes first in time."""
        if self.clock is None:
            return mean_ms, errors
        law = self.clock.together(state)
        slowest_ms = sig6(law.mean())
        if not errors:
            slowest_ms = max(slowest_ms, mean_ms)
        if len(errors) > 1:
            shares = {error: sig6(float(law.endings[error].sum())) for error in errors if error in law.endings}
            errors = _scaled(shares, total(errors.values()))
        return slowest_ms, errors

    def _inline(self, state: State, definition: MapDefinition) -> _Visit:
        item = self.run(definition.processor)
        n = items_of(state, self.world)
        all_ok = _all_ok(item.p_ok, n)
        started = n
        if definition.max_concurrency == 1 and item.p_ok != 1:  # later items never start
            started = tidy((1 - all_ok) / (1 - item.p_ok))
        errors: Amounts = _scaled(item.errors, 1 - all_ok)
        waves = started if definition.at_once == 1 else Fraction(math.ceil(n / definition.at_once))
        items_ms = waves * item.duration_ms
        if definition.at_once > 1 and n > 1:
            if varies(definition.processor, self.world) or n.denominator != 1:
                items_ms, errors = self._by_the_clock(state, item.duration_ms, errors)
            elif item.errors:
                items_ms = item.duration_ms
        tried = tries(state.retry, errors)
        times = started * tried.attempts
        tally = _Tally(events=1 + tried.attempts + 2 * times, iterations=times)
        tally.add(times, item.tally)
        return _left(state, tried, tally, tried.attempts * items_ms)

    def _distributed(self, state: State, definition: MapDefinition) -> _Visit:
        each = _expectation_of(self.run(definition.processor))
        n = items_of(state, self.world)
        failed = run_fails(definition, 1 - each.p_success, n)
        tried = tries(state.retry, {TOLERANCE_EXCEEDED: failed} if failed else {})
        tally = _Tally(events=1 + 3 * tried.attempts)
        tally.children[state.name] = Children(n * tried.attempts, definition.child_type, each)
        waves_ms = math.ceil(n / definition.at_once) * each.duration_ms
        took_ms = max(waves_ms, Fraction(n * 1000, definition.children_per_second))
        if n > 1 and self.clock is not None and (varies(definition.processor, self.world) or n.denominator != 1):
            took_ms = max(each.duration_ms, sig6(self.clock.together(state).mean()))
        return _left(state, tried, tally, tried.attempts * took_ms)


def _expectation_of(level: _Level) -> Expectation:
    return _expectation(level.tally, level.duration_ms, level.errors, _EXECUTION_EVENTS)


def _to(name: str | None) -> Amounts:
    return {} if name is None else {name: _ONE}


def _wait_s(state: State, world: World) -> Fraction:
    if state.type != "Wait":
        return _ZERO
    return state.wait_s if state.wait_s is not None else world.wait_s.get(state.name, _ZERO)


def _first_error(levels: Sequence[_Level]) -> dict[str, Fraction]:
    """The error of the first level that fails, in order."""
    errors: dict[str, Fraction] = {}
    earlier_ok = _ONE
    for level in levels:
        for error, p in level.errors.items():
            errors[error] = tidy(errors.get(error, _ZERO) + earlier_ok * p)
        earlier_ok = tidy(earlier_ok * level.p_ok)
    return errors


def _all_ok(p_ok: Fraction, n: Fraction) -> Fraction:
    """Probability that n independent items succeed; a fractional n mixes its two neighbours."""
    low = math.floor(n)
    part = n - low
    base = power(p_ok, low)
    return tidy(base * (1 - part + part * p_ok))


def _scaled(errors: Amounts, to: Fraction) -> Amounts:
    whole = total(errors.values())
    return {error: tidy(p * to / whole) for error, p in errors.items()} if whole else {}


def _left(state: State, tried: Tries, tally: _Tally, busy_ms: Fraction) -> _Visit:
    """How a state is left after its last attempt: to Next, to a catcher, or with an uncaught error (then without Exited)."""
    onward: dict[str, Fraction] = {}
    if state.next is not None and tried.p_success:
        onward[state.next] = tried.p_success
    uncaught: dict[str, Fraction] = {}
    for error, p in tried.errors.items():
        catcher = catcher_for(state.catch, error)
        if catcher is None:
            uncaught[error] = p
        elif p:
            onward[catcher.next] = onward.get(catcher.next, _ZERO) + p
    tally.visits[state.name] = tally.visits.get(state.name, _ZERO) + 1
    whole_ms = tidy(busy_ms + tried.retry_wait_s * 1000)
    for of, amount in ((tally.retried, tried.retries), (tally.busy_ms, whole_ms), (tally.failed, 1 - tried.p_success)):
        if amount:
            of[state.name] = of.get(state.name, _ZERO) + amount
    tally.retry_wait_s += tried.retry_wait_s
    tally.events += 2 - total(uncaught.values())  # Entered, Exited
    return _Visit(tally, whole_ms, onward, uncaught)
