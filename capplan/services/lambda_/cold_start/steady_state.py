"""The long-run share of cold starts and number of environments of a warm pool under Poisson arrivals.

The semi-Markov model of Mahmoudi and Khazaei (2020, "Performance Modeling of Serverless Computing Platforms"), with the
life time of an environment corrected: it ends once its keep-alive passes without a request.
"""

import itertools
import math
from collections.abc import Sequence

from capplan.record import Record
from capplan.services.lambda_.concurrency.erlang import blocking

_EXP_LIMIT = 700.0
"""exp(x) of a larger x overflows."""
_SMALLEST = 5e-324
_STATES_BEYOND = 60
_SAMPLES = 400
_LARGE, _SIGMAS = 2000, 12
"""Erlangs from which states far from the load are left out: this many standard deviations away."""


class Pool(Record, frozen=True):
    """A warm pool.

    Attributes:
        rate: Requests per second.
        warm_s: Seconds of a warm invocation.
        cold_s: Seconds of a cold one: init and first call.
        keep_alive_s: Idle seconds after which an environment is removed.
        provisioned: Environments that are never removed.
    """

    rate: float
    warm_s: float
    cold_s: float
    keep_alive_s: float
    provisioned: int = 0


class SteadyState(Record, frozen=True):
    """The long-run behavior of a pool.

    Attributes:
        cold_share: Share of requests that start an environment. Range 0 to 1.
        environments: Mean number of live environments, starting ones included.
        shares: Share of time with so many environments, from the fewest on.
    """

    cold_share: float
    environments: float
    shares: tuple[float, ...]


def steady_state(pool: Pool) -> SteadyState:
    """The long-run behavior of a pool without an upper limit."""
    return of_chain(pool, fewest_states(pool))


def fewest_states(pool: Pool) -> int:
    """The smallest number of live environments that counts: a large pool is never far below what its load needs.

    Environments that the load needs each see about offered / warm requests a second: so many die that a share of
    exp(-keep-alive / warm) of them is missing. Where that is far less than the deviations left in, the rest is left out.
    """
    offered = pool.rate * pool.warm_s
    missing = offered * math.exp(-pool.keep_alive_s / pool.warm_s) if offered else 0.0
    if offered < _LARGE or missing > _SIGMAS / 4 * math.sqrt(offered):
        return pool.provisioned
    return max(pool.provisioned, math.floor(offered - _SIGMAS * math.sqrt(offered)))


def of_chain(pool: Pool, fewest: int) -> SteadyState:
    """The stationary state of the chain whose state m is the number of live environments.

    Requests take the newest idle environment, so environment j sees what j - 1 cannot serve and the next does not.
    Everything is summed in logarithms: exp(rate × keep-alive) overflows at one request per second.

    Args:
        pool: The pool.
        fewest: The first state: the provisioned environments, or those that a large pool always has.
    """
    blocked = blocked_shares(pool, fewest)
    births = [pool.rate * share / (1 + pool.rate * share * pool.cold_s) for share in blocked]
    deaths = _log_death_rates(pool, blocked, _log_deaths_of_always(pool, fewest))
    logs = [0.0]
    for m in range(1, len(blocked)):
        death = deaths[m] if deaths[m] > -math.inf else -_EXP_LIMIT
        logs.append(logs[-1] + math.log(births[m - 1] or _SMALLEST) - death)
    largest = max(logs)
    weights = [math.exp(log - largest) for log in logs]
    total = sum(weights)
    shares = tuple(weight / total for weight in weights)
    cold = sum(share * b for share, b in zip(shares, blocked, strict=True))
    environments = fewest + sum(m * share for m, share in enumerate(shares)) + pool.rate * cold * pool.cold_s
    return SteadyState(cold, environments, shares)


def blocked_shares(pool: Pool, fewest: int) -> list[float]:
    """Erlang's B_m, the share of requests that find m environments busy, for m from `fewest` until the rest no longer counts."""
    offered = pool.rate * pool.warm_s
    last = max(fewest, math.ceil(offered + _SIGMAS * math.sqrt(offered))) + _STATES_BEYOND
    out = [blocking(offered, fewest)]
    for m in range(fewest + 1, last + 1):
        out.append(offered * out[-1] / (m + offered * out[-1]))
    return out


def _log_deaths_of_always(pool: Pool, fewest: int) -> float:
    """Logarithm of the rate at which a large pool loses one of those that it always has: alike, so a few stand for all."""
    count, total = fewest - pool.provisioned, -math.inf
    edges = [count * i // _SAMPLES for i in range(_SAMPLES + 1)] if count > _SAMPLES else list(range(count + 1))
    offered = pool.rate * pool.warm_s
    blocked = [blocking(offered, pool.provisioned + edge) for edge in edges] if count else []
    for (first, before), (last, after) in itertools.pairwise(zip(edges, blocked, strict=False)):
        rate = pool.rate * (before - after) / (last - first)
        total = _log_sum(total, _log_death_rate(rate, pool.keep_alive_s) + math.log(last - first))
    return total


def _log_death_rates(pool: Pool, blocked: Sequence[float], total: float) -> list[float]:
    """Logarithm of the rate at which m environments lose one: the sum over the environments, from that of the first on."""
    out = [total]
    for before, after in itertools.pairwise(blocked):
        total = _log_sum(total, _log_death_rate(pool.rate * (before - after), pool.keep_alive_s))
        out.append(total)
    return out


def _log_death_rate(rate: float, keep_alive_s: float) -> float:
    """Logarithm of the rate at which an environment that sees `rate` requests per second is removed."""
    expected = rate * keep_alive_s
    if expected < 1e-12:  # noqa: PLR2004  a limit of floats
        return -math.log(keep_alive_s)
    return math.log(rate) - (expected if expected > _EXP_LIMIT else math.log(math.expm1(expected)))


def _log_sum(a: float, b: float) -> float:
    """log(exp(a) + exp(b))."""
    return b if a == -math.inf else max(a, b) + math.log1p(math.exp(-abs(a - b)))
