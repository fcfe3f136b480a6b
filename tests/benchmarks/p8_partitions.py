"""P8, partitions: a month of minutes on 1,000 and 10,000 partitions with splits for heat, and a month of seconds on ten.

Prints seconds of one process; keys are Zipf's, so that the hottest partitions are above their ceiling.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from capplan.services.dynamodb.keys.popularity import Keys, Popularity
from capplan.services.dynamodb.partitions.load import PartitionLoads, partition_loads
from capplan.services.dynamodb.partitions.splits import simulate_splits
from capplan.services.dynamodb.partitions.throttling import throttled_share
from capplan.services.dynamodb.partitions.throttling_over_time import throttled_share_over_time
from capplan.units import PERIOD_MINUTES

ROUNDS = 5
GOALS = {1000: 0.25, 10_000: 0.5}
SECONDS_GOAL = 0.2
_ZIPF = Keys(Popularity("zipf", exponent=0.9), 10**9)


def run() -> list[tuple[str, float, float]]:
    """Median seconds of each."""
    out = []
    for partitions, goal in GOALS.items():
        heat = partition_loads(_ZIPF, partitions, 1)
        levels = _levels(700.0 * partitions, 1440)
        seconds = _median(lambda h=heat, x=levels: _month(h, x))  # type: ignore[misc]
        out.append((f"P8 a month of minutes on {partitions:,} partitions, s", seconds, goal))
    heat = partition_loads(_ZIPF, 10, 1)
    levels = np.repeat(_levels(9000.0, 1440), 60)
    out.append(("P8 a month of seconds on 10 partitions, s", _median(lambda: _means(heat, levels)), SECONDS_GOAL))
    return out


def _levels(mean: float, per_day: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    minutes = np.arange(PERIOD_MINUTES)
    return mean * (1 + 0.5 * np.sin(2 * np.pi * minutes / per_day)) * (1 + 0.01 * np.sin(minutes))


def _month(heat: PartitionLoads, levels: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    history = simulate_splits(heat, levels / 1000, can_spread=False)
    throttled_share_over_time(levels, history.partitions, 1000.0, 1.0)


def _means(heat: PartitionLoads, levels: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    throttled_share(levels, heat.shares, 1000.0, heat.hottest_key_shares)


def _median(work: Callable[[], object]) -> float:
    found = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return statistics.median(found)


if __name__ == "__main__":
    for name, found, goal in run():
        sys.stdout.write(f"{name}: {found:.3f} (goal {goal:.2f} or less)\n")
