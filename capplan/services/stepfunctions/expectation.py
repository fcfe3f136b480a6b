"""The mean execution of a definition, exact: visits, retries, events, time, success. It draws and prices nothing.

A level of states is an absorbing Markov chain. Every branch and iteration runs to its own end (except an inline Map
with MaxConcurrency 1, which stops at the first failed item). A Parallel lasts as long as its slowest branch in the
mean: the longest of the means stands for the mean of the longest, a little short where branches vary.

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state"; API Reference,
"GetExecutionHistory" (read 2026-11-23).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from capplan.services.stepfunctions.asl import ChildType, Graph, MapWork, State
from capplan.services.stepfunctions.interpreter import events_per_attempt
from capplan.services.stepfunctions.limits import DISPATCH_PER_SECOND, DISTRIBUTED_CONCURRENCY, INLINE_CONCURRENCY
from capplan.services.stepfunctions.retries import DEFAULT_ERROR, Tries, catcher_for, power, tidy, total, tries

_ONE = Fraction(1)
_ZERO = Fraction(0)
_TOLERANCE_EXCEEDED = "States.ExceedToleratedFailureThreshold"
_EXECUTION_EVENTS = 2

Amounts = Mapping[str, Fraction]


class EndlessLoop(ValueError):  # noqa: N818  it names what is wrong
    """States that, with these odds, never leave one another."""

    def __init__(self, state: str) -> None:
        super().__init__(f"executions never leave the loop through '{state}'")
        self.state = state


@dataclass(frozen=True, slots=True)
class Failure:
    """How often an attempt of a Task fails, and with which error."""

    share: Fraction
    error: str = DEFAULT_ERROR


@dataclass(frozen=True, slots=True)
class World:
    """What a definition cannot say, by state name. What is missing: never fails, equal odds, one item, no time.

    Attributes:
        fails: Failing attempts of Task states.
        choices: Odds of a Choice's next states; each sums to 1.
        items: Iterations of a Map each time it is entered; children of a Distributed Map.
        wait_s: Seconds of Wait states, where the definition holds no number.
        attempt_ms: Milliseconds one attempt of a Task lasts.
    """

    fails: Mapping[str, Failure] = field(default_factory=dict)
    choices: Mapping[str, Amounts] = field(default_factory=dict)
    items: Amounts = field(default_factory=dict)
    wait_s: Amounts = field(default_factory=dict)
    attempt_ms: Amounts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Children:
    """Executions a Distributed Map starts: how many per parent execution, and what each is in the mean."""

    runs: Fraction
    type: ChildType
    each: "Expectation"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One execution in the mean. Children of Distributed Maps stand apart.

    Attributes:
        visits: Times each state is entered, nested states included.
        attempts: Attempts of each Task state.
        retries: Retries of tasks, Parallel and Map states.
        history_events: Events of the execution's history.
        wait_s: Seconds of all Wait states, over all branches.
        retry_wait_s: Seconds between retries, over all branches.
        iterations: Branches and items started, of Parallel and inline Map.
        duration_ms: Wall clock.
        errors: What executions end with: error -> probability.
        children: By Distributed Map state.
    """

    visits: Amounts
    attempts: Amounts
    retries: Fraction
    history_events: Fraction
    wait_s: Fraction
    retry_wait_s: Fraction
    iterations: Fraction
    duration_ms: Fraction
    errors: Amounts
    children: Mapping[str, Children]

    @property
    def states_entered(self) -> Fraction:
        """State entries of the execution."""
        return total(self.visits.values())

    @property
    def p_success(self) -> Fraction:
        """Share of executions that end in a Succeed state or End: true."""
        return 1 - total(self.errors.values())


def expect(graph: Graph, world: World) -> Expectation:
    """The mean execution. Raises EndlessLoop where the odds never let one end."""
    found = _run(graph, world)
    tally = found.tally
    return Expectation(
        dict(tally.visits),
        dict(tally.attempts),
        tally.retries,
        _EXECUTION_EVENTS + tally.events,
        tally.wait_s,
        tally.retry_wait_s,
        tally.iterations,
        found.duration_ms,
        found.errors,
        dict(tally.children),
    )


def all_attempts(found: Expectation) -> dict[str, Fraction]:
    """Attempts of each Task state, those inside children of Distributed Maps included."""
    out = dict(found.attempts)
    for child in found.children.values():
        for name, attempts in all_attempts(child.each).items():
            out[name] = out.get(name, _ZERO) + child.runs * attempts
    return out


# --- bookkeeping ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """Sums over states, each weighted by how often it happens. Filled on the way, never shared."""

    visits: dict[str, Fraction] = field(default_factory=dict)
    attempts: dict[str, Fraction] = field(default_factory=dict)
    children: dict[str, Children] = field(default_factory=dict)
    retries: Fraction = _ZERO
    events: Fraction = _ZERO
    wait_s: Fraction = _ZERO
    retry_wait_s: Fraction = _ZERO
    iterations: Fraction = _ZERO

    def add(self, times: Fraction, other: "_Tally") -> None:
        """Adds another tally, so many times."""
        for mine, theirs in ((self.visits, other.visits), (self.attempts, other.attempts)):
            for name, amount in theirs.items():
                mine[name] = tidy(mine.get(name, _ZERO) + times * amount)
        for name, child in other.children.items():
            self.children[name] = Children(tidy(times * child.runs), child.type, child.each)
        self.retries = tidy(self.retries + times * other.retries)
        self.events = tidy(self.events + times * other.events)
        self.wait_s = tidy(self.wait_s + times * other.wait_s)
        self.retry_wait_s = tidy(self.retry_wait_s + times * other.retry_wait_s)
        self.iterations = tidy(self.iterations + times * other.iterations)


@dataclass(frozen=True, slots=True)
class _Level:
    """One pass through a graph."""

    tally: _Tally
    duration_ms: Fraction
    errors: Amounts

    @property
    def p_ok(self) -> Fraction:
        return 1 - total(self.errors.values())


@dataclass(frozen=True, slots=True)
class _Visit:
    """One visit of a state, all its attempts: where it leads (state -> probability) and the errors nobody caught."""

    tally: _Tally
    duration_ms: Fraction
    onward: Amounts
    errors: Amounts


def _run(graph: Graph, world: World) -> _Level:
    visits = {name: _visit(state, world) for name, state in graph.states.items()}
    often = _often(graph, visits)
    tally = _Tally()
    duration_ms = _ZERO
    errors: dict[str, Fraction] = {}
    for name, times in often.items():
        visit = visits[name]
        tally.add(times, visit.tally)
        duration_ms = tidy(duration_ms + times * visit.duration_ms)
        for error, p in visit.errors.items():
            errors[error] = tidy(errors.get(error, _ZERO) + times * p)
    return _Level(tally, duration_ms, errors)


def _often(graph: Graph, visits: Mapping[str, _Visit]) -> dict[str, Fraction]:
    """Mean visits of each state: v = start + v Q, solved by taking the states out one by one (sparse elimination)."""
    order = _order(graph.start_at, visits)
    rows = {s: {t: p for t, p in visits[s].onward.items() if p} for s in order}
    entering: dict[str, set[str]] = {s: set() for s in order}
    for s, row in rows.items():
        for t in row:
            entering[t].add(s)
    start = dict.fromkeys(order, _ZERO)
    start[graph.start_at] = _ONE
    done: list[tuple[str, Fraction, Fraction, dict[str, Fraction]]] = []
    for s in order:
        row = rows.pop(s)
        stay = 1 - row.pop(s, _ZERO)
        if not stay:
            raise EndlessLoop(s)
        onward = {t: tidy(p / stay) for t, p in row.items() if t in rows}
        into = {i: rows[i].pop(s) for i in entering[s] if i in rows and s in rows[i]}
        done.append((s, start[s], stay, into))
        for t, p in onward.items():
            start[t] = tidy(start[t] + start[s] * p)
            for i, q in into.items():
                rows[i][t] = tidy(rows[i].get(t, _ZERO) + q * p)
                entering[t].add(i)
    often: dict[str, Fraction] = {}
    for s, entry, stay, into in reversed(done):
        often[s] = tidy((entry + total(often[i] * q for i, q in into.items())) / stay)
    return {s: often[s] for s in order}


def _order(start: str, visits: Mapping[str, _Visit]) -> list[str]:
    """States that can be visited, in the order they are first met."""
    found, todo = {start: None}, [start]
    while todo:
        for name, p in visits[todo.pop(0)].onward.items():
            if p and name not in found:
                found[name] = None
                todo.append(name)
    return list(found)


# --- one visit --------------------------------------------------------------------------------------------------------


def _visit(state: State, world: World) -> _Visit:
    if state.task is not None:
        return _task(state, world)
    if state.map is not None:
        return _distributed(state, state.map, world) if state.map.distributed else _inline(state, state.map, world)
    if state.type == "Parallel":
        return _parallel(state, world)
    if state.type == "Fail":
        return _Visit(_Tally(visits={state.name: _ONE}, events=_ONE), _ZERO, {}, {state.error: _ONE})
    wait_s = _wait_s(state, world)
    tally = _Tally(visits={state.name: _ONE}, events=Fraction(2), wait_s=wait_s)
    return _Visit(tally, wait_s * 1000, odds(state, world) if state.type == "Choice" else _to(state.next), {})


def _to(name: str | None) -> Amounts:
    return {} if name is None else {name: _ONE}


def _wait_s(state: State, world: World) -> Fraction:
    if state.type != "Wait":
        return _ZERO
    return state.wait_s if state.wait_s is not None else world.wait_s.get(state.name, _ZERO)


def odds(state: State, world: World) -> Amounts:
    """Probabilities of a Choice's next states; equal where nothing is said."""
    given = world.choices.get(state.name)
    return given if given is not None else dict.fromkeys(state.targets, Fraction(1, len(state.targets)))


def _task(state: State, world: World) -> _Visit:
    failure = world.fails.get(state.name, Failure(_ZERO))
    tried = tries(state.retry, {failure.error: failure.share} if failure.share else {})
    tally = _Tally(attempts={state.name: tried.attempts}, events=events_per_attempt(state) * tried.attempts)
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
    """The error of the first that fails, in order."""
    errors: dict[str, Fraction] = {}
    earlier_ok = _ONE
    for level in levels:
        for error, p in level.errors.items():
            errors[error] = tidy(errors.get(error, _ZERO) + earlier_ok * p)
        earlier_ok = tidy(earlier_ok * level.p_ok)
    return errors


def items_of(state: State, world: World) -> Fraction:
    """Iterations of a Map (children of a Distributed Map) each time it is entered; 1 where nothing is said."""
    known = state.map.items if state.map is not None else None
    if known is not None and state.map is not None and state.map.distributed:
        known = math.ceil(Fraction(known, state.map.items_per_batch))
    return world.items.get(state.name, _ONE if known is None else Fraction(known))


def _inline(state: State, work: MapWork, world: World) -> _Visit:
    item = _run(work.processor, world)
    n = items_of(state, world)
    all_ok = _all_ok(item.p_ok, n)
    started = n
    if work.max_concurrency == 1 and item.p_ok != 1:  # later items never start
        started = tidy((1 - all_ok) / (1 - item.p_ok))
    tried = tries(state.retry, _scaled(item.errors, 1 - all_ok))
    times = started * tried.attempts
    tally = _Tally(events=1 + tried.attempts + 2 * times, iterations=times)
    tally.add(times, item.tally)
    width = min(work.max_concurrency or INLINE_CONCURRENCY, INLINE_CONCURRENCY)
    waves = started if width == 1 else Fraction(math.ceil(n / width))
    return _left(state, tried, tally, tried.attempts * waves * item.duration_ms)


def _distributed(state: State, work: MapWork, world: World) -> _Visit:
    each = expect(work.processor, world)
    n = items_of(state, world)
    failed = _run_fails(work, each, n)
    tried = tries(state.retry, {_TOLERANCE_EXCEEDED: failed} if failed else {})
    tally = _Tally(events=1 + 3 * tried.attempts)
    tally.children[state.name] = Children(n * tried.attempts, work.child_type, each)
    width = min(work.max_concurrency or DISTRIBUTED_CONCURRENCY, DISTRIBUTED_CONCURRENCY)
    waves_ms = math.ceil(n / width) * each.duration_ms
    dispatch_ms = Fraction(n * 1000, DISPATCH_PER_SECOND[work.child_type])
    return _left(state, tried, tally, tried.attempts * max(waves_ms, dispatch_ms))


def _run_fails(work: MapWork, each: Expectation, n: Fraction) -> Fraction:
    """Chance that a Map Run fails: exact without tolerance; with one, whether the mean number of failures passes it."""
    tolerated = max(Fraction(work.tolerated_count), work.tolerated_share * n)
    if not tolerated:
        return 1 - _all_ok(each.p_success, n)
    return _ONE if n * (1 - each.p_success) > tolerated else _ZERO


def _all_ok(p_ok: Fraction, n: Fraction) -> Fraction:
    """Probability that n independent items succeed; a mean number between two whole ones mixes the two."""
    low = math.floor(n)
    part = n - low
    base = power(p_ok, low)
    return tidy(base * (1 - part + part * p_ok))


def _scaled(errors: Amounts, to: Fraction) -> Amounts:
    whole = total(errors.values())
    return {error: tidy(p * to / whole) for error, p in errors.items()} if whole else {}


def _left(state: State, tried: Tries, tally: _Tally, busy_ms: Fraction) -> _Visit:
    """A tried state is left: on to Next, to a catcher, or with an error nobody caught (then without Exited)."""
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
    tally.retries += tried.retries
    tally.retry_wait_s += tried.retry_wait_s
    tally.events += 2 - total(uncaught.values())  # Entered, Exited
    return _Visit(tally, tidy(busy_ms + tried.retry_wait_s * 1000), onward, uncaught)
