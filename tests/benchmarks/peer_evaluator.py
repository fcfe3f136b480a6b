"""The algorithm of AWS's own capacity mode evaluator, written out in plain Python: what P9 is held against.

For every minute it looks back over the last 2, 15 and 60 minutes of both metrics: a rise of both last minutes sets the
larger one over the target; a fall takes the largest of 15 minutes while fewer than 4 decreases were counted that day, then
one an hour. It knows no delay, no burst and no throttling. Two of its habits are kept, since they cost its time: lists are
cut anew for each minute, and each table's rows are searched for among all rows. That search is done with numpy here, which
is kinder to it than its own query of a data frame.

Source: awslabs/amazon-dynamodb-tools, capacity-mode-evaluator, src/metrics_estimates.py and src/cost_estimates.py
(read 2026-11-24); own words.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tests.benchmarks.traces import Metric

HOUR, DAY = 60, 1440
LOW, FREE = 15, 4
"""Minutes a fall looks back over; decreases a day that need no wait."""
Row = list[float]
"""Minute, units per second, estimated capacity."""


def evaluate(
    metrics: Sequence[Metric], prices: tuple[float, float, float, float], target: float = 0.7, least: float = 5
) -> dict[str, tuple[float, float]]:
    """USD on demand and auto scaled by table, at prices (read request, write request, read hour, write hour)."""
    names = np.concatenate([np.full(len(m.values), i // 2) for i, m in enumerate(metrics)])
    reads = np.concatenate([np.full(len(m.values), m.label == "ConsumedReadCapacityUnits") for m in metrics])
    minutes = np.concatenate([m.timestamps for m in metrics])
    sums = np.concatenate([m.values for m in metrics])
    out = {}
    for i in range(len(metrics) // 2):
        rows = []
        for wanted in (True, False):
            mine = (names == i) & (reads == wanted)
            order = np.argsort(minutes[mine])
            pairs = zip(minutes[mine][order].tolist(), sums[mine][order].tolist(), strict=True)
            rows.append([[float(minute), total / 60, least] for minute, total in pairs])
        scale(rows[0], rows[1], target, least)
        hours = [_hourly(one) for one in rows]
        requests = sum(r[1] * 60 for r in rows[0]) * prices[0] + sum(r[1] * 60 for r in rows[1]) * prices[1]
        out[metrics[2 * i].table] = (requests, sum(hours[0]) * prices[2] + sum(hours[1]) * prices[3])
    return out


def _hourly(rows: Sequence[Row]) -> list[float]:
    """Mean estimated capacity of each hour."""
    return [sum(r[2] for r in rows[i : i + HOUR]) / HOUR for i in range(0, len(rows), HOUR)]


def scale(reads: list[Row], writes: list[Row], target: float, least: float) -> None:
    """Writes the estimated capacity into every row."""
    both, count, last = (reads, writes), 0, "read"
    for rows in both:
        rows[0][2] = max(rows[0][1] / target, least)
    for i in range(1, min(len(reads), len(writes))):
        count = 0 if reads[i][0] % DAY == 0 else count
        for rows in both:
            _rise(rows, i, target)
        if i < LOW:
            continue
        most = [max([r[1] for r in rows[i - LOW : i]]) for rows in both]
        wanted = [max(min(m / target, rows[i][2]), least) for m, rows in zip(most, both, strict=True)]
        if count < FREE:
            for rows, units in zip(both, wanted, strict=True):
                count += _fall(rows, i, units)
        elif i >= HOUR and not any(_fell([r[2] for r in rows[i - HOUR : i]]) for rows in both):
            last = _one_of((reads[i], writes[i]), wanted, (reads[i - 1][2], writes[i - 1][2]), last)


def _rise(rows: list[Row], i: int, target: float) -> None:
    """Both of the last two minutes above the capacity: the larger one decides."""
    rows[i][2] = rows[i - 1][2]
    two = [r[1] for r in rows[max(0, i - 2) : i]]
    if i > len(two) and min(two) / target > rows[i][2]:
        rows[i][2] = max(two) / target


def _fall(rows: list[Row], i: int, units: float) -> bool:
    """A decrease, where there was none within 15 minutes."""
    if _fell([r[2] for r in rows[i - LOW : i]]):
        return False
    rows[i][2] = units
    return rows[i - 1][2] > units


def _fell(held: Sequence[float]) -> bool:
    return any(a > b for a, b in pairwise(held))


def _one_of(rows: tuple[Row, Row], wanted: Sequence[float], now: tuple[float, float], last: str) -> str:
    """A decrease an hour: of reads and writes by turns where both could fall."""
    if now[0] > wanted[0] and now[1] > wanted[1]:
        turn = "read" if last == "write" else "write"
        rows[turn == "write"][2] = wanted[turn == "write"]
        return turn
    rows[0][2], rows[1][2] = wanted
    return last
