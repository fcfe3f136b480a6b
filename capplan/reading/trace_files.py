"""Finds the files of a trace and tells what each is by its first lines: Parquet, CSV, JSON or a log's own lines."""

import csv
import glob
import gzip
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import reason_of
from capplan.reading.scalars import shown
from capplan.record import Record

_HEAD_BYTES = 65_536
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_RECORDS = re.compile(r'\s*\{\s*"Records"\s*:\s*\[')
_DELIMITERS = ",\t;|"
MAX_FILES = 100_000


class TraceFile(Record, frozen=True):
    """One file of a trace.

    Attributes:
        path: As it is opened.
        kind: `parquet`, `csv`, `json` (an object a line), `records` (one object whose `Records` has the rows), `array`,
            `lines` (text), or `empty`.
        head: The first lines of a text.
        columns: Of a CSV file, the names in its first line.
        delimiter: Of a CSV file.
    """

    path: str
    kind: str
    head: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    delimiter: str = ""


def trace_files(given: Sequence[str]) -> tuple[tuple[TraceFile, ...], int]:
    """The files of paths, folders and patterns, each once, in order; and how many were named more than once.

    Raises:
        CapplanError: A path does not exist, a pattern matches nothing, or a file cannot be opened; all of them at once.
    """
    errors: list[Diagnostic] = []
    paths: dict[str, str] = {}
    repeated = 0
    for name in given:
        found = matching(name)
        if not found:
            what = "matches no file" if glob.has_magic(name) else "is no file"
            errors.append(Diagnostic(name, 0, 0, f"{shown(name)} {what}", "name files, folders or patterns in quotes"))
        for path in found:
            real = str(Path(path).resolve())
            repeated += real in paths
            paths.setdefault(real, path)
    if len(paths) > MAX_FILES:
        errors.append(Diagnostic(given[0], 0, 0, f"{len(paths):,} files; at most {MAX_FILES:,} are read at once"))
    out: list[TraceFile] = []
    for path in paths.values() if not errors else ():
        try:
            out.append(_opened(path))
        except OSError as error:
            errors.append(Diagnostic(path, 0, 0, f"cannot open {shown(path)}", reason_of(error)))
    if errors:
        raise CapplanError(tuple(errors))
    return tuple(out), repeated


def matching(name: str) -> list[str]:
    """The files of a path, a folder or a pattern, in order; none where there is nothing."""
    path = Path(name)
    if path.is_dir():
        return sorted(str(one) for one in path.rglob("*") if one.is_file() and not one.name.startswith((".", "_")))
    if path.is_file():
        return [name]
    return sorted(one for one in glob.glob(name, recursive=True) if Path(one).is_file())  # noqa: PTH207  any root


def _opened(path: str) -> TraceFile:
    with open(path, "rb") as file:  # noqa: PTH123
        raw = file.read(_HEAD_BYTES)
    if raw.startswith(_PARQUET):
        return TraceFile(path, "parquet")
    return told(path, _unzipped(path, raw).decode("utf-8", "replace").removeprefix("\ufeff"))


def told(path: str, text: str) -> TraceFile:
    """What a file is by its first lines."""
    if text.startswith(_PARQUET.decode()):
        return TraceFile(path, "parquet")
    if not text.strip():
        return TraceFile(path, "empty")
    lines = tuple(line for line in text.splitlines() if line.strip())
    first = text.lstrip()[:1]
    if _RECORDS.match(text):
        return TraceFile(path, "records", lines)
    if first in ("{", "["):
        return TraceFile(path, "json" if first == "{" else "array", lines)
    delimiter = max(_DELIMITERS, key=lines[0].count)
    columns = tuple(name.strip() for name in next(csv.reader([lines[0]], delimiter=delimiter), []))
    if lines[0].count(delimiter) and all(columns) and len({name.casefold() for name in columns}) == len(columns):
        return TraceFile(path, "csv", lines, columns, delimiter)
    return TraceFile(path, "lines", lines)


def _unzipped(path: str, raw: bytes) -> bytes:
    """The first bytes of a text; what there is of it where a gzip file is cut off."""
    if not raw.startswith(_GZIP):
        return raw
    out = b""
    try:
        with gzip.open(path, "rb") as file:
            while len(out) < _HEAD_BYTES and (part := file.read1(_HEAD_BYTES)):
                out += part
    except (EOFError, zlib.error, gzip.BadGzipFile):
        pass
    return out
