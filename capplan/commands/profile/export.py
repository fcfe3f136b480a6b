"""Reads a full export of a DynamoDB table as rows: each item's size by DynamoDB's own rule, and its partition key.

Source: DynamoDB Developer Guide, "DynamoDB table export output format" (read 2026-11-30): manifests beside the data files,
an item a line, in DynamoDB JSON or in Ion.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import msgspec

from capplan.commands.profile.kinds import MANIFEST, kind_of
from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import read_any
from capplan.reading.nearest import nearest
from capplan.reading.trace_files import TraceFile
from capplan.reading.trace_rows import Row, lines_in
from capplan.services.dynamodb.items.ion import ion_item
from capplan.services.dynamodb.items.size import Item, item_bytes

SUMMARY = "manifest-summary.json"
_ION = b"$ion_1_0"
_SOME_TIME = "2000-01-01T00:00:00Z"
"""Items have no time; rows of one second are counted as they are."""


class Manifest(NamedTuple):
    """What an export says of itself."""

    table: str | None = None
    items: int | None = None


def manifest_of(files: Sequence[TraceFile]) -> Manifest:
    """The summary beside the data files; nothing where it was not given, or there are several. Raises CapplanError."""
    found = [file.path for file in files if PurePath(file.path).name == SUMMARY]
    if len(found) != 1:
        return Manifest()
    try:
        data = json.loads(read_any(found[0]))
        table, items = str(data["tableArn"]).rpartition("/")[2], int(data["itemCount"])
    except (ValueError, LookupError, TypeError, RecursionError):
        hint = "leave it out: the items are counted"
        raise CapplanError((Diagnostic(found[0], 0, 0, "the manifest of an export cannot be read", hint),)) from None
    if data.get("exportType") == "INCREMENTAL_EXPORT":
        hint = "profile a full export of the table"
        raise CapplanError((Diagnostic(found[0], 0, 0, "an incremental export has changes, not items", hint),))
    return Manifest(table, items)


def item_rows(files: Sequence[TraceFile], key: str | None, aside: Counter[str]) -> Iterator[Row]:
    """The items as rows; counts in `aside` the lines that are none. Raises CapplanError, also where no item has the key.

    Args:
        files: Data files and manifests.
        key: The attribute that is the partition key; None leaves keys out.
        aside: Lines by the reason for which they are no items.
    """
    table = manifest_of(files).table
    for file in files:
        if file.kind == "empty" or kind_of(file) == MANIFEST:
            continue
        first = True
        for line in lines_in(file.path):
            item = _item(line)
            size = _size(item)
            if item is None or size is None:
                aside["not an item"] += 1
                continue
            if first and key is not None and key not in item:
                raise _no_key(file.path, key, list(item))
            first = False
            yield Row(time=_SOME_TIME, target=table, key=_key_of(item, key), bytes=str(size))


def _item(line: bytes) -> Item | None:
    try:
        if line.lstrip().startswith(_ION):
            return ion_item(line.decode())
        data = msgspec.json.decode(line)
    except (ValueError, RecursionError):  # a DecodeError is one
        return None
    item = data.get("Item") if isinstance(data, dict) else None
    return item if isinstance(item, dict) else None


def _size(item: Item | None) -> int | None:
    if not item:
        return None
    try:
        return item_bytes(item)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        return None


def _key_of(item: Item, key: str | None) -> str | None:
    """The key's value as text."""
    typed: Mapping[str, Any] = item.get(key, {}) if key is not None else {}
    return next((str(value) for value in typed.values()), None)


def _no_key(file: str, key: str, attributes: Sequence[str]) -> CapplanError:
    close = nearest(key, attributes)
    hint = f"did you mean '{close}'?" if close else f"its attributes: {', '.join(attributes[:12])}"
    return CapplanError((Diagnostic(file, 1, 1, f"the items have no attribute '{key[:60]}' as their key", hint),))
