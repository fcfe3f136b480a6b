"""A provisioned table and its indexes simulated jointly, minute by minute: a write that an index cannot take is throttled
at the table.

Only needed where an index is short: a table alone is faster with `scaling` and `burst_bucket`.

Source: DynamoDB Developer Guide, "Understanding global secondary index throttling and back pressure" (read 2026-11-23).
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from capplan.record import MutableRecord, Record
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

    def next_event(self, rates: Sequence[float], minute: int) -> int:
        """The next minute that changes a settled state: one beyond a threshold or the capacity, or one that is due."""
        low, high = self.low, min(self.high, self.capacity)
        stop = len(rates) if self.due > len(rates) else max(minute, int(self.due))
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
    last, minute = len(rates[0]), 0
    looks = [0] * len(states)  # the next minute in which something may happen to each
    while minute < last:
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
                looks[i] = state.next_event(rates[i], minute + 1) if quiet else minute + 1
        minute = min(looks)
    return [state.steps for state in states], fractions


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
