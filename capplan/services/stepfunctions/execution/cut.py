"""Cuts the mean execution where AWS ends it: at the definition's TimeoutSeconds, or when its history is full.

What starts up to the limit is counted: visits and attempts are cumulated up to it, and the time up to it.

Sources: Amazon States Language, "TimeoutSeconds" of a state machine; Step Functions Developer Guide, "Service quotas"
(read 2026-11-23).
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.quantities.rounding import sig6
from capplan.record import MutableRecord, replace
from capplan.services.stepfunctions.asl.definition import Graph, State, graphs_in
from capplan.services.stepfunctions.execution.clock import Clock, divisor_of
from capplan.services.stepfunctions.execution.grid import Ending, Grid, split
from capplan.services.stepfunctions.execution.items import items_of
from capplan.services.stepfunctions.execution.model import Amounts, Children, Expectation
from capplan.services.stepfunctions.execution.solve import solved

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from capplan.services.stepfunctions.execution.grid import Wave

    Floats = NDArray[np.float64]

_TILT = 18.0
"""Nothing beyond the lattice is of use, so more of it is damped than where a whole law is wanted."""
_NOTHING = 1e-7
_MOST_POINTS, _POINTS = 32_768, 4_096
_MOST_WAVES = 200


class _Shares(MutableRecord):
    """Of what a state does in an execution without the limit: the shares of visits, attempts and time before it."""

    visits: dict[str, float] = {}
    attempts: dict[str, float] = {}
    busy: dict[str, float] = {}


def cut(graph: Graph, whole: Expectation, clock: Clock, limit: float, error: str, *, timed: bool) -> Expectation:
    """The mean execution with the limit.

    Args:
        graph: The definition.
        whole: The mean execution without it.
        clock: Counts milliseconds, or history events.
        limit: In the clock's units.
        error: The error of executions that reach it.
        timed: Whether the clock counts milliseconds.
    """
    grid = _grid(graph, clock, limit) if timed else Grid(1.0, 1 << math.ceil(math.log2(2 * limit)), _TILT)
    shares = _Shares()
    waves = _walk(graph, 1.0, clock, grid, limit, whole, shares, timed=timed)
    endings = {ending: grid.series(wave) for ending, wave in waves.items()}
    last = round(limit / grid.step) + 1
    ended = {ending: _clean(float(series[:last].sum())) for ending, series in endings.items()}
    errors = {e: sig6(p) for e, p in ended.items() if e is not None and p}
    late = _clean(1 - sum(ended.values()))
    if late:
        errors[error] = errors.get(error, Fraction(0)) + sig6(late)
    busy_ms = _cut(whole.busy_ms, shares.busy)
    if timed:
        early_ms = sum(float(series[:last] @ _places(last)) for series in endings.values()) * grid.step
        duration_ms = min(whole.duration_ms, sig6(early_ms + late * limit))
    else:
        top = [name for name in graph.states if whole.busy_ms.get(name)]
        before = sum((whole.busy_ms[name] for name in top), Fraction(0))
        after = sum((busy_ms.get(name, Fraction(0)) for name in top), Fraction(0))
        duration_ms = whole.duration_ms * (after / before if before else Fraction(1))
    visits = _cut(whole.visits, shares.visits)
    entered = sum(whole.visits.values(), Fraction(0))
    share = sum(visits.values(), Fraction(0)) / entered if entered else Fraction(1)
    return replace(
        whole,
        visits=visits,
        attempts=_cut(whole.attempts, shares.attempts),
        retried=_cut(whole.retried, shares.attempts),
        busy_ms=busy_ms,
        failed=_cut(whole.failed, shares.visits),
        history_events=whole.history_events * share if timed else whole.history_events,
        wait_s=whole.wait_s * _ratio(whole.busy_ms, busy_ms, whole.attempts),
        retry_wait_s=whole.retry_wait_s * share,
        iterations=whole.iterations * share,
        duration_ms=duration_ms,
        errors=errors,
        children={
            n: Children(_part(c.runs, shares.attempts.get(n, 0.0)), c.type, c.each) for n, c in whole.children.items()
        },
    )


def _places(size: int) -> "Floats":
    import numpy as np  # noqa: PLC0415

    return np.arange(size, dtype=np.float64)


def _ratio(whole: Amounts, left: Amounts, tasks: Amounts) -> Fraction:
    """What is left of the time of states that are no Tasks."""
    before = sum((ms for name, ms in whole.items() if name not in tasks), Fraction(0))
    after = sum((ms for name, ms in left.items() if name not in tasks), Fraction(0))
    return after / before if before else Fraction(1)


def _grid(graph: Graph, clock: Clock, limit: float) -> Grid:
    exact = divisor_of(iter((Fraction(limit), *clock.amounts(graph, deep=True))))
    step = limit / _POINTS
    if exact and 2 * limit / float(exact) <= _MOST_POINTS:
        finer = max(1, math.ceil(float(exact) * _POINTS / limit)) if clock.smooth(graph) else 1
        step = float(exact) / finer
    return Grid(step, 1 << math.ceil(math.log2(2 * limit / step + 2)), _TILT)


def _clean(p: float) -> float:
    return 0.0 if p < _NOTHING else min(1.0, p)


def _cut(amounts: Amounts, shares: Mapping[str, float]) -> dict[str, Fraction]:
    return {name: left for name, amount in amounts.items() if (left := _part(amount, shares.get(name, 0.0)))}


def _part(amount: Fraction, share: float) -> Fraction:
    return amount if share >= 1 - _NOTHING else sig6(float(amount) * share)


def _walk(
    graph: Graph,
    start: "Wave",
    clock: Clock,
    grid: Grid,
    limit: float,
    whole: Expectation,
    out: _Shares,
    *,
    timed: bool,
) -> "dict[Ending, Wave]":
    """Adds the shares of a level and of those in it, which starts where `start` is; the transforms of its endings."""
    import numpy as np  # noqa: PLC0415

    flows = clock.flows(graph, grid)
    before = round(limit / grid.step) + 1
    endings: dict[Ending, Wave] = {}
    for name, visits in solved(graph.start_at, flows.onward):
        for ending, wave in flows.visits[name].out.items():
            endings[ending] = endings.get(ending, 0.0) + visits * wave
        state, entered = graph.states[name], grid.series(start * visits)
        started, starts = start * visits, entered
        if not _is_one(attempts_made := flows.visits[name].attempts):
            started = started * attempts_made
            starts = grid.series(started)
        mean = float(whole.visits.get(name, 0)) or 1.0
        attempts = float(whole.visits.get(name, 0) + whole.retried.get(name, 0)) or 1.0
        out.visits[name] = _clean(float(entered[:before].sum()) / mean)
        out.attempts[name] = _clean(float(starts[:before].sum()) / attempts)
        out.busy[name] = out.attempts[name]
        if timed and (each_ms := float(whole.busy_ms.get(name, 0)) / attempts):
            left_ms = (before - 1 - _places(before)) * grid.step
            spent_ms = float(np.cumsum(starts[:before] * np.minimum(each_ms, left_ms))[-1])
            out.busy[name] = _clean(spent_ms / (each_ms * attempts))
        for inner in graphs_in(state):
            _walk(inner, started * _items(state, clock, grid), clock, grid, limit, whole, out, timed=timed)
    return endings


def _is_one(wave: "Wave") -> bool:
    return isinstance(wave, float) and wave == 1


def _items(state: State, clock: Clock, grid: Grid) -> "Wave":
    """How many items of a Map start, and when: all at once, or in waves of the mean item."""
    import numpy as np  # noqa: PLC0415

    if state.map is None or state.map.distributed:
        return 1.0
    n, width = float(items_of(state, clock.world)), state.map.at_once
    waves = math.ceil(n / width)
    if waves <= 1:
        return n
    item_ms = clock.law(state.map.processor).mean()
    wave = _places(min(waves, _MOST_WAVES))
    return grid.wave(split(wave * (item_ms / grid.step), np.minimum(width, n - wave * width), grid.size))
