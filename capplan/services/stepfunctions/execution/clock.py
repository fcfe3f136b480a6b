"""Computes the exact distribution of an execution's duration, where all times are fixed.

There is none where a duration varies continuously, where items wait for a free slot, or above MAX_OUTCOMES outcomes.

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state" (read 2026-11-23).
"""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, State
from capplan.services.stepfunctions.execution.expectation import items_of, odds
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import catcher_for, delay_s, retrier_for, tidy

Outcome = tuple[Fraction, str | None]
"""Milliseconds, and the error it ends with; None for none."""
Law = dict[Outcome, Fraction]
"""Outcomes with their probabilities."""

MAX_OUTCOMES = 2_000
_NEGLIGIBLE = Fraction(1, 10**13)


class _NoLawError(Exception):
    """No finite distribution, or too many outcomes."""


def law_of(graph: Graph, world: World) -> Law | None:
    """Every outcome of an execution with its probability; None where they cannot be listed."""
    try:
        return _level(graph, world)
    except _NoLawError:
        return None


def _add(law: Law, outcome: Outcome, p: Fraction) -> None:
    law[outcome] = tidy(law.get(outcome, Fraction(0)) + p)
    if len(law) > MAX_OUTCOMES:
        raise _NoLawError


def _level(graph: Graph, world: World) -> Law:
    visits: dict[str, Law] = {}
    out: Law = {}
    waiting: dict[tuple[str, Fraction], Fraction] = {(graph.start_at, Fraction(0)): Fraction(1)}
    steps = 0
    while waiting:
        steps += 1
        if steps > MAX_OUTCOMES * 10:
            raise _NoLawError
        name, ms = next(iter(waiting))
        p = waiting.pop((name, ms))
        if p < _NEGLIGIBLE:
            _add(out, (ms, None), p)
            continue
        state = graph.states[name]
        if name not in visits:
            visits[name] = _visit(state, world)
        for (took, error), q in visits[name].items():
            for target, share in _onward(state, error, world).items():
                if target is None:
                    _add(out, (ms + took, error), p * q * share)
                else:
                    key = (target, ms + took)
                    waiting[key] = tidy(waiting.get(key, Fraction(0)) + p * q * share)
    return out


def _onward(state: State, error: str | None, world: World) -> Mapping[str | None, Fraction]:
    """Probabilities of the next states; None for out of the level."""
    if error is not None:
        catcher = catcher_for(state.catch, error)
        return {None if catcher is None else catcher.next: Fraction(1)}
    if state.type == "Choice":
        return {target: p for target, p in odds(state, world).items() if p}
    return {state.next: Fraction(1)}


def _visit(state: State, world: World) -> Law:
    if state.task is not None:
        return _tried(state, _attempt(state, world))
    if state.type == "Parallel":
        return _tried(state, _in_parallel([_level(branch, world) for branch in state.branches]))
    if state.map is not None:
        return _tried(state, _mapped(state, state.map, world))
    if state.type == "Fail":
        return {(Fraction(0), state.error): Fraction(1)}
    wait_s = Fraction(0)
    if state.type == "Wait":
        wait_s = state.wait_s if state.wait_s is not None else world.wait_s.get(state.name, Fraction(0))
    return {(wait_s * 1000, None): Fraction(1)}


def _attempt(state: State, world: World) -> Law:
    if state.name in world.attempt_law:
        raise _NoLawError
    ms = world.attempt_ms.get(state.name, Fraction(0))
    out: Law = {}
    success = Fraction(1)
    for error, p in world.fails.get(state.name, {}).items():
        if p:
            out[ms, error] = p
            success -= p
    if success:
        out[ms, None] = success
    return out


def _tried(state: State, attempt: Law) -> Law:
    """All attempts of one visit: each retrier counts its own."""
    out: Law = {}
    going: dict[tuple[Fraction, tuple[int, ...]], Fraction] = {(Fraction(0), (0,) * len(state.retry)): Fraction(1)}
    rounds = 0
    while going:
        rounds += len(going)
        if rounds > MAX_OUTCOMES * 5:
            raise _NoLawError
        following: dict[tuple[Fraction, tuple[int, ...]], Fraction] = {}
        for (ms, used), p in going.items():
            for (took, error), q in attempt.items():
                entry = None if error is None else retrier_for(state.retry, error)
                if entry is None or used[entry] >= state.retry[entry].max_attempts or p * q < _NEGLIGIBLE:
                    _add(out, (ms + took, error), p * q)
                    continue
                retrier = state.retry[entry]
                if retrier.full_jitter:
                    raise _NoLawError
                more = (*used[:entry], used[entry] + 1, *used[entry + 1 :])
                key = (ms + took + delay_s(retrier, more[entry]) * 1000, more)
                following[key] = tidy(following.get(key, Fraction(0)) + p * q)
        going = following
    return out


def _in_parallel(laws: list[Law]) -> Law:
    """In parallel: the slowest counts, and the first error in order."""
    out: Law = {(Fraction(0), None): Fraction(1)}
    for law in laws:
        both: Law = {}
        for (a_ms, a_error), p in out.items():
            for (b_ms, b_error), q in law.items():
                _add(both, (max(a_ms, b_ms), a_error if a_error is not None else b_error), p * q)
        out = both
    return out


def _in_turn(law: Law, times: int, *, stops: bool) -> Law:
    """One after the other; with `stops` nothing follows an error."""
    out: Law = {(Fraction(0), None): Fraction(1)}
    for _ in range(times):
        both: Law = {}
        for (a_ms, a_error), p in out.items():
            if stops and a_error is not None:
                _add(both, (a_ms, a_error), p)
                continue
            for (b_ms, b_error), q in law.items():
                _add(both, (a_ms + b_ms, a_error if a_error is not None else b_error), p * q)
        out = both
    return out


def _mapped(state: State, definition: MapDefinition, world: World) -> Law:
    n = items_of(state, world)
    if definition.distributed or n.denominator != 1:
        raise _NoLawError
    item = _level(definition.processor, world)
    if definition.at_once == 1:
        return _in_turn(item, int(n), stops=definition.max_concurrency == 1)
    if n <= definition.at_once:
        return _in_parallel([item] * int(n))
    if len(item) > 1:
        raise _NoLawError
    ((ms, error),) = item
    return {(ms * -(-int(n) // definition.at_once), error): Fraction(1)}
