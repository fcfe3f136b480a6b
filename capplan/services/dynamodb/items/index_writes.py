"""Units that a write takes of each index, from the item before and after.

Source: DynamoDB Developer Guide, "Using global secondary indexes", "Local secondary indexes" (read 2026-11-23).
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from capplan.quantities.rounding import ceil_div
from capplan.record import Record
from capplan.services.dynamodb.items.size import Item, item_bytes, same_value
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES

Projection = Literal["all", "keys-only"] | tuple[str, ...]


class IndexShape(Record, frozen=True):
    """An index's key attributes (all of them must be there) and the non-key attributes it projects."""

    key: tuple[str, ...]
    project: Projection


def entry(item: Item | None, index: IndexShape, table_key: Sequence[str]) -> Item | None:
    """The index entry of an item: None where any index key attribute is absent (a sparse index)."""
    if item is None or any(name not in item for name in index.key):
        return None
    if index.project == "all":
        return item
    extra = () if index.project == "keys-only" else index.project
    return {name: item[name] for name in dict.fromkeys((*table_key, *index.key, *extra)) if name in item}


def index_units(before: Item | None, after: Item | None, index: IndexShape, table_key: Sequence[str]) -> int:
    """Units one index is charged for one change of an item."""
    old, new = entry(before, index, table_key), entry(after, index, table_key)
    if old is None or new is None:
        return _entry_units(old) + _entry_units(new)
    if any(not same_value(old[name], new[name]) for name in index.key):
        return _entry_units(old) + _entry_units(new)
    changed = any(not same_value(old.get(name), new.get(name)) for name in {*old, *new})
    return max(_entry_units(old), _entry_units(new)) if changed else 0


def _entry_units(item: Item | None) -> int:
    return 0 if item is None else entry_units(item_bytes(item))


def entry_units(entry_bytes: int | Decimal | Fraction) -> int:
    """Write units of one new entry of this size."""
    return max(1, ceil_div(entry_bytes, WRITE_BLOCK_BYTES))
