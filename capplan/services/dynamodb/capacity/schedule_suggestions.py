"""Which capacity steps to schedule, read off a window: before each rise that auto scaling would miss, or hour by hour. It
prices nothing.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from capplan.flow import DemandFlow
from capplan.services.dynamodb.capacity.simulated_period import Window
from capplan.units import MINUTES_PER_DAY, WINDOW_DAYS

_LEAD_MINUTES = 30
"""How long before a rise the capacity is there: UpdateTable past the warm throughput takes minutes."""
_TAIL_MINUTES = 5
_SAME_RISE_MINUTES = 60
"""Throttled minutes no further apart than this are one rise."""
_MAX_STEPS = 12
_BLOCK_HOURS = 4
_EARLY_MINUTES = 10
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_WEEKS = WINDOW_DAYS // 7

Step = dict[str, object]
"""A scheduled action as the scenario says it."""
Rise = tuple[int, int, int]
"""First minute, last minute, units to hold."""


def foreseen_steps(
    window: Window, target: int, write_quota: Decimal, read_quota: Decimal
) -> Mapping[tuple[str, str], list[Step]] | None:
    """Steps that would have served what a window's capacity refused, by arm and direction; None for too many."""
    out: dict[tuple[str, str], list[Step]] = {}
    for key, (side, outcome) in window.sides.items():
        refused = outcome.refused.get("provisioned")
        if refused is None:
            continue
        quota = write_quota if key[1] == "write" else read_quota
        rises = _rises(side.flow.rate_per_minute().tolist(), (refused > 0).nonzero()[0].tolist(), target, int(quota))
        steps = _steps(rises, key[1])
        if len(steps) > _MAX_STEPS:
            return None
        out[key] = steps
    return out


def _rises(levels: Sequence[float], minutes: Sequence[int], target: int, quota: int) -> list[Rise]:
    """Refused minutes as rises, each with the capacity that would serve it at the target."""
    out: list[Rise] = []
    for minute in minutes:
        units = min(quota, math.ceil(levels[minute] * 100 / target))
        if out and minute - out[-1][1] <= _SAME_RISE_MINUTES:
            out[-1] = (out[-1][0], minute, max(units, out[-1][2]))
        else:
            out.append((minute, minute, units))
    return out


def _steps(rises: Sequence[Rise], direction: str) -> list[Step]:
    """Rises at the same time of day as one schedule expression, the others one by one."""
    by_time: dict[int, list[Rise]] = defaultdict(list)
    for rise in rises:
        by_time[rise[0] % MINUTES_PER_DAY // _LEAD_MINUTES].append(rise)
    out: list[Step] = []
    for alike in by_time.values():
        days = [first // MINUTES_PER_DAY for first, _, _ in alike]
        weekly = {day % 7 for day in days if sum(other % 7 == day % 7 for other in days) >= _WEEKS}
        steady = [rise for rise in alike if rise[0] // MINUTES_PER_DAY % 7 in weekly]
        if steady:
            out.append(_recurring(steady, sorted(weekly), direction))
        out += [_once(rise, direction) for rise in alike if rise not in steady]
    return out


def _recurring(rises: Sequence[Rise], weekdays: Sequence[int], direction: str) -> Step:
    start = _before(min(first % MINUTES_PER_DAY for first, _, _ in rises))
    end = max(last - first + first % MINUTES_PER_DAY for first, last, _ in rises)
    day = "* * ?" if len(weekdays) == 7 else f"? * {','.join(_DAYS[d] for d in weekdays)}"  # noqa: PLR2004  a week
    cron = f"cron({start % 60} {start // 60} {day} *)"
    return {"at": cron, "for": f"{end - start + _TAIL_MINUTES} min", direction: max(units for _, _, units in rises)}


def _once(rise: Rise, direction: str) -> Step:
    start = _before(rise[0])
    day, minute = divmod(start, MINUTES_PER_DAY)
    at = f"day {day + 1} {minute // 60:02d}:{minute % 60:02d}"
    return {"at": at, "for": f"{rise[1] - start + _TAIL_MINUTES} min", direction: rise[2]}


def _before(minute: int) -> int:
    """The lead before a minute, on a five-minute mark."""
    return max(0, (minute - _LEAD_MINUTES) // 5 * 5)


def planned_day(flow: DemandFlow, direction: str) -> list[Step]:
    """Capacity in six blocks of the day, each at its busiest minute of the window; none for a flat load.

    Each step comes a little before its block, and holds what both sides of the change need.
    """
    if all(shape.flat for shape, _ in flow.terms):
        return []
    days = flow.rate_per_minute().reshape(WINDOW_DAYS, MINUTES_PER_DAY)
    block = _BLOCK_HOURS * 60
    busiest = [math.ceil(float(days[:, at : at + block].max())) for at in range(0, MINUTES_PER_DAY, block)]
    out: list[Step] = []
    for i, units in enumerate(busiest):
        rising = units > busiest[i - 1]
        minute = (i * block - _EARLY_MINUTES if rising else i * block) % MINUTES_PER_DAY
        at = f"cron({minute % 60} {minute // 60} * * ? *)"
        if units != busiest[i - 1]:
            out.append({"at": at, direction: max(1, units)})
    return out
