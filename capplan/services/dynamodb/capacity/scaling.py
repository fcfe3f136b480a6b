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

from capplan.record import Record
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


class _Balance:
    """The burst balance at the beginning of a minute, followed over the steps since it was last asked for."""

    __slots__ = ("_burst_s", "_minute", "_rates", "_step", "_steps", "_units")

    def __init__(self, rates: Sequence[float], steps: Sequence[Step], burst_s: float) -> None:
        self._rates, self._steps, self._burst_s = rates, steps, burst_s
        self._units, self._minute, self._step = 0.0, 0, 0

    def at(self, minute: int) -> float:
        """Units saved as a minute begins; later ones than before only."""
        steps, balance, begin = self._steps, self._units, self._minute
        while begin < minute:
            capacity = steps[self._step][1]
            following = self._step + 1
            more = following < len(steps) and steps[following][0] <= minute
            end, full = steps[following][0] if more else minute, self._burst_s * capacity
            for rate in self._rates[begin:end]:
                balance += (capacity - rate) * 60
                if balance > full:
                    balance = full
                elif balance < 0:
                    balance = 0.0
            begin = end
            if more:
                self._step = following
                balance = min(balance, self._burst_s * steps[following][1])
        self._units, self._minute = balance, minute
        return balance


class _Scaling:
    """The capacity of one scalable target while it is simulated."""

    __slots__ = (
        "_balance", "_constants", "_following", "_policy", "_rates", "_stop",
        "capacity", "maximum", "minimum", "minute", "steps", "warm",
    )  # fmt: skip

    def __init__(self, rates: Sequence[float], policy: Policy, constants: Constants) -> None:
        self._rates, self._policy, self._constants = rates, policy, constants
        self.minute, self._following = 0, 0
        self._next_bounds()
        target = policy.target_utilization
        self.capacity = self.minimum if target is None else self._within_bounds(rates[0], target)
        self.warm, self.steps = max(policy.warm, self.capacity), [(0, self.capacity)]
        self._balance = _Balance(rates, self.steps, constants.burst_seconds)

    def run(self) -> Generator[int, bool, list[Step]]:
        """All steps; yields the minute of each decrease it asks for and is sent whether it is allowed."""
        rates, last, target = self._rates, len(self._rates), self._policy.target_utilization
        while self.minute < last:
            if self.minute >= self._stop:
                yield from self._apply_bounds()
                continue
            if target is None:
                self.minute = self._stop
                continue
            high, low = thresholds(self.capacity, target)
            if self.capacity >= self.maximum:  # at a bound the alarm beyond it does nothing
                high = math.inf
            if self.capacity <= self.minimum:
                low = -1.0
            alarm = first_alarm(rates, self.minute, self._stop, high, low)
            if alarm is None:
                self.minute = self._stop
                continue
            self.minute = alarm[0]
            if alarm[1]:
                self._scale_out(target)
            else:
                yield from self._scale_in(target, low)
        return self.steps

    def _next_bounds(self) -> None:
        bounds = self._policy.bounds
        self.minimum, self.maximum = bounds[self._following].minimum, bounds[self._following].maximum
        self._following += 1
        last = len(self._rates)
        self._stop = min(last, bounds[self._following].minute) if self._following < len(bounds) else last

    def _apply_bounds(self) -> Generator[int, bool, None]:
        """A scheduled action: the new bounds hold at once, a capacity outside of them is moved to the nearer one."""
        self._next_bounds()
        if self.capacity < self.minimum:
            self._change(self.minute - 1, self.minimum, 0)
        elif self.capacity > self.maximum:
            while self.minute < self._stop:
                if (yield self.minute):
                    self._change(self.minute - 1, self.maximum, 0)
                    return
                self.minute += 1

    def _scale_out(self, target: float) -> None:
        """The second minute in a row above the target: the capacity follows what was served in it."""
        rate = self._rates[self.minute]
        served = rate if rate <= self.capacity else min(rate, self.capacity + self._balance.at(self.minute) / 60)
        units = self._within_bounds(served, target)
        if units > self.capacity:
            self._change(self.minute, units, self._constants.metric_minutes)
        else:
            self.minute += 1

    def _scale_in(self, target: float, low: float) -> Generator[int, bool, None]:
        """Asks for a decrease while the alarm lasts; after a refusal none can be had before the next full hour, and none
        while one of the minutes that count is too busy for it.
        """
        rates, minute = self._rates, self.minute
        ask = minute
        while minute < self._stop and rates[minute] < low:
            if minute >= ask:
                first = max(0, minute - LOW_MINUTES + 1)
                window = rates[first : minute + 1]
                busiest = max(window)
                units = self._within_bounds(busiest, target)
                idle = busiest == 0 and not self._constants.zero_scales_in
                if units >= self.capacity:
                    ask = first + window.index(busiest) + LOW_MINUTES
                elif not idle:
                    if (yield minute):
                        self._change(minute, units, self._constants.metric_minutes)
                        return
                    ask = (minute // MINUTES_PER_HOUR + 1) * MINUTES_PER_HOUR
            minute += 1
        self.minute = minute

    def _within_bounds(self, consumed: float, target: float) -> int:
        return new_capacity(consumed, target, self.minimum, self.maximum)

    def _change(self, decided: int, units: int, alarm_minutes: float) -> None:
        """Sets the capacity from when the change takes effect, and goes there."""
        self.minute = effective_minute(decided, alarm_minutes, units, self.warm, self._constants)
        if self.minute < len(self._rates):
            self.capacity, self.warm = units, max(self.warm, units)
            self.steps.append((self.minute, units))
