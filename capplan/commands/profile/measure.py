"""Profiles a trace: its rate and shape, keys, sizes, durations, operations and failures, with every row accounted for."""

import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from capplan import __version__
from capplan.commands.profile import statements
from capplan.commands.profile.events import Mapped, prepare
from capplan.commands.profile.kinds import METRIC, one_kind
from capplan.commands.profile.measured import (
    HotKey,
    KeyUse,
    Minutes,
    Part,
    Profile,
    RankBucket,
    Values,
    by_hour,
    last_weeks,
)
from capplan.commands.profile.metric import metric_profile
from capplan.errors import CapplanError, Diagnostic
from capplan.importing.metrics.series import Point, Series
from capplan.importing.metrics.traffic import measured_traffic
from capplan.importing.times import zone_minutes
from capplan.reading.sql_engine import Engine, sql_engine
from capplan.reading.trace_files import trace_files
from capplan.timeline import no_progress

_PERIODS = (60, 300, 3600, 86_400)
_MAX_PERIODS = 60_000
"""Six weeks of minutes; of a longer trace the shape is fitted to longer periods."""
_SHARES = ("0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99", "0.999")
_BUCKET_WIDTH = 1.05
"""Keys of one bucket of ranks are used alike within 5%."""


def profile(
    paths: Sequence[str],
    asked: Mapped | None = None,
    *,
    timezone: str = "UTC",
    salt: str | None = None,
    memory_limit: str = "512MB",
    temp_folder: str | None = None,
    progress: Callable[[float, str], None] = no_progress,
) -> Profile:
    """The profile of files, folders and patterns.

    Args:
        paths: What to read.
        asked: Columns and filters of the command line.
        timezone: The time zone of the shapes of day and week, such as +09:00.
        salt: Keys are replaced by hashes with it; None leaves them.
        memory_limit: Of the engine, such as 512MB.
        temp_folder: Where it may spill; the system's where None.
        progress: Called with the share done and what is being measured.

    Raises:
        CapplanError: A file cannot be read, or no row can be used.
    """
    asked = asked or Mapped()
    files, repeated = trace_files(paths)
    if one_kind(files) == METRIC:
        return metric_profile(files, asked, timezone)
    with sql_engine(memory_limit, temp_folder) as engine:
        progress(0.05, "reading")
        made = prepare(engine, files, asked, salt)
        outcome = engine.rows(statements.OUTCOME)
        aside = {str(row[0]): int(row[1]) for row in outcome if row[0] is not None}
        if made.rejected:
            aside["not as many columns as the first line"] = made.rejected
        used = next((row for row in outcome if row[0] is None), None)
        if used is None:
            words = "; ".join(f"{reason}: {n:,}" for reason, n in aside.items())
            message = "no row can be used"
            raise CapplanError((Diagnostic(files[0].path, 0, 0, message, words or "the files have no rows"),))
        progress(0.4, "measuring the rate")
        engine.rows(statements.SECONDS)
        minutes = [(int(at), int(n)) for at, n in engine.rows(statements.MINUTES)]
        points = [(at, Decimal(n)) for at, n in minutes]
        series = _series(minutes)
        traffic = measured_traffic(series, zone_minutes(timezone))
        keys = None
        if any("key" in source.fields for source in made.sources):
            progress(0.6, "counting keys")
            keys = _keys(engine)
        progress(0.8, "measuring sizes and durations")
        remarks = _remarks(files, repeated, used, minutes)
        return Profile(
            version=__version__,
            files=_counted(source.label for source in made.sources for _ in source.files),
            columns={source.label: source.used for source in made.sources if source.used},
            rows=int(used[1]) + sum(aside.values()),
            used=int(used[1]),
            requests=int(used[1]),
            set_aside=aside,
            timezone=timezone,
            first=float(used[7]),
            last=float(used[8]),
            rate=int(used[1]) / (minutes[-1][0] - minutes[0][0] + 60),
            busiest_minute=max(minutes, key=lambda pair: (pair[1], -pair[0])),
            busiest_seconds=tuple((int(at), int(n)) for at, n in engine.rows(statements.BUSIEST)),
            by_hour=by_hour(points, 60, zone_minutes(timezone) * 60),
            failed=int(used[5]),
            throttled=int(used[6]),
            minutes=Minutes(*last_weeks(points, 60)),
            traffic=traffic.data,
            told=(*traffic.told, *([traffic.reason] if traffic.reason else [])),
            mix=tuple(Part(op, target, int(n), int(failed)) for op, target, n, failed in engine.rows(statements.MIX)),
            keys=keys,
            bytes=_values(engine, "bytes"),
            duration_ms=_values(engine, "duration_ms"),
            has_status=any("status" in source.fields for source in made.sources),
            hashed=salt is not None,
            remarks=remarks,
        )


def _counted(labels: Iterable[str]) -> dict[str, int]:
    out: dict[str, int] = {}
    for label in labels:
        out[label] = out.get(label, 0) + 1
    return out


def _series(minutes: Sequence[tuple[int, int]]) -> Series:
    """The rows of each minute, or of longer periods of a long trace; a period without a row counted nothing."""
    first, last = minutes[0][0], minutes[-1][0]
    period = next((p for p in _PERIODS if (last - first) // p < _MAX_PERIODS), _PERIODS[-1])
    counts: dict[int, int] = {}
    for at, n in minutes:
        start = at // period * period
        counts[start] = counts.get(start, 0) + n
    every = range(first // period * period, last + 1, period)
    points = tuple(Point(at, Decimal(counts.get(at, 0))) for at in every)
    return Series("trace", "Count", points, period, "Sum", "Count")


def _remarks(
    files: Sequence[Any], repeated: int, used: Sequence[Any], minutes: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    empty = sum(file.kind == "empty" for file in files)
    days = (minutes[-1][0] // 86_400) - minutes[0][0] // 86_400 + 1
    there = len({at // 86_400 for at, _ in minutes})
    counted = (
        (empty, "empty files"),
        (repeated, "files named more than once, read once"),
        (int(used[2]), "rows whose time names no zone, read as UTC"),
        (int(used[3]), "rows whose size is no number of at least 0, used without it"),
        (int(used[4]), "rows whose duration is no number of at least 0, used without it"),
        (days - there, f"days without a row, of {days:,}, counted as days without requests"),
    )
    return tuple(f"{words}: {n:,}" for n, words in counted if n)


def _keys(engine: Engine) -> KeyUse | None:
    engine.rows(statements.KEYS)
    counts = [(int(requests), int(keys)) for requests, keys in engine.rows(statements.KEY_COUNTS)]
    if not counts:
        return None
    hottest = tuple(HotKey(str(key), int(n), int(peak)) for key, n, peak in engine.rows(statements.HOTTEST))
    distinct = sum(keys for _, keys in counts)
    return KeyUse(distinct, sum(n * keys for n, keys in counts), hottest, rank_buckets(counts))


def rank_buckets(counts: Iterable[tuple[int, int]]) -> tuple[RankBucket, ...]:
    """Keys by rank of (requests of a key, how many keys have as many), falling, joined where they are within 5%."""
    out: list[RankBucket] = []
    rank, highest = 0, math.inf
    for requests, keys in counts:
        first, last = rank + 1, rank + keys
        if out and highest <= requests * _BUCKET_WIDTH:
            out[-1] = RankBucket(out[-1].first, last, out[-1].requests + requests * keys)
        else:
            out.append(RankBucket(first, last, requests * keys))
            highest = requests
        rank = last
    return tuple(out)


def _values(engine: Engine, column: str) -> Values | None:
    rows = engine.rows(statements.VALUES.format(column=column))
    if not rows:
        return None
    count = sum(int(row[2]) for row in rows)
    groups = [(Decimal(int(row[1])).scaleb(int(row[0])), int(row[2])) for row in rows]
    return Values(
        count,
        math.fsum(float(row[3]) for row in rows) / count,
        min(float(row[4]) for row in rows),
        max(float(row[5]) for row in rows),
        quantiles(groups, count),
    )


def quantiles(groups: Sequence[tuple[Decimal, int]], count: int) -> tuple[tuple[Decimal, Decimal], ...]:
    """The least value at or below which each share of the values lies (nearest rank), of values with their counts."""
    out: list[tuple[Decimal, Decimal]] = []
    upto, place = groups[0][1], 0
    for text in _SHARES:
        share = Decimal(text)
        rank = max(1, math.ceil(share * count))
        while upto < rank:
            place += 1
            upto += groups[place][1]
        out.append((share, groups[place][0]))
    return tuple(out)
