"""Cold starts: the chance of one and how many environments live, by formula and by simulation. It never bills one.

Notation: rate L a second, warm time w, cold time c (init and first handler), keep-alive T, cap M. The formula is the
semi-Markov model of Mahmoudi and Khazaei (2020, "Performance Modeling of Serverless Computing Platforms") with the life
time of an environment corrected: it dies once T seconds pass without a request.
"""

import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Service = Literal["exponential", "deterministic"]

KEEP_ALIVE_S = 600
"""Idle seconds after which an environment is gone. AWS does not say; measured 2019 and 2020 by others as 600 to 645."""
_EXP_LIMIT = 700.0
_STATES_PAST = 60


@dataclass(frozen=True, slots=True)
class Pool:
    """A warm pool's inputs, times in seconds; `cap` None is without a limit, `ready` environments never die."""

    rate: float
    warm_s: float
    cold_s: float
    keep_alive_s: float = KEEP_ALIVE_S
    cap: int | None = None
    ready: int = 0


@dataclass(frozen=True, slots=True)
class ColdStarts:
    """What a pool does. Shares are of all requests, refused ones included; environments are means over time.

    `instance_shares[n]` is the share of time with n live environments; `mean_lifespan_s` is nan where none has ended.
    """

    p_cold: float
    p_reject: float
    mean_instances: float
    mean_running: float
    mean_idle: float
    mean_response_s: float
    mean_lifespan_s: float
    instance_shares: tuple[float, ...] = ()


# --- one environment --------------------------------------------------------------------------------------------------


def sparse_share(rate: float, keep_alive_s: float) -> float:
    """Chance of a cold start where requests are so rare that one environment serves them: exp(-L T)."""
    return math.exp(-rate * keep_alive_s)


def sparse_life_s(rate: float, keep_alive_s: float) -> float:
    """Mean life of that environment."""
    return math.expm1(rate * keep_alive_s) / rate


def fixed_interval_share(interval_s: float, warm_s: float, keep_alive_s: float) -> float:
    """Share of cold starts, after the first, of calls at a fixed interval: all or none."""
    return 1.0 if interval_s - warm_s > keep_alive_s else 0.0


def init_ms_by_code_size(code_kb: float) -> float:
    """Mean init time by the code loaded, Node.js 18 in September 2023; a fit through 1 KB, 1, 8 and 64 MB."""
    return 171 + 0.0243 * code_kb + 3.14e-7 * code_kb**2


# --- by formula -------------------------------------------------------------------------------------------------------


def steady_state(pool: Pool) -> ColdStarts:
    """The long-run behaviour under Poisson arrivals.

    State m is the number of live environments, from those that are ready on. Requests take the newest idle one, so
    environment j sees what j - 1 refuse and the next does not. Everything is summed in logarithms: exp(L T) overflows at
    one request a second.
    """
    refused = _refused(pool)[pool.ready :]
    births = [pool.rate * b / (1 + pool.rate * b * pool.cold_s) for b in refused]
    deaths = _deaths(pool, refused)
    logs = [0.0]
    for m in range(1, len(refused)):
        logs.append(
            logs[-1] + math.log(births[m - 1] or 5e-324) - (deaths[m] if deaths[m] > -math.inf else -_EXP_LIMIT)
        )
    top = max(logs)
    weights = [math.exp(log - top) for log in logs]
    whole = sum(weights)
    shares = [weight / whole for weight in weights]
    capped = pool.cap is not None
    reject = shares[-1] * refused[-1] if capped else 0.0
    cold = sum(share * b for share, b in zip(shares, refused, strict=True)) - reject
    served = 1 - reject
    running = pool.rate * ((served - cold) * pool.warm_s + cold * pool.cold_s)
    instances = pool.ready + sum(m * share for m, share in enumerate(shares)) + pool.rate * cold * pool.cold_s
    response = ((served - cold) * pool.warm_s + cold * pool.cold_s) / served if served else math.nan
    life = instances / (pool.rate * cold) if cold else math.nan
    idle = instances - running
    return ColdStarts(cold, reject, instances, running, idle, response, life, (0.0,) * pool.ready + tuple(shares))


def _refused(pool: Pool) -> list[float]:
    """Erlang's B_m for m = 0, 1, ... up to the cap, or until what is left no longer counts."""
    offered = pool.rate * pool.warm_s
    enough = max(pool.ready, math.ceil(offered + 12 * math.sqrt(offered))) + _STATES_PAST
    most = enough if pool.cap is None else max(pool.ready, min(pool.cap, enough))
    out = [1.0]
    for m in range(1, most + 1):
        out.append(offered * out[-1] / (m + offered * out[-1]))
    return out


def _deaths(pool: Pool, refused: list[float]) -> list[float]:
    """Logarithm of the rate at which m environments lose one: the sum of each one's own."""
    out, total = [-math.inf], -math.inf
    for before, after in itertools.pairwise(refused):
        seen = pool.rate * (before - after)
        x = seen * pool.keep_alive_s
        own = -math.log(pool.keep_alive_s) if x < 1e-12 else math.log(seen) - (x if x > _EXP_LIMIT else math.log(math.expm1(x)))  # noqa: PLR2004  a limit of floats  # fmt: skip
        total = own if total == -math.inf else max(total, own) + math.log1p(math.exp(-abs(total - own)))
        out.append(total)
    return out


# --- by simulation ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Books:
    """What a run has counted so far; areas are environment-seconds within the horizon."""

    requests: int = 0
    cold: int = 0
    refused: int = 0
    served_s: float = 0.0
    busy_area: float = 0.0
    live_area: float = 0.0
    lives: int = 0
    life_s: float = 0.0


def simulate(pool: Pool, horizon_s: float, seed: int, service: Service = "exponential") -> ColdStarts:
    """One run from an empty start under Poisson arrivals; the newest idle environment serves first.

    Environments are told apart by birth only. Running ends wait in a heap; idle ones in birth order, and since an
    environment that has just worked expires last, the expiry queue is in order of time and needs no heap.
    """
    draws = random.Random(seed)  # noqa: S311  a simulation
    exponential, totals = service == "exponential", _Books()
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
        live -= _settle(busy, idle, now, born, totals, horizon_s, history)
        totals.requests += 1
        who = idle.newest()
        if who is None and live >= cap:
            totals.refused += 1
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
    live -= _settle(busy, idle, horizon_s, born, totals, horizon_s, history)
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


def _settle(busy: list[tuple[float, int]], idle: _Idle, now: float, born: list[float], totals: _Books, horizon_s: float, history: _History) -> int:  # fmt: skip
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
    totals: _Books,
    shares: tuple[float, ...],
    born: list[float],
    idle: _Idle,
    busy: list[tuple[float, int]],
    horizon_s: float,
) -> ColdStarts:
    alive = [*idle.since, *(who for _, who in busy)]
    totals.live_area += sum(horizon_s - born[who] for who in alive)
    served = totals.requests - totals.refused
    instances, running = totals.live_area / horizon_s, totals.busy_area / horizon_s
    return ColdStarts(
        totals.cold / totals.requests if totals.requests else math.nan,
        totals.refused / totals.requests if totals.requests else math.nan,
        instances,
        running,
        instances - running,
        totals.served_s / served if served else math.nan,
        totals.life_s / totals.lives if totals.lives else math.nan,
        shares,
    )
