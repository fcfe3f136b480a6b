"""Profiles a trace: its rate and shape, keys, sizes, durations, operations and failures, with every row accounted for."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from capplan import __version__
from capplan.commands.profile.events import Mapped, Prepared, prepare
from capplan.commands.profile.export import item_rows, manifest_of
from capplan.commands.profile.insights import insights_profile
from capplan.commands.profile.kinds import EXPORT, INSIGHTS, MANIFEST, METRIC, XRAY, kind_of, one_kind
from capplan.commands.profile.measured import (
    Collections,
    HotKey,
    KeyUse,
    Minutes,
    OfTarget,
    Part,
    Profile,
    RankBucket,
    Values,
    by_hour,
    last_weeks,
)
from capplan.commands.profile.metric import metric_profile
from capplan.commands.profile.statements import MS, RESULTS, STEPS
from capplan.commands.profile.xray import SAMPLED, segment_rows
from capplan.errors import CapplanError, Diagnostic
from capplan.importing.metrics.series import Point, Series
from capplan.importing.metrics.traffic import measured_traffic
from capplan.importing.times import zone_minutes
from capplan.reading.sql_engine import Engine, sql_engine, temporary_folder
from capplan.reading.trace_files import TraceFile
from capplan.reading.trace_rows import Row, write_rows
from capplan.record import Record, replace
from capplan.timeline import no_progress

_PERIODS = (60, 300, 3600, 86_400)
_MAX_PERIODS = 60_000
"""Six weeks of minutes; of a longer trace the shape is fitted to longer periods."""
_SHARES = ("0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99", "0.999")


class Unit(NamedTuple):
    """So many thousandths are billed when they are started; values of up to `most` units are kept apart by them."""

    size: int
    most: int

    def started(self, thousandths: Fraction | int) -> int:
        """The units of a value."""
        return min(math.ceil(Fraction(thousandths) / self.size), self.most)


_KB, _MS = Unit(1_024_000, 401), Unit(MS, 1001)
"""DynamoDB bills sizes by the KB, up to its largest item; of durations above 1,000 ms a rounded ms is less than 0.1%."""
_VALUE_WIDTH = Fraction(105, 100)
_BUCKET_WIDTH = 1.05
"""Keys of one bucket of ranks are used alike within 5%."""


class _Group(NamedTuple):
    """Values in thousandths that are alike to 3 digits: how many, what they are beyond the rounded one, the least, the most."""

    rounded: int
    n: int
    rest: int
    least: int
    most: int

    def plus(self, other: "_Group") -> "_Group":
        """Both, of one rounded value."""
        n, rest = self.n + other.n, self.rest + other.rest
        return _Group(self.rounded, n, rest, min(self.least, other.least), max(self.most, other.most))


class Read(Record, frozen=True):
    """What was read, beside the rows.

    Attributes:
        place: What an error names.
        files: How many, by what they are.
        columns: Which column was read as what, by what the files are.
        rejected: Rows that did not reach the statements, by reason.
        remarks: What was noticed of files, with counts.
        kind: Of files that no engine reads by itself: rows of a sample, or items, which have no time.
        items: Of an export, how many its manifest says there are.
    """

    place: str
    files: Mapping[str, int]
    columns: Mapping[str, Mapping[str, str]]
    rejected: Mapping[str, int] = {}
    remarks: tuple[tuple[str, int], ...] = ()
    kind: str = ""
    items: int | None = None


Rows = Sequence[Sequence[Any]]


def profile(
    paths: Sequence[str],
    asked: Mapped | None = None,
    *,
    timezone: str = "UTC",
    salt: str | None = None,
    opened: Callable[[], AbstractContextManager[Engine]] = sql_engine,
    temp_folder: str | None = None,
    progress: Callable[[float, str], None] = no_progress,
) -> Profile:
    """The profile of files, folders and patterns.

    Args:
        paths: What to read.
        asked: Columns and filters of the command line.
        timezone: The time zone of the shapes of day and week, such as +09:00.
        salt: Keys are replaced by hashes with it; None leaves them.
        opened: What opens the engine: DuckDB on this machine unless it is another.
        temp_folder: Where rows are written that no engine reads by itself; the system's folder where None.
        progress: Called with the share done and what is being measured.

    Raises:
        CapplanError: A file cannot be read, or no row can be used.
    """
    asked = asked or Mapped()
    with ExitStack() as opening:
        sql = opening.enter_context(opened())
        files, repeated = sql.files(paths)
        progress(0.05, "reading")
        kind = one_kind(files)
        if kind == METRIC:
            return metric_profile(files, asked, timezone)
        if kind == INSIGHTS:
            return insights_profile(files, timezone, salt)
        aside: Counter[str] = Counter()
        if kind in (XRAY, EXPORT):
            rows_file = opening.enter_context(temporary_folder(temp_folder)) / "rows.csv"
            write_rows(_own_rows(kind, files, asked, aside), rows_file)
            read_files = tuple(file.path for file in files if file.kind != "empty" and kind_of(file) != MANIFEST)
            made = prepare(sql, (TraceFile(str(rows_file), "csv", (), Row._fields, ","),), _of_own(asked), salt)
            made = Prepared(
                tuple(replace(one, files=read_files, label=kind, used={}) for one in made.sources), made.rejected
            )
        else:
            made = prepare(sql, files, asked, salt)
        kept = ""

        def ask(name: str) -> Rows:
            nonlocal kept
            result = RESULTS[name]
            if result.step != kept:
                if kept:  # the memory is for the next one
                    sql.forget(kept)
                if result.step:
                    sql.keep(result.step, STEPS[result.step])
                kept = result.step
            return sql.rows(result.sql)

        empty = sum(file.kind == "empty" for file in files)
        return made_of(
            ask,
            Read(
                files[0].path,
                _counted(source.label for source in made.sources for _ in source.files),
                {source.label: source.used for source in made.sources if source.used},
                {**made.rejected, **aside},
                (("empty files", empty), ("files named more than once, read once", repeated)),
                kind,
                manifest_of(files).items if kind == EXPORT else None,
            ),
            timezone=timezone,
            is_hashed=salt is not None,
            progress=progress,
        )


def made_of(
    ask: Callable[[str], Rows],
    read: Read,
    *,
    timezone: str,
    is_hashed: bool,
    progress: Callable[[float, str], None] = no_progress,
) -> Profile:
    """The profile of the results of statements. Raises CapplanError where no row can be used."""
    outcome = ask("outcome")
    aside = {str(row[0]): int(row[1]) for row in outcome if row[0] is not None} | dict(read.rejected)
    used = next((row for row in outcome if row[0] is None), None)
    if used is None:
        words = "; ".join(f"{reason}: {n:,}" for reason, n in aside.items())
        raise CapplanError((Diagnostic(read.place, 0, 0, "no row can be used", words or "the files have no rows"),))
    mix = tuple(Part(op, target, int(n), int(failed)) for op, target, n, failed in ask("mix"))
    targets = [(str(target), int(n), int(failed)) for target, n, failed in ask("targets")]
    progress(0.2, "measuring sizes and durations")
    sizes, durations = (_apart(ask(name)) for name in ("bytes", "durations"))
    progress(0.5, "measuring the rate")
    minutes = [(int(at), int(n)) for at, n in ask("minutes")]
    points = [(at, Decimal(n)) for at, n in minutes]
    busiest = tuple((int(at), int(n)) for at, n in ask("busiest"))
    progress(0.6, "counting keys")
    counts = [(int(requests), int(keys)) for requests, keys in ask("key_counts")]
    keys = _keys(counts, ask("hottest")) if counts else None
    traffic = measured_traffic(_series(minutes), zone_minutes(timezone))  # after the engine has had its memory
    _check_totals(
        read.place,
        (
            ("minutes", sum(n for _, n in minutes), used[1]),
            ("key_counts", sum(requests * keys for requests, keys in counts), used[9]),
            ("bytes", sum(row[1] for rows in sizes.values() for row in rows), used[10]),
            ("durations", sum(row[1] for rows in durations.values() for row in rows), used[11]),
        ),
    )
    whole = Profile(
        version=__version__,
        files=read.files,
        columns=read.columns,
        rows=int(used[1]) + sum(aside.values()),
        used=int(used[1]),
        requests=int(used[1]),
        set_aside=aside,
        timezone=timezone,
        first=int(used[7]),
        last=int(used[8]),
        rate=int(used[1]) / (minutes[-1][0] - minutes[0][0] + 60),
        busiest_minute=max(minutes, key=lambda pair: (pair[1], -pair[0])),
        busiest_seconds=busiest,
        by_hour=by_hour(points, 60, zone_minutes(timezone) * 60),
        failed=int(used[5] or 0),
        throttled=int(used[6] or 0),
        minutes=Minutes(*last_weeks(points, 60)),
        traffic=traffic.data,
        told=(*traffic.told, *([traffic.reason] if traffic.reason else [])),
        mix=mix,
        by_target=_by_target(targets, sizes, durations),
        keys=keys,
        bytes=_values(_together(sizes, _KB), _KB),
        duration_ms=_values(_together(durations, _MS), _MS),
        has_status=used[5] is not None,
        hashed=is_hashed,
        remarks=_remarks(read.remarks, used, minutes),
    )
    if read.kind == XRAY:
        return _of_a_sample(whole)
    return _of_items(whole, read.items) if read.kind == EXPORT else whole


def _own_rows(kind: str, files: Sequence[TraceFile], asked: Mapped, aside: Counter[str]) -> Iterator[Row]:
    """The rows of files that no engine reads by itself. Raises CapplanError."""
    named = set(asked.columns) - ({"key"} if kind == EXPORT else set())
    if named:
        hint = "--column key=ATTRIBUTE names the partition key" if kind == EXPORT else "leave out --column"
        raise CapplanError((Diagnostic(files[0].path, 0, 0, f"the fields of this {kind} are known", hint),))
    return item_rows(files, asked.columns.get("key"), aside) if kind == EXPORT else segment_rows(files, aside)


def _of_own(asked: Mapped) -> Mapped:
    """Which column of our own rows is what."""
    columns = {field: field for field in ("time", "operation", "target", "key", "bytes", "status")}
    return Mapped({**columns, "duration": "duration_ms"}, None, asked.only)


def _of_a_sample(whole: Profile) -> Profile:
    """Durations and failures of a sample; its rate is not that of the requests."""
    return replace(
        whole, rate=None, busiest_minute=None, busiest_seconds=(), by_hour=(), minutes=None, traffic={}, told=(SAMPLED,)
    )


def _of_items(whole: Profile, said: int | None) -> Profile:
    """Sizes of items and how many each partition key has; they have no time."""
    keys = whole.keys
    collections = None
    if keys is not None:
        largest = tuple((key.key, key.requests) for key in keys.hottest)
        collections = Collections(keys.distinct, keys.requests, largest, keys.buckets)
    of = f"{said - whole.used:,} of the {said:,} items of the export were not read" if said else ""
    return replace(
        whole, requests=0, first=None, last=None, rate=None, busiest_minute=None, busiest_seconds=(), by_hour=(),
        minutes=None, traffic={}, told=(), mix=(), by_target=(), keys=None, items=whole.used, collections=collections,
        has_status=False, remarks=(*whole.remarks, *([of] if said and said > whole.used else [])),
    )  # fmt: skip


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
    found: Sequence[tuple[str, int]], used: Sequence[Any], minutes: Sequence[tuple[int, int]]
) -> tuple[str, ...]:
    days = (minutes[-1][0] // 86_400) - minutes[0][0] // 86_400 + 1
    there = len({at // 86_400 for at, _ in minutes})
    counted = (
        *found,
        ("rows whose time names no zone, read as UTC", int(used[2])),
        ("rows whose size is no number of at least 0, used without it", int(used[3])),
        ("rows whose duration is no number of at least 0, used without it", int(used[4])),
        (f"days without a row, of {days:,}, counted as days without requests", days - there),
    )
    return tuple(f"{words}: {n:,}" for words, n in counted if n)


def _check_totals(place: str, totals: Iterable[tuple[str, int, Any]]) -> None:
    """Each result has as many rows behind it as the outcome says. Raises CapplanError."""
    wrong = [
        Diagnostic(place, 0, 0, f"the result '{name}' has {found:,} rows behind it, the outcome {int(said):,}",
                   "run every statement again, over the same rows")
        for name, found, said in totals
        if found != int(said)
    ]  # fmt: skip
    if wrong:
        raise CapplanError(tuple(wrong))


def _keys(counts: Sequence[tuple[int, int]], hot: Rows) -> KeyUse:
    hottest = tuple(HotKey(str(key), int(n), int(peak)) for key, n, peak in hot)
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


def _apart(rows: Rows) -> dict[str | None, list[_Group]]:
    """Groups of values by their target."""
    out: dict[str | None, list[_Group]] = {}
    for target, *group in rows:
        out.setdefault(target, []).append(_Group(*map(int, group)))
    return out


def _together(by_target: Mapping[str | None, Iterable[_Group]], unit: Unit) -> list[_Group]:
    """The groups of all targets, those of another number of started units apart."""
    out: dict[tuple[int, int], _Group] = {}
    for group in (group for groups in by_target.values() for group in groups):
        place = group.rounded, unit.started(group.most)
        one = out.get(place)
        out[place] = group if one is None else one.plus(group)
    return [out[place] for place in sorted(out)]


def _values(groups: Sequence[_Group], unit: Unit) -> Values | None:
    """Of groups. They do not join values of another number of started units, in which requests are billed."""
    if not groups:
        return None
    count = sum(group.n for group in groups)
    groups = sorted(groups, key=lambda group: (group.rounded, group.most))
    sums = [(group.n, group.rounded * group.n + group.rest) for group in groups]
    rounded = [(Decimal(group.rounded).scaleb(-3), group.n) for group in groups]
    least, most = min(group.least for group in groups), max(group.most for group in groups)
    mean = sum(total for _, total in sums) / count / 1000
    return Values(count, mean, least / 1000, most / 1000, quantiles(rounded, count), grouped(sums, unit))


def grouped(sums: Iterable[tuple[int, int]], unit: Unit) -> tuple[tuple[int, Decimal], ...]:
    """Numbers of values with their sums in thousandths, growing, joined where their means are within 5%."""
    out: list[tuple[int, int, Fraction]] = []
    for n, total in sums:
        mean = Fraction(total, n)
        if out and mean <= out[-1][2] * _VALUE_WIDTH and unit.started(mean) == unit.started(out[-1][2]):
            before, sum_before, lowest = out[-1]
            out[-1] = (before + n, sum_before + total, lowest)
        else:
            out.append((n, total, mean))
    return tuple((n, Decimal(total).scaleb(-3)) for n, total, _ in out)


def _by_target(
    targets: Sequence[tuple[str, int, int]],
    sizes: Mapping[str | None, Sequence[_Group]],
    durations: Mapping[str | None, Sequence[_Group]],
) -> tuple[OfTarget, ...]:
    """Sizes and durations of each target, where there are several."""
    if len(targets) < 2:  # noqa: PLR2004  of one target they are those of all rows
        return ()
    return tuple(
        OfTarget(target, n, failed, _values(sizes.get(target, ()), _KB), _values(durations.get(target, ()), _MS))
        for target, n, failed in targets
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
