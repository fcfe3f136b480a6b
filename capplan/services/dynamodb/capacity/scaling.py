"""Auto scaling over time: the capacity a table holds in each minute, as the live alarms and UpdateTable move it. It
never decides what is refused beyond the bank that a scaling step must know.

A step up: two minutes running above the target; what was consumed in the second, over the target, is the new capacity.
A step down: 15 minutes running below the target minus 20 points; the busiest of them, over the target; only while the
day's budget of decreases has one left. Both arrive after the alarm's delay and UpdateTable's. Project choices: while a
step is under way no other is decided, and after it the minutes are counted anew; the window's first minute is 00:00 UTC.

Source: DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling", "Quotas";
Application Auto Scaling User Guide, "Scheduled scaling" (read 2026-11-23).
"""

import heapq
import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from capplan.services.dynamodb.capacity.auto_scaling import HIGH_MINUTES, LOW_BELOW_TARGET, LOW_MINUTES
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.services.dynamodb.quotas import DECREASES_MAX

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SLACK = 1e-9
_LOW_BELOW = float(LOW_BELOW_TARGET)
_HOUR = 60
Step = tuple[int, int]
"""From this minute on, so many units are held."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From this minute on, auto scaling stays within; equal ones are a plain capacity."""

    minute: int
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class Policy:
    """How one arm is scaled in one direction.

    Attributes:
        target: The share of capacity to see used; None where only scheduled actions move it.
        bounds: In order of their minutes, the first at 0.
        warm: Units per second up to which a change is quick.
    """

    target: float | None
    bounds: tuple[Bounds, ...]
    warm: float = math.inf

    @property
    def fixed(self) -> bool:
        """Whether the capacity never moves."""
        return len(self.bounds) == 1 and self.bounds[0].minimum == self.bounds[0].maximum


@dataclass(slots=True)
class Budget:
    """Decreases of a table or index: a UTC day opens with 4, each full hour adds 1, and no more than 4 are held."""

    held: int = int(DECREASES_MAX.value)
    hour: int = 0
    used: list[int] = field(default_factory=list)

    def take(self, minute: int) -> bool:
        """Whether a decrease is allowed in this minute; it is used up then."""
        now = minute // _HOUR
        if now // 24 > self.hour // 24:
            self.held = int(DECREASES_MAX.value)
        self.held = min(
            int(DECREASES_MAX.value), self.held + (now - self.hour if now // 24 == self.hour // 24 else now % 24)
        )
        self.hour = now
        if not self.held:
            return False
        self.held -= 1
        self.used.append(minute)
        return True


def capacity_steps(
    series: Sequence[tuple["NDArray[np.float64]", Policy]], constants: Constants = CENTRAL
) -> list[list[Step]]:
    """The steps of an arm's directions (units per second offered in each minute, and the policy of each).

    They share one budget of decreases, so they are followed side by side, the earliest request first.
    """
    budget, out = Budget(), [[] for _ in series]  # type: tuple[Budget, list[list[Step]]]
    running = [_follow(levels.tolist(), policy, constants) for levels, policy in series]
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
    """Steps as the capacity of each minute."""
    import numpy as np  # noqa: PLC0415  only where a series is computed

    if not steps:
        return np.zeros(minutes)
    lengths = [b - a for (a, _), (b, _) in pairwise([*steps, (minutes, 0)])]
    return np.repeat(np.array([float(units) for _, units in steps]), lengths)


def wanted(consumed: float, target: float, minimum: int, maximum: int) -> int:
    """What a scaling step sets: consumed over target, rounded up, within the bounds."""
    units = math.ceil(consumed / target - _SLACK)
    return minimum if units < minimum else min(units, maximum)


def effective(minute: int, delay: float, units: int, warm: float, constants: Constants) -> int:
    """The first minute of a change that was decided with the data of some minute."""
    update = constants.update_minutes if units <= warm else constants.update_beyond_warm_minutes
    return math.ceil(minute + 1 + delay + update)


def _follow(levels: list[float], policy: Policy, constants: Constants) -> Generator[int, bool, list[Step]]:
    """The steps of one series; it yields the minute of each decrease it wants and is told whether it may."""
    return (yield from _Follower(levels, policy, constants).run())


@dataclass(slots=True)
class _Follower:
    """One series on its way through the window."""

    levels: list[float]
    policy: Policy
    constants: Constants
    minute: int = 0
    held: int = 0
    warm: float = 0.0
    bank: float = 0.0
    banked_at: int = 0
    banked_step: int = 0
    last: int = 0
    at_bound: int = 1
    minimum: int = 0
    maximum: int = 0
    steps: list[Step] = field(default_factory=list)

    def run(self) -> Generator[int, bool, list[Step]]:
        first, self.last = self.policy.bounds[0], len(self.levels)
        self.minimum, self.maximum, self.warm = first.minimum, first.maximum, self.policy.warm
        target = self.policy.target
        start = self.minimum if target is None else wanted(self.levels[0], target, self.minimum, self.maximum)
        self._hold(0, start)
        while self.minute < self.last:
            if self._bound_due():
                yield from self._obey_bound()
                continue
            fired = None if target is None else self._until_alarm(target, self._next_bound())
            if fired is None:
                self.minute = self._next_bound()
            elif fired == "high":
                self._scale_out(target or 1.0)
            else:
                yield from self._scale_in(target or 1.0)
        return self.steps

    def _next_bound(self) -> int:
        bounds = self.policy.bounds
        return min(len(self.levels), bounds[self.at_bound].minute) if self.at_bound < len(bounds) else len(self.levels)

    def _bound_due(self) -> bool:
        bounds = self.policy.bounds
        return self.at_bound < len(bounds) and bounds[self.at_bound].minute <= self.minute

    def _obey_bound(self) -> Generator[int, bool, None]:
        """A scheduled action: the new bounds hold at once, a capacity outside of them is moved to the nearer one."""
        bound = self.policy.bounds[self.at_bound]
        self.at_bound += 1
        self.minimum, self.maximum = bound.minimum, bound.maximum
        if self.held < self.minimum:
            self._change(self.minute - 1, self.minimum, 0)
        elif self.held > self.maximum:
            while self.minute < self._next_bound():
                if (yield self.minute):
                    self._change(self.minute - 1, self.maximum, 0)
                    return
                self.minute += 1

    def _until_alarm(self, target: float, stop: int) -> str | None:
        """Goes to the minute that completes an alarm, or to `stop`."""
        levels, high_run, low_run = self.levels, 0, 0
        high = self.held * target * (1 + 1e-12)
        low = self.held * (target - _LOW_BELOW) * (1 - 1e-12) if self.held > self.minimum else -1.0
        if self.held >= self.maximum:
            high = math.inf
        for minute in range(self.minute, stop):
            level = levels[minute]
            if level > high:
                high_run += 1
                low_run = 0
                if high_run >= HIGH_MINUTES:
                    self.minute = minute
                    return "high"
            elif level < low:
                low_run += 1
                high_run = 0
                if low_run >= LOW_MINUTES:
                    self.minute = minute
                    return "low"
            else:
                high_run = low_run = 0
        return None

    def _scale_out(self, target: float) -> None:
        new = wanted(self._consumed(self.minute), target, self.minimum, self.maximum)
        if new > self.held:
            self._change(self.minute, new, self.constants.metric_minutes)
        else:
            self.minute += 1

    def _scale_in(self, target: float) -> Generator[int, bool, None]:
        """Asks for a decrease while the alarm still holds; one that is refused cannot be had before the next full hour."""
        levels, minute, stop = self.levels, self.minute, self._next_bound()
        low, ask = self.held * (target - _LOW_BELOW) * (1 - 1e-12), minute
        while minute < stop and levels[minute] < low:
            if minute >= ask:
                self.minute = minute
                busiest = max(levels[max(0, minute - LOW_MINUTES + 1) : minute + 1])
                new = wanted(busiest, target, self.minimum, self.maximum)
                idle = busiest == 0 and not self.constants.zero_scales_in
                if new < self.held and not idle:
                    if (yield minute):
                        self._change(minute, new, self.constants.metric_minutes)
                        return
                    ask = (minute // _HOUR + 1) * _HOUR
            minute += 1
        self.minute = minute

    def _change(self, decided: int, units: int, delay: float) -> None:
        """Holds other units from when the change takes effect, and goes there."""
        known = self.constants
        update = known.update_minutes if units <= self.warm else known.update_beyond_warm_minutes
        at = self.minute = math.ceil(decided + 1 + delay + update)
        if at < self.last:
            self._hold(at, units)

    def _hold(self, minute: int, units: int) -> None:
        self.held = units
        self.warm = max(self.warm, units)
        self.steps.append((minute, units))

    def _consumed(self, minute: int) -> float:
        """What got through in a minute, per second: capacity and what the bank still gave."""
        level = self.levels[minute]
        if level <= self.held:
            return level
        self._save(minute)
        return min(level, self.held + self.bank / 60)

    def _save(self, minute: int) -> None:
        """The bank at the beginning of a minute, from where it was last looked at, over the steps since."""
        burst, bank, at = self.constants.burst_seconds, self.bank, self.banked_at
        while at < minute:
            held = self.steps[self.banked_step][1]
            following = self.banked_step + 1
            more = following < len(self.steps) and self.steps[following][0] <= minute
            stop, full = self.steps[following][0] if more else minute, burst * held
            for level in self.levels[at:stop]:
                bank += (held - level) * 60
                if bank > full:
                    bank = full
                elif bank < 0:
                    bank = 0.0
            at = stop
            if more:
                self.banked_step = following
                bank = min(bank, burst * self.steps[following][1])
        self.bank, self.banked_at = bank, minute
