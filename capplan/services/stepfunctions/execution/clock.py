"""The exact law of an execution's wall clock, where all times are fixed: every outcome, none drawn.

It gives up (None) where something varies continuously, where items queue for slots, or past 2,000 different outcomes.

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state" (read 2026-11-23).
"""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Graph, MapWork, State
from capplan.services.stepfunctions.execution.expectation import items_of, odds
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import catcher_for, delay_s, retrier_for, tidy

Outcome = tuple[Fraction, str | None]
"""Milliseconds, and the error it ends with; None for none."""
Law = dict[Outcome, Fraction]

MOST_OUTCOMES = 2_000
_NEGLIGIBLE = Fraction(1, 10**13)


class _GivesUpError(Exception):
    """No finite law."""


def law_of(graph: Graph, world: World) -> Law | None:
    """Every outcome of an execution with its probability; None where there is no short list of them."""
    try:
        return _level(graph, world)
    except _GivesUpError:
        return None


def _add(law: Law, outcome: Outcome, p: Fraction) -> None:
    law[outcome] = tidy(law.get(outcome, Fraction(0)) + p)
    if len(law) > MOST_OUTCOMES:
        raise _GivesUpError


def _level(graph: Graph, world: World) -> Law:
    visits: dict[str, Law] = {}
    out: Law = {}
    waiting: dict[tuple[str, Fraction], Fraction] = {(graph.start_at, Fraction(0)): Fraction(1)}
    steps = 0
    while waiting:
        steps += 1
        if steps > MOST_OUTCOMES * 10:
            raise _GivesUpError
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
    """Where a visit leads: None for out of the level."""
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
        return _tried(state, _together([_level(branch, world) for branch in state.branches]))
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
        raise _GivesUpError
    ms = world.attempt_ms.get(state.name, Fraction(0))
    out: Law = {}
    left = Fraction(1)
    for error, p in world.fails.get(state.name, {}).items():
        if p:
            out[ms, error] = p
            left -= p
    if left:
        out[ms, None] = left
    return out


def _tried(state: State, attempt: Law) -> Law:
    """All attempts of one visit: each retrier counts its own."""
    out: Law = {}
    going: dict[tuple[Fraction, tuple[int, ...]], Fraction] = {(Fraction(0), (0,) * len(state.retry)): Fraction(1)}
    rounds = 0
    while going:
        rounds += len(going)
        if rounds > MOST_OUTCOMES * 5:
            raise _GivesUpError
        following: dict[tuple[Fraction, tuple[int, ...]], Fraction] = {}
        for (ms, used), p in going.items():
            for (took, error), q in attempt.items():
                entry = None if error is None else retrier_for(state.retry, error)
                if entry is None or used[entry] >= state.retry[entry].max_attempts or p * q < _NEGLIGIBLE:
                    _add(out, (ms + took, error), p * q)
                    continue
                retrier = state.retry[entry]
                if retrier.full_jitter:
                    raise _GivesUpError
                more = (*used[:entry], used[entry] + 1, *used[entry + 1 :])
                key = (ms + took + delay_s(retrier, more[entry]) * 1000, more)
                following[key] = tidy(following.get(key, Fraction(0)) + p * q)
        going = following
    return out


def _together(laws: list[Law]) -> Law:
    """Side by side: the slowest counts, and the first error in order."""
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


def _mapped(state: State, work: MapWork, world: World) -> Law:
    n = items_of(state, world)
    if work.distributed or n.denominator != 1:
        raise _GivesUpError
    item = _level(work.processor, world)
    if work.at_once == 1:
        return _in_turn(item, int(n), stops=work.max_concurrency == 1)
    if n <= work.at_once:
        return _together([item] * int(n))
    if len(item) > 1:
        raise _GivesUpError
    ((ms, error),) = item
    return {(ms * -(-int(n) // work.at_once), error): Fraction(1)}
