"""The product's simulated pool under Poisson arrivals at one rate, in sums."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from capplan.services.lambda_.simulation.warm_pool import Environments, Pool

_BATCH = 1 << 16


@dataclass(frozen=True, slots=True)
class Totals:
    """A run in sums: requests = warm + cold + throttled."""

    requests: int
    cold: int
    throttled: int

    @property
    def warm(self) -> int:
        """Requests that an idle environment served."""
        return self.requests - self.cold - self.throttled


def _cold_draws(cold_s: float, rng: np.random.Generator) -> Iterator[float]:
    while True:
        yield from rng.exponential(cold_s, _BATCH).tolist()


def steady_run(
    rate: float, warm_s: float, cold_s: float, environments: Environments, requests: int, seed: int
) -> Totals:
    """Poisson arrivals at one rate, exponential durations, no environments at the start."""
    rng = np.random.Generator(np.random.PCG64(seed))
    pool = Pool(environments.keep_alive_s, environments.cap)
    cold_draws = _cold_draws(cold_s, rng)
    now, cold, throttled, left = 0.0, 0, 0, requests
    while left:
        count = min(left, _BATCH)
        times = now + np.cumsum(rng.exponential(1 / rate, count))
        started, rejected, _ = pool.serve(times.tolist(), rng.exponential(warm_s, count).tolist(), cold_draws)
        cold, throttled, left, now = cold + started, throttled + rejected, left - count, float(times[-1])
    return Totals(requests, cold, throttled)
