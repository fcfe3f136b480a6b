"""Draws many random executions at once: how states, retries, events, duration and cost vary.

All executions go through a state at once, as arrays; a token is one execution, branch or item. The rules are those of the
exact mean: every branch and iteration runs to its own end. A Map with very many items is drawn from a pool of 20,000
(sums by the central limit theorem, the duration by the expected longest of a wave).

Sources: Step Functions Developer Guide, "Handling errors", "Map state", "Parallel state" (read 2026-11-23).
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.quantities.distribution import at_normals
from capplan.quantities.rounding import sig6
from capplan.record import MutableRecord, Record
from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, State, Task, moves, reachable
from capplan.services.stepfunctions.execution.items import items_of, map_of, odds
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import (
    HISTORY_FULL,
    TIMEOUT,
    TOLERANCE_EXCEEDED,
    catcher_for,
    delay_s,
    retrier_for,
)
from capplan.services.stepfunctions.execution.solve import components
from capplan.services.stepfunctions.execution.tokens import Tokens, ends_in_slots, pooled_ms
from capplan.services.stepfunctions.quotas import DURATION_STEP_MS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

MAX_STEPS = 20_000_000
"""States entered in all draws; above it nothing is drawn."""
MAX_VISITS = 6_000
"""States visited by many draws at once; above it nothing is drawn."""
MAX_DRAWS, MIN_DRAWS = 10_000, 200
_TARGET_STEPS = 1_000_000
_POOL = 20_000
_POOLED_FROM = 300_000


class TooManyStepsError(ValueError):
    """One execution enters too many states to draw many of them."""


class Weights(Record, frozen=True):
    """Costs in USD; all zero where only counts and times are needed.

    Attributes:
        entry: One state entered or one retry of a Standard execution.
        attempt: One attempt of a Task, by state, with everything its call causes.
        child: One child execution of each Distributed Map, beside its states.
        child_entry: One state entered or retry in a child, by Distributed Map.
        child_step: Each started 100 ms of a child, by Distributed Map.
    """

    entry: float = 0.0
    attempt: Mapping[str, float] = {}
    child: Mapping[str, float] = {}
    child_entry: Mapping[str, float] = {}
    child_step: Mapping[str, float] = {}


def how_many(states_entered: Fraction) -> int:
    """Number of executions to draw, from the mean number of states one enters."""
    return max(MIN_DRAWS, min(MAX_DRAWS, int(_TARGET_STEPS / max(Fraction(1), states_entered))))


def draw(graph: Graph, world: World, draws: int, rng: "np.random.Generator", weights: Weights | None = None) -> Tokens:
    """Draws independent executions.

    Args:
        graph: The definition.
        world: What an execution meets.
        draws: Number of executions.
        rng: Random numbers.
        weights: Costs, where they are needed.

    Raises:
        TooManyStepsError: All draws would enter too many states.
    """
    drawing = _Drawing(world, rng, weights or Weights())
    limit_ms = float("inf") if graph.timeout_s is None else float(graph.timeout_s * 1000)
    most_events = float("inf") if world.history_limit is None else float(world.history_limit - 2)
    drawn = drawing.level(graph, draws, (weights or Weights()).entry, limit_ms, most_events)
    late = drawn.ms > limit_ms
    if late.any():
        drawn.ms[late] = limit_ms
        drawn.error[late] = drawing.code(TIMEOUT)
    return drawn


class _Drawing(MutableRecord):
    """One drawing: random numbers, steps so far, error names numbered in order of appearance."""

    world: World
    rng: "np.random.Generator"
    weights: Weights
    errors: list[str] = []
    steps: int = 0
    visits: int = 0

    def spend(self, steps: int) -> None:
        self.steps += steps
        self.visits += 1
        if self.steps > MAX_STEPS or self.visits > MAX_VISITS:
            raise TooManyStepsError("executions enter too many states")

    def code(self, error: str) -> int:
        if error not in self.errors:
            self.errors.append(error)
        return self.errors.index(error)

    # --- a level of states ---

    def level(
        self,
        graph: Graph,
        n: int,
        entry_usd: float,
        limit_ms: float = float("inf"),
        most_events: float = float("inf"),
    ) -> Tokens:
        """Draws n passes through a graph; no state is entered after the limits."""
        import numpy as np  # noqa: PLC0415

        total = Tokens.none(n)
        rank = {name: i for i, name in enumerate(_order(graph))}
        left = {name: self.passes(name, n) for name in graph.states if name in self.world.passes}
        loops = {name: _inside(graph, name) for name in left}
        waiting: dict[str, list[Whole]] = {graph.start_at: [np.arange(n)]}
        while waiting:
            name = min(waiting, key=lambda waits: rank[waits])
            tokens = self.in_time(np.concatenate(waiting.pop(name)), total, limit_ms, most_events)
            state = graph.states[name]
            self.spend(len(tokens))
            visit = self.visit(state, len(tokens), entry_usd)
            total.add_at(tokens, visit)
            onward = self.counted(left[name], loops[name], tokens, state) if name in left else self.onward(state, visit)
            for target, who in onward:
                waiting.setdefault(target, []).append(tokens[who])
            for code in np.unique(visit.error[visit.error >= 0]):
                failed = visit.error == code
                catcher = catcher_for(state.catch, self.errors[int(code)])
                if catcher is None:
                    total.error[tokens[failed]] = code
                else:
                    waiting.setdefault(catcher.next, []).append(tokens[failed])
        return total

    def in_time(self, tokens: "Whole", total: Tokens, limit_ms: float, most_events: float) -> "Whole":
        """The tokens that may enter a state; the others end here."""
        if limit_ms == float("inf") and most_events == float("inf"):
            return tokens
        late, full = total.ms[tokens] > limit_ms, total.events[tokens] > most_events
        total.error[tokens[full]] = self.code(HISTORY_FULL)
        total.error[tokens[late]] = self.code(TIMEOUT)
        return tokens[~(late | full)]

    def onward(self, state: State, visit: Tokens) -> "list[tuple[str, NDArray[np.bool_]]]":
        """The next states of the tokens without an error, each with a mask of its tokens."""
        import numpy as np  # noqa: PLC0415

        without_error = visit.error < 0
        if state.type != "Choice":
            return [(state.next, without_error)] if state.next is not None and without_error.any() else []
        shares = odds(state, self.world)
        edges = np.cumsum([float(p) for p in shares.values()])
        choice = np.minimum(np.searchsorted(edges, self.rng.random(len(without_error)), side="right"), len(edges) - 1)
        return [(target, choice == i) for i, target in enumerate(shares) if (choice == i).any()]

    def passes(self, choice: str, n: int) -> "Whole":
        """How often each token is to pass a Choice that closes a loop of known length."""
        import numpy as np  # noqa: PLC0415

        numbers, shares = zip(*self.world.passes[choice], strict=True)
        return self.rng.choice(np.array(numbers), n, p=np.array([float(p) for p in shares]))

    def counted(
        self, left: "Whole", loop: frozenset[str], tokens: "Whole", state: State
    ) -> "list[tuple[str, NDArray[np.bool_]]]":
        """The next states of a Choice that is passed a known number of times."""
        import numpy as np  # noqa: PLC0415

        left[tokens] -= 1
        stays = left[tokens] > 0
        out: list[tuple[str, NDArray[np.bool_]]] = []
        for who, inside in ((stays, True), (~stays, False)):
            shares = {to: float(p) for to, p in odds(state, self.world).items() if (to in loop) == inside}
            edges = np.cumsum(list(shares.values()))
            draws = self.rng.random(len(tokens)) * edges[-1]
            choice = np.minimum(np.searchsorted(edges, draws, side="right"), len(edges) - 1)
            out += [(to, who & (choice == i)) for i, to in enumerate(shares)]
        return [(to, mask) for to, mask in out if mask.any()]

    # --- one visit ---

    def visit(self, state: State, n: int, entry_usd: float) -> Tokens:
        if state.task is not None:
            task = state.task
            return self.tried(state, n, 0, entry_usd, lambda m: self.task(state, task, m))
        if state.type == "Parallel":
            return self.tried(state, n, 1, entry_usd, lambda m: self.parallel(state, m, entry_usd))
        if (definition := map_of(state, self.world)) is not None:
            process = self.distributed if definition.distributed else self.inline
            return self.tried(state, n, 1, entry_usd, lambda m: process(state, definition, m, entry_usd))
        drawn = Tokens.none(n)
        drawn.entered += 1
        drawn.cost += entry_usd
        drawn.events += 1 if state.type == "Fail" else 2
        if state.type == "Fail":
            drawn.error[:] = self.code(state.error)
        if state.type == "Wait":
            wait_s = state.wait_s if state.wait_s is not None else self.world.wait_s.get(state.name, Fraction(0))
            drawn.ms += float(wait_s * 1000)
        return drawn

    def tried(
        self, state: State, n: int, closing_events: int, entry_usd: float, attempt: Callable[[int], Tokens]
    ) -> Tokens:
        """All attempts of n visits; each retrier counts its own retries."""
        import numpy as np  # noqa: PLC0415

        total = Tokens.none(n)
        total.entered += 1
        total.cost += entry_usd
        total.events += 2 + closing_events  # Entered, (Succeeded or Failed,) Exited
        used = np.zeros((n, len(state.retry)), dtype=np.int64)
        active = np.arange(n)
        while len(active):
            self.spend(len(active))
            attempted = attempt(len(active))
            total.add_at(active, attempted)
            total.error[active] = attempted.error
            active = self.retried(state, active, attempted, used, total, entry_usd)
        for code in np.unique(total.error[total.error >= 0]):
            if catcher_for(state.catch, self.errors[int(code)]) is None:
                total.events[total.error == code] -= 1  # an uncaught error leaves without Exited
        return total

    def retried(
        self, state: State, active: "Whole", attempted: Tokens, used: "Whole", total: Tokens, entry_usd: float
    ) -> "Whole":
        """The tokens that are retried, with their waits added to `total`."""
        import numpy as np  # noqa: PLC0415

        out: list[Whole] = []
        for code in np.unique(attempted.error[attempted.error >= 0]):
            entry = retrier_for(state.retry, self.errors[int(code)])
            if entry is None:
                continue
            retrier = state.retry[entry]
            who = active[attempted.error == code]
            who = who[used[who, entry] < retrier.max_attempts]
            used[who, entry] += 1
            waits = {int(k): float(delay_s(retrier, int(k))) for k in np.unique(used[who, entry])}
            wait_s = np.array([waits[int(k)] for k in used[who, entry]])
            if retrier.full_jitter:
                wait_s *= self.rng.random(len(who))
            total.ms[who] += wait_s * 1000
            total.retries[who] += 1
            total.cost[who] += entry_usd
            out.append(who)
        return np.sort(np.concatenate(out)) if out else np.zeros(0, dtype=np.int64)

    # --- one attempt ---

    def task(self, state: State, task: Task, n: int) -> Tokens:
        import numpy as np  # noqa: PLC0415

        drawn = Tokens.none(n)
        drawn.events += task.events_per_attempt
        drawn.cost += self.weights.attempt.get(state.name, 0.0)
        law, timeout_ms = self.world.attempt_law.get(state.name), self.world.timeout_ms.get(state.name)
        fails = {error: float(p) for error, p in self.world.fails.get(state.name, {}).items()}
        timed_out = np.zeros(n, dtype=bool)
        if law is None:
            drawn.ms += float(self.world.attempt_ms.get(state.name, Fraction(0)))
        else:
            drawn.ms += at_normals(law, self.rng.standard_normal(n))
            if (longest_ms := self.world.longest_ms.get(state.name)) is not None:
                drawn.ms[:] = np.minimum(drawn.ms, float(longest_ms))
            if timeout_ms is not None:
                timed_out = drawn.ms > float(timeout_ms)
                drawn.ms[timed_out] = float(timeout_ms)
                fails = _without_timeouts(fails, float(timed_out.mean()) if timed_out.any() else 0.0)
        if fails:
            edges = np.cumsum(list(fails.values()))
            codes = np.array([*(self.code(error) for error in fails), -1])
            drawn.error[:] = codes[np.searchsorted(edges, self.rng.random(n), side="right")]
        if timed_out.any():
            drawn.error[timed_out] = self.code(TIMEOUT)
        return drawn

    def parallel(self, state: State, n: int, entry_usd: float) -> Tokens:
        import numpy as np  # noqa: PLC0415

        total = Tokens.none(n)
        total.events += 1  # Started
        for branch in state.branches:
            drawn = self.level(branch, n, entry_usd)
            longest = np.maximum(total.ms, drawn.ms)
            first = (drawn.error >= 0) & (drawn.ms < total.first_failure_ms)
            total.add_at(np.arange(n), drawn)
            total.ms[:] = longest
            total.error[first] = drawn.error[first]
            total.first_failure_ms[first] = drawn.ms[first]
        failed = total.error >= 0
        total.ms[failed] = total.first_failure_ms[failed]
        return total

    def counts(self, state: State, n: int) -> "Whole":
        """Items of each visit; a fractional mean mixes its two neighbours."""
        import numpy as np  # noqa: PLC0415

        mean = items_of(state, self.world)
        low = math.floor(mean)
        fraction = float(mean - low)
        return np.full(n, low, dtype=np.int64) + (self.rng.random(n) < fraction if fraction else 0)

    def inline(self, state: State, definition: MapDefinition, n: int, entry_usd: float) -> Tokens:
        import numpy as np  # noqa: PLC0415

        counts = self.counts(state, n)
        items, pooled = self.items(definition.processor, counts, entry_usd)
        items.events += 2  # the iteration's Started, and Succeeded or Failed
        if definition.max_concurrency == 1 and pooled:
            self.spend(int(counts.sum()) // 16)
            total = items.in_turn_from_pool(counts, self.rng)
        else:
            if definition.max_concurrency == 1:
                items.stop_at_first_failure(counts)
            total = self.gathered(items, counts, definition.at_once, pooled=pooled)
        failed = total.error >= 0
        total.ms[failed] = np.minimum(total.ms, total.first_failure_ms)[failed]
        total.events += 1  # Started
        return total

    def gathered(self, items: Tokens, counts: "Whole", width: int, *, pooled: bool) -> Tokens:
        """Sums of each owner's items, and how long they take, all run to their end."""
        ends = None if pooled else ends_in_slots(items.ms, counts, width, self.spend)
        total = items.gathered(counts, self.rng, ends)
        if pooled:
            total.ms[:] = pooled_ms(items.ms, counts, width)
        return total

    def distributed(self, state: State, definition: MapDefinition, n: int, entry_usd: float) -> Tokens:
        import numpy as np  # noqa: PLC0415

        del entry_usd
        counts = self.counts(state, n)
        name = state.name
        items, pooled = self.items(definition.processor, counts, self.weights.child_entry.get(name, 0.0))
        billed = np.maximum(1, np.ceil(items.ms / DURATION_STEP_MS - 1e-9))
        items.cost += self.weights.child.get(name, 0.0) + self.weights.child_step.get(name, 0.0) * billed
        gathered = self.gathered(items, counts, definition.at_once, pooled=pooled)
        total = Tokens.none(n)
        total.cost += gathered.cost
        total.child_entered += gathered.entered + gathered.retries + gathered.child_entered
        dispatch_ms = counts * 1000 / definition.children_per_second
        total.ms[:] = np.maximum(dispatch_ms, gathered.ms)
        total.events += 3  # MapState Started, MapRun Started, MapRun Succeeded or Failed
        of_count = {int(n): float(definition.tolerated(int(n))) for n in np.unique(counts)}
        tolerated = np.array([of_count[int(n)] for n in counts])
        total.error[gathered.failures > tolerated] = self.code(TOLERANCE_EXCEEDED)
        return total

    def items(self, graph: Graph, counts: "Whole", entry_usd: float) -> tuple[Tokens, bool]:
        """All items, or of very many a pool that stands for them; and whether it is a pool."""
        items = int(counts.sum())
        pooled = items > _POOLED_FROM
        return self.level(graph, _POOL if pooled else items, entry_usd), pooled


def _order(graph: Graph) -> list[str]:
    """The states of a level, each before those it leads to, as far as loops allow."""
    moving = {name: dict.fromkeys(moves(state)) for name, state in graph.states.items()}
    return [name for part in components(moving) for name in part]


def _inside(graph: Graph, choice: str) -> frozenset[str]:
    """The states of the loop that a Choice closes."""
    return frozenset(name for name in reachable(graph, choice) if choice in reachable(graph, name))


def _without_timeouts(fails: Mapping[str, float], timed_out: float) -> dict[str, float]:
    """Shares of the errors among the attempts that do not time out."""
    left = {error: p - timed_out if error == TIMEOUT else p for error, p in fails.items()}
    return {error: min(1.0, p / (1 - timed_out)) for error, p in left.items() if p > 1e-9 and timed_out < 1}  # noqa: PLR2004  rounding


def generator(seed: int, name: str) -> "np.random.Generator":
    """Random numbers of one state machine."""
    import zlib  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))


def spread_of(values: "Floats") -> "Spread":
    """Mean and percentiles of drawn figures."""
    import numpy as np  # noqa: PLC0415

    p50, p90, p99 = np.quantile(values, [0.5, 0.9, 0.99], method="inverted_cdf")
    return Spread(*(sig6(float(x)) for x in (values.mean(), values.min(), p50, p90, p99, values.max())))


class Spread(Record, frozen=True):
    """Distribution of a figure over drawn executions: pNN is the smallest outcome that NN percent do not exceed."""

    mean: Fraction
    least: Fraction
    p50: Fraction
    p90: Fraction
    p99: Fraction
    most: Fraction
