"""Erlang's loss formula: the share of random arrivals that find every environment busy, whatever the law of durations."""


def blocking(offered: float, environments: int) -> float:
    """Share of Poisson arrivals that find no free environment; range 0 to 1.

    Args:
        offered: Arrivals per second × seconds each takes; above 0.
        environments: How many there are; without a queue.
    """
    blocked = 1.0
    for m in range(1, environments + 1):
        blocked = offered * blocked / (m + offered * blocked)
    return blocked


def smallest_capacity(offered: float, max_blocked: float) -> int:
    """The smallest number of environments that blocks no more than this share. 0 < max_blocked."""
    environments, blocked = 0, 1.0
    while blocked > max_blocked:
        environments += 1
        blocked = offered * blocked / (environments + offered * blocked)
    return environments
