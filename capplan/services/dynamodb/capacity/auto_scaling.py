"""The rules of auto scaling: when an alarm fires, which capacity a step sets and when, and how often capacity may fall.

Source: DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling", "Quotas" (read
2026-11-23); alarm figures as Application Auto Scaling creates them (AWS says that they may change).
"""

import math
from collections.abc import Sequence

from capplan.record import MutableRecord
from capplan.services.dynamodb.capacity.uncertain import Constants
from capplan.services.dynamodb.quotas import DECREASES_MAX

HIGH_MINUTES = 2
LOW_MINUTES = 15
LOW_BELOW_TARGET = 0.2
"""The threshold of the low alarm lies 20 percentage points under the target utilization."""
MINUTES_PER_HOUR = 60
_DECREASES_MAX = int(DECREASES_MAX.value)
_EPSILON = 1e-9


def thresholds(capacity: float, target_utilization: float) -> tuple[float, float]:
    """Consumed units a second above which a minute counts for the high alarm, and below which for the low one."""
    low = capacity * (target_utilization - LOW_BELOW_TARGET) * (1 - 1e-12)
    return capacity * target_utilization * (1 + 1e-12), low


def first_alarm(
    rates: Sequence[float], start: int, stop: int, high: float, low: float
) -> tuple[int, bool] | None:  # fmt: skip
    """The first minute that completes an alarm while capacity stays, and whether it is the high one; None without one.

    Args:
        rates: Units consumed per second in each minute.
        start: The first minute that counts.
        stop: The minute after the last.
        high: Threshold of the high alarm, units per second.
        low: Threshold of the low alarm, units per second.
    """
    above = below = 0
    for minute in range(start, stop):
        rate = rates[minute]
        if rate > high:
            below, above = 0, above + 1
            if above >= HIGH_MINUTES:
                return minute, True
        elif rate < low:
            above, below = 0, below + 1
            if below >= LOW_MINUTES:
                return minute, False
        else:
            above = below = 0
    return None


def new_capacity(consumed: float, target_utilization: float, minimum: int, maximum: int) -> int:
    """The capacity a scaling step sets: consumed units per second over the target, rounded up, within the bounds."""
    units = math.ceil(consumed / target_utilization - _EPSILON)
    return minimum if units < minimum else min(units, maximum)


def effective_minute(decided: int, alarm_minutes: float, units: int, warm: float, constants: Constants) -> int:
    """The first minute of a change that was decided with the data of a minute.

    Args:
        decided: That minute.
        alarm_minutes: From its end until the alarm has acted; 0 for a scheduled action.
        units: The new capacity.
        warm: The warm throughput, up to which UpdateTable is quick.
        constants: How long each takes.
    """
    update = constants.update_minutes if units <= warm else constants.update_beyond_warm_minutes
    return math.ceil(decided + 1 + alarm_minutes + update)


class DecreaseBudget(MutableRecord):
    """Decreases of a table or index: a UTC day opens with 4, each full hour adds 1, and it never has more than 4."""

    left: int = _DECREASES_MAX
    hour: int = 0

    def take(self, minute: int) -> bool:
        """Whether a decrease is allowed in this minute (0 is 00:00 UTC); it is used up then."""
        now = minute // MINUTES_PER_HOUR
        if now // 24 > self.hour // 24:
            self.left = _DECREASES_MAX
        self.left = min(_DECREASES_MAX, self.left + (now - self.hour if now // 24 == self.hour // 24 else now % 24))
        self.hour = now
        if not self.left:
            return False
        self.left -= 1
        return True
