"""The long-run share of cold starts and number of environments of a warm pool under Poisson arrivals.

The semi-Markov model of Mahmoudi and Khazaei (2020, "Performance Modeling of Serverless Computing Platforms"), with the
life time of an environment corrected: it ends once its keep-alive passes without a request.
"""

import itertools
import math
from collections.abc import Sequence

from capplan.record import Record

_EXP_LIMIT = 700.0
"""exp(x) of a larger x overflows."""
_SMALLEST = 5e-324
_STATES_BEYOND = 60


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
        shares: Share of time with so many environments, from the provisioned ones on.
    """

    cold_share: float
    environments: float
    shares: tuple[float, ...]


def steady_state(pool: Pool) -> SteadyState:
    """The long-run behavior of a pool without an upper limit."""
    return of_chain(pool, blocked_shares(pool))


def of_chain(pool: Pool, blocked: Sequence[float]) -> SteadyState:
    """The stationary state of the chain whose state m is the number of live environments.

    Requests take the newest idle environment, so environment j sees what j - 1 cannot serve and the next does not.
    Everything is summed in logarithms: exp(rate × keep-alive) overflows at one request per second.

    Args:
        pool: The pool.
        blocked: Share of requests that find m environments busy, for m from the provisioned ones on.
    """
    births = [pool.rate * share / (1 + pool.rate * share * pool.cold_s) for share in blocked]
    deaths = _log_death_rates(pool, blocked)
    logs = [0.0]
    for m in range(1, len(blocked)):
        death = deaths[m] if deaths[m] > -math.inf else -_EXP_LIMIT
        logs.append(logs[-1] + math.log(births[m - 1] or _SMALLEST) - death)
    largest = max(logs)
    weights = [math.exp(log - largest) for log in logs]
    total = sum(weights)
    shares = tuple(weight / total for weight in weights)
    cold = sum(share * b for share, b in zip(shares, blocked, strict=True))
    environments = pool.provisioned + sum(m * share for m, share in enumerate(shares)) + pool.rate * cold * pool.cold_s
    return SteadyState(cold, environments, shares)


def blocked_shares(pool: Pool) -> list[float]:
    """Erlang's B_m for m from the provisioned environments on, until the rest no longer counts."""
    offered = pool.rate * pool.warm_s
    last = max(pool.provisioned, math.ceil(offered + 12 * math.sqrt(offered))) + _STATES_BEYOND
    out = [1.0]
    for m in range(1, last + 1):
        out.append(offered * out[-1] / (m + offered * out[-1]))
    return out[pool.provisioned :]


def _log_death_rates(pool: Pool, blocked: Sequence[float]) -> list[float]:
    """Logarithm of the rate at which m environments lose one: the sum over the environments."""
    out, total = [-math.inf], -math.inf
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
