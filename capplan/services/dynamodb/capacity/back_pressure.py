"""A provisioned table and its indexes simulated jointly, minute by minute: a write that an index cannot take is throttled
at the table.

Only needed where an index is short: a table alone is faster with `scaling` and `burst_bucket`.

Source: DynamoDB Developer Guide, "Understanding global secondary index throttling and back pressure" (read 2026-11-23).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from capplan.record import MutableRecord, Record
from capplan.services.dynamodb.capacity.alike_days import day_kinds, day_starts
from capplan.services.dynamodb.capacity.auto_scaling import (
    HIGH_MINUTES,
    LOW_MINUTES,
    DecreaseBudget,
    effective_minute,
    new_capacity,
    thresholds,
)
from capplan.services.dynamodb.capacity.scaling import Policy, Step
from capplan.services.dynamodb.capacity.uncertain import Constants
from capplan.units import MINUTES_PER_DAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTE_S = 60.0


class CapacityState(MutableRecord):
    """One scalable target in a minute: its capacity, its burst balance, its alarms, the change under way.

    Attributes:
        consumed: Units per second of each minute: what is offered, until `end` says what was consumed.
        above, below: Minutes in a row, up to now, above the threshold of the high alarm, or below that of the low one.
        high, low: These thresholds; infinite where the capacity is at a bound, beyond which an alarm does nothing.
        due: The next minute in which `begin` has something to do.
        highest: The most units that a change of the day asked for.
        settled: Whether a minute within the alarms' thresholds changes nothing: full balance, no alarm run, no change.
    """

    policy: Policy
    budget: DecreaseBudget
    constants: Constants
    consumed: list[float]
    capacity: int = 0
    burst_balance: float = 0.0
    minimum: int = 0
    maximum: int = 0
    warm: float = 0.0
    next_bounds: int = 0
    above: int = 0
    below: int = 0
    high: float = 0.0
    low: float = 0.0
    full_balance: float = 0.0
    pending: Step | None = None
    steps: list[Step] = []
    due: float = 0.0
    settled: bool = False
    highest: int = 0

    def state(self, start: int) -> tuple[object, ...]:
        """All that decides how a day goes, but for its rates and `warm`."""
        pending = None if self.pending is None else (self.pending[0] - start, self.pending[1])
        today = [b for b in self.policy.bounds[self.next_bounds :] if b.minute < start + MINUTES_PER_DAY]
        bounds = tuple((b.minute - start, b.minimum, b.maximum) for b in today)
        counted = tuple(self.consumed[max(0, start - LOW_MINUTES + 1) : start])
        alarms = (self.above, self.below, counted)
        return (self.capacity, self.burst_balance, self.minimum, self.maximum, *alarms, pending, bounds, not self.steps)

    def recorded(self, start: int, end: int, warm: float, steps: int, next_bounds: int) -> "_Day":
        """The day that has just been simulated, from what was so as it began."""
        return _Day(
            warm,
            self.highest,
            tuple((minute - start, units) for minute, units in self.steps[steps:]),
            self.consumed[start:end],
            self.capacity,
            self.burst_balance,
            (self.above, self.below),
            None if self.pending is None else (self.pending[0] - start, self.pending[1]),
            self.next_bounds - next_bounds,
        )

    def repeat(self, start: int, day: "_Day") -> None:
        """Goes through a day as through one before that was alike."""
        self.steps += [(start + minute, units) for minute, units in day.steps]
        self.consumed[start : start + len(day.consumed)] = day.consumed
        self.capacity, self.burst_balance, self.warm = day.capacity, day.burst_balance, max(self.warm, day.set)
        self.above, self.below = day.counts
        self.pending = None if day.pending is None else (start + day.pending[0], day.pending[1])
        self.next_bounds += day.bounds
        bounds = self.policy.bounds
        if self.next_bounds:
            self.minimum, self.maximum = bounds[self.next_bounds - 1].minimum, bounds[self.next_bounds - 1].maximum
        self.full_balance = self.constants.burst_seconds * self.capacity
        self._set_thresholds()
        following = bounds[self.next_bounds].minute if self.next_bounds < len(bounds) else math.inf
        self.due = self.pending[0] if self.pending else start if self.capacity > self.maximum else following
        self.settled = False

    def begin(self, minute: int, rate: float) -> None:
        """What happens as a minute begins: bounds of scheduled actions, and a change that takes effect."""
        if self.pending is not None:
            if self.pending[0] > minute:
                return
            self._set(minute, self.pending[1])
            self.pending = None
        bounds = self.policy.bounds
        while self.pending is None and self.next_bounds < len(bounds) and bounds[self.next_bounds].minute <= minute:
            self._apply_bounds(minute, rate)
        if self.pending is None and self.capacity > self.maximum and self.budget.take(minute):
            self._change(minute - 1, self.maximum, 0)
        if self.pending is None:
            following = bounds[self.next_bounds].minute if self.next_bounds < len(bounds) else math.inf
            self.due = minute if self.capacity > self.maximum else following

    def _apply_bounds(self, minute: int, rate: float) -> None:
        bounds = self.policy.bounds[self.next_bounds]
        self.next_bounds += 1
        self.minimum, self.maximum = bounds.minimum, bounds.maximum
        self.above = self.below = 0
        if not self.steps:
            self.warm = self.policy.warm
            self._set(0, self._within_bounds(rate))
        elif self.capacity < self.minimum:
            self._change(minute - 1, self.minimum, 0)
        self._set_thresholds()

    def end(self, minute: int, consumed: float) -> None:
        """What happens as a minute ends: the burst balance, and the alarms on what was consumed."""
        self.consumed[minute] = consumed
        balance = self.burst_balance + (self.capacity - consumed) * _MINUTE_S
        self.burst_balance = self.full_balance if balance > self.full_balance else max(balance, 0.0)
        if self.pending is not None or self.capacity > self.maximum:
            return
        if consumed > self.high:
            self.above, self.below = self.above + 1, 0
            if self.above >= HIGH_MINUTES:
                self._scale_out(minute, consumed)
        elif consumed < self.low:
            self.above, self.below = 0, self.below + 1
            if self.below >= LOW_MINUTES:
                self._scale_in(minute)
        else:
            self.above = self.below = 0
            self.settled = self.burst_balance >= self.full_balance

    def next_event(self, rates: Sequence[float], minute: int, end: int) -> int:
        """The next minute that changes a settled state: one beyond a threshold or the capacity, or one that is due; or
        `end`.
        """
        low, high = self.low, min(self.high, self.capacity)
        stop = end if self.due > end else max(minute, int(self.due))
        return next((at for at in range(minute, stop) if not low <= rates[at] <= high), stop)

    def _scale_out(self, minute: int, consumed: float) -> None:
        self.above = 0
        units = self._within_bounds(consumed)
        if units > self.capacity:
            self._change(minute, units, self.constants.metric_minutes)

    def _scale_in(self, minute: int) -> None:
        busiest = max(self.consumed[max(0, minute - LOW_MINUTES + 1) : minute + 1])
        units = self._within_bounds(busiest)
        idle = not busiest and not self.constants.zero_scales_in
        if units < self.capacity and not idle and self.budget.take(minute):
            self._change(minute, units, self.constants.metric_minutes)

    def _within_bounds(self, consumed: float) -> int:
        target = self.policy.target_utilization
        return self.minimum if target is None else new_capacity(consumed, target, self.minimum, self.maximum)

    def _change(self, decided: int, units: int, alarm_minutes: float) -> None:
        self.pending = (effective_minute(decided, alarm_minutes, units, self.warm, self.constants), units)
        self.above = self.below = 0
        self.due, self.settled = self.pending[0], False
        self.highest = max(self.highest, units)

    def _set(self, minute: int, units: int) -> None:
        self.capacity, self.warm = units, max(self.warm, units)
        self.steps.append((minute, units))
        self.full_balance = self.constants.burst_seconds * units
        self.burst_balance = min(self.burst_balance, self.full_balance)
        self._set_thresholds()
        self.settled = False

    def _set_thresholds(self) -> None:
        target = self.policy.target_utilization
        self.high, self.low = (math.inf, -math.inf) if target is None else thresholds(self.capacity, target)
        if self.capacity >= self.maximum:
            self.high = math.inf
        if self.capacity <= self.minimum:
            self.low = -math.inf


class _Day(Record, frozen=True, eq=False):
    """What a day did to a scalable target; minutes count from its beginning.

    Attributes:
        warm: The warm throughput with which it began.
        highest: The most units that a change asked for.
        steps: Those of the day.
        consumed: Units per second of each minute.
        pending: The change under way as it ended.
        bounds: How many bounds began.
    """

    warm: float
    highest: int
    steps: tuple[Step, ...]
    consumed: list[float]
    capacity: int
    burst_balance: float
    counts: tuple[int, int]
    pending: Step | None
    bounds: int

    @property
    def set(self) -> int:
        """The most units that the capacity was set to."""
        return max((units for _, units in self.steps), default=0)

    def holds(self, warm: float) -> bool:
        """Whether it would have gone alike with another warm throughput: no change was past either."""
        return warm == self.warm or min(warm, self.warm) >= max(self.highest, self.set)


class JointTarget(Record, frozen=True, eq=False):
    """One scalable target: units per second offered, and the fraction that partitions let through (None: all)."""

    policy: Policy
    table_or_index: str
    rates: "NDArray[np.float64]"
    passed: "NDArray[np.float64] | None"


class JointRequests(Record, frozen=True, eq=False):
    """Requests of one kind: rate per second in each minute, and the units one takes of each scalable target."""

    rates: "NDArray[np.float64]"
    units: Mapping[int, float]


def simulate_jointly(
    targets: Sequence[JointTarget], requests: Sequence[JointRequests], constants: Constants
) -> tuple[list[list[Step]], list[list[float]]]:
    """Capacity steps of each target, and the fraction of its requests each target could serve in each minute.

    In each minute a kind of request gets the smallest fraction that any target it needs can serve; only what is served
    is consumed anywhere.
    """
    budgets = {target.table_or_index: DecreaseBudget() for target in targets}
    rates = [target.rates.tolist() for target in targets]
    states = [
        CapacityState(target.policy, budgets[target.table_or_index], constants, list(offered))
        for target, offered in zip(targets, rates, strict=True)
    ]
    passed = [None if target.passed is None else target.passed.tolist() for target in targets]
    fractions: list[list[float]] = [[1.0] * len(series) for series in rates]
    last = len(rates[0])
    every = (
        *(t.rates for t in targets),
        *(t.passed for t in targets if t.passed is not None),
        *(r.rates for r in requests),
    )
    kinds = day_kinds(every, last)
    often = {kind for kind, times in Counter(kinds).items() if times > 1}
    known: dict[object, list[tuple[list[_Day], list[list[float]]]]] = {}
    for start, kind in zip(day_starts(last), kinds, strict=True):
        end = min(start + MINUTES_PER_DAY, last)
        if kind not in often:
            _simulate_day(states, rates, passed, requests, fractions, range(start, end))
            continue
        days = known.setdefault((kind, *(state.state(start) for state in states)), [])
        alike = (day for day in days if all(p.holds(state.warm) for p, state in zip(day[0], states, strict=True)))
        found = next(alike, None)
        if found is None:
            before = [(state.warm, len(state.steps), state.next_bounds) for state in states]
            _simulate_day(states, rates, passed, requests, fractions, range(start, end))
            parts = [state.recorded(start, end, *began) for state, began in zip(states, before, strict=True)]
            days.append((parts, [of_one[start:end] for of_one in fractions]))
        else:
            for state, part, of_one, of_day in zip(states, found[0], fractions, found[1], strict=True):
                state.repeat(start, part)
                of_one[start:end] = of_day
    return [state.steps for state in states], fractions


def _simulate_day(
    states: Sequence[CapacityState],
    rates: Sequence[Sequence[float]],
    passed: Sequence[Sequence[float] | None],
    requests: Sequence[JointRequests],
    fractions: Sequence[list[float]],
    minutes: range,
) -> None:
    """Some minutes of all targets, whose fractions are filled in."""
    minute, end = minutes.start, minutes.stop
    looks = [minute] * len(states)  # the next minute in which something may happen to each
    for state in states:
        state.highest = 0
    while minute < end:
        awake = [i for i, look in enumerate(looks) if look <= minute]
        short = False
        for i in awake:
            state, rate, through = states[i], rates[i][minute], passed[i]
            if minute >= state.due:
                state.begin(minute, rate)
            if through is None and rate <= state.capacity:
                continue
            fraction = _servable(state, rate, 1.0 if through is None else through[minute])
            if fraction < 1:
                fractions[i][minute] = fraction
                short = True
        if short:
            for state, units in zip(states, _consumed(requests, fractions, minute), strict=True):
                state.settled = False
                state.end(minute, units)
            looks = [minute + 1] * len(states)
        else:
            for i in awake:
                state = states[i]
                state.settled = False
                state.end(minute, rates[i][minute])
                quiet = state.settled and passed[i] is None
                looks[i] = state.next_event(rates[i], minute + 1, end) if quiet else minute + 1
        minute = min(looks)


def _servable(state: CapacityState, rate: float, passed: float) -> float:
    """The fraction of a minute's units that a target can serve."""
    available = state.capacity + state.burst_balance / _MINUTE_S
    return passed if rate * passed <= available else available / rate


def _consumed(requests: Sequence[JointRequests], fractions: Sequence[Sequence[float]], minute: int) -> list[float]:
    out = [0.0] * len(fractions)
    for kind in requests:
        served = float(kind.rates[minute]) * min((fractions[i][minute] for i in kind.units), default=1.0)
        for i, units in kind.units.items():
            out[i] += served * units
    return out
