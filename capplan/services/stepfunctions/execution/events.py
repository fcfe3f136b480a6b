"""Computes the law of the history events that an execution writes, on a lattice of single events.

Sources: API Reference, "GetExecutionHistory"; Step Functions Developer Guide, "Service quotas" (read 2026-11-23).
"""

import math
from typing import TYPE_CHECKING

from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, Retrier, State
from capplan.services.stepfunctions.execution.clock import Clock
from capplan.services.stepfunctions.execution.grid import Ending, Grid
from capplan.services.stepfunctions.execution.items import items_of
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.solve import sum_of_powers

if TYPE_CHECKING:
    from fractions import Fraction

    from capplan.services.stepfunctions.execution.grid import Wave

_OF_MAP_RUN = 3.0
"""MapStateStarted, MapRunStarted, MapRunSucceeded or MapRunFailed."""
_OF_ITERATION = 2.0
"""MapIterationStarted, MapIterationSucceeded or MapIterationFailed."""


class EventClock(Clock):
    """Counts events where a clock counts time. Every branch and iteration runs to its own end."""

    def __init__(self, world: World, time: Clock | None = None) -> None:
        super().__init__(world)
        self._time = time or Clock(world)

    def edges(self, state: State, grid: Grid, *, left: bool) -> "Wave":
        """Entered, Exited where the state is left, and what ends a Parallel or Map."""
        closing = state.type in ("Parallel", "Map")
        return grid.point(1.0 + left + closing)

    def delay(self, retrier: Retrier, retry: int, grid: Grid) -> "Wave":
        """A wait writes nothing."""
        del retrier, retry, grid
        return 1.0

    def pause_ms(self, state: State) -> "Fraction":
        """A Wait writes nothing while it waits."""
        del state
        return 0 * self._unit_ms

    def attempt(self, state: State, grid: Grid) -> "dict[Ending, Wave]":
        """The events of one attempt, by its ending."""
        if state.task is not None:
            fails = {error: float(q) for error, q in self.world.fails.get(state.name, {}).items() if q}
            each = grid.point(float(state.task.events_per_attempt))
            endings: dict[Ending, Wave] = {error: each * q for error, q in fails.items()}
            left = 1 - sum(fails.values())
            return {**endings, None: each * left} if left > 1e-15 else endings  # noqa: PLR2004  rounding
        if state.map is not None:
            return self._of_map(state, state.map, grid)
        out: dict[Ending, Wave] = {None: grid.point(1.0)}
        for branch in state.branches:
            endings = self.level(branch, grid)
            out = _both(out, endings)
        return out

    def _of_map(self, state: State, definition: MapDefinition, grid: Grid) -> "dict[Ending, Wave]":
        if definition.distributed:
            return {ending: series * 1.0 for ending, series in self._of_run(state, grid).items()}
        n = items_of(state, self.world)
        low = math.floor(n)
        part = float(n - low)
        endings = {e: w * grid.point(_OF_ITERATION) for e, w in self.level(definition.processor, grid).items()}
        started = grid.point(1.0)
        out: dict[Ending, Wave] = {}
        for share, count in ((1 - part, low), (part, low + 1)):
            if share:
                for ending, wave in _items(endings, count, stops=definition.max_concurrency == 1).items():
                    out[ending] = out.get(ending, 0.0) + started * wave * share
        return out

    def _of_run(self, state: State, grid: Grid) -> "dict[Ending, Wave]":
        """A Distributed Map's children have their own history."""
        fails = self._time.together(state) if self.world.fails or self.world.choices else None
        events = grid.point(_OF_MAP_RUN)
        if fails is None:
            return {None: events}
        return {ending: events * float(series.sum()) for ending, series in fails.endings.items()}


def share_beyond(graph: Graph, clock: EventClock, limit: int) -> float:
    """The share of executions that would write more than `limit` events; start and end included."""
    grid = Grid(1.0, 1 << math.ceil(math.log2(2 * limit)))
    whole = sum(float(grid.series(wave)[: limit - 1].sum()) for wave in clock.level(graph, grid).values())
    return max(0.0, 1 - whole)


def _both(first: "dict[Ending, Wave]", second: "dict[Ending, Wave]") -> "dict[Ending, Wave]":
    """Two branches: the sum of their events, and the first error in their order."""
    whole = sum(second.values())
    out: dict[Ending, Wave] = {e: wave * whole for e, wave in first.items() if e is not None}
    if None in first:
        for ending, wave in second.items():
            out[ending] = out.get(ending, 0.0) + first[None] * wave
    return out


def _items(endings: "dict[Ending, Wave]", n: int, *, stops: bool) -> "dict[Ending, Wave]":
    """`n` items: all run, or (`stops`) none after the first that fails."""
    ok = endings.get(None, 0.0)
    errors = {ending: wave for ending, wave in endings.items() if ending is not None}
    all_ok = ok**n
    out: dict[Ending, Wave] = {None: all_ok}
    if not errors or not n:
        return out
    failed = sum(errors.values())
    if stops:
        out.update({ending: wave * sum_of_powers(ok, n) for ending, wave in errors.items()})
    else:
        some = (ok + failed) ** n - all_ok
        out.update({ending: some * (wave / failed) for ending, wave in errors.items()})
    return out
