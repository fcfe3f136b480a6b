"""A metric over time: what each period counted, and how much of the time is known.

Source: CloudWatch User Guide, "Metrics concepts", "Statistics definitions"; CloudWatch API Reference, "GetMetricData":
StatusCode PartialData (read 2026-11-30).
"""

import math
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from capplan.record import Record, replace

MAX_POINTS = 200_000
"""A year of minutes is 525,600; CloudWatch keeps minutes for 15 days: 21,600."""
SPARSE = frozenset(
    (
        "Invocations",
        "ConsumedReadCapacityUnits",
        "ConsumedWriteCapacityUnits",
        "ExecutionsStarted",
        "NumberOfMessagesSent",
        "NumberOfMessagesPublished",
        "IncomingRecords",
        "Count",
        "RequestCount",
        "SuccessfulRequestLatency",
    )
)
"""Metrics that are only sent where something happened: a period without a point counted nothing."""


class Point(Record, frozen=True):
    """A period's start in seconds since 1970 UTC, and its value."""

    at: int
    value: Decimal


class Series(Record, frozen=True):
    """One metric.

    Attributes:
        name: What the source calls it.
        metric: AWS's name of the metric where it is known, such as Invocations; else empty.
        points: In order of time, each period once.
        period_seconds: How long a period is.
        statistic: Sum, SampleCount, Average …; empty where the source does not say.
        unit: AWS's unit, such as Count or Percent; empty where the source does not say.
        complete: Whether the source says that no point is missing.
        zone: How the source's time zone is known, in words.
    """

    name: str
    metric: str
    points: tuple[Point, ...]
    period_seconds: int
    statistic: str = ""
    unit: str = ""
    complete: bool = True
    zone: str = ""


def ordered(points: Sequence[Point]) -> tuple[Point, ...]:
    """Points in order of time; of several with the same time the last one given."""
    return tuple(sorted({point.at: point for point in points}.values(), key=lambda point: point.at))


def period_of(points: Sequence[Point]) -> int:
    """The period of points in order: the distance of most of them, else what divides all distances; 0 for one point."""
    distances = Counter(after.at - before.at for before, after in pairwise(points))
    if not distances:
        return 0
    distance, times = max(distances.items(), key=lambda pair: (pair[1], -pair[0]))
    return distance if 2 * times >= distances.total() else math.gcd(*distances)


def of_one_answer(every: Sequence[Series]) -> tuple[Series, ...]:
    """Series that were asked for together: one that is cut off has the period of the others where they fit its points."""
    periods = [series.period_seconds for series in every if series.complete and series.period_seconds]
    shortest = min(periods, default=0)
    return tuple(
        replace(series, period_seconds=shortest)
        if not series.complete
        and shortest
        and series.period_seconds > shortest
        and series.period_seconds % shortest == 0
        else series
        for series in every
    )


def missing(series: Series) -> int:
    """How many periods between the first and the last point have no point."""
    if not series.points or not series.period_seconds:
        return 0
    span = series.points[-1].at - series.points[0].at
    return max(0, span // series.period_seconds + 1 - len(series.points))


def filled(series: Series) -> Series:
    """The series with its gaps as zeros, where the metric is sent only when something happens and no point was cut off."""
    if not series.complete or series.metric not in SPARSE or not missing(series):
        return series
    if missing(series) + len(series.points) > MAX_POINTS:
        return series
    there = {point.at for point in series.points}
    first, last, step = series.points[0].at, series.points[-1].at, series.period_seconds
    zeros = [Point(at, Decimal(0)) for at in range(first, last, step) if at not in there]
    aligned = all((point.at - first) % step == 0 for point in series.points)
    return replace(series, points=ordered((*zeros, *series.points))) if aligned else series
