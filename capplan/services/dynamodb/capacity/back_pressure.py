"""A provisioned table and its indexes minute by minute, side by side: a write that an index cannot take is held back at
the table. It is only needed where an index is short; a table alone is faster by `scaling` and `bucket`.

Source: DynamoDB Developer Guide, "Understanding global secondary index throttling and back pressure" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.auto_scaling import HIGH_MINUTES, LOW_BELOW_TARGET, LOW_MINUTES
from capplan.services.dynamodb.capacity.scaling import Budget, Policy, Step, effective, wanted
from capplan.services.dynamodb.capacity.uncertain import Constants

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTE_S = 60.0


@dataclass(slots=True)
class Held:
    """The state of one side: its capacity, its bank, its alarms, the change under way."""

    policy: Policy
    budget: Budget
    constants: Constants
    capacity: int = 0
    bank: float = 0.0
    minimum: int = 0
    maximum: int = 0
    warm: float = 0.0
    at_bound: int = 0
    high_run: int = 0
    low_run: int = 0
    high: float = 0.0
    low: float = 0.0
    full: float = 0.0
    consumed: list[float] = field(default_factory=list)
    pending: Step | None = None
    steps: list[Step] = field(default_factory=list)

    def begin(self, minute: int, level: float) -> None:
        """What happens as a minute begins: bounds of scheduled actions, and a change that takes effect."""
        if self.pending is not None:
            if self.pending[0] > minute:
                return
            self._hold(minute, self.pending[1])
            self.pending = None
        bounds = self.policy.bounds
        while self.pending is None and self.at_bound < len(bounds) and bounds[self.at_bound].minute <= minute:
            self._bound(minute, level)
        if self.pending is None and self.capacity > self.maximum and self.budget.take(minute):
            self._change(minute - 1, self.maximum, 0)

    def _bound(self, minute: int, level: float) -> None:
        bound = self.policy.bounds[self.at_bound]
        self.at_bound += 1
        self.minimum, self.maximum = bound.minimum, bound.maximum
        self.high_run = self.low_run = 0
        if not self.steps:
            self.warm, target = self.policy.warm, self.policy.target
            self._hold(0, self.minimum if target is None else wanted(level, target, self.minimum, self.maximum))
        elif self.capacity < self.minimum:
            self._change(minute - 1, self.minimum, 0)

    def end(self, minute: int, consumed: float) -> None:
        """What happens as a minute ends: the bank, and the alarms on what was consumed."""
        self.consumed.append(consumed)
        bank = self.bank + (self.capacity - consumed) * _MINUTE_S
        self.bank = self.full if bank > self.full else max(bank, 0.0)
        if self.pending is not None or self.policy.target is None or self.capacity > self.maximum:
            return
        if consumed > self.high:
            self.low_run = 0
            self.high_run += 1
            if self.high_run >= HIGH_MINUTES:
                self.high_run = 0
                self._scale(minute, consumed, self.policy.target, up=True)
        elif consumed < self.low:
            self.high_run = 0
            self.low_run += 1
            if self.low_run >= LOW_MINUTES:
                self._scale(minute, max(self.consumed[-LOW_MINUTES:]), self.policy.target, up=False)
        else:
            self.high_run = self.low_run = 0

    def _scale(self, minute: int, level: float, target: float, *, up: bool) -> None:
        units = wanted(level, target, self.minimum, self.maximum)
        idle = not level and not self.constants.zero_scales_in
        down = not up and units < self.capacity and not idle and self.budget.take(minute)
        if down or (up and units > self.capacity):
            self._change(minute, units, self.constants.metric_minutes)

    def _change(self, decided: int, units: int, delay: float) -> None:
        self.pending = (effective(decided, delay, units, self.warm, self.constants), units)
        self.high_run = self.low_run = 0

    def _hold(self, minute: int, units: int) -> None:
        self.capacity, self.warm = units, max(self.warm, units)
        self.steps.append((minute, units))
        self.full = self.constants.burst_seconds * units
        self.bank = min(self.bank, self.full)
        target = self.policy.target or 1.0
        self.high = units * target * (1 + 1e-12)
        self.low = units * (target - float(LOW_BELOW_TARGET)) * (1 - 1e-12)


@dataclass(frozen=True, eq=False)
class Lane:
    """One side as the loop needs it: units per second offered, and the fraction that partitions pass (None: all)."""

    policy: Policy
    arm: str
    levels: "NDArray[np.float64]"
    passed: "NDArray[np.float64] | None"


@dataclass(frozen=True, eq=False)
class Stream:
    """Requests of one kind: rate per second in each minute, and the units one takes of each lane."""

    rates: "NDArray[np.float64]"
    units: Mapping[int, float]


def together(
    lanes: Sequence[Lane], streams: Sequence[Stream], constants: Constants
) -> tuple[list[list[Step]], list[list[float]]]:
    """Capacity steps of each lane, and the fraction of its requests each lane would take in each minute.

    In each minute a kind of request gets the smallest fraction that any lane it needs can take; only what gets through
    is consumed anywhere.
    """
    budgets = {lane.arm: Budget() for lane in lanes}
    states = [Held(lane.policy, budgets[lane.arm], constants) for lane in lanes]
    levels = [lane.levels.tolist() for lane in lanes]
    passed = [None if lane.passed is None else lane.passed.tolist() for lane in lanes]
    took: list[list[float]] = [[1.0] * len(one) for one in levels]
    for minute in range(len(levels[0])):
        short = False
        for i, state in enumerate(states):
            level = levels[i][minute]
            state.begin(minute, level)
            part = passed[i]
            if part is None and level <= state.capacity:
                continue
            fraction = _takes(state, level, 1.0 if part is None else part[minute])
            if fraction < 1:
                took[i][minute] = fraction
                short = True
        consumed = _consumed(streams, took, minute) if short else [one[minute] for one in levels]
        for state, units in zip(states, consumed, strict=True):
            state.end(minute, units)
    return [state.steps for state in states], took


def _takes(state: Held, level: float, passed: float) -> float:
    """The fraction of a minute's units that a side can take."""
    available = state.capacity + state.bank / _MINUTE_S
    return passed if level * passed <= available else available / level


def _consumed(streams: Sequence[Stream], took: Sequence[Sequence[float]], minute: int) -> list[float]:
    out = [0.0] * len(took)
    for stream in streams:
        through = float(stream.rates[minute]) * min((took[i][minute] for i in stream.units), default=1.0)
        for i, units in stream.units.items():
            out[i] += through * units
    return out
