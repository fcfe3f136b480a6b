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
from typing import TYPE_CHECKING, NamedTuple

from msgspec import field

from capplan import units
from capplan.quantities.distribution import Distribution
from capplan.record import Record
from capplan.services.lambda_.quotas import SCALING_PERIOD_S, SCALING_RATE
from capplan.services.lambda_.simulation.draws import BATCH, Draws, SingleDraws, quantiles
from capplan.services.lambda_.simulation.stretch import MAX_COLD_SHARE, Requests, serve_at_once

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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

    def serve(  # noqa: C901  one loop: a call for each request would cost a third
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
        busy, idle, pending, keep_alive = self.busy, self.idle, self.pending, self.keep_alive_s
        pop, push, replace = heapq.heappop, heapq.heappush, heapq.heapreplace
        cold = throttled = 0
        peak_busy = len(busy)
        for now, took, may_wait in zip(times, warm_s, repeat(False) if waits is None else waits, strict=False):
            if pending:
                self.start_pending(now)
            if busy and busy[0] <= now:
                if now - keep_alive < busy[0]:  # of those that have just ended the last one serves
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
                pending.append(took)
                continue
            else:
                throttled += 1
                continue
            if len(busy) > peak_busy:  # noqa: PLR1730  a call costs more
                peak_busy = len(busy)
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
    counts = _counts(arrivals, rng)
    draws, warm_s = Draws(rng), quantiles(warm)
    cold_s = SingleDraws(quantiles(cold), draws)
    indices = counts.requests if len(warm_s) > 1 else np.zeros_like(counts.requests)
    until = np.cumsum(counts.requests)
    first, is_calm = 0, True
    while first < len(until):  # as many minutes as cannot start more cold ones than are drawn; at least one
        most = (int(until[first - 1]) if first else 0) + min(BATCH, cold_s.left)
        end = max(first + 1, int(np.searchsorted(until, most, side="right")))
        minutes = slice(first, end)
        numbers, drawn = draws.of_minutes(counts.at_random[minutes], indices[minutes])
        took = warm_s[drawn] if len(warm_s) > 1 else np.full(int(counts.requests[minutes].sum()), warm_s[0])
        bounds = (
            np.arange(arrivals.first + first, arrivals.first + end + 1, dtype=np.float64) * units.SECONDS_PER_MINUTE
        )
        moments = np.sort(numbers * units.SECONDS_PER_MINUTE + np.repeat(bounds[:-1], counts.at_random[minutes]))
        batch = _Batch(arrivals.first + first, bounds, numbers, moments, took, _Counts(*(c[minutes] for c in counts)))
        found = _at_once(pool, batch, environments, cold_s) if is_calm else None
        served = list(_one_by_one(pool, batch, environments, cold_s)) if found is None else found
        yield from served
        lost = sum(m.cold + m.throttled for m in served)
        is_calm = lost <= MAX_COLD_SHARE * len(took)
        first = end


class _Batch(NamedTuple):
    """Some minutes: the first, when each begins and the last ends, what was drawn of them, and how long each request runs."""

    first: int
    bounds: "NDArray[np.float64]"
    numbers: "NDArray[np.float64]"
    moments: "NDArray[np.float64]"
    warm_s: "NDArray[np.float64]"
    counts: "_Counts"


def _at_once(pool: Pool, batch: _Batch, environments: Environments, cold_s: SingleDraws) -> list[Minute] | None:
    """The minutes of a batch where all of its requests can be served at once."""
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    counts, minutes = batch.counts, range(batch.first, batch.first + len(batch.counts.requests))
    if any(map(environments.provisioned, minutes)):
        return None
    times, at_start = batch.moments, counts.at_start + counts.waits_at_start
    if at_start.any():
        times = np.sort(np.concatenate((times, np.repeat(batch.bounds[:-1], at_start))))
    served = serve_at_once(pool, Requests(batch.bounds, counts.requests, times, batch.warm_s), cold_s)
    if served is None:
        return None
    rows = zip(minutes, counts.requests.tolist(), *served, strict=True)
    return [Minute(minute, arrived, cold, 0, peak, live) for minute, arrived, cold, peak, live in rows]


def _one_by_one(pool: Pool, batch: _Batch, environments: Environments, cold_s: SingleDraws) -> Iterator[Minute]:
    """The minutes of a batch, request by request."""
    import numpy as np  # noqa: PLC0415  a simulation has loaded it

    took, times, done = iter(batch.warm_s.tolist()), batch.moments.tolist(), 0
    rows = zip(batch.bounds[:-1].tolist(), *(part.tolist() for part in batch.counts[1:]), strict=True)
    for minute, (start, count, at_start, waits_at_start, waits_random) in enumerate(rows, batch.first):
        arriving = times[done : done + count]
        if at_start or waits_at_start:
            arriving = [start] * (at_start + waits_at_start) + arriving
        waits: list[bool] | None = None
        if waits_random or waits_at_start:
            order = np.argsort(batch.numbers[done : done + count], kind="stable")
            flags = np.repeat((False, True), (count - waits_random, waits_random))[order]
            waits = [False] * at_start + [True] * waits_at_start + flags.tolist()
        provisioned = environments.provisioned(minute)
        pool.provision(provisioned, start)
        started, throttled, peak_busy = pool.serve(arriving, took, cold_s, provisioned, waits)
        live = pool.live(start + units.SECONDS_PER_MINUTE, provisioned)
        yield Minute(minute, len(arriving), started, throttled, peak_busy, live, len(pool.pending))
        done += count


class _Counts(NamedTuple):
    """Requests of each minute: all, those that come at random, and of them or at its start those that wait."""

    requests: "NDArray[np.int64]"
    at_random: "NDArray[np.int64]"
    at_start: "NDArray[np.int64]"
    waits_at_start: "NDArray[np.int64]"
    waits_at_random: "NDArray[np.int64]"


def _counts(arrivals: Arrivals, rng: "np.random.Generator") -> _Counts:
    import numpy as np  # noqa: PLC0415

    random, none = rng.poisson(arrivals.per_second * units.SECONDS_PER_MINUTE), np.zeros_like(arrivals.at_start)
    waits, at_start = none, none
    if arrivals.waiting_per_second is not None and arrivals.waiting_at_start is not None:
        waits = rng.poisson(arrivals.waiting_per_second * units.SECONDS_PER_MINUTE)
        at_start = arrivals.waiting_at_start
    at_random = random + waits
    return _Counts(at_random + arrivals.at_start + at_start, at_random, arrivals.at_start, at_start, waits)
