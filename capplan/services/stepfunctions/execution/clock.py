"""Computes the law of an execution's duration: sums by products of transforms, the slowest by products of CDFs.

A level of states is an absorbing Markov chain, solved at every frequency of a lattice. Loops, retries and varying durations
are exact up to the lattice, which holds fixed durations exactly where they have a common divisor. Only items that wait for
a free slot are drawn, a bounded number of times.

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state" (read 2026-11-23).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, Retrier, State, graphs_in
from capplan.services.stepfunctions.execution.grid import Ending, Grid, Law, drawn_points, split
from capplan.services.stepfunctions.execution.items import items_of, map_of, odds, run_fails
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import TIMEOUT, TOLERANCE_EXCEEDED, catcher_for, delay_s
from capplan.services.stepfunctions.execution.retry_law import retried, work_of
from capplan.services.stepfunctions.execution.slots import drawn_in_slots
from capplan.services.stepfunctions.execution.solve import Flows, solved, sum_of_powers
from capplan.services.stepfunctions.quotas import STANDARD_DURATION

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from capplan.services.stepfunctions.execution.grid import Wave

    Floats = NDArray[np.float64]

TAIL = 1e-7
"""What of a law may lie beyond its lattice."""
_PROBE, _COARSE, _FINE, _MOST_POINTS = 256, 1_024, 8_192, 65_536
_MOST_WIDE = 1 << 20
"""Points up to a least amount, at most."""
_MOST_WORK = 8_000_000
"""Products of transforms times points of a level's lattice."""
_LONGEST_MS = int(STANDARD_DURATION.value) * 1000
_DELAYS = 12
_LISTED_DELAYS = (_DELAYS, 4, 2, 1, 0)
_NOISE = 1e-13
"""What rounding leaves where a law has no probability."""


class Visit(NamedTuple):
    """One visit of a state, all attempts included: where it leads, how it ends the level, when its attempts start."""

    onward: "Mapping[str, Wave]"
    out: "Mapping[Ending, Wave]"
    attempts: "Wave"


class Clock:
    """The laws of the levels of one definition, each computed once."""

    def __init__(self, world: World, unit_ms: Fraction = Fraction(0)) -> None:
        self.world = world
        self._unit_ms = unit_ms
        self._fixed_only = False
        self._laws: dict[int, tuple[float, Graph, Law]] = {}
        self._attempts: dict[str, Law] = {}
        self._kept: tuple[Grid, dict[int, Flows]] | None = None

    def law(self, graph: Graph, tail: float = TAIL) -> Law:
        """The law of one pass through a graph."""
        known = self._laws.get(id(graph))
        if known is not None and known[0] <= tail:
            return known[2]
        law = self._law(graph, tail)
        self._laws[id(graph)] = (tail, graph, law)
        return law

    def _law(self, graph: Graph, tail: float) -> Law:
        end = float(sum(self.amounts(graph), Fraction(0))) * 1.1 + 1
        end += sum(law.step * law.size for law in self._composites(graph))
        while True:
            probe = Grid(end / _PROBE, _PROBE)
            reached = _reached(self.level(graph, probe), probe, 1 - tail)
            if reached is not None or end > _LONGEST_MS:
                break
            end *= 2
        grid = self._fitting(graph, end if reached is None else reached)
        endings = {ending: grid.series(wave) for ending, wave in self.level(graph, grid).items()}
        return _trimmed(Law(grid.step, endings))

    def fixed_part(self, graph: Graph, law: Law) -> "Floats":
        """The part of a level's law in which no duration varies continuously, at the points of the law."""
        import numpy as np  # noqa: PLC0415

        grid = Grid(law.step, 1 << max(5, math.ceil(math.log2(law.size + 2))))
        self._fixed_only = True
        waves = self.level(graph, grid)
        self._fixed_only = False
        return np.asarray(sum(grid.series(wave) for wave in waves.values()))[: law.size]

    def _composites(self, graph: Graph) -> Iterator[Law]:
        for state in graph.states.values():
            if state.branches or state.map is not None:
                yield self.together(state)

    def _fitting(self, graph: Graph, end: float) -> Grid:
        """A lattice on which fixed durations lie exactly, where that takes no more than 65,536 points."""
        work = len(graph.states) + sum(work_of(s, self.world.fails.get(s.name, ())) for s in graph.states.values())
        fine = max(_COARSE, min(_FINE, _MOST_WORK // work))
        step = end / fine
        for delays in _LISTED_DELAYS:  # those of later retries are rarer, and often have a small divisor only
            divisor = divisor_of(iter((self._unit_ms, *self.amounts(graph, deep=True, delays=delays))))
            if divisor and max(1, work / 100) * end / float(divisor) < _MOST_POINTS:
                finer = max(1, math.ceil(fine * float(divisor) / end)) if self.smooth(graph) else 1
                step = float(divisor) / finer
                break
        return Grid(step, 1 << max(5, math.ceil(math.log2(end / step + 2))))

    def amounts(self, graph: Graph, *, deep: bool = False, delays: int = _DELAYS) -> Iterator[Fraction]:
        """Fixed milliseconds in a level: waits, attempts, delays before retries; with `deep` of nested levels too."""
        for state in graph.states.values():
            if state.type == "Wait":
                yield self.pause_ms(state)
            if state.task is not None:
                yield self.world.attempt_ms.get(state.name, Fraction(0))
                yield from (self.world.timeout_ms.get(state.name, Fraction(0)),)
            for retrier in state.retry if state.name in self.world.fails or state.task is None else ():
                for k in range(1, min(retrier.max_attempts, delays) + 1):
                    yield delay_s(retrier, k) * 1000
                    if retrier.backoff_rate == 1:
                        break
            if deep:
                for inner in graphs_in(state):
                    yield from self.amounts(inner, deep=True, delays=delays)

    def smooth(self, graph: Graph) -> bool:
        """Whether a duration varies continuously, or is drawn."""
        return any(
            state.name in self.world.attempt_law
            or any(retrier.full_jitter for retrier in state.retry)
            or (state.map is not None and items_of(state, self.world) > state.map.at_once > 1)
            or any(self.smooth(inner) for inner in graphs_in(state))
            for state in graph.states.values()
        )

    # --- a level ---

    def level(self, graph: Graph, grid: Grid) -> "dict[Ending, Wave]":
        """The transforms of the level's endings."""
        flows = self.flows(graph, grid)
        out: dict[Ending, Wave] = {}
        for name, visits in solved(graph.start_at, flows.onward):
            for ending, wave in flows.visits[name].out.items():
                out[ending] = out.get(ending, 0.0) + visits * wave
        return out

    def keep(self, grid: Grid) -> None:
        """Keep the flows of every level on one lattice, for whoever walks through all of them."""
        self._kept = grid, {}

    def flows(self, graph: Graph, grid: Grid) -> "Flows":
        """The visits of a level's states, with what leads from one to the next."""
        if self._kept is None or self._kept[0] is not grid:
            return self._flows(graph, grid)
        known = self._kept[1]
        if id(graph) not in known:  # the definition outlives this clock
            known[id(graph)] = self._flows(graph, grid)
        return known[id(graph)]

    def _flows(self, graph: Graph, grid: Grid) -> "Flows":
        visits = {name: self.visit(state, grid) for name, state in graph.states.items()}
        counted = {name: self.world.passes[name] for name in graph.states if name in self.world.passes}
        return Flows.of(visits, counted)

    def visit(self, state: State, grid: Grid) -> Visit:
        """One visit of a state."""
        if state.type == "Fail":
            return Visit({}, {state.error: self.edges(state, grid, left=False)}, 1.0)
        edges = self.edges(state, grid, left=True)
        if state.type == "Choice":
            return Visit({to: edges * float(p) for to, p in odds(state, self.world).items() if p}, {}, 1.0)
        if state.task is None and not state.branches and state.map is None:
            whole = edges * grid.point(float(self.pause_ms(state)))
            return Visit({state.next: whole}, {}, 1.0) if state.next is not None else Visit({}, {None: whole}, 1.0)
        endings, attempts = retried(state.retry, self.attempt(state, grid), lambda r, k: self.delay(r, k, grid))
        onward: dict[str, Wave] = {}
        out: dict[Ending, Wave] = {}
        for ending, wave in endings.items():
            catcher = None if ending is None else catcher_for(state.catch, ending)
            target = state.next if ending is None else (None if catcher is None else catcher.next)
            if target is not None:
                onward[target] = onward.get(target, 0.0) + wave * edges
            else:
                out[ending] = out.get(ending, 0.0) + wave * self.edges(state, grid, left=ending is None)
        return Visit(onward, out, attempts)

    def edges(self, state: State, grid: Grid, *, left: bool) -> "Wave":
        """What a visit adds beside its attempts, `left` by a transition or an error: nothing to the time."""
        del state, grid, left
        return 1.0

    def delay(self, retrier: Retrier, retry: int, grid: Grid) -> "Wave":
        """The wait before a retry."""
        wait_ms = float(delay_s(retrier, retry) * 1000)
        return grid.uniform(wait_ms) if retrier.full_jitter and wait_ms else grid.point(wait_ms)

    def pause_ms(self, state: State) -> Fraction:
        """Milliseconds of a Wait; 0 of any other state."""
        if state.type != "Wait":
            return Fraction(0)
        return (state.wait_s if state.wait_s is not None else self.world.wait_s.get(state.name, Fraction(0))) * 1000

    # --- one attempt ---

    def attempt(self, state: State, grid: Grid) -> "dict[Ending, Wave]":
        """The transforms of one attempt's endings."""
        if self._fixed_only and (state.name in self.world.attempt_law or any(map(self.smooth, graphs_in(state)))):
            return {None: 0.0}
        if state.task is None:
            return grid.waves(self.together(state))
        fails = {error: float(p) for error, p in self.world.fails.get(state.name, {}).items() if p}
        timeout_ms = self.world.timeout_ms.get(state.name)
        timed_out = fails.pop(TIMEOUT, 0.0) if timeout_ms is not None else 0.0
        took = self._attempt_ms(state, timed_out, grid)
        left = 1 - timed_out - sum(fails.values())
        out: dict[Ending, Wave] = {error: took * p for error, p in fails.items()}
        if left > 1e-15:  # noqa: PLR2004  rounding
            out[None] = took * left
        if timeout_ms is not None and timed_out:
            out[TIMEOUT] = grid.point(float(timeout_ms)) * timed_out
        return out

    def _attempt_ms(self, state: State, timed_out: float, grid: Grid) -> "Wave":
        """The duration of an attempt that does not time out, with the mean that the exact sums have."""
        import numpy as np  # noqa: PLC0415

        law, mean_ms = self.world.attempt_law.get(state.name), float(self.world.attempt_ms.get(state.name, 0))
        if law is None:
            return grid.point(mean_ms)
        values, weights = drawn_points(law)
        longest_ms, timeout_ms = self.world.longest_ms.get(state.name), self.world.timeout_ms.get(state.name)
        if longest_ms is not None:
            values = np.minimum(values, float(longest_ms))
        if timeout_ms is not None:
            kept = values <= float(timeout_ms)
            values, weights = values[kept], weights[kept]
            mean_ms = (mean_ms - timed_out * float(timeout_ms)) / max(1e-12, 1 - timed_out)
        if not len(values):
            return grid.point(max(0.0, mean_ms))
        weights = weights / weights.sum()
        values = values * (mean_ms / float(values @ weights)) if mean_ms > 0 else values
        return grid.wave(split(values / grid.step, weights, grid.size))

    # --- branches and items ---

    def together(self, state: State) -> Law:
        """The law of one attempt of a Parallel or Map: the slowest ends it, or the first that fails."""
        known = self._attempts.get(state.name)
        if known is None:
            known = self._attempts[state.name] = self._together(state)
        return known

    def _together(self, state: State) -> Law:
        of_items = map_of(state, self.world)
        if of_items is None:
            return all_of([(self.law(branch), 1) for branch in state.branches])
        n = items_of(state, self.world)
        low = math.floor(n)
        part = float(n - low)
        laws = [(1 - part, self._mapped(of_items, low))]
        if part:
            laws.append((part, self._mapped(of_items, low + 1)))
        return _mixed(laws)

    def _mapped(self, definition: MapDefinition, n: int) -> Law:
        import numpy as np  # noqa: PLC0415

        if not n:
            return Law(1.0, {None: np.ones(1)})
        item = self.law(definition.processor, TAIL / n)
        if definition.distributed:
            return self._distributed(definition, item, n)
        if definition.at_once == 1:
            return in_turn(item, n)
        return all_of([(item, n)]) if n <= definition.at_once else drawn_in_slots(item, n, definition.at_once)

    def _distributed(self, definition: MapDefinition, item: Law, n: int) -> Law:
        """Every child runs to its end; then the Map Run fails if more have failed than are tolerated."""
        any_ending = Law(item.step, {None: item.whole()})
        wide = definition.at_once
        slowest = all_of([(any_ending, n)]) if n <= wide else drawn_in_slots(any_ending, n, wide)
        dispatch_ms = n * 1000 / definition.children_per_second
        all_done = _at_least(slowest, dispatch_ms)
        series = all_done.whole()
        fails_share = 1 - float(item.endings[None].sum() / item.whole().sum()) if None in item.endings else 1.0
        fails = float(run_fails(definition, Fraction(fails_share), Fraction(n)))
        endings: dict[Ending, Floats] = {None: series * (1 - fails)}
        if fails:
            endings[TOLERANCE_EXCEEDED] = series * fails
        return Law(all_done.step, endings)


def in_turn(item: Law, n: int) -> Law:
    """Items one after the other; nothing follows a failed one."""
    end = item.step * item.size * n
    step = item.step if end / item.step < _MOST_POINTS else end / _MOST_POINTS
    grid = Grid(step, 1 << math.ceil(math.log2(end / step + 2)))
    waves = grid.waves(item)
    ok = waves.get(None, 0.0)
    before = sum_of_powers(ok, n)
    endings: dict[Ending, Floats] = {None: grid.series(ok**n)}
    endings.update({e: grid.series(wave * before) for e, wave in waves.items() if e is not None})
    return _trimmed(Law(step, endings))


def divisor_of(amounts: Iterator[Fraction]) -> Fraction | None:
    """The greatest common divisor of positive amounts; None where there are none."""
    divisor: Fraction | None = None
    for amount in amounts:
        if amount <= 0:
            continue
        if divisor is None:
            divisor = amount
        elif (amount / divisor).denominator != 1:
            common = math.lcm(divisor.denominator, amount.denominator)
            divisor = Fraction(math.gcd(int(divisor * common), int(amount * common)), common)
    return divisor


def _reached(endings: "Mapping[Ending, Wave]", grid: Grid, share: float) -> float | None:
    """Where the cumulated law reaches a share; None where the lattice ends before."""
    import numpy as np  # noqa: PLC0415

    whole = np.cumsum(sum(grid.series(wave) for wave in endings.values()))
    if whole[-1] < share:
        return None
    return float((np.searchsorted(whole, share) + 2) * grid.step)


def _trimmed(law: Law) -> Law:
    """Without the zeros and the rounding noise at its end; all endings add up to 1."""
    import numpy as np  # noqa: PLC0415

    whole = law.whole()
    above = np.cumsum(whole[::-1])[::-1]
    last = max(1, int((above > _NOISE * law.size).sum()))
    cut = {ending: np.where(series[:last] > _NOISE, series[:last], 0.0) for ending, series in law.endings.items()}
    total = sum(float(series.sum()) for series in cut.values())
    if not total:  # nothing ends within the longest window
        return Law(law.step, {None: np.eye(1, max(1, law.size), law.size - 1)[0]})
    return Law(law.step, {ending: series / total for ending, series in cut.items() if series.any()})


def _mixed(laws: Sequence[tuple[float, Law]]) -> Law:
    if len(laws) == 1:
        return laws[0][1]
    step, size = _common([law for _, law in laws])
    out: dict[Ending, Floats] = {}
    for share, law in laws:
        for ending, series in law.on(step, size).items():
            out[ending] = out.get(ending, 0.0) + share * series
    return Law(step, out)


def _common(laws: Sequence[Law]) -> tuple[float, int]:
    """A step and a size that suit several laws."""
    end = max(law.step * law.size for law in laws)
    step = min(law.step for law in laws)
    if end / step > _MOST_POINTS:
        step = end / (_MOST_POINTS // 2)
    return step, math.ceil(end / step) + 2


def _at_least(law: Law, least_ms: float) -> Law:
    """The law of max(X, least), whatever the ending."""
    import numpy as np  # noqa: PLC0415

    if least_ms > law.step * _MOST_WIDE:  # the points of what takes next to no time are as close
        step = least_ms / _MOST_WIDE
        law = Law(step, law.on(step, math.ceil(law.size * law.step / step) + 2))
    whole = law.whole()
    place = least_ms / law.step
    if place <= 0:
        return Law(law.step, {None: whole})
    low = math.floor(place + 1e-9)
    part = max(0.0, place - low)
    out = np.zeros(max(len(whole), low + 2))
    out[low + 1 : len(whole)] = whole[low + 1 :]
    below = float(whole[: low + 1].sum())
    out[low] += below * (1 - part)
    out[low + 1] += below * part
    return Law(law.step, {None: out})


def all_of(laws: "Sequence[tuple[Law, int]]") -> Law:
    """Several at a time, each `n` times: the slowest ends them, or the first that fails stops the others."""
    import numpy as np  # noqa: PLC0415

    step, size = _common([law for law, _ in laws])
    parts = [({e: s / _total(law) for e, s in law.on(step, size).items()}, n) for law, n in laws]
    ok = np.ones(size)
    standing = np.ones(size)
    for endings, n in parts:
        ok *= np.cumsum(endings.get(None, np.zeros(size))) ** n
        standing *= _standing(endings, size) ** n
    out: dict[Ending, Floats] = {}
    out.update(_first_failures(parts, standing, size))
    if ok[-1] > 0:
        out[None] = np.diff(ok, prepend=0.0)
    return _trimmed(Law(step, out))


def _total(law: Law) -> float:
    return float(sum(series.sum() for series in law.endings.values()))


def _standing(endings: "Mapping[Ending, Floats]", size: int) -> "Floats":
    """The probability that one has not failed by each time, inclusive."""
    import numpy as np  # noqa: PLC0415

    failed = np.zeros(size)
    for ending, series in endings.items():
        if ending is not None:
            failed += series
    return np.maximum(0.0, 1 - np.cumsum(failed))


def _first_failures(
    parts: "Sequence[tuple[Mapping[Ending, Floats], int]]", standing: "Floats", size: int
) -> "Mapping[Ending, Floats]":
    """When the first fails, by error; those that fail at the same time share it by their probability."""
    import numpy as np  # noqa: PLC0415

    first = np.maximum(0.0, np.concatenate(([1.0], standing[:-1])) - standing)
    pressure: dict[Ending, Floats] = {}
    for endings, n in parts:
        before = np.concatenate(([1.0], _standing(endings, size)[:-1]))
        for ending, series in endings.items():
            if ending is not None:
                share = np.divide(n * series, before, out=np.zeros(size), where=before > 0)
                pressure[ending] = pressure.get(ending, 0.0) + share
    whole = np.asarray(sum(pressure.values()))
    return {
        ending: np.divide(first * share, whole, out=np.zeros(size), where=whole > 0)
        for ending, share in pressure.items()
    }
