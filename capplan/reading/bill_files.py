"""Reads the rows of bills: CSV and gzip by itself, Parquet by DuckDB, JSON whole. A row at a time, as text."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.sql_engine import named, quoted, sql_engine
from capplan.reading.trace_files import TraceFile, trace_files

_MAX_CELL = 1_000_000
_MAX_JSON_BYTES = 64 * 2**20
_PART = 10_000
"""Rows that are fetched from the engine at once."""
BROKEN = "not as many cells as columns"
Row = Sequence[str]


class BillTable(NamedTuple):
    """A file of rows: its columns, and where they are read from."""

    path: str
    kind: str
    columns: tuple[str, ...]
    delimiter: str = ""


class BillJson(NamedTuple):
    """A JSON document, such as an answer of Cost Explorer."""

    path: str
    data: Mapping[str, Any]


def bill_files(given: Sequence[str], memory_limit: str) -> tuple[BillTable | BillJson, ...]:
    """The files of paths, folders and patterns. Raises CapplanError for one that cannot be a bill."""
    files, _ = trace_files(given)
    return tuple(_opened(file, memory_limit) for file in files)


def _opened(file: TraceFile, memory_limit: str) -> BillTable | BillJson:
    if file.kind == "parquet":
        with sql_engine(memory_limit, what="Parquet", place=file.path) as engine:
            described = engine.rows(f"DESCRIBE SELECT * FROM read_parquet({quoted(file.path)})")
        return BillTable(file.path, "parquet", tuple(str(name) for name, *_ in described))
    if file.kind == "csv":
        return BillTable(file.path, "csv", file.columns, file.delimiter)
    if file.kind in ("json", "records", "array"):
        return BillJson(file.path, _document(file.path))
    hint = "a Cost and Usage Report or a FOCUS export as CSV, gzip or Parquet, or Cost Explorer's JSON"
    what = "the file is empty" if file.kind == "empty" else "this is no bill that can be told"
    if Path(file.path).suffix == ".zip":
        what, hint = "this is a zip archive", "unzip it first"
    raise CapplanError((Diagnostic(file.path, 0, 0, what, hint),))


def _document(path: str) -> Mapping[str, Any]:
    if Path(path).stat().st_size > _MAX_JSON_BYTES:
        hint = "ask Cost Explorer for one month, by day or by month"
        raise CapplanError((Diagnostic(path, 0, 0, "JSON of more than 64 MiB", hint),))
    try:
        raw = Path(path).read_bytes()
        data = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (ValueError, RecursionError, OSError, EOFError, zlib.error):
        data = None
    if not isinstance(data, dict):
        raise CapplanError((Diagnostic(path, 0, 0, "not JSON to its end, or no object", "fetch it again"),))
    return data


def rows_of(table: BillTable, columns: Sequence[str], memory_limit: str) -> Iterator[Row | None]:
    """The cells of some columns of each row; None for a row that cannot be read."""
    if table.kind == "parquet":
        yield from _parquet(table, columns, memory_limit)
    else:
        yield from _csv(table, columns)


def _csv(table: BillTable, columns: Sequence[str]) -> Iterator[Row | None]:
    places = [table.columns.index(name) for name in columns]
    count = len(table.columns)
    csv.field_size_limit(_MAX_CELL)
    try:
        with _text(table.path) as file:
            reader = csv.reader(file, delimiter=table.delimiter)
            next(reader, None)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error:  # a cell that is too long
                    yield None
                    continue
                if row:
                    yield [row[i] for i in places] if len(row) == count else None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        message, hint = "the gzip file is cut off or broken", "was it still being written? fetch it again"
        raise CapplanError((Diagnostic(table.path, 0, 0, message, hint),)) from None


def _text(path: str) -> io.TextIOWrapper:
    with Path(path).open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    raw: Any = gzip.open(path, "rb") if zipped else Path(path).open("rb")  # noqa: SIM115  closed with its wrapper
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")


def _parquet(table: BillTable, columns: Sequence[str], memory_limit: str) -> Iterator[Row | None]:
    with sql_engine(memory_limit) as engine:
        source = f"read_parquet({quoted(table.path)})"
        types = {str(name): str(kind) for name, kind, *_ in engine.rows(f"DESCRIBE SELECT * FROM {source}")}
        cells = ", ".join(_as_text(name, types[name]) for name in columns)
        for row in engine.stream(f"SELECT {cells} FROM {source}", _PART):
            yield ["" if cell is None else cell for cell in row]


def _as_text(column: str, kind: str) -> str:
    if kind.startswith(("MAP", "STRUCT", "UNION")) or kind.endswith("[]"):
        return f"CAST(to_json({named(column)}) AS VARCHAR)"
    return f"CAST({named(column)} AS VARCHAR)"
