"""The rules of auto scaling: its alarms, its target, its decreases. It never follows them over time (`scaling` does).

Source: DynamoDB Developer Guide, "Managing throughput capacity automatically with DynamoDB auto scaling" and
"Quotas" (read 2026-11-23);
alarm figures as Application Auto Scaling creates them (AWS says that they may change).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.services.dynamodb.quotas import DECREASES_MAX
from capplan.units import SECONDS_PER_MINUTE

Number = int | Decimal | Fraction

HIGH_MINUTES = 2
LOW_MINUTES = 15
LOW_BELOW_TARGET = Fraction(1, 5)
"""The low line lies 20 percentage points under the target."""
_HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True)
class Alarm:
    """A strict comparison of consumed units, summed over 60 s, that must hold for so many minutes running."""

    compare: Literal[">", "<"]
    periods: int
    sum_per_60s: Fraction

    def holds(self, consumed: Number) -> bool:
        """Whether one minute's sum is beyond the line."""
        return consumed > self.sum_per_60s if self.compare == ">" else consumed < self.sum_per_60s


@dataclass(frozen=True, slots=True)
class ProvisionedAlarm:
    """The second pair, which only notices capacity that somebody else changed."""

    statistic: str
    period_s: int
    periods: int
    threshold: Fraction


def alarms(provisioned_units: Number, target: Number) -> tuple[Alarm, Alarm]:
    """The high and the low alarm of a policy; `target` is a share from 0 to 1."""
    full = SECONDS_PER_MINUTE * Fraction(provisioned_units)
    low = full * (Fraction(target) - LOW_BELOW_TARGET)
    return Alarm(">", HIGH_MINUTES, full * Fraction(target)), Alarm("<", LOW_MINUTES, low)


def provisioned_alarm(provisioned_units: Number) -> ProvisionedAlarm:
    """The alarm on the provisioned value itself."""
    return ProvisionedAlarm("Average", 300, 3, Fraction(provisioned_units))


def target_units(
    consumed_units_per_s: Number, target: Number, minimum: Number = 1, maximum: Number | None = None
) -> int:
    """The capacity a scaling event sets: consumed / target rounded up, within the policy's bounds."""
    wanted = max(math.ceil(Fraction(consumed_units_per_s) / Fraction(target)), math.ceil(Fraction(minimum)))
    return wanted if maximum is None else min(wanted, int(maximum))


def scaling_events(sums_per_60s: Sequence[Number], provisioned_units: Number, target: Number) -> list[tuple[int, str]]:
    """(minute counted from 1, "high" or "low") for every run of minutes that fires an alarm while capacity stays."""
    out: list[tuple[int, str]] = []
    for name, alarm in zip(("high", "low"), alarms(provisioned_units, target), strict=True):
        run = 0
        for minute, consumed in enumerate(sums_per_60s, start=1):
            run = run + 1 if alarm.holds(consumed) else 0
            if run == alarm.periods:
                out.append((minute, name))
    return sorted(out)


def decreases(attempt_hours_utc: Iterable[Number]) -> list[bool]:
    """Which decreases are allowed: a day opens with 4, each full UTC hour adds 1, and no more than 4 are ever held."""
    held, hour, out = int(DECREASES_MAX.value), 0, []
    for attempt in attempt_hours_utc:
        now = math.floor(Fraction(attempt))
        new_day = now // _HOURS_PER_DAY > hour // _HOURS_PER_DAY
        held = int(DECREASES_MAX.value) if new_day else min(int(DECREASES_MAX.value), held + now - hour)
        hour = now
        out.append(held > 0)
        held -= 1 if held else 0
    return out
