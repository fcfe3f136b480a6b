"""Makes the one table `events` of a trace's files: which column is what, cast, and each row that cannot be used with its reason."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from capplan.commands.profile.shapes import (
    ALIASES,
    CLOUDTRAIL,
    DURATIONS,
    FIELDS,
    JSON,
    LINES,
    NAMES,
    Shape,
    json_field,
)
from capplan.errors import CapplanError, Diagnostic
from capplan.reading.nearest import nearest
from capplan.reading.sql_engine import Engine, named, quoted
from capplan.reading.trace_files import TraceFile
from capplan.record import Record, replace

_FIRST, _LAST = 946_684_800, 4_102_444_800
"""2000 and 2100: a time outside is a typing error or in another unit."""
_MOST = 10**13
"""Ten terabytes, three centuries in ms: a size or a duration from here on is a typing error, and below, sums fit 64 bits."""
_NO_OBJECT = ("j IS NULL", "not JSON")
BROKEN = "not as many columns as the first line"
_ZONE = "( ?(Z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?"
_DAY = "[0-9]{4}[-/][01][0-9][-/][0-3][0-9]"
_HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]"
_TO_SECONDS = f"{_DAY}[T ]{_HOUR}:[0-5][0-9]([.,][0-9]+)?{_ZONE}"
_TO_MINUTES = f"{_DAY}([T ]{_HOUR}{_ZONE})?"
_COMMON_LOG = f"[0-3][0-9]/[A-Z][a-z]{{2}}/[0-9]{{4}}:{_HOUR}:[0-5][0-9] [+-][0-9]{{4}}"
_ZONED = "(.*(Z|UTC|GMT)|.{10}.*[+-][0-9]{2}(:?[0-9]{2})?)"
_DECIMAL = " *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})? *"


class Mapped(Record, frozen=True):
    """What the command line says of columns: field to column, how many ms a unit of durations has, what alone is used."""

    columns: Mapping[str, str] = {}
    duration_ms: float | None = None
    only: tuple[tuple[str, str], ...] = ()


class Source(Record, frozen=True):
    """Files of one shape: what they are, and SQL for their rows and for each field, as text or (Parquet) as it is."""

    files: tuple[str, ...]
    label: str
    relation: str
    fields: Mapping[str, str]
    used: Mapping[str, str]
    times: str = "text"
    is_row: str = ""
    otherwise: str = ""
    duration_ms: float = 1
    numbers: frozenset[str] = frozenset()
    """Fields whose columns have numbers, not texts."""
    broken: tuple[str, str] | None = None
    """SQL that is true where a row could not be read at all, and how that is said."""
    is_columnar: bool = False
    """Whether a statement reads only the columns that it needs."""


class Prepared(NamedTuple):
    """What `events` was made of, and the rows of CSV files that could not be read, by reason."""

    sources: tuple[Source, ...]
    rejected: Mapping[str, int]


def mapped(given: Iterable[str], only: Iterable[str]) -> Mapped:
    """Columns named on the command line: `time=ts`, `duration_s=latency`; `only`: `target=orders`. Raises CapplanError."""
    columns: dict[str, str] = {}
    unit: float | None = None
    for text in given:
        field, sign, column = (part.strip() for part in text.partition("="))
        unit = DURATIONS.get(field, unit)
        name = "duration" if field in DURATIONS else ALIASES.get(field, field)
        _check(text, "--column", name, sign, column)
        columns[name] = column
    pairs = []
    for text in only:
        field, sign, value = (part.strip() for part in text.partition("="))
        name = ALIASES.get(field, field)
        _check(text, "--only", name, sign, value, ("operation", "target", "key", "status"))
        pairs.append((name, value))
    return Mapped(columns, unit, tuple(pairs))


def _check(text: str, option: str, name: str, sign: str, value: str, known: Sequence[str] = FIELDS) -> None:
    if sign and value and name in known:
        return
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close and name not in known else f"such as {known[0]}=NAME; {', '.join(known)}"
    raise CapplanError((Diagnostic(option, 0, 0, f"'{text[:60]}' is not FIELD=NAME", hint),))


def prepare(engine: Engine, files: Sequence[TraceFile], asked: Mapped, salt: str | None) -> Prepared:
    """Makes the table `events`. With a salt, keys are hashed with it. Raises CapplanError."""
    sources = sources_of(engine, files, asked)
    rows = events_sql(sources, asked, salt)
    if all(source.is_columnar for source in sources) and "id" not in asked.columns:
        engine.view("events", rows)
        return Prepared(sources, {})
    engine.keep_rows("events", rows)  # texts are parsed once: every statement reads what it needs
    rejected = engine.rejected()
    return Prepared(sources, {BROKEN: rejected} if rejected else {})


def sources_of(engine: Engine, files: Sequence[TraceFile], asked: Mapped) -> tuple[Source, ...]:
    """Files grouped by what they are. Raises CapplanError where there is none with rows, or one cannot be told."""
    groups: dict[tuple[object, ...], list[TraceFile]] = defaultdict(list)
    for one in files:
        file = replace(one, kind="lines") if one.kind == "csv" and _is_log(one) else one
        if file.kind != "empty":
            groups[_alike(file)].append(file)
    if not groups:
        raise CapplanError((Diagnostic(files[0].path, 0, 0, "no file has a row", "every file given is empty"),))
    return tuple(_source(engine, group, asked) for group in groups.values())


def table_source(table: str, asked: Mapped) -> Source:
    """A table of an engine that is not asked what it has: every field is named, with dots into JSON. Raises CapplanError."""
    if "time" not in asked.columns:
        hint = "name what the table has: --column time=ts --column key=customer_id"
        raise CapplanError((Diagnostic("--column", 0, 0, "no column is the time", hint),))
    fields = {}
    for field, path in asked.columns.items():
        column, _, inside = path.partition(".")
        fields[field] = json_field(inside, f"CAST({named(column)} AS VARCHAR)") if inside else named(column)
    relation = ".".join(named(part) for part in table.split("."))
    return Source((table,), "table", relation, fields, asked.columns, duration_ms=_unit(asked))


def events_sql(sources: Sequence[Source], asked: Mapped, salt: str | None) -> str:
    """The SQL of `events`, over the rows of all sources; a request's second row of the same id is set aside."""
    rows = "\nUNION ALL\n".join(_cleaned(source, asked, salt) for source in sources)
    if "id" not in asked.columns:
        return rows
    every = ", ".join(name for name in _EVENT if name != "reason")
    return f"""SELECT {every}, CASE WHEN reason IS NULL AND id IS NOT NULL AND place > 1
      THEN 'the same id again' ELSE reason END AS reason
    FROM (SELECT *, row_number() OVER (PARTITION BY id, reason ORDER BY {every}) AS place FROM ({rows}))"""


_EVENT = (
    "at_seconds", "operation", "target", "item_key", "id", "bytes", "duration_ms", "failed", "throttled", "no_zone",
    "bad_bytes", "bad_duration", "reason",
)  # fmt: skip


def _alike(file: TraceFile) -> tuple[object, ...]:
    """What files have in common that are read together."""
    if file.kind == "lines":
        return file.kind, next((shape.label for shape in LINES if _told(shape, file)), file.path)
    if file.kind in ("json", "records", "array"):
        return file.kind, next((shape.label for shape in JSON if _told(shape, file)), "")
    return file.kind, file.columns, file.delimiter


def _is_log(file: TraceFile) -> bool:
    """Whether a text that looks like CSV, since its lines have commas, is a log of a known shape."""
    return any(shape.told.search(line) for line in file.head[:1] for shape in LINES)


def _told(shape: Shape, file: TraceFile) -> bool:
    return any(shape.told.search(line) for line in file.head[:50])


def _source(engine: Engine, files: Sequence[TraceFile], asked: Mapped) -> Source:
    first = files[0]
    paths = tuple(file.path for file in files)
    if first.kind == "parquet":
        return _columnar(engine, paths, engine.parquet(paths), "Parquet", asked)
    if first.kind == "csv":
        relation, broken = engine.csv(paths, first.columns, first.delimiter)
        used = _columns(first.columns, asked, first.path)
        fields = {field: named(column) for field, column in used.items()}
        return Source(
            paths, "CSV", relation, fields, used, duration_ms=_unit(asked), broken=(broken, BROKEN) if broken else None
        )
    if first.kind == "lines":
        shape = next((shape for shape in LINES if _told(shape, first)), None)
        if shape is None:
            hint = "Parquet, CSV with a first line of names, JSON lines, or a log of a shape that docs/profile.md lists"
            raise CapplanError((Diagnostic(first.path, 1, 1, "not a trace that can be told", hint),))
        if asked.columns:
            hint = "leave out --column: its fields are known"
            raise CapplanError(
                (Diagnostic(first.path, 0, 0, f"the lines of this file have no columns ({shape.label})", hint),)
            )
        return _shaped(paths, engine.lines(paths), shape, shape.fields, {})
    return _json(engine, files, paths, asked)


def _json(engine: Engine, files: Sequence[TraceFile], paths: tuple[str, ...], asked: Mapped) -> Source:
    first = files[0]
    part = "Records" if first.kind == "records" else None
    relation = engine.json_lines(paths) if first.kind == "json" else engine.json_documents(paths, part)
    shape = next((shape for shape in JSON if _told(shape, first)), CLOUDTRAIL if first.kind == "records" else None)
    own = {field: json_field(column) for field, column in asked.columns.items()}
    if shape is not None:
        source = _shaped(paths, relation, shape, {**shape.fields, **own}, asked.columns)
        return replace(source, broken=_NO_OBJECT)
    names = _names_of(first)
    used = _columns(names, Mapped(), first.path, needs_time="time" not in asked.columns) | dict(asked.columns)
    fields = {field: json_field(column) for field, column in used.items()}
    return Source(paths, "JSON", relation, fields, used, duration_ms=_unit(asked), broken=_NO_OBJECT)


def _shaped(
    paths: tuple[str, ...], relation: str, shape: Shape, fields: Mapping[str, str], used: Mapping[str, str]
) -> Source:
    return Source(
        paths, shape.label, relation, fields, used, is_row=shape.is_row, otherwise=shape.otherwise,
        duration_ms=shape.duration_ms,
    )  # fmt: skip


def _columnar(engine: Engine, paths: tuple[str, ...], relation: str, label: str, asked: Mapped) -> Source:
    """Rows whose columns have types."""
    kinds = engine.kinds(relation)
    used = _columns(tuple(kinds), asked, paths[0])
    fields = {field: f"CAST({named(column)} AS VARCHAR)" for field, column in used.items()}
    times = kinds[used["time"]]
    if times != "text":
        fields["time"] = named(used["time"])
    numbers = frozenset(f for f in ("bytes", "duration") if f in used and kinds[used[f]] in ("integer", "number"))
    fields |= {field: named(used[field]) for field in numbers}
    return Source(
        paths, label, relation, fields, used, times=times, duration_ms=_unit(asked), numbers=numbers, is_columnar=True
    )


def _unit(asked: Mapped) -> float:
    return 1 if asked.duration_ms is None else asked.duration_ms


def _names_of(file: TraceFile) -> tuple[str, ...]:
    """The names in the first objects of JSON, in their order."""
    names: dict[str, None] = {}
    for text in ("\n".join(file.head).lstrip("[ \n"), *file.head[1:100]):
        try:
            row, _ = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            continue
        names |= dict.fromkeys(row if isinstance(row, dict) else ())
    return tuple(names)


def _columns(names: Sequence[str], asked: Mapped, file: str, *, needs_time: bool = True) -> dict[str, str]:
    """Field to column: those that are named, then those whose name says it. Raises CapplanError."""
    by_name = {name.casefold(): name for name in reversed(names)}
    out: dict[str, str] = {}
    for field, column in asked.columns.items():
        if column.casefold() not in by_name:
            close = nearest(column, names)
            hint = f"did you mean '{close}'?" if close else f"its columns: {', '.join(names[:12])}"
            raise CapplanError((Diagnostic(file, 1, 1, f"there is no column '{column[:60]}' for {field}", hint),))
        out[field] = by_name[column.casefold()]
    for field, known in NAMES.items():
        found = next((by_name[name] for name in known if name in by_name), None)
        if field not in out and found is not None and found not in out.values():
            out[field] = found
    if "time" not in out and needs_time:
        hint = f"name it: --column time=NAME; its columns: {', '.join(names[:12]) or 'none could be read'}"
        raise CapplanError((Diagnostic(file, 1, 1, "no column is the time", hint),))
    return out


def _cleaned(source: Source, asked: Mapped, salt: str | None) -> str:
    """SQL for the rows of some files as `events` has them."""

    def text(field: str) -> str:
        """A field; an empty text is none."""
        return f"nullif(CAST({source.fields[field]} AS VARCHAR), '')" if field in source.fields else _NOTHING

    key = text("key")
    if salt is not None and "key" in source.fields:
        key = f"substr(sha256({quoted(salt)} || {key}), 1, 16)"
    at, no_zone = _time(source)
    status = text("status") if "status" in source.fields else None
    checks = [
        *([source.broken] if source.broken else []),
        *([(f"NOT ({source.is_row})", source.otherwise)] if source.is_row else []),
        (f"{source.fields['time']} IS NULL" if source.times != "text" else f"{text('time')} IS NULL", "no time"),
        *(
            (f"{text(field)} IS DISTINCT FROM {quoted(value)}", f"{field} is not {value}")
            for field, value in asked.only
        ),
    ]
    reason = " ".join(f"WHEN {wrong} THEN {quoted(why)}" for wrong, why in checks)
    return f"""SELECT at_seconds, operation, target, item_key, id,
      CASE WHEN {_fits("bytes_number")} THEN bytes_number END AS bytes,
      CASE WHEN {_fits("duration_number")} THEN duration_number END AS duration_ms,
      failed, throttled, no_zone,
      CASE WHEN has_bytes AND NOT coalesce({_fits("bytes_number")}, false) THEN 1 ELSE 0 END AS bad_bytes,
      CASE WHEN has_duration AND NOT coalesce({_fits("duration_number")}, false) THEN 1 ELSE 0 END AS bad_duration,
      CASE WHEN unfit IS NOT NULL THEN unfit WHEN at_seconds IS NULL THEN 'its time cannot be read'
        WHEN at_seconds < {_FIRST} OR at_seconds >= {_LAST} THEN 'its time is before 2000 or after 2100' END AS reason
    FROM (SELECT {at} AS at_seconds, {no_zone} AS no_zone,
      {text("operation")} AS operation, {text("target")} AS target, {key} AS item_key, {text("id")} AS id,
      {_is_given(source, "bytes")} AS has_bytes, {_number(source, "bytes", 1)} AS bytes_number,
      {_is_given(source, "duration")} AS has_duration,
      {_number(source, "duration", source.duration_ms)} AS duration_number,
      {_failed(status) if status else "CAST(NULL AS INTEGER)"} AS failed,
      {_throttled(status) if status else "CAST(NULL AS INTEGER)"} AS throttled,
      CASE {reason} END AS unfit
    FROM {source.relation}) AS rows_read"""


_NOTHING = "CAST(NULL AS VARCHAR)"


def _fits(number: str) -> str:
    return f"{number} >= 0 AND {number} < {_MOST}"


def _is_given(source: Source, field: str) -> str:
    """SQL for whether a row has a field; an empty text is none."""
    if field not in source.fields:
        return "false"
    given = source.fields[field]
    return f"{given} IS NOT NULL" if field in source.numbers else f"nullif(CAST({given} AS VARCHAR), '') IS NOT NULL"


def _number(source: Source, field: str, times: float) -> str:
    if field not in source.fields:
        return "CAST(NULL AS DOUBLE)"
    given = source.fields[field]
    number = f"CAST({given} AS DOUBLE)"
    if field not in source.numbers:  # what casts accept beyond digits differs between engines
        given = f"CAST({given} AS VARCHAR)"
        number = f"CASE WHEN regexp_full_match({given}, '{_DECIMAL}') THEN try_cast({given} AS DOUBLE) END"
    return number if times == 1 else f"({number}) * {times}"


def _failed(status: str) -> str:
    """A code of HTTP from 500 on, or a word that is no success."""
    return (
        f"CASE WHEN {status} IS NULL OR {status} = '200' THEN 0 "
        f"WHEN regexp_full_match({status}, '[0-9]{{3}}') THEN CASE WHEN {status} >= '500' THEN 1 ELSE 0 END "
        f"WHEN lower({status}) IN ('-', 'ok', 'success', 'succeeded', 'true', 'null', 'none') THEN 0 ELSE 1 END"
    )


def _throttled(status: str) -> str:
    words = "429|.*throttl.*|.*throughputexceeded.*|.*toomanyrequests.*|.*requestlimitexceeded.*|slowdown"
    return (
        f"CASE WHEN {status} IS NULL OR {status} = '200' THEN 0 "
        f"WHEN regexp_full_match(lower({status}), '{words}') THEN 1 ELSE 0 END"
    )


def _time(source: Source) -> tuple[str, str]:
    """SQL for whole seconds since 1970, and for 1 where the zone is not said."""
    x = source.fields["time"]
    if source.times in ("zoned", "zoneless"):
        return f"try_cast(floor(epoch({x})) AS BIGINT)", "1" if source.times == "zoneless" else "0"
    if source.times == "integer":
        return _seconds(f"try_cast({x} AS BIGINT)"), "0"
    if source.times == "number":
        return _seconds(f"try_cast(floor({x}) AS BIGINT)"), "0"
    x = f"CAST({x} AS VARCHAR)"
    number = "[0-9]{9,19}([.][0-9]+)?"
    whole = f"try_cast(split_part({x}, '.', 1) AS BIGINT)"
    to_minutes = f"substr({x}, 1, 10) || ' ' || coalesce(nullif(substr({x}, 12, 5), ''), '00:00') || ':00'"
    forms = (
        (_TO_SECONDS, f"{_epoch(f'substr({x}, 1, 19)')} - {_zone_seconds(f'substr({x}, 20)')}"),
        (number, _seconds(whole)),
        (_COMMON_LOG, f"{_epoch(_common_log(x))} - {_zone_seconds(f'substr({x}, 22)')}"),
        (_TO_MINUTES, f"{_epoch(to_minutes)} - {_zone_seconds(f'substr({x}, 17)')}"),
    )
    cases = " ".join(f"WHEN regexp_full_match({x}, '{form}') THEN {seconds}" for form, seconds in forms)
    at = f"CASE {cases} END"
    return at, f"CASE WHEN regexp_full_match({x}, '{number}|{_ZONED}') THEN 0 ELSE 1 END"


def _epoch(moment: str) -> str:
    """SQL for seconds since 1970 of a text such as 2026-11-02 00:00:01; null where there is no such day."""
    plain = f"replace(replace({moment}, '/', '-'), 'T', ' ')"
    return f"CAST(epoch(try_cast({plain} AS TIMESTAMP)) AS BIGINT)"


def _common_log(x: str) -> str:
    """SQL for 02/Nov/2026:00:00:01 as 2026-11-02 00:00:01; an unknown month is a month that no year has."""
    months = "JanFebMarAprMayJunJulAugSepOctNovDec"
    number = f"substr(CAST(101 + strpos('{months}', substr({x}, 4, 3)) // 3 AS VARCHAR), 2, 2)"
    month = f"CASE WHEN strpos('{months}', substr({x}, 4, 3)) % 3 = 1 THEN {number} ELSE '99' END"
    return f"substr({x}, 8, 4) || '-' || {month} || '-' || substr({x}, 1, 2) || ' ' || substr({x}, 13, 8)"


def _zone_seconds(tail: str) -> str:
    """SQL for the seconds that a zone is ahead of UTC, of the end of a text such as .123+09:00."""
    zone = f"regexp_extract({tail}, '([+-][0-9]+:?[0-9]*)', 1)"
    minutes = f"coalesce(nullif(substr(replace({zone}, ':', ''), 4, 2), ''), '0')"
    return (
        f"CASE WHEN {tail} = '' OR {tail} = 'Z' OR nullif({zone}, '') IS NULL THEN 0 "
        f"ELSE (CAST(substr({zone}, 2, 2) AS INTEGER) * 3600 + CAST({minutes} AS INTEGER) * 60) "
        f"* CASE WHEN substr({zone}, 1, 1) = '-' THEN -1 ELSE 1 END END"
    )


def _seconds(number: str) -> str:
    """Whole seconds of a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told by its size."""
    units = ((11, 1), (14, 10**3), (17, 10**6), (20, 10**9))
    cases = " ".join(
        f"WHEN {number} < {min(10**digits, 2**63 - 1)} THEN "
        + (number if unit == 1 else f"({number} - {number} % {unit}) // {unit}")
        for digits, unit in units
    )
    return f"CASE {cases} END"
