"""The answer of AWS's own capacity mode evaluator: what auto scaling would hold, and which mode that makes cheaper.

Source: github.com/awslabs/amazon-dynamodb-tools, archived/capacity-mode-evaluator, commit b3ef85a: `metrics_estimates.py`
(the capacity of each minute), `cost_estimates.py` (hours, prices, the mode recommended), README (read 2026-11-30). Its own
words on what it leaves out: auto scaling responds instantaneously; a look back of at most 14 days.

The rule, in a minute's units a second: capacity rises to the larger of the last two minutes over the target once both are
above it. It falls to the largest of the last 15 minutes over the target, where that is less by more than a sixth and it
has not fallen in those 15 minutes: four times a day for reads and writes together, then once an hour, by turns.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

DAYS = 14
_DAY, _HOUR, _QUARTER = 1440, 60, 15
_FALLS_A_DAY = 4
_LESS = 1.2


class Bounds(NamedTuple):
    """Of auto scaling, in units; `target` is a share."""

    least: float = 1
    most: float = 80_000
    target: float = 0.7


def capacities(
    reads: Sequence[float], writes: Sequence[float], bounds: Bounds, first_minute: int = 0
) -> tuple[list[float], list[float]]:
    """What auto scaling holds in each minute, of reads and of writes; `first_minute` is that of the day."""
    used, held = (reads, writes), ([0.0] * len(reads), [0.0] * len(writes))
    for units, capacity in zip(used, held, strict=True):
        capacity[:3] = [min(max(units[0] / bounds.target, bounds.least), bounds.most)] * 3
    falls, turn = 0, 0
    for i in range(1, len(reads)):
        falls = 0 if (first_minute + i) % _DAY == 0 else falls
        for units, capacity in zip(used, held, strict=True) if i >= 3 else ():
            capacity[i] = _risen(units[i - 2 : i], capacity[i - 1], bounds)
        lower = [_lower(units, capacity, i, bounds) for units, capacity in zip(used, held, strict=True)]
        wanted = [side for side in (0, 1) if i >= _QUARTER and held[side][i - 1] > lower[side] * _LESS]
        if falls < _FALLS_A_DAY:
            for side in (0, 1) if i >= _QUARTER else ():
                if not _fell(held[side][i - _QUARTER : i]):
                    held[side][i] = lower[side] if side in wanted else held[side][i]
                    falls += held[side][i - 1] > held[side][i]
        elif i >= _HOUR and not any(_fell(capacity[i - _HOUR : i]) for capacity in held):
            turn = 1 - turn if len(wanted) > 1 else turn
            for side in wanted if len(wanted) == 1 else [turn] * bool(wanted):
                held[side][i] = lower[side]
    return held


def _lower(units: Sequence[float], capacity: Sequence[float], i: int, bounds: Bounds) -> float:
    """What the last 15 minutes need."""
    return max(min(max(units[max(0, i - _QUARTER) : i]) / bounds.target, capacity[i]), bounds.least)


def _risen(last_two: Sequence[float], before: float, bounds: Bounds) -> float:
    both = min(last_two) / bounds.target
    kept = min(max(both, before), bounds.most)
    return max(last_two) / bounds.target if kept == both else kept


def _fell(capacity: Sequence[float]) -> bool:
    return any(a > b for a, b in pairwise(capacity))


class Verdict(NamedTuple):
    """Costs of the look back in USD, and the mode recommended for a table that is on-demand today."""

    provisioned: float
    on_demand: float

    @property
    def mode(self) -> str:
        """The cheaper of both."""
        return "provisioned" if self.provisioned < self.on_demand else "on_demand"


def verdict(
    units: Sequence[float], capacity: Sequence[float], unit_hour_usd: float, request_unit_usd: float
) -> Verdict:
    """Of one direction: each hour's mean capacity at the hourly price, each unit at the on-demand price."""
    hours = [capacity[i : i + _HOUR] for i in range(0, len(capacity), _HOUR)]
    return Verdict(sum(sum(hour) / len(hour) for hour in hours) * unit_hour_usd, sum(units) * 60 * request_unit_usd)
