"""Computes when runs start that wait in the queue (`job_run_queuing`) because no more may be active at the same time.

Source: AWS Glue Developer Guide, "AWS Glue job run statuses" (WAITING), and "AWS Glue quotas" (queued runs); read 2026-11-23.
"""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from capplan import units
from capplan.services.glue.jobs.arrivals import Planned

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EPSILON = 1e-6


class Waited(NamedTuple):
    """What became of the runs of the simulated period.

    Attributes:
        started: Runs that start in each minute. Shape (40320,).
        served, dropped, waiting: Runs that started, that found the queue full, and that still wait at the end.
        peak: The most runs that wait at one time, and (`minute`) when.
        oldest_s: How long the run that waited longest did.
        drain_s: Seconds from the peak until no run waits; None where that is not within the period.
        grows: Whether more runs come than are done: the next period begins with more that wait.
    """

    started: "NDArray[np.float64]"
    served: float
    dropped: float
    waiting: float
    peak: float
    minute: int
    oldest_s: float
    drain_s: float | None
    grows: bool


class _Run(NamedTuple):
    arrives: float
    starts: float
    weight: float


# --- planned runs, one by one -----------------------------------------------------------------------------------------


def queue_of_starts(planned: Sequence[Planned], run_minutes: float, max_active: int, max_waiting: int) -> Waited:
    """Planned runs of a fixed time, first come first served; each group a whole number of runs."""
    arrivals = sorted(((start, one) for one in planned for start in one.starts), key=lambda pair: pair[0])
    places, queued, period = [0.0] * max_active, deque[float](), units.PERIOD_MINUTES
    first, dropped = _one_by_one(arrivals, 0, run_minutes, (places, queued), max_waiting)
    second, dropped_second = _one_by_one(arrivals, period, run_minutes, (places, queued), max_waiting)
    left = sum(run.weight for run in first if run.starts >= period)
    left_second = sum(run.weight for run in first + second if run.starts >= 2 * period)
    if left_second > left + _EPSILON or dropped_second > dropped + _EPSILON:
        return _told(first, dropped, 0, grows=True)
    before = [run for run in first if run.starts >= period]
    return _told(before + second, dropped_second, period, grows=False)


def _one_by_one(
    arrivals: Iterable[tuple[int, Planned]],
    begin: int,
    run_minutes: float,
    state: tuple[list[float], deque[float]],
    max_waiting: int,
) -> tuple[list[_Run], float]:
    """The runs of a period, and how many found the queue full.

    `state` is when each place is free and when each waiting run starts, both in order; it is updated.
    """
    free, queued = state
    runs: list[_Run] = []
    dropped = 0.0
    for minute, one in arrivals:
        at, weight = float(begin + minute), float(one.repeats)
        while queued and queued[0] <= at:
            queued.popleft()
        for _ in range(int(one.group)):
            if free[0] > at and len(queued) >= max_waiting:
                dropped += weight
                continue
            starts = max(at, free[0])
            heapq.heapreplace(free, starts + run_minutes * weight)
            runs.append(_Run(at, starts, weight))
            if starts > at:
                queued.append(starts)
    return runs, dropped


def _told(runs: Sequence[_Run], dropped: float, begin: int, *, grows: bool) -> Waited:
    import numpy as np  # noqa: PLC0415  only where a job is short

    end = begin + units.PERIOD_MINUTES
    started = np.zeros(units.PERIOD_MINUTES)
    changes: list[tuple[float, int, float]] = []
    served = waiting = oldest = 0.0
    for run in runs:
        oldest = max(oldest, min(run.starts, end) - run.arrives)
        if run.starts > run.arrives:
            changes += ((run.arrives, 1, 1.0), (run.starts, 0, -1.0))
        if run.starts < end:
            served += run.weight
            started[int(run.starts) - begin] += run.weight
        else:
            waiting += run.weight
    waiting -= sum(run.weight for run in runs if run.arrives < begin)  # they came in the period before
    now = peak = peak_at = 0.0
    drained: float | None = 0.0
    for at, _, change in sorted(changes):
        now += change
        if now > peak:
            peak, peak_at, drained = now, at, None
        elif now <= _EPSILON and drained is None and at < end:
            drained = at - peak_at
    drain_s = None if drained is None else drained * units.SECONDS_PER_MINUTE
    minute = int(peak_at) - begin
    return Waited(
        started, served, dropped, waiting, peak, max(0, minute), oldest * units.SECONDS_PER_MINUTE, drain_s, grows
    )


# --- any runs, as a fluid ---------------------------------------------------------------------------------------------


def queue_of_flow(
    runs_per_minute: "NDArray[np.float64]", run_minutes: float, max_active: int, max_waiting: int
) -> Waited:
    """Runs as a fluid, minute by minute: work comes in and each place does one minute of it a minute."""
    first, left = _fluid(runs_per_minute, run_minutes, max_active, max_waiting, 0.0)
    second, left_second = _fluid(runs_per_minute, run_minutes, max_active, max_waiting, left)
    grows = left_second > left + _EPSILON or second.dropped > first.dropped + _EPSILON
    return (first if grows else second)._replace(grows=grows)


def _fluid(
    runs_per_minute: "NDArray[np.float64]", run_minutes: float, max_active: int, max_waiting: int, initial: float
) -> tuple[Waited, float]:
    """One period from an initial number of run-minutes that are not done, and that number at its end."""
    import numpy as np  # noqa: PLC0415

    started = np.zeros(len(runs_per_minute))
    left, before, dropped = initial, max(0.0, initial / run_minutes - max_active), 0.0
    peak = before
    minute, drained_at = 0, 0
    first = before
    for i, runs in enumerate(runs_per_minute):
        left += runs * run_minutes
        over = left / run_minutes - max_active - max_waiting
        if over > 0:
            dropped += over
            left -= over * run_minutes
        waiting = max(0.0, left / run_minutes - max_active)
        started[i] = max(0.0, runs - max(0.0, over) + before - waiting)
        if waiting > peak:
            peak, minute, drained_at = waiting, i, -1
        elif waiting <= _EPSILON and drained_at < 0:
            drained_at = i
        left = max(0.0, left - max_active)
        before = waiting
    drain_s = None if drained_at < 0 else float(drained_at - minute) * units.SECONDS_PER_MINUTE
    oldest_s = peak * run_minutes / max_active * units.SECONDS_PER_MINUTE
    served = float(started.sum())
    waited = Waited(started, served, dropped, before - first, peak, minute, oldest_s, drain_s if peak else 0.0, False)
    return waited, left
