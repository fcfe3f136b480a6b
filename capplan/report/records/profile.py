"""What `profile` answers as JSON: `capplan.profile/1`, the file that a scenario's traffic names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.profile.measured import Collections, Minutes, Profile, Values
from capplan.reading.counts import packed
from capplan.reading.profiles import SCHEMA
from capplan.report.record import taken


class ProfileSecondRecord(NamedTuple):
    """A second, or a minute by its first second (UTC), and its requests."""

    at: str
    requests: Decimal | int


class ProfilePartRecord(NamedTuple):
    """Requests of one operation on one target; null where the trace does not name it."""

    operation: str | None
    target: str | None
    requests: int
    failed: int


class ProfileKeyRecord(NamedTuple):
    """One of the hottest keys, and how many requests it had in its busiest second; null where that is not known."""

    key: str
    requests: int
    busiest_second: int | None


class RankBucketRecord(NamedTuple):
    """Keys by rank, the most used is 1, that are used alike within 5%: all requests of theirs."""

    first: int
    last: int
    requests: int


class KeyUseRecord(NamedTuple):
    """How requests fall on keys.

    Attributes:
        hashed: Whether the keys' names are hashes.
        exact: Whether every request was counted: then `distinct` has no error. Else the source itself approximates, and
            `requests` are units: 3 x write units + read units.
    """

    distinct: int
    requests: int
    hashed: bool
    exact: bool
    hottest: tuple[ProfileKeyRecord, ...]
    buckets: tuple[RankBucketRecord, ...]


class CollectionRecord(NamedTuple):
    """The items of one partition key."""

    key: str
    items: int


class CollectionBucketRecord(NamedTuple):
    """Partition keys by rank, the one with most items is 1, that have as many within 5%: all items of theirs."""

    first: int
    last: int
    items: int


class CollectionsRecord(NamedTuple):
    """How the items of a table fall on partition keys; exact.

    Attributes:
        hashed: Whether the keys' names are hashes.
    """

    distinct: int
    items: int
    hashed: bool
    largest: tuple[CollectionRecord, ...]
    buckets: tuple[CollectionBucketRecord, ...]


class ProfileValuesRecord(NamedTuple):
    """Sizes or durations: how many were `measured`.

    Attributes:
        quantiles: The value at or below which each share lies, to 3 digits.
        groups: How many and their sum, of values that are alike within 5%, sizes in the same KB; growing.
    """

    measured: int
    mean: float
    least: float
    most: float
    quantiles: Mapping[str, float]
    groups: tuple[tuple[int, Decimal], ...]


class ProfileTargetRecord(NamedTuple):
    """Requests of one table, function or path, and their sizes and durations."""

    target: str
    requests: int
    failed: int | None
    bytes: ProfileValuesRecord | None
    duration_ms: ProfileValuesRecord | None


class ProfileMinutesRecord(NamedTuple):
    """Requests in each period of the trace's last four weeks.

    Attributes:
        first: The start of the first period, UTC.
        requests: The counts of `periods` periods: numbers with a space between, compressed by zlib, in base64.
    """

    first: str
    period_seconds: int
    periods: int
    requests: str


class ProfileRecord(NamedTuple):
    """What `capplan profile` answers with --format json, and writes with -o.

    Attributes:
        files: How many were read, by what they are.
        columns: Which column was read as what.
        rows: All rows: those used, and those set aside by reason.
        requests: What the rows used count; a row of a log is one.
        first: The trace's first moment, UTC; null, as all that is over time, where its rows have no time.
        rate_per_second: Mean from the first to the last minute; null where the trace is a sample.
        rate_by_hour: Mean per second in each hour of the week, Monday 00:00 in the time zone first; null where unknown.
        failed: Requests with a code from 500 on or an error; null where the trace has no status.
        throttled: Requests that were refused for their rate; null where the trace has no status.
        minutes: What a scenario's traffic replays.
        items: Of an export of a table, how many items it has; null otherwise.
        by_target: The twenty most frequent targets, where there are several.
        traffic: The rate and the shape fitted to them, as a scenario's traffic has them.
        told: What the traffic rests on.
    """

    schema: Literal["capplan.profile/1"]
    capplan_version: str
    files: Mapping[str, int]
    columns: Mapping[str, Mapping[str, str]]
    rows: int
    rows_used: int
    rows_set_aside: Mapping[str, int]
    requests: Decimal | int
    remarks: tuple[str, ...]
    timezone: str
    first: str | None
    last: str | None
    rate_per_second: float | None
    rate_by_hour: tuple[float | None, ...]
    busiest_minute: ProfileSecondRecord | None
    busiest_seconds: tuple[ProfileSecondRecord, ...]
    failed: int | None
    throttled: int | None
    operations: tuple[ProfilePartRecord, ...]
    by_target: tuple[ProfileTargetRecord, ...]
    keys: KeyUseRecord | None
    items: int | None
    collections: CollectionsRecord | None
    bytes: ProfileValuesRecord | None
    duration_ms: ProfileValuesRecord | None
    minutes: ProfileMinutesRecord | None
    traffic: Mapping[str, object]
    told: tuple[str, ...]


def profile_record(answer: Profile) -> ProfileRecord:
    """A profile as JSON has it."""
    keys = answer.keys
    return taken(
        ProfileRecord,
        answer,
        schema=SCHEMA,
        capplan_version=answer.version,
        rows_used=answer.used,
        rows_set_aside=answer.set_aside,
        first=None if answer.first is None else _moment(answer.first),
        last=None if answer.last is None else _moment(answer.last),
        rate_per_second=answer.rate,
        rate_by_hour=answer.by_hour,
        busiest_minute=None if answer.busiest_minute is None else _second(answer.busiest_minute),
        busiest_seconds=tuple(map(_second, answer.busiest_seconds)),
        failed=answer.failed if answer.has_status else None,
        throttled=answer.throttled if answer.has_status else None,
        operations=tuple(taken(ProfilePartRecord, part) for part in answer.mix),
        by_target=tuple(
            taken(
                ProfileTargetRecord,
                of,
                failed=of.failed if answer.has_status else None,
                bytes=None if of.bytes is None else _values(of.bytes),
                duration_ms=None if of.duration_ms is None else _values(of.duration_ms),
            )
            for of in answer.by_target
        ),
        keys=None
        if keys is None
        else taken(
            KeyUseRecord,
            keys,
            hashed=answer.hashed,
            exact=keys.is_exact,
            hottest=tuple(taken(ProfileKeyRecord, key) for key in keys.hottest),
            buckets=tuple(taken(RankBucketRecord, bucket) for bucket in keys.buckets),
        ),
        collections=None if answer.collections is None else _collections(answer.collections, hashed=answer.hashed),
        bytes=None if answer.bytes is None else _values(answer.bytes),
        duration_ms=None if answer.duration_ms is None else _values(answer.duration_ms),
        minutes=None if answer.minutes is None else _minutes(answer.minutes),
    )


def _collections(found: Collections, *, hashed: bool) -> CollectionsRecord:
    return CollectionsRecord(
        found.distinct,
        found.items,
        hashed,
        tuple(CollectionRecord(*one) for one in found.largest),
        tuple(CollectionBucketRecord(bucket.first, bucket.last, bucket.requests) for bucket in found.buckets),
    )


def _minutes(minutes: Minutes) -> ProfileMinutesRecord:
    return taken(
        ProfileMinutesRecord,
        minutes,
        first=_moment(minutes.first),
        periods=len(minutes.counts),
        requests=packed(minutes.counts),
    )


def _values(values: Values) -> ProfileValuesRecord:
    quantiles = {f"p{(share * 100).normalize():f}": float(value) for share, value in values.quantiles}
    return taken(ProfileValuesRecord, values, measured=values.count, quantiles=quantiles)


def _second(pair: tuple[int, Decimal | int]) -> ProfileSecondRecord:
    return ProfileSecondRecord(_moment(pair[0]), pair[1])


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
