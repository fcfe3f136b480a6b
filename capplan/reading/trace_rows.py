"""Reads files of a trace that no engine reads by itself, and writes what they have as rows that every engine does."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import reason_of
from capplan.reading.limits import MAX_SAVED_BYTES

_GZIP = b"\x1f\x8b"
_MAX_LINE = 10_000_000


class Row(NamedTuple):
    """A request, as texts; None for what is not known."""

    time: str | None = None
    operation: str | None = None
    target: str | None = None
    key: str | None = None
    bytes: str | None = None
    duration_ms: str | None = None
    status: str | None = None


def whole_text(path: str) -> str:
    """The text of a file, also of a gzip file. Raises CapplanError, also when it is too large."""
    with _opened(path) as file:
        raw = file.read(MAX_SAVED_BYTES + 1)
    if len(raw) > MAX_SAVED_BYTES:
        message = f"more than {MAX_SAVED_BYTES:,} bytes in one document"
        raise CapplanError((Diagnostic(path, 0, 0, message, "split it into files of their own"),))
    return raw.decode("utf-8", "replace")


def lines_in(path: str) -> Iterator[bytes]:
    """The lines of a file that are not empty, also of a gzip file, one by one. Raises CapplanError."""
    with _opened(path) as file:
        while line := file.readline(_MAX_LINE):
            if line.strip():
                yield line


@contextmanager
def _opened(path: str) -> Iterator[io.BufferedIOBase]:
    """A file to read; what ends before its end is an error."""
    try:
        with Path(path).open("rb") as plain:
            zipped = plain.peek(2).startswith(_GZIP)
            yield gzip.GzipFile(fileobj=plain) if zipped else plain
    except (EOFError, zlib.error, gzip.BadGzipFile):
        hint = "was it still being written? fetch it again"
        raise CapplanError((Diagnostic(path, 0, 0, "the gzip file is cut off or broken", hint),)) from None
    except OSError as error:
        raise CapplanError((Diagnostic(path, 0, 0, "cannot be read", reason_of(error)),)) from None


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Rows as CSV, with a first line of names; line breaks in texts become spaces."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row._fields)
        for row in rows:
            writer.writerow([" ".join(text.split()) if text and not text.isprintable() else text for text in row])
