"""Auto scaling over time: the capacity of a table or index in each minute, as alarms and scheduled actions move it.

A step up: two minutes in a row above the target; what was consumed in the second, over the target, is the new capacity.
A step down: 15 minutes in a row below the target less 20 points; the busiest of them, over the target; only while a
decrease is left. Both arrive after the alarm's delay and UpdateTable's. Project choices: while a step is under way no
other is decided, and after it the minutes are counted anew; the simulated period's first minute is 00:00 UTC.

Source: DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling", "Quotas";
Application Auto Scaling User Guide, "Scheduled scaling" (read 2026-11-23).
"""

import heapq
import math
from collections.abc import Generator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from capplan.record import MutableRecord, Record
from capplan.services.dynamodb.capacity.auto_scaling import (
    LOW_MINUTES,
    MINUTES_PER_HOUR,
    DecreaseBudget,
    effective_minute,
    first_alarm,
    new_capacity,
    thresholds,
)
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Step = tuple[int, int]
"""From this minute on, so many capacity units."""


class Bounds(Record, frozen=True):
    """From this minute on, auto scaling stays within; equal ones are a static capacity."""

    minute: int
    minimum: int
    maximum: int


class Policy(Record, frozen=True):
    """How the capacity of one scalable target is set.

    Attributes:
        target_utilization: The share of capacity to keep in use; None where only scheduled actions move it.
        bounds: In order of their minutes, the first at 0.
        warm: Units per second up to which a change is quick.
    """

    target_utilization: float | None
    bounds: tuple[Bounds, ...]
    warm: float = math.inf


def capacity_steps(
    series: Sequence[tuple["NDArray[np.float64]", Policy]], constants: Constants = CENTRAL
) -> list[list[Step]]:
    """Capacity steps of the two directions of a table or index.

    They share one budget of decreases, so they are simulated side by side, the earliest request first.

    Args:
        series: Units per second offered in each minute, and the policy, of each direction.
        constants: What AWS does not publish.
    """
    budget, out = DecreaseBudget(), [[] for _ in series]  # type: tuple[DecreaseBudget, list[list[Step]]]
    running = [_Scaling(rates.tolist(), policy, constants).run() for rates, policy in series]
    waiting: list[tuple[int, int]] = []

    def go_on(i: int, answer: bool | None) -> None:  # noqa: FBT001
        try:
            minute = next(running[i]) if answer is None else running[i].send(answer)
            heapq.heappush(waiting, (minute, i))
        except StopIteration as done:
            out[i] = done.value

    for i in range(len(running)):
        go_on(i, None)
    while waiting:
        minute, i = heapq.heappop(waiting)
        go_on(i, budget.take(minute))
    return out


def expand(steps: Sequence[Step], minutes: int) -> "NDArray[np.float64]":
    """Steps as the capacity of each minute. Shape (minutes,)."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    if not steps:
        return np.zeros(minutes)
    lengths = [b - a for (a, _), (b, _) in pairwise([*steps, (minutes, 0)])]
    return np.repeat(np.array([float(units) for _, units in steps]), lengths)


class _Scaling(MutableRecord):
    """The capacity of one scalable target while it is simulated."""

    rates: list[float]
    policy: Policy
    constants: Constants
    minute: int = 0
    capacity: int = 0
    warm: float = 0.0
    burst_balance: float = 0.0
    balance_minute: int = 0
    balance_step: int = 0
    last: int = 0
    next_bounds: int = 1
    minimum: int = 0
    maximum: int = 0
    steps: list[Step] = []

    def run(self) -> Generator[int, bool, list[Step]]:
        """All steps; yields the minute of each decrease it asks for and is sent whether it is allowed."""
        first, self.last = self.policy.bounds[0], len(self.rates)
        self.minimum, self.maximum, self.warm = first.minimum, first.maximum, self.policy.warm
        target = self.policy.target_utilization
        start = self.minimum if target is None else new_capacity(self.rates[0], target, self.minimum, self.maximum)
        self._set(0, start)
        while self.minute < self.last:
            if self._bounds_due():
                yield from self._apply_bounds()
                continue
            alarm = None if target is None else self._next_alarm(target, self._bounds_minute())
            if target is None or alarm is None:
                self.minute = self._bounds_minute()
                continue
            self.minute, high = alarm
            if high:
                self._scale_out(target)
            else:
                yield from self._scale_in(target)
        return self.steps

    def _bounds_minute(self) -> int:
        """The minute of the next scheduled bounds, or the end."""
        bounds = self.policy.bounds
        return min(self.last, bounds[self.next_bounds].minute) if self.next_bounds < len(bounds) else self.last

    def _bounds_due(self) -> bool:
        bounds = self.policy.bounds
        return self.next_bounds < len(bounds) and bounds[self.next_bounds].minute <= self.minute

    def _apply_bounds(self) -> Generator[int, bool, None]:
        """A scheduled action: the new bounds hold at once, a capacity outside of them is moved to the nearer one."""
        bounds = self.policy.bounds[self.next_bounds]
        self.next_bounds += 1
        self.minimum, self.maximum = bounds.minimum, bounds.maximum
        if self.capacity < self.minimum:
            self._change(self.minute - 1, self.minimum, 0)
        elif self.capacity > self.maximum:
            while self.minute < self._bounds_minute():
                if (yield self.minute):
                    self._change(self.minute - 1, self.maximum, 0)
                    return
                self.minute += 1

    def _next_alarm(self, target: float, stop: int) -> tuple[int, bool] | None:
        """The next alarm that may change the capacity: at a bound the alarm beyond it does nothing."""
        high, low = thresholds(self.capacity, target)
        if self.capacity >= self.maximum:
            high = math.inf
        if self.capacity <= self.minimum:
            low = -1.0
        return first_alarm(self.rates, self.minute, stop, high, low)

    def _scale_out(self, target: float) -> None:
        units = new_capacity(self._consumed(self.minute), target, self.minimum, self.maximum)
        if units > self.capacity:
            self._change(self.minute, units, self.constants.metric_minutes)
        else:
            self.minute += 1

    def _scale_in(self, target: float) -> Generator[int, bool, None]:
        """Asks for a decrease while the alarm lasts; after a refusal none can be had before the next full hour."""
        rates, minute, stop = self.rates, self.minute, self._bounds_minute()
        low, ask = thresholds(self.capacity, target)[1], minute
        while minute < stop and rates[minute] < low:
            if minute >= ask:
                self.minute = minute
                busiest = max(rates[max(0, minute - LOW_MINUTES + 1) : minute + 1])
                units = new_capacity(busiest, target, self.minimum, self.maximum)
                idle = busiest == 0 and not self.constants.zero_scales_in
                if units < self.capacity and not idle:
                    if (yield minute):
                        self._change(minute, units, self.constants.metric_minutes)
                        return
                    ask = (minute // MINUTES_PER_HOUR + 1) * MINUTES_PER_HOUR
            minute += 1
        self.minute = minute

    def _change(self, decided: int, units: int, alarm_minutes: float) -> None:
        """Sets the capacity from when the change takes effect, and goes there."""
        self.minute = effective_minute(decided, alarm_minutes, units, self.warm, self.constants)
        if self.minute < self.last:
            self._set(self.minute, units)

    def _set(self, minute: int, units: int) -> None:
        self.capacity = units
        self.warm = max(self.warm, units)
        self.steps.append((minute, units))

    def _consumed(self, minute: int) -> float:
        """Units per second served in a minute: the capacity and what the burst balance still gave."""
        rate = self.rates[minute]
        if rate <= self.capacity:
            return rate
        self._update_balance(minute)
        return min(rate, self.capacity + self.burst_balance / 60)

    def _update_balance(self, minute: int) -> None:
        """The burst balance at the beginning of a minute, from where it was last known, over the steps since."""
        burst, balance, at = self.constants.burst_seconds, self.burst_balance, self.balance_minute
        while at < minute:
            capacity = self.steps[self.balance_step][1]
            following = self.balance_step + 1
            more = following < len(self.steps) and self.steps[following][0] <= minute
            stop, full = self.steps[following][0] if more else minute, burst * capacity
            for rate in self.rates[at:stop]:
                balance += (capacity - rate) * 60
                if balance > full:
                    balance = full
                elif balance < 0:
                    balance = 0.0
            at = stop
            if more:
                self.balance_step = following
                balance = min(balance, burst * self.steps[following][1])
        self.burst_balance, self.balance_minute = balance, minute
