"""What becomes of invocations that are asked for in the same instant: how many start, and when the last has ended.

Lambda Developer Guide, "Lambda scaling behavior" (read 2026-11-23): each function adds up to 1,000 environments every
10 seconds, refilled continuously and never saved up.
"""

import math

from capplan.record import Record
from capplan.services.lambda_.quotas import SCALING_PERIOD_S, SCALING_RATE

_PER_SECOND = int(SCALING_RATE.value) // SCALING_PERIOD_S


class Served(Record, frozen=True):
    """A burst of invocations, all asked for in the same instant.

    Attributes:
        peak: Environments that run at the same time at most.
        at_once: Invocations that find an environment at once; the rest is throttled, or waits where something keeps it.
        drain_s: Seconds until the last of them has ended, where what does not start waits for its turn.
    """

    peak: int
    at_once: int
    drain_s: float


def serve(count: int, duration_s: float, environments: int, ready: int = 0) -> Served:
    """A burst served with the environments that there are and those that AWS adds.

    Each environment takes the next of the waiting invocations when it ends one: AWS's queue of asynchronous events and a
    queue's pollers keep them. 1,000 environments come at once, then 100 each second.

    Args:
        count: Invocations.
        duration_s: Seconds that each takes; above 0.
        environments: Environments that may run at the same time; above 0.
        ready: Environments that idle or are provisioned; they do not count as added.
    """
    first = min(count, environments, ready + int(SCALING_RATE.value))
    most = min(count, environments)

    def started(second: float) -> int:
        """Invocations that have started up to a moment."""
        added = min(most - first, math.floor(second * _PER_SECOND + 1e-9))
        rounds = math.floor(second / duration_s + 1e-9) + 1
        of_added = _rounds_of_added(added, second, duration_s)
        return first * rounds + of_added

    low, high = 0, 1
    while started(high / _PER_SECOND) < count:
        low, high = high, high * 2
    if started(0.0) >= count:
        return Served(min(count, first), count, duration_s)
    while high - low > 1:  # moments are those at which an environment may be added: hundredths of a second
        middle = (low + high) // 2
        low, high = (low, middle) if started(middle / _PER_SECOND) >= count else (middle, high)
    last = high / _PER_SECOND
    peak = first + min(most - first, math.floor(last * _PER_SECOND + 1e-9))
    return Served(peak, first, last + duration_s)


def _rounds_of_added(added: int, second: float, duration_s: float) -> int:
    """Invocations started by environments of which one was added each hundredth of a second."""
    total, left_s = 0, second
    while left_s > 0 and added:  # those added early enough for one round, for two, for three …
        total += min(added, math.floor(left_s * _PER_SECOND + 1e-9))
        left_s -= duration_s
    return total
