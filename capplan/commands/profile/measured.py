"""What a profile of a trace has, and how its minutes become hours of the week and the weeks that a traffic replays."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from capplan.record import Record

_HOUR, _HOURS_A_WEEK = 3600, 168
_MONDAY = 4 * 86_400
_FOUR_WEEKS = 28 * 86_400


class Values(Record, frozen=True):
    """Sizes or durations to thousandths: how many, their mean and extremes exact, quantiles to 3 digits."""

    count: int
    mean: float
    least: float
    most: float
    quantiles: tuple[tuple[Decimal, Decimal], ...]
    groups: tuple[tuple[int, Decimal], ...] = ()
    """Values that are alike within 5%, sizes within one KB and durations up to 1,000 ms within one ms: how many, and their sum; in growing order."""


class OfTarget(Record, frozen=True):
    """Requests of one table, function or path, and their sizes and durations."""

    target: str
    requests: int
    failed: int
    bytes: Values | None
    duration_ms: Values | None


class HotKey(Record, frozen=True):
    """One of the hottest keys, its requests, and how many it had in its busiest second; None where that is not known."""

    key: str
    requests: int
    busiest_second: int | None


class RankBucket(Record, frozen=True):
    """Keys by rank, the most used is 1: the first and the last, and the requests of all of them."""

    first: int
    last: int
    requests: int


class KeyUse(Record, frozen=True):
    """How requests fall on keys."""

    distinct: int
    requests: int
    hottest: tuple[HotKey, ...]
    buckets: tuple[RankBucket, ...]
    is_exact: bool = True
    """Whether every request was counted; else the source says that its numbers are approximations."""


class Collections(Record, frozen=True):
    """How the items of a table fall on partition keys, by rank; the largest with their items."""

    distinct: int
    items: int
    largest: tuple[tuple[str, int], ...]
    buckets: tuple[RankBucket, ...]


class Part(Record, frozen=True):
    """Requests of one operation on one target; None where the trace does not name it."""

    operation: str | None
    target: str | None
    requests: int
    failed: int


class Minutes(Record, frozen=True):
    """Requests in each period from `first` on (seconds since 1970): the last four weeks of the trace, none left out."""

    first: int
    period_seconds: int
    counts: tuple[Decimal, ...]


class Profile(Record, frozen=True):
    """A trace, measured.

    Attributes:
        files: How many were read, by what they are.
        columns: Which column was read as what, by what the files are.
        rows: All; `used` of them are in the figures, the others in `set_aside` by reason.
        requests: What they count; a row of a log is one.
        first, last: Seconds since 1970. None, as all that is over time, where the rows have no time.
        rate: Mean per second from the first to the last whole minute; None where the trace is a sample.
        busiest_seconds: Seconds since 1970 and their requests, the busiest first.
        by_hour: Mean per second in each hour of the week, Monday 00:00 first; None for hours the trace does not cover.
        minutes: What a scenario's traffic replays; None where periods are missing.
        traffic: The shape fitted to them; empty where the trace is too short for one.
        told: What the traffic rests on.
        items: Of an export, how many items it has.
        by_target: The twenty most frequent targets, where there are several.
        remarks: What was noticed, with counts.
    """

    version: str
    files: Mapping[str, int]
    columns: Mapping[str, Mapping[str, str]]
    rows: int
    used: int
    requests: Decimal | int
    set_aside: Mapping[str, int]
    timezone: str
    first: int | None = None
    last: int | None = None
    rate: float | None = None
    busiest_minute: tuple[int, Decimal | int] | None = None
    busiest_seconds: tuple[tuple[int, int], ...] = ()
    by_hour: tuple[float | None, ...] = ()
    failed: int = 0
    throttled: int = 0
    minutes: Minutes | None = None
    traffic: Mapping[str, Any] = {}
    told: tuple[str, ...] = ()
    mix: tuple[Part, ...] = ()
    by_target: tuple[OfTarget, ...] = ()
    keys: KeyUse | None = None
    items: int | None = None
    collections: Collections | None = None
    bytes: Values | None = None
    duration_ms: Values | None = None
    has_status: bool = False
    hashed: bool = False
    remarks: tuple[str, ...] = ()


def last_weeks(points: Sequence[tuple[int, Decimal]], period: int) -> tuple[int, int, tuple[Decimal, ...]]:
    """The first period, its length and the counts of the last four weeks, or of all of a shorter trace."""
    last = points[-1][0]
    first = max(points[0][0], last + period - _FOUR_WEEKS)
    counts = dict(points)
    return first, period, tuple(Decimal(counts.get(at, 0)) for at in range(first, last + 1, period))


def by_hour(points: Sequence[tuple[int, Decimal]], period: int, zone_seconds: int) -> tuple[float | None, ...]:
    """Requests per second in each hour of the week, over the periods from the first to the last; none where a period is
    longer than an hour.
    """
    if period > _HOUR:
        return ()
    totals, covered = [Decimal(0)] * _HOURS_A_WEEK, [0] * _HOURS_A_WEEK
    counts = dict(points)
    for at in range(points[0][0], points[-1][0] + 1, period):
        hour = (at + zone_seconds - _MONDAY) // _HOUR % _HOURS_A_WEEK
        covered[hour] += period
        totals[hour] += counts.get(at, Decimal(0))
    return tuple(float(n) / seconds if seconds else None for n, seconds in zip(totals, covered, strict=True))
