"""Cold starts in closed form where the arrivals are simple: rare, at a fixed interval, or by size of code."""

import math
from dataclasses import dataclass

from capplan.services.lambda_.cold_start.steady_state import Pool, steady_state


def sparse_share(rate: float, keep_alive_s: float) -> float:
    """Share of cold starts where requests are so rare that one environment serves them: exp(-rate × keep-alive)."""
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


@dataclass(frozen=True, slots=True)
class Means:
    """What follows from a steady state: environments on average, and the mean response and life time in seconds."""

    running: float
    idle: float
    response_s: float
    lifespan_s: float


def means(pool: Pool) -> Means:
    """The means of a pool in its steady state."""
    state = steady_state(pool)
    cold = state.cold_share
    response_s = (1 - cold) * pool.warm_s + cold * pool.cold_s
    running = pool.rate * response_s
    lifespan_s = state.environments / (pool.rate * cold) if cold else math.nan
    return Means(running, state.environments - running, response_s, lifespan_s)
