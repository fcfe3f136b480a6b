"""The cold starts of a function over its month, by formula: their share, what one adds. It never bills one.

At each step of the month the pool is taken to be settled (`cold_starts.steady_state`), and where traffic rises the
environments that are added start cold too. Steady states are computed on a grid of rates and joined between.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from capplan import units
from capplan.flow import DemandFlow
from capplan.quantities.distribution import Distribution, fixed, mean
from capplan.services.lambda_.billing import capped_mean_ms
from capplan.services.lambda_.cold_start import measured
from capplan.services.lambda_.cold_start.model import Pool, steady_state
from capplan.services.lambda_.concurrency.provisioned import ready_at
from capplan.services.lambda_.concurrency.rate_steps import Step, Terms, course, scheduled
from capplan.services.lambda_.spec import Function, Provisioned

BAND_S = (300, 600, 900)
"""AWS does not say how long an idle environment lives: measured 600 s in 2019 and 2020, shown with this band."""
_GRID = math.log(1.25)
_LOWEST_RATE = 1e-9


@dataclass(frozen=True, slots=True)
class Starting:
    """What starting an environment takes.

    Attributes:
        init: Before the first invocation: the INIT phase, or SnapStart's restore.
        first: How long the first invocation runs.
        said: Where the init comes from, in words; empty where the scenario gives it.
    """

    init: Distribution
    first: Distribution
    said: str = ""


def starting(spec: Function) -> Starting | None:
    """What is known of a function's starts; None where neither the scenario nor a measurement tells."""
    first = spec.first_call or spec.duration
    if spec.init is not None:
        return Starting(spec.init, first)
    if spec.runtime is None:
        return None
    if spec.snap_start is not None:
        restored = measured.restore(spec.runtime, spec.memory_mb)
        said = f"restores measured {measured.window('restore')}"
        return Starting(restored.distribution, first, said) if restored is not None else None
    if spec.loads == "aws-sdk":
        sdk = measured.with_sdk(spec.runtime, spec.architecture, spec.memory_mb)
        said = "the mean of a function with the AWS SDK, measured 2025-11-22"
        return Starting(fixed(_ms(sdk.init_ms)), first, said) if sdk is not None else None
    bare = measured.init(spec.runtime, spec.package_type, spec.architecture, spec.memory_mb)
    said = f"a hello-world function, measured {measured.window()}"
    return Starting(bare.distribution, first, said) if bare is not None else None


def _ms(value: float) -> Decimal:
    return Decimal(str(value))


def unknown_because(spec: Function) -> str:
    """Why the starts of a function are not known."""
    if spec.runtime is None:
        return "write its `runtime`, such as python3.13, or its `init` time"
    return f"nobody has measured {spec.runtime} so; write its `init` time"


@dataclass(frozen=True, slots=True)
class Pools:
    """How a function's environments are shared: times in seconds, over how many tenants, and how many are ready when."""

    warm_s: float
    cold_s: float
    keep_alive_s: float
    tenants: int = 1
    ready: Callable[[int], int] | None = None


def pools_of(spec: Function, found: Starting, keep_alive_s: float | None = None) -> Pools:
    """A function's pools, without those that are kept ready."""
    warm = capped_mean_ms(spec.duration, spec.timeout_ms)
    cold = mean(found.init) + capped_mean_ms(found.first, spec.timeout_ms)
    kept = float(spec.keep_alive_ms) / units.MS_PER_SECOND if keep_alive_s is None else keep_alive_s
    return Pools(float(warm) / 1000, float(cold) / 1000, kept, spec.tenants or 1)


@lru_cache(maxsize=4096)
def share_of(terms: Terms, times: tuple[float, float, float], tenants: int, kept: Provisioned | None) -> float:
    """`cold_share` of a flow's terms, kept for the next asker: every recommendation plans the others again."""
    pools = Pools(*times, tenants, ready_at(kept) if kept is not None else None)
    return cold_share(DemandFlow(terms), pools)


def cold_share(flow: DemandFlow, pools: Pools) -> float:
    """Cold starts as a share of all invocations of a month. Range 0 to 1."""
    total = float(flow.monthly)
    if not total:
        return 0.0
    steps = course(flow)
    settled = [_at(step, pools) for step in steps]
    random = sum(step.weight * share for step, (share, _) in zip(steps, settled, strict=True))
    random += _rising(steps, [live for _, live in settled])
    fired = sum(_scheduled_starts(terms, steps, pools) for terms in _each(scheduled(flow)))
    return min(1.0, (random + fired) / total)


def mean_environments(flow: DemandFlow, pools: Pools) -> float:
    """Live environments, busy or idle, as a mean over the month's random traffic."""
    steps = course(flow)
    hours = sum(step.minutes * step.times for step in steps)
    return sum(_at(step, pools)[1] * step.minutes * step.times for step in steps) / hours if hours else 0.0


def _at(step: Step, pools: Pools) -> tuple[float, float]:
    """Share of cold starts and mean environments at a step's rate."""
    rate = step.per_second / pools.tenants
    if rate < _LOWEST_RATE:
        return 1.0, 0.0
    ready = pools.ready(step.minute) if pools.ready is not None else 0
    place = math.log(rate) / _GRID
    low = math.floor(place)
    (cold, live), (cold_above, live_above) = (_settled(k, _rounded(pools), ready) for k in (low, low + 1))
    part = place - low
    share = math.exp((1 - part) * math.log(cold or 5e-324) + part * math.log(cold_above or 5e-324))
    return share, (live + part * (live_above - live)) * pools.tenants


def _rounded(pools: Pools) -> tuple[float, float, float]:
    """Times to three digits: functions that are alike share a grid."""
    return float(f"{pools.warm_s:.3g}"), float(f"{pools.cold_s:.3g}"), pools.keep_alive_s


@lru_cache(maxsize=65_536)
def _settled(place: int, times: tuple[float, float, float], ready: int) -> tuple[float, float]:
    found = steady_state(Pool(math.exp(place * _GRID), *times, ready=ready))
    return found.p_cold, found.mean_instances


def _rising(steps: tuple[Step, ...], live: list[float]) -> float:
    """Environments that a rise of traffic adds in a month, beyond what a settled pool replaces."""
    if len(steps) < 2:  # noqa: PLR2004  a rise has two levels
        return 0.0
    ordinary = [(step, n) for step, n in zip(steps, live, strict=True) if step.times > 1]
    added = sum(max(0.0, b - a) * step.times for (_, a), (step, b) in pairwise([ordinary[-1], *ordinary]))
    spikes = [(step, n) for step, n in zip(steps, live, strict=True) if step.times <= 1]
    return added + _spiking(spikes, [n for _, n in ordinary])


def _spiking(spikes: list[tuple[Step, float]], ordinary: list[float]) -> float:
    """The same where a spike begins: from what an ordinary week holds."""
    usual = sum(ordinary) / len(ordinary) if ordinary else 0.0
    added, before, at = 0.0, usual, -1
    for step, live in spikes:
        before = usual if step.minute > at + 1 else before
        added += max(0.0, live - before)
        before, at = max(before, live), step.minute
    return added


def _each(terms: Terms) -> tuple[Terms, ...]:
    return tuple((term,) for term in terms)


def _scheduled_starts(terms: Terms, steps: tuple[Step, ...], pools: Pools) -> float:
    """Cold starts a month of what a schedule sets off: all at once, after a gap too long, where no traffic keeps warm."""
    ((shape, times),) = terms
    at_once = float(times)
    starts = shape.starts
    gaps = [
        ((b - a) % units.WINDOW_MINUTES or units.WINDOW_MINUTES) * units.SECONDS_PER_MINUTE
        for a, b in pairwise((*starts, starts[0]))
    ]
    idle = sum(_at(s, pools)[1] * s.minutes * s.times for s in steps) / max(
        1e-9, sum(s.minutes * s.times for s in steps)
    )
    ready = pools.ready(starts[0]) if pools.ready is not None else 0
    missing = max(0.0, math.ceil(at_once) - max(ready, idle)) / math.ceil(at_once)
    late = sum(gap - pools.warm_s > pools.keep_alive_s for gap in gaps) / len(gaps)
    return float(times * shape.monthly) * missing * late
