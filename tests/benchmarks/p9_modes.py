"""P9: a month of CloudWatch minutes to compared modes, against the algorithm of AWS's own evaluator, in one process.

Both answer what the month costs on demand and auto scaled at 70%; ours also says what is throttled, what a capacity at the
peak costs, and follows alarms, delays, the burst bank and the budget of decreases.
"""

import math
import statistics
import time
from collections.abc import Callable, Sequence

from capplan.services.dynamodb.capacity.burst_bucket import serve
from capplan.services.dynamodb.capacity.scaling import Bounds, Policy, capacity_steps, expand
from tests.benchmarks.peer_evaluator import evaluate
from tests.benchmarks.traces import MINUTES, Metric, trace

GOALS = {1: 5, 10: 15, 100: 25}
"""Times faster."""
PRICES = (0.125e-6, 0.625e-6, 0.00013, 0.00065)
"""us-east-1: a read and a write request unit, a read and a write unit-hour."""


def compare(metrics: Sequence[Metric]) -> dict[str, tuple[float, float, float, float]]:
    """USD on demand, held at the peak and auto scaled, and the throttled share, by table."""
    out = {}
    for reads, writes in zip(metrics[::2], metrics[1::2], strict=True):
        sides = [one.values[one.timestamps.argsort()] / 60 for one in (reads, writes)]
        policy = Policy(0.7, (Bounds(0, 5, 40_000),))
        steps = capacity_steps([(levels, policy) for levels in sides])
        held = [expand(one, MINUTES) for one in steps]
        lost = sum(float((x - serve(x, c).rates).sum()) for x, c in zip(sides, held, strict=True))
        whole = sum(float(x.sum()) for x in sides)
        requests = float(sides[0].sum() * 60 * PRICES[0] + sides[1].sum() * 60 * PRICES[1])
        peak = sum(math.ceil(x.max()) * p * MINUTES / 60 for x, p in zip(sides, PRICES[2:], strict=True))
        scaled = sum(float(c.sum()) / 60 * p for c, p in zip(held, PRICES[2:], strict=True))
        out[reads.table] = (requests, peak, scaled, lost / whole)
    return out


def seconds(work: Callable[[], object], runs: int) -> float:
    """The median of some runs, user and system time."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def run(sizes: Sequence[int] = (1, 10)) -> list[tuple[str, float, float]]:
    """(name, our time over the peer's, goal) for each number of tables."""
    out = []
    for tables in sizes:
        metrics = trace(tables)
        runs = 3 if tables == 1 else 1
        ours, peer = seconds(lambda m=metrics: compare(m), 5), seconds(lambda m=metrics: evaluate(m, PRICES), runs)  # type: ignore[misc]
        out.append((f"P9 {tables} tables, of the evaluator's time", ours / peer, 1 / GOALS[tables]))
    return out
