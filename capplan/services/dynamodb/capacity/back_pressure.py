"""A provisioned table and its indexes simulated jointly, minute by minute: a write that an index cannot take is throttled
at the table.

Only needed where an index is short: a table alone is faster with `scaling` and `burst_bucket`.

Source: DynamoDB Developer Guide, "Understanding global secondary index throttling and back pressure" (read 2026-11-23).
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import field

from capplan.record import MutableRecord, Record
from capplan.services.dynamodb.capacity.auto_scaling import (
    LOW_MINUTES,
    AlarmRun,
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
    alarm: AlarmRun = field(default_factory=AlarmRun)
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
        self.alarm.minutes = 0
        if not self.steps:
            self.warm, target = self.policy.warm, self.policy.target_utilization
            self._set(0, self.minimum if target is None else new_capacity(rate, target, self.minimum, self.maximum))
        elif self.capacity < self.minimum:
            self._change(minute - 1, self.minimum, 0)

    def end(self, minute: int, consumed: float) -> None:
        """What happens as a minute ends: the burst balance, and the alarms on what was consumed."""
        self.consumed[minute] = consumed
        balance = self.burst_balance + (self.capacity - consumed) * _MINUTE_S
        self.burst_balance = self.full_balance if balance > self.full_balance else max(balance, 0.0)
        target = self.policy.target_utilization
        if self.pending is not None or self.capacity > self.maximum:
            return
        if target is None or self.low <= consumed <= self.high:
            self.alarm.minutes = 0
            self.settled = self.burst_balance >= self.full_balance
        elif self.alarm.add(above=consumed > self.high):
            self._scale(minute, consumed, target)

    def _scale(self, minute: int, consumed: float, target: float) -> None:
        if self.alarm.above:
            self.alarm.minutes = 0
            units = new_capacity(consumed, target, self.minimum, self.maximum)
            if units > self.capacity:
                self._change(minute, units, self.constants.metric_minutes)
            return
        busiest = max(self.consumed[max(0, minute - LOW_MINUTES + 1) : minute + 1])
        units = new_capacity(busiest, target, self.minimum, self.maximum)
        idle = not busiest and not self.constants.zero_scales_in
        if units < self.capacity and not idle and self.budget.take(minute):
            self._change(minute, units, self.constants.metric_minutes)

    def _change(self, decided: int, units: int, alarm_minutes: float) -> None:
        self.pending = (effective_minute(decided, alarm_minutes, units, self.warm, self.constants), units)
        self.alarm.minutes = 0
        self.due, self.settled = self.pending[0], False

    def _set(self, minute: int, units: int) -> None:
        self.capacity, self.warm = units, max(self.warm, units)
        self.steps.append((minute, units))
        self.full_balance = self.constants.burst_seconds * units
        self.burst_balance = min(self.burst_balance, self.full_balance)
        target = self.policy.target_utilization
        self.high, self.low = (math.inf, -math.inf) if target is None else thresholds(units, target)
        self.settled = False


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
    for minute in range(len(rates[0])):
        short = False
        for i, state in enumerate(states):
            rate = rates[i][minute]
            if minute >= state.due:
                state.begin(minute, rate)
            through = passed[i]
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
            continue
        for state, series in zip(states, rates, strict=True):
            rate = series[minute]
            if not (state.settled and state.low <= rate <= state.high and rate <= state.capacity):
                state.settled = False
                state.end(minute, rate)
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
