"""What a write costs in each index, from the item before and after. It never rounds two entries together.

Source: DynamoDB Developer Guide, "Using global secondary indexes", "Local secondary indexes" (read 2026-11-23).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.items.size import Item, item_bytes, same_value
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES
from capplan.services.dynamodb.units import Bytes, write_units

Projection = Literal["all", "keys-only"] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexShape:
    """An index's key attributes (all of them must be there) and the non-key attributes it holds."""

    key: tuple[str, ...]
    project: Projection


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's key attributes and its indexes by name."""

    key: tuple[str, ...]
    global_indexes: Mapping[str, IndexShape]
    local_indexes: Mapping[str, IndexShape]


@dataclass(frozen=True, slots=True)
class WriteArms:
    """Units of one call: the table, and every index that is charged."""

    table: int
    global_indexes: Mapping[str, int]
    local_indexes: Mapping[str, int]

    @property
    def total(self) -> int:
        """All arms together, as the service reports it."""
        return self.table + sum(self.global_indexes.values()) + sum(self.local_indexes.values())


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


def _entry_units(one: Item | None) -> int:
    return 0 if one is None else entry_units(item_bytes(one))


def entry_units(entry_bytes: Bytes, entries: int = 1) -> int:
    """Units to write so many new entries of one size."""
    return entries * max(1, ceil_div(entry_bytes, WRITE_BLOCK_BYTES))


Change = tuple[Item | None, Item | None]
"""An item before and after; the same twice for a condition check."""


def call_units(changes: Iterable[Change], table: TableShape, *, transactional: bool = False) -> WriteArms:
    """Units of the changes one call makes. A transaction doubles the table's arm, never an index's."""
    listed = list(changes)
    total = sum(write_units(_bytes(before), _bytes(after), transactional=transactional) for before, after in listed)
    return WriteArms(
        total, _arms(listed, table.global_indexes, table.key), _arms(listed, table.local_indexes, table.key)
    )


def _bytes(item: Item | None) -> int | None:
    return None if item is None else item_bytes(item)


def _arms(changes: Sequence[Change], indexes: Mapping[str, IndexShape], table_key: Sequence[str]) -> dict[str, int]:
    sums = {name: sum(index_units(b, a, index, table_key) for b, a in changes) for name, index in indexes.items()}
    return {name: units for name, units in sums.items() if units}
