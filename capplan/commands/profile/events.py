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

_MAX_LINE_BYTES, _MAX_DOCUMENT_BYTES = 10_000_000, 64 * 2**20
_FIRST, _LAST = 946_684_800, 4_102_444_800
"""2000 and 2100: a time outside is a typing error or in another unit."""
_NO_OBJECT = "j IS NULL OR json_type(j) <> 'OBJECT'"
_ZONED = r".*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})"
_NUMERIC = ("BIGINT", "INTEGER", "DOUBLE", "FLOAT", "UBIGINT", "UINTEGER", "HUGEINT", "DECIMAL")


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
    broken: str = ""
    """SQL that is true where a row could not be read at all."""


class Prepared(NamedTuple):
    """What `events` was made of, and the rows of CSV files that could not be read."""

    sources: tuple[Source, ...]
    rejected: int


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
    groups: dict[tuple[object, ...], list[TraceFile]] = defaultdict(list)
    for file in files:
        if file.kind != "empty":
            groups[_alike(file)].append(file)
    sources = tuple(_source(engine, group, asked) for group in groups.values())
    if not sources:
        raise CapplanError((Diagnostic(files[0].path, 0, 0, "no file has a row", "every file given is empty"),))
    rows = "\nUNION ALL\n".join(_cleaned(source, asked, salt) for source in sources)
    is_columnar = all(source.times != "text" or "read_parquet" in source.relation for source in sources)
    if is_columnar and "id" not in asked.columns:
        engine.rows(f"CREATE TEMPORARY VIEW events AS {rows}")
        return Prepared(sources, 0)
    place = quoted(str(engine.folder / "rows.parquet"))  # texts are parsed once: every statement reads what it needs
    engine.rows(f"COPY ({rows}) TO {place} (FORMAT parquet)")
    rejected = _rejected(engine, sources)
    once = f"read_parquet({place})"
    if "id" in asked.columns:
        once = f"""(SELECT * REPLACE (CASE WHEN reason IS NULL AND id IS NOT NULL
          AND row_number() OVER (PARTITION BY id, reason ORDER BY at_seconds) > 1
          THEN 'the same id again' ELSE reason END AS reason) FROM {once})"""
    engine.rows(f"CREATE TEMPORARY VIEW events AS SELECT * FROM {once}")
    return Prepared(sources, rejected)


def _rejected(engine: Engine, sources: Sequence[Source]) -> int:
    """Rows of CSV files that have not as many columns as the first line."""
    if not any("store_rejects" in source.relation for source in sources):
        return 0
    counted = "SELECT count(*) FROM (SELECT DISTINCT scan_id, file_id, line FROM reject_errors)"
    return int(engine.rows(counted)[0][0])


def _alike(file: TraceFile) -> tuple[object, ...]:
    """What files have in common that are read together."""
    if file.kind == "lines":
        return file.kind, next((shape.label for shape in LINES if _told(shape, file)), file.path)
    if file.kind in ("json", "records", "array"):
        return file.kind, next((shape.label for shape in JSON if _told(shape, file)), "")
    return file.kind, file.columns, file.delimiter


def _told(shape: Shape, file: TraceFile) -> bool:
    return any(shape.told.search(line) for line in file.head[:50])


def _source(engine: Engine, files: Sequence[TraceFile], asked: Mapped) -> Source:
    first = files[0]
    paths = tuple(file.path for file in files)
    given = "[" + ", ".join(map(quoted, paths)) + "]"
    if first.kind == "parquet":
        return _parquet(engine, paths, given, asked)
    if first.kind == "csv":
        columns = "{" + ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in first.columns) + "}"
        relation = (
            f"read_csv({given}, columns = {columns}, header = true, auto_detect = false, store_rejects = true, "
            f"rejects_limit = 0, delim = {quoted(first.delimiter)}, quote = '\"', escape = '\"', "
            f"max_line_size = {_MAX_LINE_BYTES})"
        )
        used = _columns(first.columns, asked, first.path)
        fields = {field: named(column) for field, column in used.items()}
        return Source(paths, "CSV", relation, fields, used, duration_ms=_unit(asked))
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
        return _shaped(paths, f"(SELECT line FROM {_lines(given)} WHERE line IS NOT NULL)", shape, shape.fields, {})
    return _json(files, paths, given, asked)


def _json(files: Sequence[TraceFile], paths: tuple[str, ...], given: str, asked: Mapped) -> Source:
    first = files[0]
    if first.kind == "json":
        relation = f"(SELECT try_cast(line AS JSON) AS j FROM {_lines(given)} WHERE line IS NOT NULL)"
    else:
        part = "'$.Records'" if first.kind == "records" else "'$'"
        whole = f"read_json_objects({given}, format = 'unstructured', maximum_object_size = {_MAX_DOCUMENT_BYTES})"
        relation = f"(SELECT unnest(CAST(json_extract(json, {part}) AS JSON[])) AS j FROM {whole})"
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


def _lines(given: str) -> str:
    """Lines of texts: no sign parts, quotes or escapes."""
    return (
        f"read_csv({given}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, delim = '\x01', "
        f"quote = '', escape = '', strict_mode = false, max_line_size = {_MAX_LINE_BYTES})"
    )


def _parquet(engine: Engine, paths: tuple[str, ...], given: str, asked: Mapped) -> Source:
    relation = f"read_parquet({given}, union_by_name = true)"
    types = {name: str(kind) for name, kind, *_ in engine.rows(f"DESCRIBE SELECT * FROM {relation}")}
    used = _columns(tuple(types), asked, paths[0])
    fields = {field: f"CAST({named(column)} AS VARCHAR)" for field, column in used.items()}
    kind = types[used["time"]]
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        fields["time"] = f"epoch({named(used['time'])})"
        times = "zoned" if "TIME ZONE" in kind else "zoneless"
    elif kind.startswith(_NUMERIC):
        fields["time"], times = f"CAST({named(used['time'])} AS DOUBLE)", "number"
    else:
        times = "text"
    numbers = frozenset(f for f in ("bytes", "duration") if f in used and types[used[f]].startswith(_NUMERIC))
    fields |= {field: named(used[field]) for field in numbers}
    return Source(paths, "Parquet", relation, fields, used, times=times, duration_ms=_unit(asked), numbers=numbers)


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
        return f"CAST({source.fields[field]} AS VARCHAR)" if field in source.fields else "CAST(NULL AS VARCHAR)"

    key = text("key")
    if salt is not None:
        key = f"substr(sha256({quoted(salt)} || {key}), 1, 16)"
    at, no_zone = _time(source)
    has_status = "status" in source.fields
    checks = [
        *([(f"{source.broken}", "not JSON")] if source.broken else []),
        *([(f"NOT ({source.is_row})", source.otherwise)] if source.is_row else []),
        (f"{source.fields['time']} IS NULL", "no time"),
        *(
            (f"{text(field)} IS DISTINCT FROM {quoted(value)}", f"{field} is not {value}")
            for field, value in asked.only
        ),
    ]
    reason = " ".join(f"WHEN {wrong} THEN {quoted(why)}" for wrong, why in checks)
    return f"""SELECT at_seconds, operation, target, item_key, id,
      CASE WHEN bytes_number >= 0 THEN bytes_number END AS bytes,
      CASE WHEN duration_number >= 0 THEN duration_number END AS duration_ms,
      failed, throttled, no_zone,
      CASE WHEN has_bytes AND NOT coalesce(bytes_number >= 0, false) THEN 1 ELSE 0 END AS bad_bytes,
      CASE WHEN has_duration AND NOT coalesce(duration_number >= 0, false) THEN 1 ELSE 0 END AS bad_duration,
      CASE WHEN unfit IS NOT NULL THEN unfit WHEN at_seconds IS NULL THEN 'its time cannot be read'
        WHEN at_seconds < {_FIRST} OR at_seconds >= {_LAST} THEN 'its time is before 2000 or after 2100' END AS reason
    FROM (SELECT {at} AS at_seconds, {no_zone} AS no_zone,
      {text("operation")} AS operation, {text("target")} AS target, {key} AS item_key, {text("id")} AS id,
      {_is_given(source, "bytes")} AS has_bytes, {_number(source, "bytes", 1)} AS bytes_number,
      {_is_given(source, "duration")} AS has_duration,
      {_number(source, "duration", source.duration_ms)} AS duration_number,
      {_failed(text("status")) if has_status else 0} AS failed,
      {_throttled(text("status")) if has_status else 0} AS throttled,
      CASE {reason} END AS unfit
    FROM {source.relation})"""


def _is_given(source: Source, field: str) -> str:
    """SQL for whether a row has a field; an empty text is none."""
    if field not in source.fields:
        return "false"
    given = source.fields[field]
    return f"{given} IS NOT NULL" if field in source.numbers else f"nullif(CAST({given} AS VARCHAR), '') IS NOT NULL"


def _number(source: Source, field: str, times: float) -> str:
    if field not in source.fields:
        return "CAST(NULL AS DOUBLE)"
    number = f"try_cast({source.fields[field]} AS DOUBLE)"
    scaled = number if times == 1 else f"{number} * {times}"
    return f"CASE WHEN isfinite({number}) THEN {scaled} END"


def _failed(status: str) -> str:
    """A code of HTTP from 500 on, or a word that is no success."""
    return (
        f"CASE WHEN regexp_full_match({status}, '[0-9]{{3}}') THEN CASE WHEN CAST({status} AS INTEGER) >= 500 THEN 1 ELSE 0 END "
        f"WHEN {status} IS NULL OR lower({status}) IN ('', '-', 'ok', 'success', 'succeeded', 'true', 'null', 'none') "
        f"THEN 0 ELSE 1 END"
    )


def _throttled(status: str) -> str:
    words = "429|.*throttl.*|.*throughputexceeded.*|.*toomanyrequests.*|.*requestlimitexceeded.*"
    return f"CASE WHEN regexp_full_match(lower({status}), '{words}') THEN 1 ELSE 0 END"


def _time(source: Source) -> tuple[str, str]:
    """SQL for seconds since 1970, and for 1 where the zone is not said."""
    x = source.fields["time"]
    if source.times in ("zoned", "zoneless"):
        return x, "1" if source.times == "zoneless" else "0"
    if source.times == "number":
        return _seconds(x), "0"
    number = "[0-9]{9,19}([.][0-9]+)?"
    clf = "%d/%b/%Y:%H:%M:%S %z"
    at = (
        f"CASE WHEN regexp_full_match({x}, '{number}') THEN {_seconds(f'CAST({x} AS DOUBLE)')} "
        f"WHEN contains({x}, '/') AND contains({x}, ':') AND NOT starts_with({x}, '2') OR regexp_matches({x}, '^[0-9]+/[A-Za-z]') "
        f"THEN epoch(try_strptime({x}, '{clf}')) "
        f"ELSE epoch(try_cast(replace({x}, '/', '-') AS TIMESTAMPTZ)) END"
    )
    return at, f"CASE WHEN regexp_full_match({x}, '{number}|{_ZONED}') THEN 0 ELSE 1 END"


def _seconds(number: str) -> str:
    """Seconds of a number of seconds, milliseconds, microseconds or nanoseconds since 1970, told by its size."""
    units = ((11, 1), (14, 10**3), (17, 10**6), (20, 10**9))
    cases = " ".join(f"WHEN {number} < 1e{digits} THEN {number} / {unit}.0" for digits, unit in units)
    return f"CASE {cases} END"
