"""Computes the mean execution of a definition exactly: visits, retries, events, time, success.

A level of states is an absorbing Markov chain. Every branch and iteration runs to its own end (except an inline Map
with MaxConcurrency 1, which stops at the first failed item). A Parallel takes as long as the branch with the longest
mean, which is a little too short where branches vary.

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state"; API Reference,
"GetExecutionHistory" (read 2026-11-23).
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.record import MutableRecord, Record
from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, State, Task
from capplan.services.stepfunctions.execution.chain import mean_visits
from capplan.services.stepfunctions.execution.model import Amounts, Children, Expectation, World
from capplan.services.stepfunctions.execution.retries import (
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
_LISTED_CHILDREN = 300


def expect(graph: Graph, world: World) -> Expectation:
    """The mean execution. Raises EndlessLoop where a loop is never left."""
    level = _run(graph, world)
    return _expectation(level.tally, level.duration_ms, level.errors, _EXECUTION_EVENTS)


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


def visits_of(graph: Graph, world: World) -> dict[str, VisitMean]:
    """The mean visit of every state of a level, all attempts included; a path's amounts are the sums of its visits'."""
    out: dict[str, VisitMean] = {}
    for name, state in graph.states.items():
        visit = _visit(state, world)
        out[name] = VisitMean(_expectation(visit.tally, visit.duration_ms, visit.errors, 0), visit.onward)
    return out


def everywhere(execution: Expectation, what: str) -> dict[str, Fraction]:
    """An amount by state ("visits", "attempts", "retried", "busy_ms", "failed"), children of Distributed Maps included."""
    out: dict[str, Fraction] = dict(getattr(execution, what))
    for child in execution.children.values():
        for name, amount in everywhere(child.each, what).items():
            out[name] = out.get(name, _ZERO) + child.runs * amount
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


def _run(graph: Graph, world: World) -> _Level:
    visits = {name: _visit(state, world) for name, state in graph.states.items()}
    tally = _Tally()
    duration_ms = _ZERO
    errors: dict[str, Fraction] = {}
    for name, times in mean_visits(graph.start_at, {name: v.onward for name, v in visits.items()}).items():
        visit = visits[name]
        tally.add(times, visit.tally)
        duration_ms = tidy(duration_ms + times * visit.duration_ms)
        for error, p in visit.errors.items():
            errors[error] = tidy(errors.get(error, _ZERO) + times * p)
    return _Level(tally, duration_ms, errors)


# --- one visit --------------------------------------------------------------------------------------------------------


def _visit(state: State, world: World) -> _Visit:
    if state.task is not None:
        return _task(state, state.task, world)
    if state.map is not None:
        return _distributed(state, state.map, world) if state.map.distributed else _inline(state, state.map, world)
    if state.type == "Parallel":
        return _parallel(state, world)
    if state.type == "Fail":
        ended = _Tally(visits={state.name: _ONE}, failed={state.name: _ONE}, events=_ONE)
        return _Visit(ended, _ZERO, {}, {state.error: _ONE})
    wait_s = _wait_s(state, world)
    tally = _Tally(visits={state.name: _ONE}, events=Fraction(2), wait_s=wait_s)
    if wait_s:
        tally.busy_ms[state.name] = wait_s * 1000
    return _Visit(tally, wait_s * 1000, odds(state, world) if state.type == "Choice" else _to(state.next), {})


def _to(name: str | None) -> Amounts:
    return {} if name is None else {name: _ONE}


def _wait_s(state: State, world: World) -> Fraction:
    if state.type != "Wait":
        return _ZERO
    return state.wait_s if state.wait_s is not None else world.wait_s.get(state.name, _ZERO)


def odds(state: State, world: World) -> Amounts:
    """Probabilities of a Choice's next states; equal where none are given."""
    given = world.choices.get(state.name)
    return given if given is not None else dict.fromkeys(state.targets, Fraction(1, len(state.targets)))


def _task(state: State, task: Task, world: World) -> _Visit:
    tried = tries(state.retry, {error: p for error, p in world.fails.get(state.name, {}).items() if p})
    tally = _Tally(attempts={state.name: tried.attempts}, events=task.events_per_attempt * tried.attempts)
    attempt_ms = world.attempt_ms.get(state.name, _ZERO)
    return _left(state, tried, tally, tried.attempts * attempt_ms)


def _parallel(state: State, world: World) -> _Visit:
    branches = [_run(branch, world) for branch in state.branches]
    tried = tries(state.retry, _first_error(branches))
    tally = _Tally(events=1 + tried.attempts, iterations=len(branches) * tried.attempts)
    for branch in branches:
        tally.add(tried.attempts, branch.tally)
    slowest_ms = max(branch.duration_ms for branch in branches)
    return _left(state, tried, tally, tried.attempts * slowest_ms)


def _first_error(levels: Sequence[_Level]) -> dict[str, Fraction]:
    """The error of the first level that fails, in order."""
    errors: dict[str, Fraction] = {}
    earlier_ok = _ONE
    for level in levels:
        for error, p in level.errors.items():
            errors[error] = tidy(errors.get(error, _ZERO) + earlier_ok * p)
        earlier_ok = tidy(earlier_ok * level.p_ok)
    return errors


def items_of(state: State, world: World) -> Fraction:
    """Iterations of a Map (children of a Distributed Map) each time it is entered; 1 where the number is not given."""
    known = state.map.items if state.map is not None else None
    if known is not None and state.map is not None and state.map.distributed:
        known = math.ceil(Fraction(known, state.map.items_per_batch))
    return world.items.get(state.name, _ONE if known is None else Fraction(known))


def _inline(state: State, definition: MapDefinition, world: World) -> _Visit:
    item = _run(definition.processor, world)
    n = items_of(state, world)
    all_ok = _all_ok(item.p_ok, n)
    started = n
    if definition.max_concurrency == 1 and item.p_ok != 1:  # later items never start
        started = tidy((1 - all_ok) / (1 - item.p_ok))
    tried = tries(state.retry, _scaled(item.errors, 1 - all_ok))
    times = started * tried.attempts
    tally = _Tally(events=1 + tried.attempts + 2 * times, iterations=times)
    tally.add(times, item.tally)
    waves = started if definition.at_once == 1 else Fraction(math.ceil(n / definition.at_once))
    return _left(state, tried, tally, tried.attempts * waves * item.duration_ms)


def _distributed(state: State, definition: MapDefinition, world: World) -> _Visit:
    each = expect(definition.processor, world)
    n = items_of(state, world)
    failed = _run_fails(definition, each, n)
    tried = tries(state.retry, {TOLERANCE_EXCEEDED: failed} if failed else {})
    tally = _Tally(events=1 + 3 * tried.attempts)
    tally.children[state.name] = Children(n * tried.attempts, definition.child_type, each)
    waves_ms = math.ceil(n / definition.at_once) * each.duration_ms
    dispatch_ms = Fraction(n * 1000, definition.children_per_second)
    return _left(state, tried, tally, tried.attempts * max(waves_ms, dispatch_ms))


def _run_fails(definition: MapDefinition, each: Expectation, n: Fraction) -> Fraction:
    """Probability that more children fail than are tolerated; a fractional mean number mixes its two neighbours."""
    low, p = math.floor(n), 1 - each.p_success
    part = n - low
    chances = [
        _more_fail(k, p, max(Fraction(definition.tolerated_count), definition.tolerated_share * k))
        for k in (low, low + 1)
    ]
    return tidy((1 - part) * chances[0] + part * chances[1]) if part else chances[0]


def _more_fail(n: int, p: Fraction, tolerated: Fraction) -> Fraction:
    """P(a binomial number exceeds a bound): exact for a bound of 0 or few children, else by the normal approximation."""
    limit = math.floor(tolerated)
    if limit >= n or not p:
        return _ZERO
    if not limit:
        return 1 - power(1 - p, n)
    if p == 1:
        return _ONE
    if n <= _LISTED_CHILDREN:
        fine = total(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(limit + 1))
        return tidy(1 - fine)
    spread = math.sqrt(n * float(p) * float(1 - p))
    return sig6(0.5 * math.erfc((limit + 0.5 - float(n * p)) / (spread * math.sqrt(2))))


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
