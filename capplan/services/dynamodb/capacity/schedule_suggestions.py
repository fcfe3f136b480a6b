"""Which capacity steps to schedule: before each rise that auto scaling would miss, or hour by hour.

Nothing is scheduled for a spike that is unplanned: nobody knows beforehand when it comes.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from capplan.flow import DemandFlow
from capplan.services.dynamodb.capacity.scalable_target import TargetKey
from capplan.services.dynamodb.capacity.simulated_period import SimulatedPeriod
from capplan.units import MINUTES_PER_DAY, PERIOD_DAYS

_LEAD_MINUTES = 30
"""How long before a rise the capacity is set: UpdateTable past the warm throughput takes minutes."""
_TAIL_MINUTES = 5
_SAME_RISE_MINUTES = 60
"""Throttled minutes no further apart than this are one rise."""
_MAX_ACTIONS = 12
_BLOCK_HOURS = 4
_EARLY_MINUTES = 10
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_WEEKS = PERIOD_DAYS // 7

Action = dict[str, object]
"""A scheduled action as the scenario writes it."""
Rise = tuple[int, int, int]
"""First minute, last minute, capacity units."""


def actions_before_rises(
    period: SimulatedPeriod, target_percent: int, quotas: Mapping[str, Decimal]
) -> Mapping[TargetKey, list[Action]] | None:
    """Scheduled actions that would have served what a period's capacity throttled; None for too many to write.

    Args:
        period: The simulated period under auto scaling.
        target_percent: Its target utilization.
        quotas: Of one table, by direction.
    """
    out: dict[TargetKey, list[Action]] = {}
    for key, (target, outcome) in period.outcomes.items():
        throttled = outcome.throttled.get("provisioned")
        if throttled is None:
            continue
        known = throttled > 0
        for start, end in target.flow.unplanned_minutes:
            known[start:end] = False
        minutes = known.nonzero()[0].tolist()
        if not minutes:
            continue
        rises = _rises(target.flow.rate_per_minute().tolist(), minutes, target_percent, int(quotas[key[1]]))
        out[key] = _actions(rises, key[1])
        if len(out[key]) > _MAX_ACTIONS:
            return None
    return out


def _rises(rates: Sequence[float], minutes: Sequence[int], target_percent: int, quota: int) -> list[Rise]:
    """Throttled minutes as rises, each with the capacity that would serve it at the target."""
    out: list[Rise] = []
    for minute in minutes:
        units = min(quota, math.ceil(rates[minute] * 100 / target_percent))
        if out and minute - out[-1][1] <= _SAME_RISE_MINUTES:
            out[-1] = (out[-1][0], minute, max(units, out[-1][2]))
        else:
            out.append((minute, minute, units))
    return out


def _actions(rises: Sequence[Rise], direction: str) -> list[Action]:
    """Rises at the same time of day as one schedule expression, the others one by one."""
    by_time: dict[int, list[Rise]] = defaultdict(list)
    for rise in rises:
        by_time[rise[0] % MINUTES_PER_DAY // _LEAD_MINUTES].append(rise)
    out: list[Action] = []
    for alike in by_time.values():
        days = [first // MINUTES_PER_DAY for first, _, _ in alike]
        weekly = {day % 7 for day in days if sum(other % 7 == day % 7 for other in days) >= _WEEKS}
        recurring = [rise for rise in alike if rise[0] // MINUTES_PER_DAY % 7 in weekly]
        if recurring:
            out.append(_recurring(recurring, sorted(weekly), direction))
        out += [_once(rise, direction) for rise in alike if rise not in recurring]
    return out


def _recurring(rises: Sequence[Rise], weekdays: Sequence[int], direction: str) -> Action:
    start = _before(min(first % MINUTES_PER_DAY for first, _, _ in rises))
    end = max(last - first + first % MINUTES_PER_DAY for first, last, _ in rises)
    day = "* * ?" if len(weekdays) == 7 else f"? * {','.join(_DAYS[d] for d in weekdays)}"  # noqa: PLR2004  a week
    cron = f"cron({start % 60} {start // 60} {day} *)"
    return {"at": cron, "for": f"{end - start + _TAIL_MINUTES} min", direction: max(units for _, _, units in rises)}


def _once(rise: Rise, direction: str) -> Action:
    start = _before(rise[0])
    day, minute = divmod(start, MINUTES_PER_DAY)
    at = f"day {day + 1} {minute // 60:02d}:{minute % 60:02d}"
    return {"at": at, "for": f"{rise[1] - start + _TAIL_MINUTES} min", direction: rise[2]}


def _before(minute: int) -> int:
    """The lead before a minute, on a five-minute mark."""
    return max(0, (minute - _LEAD_MINUTES) // 5 * 5)


def daily_actions(flow: DemandFlow, direction: str) -> list[Action]:
    """Capacity in six blocks of the day, each at its busiest minute of the simulated period; none for a flat load.

    A step up comes a little before its block.
    """
    if all(shape.flat for shape, _ in flow.terms):
        return []
    rates = flow.rate_per_minute()
    for start, end in flow.unplanned_minutes:
        rates[start:end] = 0.0
    days = rates.reshape(PERIOD_DAYS, MINUTES_PER_DAY)
    block = _BLOCK_HOURS * 60
    busiest = [math.ceil(float(days[:, at : at + block].max())) for at in range(0, MINUTES_PER_DAY, block)]
    out: list[Action] = []
    for i, units in enumerate(busiest):
        minute = (i * block - (_EARLY_MINUTES if units > busiest[i - 1] else 0)) % MINUTES_PER_DAY
        if units != busiest[i - 1]:
            out.append({"at": f"cron({minute % 60} {minute // 60} * * ? *)", direction: max(1, units)})
    return out
