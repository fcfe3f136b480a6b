"""A warm pool simulated environment by environment under Poisson arrivals: an oracle for the steady-state formula.

The newest idle environment serves first, as in Mahmoudi and Khazaei (2020); the product's `simulation/warm_pool` takes the
one last used.
"""

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Durations = Literal["exponential", "deterministic"]


@dataclass(frozen=True, slots=True)
class Pool:
    """A warm pool, times in seconds; `cap` None is without a limit."""

    rate: float
    warm_s: float
    cold_s: float
    keep_alive_s: float
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What a run measures.

    Shares are of all requests, rejected ones included; environments are means over time; `instance_shares[n]` is the share
    of time with n live environments; `mean_lifespan_s` is nan if none has ended.
    """

    p_cold: float
    p_reject: float
    mean_instances: float
    mean_running: float
    mean_idle: float
    mean_response_s: float
    mean_lifespan_s: float
    instance_shares: tuple[float, ...] = ()


@dataclass(slots=True)
class _Counts:
    """Counts of a run so far; areas are environment-seconds within the horizon."""

    requests: int = 0
    cold: int = 0
    rejected: int = 0
    served_s: float = 0.0
    busy_area: float = 0.0
    live_area: float = 0.0
    lives: int = 0
    life_s: float = 0.0


def simulate(pool: Pool, horizon_s: float, seed: int, durations: Durations = "exponential") -> Run:
    """One run from an empty start under Poisson arrivals; the newest idle environment serves first.

    Environments are told apart by birth only. Running ends wait in a heap; idle ones in birth order, and since an
    environment that has just worked expires last, the expiry queue is in order of time and needs no heap.
    """
    draws = random.Random(seed)  # noqa: S311  a simulation
    exponential, totals = durations == "exponential", _Counts()
    busy: list[tuple[float, int]] = []
    idle = _Idle(pool.keep_alive_s)
    cap = math.inf if pool.cap is None else pool.cap
    born: list[float] = []
    live, now, history = 0, 0.0, _History()
    draw: Callable[[float], float] = draws.expovariate
    while True:
        now += draw(pool.rate)
        if now >= horizon_s:
            break
        live -= _advance(busy, idle, now, born, totals, horizon_s, history)
        totals.requests += 1
        who = idle.newest()
        if who is None and live >= cap:
            totals.rejected += 1
            continue
        mean = pool.warm_s
        if who is None:
            who, mean = len(born), pool.cold_s
            born.append(now)
            totals.cold += 1
            live += 1
            history.add(now, 1)
        took = draw(1 / mean) if exponential and mean else mean
        totals.served_s += took
        totals.busy_area += min(took, horizon_s - now)
        heapq.heappush(busy, (now + took, who))
    live -= _advance(busy, idle, horizon_s, born, totals, horizon_s, history)
    return _result(totals, history.shares(horizon_s), born, idle, busy, horizon_s)


class _Idle:
    """Idle environments: the newest born first for work, the longest idle first for expiry. Stale entries are skipped."""

    __slots__ = ("by_birth", "by_time", "keep_alive_s", "since")

    def __init__(self, keep_alive_s: float) -> None:
        self.keep_alive_s = keep_alive_s
        self.since: dict[int, float] = {}
        self.by_birth: list[int] = []
        self.by_time: deque[tuple[float, int]] = deque()

    def rest(self, who: int, at: float) -> None:
        """An environment has finished its work."""
        self.since[who] = at
        heapq.heappush(self.by_birth, -who)
        self.by_time.append((at, who))

    def newest(self) -> int | None:
        """Takes the newest one out for work, if there is one."""
        while self.by_birth:
            who = -heapq.heappop(self.by_birth)
            if self.since.pop(who, None) is not None:
                return who
        return None

    def expired(self, now: float) -> tuple[float, int] | None:
        """Takes out one whose keep-alive has passed: when it ended, and which."""
        while self.by_time and self.by_time[0][0] + self.keep_alive_s <= now:
            at, who = self.by_time.popleft()
            if self.since.get(who) == at:
                del self.since[who]
                return at + self.keep_alive_s, who
        return None


class _History:
    """Time spent with each number of live environments."""

    __slots__ = ("changes",)

    def __init__(self) -> None:
        self.changes: list[tuple[float, int]] = []

    def add(self, at: float, step: int) -> None:
        """One environment more or fewer."""
        self.changes.append((at, step))

    def shares(self, horizon_s: float) -> tuple[float, ...]:
        """Share of the horizon by number of live environments."""
        spent: dict[int, float] = {}
        live, last = 0, 0.0
        for at, step in sorted(self.changes):
            spent[live] = spent.get(live, 0.0) + at - last
            live, last = live + step, at
        spent[live] = spent.get(live, 0.0) + horizon_s - last
        return tuple(spent.get(n, 0.0) / horizon_s for n in range(max(spent) + 1))


def _advance(
    busy: list[tuple[float, int]], idle: _Idle, now: float, born: list[float], totals: _Counts, horizon_s: float, history: _History
) -> int:  # fmt: skip
    """Moves what has finished by now to idle and drops what has expired. Returns how many ended."""
    while busy and busy[0][0] <= now:
        at, who = heapq.heappop(busy)
        idle.rest(who, at)
    ended = 0
    while (gone := idle.expired(now)) is not None:
        at, who = gone
        ended += 1
        totals.lives += 1
        totals.life_s += at - born[who]
        totals.live_area += min(at, horizon_s) - born[who]
        history.add(min(at, horizon_s), -1)
    return ended


def _result(
    totals: _Counts,
    shares: tuple[float, ...],
    born: list[float],
    idle: _Idle,
    busy: list[tuple[float, int]],
    horizon_s: float,
) -> Run:
    alive = [*idle.since, *(who for _, who in busy)]
    totals.live_area += sum(horizon_s - born[who] for who in alive)
    served = totals.requests - totals.rejected
    instances, running = totals.live_area / horizon_s, totals.busy_area / horizon_s
    return Run(
        totals.cold / totals.requests if totals.requests else math.nan,
        totals.rejected / totals.requests if totals.requests else math.nan,
        instances,
        running,
        instances - running,
        totals.served_s / served if served else math.nan,
        totals.life_s / totals.lives if totals.lives else math.nan,
        shares,
    )
