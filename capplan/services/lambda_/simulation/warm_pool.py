"""A function's environments followed request by request: who is busy, who idles, who starts cold, who is refused.

Ends of running requests wait in a heap; idle environments in a line from the longest idle to the one last used, which
serves first. So the line is in order of time, needs no search, and an environment needs no name. Memory is one batch of
arrivals and the environments themselves. It knows no scenario and no price.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capplan import units
from capplan.quantities.distribution import Distribution, quantile
from capplan.services.lambda_.concurrency.environments import SCALING_STEP, SCALING_STEP_S

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLE = 4096
_BATCH = 1 << 16


@dataclass(frozen=True, slots=True)
class Environments:
    """How environments live: seconds they are kept idle, the most at once, how many are ready in a minute."""

    keep_alive_s: float
    cap: int | None = None
    ready: Callable[[int], int] = field(default=lambda minute: 0)  # noqa: ARG005  none at any time


@dataclass(frozen=True, slots=True)
class Minute:
    """What one minute saw: arrivals, cold starts, refusals, the most busy at once, live environments at its end."""

    minute: int
    arrived: int
    cold: int
    refused: int
    busiest: int
    live: int


@dataclass(frozen=True, slots=True)
class Totals:
    """A whole run in sums: offered = warm + cold + refused."""

    requests: int
    cold: int
    refused: int

    @property
    def warm(self) -> int:
        """Requests that found an environment."""
        return self.requests - self.cold - self.refused


class Pool:
    """The environments of a function, followed from an empty start."""

    __slots__ = ("busy", "cap", "idle", "keep_alive_s", "refilled_at", "tokens")

    def __init__(self, keep_alive_s: float, cap: int | None = None) -> None:
        self.busy: list[float] = []
        self.idle: deque[float] = deque()
        self.keep_alive_s = keep_alive_s
        self.cap = math.inf if cap is None else cap
        self.tokens, self.refilled_at = float(SCALING_STEP), 0.0

    def serve(
        self, times: Iterable[float], warm_s: Iterable[float], cold_s: Iterator[float], ready: int = 0
    ) -> tuple[int, int, int]:
        """Requests at growing times: how many were cold, how many refused, how many were busy at once.

        Args:
            times: When requests arrive, seconds.
            warm_s: How long each runs in an environment that is there.
            cold_s: How long the next cold one takes, init included.
            ready: Environments that never die.
        """
        busy, idle, keep = self.busy, self.idle, self.keep_alive_s
        pop, push, replace = heapq.heappop, heapq.heappush, heapq.heapreplace
        cold = refused = 0
        most = len(busy)
        for now, took in zip(times, warm_s, strict=False):
            if busy and now - keep < busy[0] <= now:  # of those that have just ended the last one serves
                ended = replace(busy, now + took)
                while busy and busy[0] <= now:
                    idle.append(ended)
                    ended = pop(busy)
                continue
            while busy and busy[0] <= now:
                idle.append(pop(busy))
            while idle and idle[0] + keep <= now and len(busy) + len(idle) > ready:
                idle.popleft()
            if idle:
                idle.pop()
                push(busy, now + took)
            elif len(busy) < self.cap and self.may_start(now):
                cold += 1
                push(busy, now + next(cold_s))
            else:
                refused += 1
                continue
            most = max(most, len(busy))
        return cold, refused, most

    def may_start(self, now: float) -> bool:
        """Whether AWS adds an environment now: 1,000 at once, refilled at 100 a second, never saved up."""
        self.tokens = min(float(SCALING_STEP), self.tokens + (now - self.refilled_at) * SCALING_STEP / SCALING_STEP_S)
        self.refilled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def make_ready(self, count: int, now: float) -> None:
        """Adds idle environments up to those kept ready."""
        for _ in range(count - len(self.busy) - len(self.idle)):
            self.idle.appendleft(self.idle[0] if self.idle else now)

    def settle(self, now: float, ready: int = 0) -> int:
        """Live environments at a time, those expired gone."""
        while self.busy and self.busy[0] <= now:
            self.idle.append(heapq.heappop(self.busy))
        while self.idle and self.idle[0] + self.keep_alive_s <= now and len(self.busy) + len(self.idle) > ready:
            self.idle.popleft()
        return len(self.busy) + len(self.idle)


# --- draws ------------------------------------------------------------------------------------------------------------


def sampler(of: Distribution, rng: "np.random.Generator") -> "Callable[[int], NDArray[np.float64]]":
    """Draws of a duration in seconds: from a table of its quantiles, equal shares each."""
    import numpy as np  # noqa: PLC0415  only where something is simulated

    if of.fixed:
        seconds = float(of.points[0][1]) / units.MS_PER_SECOND
        return lambda count: np.full(count, seconds)
    table = np.array([quantile(of, (i + 0.5) / _TABLE) for i in range(_TABLE)]) / units.MS_PER_SECOND
    return lambda count: table[rng.integers(0, _TABLE, count)]


def one_by_one(draw: "Callable[[int], NDArray[np.float64]]") -> Iterator[float]:
    """The same draws, one at a time."""
    while True:
        yield from draw(_BATCH).tolist()


# --- runs -------------------------------------------------------------------------------------------------------------


def steady_run(rate: float, warm_s: float, cold_s: float, environments: Environments, requests: int, seed: int) -> Totals:  # fmt: skip
    """Poisson arrivals at one rate, exponential times, from an empty start."""
    import numpy as np  # noqa: PLC0415

    rng = np.random.Generator(np.random.PCG64(seed))
    pool = Pool(environments.keep_alive_s, environments.cap)
    cold_draws = one_by_one(lambda count: rng.exponential(cold_s, count))
    now, cold, refused, left = 0.0, 0, 0, requests
    while left:
        count = min(left, _BATCH)
        times = now + np.cumsum(rng.exponential(1 / rate, count))
        found = pool.serve(times.tolist(), rng.exponential(warm_s, count).tolist(), cold_draws)
        cold, refused, left, now = cold + found[0], refused + found[1], left - count, float(times[-1])
    return Totals(requests, cold, refused)


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """What comes in each minute from `first` on: at random (a second), and all at once at its start. Shape (minutes,)."""

    first: int
    per_second: "NDArray[np.float64]"
    at_once: "NDArray[np.int64]"


def follow(arrivals: Arrivals, warm: Distribution, cold: Distribution, environments: Environments, seed: int) -> Iterator[Minute]:  # fmt: skip
    """Minute by minute from an empty start; `cold` is a cold request's whole time."""
    import numpy as np  # noqa: PLC0415

    rng = np.random.Generator(np.random.PCG64(seed))
    pool = Pool(environments.keep_alive_s, environments.cap)
    draw_warm, cold_draws = sampler(warm, rng), one_by_one(sampler(cold, rng))
    random = rng.poisson(arrivals.per_second * units.SECONDS_PER_MINUTE).tolist()
    for minute, (count, together) in enumerate(zip(random, arrivals.at_once.tolist(), strict=True), arrivals.first):
        start = minute * float(units.SECONDS_PER_MINUTE)
        ready = environments.ready(minute)
        pool.make_ready(ready, start)
        spread = np.sort(rng.random(count)) * units.SECONDS_PER_MINUTE + start
        times = [start] * together + spread.tolist()
        started, refused, busiest = pool.serve(times, draw_warm(len(times)).tolist(), cold_draws, ready)
        live = pool.settle(start + units.SECONDS_PER_MINUTE, ready)
        yield Minute(minute, len(times), started, refused, busiest, live)
