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
from bisect import bisect_right
from collections import Counter
from collections.abc import Generator, Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from capplan.record import Record
from capplan.services.dynamodb.capacity.alike_days import day_kinds, day_starts
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
from capplan.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONG_MINUTES = 120
"""A burst balance that was not asked for so long is usually full by what the last minutes saved alone."""
_SURELY = 1 + 1e-9
"""Sums of floats depend on their order; beyond this they do not."""
_minute_of = itemgetter(0)
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

    They share one budget of decreases, so they are simulated side by side, the earliest request first; day by day, since
    the budget is full as a day opens: a day that is like another, and begins as that did, goes like it.

    Args:
        series: Units per second offered in each minute, and the policy, of each direction.
        constants: What AWS does not publish.
    """
    running = [_Scaling(rates.tolist(), policy, constants) for rates, policy in series]
    last = len(series[0][0]) if series else 0
    kinds = day_kinds((rates for rates, _ in series), last)
    pairs = list(pairwise([-1, *kinds]))  # the last minutes of the day before count too
    often = {pair for pair, times in Counter(pairs).items() if times > 1}
    budget, known = DecreaseBudget(), dict[object, list[list[_Day]]]()
    for start, pair in zip(day_starts(last), pairs, strict=True):
        end = min(start + MINUTES_PER_DAY, last)
        if pair not in often:
            _simulate_day(running, end, budget)
            continue
        days = known.setdefault((pair, *(one.state(start) for one in running)), [])
        found = next((day for day in days if all(p.holds(one.warm) for p, one in zip(day, running, strict=True))), None)
        if found is None:
            before = [(one.warm, len(one.steps), one.following) for one in running]
            _simulate_day(running, end, budget)
            days.append([one.recorded(start, end, *began) for one, began in zip(running, before, strict=True)])
        else:
            for one, part in zip(running, found, strict=True):
                one.repeat(start, part)
    return [one.steps for one in running]


def _simulate_day(running: Sequence["_Scaling"], end: int, budget: DecreaseBudget) -> None:
    """Until a minute: series that share a budget of decreases, the earliest request first."""
    days = [one.day(end) for one in running]
    waiting: list[tuple[int, int]] = []

    def go_on(i: int, answer: bool | None) -> None:  # noqa: FBT001
        try:
            minute = next(days[i]) if answer is None else days[i].send(answer)
            heapq.heappush(waiting, (minute, i))
        except StopIteration:
            return

    for i, one in enumerate(running):
        one.highest = 0
        go_on(i, None)
    while waiting:
        minute, i = heapq.heappop(waiting)
        go_on(i, budget.take(minute))


def expand(steps: Sequence[Step], minutes: int) -> "NDArray[np.float64]":
    """Steps as the capacity of each minute. Shape (minutes,)."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    if not steps:
        return np.zeros(minutes)
    starts, units = np.fromiter(chain.from_iterable(steps), np.int64, 2 * len(steps)).reshape(-1, 2).T
    return np.repeat(units.astype(np.float64), np.diff(starts, append=minutes))


class _Balance:
    """The burst balance at the beginning of a minute, followed over the steps since it was last asked for."""

    __slots__ = ("_burst_s", "_minute", "_rates", "_step", "_steps", "_units")

    def __init__(self, rates: Sequence[float], steps: Sequence[Step], burst_s: float) -> None:
        self._rates, self._steps, self._burst_s = rates, steps, burst_s
        self._units, self._minute, self._step = 0.0, 0, 0

    def at(self, minute: int) -> float:
        """Units saved as a minute begins; later ones than before only."""
        if minute - self._minute > _LONG_MINUTES and (full := self._full_at(minute)) is not None:
            self.set(minute, full)
            return full
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

    def _full_at(self, minute: int) -> float | None:
        """The full balance, where the minutes before alone have filled it; else None."""
        step = bisect_right(self._steps, minute, key=_minute_of) - 1
        begin, capacity = self._steps[step]
        full, saved = self._burst_s * capacity, 0.0
        for rate in reversed(self._rates[max(begin, minute - _LONG_MINUTES) : minute]):
            if rate > capacity:
                return None
            saved += (capacity - rate) * 60
            if saved > full * _SURELY:
                return full
        return None

    def set(self, minute: int, units: float) -> None:
        """Goes to a later minute at which the balance is known."""
        while self._step + 1 < len(self._steps) and self._steps[self._step + 1][0] <= minute:
            self._step += 1
        self._units, self._minute = units, minute


class _Day(Record, frozen=True):
    """What a day did to a scalable target; minutes count from its beginning.

    Attributes:
        warm: The warm throughput with which it began.
        highest: The most units that a change set.
        steps: Those of the day.
        minute, asks: Where the next day goes on.
        bounds: How many bounds began.
        balance: Units saved as it ended.
    """

    warm: float
    highest: int
    steps: tuple[Step, ...]
    capacity: int
    minute: int
    asks: int | None
    lowers: bool
    bounds: int
    end: int
    balance: float

    def holds(self, warm: float) -> bool:
        """Whether it would have gone alike with another warm throughput: no change was past either."""
        return warm == self.warm or min(warm, self.warm) >= self.highest


class _Scaling:
    """The capacity of one scalable target while it is simulated, day by day."""

    __slots__ = (
        "_asks", "_balance", "_constants", "_lowers", "_policy", "_rates", "_stop",
        "capacity", "following", "highest", "maximum", "minimum", "minute", "steps", "warm",
    )  # fmt: skip

    def __init__(self, rates: Sequence[float], policy: Policy, constants: Constants) -> None:
        self._rates, self._policy, self._constants = rates, policy, constants
        self.minute, self.following, self.highest = 0, 0, 0
        self._asks: int | None = None
        """While the low alarm lasts: the minute from which a decrease is asked for."""
        self._lowers = False
        """Whether a scheduled action has set a maximum below the capacity, and no decrease was left so far."""
        self._next_bounds()
        target = policy.target_utilization
        self.capacity = self.minimum if target is None else self._within_bounds(rates[0], target)
        self.warm, self.steps = max(policy.warm, self.capacity), [(0, self.capacity)]
        self._balance = _Balance(rates, self.steps, constants.burst_seconds)

    # --- days ---

    def state(self, start: int) -> tuple[object, ...]:
        """All that decides how a day goes, but for its rates, those of the day before and `warm`."""
        asks = None if self._asks is None else max(0, self._asks - start)
        today = [b for b in self._policy.bounds[self.following :] if b.minute < start + MINUTES_PER_DAY]
        bounds = tuple((b.minute - start, b.minimum, b.maximum) for b in today)
        now = (self.capacity, self.minimum, self.maximum, self._balance.at(start))
        return (self.minute - start, *now, asks, self._lowers, bounds)

    def recorded(self, start: int, end: int, warm: float, steps: int, following: int) -> _Day:
        """The day that has just been simulated, from what was so as it began."""
        return _Day(
            warm,
            self.highest,
            tuple((minute - start, units) for minute, units in self.steps[steps:]),
            self.capacity,
            self.minute - start,
            None if self._asks is None else self._asks - start,
            self._lowers,
            self.following - following,
            end - start,
            self._balance.at(end),
        )

    def repeat(self, start: int, day: _Day) -> None:
        """Goes through a day as through one before that was alike."""
        last = len(self._rates)
        self.steps += [(start + minute, units) for minute, units in day.steps if start + minute < last]
        self.capacity, self.warm = day.capacity, max(self.warm, day.highest)
        self.minute = start + day.minute
        self._asks = None if day.asks is None else start + day.asks
        self._lowers = day.lowers
        for _ in range(day.bounds):
            self._next_bounds()
        self._balance.set(start + day.end, day.balance)

    def day(self, end: int) -> Generator[int, bool, None]:
        """Goes on until a minute; yields the minute of each decrease it asks for and is sent whether it is allowed."""
        target = self._policy.target_utilization
        while self.minute < end:
            if self.minute >= self._stop:
                self._apply_bounds()
            elif self._lowers:
                yield from self._lower(end)
            elif target is None:
                self.minute = min(self._stop, end)
            elif self._asks is not None:
                yield from self._scale_in(target, end)
            elif not self._watch(target, end):
                return

    # --- within a day ---

    def _next_bounds(self) -> None:
        bounds = self._policy.bounds
        self.minimum, self.maximum = bounds[self.following].minimum, bounds[self.following].maximum
        self.following += 1
        last = len(self._rates)
        self._stop = min(last, bounds[self.following].minute) if self.following < len(bounds) else last

    def _apply_bounds(self) -> None:
        """A scheduled action: the new bounds hold at once, a capacity outside of them is moved to the nearer one."""
        self._next_bounds()
        self._asks, self._lowers = None, self.capacity > self.maximum
        if self.capacity < self.minimum:
            self._change(self.minute - 1, self.minimum, 0)

    def _lower(self, end: int) -> Generator[int, bool, None]:
        """Asks in each minute for the decrease to a new maximum, until it is had."""
        stop = min(self._stop, end)
        while self.minute < stop:
            if (yield self.minute):
                self._lowers = False
                self._change(self.minute - 1, self.maximum, 0)
                return
            self.minute += 1

    def _thresholds(self, target: float) -> tuple[float, float]:
        """Of the high and the low alarm; at a bound the alarm beyond it does nothing."""
        high, low = thresholds(self.capacity, target)
        return math.inf if self.capacity >= self.maximum else high, -1.0 if self.capacity <= self.minimum else low

    def _watch(self, target: float, end: int) -> bool:
        """Waits for alarms, and scales out at the high one; False where the next day goes on waiting."""
        stop = min(self._stop, end)
        while self.minute < stop:
            high, low = self._thresholds(target)
            alarm = first_alarm(self._rates, self.minute, stop, high, low)
            if alarm is None:
                if stop == self._stop:
                    self.minute = stop
                    return True
                self.minute = max(self.minute, stop - LOW_MINUTES + 1)  # the minutes that still count for an alarm
                return False
            self.minute = alarm[0]
            if not alarm[1]:
                self._asks = alarm[0]
                return True
            self._scale_out(target)
        return True

    def _scale_out(self, target: float) -> None:
        """The second minute in a row above the target: the capacity follows what was served in it."""
        rate = self._rates[self.minute]
        served = rate if rate <= self.capacity else min(rate, self.capacity + self._balance.at(self.minute) / 60)
        units = self._within_bounds(served, target)
        if units > self.capacity:
            self._change(self.minute, units, self._constants.metric_minutes)
        else:
            self.minute += 1

    def _scale_in(self, target: float, end: int) -> Generator[int, bool, None]:
        """Asks for a decrease while the alarm lasts; after a refusal none can be had before the next full hour, and none
        while one of the minutes that count is too busy for it.
        """
        rates, minute, stop = self._rates, self.minute, min(self._stop, end)
        _, low = self._thresholds(target)
        ask = minute if self._asks is None else self._asks
        while minute < stop and rates[minute] < low:
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
                        self._asks = None
                        self._change(minute, units, self._constants.metric_minutes)
                        return
                    ask = (minute // MINUTES_PER_HOUR + 1) * MINUTES_PER_HOUR
            minute += 1
        self.minute = minute
        self._asks = ask if minute == end and end < self._stop else None

    def _within_bounds(self, consumed: float, target: float) -> int:
        return new_capacity(consumed, target, self.minimum, self.maximum)

    def _change(self, decided: int, units: int, alarm_minutes: float) -> None:
        """Sets the capacity from when the change takes effect, and goes there."""
        self.minute = effective_minute(decided, alarm_minutes, units, self.warm, self._constants)
        self.highest = max(self.highest, units)
        if self.minute < len(self._rates):
            self.capacity, self.warm = units, max(self.warm, units)
            self.steps.append((self.minute, units))
