"""A file of partition keys, with or without counts: how often each is used.

One key a line; `key,count` (or a tab) where the second field is a whole number. Without counts a key counts once for each
line it stands on, so a trace of requests is a key file too. A first line `key,count` is a header.
"""

import csv
import io
from collections.abc import Iterable
from functools import lru_cache

from capplan.services.dynamodb.keys.popularity import KeyList
from capplan.services.dynamodb.quotas import PARTITION_KEY_MAX

MAX_BYTES = 64 * 2**20
MAX_LINES = 2_000_000
_MAX_COUNT = 10**15


class KeyFileError(ValueError):
    """What is wrong with a line; `line` counts from 1, 0 for the file as a whole."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line, self.hint = line, hint


@lru_cache(maxsize=16)
def read_keys(text: str, name: str) -> KeyList:
    """Keys with their counts, the most used first (ties by name). Raises KeyFileError.

    Cached: a plan made again does not read again.
    """
    counts: dict[str, int] = {}
    for line, key, count in _rows(text, name):
        if not key or len(key.encode()) > PARTITION_KEY_MAX.value:
            raise KeyFileError(
                line, f"a key is empty or longer than {PARTITION_KEY_MAX.value:,} bytes", "one key a line, or key,count"
            )
        counts[key] = counts.get(key, 0) + count
    used = sorted(((key, count) for key, count in counts.items() if count), key=lambda pair: (-pair[1], pair[0]))
    if not used:
        raise KeyFileError(0, "no key is used", "one key a line, or key,count")
    return KeyList(tuple(key for key, _ in used), tuple(count for _, count in used), sum(count for _, count in used))


def _rows(text: str, name: str) -> Iterable[tuple[int, str, int]]:
    delimiter = "\t" if name.endswith(".tsv") or ("\t" in text[:1000] and "," not in text[:1000]) else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    for fields in reader:
        line = reader.line_num
        if line > MAX_LINES:
            raise KeyFileError(line, f"more than {MAX_LINES:,} lines", "count them first: key,count")
        if not fields or fields == [""]:
            continue
        if len(fields) == 1:
            if line == 1 and fields[0].strip().lower() == "key":
                continue
            yield line, fields[0], 1
        elif len(fields) == 2:  # noqa: PLR2004  a key and its count
            if line == 1 and not fields[1].strip().isdigit():
                continue
            yield line, fields[0], _count(fields[1].strip(), line)
        else:
            raise KeyFileError(
                line, f"{len(fields)} fields in a line", "one key a line, or key,count; quote a key with a comma"
            )


def _count(text: str, line: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:  # noqa: PLR2004  a thousand million million
        raise KeyFileError(line, f"'{text[:30]}' is not a count", "a whole number, such as 1200")
    return min(int(text), _MAX_COUNT)
