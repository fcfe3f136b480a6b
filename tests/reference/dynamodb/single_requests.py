"""Read and write units of single requests, item by item: an oracle for the expected units of `requests.request_units`.

Source: DynamoDB Developer Guide, "DynamoDB read and write operations", "Amazon DynamoDB Transactions: How it works"
(read 2026-11-23).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.items.index_entries import shape_of
from capplan.services.dynamodb.items.index_writes import IndexShape, index_units
from capplan.services.dynamodb.items.size import Item, item_bytes
from capplan.services.dynamodb.quotas import (
    PAGE_MAX,
    READ_BLOCK_BYTES,
    TRANSACTION_FACTOR,
    UNITS_PER_BLOCK,
    WRITE_BLOCK_BYTES,
)
from capplan.services.dynamodb.spec import Table

Bytes = int | Decimal | Fraction


def read_units(size_bytes: Bytes | None, consistency: str = "eventual") -> Fraction:
    """Units to read one item; a missing item (None) costs one smallest block."""
    return max(1, ceil_div(size_bytes or 0, READ_BLOCK_BYTES)) * UNITS_PER_BLOCK[consistency]


def batch_read_units(sizes_bytes: Iterable[Bytes | None], consistency: str = "eventual") -> Fraction:
    """Units of BatchGetItem and TransactGetItems: each item rounds alone."""
    return sum((read_units(size, consistency) for size in sizes_bytes), Fraction(0))


def query_units(total_bytes: Bytes, consistency: str = "eventual", partitions_searched: int = 1) -> Fraction:
    """Units of a Query or Scan over entries of this size together: one rounding; nothing found costs one block a
    partition searched.
    """
    if not total_bytes:
        return max(1, partitions_searched) * UNITS_PER_BLOCK[consistency]
    return ceil_div(total_bytes, READ_BLOCK_BYTES) * UNITS_PER_BLOCK[consistency]


def scan_units(items: int, each_bytes: Bytes, consistency: str = "eventual", pages: int | None = None) -> Fraction:
    """Units of the first `pages` pages (default: all) over items of one size; a page takes items until 1 MB is
    passed.
    """
    each = Fraction(each_bytes)
    in_a_page = math.floor(Fraction(PAGE_MAX.value) / each) + 1 if each else items
    full, rest = divmod(items, max(in_a_page, 1))
    whole = full if pages is None else min(full, pages)
    units = whole * query_units(in_a_page * each, consistency)
    last_wanted = rest and (pages is None or pages > full)
    return units + (query_units(rest * each, consistency) if last_wanted else 0)


@dataclass(frozen=True, slots=True)
class IndexRead:
    """What a Query on an index costs: its entries, and the base items fetched for attributes a local index lacks."""

    entries: Fraction
    fetched: Fraction

    @property
    def total(self) -> Fraction:
        """Both; for a local index both spend the table's capacity."""
        return self.entries + self.fetched


def index_query_units(
    total_bytes: Bytes,
    fetched_bytes: Sequence[Bytes] = (),
    consistency: str = "eventual",
    partitions_searched: int = 1,
) -> IndexRead:
    """Units of a Query on an index; each fetched base item is rounded alone."""
    return IndexRead(
        query_units(total_bytes, consistency, partitions_searched), batch_read_units(fetched_bytes, consistency)
    )


def write_units(before_bytes: Bytes | None, after_bytes: Bytes | None, *, transactional: bool = False) -> int:
    """Units of one write: the larger of the item before and after (None: there is no such item), at least 1.

    A failed condition costs the same, sized with the item that was tried; a condition check counts the item it read.
    """
    blocks = max(1, ceil_div(max(before_bytes or 0, after_bytes or 0), WRITE_BLOCK_BYTES))
    return blocks * (TRANSACTION_FACTOR if transactional else 1)


Images = tuple[Bytes | None, Bytes | None]
"""An item's size before and after."""


def batch_write_units(writes: Iterable[Images], *, transactional: bool = False) -> int:
    """Units of several writes: each is sized alone."""
    return sum(write_units(before, after, transactional=transactional) for before, after in writes)


def replay_units(writes: Iterable[Images]) -> Fraction:
    """Read units of sending a write transaction again with its client token within 10 minutes: a transactional read
    of the larger images.
    """
    return batch_read_units((max(before or 0, after or 0) for before, after in writes), "transactional")


@dataclass(frozen=True, slots=True)
class Statement:
    """One PartiQL statement: what it reads or writes, and whether it failed.

    Attributes:
        op: select, insert, update or delete.
        before_bytes: The item it found; None where there is none. A failed insert found one.
        after_bytes: The item it leaves.
        index_units: Units of its index entries.
        failed: Whether it was refused; it is charged, and reported in the total only.
    """

    op: str
    before_bytes: Bytes | None = None
    after_bytes: Bytes | None = None
    index_units: int = 0
    failed: bool = False


@dataclass(frozen=True, slots=True)
class StatementUnits:
    """What PartiQL reports: the table's units, the indexes' units, those of failed statements, and None in place of all if
    every one failed.
    """

    table: Fraction
    index: int
    failed: Fraction
    reported: Fraction | None

    @property
    def total(self) -> Fraction:
        """All that is charged."""
        return self.table + self.index + self.failed


def statement_units(
    statements: Sequence[Statement], consistency: str = "eventual", *, transactional: bool = False
) -> StatementUnits:
    """Units of ExecuteStatement, BatchExecuteStatement and ExecuteTransaction: those of the matching item call,
    statement by statement.
    """
    level = "transactional" if transactional else consistency
    good = [s for s in statements if not s.failed]
    table = sum((_one_statement(s, level, transactional=transactional) for s in good), Fraction(0))
    index = sum(s.index_units for s in good)
    failed = sum((_one_statement(s, level, transactional=transactional) for s in statements if s.failed), Fraction(0))
    return StatementUnits(table, index, failed, table + index + failed if good else None)


def _one_statement(statement: Statement, consistency: str, *, transactional: bool) -> Fraction:
    if statement.op == "select":
        return read_units(statement.before_bytes, consistency)
    tried = None if statement.failed and statement.op == "insert" else statement.after_bytes
    return Fraction(write_units(statement.before_bytes, tried, transactional=transactional))


# --- tables with indexes ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's key attributes and its indexes by name."""

    key: tuple[str, ...]
    global_indexes: Mapping[str, IndexShape]
    local_indexes: Mapping[str, IndexShape]


@dataclass(frozen=True, slots=True)
class CallUnits:
    """Units of one call: the table, and every index that is charged."""

    table: int
    global_indexes: Mapping[str, int]
    local_indexes: Mapping[str, int]

    @property
    def total(self) -> int:
        """Table and indexes together, as the service reports it."""
        return self.table + sum(self.global_indexes.values()) + sum(self.local_indexes.values())


Change = tuple[Item | None, Item | None]
"""An item before and after; the same twice for a condition check."""


def call_units(changes: Iterable[Change], table: TableShape, *, transactional: bool = False) -> CallUnits:
    """Units of the changes one call makes. A transaction doubles the units of the table, never those of an index."""
    listed = list(changes)
    total = sum(write_units(_bytes(before), _bytes(after), transactional=transactional) for before, after in listed)
    return CallUnits(
        total, _by_index(listed, table.global_indexes, table.key), _by_index(listed, table.local_indexes, table.key)
    )


def _bytes(item: Item | None) -> int | None:
    return None if item is None else item_bytes(item)


def _by_index(changes: Sequence[Change], indexes: Mapping[str, IndexShape], table_key: Sequence[str]) -> dict[str, int]:
    sums = {name: sum(index_units(b, a, index, table_key) for b, a in changes) for name, index in indexes.items()}
    return {name: units for name, units in sums.items() if units}


def table_shape(spec: Table) -> TableShape:
    """The table with its indexes, as single writes see it."""
    return TableShape(
        spec.key,
        {name: shape_of(index) for name, index in spec.global_indexes().items()},
        {name: shape_of(index) for name, index in spec.local_indexes().items()},
    )
