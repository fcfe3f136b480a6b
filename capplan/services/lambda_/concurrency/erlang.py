"""Erlang's loss formula: the share of random arrivals that find every environment busy, whatever the law of durations."""

import math

_FORGOTTEN = 40.0
"""An error of one part in e^40 is no longer in a float."""


def blocking(offered: float, environments: int) -> float:
    """Share of Poisson arrivals that find no free environment; range 0 to 1.

    Args:
        offered: Arrivals per second × seconds each takes; above 0.
        environments: How many there are; without a queue.
    """
    first = _forgotten(offered, min(environments, math.floor(offered)))
    blocked = 1 - first / offered if first else 1.0
    for m in range(first + 1, environments + 1):
        blocked = offered * blocked / (m + offered * blocked)
    return blocked


def _forgotten(offered: float, environments: int) -> int:
    """Environments, at most as many as are offered, from which the steps may begin: each leaves m / offered of an error."""
    steps = 1
    while steps < environments:
        left = math.lgamma(environments + 1) - math.lgamma(environments - steps + 1) - steps * math.log(offered)
        if left < -_FORGOTTEN:
            return environments - steps
        steps += steps // 4 + 1
    return 0


def smallest_capacity(offered: float, max_blocked: float) -> int:
    """The smallest number of environments that blocks no more than this share. 0 < max_blocked."""
    environments = max(0, math.floor(offered * (1 - max_blocked)) - 1)  # m block more than 1 - m / offered
    blocked = blocking(offered, environments)
    while blocked > max_blocked:
        environments += 1
        blocked = offered * blocked / (environments + offered * blocked)
    return environments
