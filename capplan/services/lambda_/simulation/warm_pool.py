"""A function's environments, simulated request by request: busy, idle, cold starts, throttled requests.

Ends of running requests wait in a heap; idle environments in a line from the longest idle to the one last used, which
serves first. So the line is in order of time, needs no search, and environments need no names. Memory is one batch of
arrivals and the environments themselves.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import TYPE_CHECKING

from msgspec import field

from capplan import units
from capplan.quantities.distribution import Distribution, quantile
from capplan.record import Record
from capplan.services.lambda_.quotas import SCALING_PERIOD_S, SCALING_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLE_SIZE = 4096
_BATCH = 1 << 16
_BUCKET = float(SCALING_RATE.value)


class Environments(Record, frozen=True):
    """How environments live.

    Attributes:
        keep_alive_s: Idle seconds after which one is removed.
        cap: How many there may be; None for no limit.
        provisioned: Environments that are never removed, in a minute of the simulated period.
    """

    keep_alive_s: float
    cap: int | None = None
    provisioned: Callable[[int], int] = field(default=lambda minute: 0)  # noqa: ARG005  none at any time


class Minute(Record, frozen=True):
    """One minute: arrivals, cold starts, throttled ones, the most busy at once, live environments and who waits at its end."""

    minute: int
    arrived: int
    cold: int
    throttled: int
    peak_busy: int
    live: int
    waiting: int = 0


class Pool:
    """The environments of a function, none at the start."""

    __slots__ = ("busy", "cap", "idle", "keep_alive_s", "pending", "refilled_at", "tokens")

    def __init__(self, keep_alive_s: float, cap: int | None = None) -> None:
        self.busy: list[float] = []
        self.idle: deque[float] = deque()
        self.pending: deque[float] = deque()
        self.keep_alive_s = keep_alive_s
        self.cap = math.inf if cap is None else cap
        self.tokens, self.refilled_at = _BUCKET, 0.0

    def serve(
        self,
        times: Iterable[float],
        warm_s: Iterable[float],
        cold_s: Iterator[float],
        provisioned: int = 0,
        waits: Iterable[bool] | None = None,
    ) -> tuple[int, int, int]:
        """Serves requests at growing times.

        Args:
            times: When requests arrive, seconds.
            warm_s: How long each runs in an idle environment.
            cold_s: How long the next cold one takes, init included.
            provisioned: Environments that are never removed.
            waits: Which of them wait for an environment instead of being throttled; None for none.

        Returns:
            Cold starts, throttled requests, the most busy at once.
        """
        busy, idle, keep_alive = self.busy, self.idle, self.keep_alive_s
        pop, push, replace = heapq.heappop, heapq.heappush, heapq.heapreplace
        cold = throttled = 0
        peak_busy = len(busy)
        for now, took, may_wait in zip(times, warm_s, repeat(False) if waits is None else waits, strict=False):
            if self.pending:
                self.start_pending(now)
            if busy and now - keep_alive < busy[0] <= now:  # of those that have just ended the last one serves
                ended = replace(busy, now + took)
                while busy and busy[0] <= now:
                    idle.append(ended)
                    ended = pop(busy)
                continue
            while busy and busy[0] <= now:
                idle.append(pop(busy))
            while idle and idle[0] + keep_alive <= now and len(busy) + len(idle) > provisioned:
                idle.popleft()
            if idle:
                idle.pop()
                push(busy, now + took)
            elif len(busy) < self.cap and self.may_start(now):
                cold += 1
                push(busy, now + next(cold_s))
            elif may_wait:
                self.pending.append(took)
                continue
            else:
                throttled += 1
                continue
            peak_busy = max(peak_busy, len(busy))
        return cold, throttled, peak_busy

    def start_pending(self, now: float) -> None:
        """Starts what waits in the environments that have ended until now, first come first."""
        busy, pending = self.busy, self.pending
        while pending and busy and busy[0] <= now:
            heapq.heapreplace(busy, busy[0] + pending.popleft())

    def may_start(self, now: float) -> bool:
        """Whether AWS adds an environment now: a bucket that is refilled continuously."""
        self.tokens = min(_BUCKET, self.tokens + (now - self.refilled_at) * _BUCKET / SCALING_PERIOD_S)
        self.refilled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def provision(self, count: int, now: float) -> None:
        """Adds idle environments until there are so many."""
        for _ in range(count - len(self.busy) - len(self.idle)):
            self.idle.appendleft(self.idle[0] if self.idle else now)

    def live(self, now: float, provisioned: int = 0) -> int:
        """Removes expired environments and returns how many are live."""
        self.start_pending(now)
        while self.busy and self.busy[0] <= now:
            self.idle.append(heapq.heappop(self.busy))
        while self.idle and self.idle[0] + self.keep_alive_s <= now and len(self.busy) + len(self.idle) > provisioned:
            self.idle.popleft()
        return len(self.busy) + len(self.idle)


# --- random draws -----------------------------------------------------------------------------------------------------


def sampler(duration: Distribution, rng: "np.random.Generator") -> "Callable[[int], NDArray[np.float64]]":
    """Draws of a duration in seconds: from a table of its quantiles, equal shares each."""
    import numpy as np  # noqa: PLC0415  only where something is simulated

    if duration.fixed:
        seconds = float(duration.points[0][1]) / units.MS_PER_SECOND
        return lambda count: np.full(count, seconds)
    quantiles_ms = [quantile(duration, (i + 0.5) / _TABLE_SIZE) for i in range(_TABLE_SIZE)]
    table = np.array(quantiles_ms) / units.MS_PER_SECOND
    return lambda count: table[rng.integers(0, _TABLE_SIZE, count)]


def single_draws(draw: "Callable[[int], NDArray[np.float64]]") -> Iterator[float]:
    """The same draws, one at a time."""
    while True:
        yield from draw(_BATCH).tolist()


# --- runs -------------------------------------------------------------------------------------------------------------


class Arrivals(Record, frozen=True, eq=False):
    """What arrives in each minute from `first` on: at random (per second), and all at its start. Shape (minutes,).

    Attributes:
        first: The first minute.
        per_second, at_start: Those that are throttled where no environment is free.
        waiting_per_second, waiting_at_start: Those that wait for one; None for none.
    """

    first: int
    per_second: "NDArray[np.float64]"
    at_start: "NDArray[np.int64]"
    waiting_per_second: "NDArray[np.float64] | None" = None
    waiting_at_start: "NDArray[np.int64] | None" = None


def simulate_minutes(
    arrivals: Arrivals, warm: Distribution, cold: Distribution, environments: Environments, seed: int
) -> Iterator[Minute]:
    """Minute by minute, from no environments.

    Args:
        arrivals: What arrives.
        warm: Time of a warm request.
        cold: Time of a cold request, init included.
        environments: How environments live.
        seed: Random seed.
    """
    import numpy as np  # noqa: PLC0415

    rng = np.random.Generator(np.random.PCG64(seed))
    pool = Pool(environments.keep_alive_s, environments.cap)
    draw_warm, cold_draws = sampler(warm, rng), single_draws(sampler(cold, rng))
    random = rng.poisson(arrivals.per_second * units.SECONDS_PER_MINUTE).tolist()
    later = _waiting(arrivals, rng)
    rows = zip(random, arrivals.at_start.tolist(), later, strict=True)
    for minute, (count, at_start, (waits_random, waits_at_start)) in enumerate(rows, arrivals.first):
        start = minute * float(units.SECONDS_PER_MINUTE)
        provisioned = environments.provisioned(minute)
        pool.provision(provisioned, start)
        moments = rng.random(count)
        waits: list[bool] | None = None
        if waits_random or waits_at_start:
            moments = np.concatenate((moments, rng.random(waits_random)))
            flags = np.repeat((False, True), (count, waits_random))[np.argsort(moments, kind="stable")]
            waits = [False] * at_start + [True] * waits_at_start + flags.tolist()
        spread = np.sort(moments) * units.SECONDS_PER_MINUTE + start
        times = [start] * (at_start + waits_at_start) + spread.tolist()
        took = draw_warm(len(times)).tolist()
        started, throttled, peak_busy = pool.serve(times, took, cold_draws, provisioned, waits)
        live = pool.live(start + units.SECONDS_PER_MINUTE, provisioned)
        yield Minute(minute, len(times), started, throttled, peak_busy, live, len(pool.pending))


def _waiting(arrivals: Arrivals, rng: "np.random.Generator") -> Iterable[tuple[int, int]]:
    """Those that wait for an environment, in each minute: at random, and at its start."""
    if arrivals.waiting_per_second is None or arrivals.waiting_at_start is None:
        return repeat((0, 0), len(arrivals.per_second))
    random = rng.poisson(arrivals.waiting_per_second * units.SECONDS_PER_MINUTE).tolist()
    return zip(random, arrivals.waiting_at_start.tolist(), strict=True)
