"""The cold starts of a function over its month: their share, and how long one takes.

At each step of the month the pool is in its steady state, and where traffic rises the environments that are added start
cold too. Steady states are computed on a grid of rates and interpolated between.
"""

import math
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow, LoadProfile
from capplan.quantities.distribution import Distribution, fixed, mean
from capplan.record import Record
from capplan.services.lambda_.billing import capped_mean_ms
from capplan.services.lambda_.cold_start import measured
from capplan.services.lambda_.cold_start.steady_state import Pool, steady_state
from capplan.services.lambda_.concurrency.provisioned import Ready, provisioned_at
from capplan.services.lambda_.concurrency.rate_steps import (
    RateSeries,
    RateStep,
    Terms,
    computed_series,
    rate_steps,
    scheduled,
)
from capplan.services.lambda_.spec import Function, Provisioned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BAND_S = (300, 600, 900)
"""AWS does not publish how long an idle environment is kept: measured as 600 s in 2019 and 2020, shown with this band."""
_GRID = math.log(1.25)
_LOWEST_RATE = 1e-9
_SMALLEST = 5e-324


class Start(Record, frozen=True):
    """How long the start of an environment takes.

    Attributes:
        init: Before the first invocation: the INIT phase, or SnapStart's restore.
        first_call: How long the first invocation runs.
        source: Where the init comes from, in words; empty if the scenario gives it.
    """

    init: Distribution
    first_call: Distribution
    source: str = ""


def start_of(spec: Function) -> Start | None:
    """How long a function's cold starts take; None if neither the scenario nor a measurement says."""
    first_call = spec.first_call or spec.duration
    if spec.init is not None:
        return Start(spec.init, first_call)
    if spec.runtime is None:
        return None
    if spec.snap_start is not None:
        restore = measured.restore(spec.runtime, spec.memory_mb)
        source = f"SnapStart restores, measured {measured.period('restore')}"
        return Start(restore.distribution, first_call, source) if restore is not None else None
    if spec.loads == "aws-sdk":
        sdk = measured.with_sdk(spec.runtime, spec.architecture, spec.memory_mb)
        source = "mean of a function with the AWS SDK, measured 2025-11-22"
        return Start(fixed(Decimal(str(sdk.init_ms))), first_call, source) if sdk is not None else None
    init = measured.init(spec.runtime, spec.package_type, spec.architecture, spec.memory_mb)
    source = f"a hello-world function, measured {measured.period()}"
    return Start(init.distribution, first_call, source) if init is not None else None


def why_unknown(spec: Function) -> str:
    """Why it is not known how long the cold starts of a function take."""
    if spec.runtime is None:
        return "write its `runtime`, such as python3.13, or its `init` time"
    return f"no cold-start data for runtime '{spec.runtime}'; write its `init` time"


class Pools(Record, frozen=True):
    """A function's warm pools: times in seconds, and the tenants of which each has its own pool."""

    warm_s: float
    cold_s: float
    keep_alive_s: float
    tenants: int = 1


def pools_of(spec: Function, start: Start, keep_alive_s: float | None = None) -> Pools:
    """A function's pools; `keep_alive_s` replaces the spec's."""
    warm_ms = capped_mean_ms(spec.duration, spec.timeout_ms)
    cold_ms = mean(start.init) + capped_mean_ms(start.first_call, spec.timeout_ms)
    keep_alive = float(spec.keep_alive_ms) / units.MS_PER_SECOND if keep_alive_s is None else keep_alive_s
    return Pools(float(warm_ms) / 1000, float(cold_ms) / 1000, keep_alive, spec.tenants or 1)


@lru_cache(maxsize=4096)
def cached_share(terms: Terms, pools: Pools, provisioned: Provisioned | None) -> float:
    """`cold_share`, cached: every recommendation plans the other functions again."""
    return cold_share(DemandFlow(terms), pools, provisioned_at(provisioned))


def cold_share(flow: DemandFlow, pools: Pools, ready: Ready) -> float:
    """Cold starts as a share of all invocations of a month. Range 0 to 1.

    Args:
        flow: Invocations.
        pools: How the environments live.
        ready: Environments provisioned over the simulated period.
    """
    total = float(flow.monthly)
    if not total:
        return 0.0
    random, idle = _at_random(flow, pools, ready)
    by_schedule = sum(
        float(times * profile.monthly) * _cold_share_of_schedule(profile, float(times), idle, pools, ready)
        for profile, times in scheduled(flow)
    )
    return min(1.0, (random + by_schedule) / total)


def mean_environments(flow: DemandFlow, pools: Pools) -> float:
    """Live environments, busy or idle, on average over the month's random traffic, none provisioned."""
    return _at_random(flow, pools, Ready())[1]


def _at_random(flow: DemandFlow, pools: Pools, ready: Ready) -> tuple[float, float]:
    """Of what arrives at random: cold starts a month, and live environments on average."""
    series = None if ready.per_minute else computed_series(flow)
    if series is not None:
        return _in_series(*series, pools, ready.usual)
    steps = rate_steps(flow)
    states = [_mean_state(step, pools, ready) for step in steps]
    live = [environments for _, environments in states]
    cold = sum(step.monthly * share for step, (share, _) in zip(steps, states, strict=True))
    minutes = sum(step.minutes * step.times for step in steps)
    mean_live = sum(n * s.minutes * s.times for s, n in zip(steps, live, strict=True)) / minutes if minutes else 0.0
    return cold + _added_by_rises(steps, live), mean_live


def _in_series(ordinary: RateSeries, spikes: RateSeries, pools: Pools, provisioned: int) -> tuple[float, float]:
    """The same of thousands of steps at once."""
    import numpy as np  # noqa: PLC0415  only where a series is one of numpy's already

    cold = live_minutes = minutes = added = 0.0
    lives = []
    for series in (ordinary, spikes):
        rates = np.asarray(series.per_second)
        shares, live = _states(rates, pools, provisioned)
        cold += float((rates * shares).sum()) * series.minutes * units.SECONDS_PER_MINUTE * series.times
        live_minutes += float(live.sum()) * series.minutes * series.times
        minutes += len(rates) * series.minutes * series.times
        lives.append(live)
    added = float(np.maximum(0.0, lives[0] - np.roll(lives[0], 1)).sum()) * ordinary.times
    added += _added_by_spikes(list(zip(spikes.middles, lives[1].tolist(), strict=True)), float(lives[0].mean()))
    return cold + added, live_minutes / minutes


def _mean_state(step: RateStep, pools: Pools, ready: Ready) -> tuple[float, float]:
    """The same as `_state`, over the minutes of a step in which different numbers are provisioned."""
    states = [(share, _state(step, pools, environments)) for environments, share in ready.during(step)]
    if len(states) == 1:
        return states[0][1]
    return sum(share * cold for share, (cold, _) in states), sum(share * live for share, (_, live) in states)


def _state(step: RateStep, pools: Pools, provisioned: int) -> tuple[float, float]:
    """Share of cold starts and mean environments at a step's rate."""
    rate = step.per_second / pools.tenants
    if rate < _LOWEST_RATE:
        return 1.0, 0.0
    position = math.log(rate) / _GRID
    below = math.floor(position)
    (cold, live), (cold_above, live_above) = (
        _on_grid(index, _rounded(pools), provisioned) for index in (below, below + 1)
    )
    part = position - below
    share = math.exp((1 - part) * math.log(cold or _SMALLEST) + part * math.log(cold_above or _SMALLEST))
    return share, (live + part * (live_above - live)) * pools.tenants


def _states(
    per_second: "NDArray[np.float64]", pools: Pools, provisioned: int
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """The same at many rates. Shape (steps,) each."""
    import numpy as np  # noqa: PLC0415  only where a series is one of numpy's already

    rates = per_second / pools.tenants
    if not len(rates):
        return rates, rates
    position = np.log(np.maximum(rates, _LOWEST_RATE)) / _GRID
    below = np.floor(position).astype(np.int64)
    lowest = int(below.min())
    grid = np.zeros((2, int(below.max()) - lowest + 2))
    present = np.flatnonzero(np.bincount(below - lowest))
    for index in {*present.tolist(), *(present + 1).tolist()}:
        cold, live = _on_grid(lowest + index, _rounded(pools), provisioned)
        grid[:, index] = math.log(cold or _SMALLEST), live
    (log_cold, live), (log_above, live_above) = grid[:, below - lowest], grid[:, below - lowest + 1]
    part, rare = position - below, rates < _LOWEST_RATE
    shares = np.where(rare, 1.0, np.exp((1 - part) * log_cold + part * log_above))
    return shares, np.where(rare, 0.0, (live + part * (live_above - live)) * pools.tenants)


def _rounded(pools: Pools) -> tuple[float, float, float]:
    """Times to three digits: functions that are alike share a grid."""
    return float(f"{pools.warm_s:.3g}"), float(f"{pools.cold_s:.3g}"), pools.keep_alive_s


@lru_cache(maxsize=65_536)
def _on_grid(index: int, times: tuple[float, float, float], provisioned: int) -> tuple[float, float]:
    state = steady_state(Pool(math.exp(index * _GRID), *times, provisioned=provisioned))
    return state.cold_share, state.environments


def _added_by_rises(steps: tuple[RateStep, ...], live: list[float]) -> float:
    """Environments that rising traffic adds in a month, beyond those that a steady pool replaces."""
    if len(steps) < 2:  # noqa: PLR2004  a rise has two rates
        return 0.0
    ordinary = [(step, n) for step, n in zip(steps, live, strict=True) if step.times > 1]
    added = sum(max(0.0, n - before) * step.times for (_, before), (step, n) in pairwise([ordinary[-1], *ordinary]))
    spikes = [(step.minute, n) for step, n in zip(steps, live, strict=True) if step.times <= 1]
    return added + _added_by_spikes(spikes, sum(n for _, n in ordinary) / len(ordinary))


def _added_by_spikes(spikes: list[tuple[int, float]], usual: float) -> float:
    """The same for spikes, by minute, each from the mean of an ordinary week."""
    added, before, last_minute = 0.0, usual, -1
    for minute, live in spikes:
        before = usual if minute > last_minute + 1 else before
        added += max(0.0, live - before)
        before, last_minute = max(before, live), minute
    return added


def _cold_share_of_schedule(profile: LoadProfile, at_once: float, idle: float, pools: Pools, ready: Ready) -> float:
    """Share of a schedule's invocations that start cold: all at once, after too long a gap, with no traffic in between.

    Args:
        profile: The schedule's.
        at_once: Invocations of each run.
        idle: Mean environments that other traffic keeps alive.
        pools: How the environments live.
        ready: Environments provisioned over the simulated period.
    """
    starts = profile.starts
    gaps = [
        ((after - before) % units.PERIOD_MINUTES or units.PERIOD_MINUTES) * units.SECONDS_PER_MINUTE
        for before, after in pairwise((*starts, starts[0]))
    ]
    count = math.ceil(at_once)
    missing = max(0.0, count - max(ready(starts[0]), idle)) / count
    return missing * (sum(gap - pools.warm_s > pools.keep_alive_s for gap in gaps) / len(gaps))
