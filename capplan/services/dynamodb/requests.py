"""Units each request takes of the table and of its global indexes.

Source: DynamoDB Developer Guide, "DynamoDB read and write operations", "Using global secondary indexes", "Local
secondary indexes", "Transactions" (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.quantities.distribution import Distribution, expected_blocks, fixed, mean, quantile
from capplan.quantities.rounding import ceil_div, to_quantity
from capplan.record import Record
from capplan.service import Quota
from capplan.services.dynamodb.items.batch_size import total_blocks
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size, index_write, larger_image
from capplan.services.dynamodb.quotas import (
    BATCH_GET_MAX,
    BATCH_WRITE_MAX,
    LEGACY_FACTOR,
    LEGACY_VERSION,
    PAGE_MAX,
    PARTITION_THROUGHPUT,
    READ_BLOCK_BYTES,
    TRANSACT_GET_MAX,
    TRANSACT_WRITE_MAX,
    TRANSACTION_FACTOR,
    UNITS_PER_BLOCK,
    WRITE_BLOCK_BYTES,
)
from capplan.services.dynamodb.spec import PartitionKey, Table

TABLE = ""
"""The key of the table's own units; those of a global index are under its name."""

ITEMS_MAX: Mapping[str, Quota] = {
    "batch-get": BATCH_GET_MAX,
    "batch-write": BATCH_WRITE_MAX,
    "transact-get": TRANSACT_GET_MAX,
    "transact-write": TRANSACT_WRITE_MAX,
}
"""How many items one call of several may have."""
READS = frozenset({"get", "query", "scan", "batch-get", "transact-get"})
"""Verbs that read."""
ENTRIES = frozenset({"query", "scan"})


class RequestUnits(Record, frozen=True):
    """Expected units of one request: of the table (under "") and of each global index by name."""

    read: Mapping[str, Fraction]
    write: Mapping[str, Fraction]

    def of(self, direction: str) -> Mapping[str, Fraction]:
        """Those of one direction."""
        return self.write if direction == "write" else self.read


def request_units(spec: Table, access: Access) -> RequestUnits:
    """What one request takes: a read of an index takes its entries, a write takes the table and every index it touches."""
    if access.op in READS:
        return RequestUnits(_read(spec, access), {})
    items = items_of(access)
    size = _item_size(spec, access)
    existing = 1 - Fraction(access.missing)
    blocks = existing * _blocks(larger_image(spec, access) or size, WRITE_BLOCK_BYTES) + (1 - existing)
    units = {TABLE: items * blocks * (TRANSACTION_FACTOR if is_transactional(access) else 1)}
    if spec.replicas and spec.global_table_version == LEGACY_VERSION:
        units[TABLE] *= LEGACY_FACTOR
    written = Fraction(0) if access.op == "check" else items * existing * (1 - Fraction(access.condition_fails))
    for name, index in spec.indexes.items():
        key = TABLE if index.local else name
        units[key] = units.get(key, Fraction(0)) + written * index_write(spec, index, access)
    return RequestUnits(_replayed(access, items, size), units)


def _replayed(access: Access, items: Fraction, size: Distribution) -> dict[str, Fraction]:
    """A transaction sent again with its token is a transactional read of the larger images."""
    if not access.replays:
        return {}
    blocks = _blocks(size, READ_BLOCK_BYTES)
    return {TABLE: Fraction(access.replays) * items * blocks * UNITS_PER_BLOCK["transactional"]}


def is_transactional(access: Access) -> bool:
    """Whether it is a member of a transaction."""
    return access.transactional or access.op in {"transact-get", "transact-write"}


def entries_touched(spec: Table, access: Access) -> Decimal:
    """How many items or entries a query or a scan evaluates: as written, else one (query) or all there are (scan)."""
    if access.items is not None:
        return access.items
    if access.op == "query":
        return Decimal(1)
    return spec.items if access.index is None else to_quantity(entry_count(spec, spec.indexes[access.index]))


def pages(spec: Table, access: Access) -> int:
    """Pages that a query or a scan reads, one after the other; 1 for every other request."""
    if access.op not in ENTRIES:
        return 1
    return max(
        1, ceil_div(Fraction(entries_touched(spec, access)) * mean(_evaluated_size(spec, access)), int(PAGE_MAX.value))
    )


def reading_s(access: Access, units: RequestUnits) -> Fraction:
    """The least time that a query or a scan takes: a page comes from one partition, so a segment is no faster than one
    partition is; 0 for every other request.
    """
    if access.op not in ENTRIES:
        return Fraction(0)
    return sum(units.read.values(), Fraction(0)) / PARTITION_THROUGHPUT["read"] / access.segments


def _read(spec: Table, access: Access) -> dict[str, Fraction]:
    """Units of a read, of the table or index that serves it. A local index uses the table's, with the items it fetches."""
    level = UNITS_PER_BLOCK["transactional" if is_transactional(access) else access.consistency]
    size = _item_size(spec, access)
    if access.op not in ENTRIES:
        existing = 1 - Fraction(access.missing)
        return {TABLE: items_of(access) * (existing * _blocks(size, READ_BLOCK_BYTES) + 1 - existing) * level}
    count = entries_touched(spec, access)
    if access.index is None:
        return {TABLE: _evaluated(size, count, _queries(spec.partition_key, access)) * level}
    index = spec.indexes[access.index]
    queries = _queries(index.partition_key or spec.partition_key, access)
    units = _evaluated(_evaluated_size(spec, access), count, queries) * level
    if not index.local:
        return {access.index: units}
    item_size = spec.item_size or size
    fetched = Fraction(access.fetches) * Fraction(count) * _blocks(item_size, READ_BLOCK_BYTES) * level
    return {TABLE: units + fetched}


def _queries(key: PartitionKey | None, access: Access) -> int:
    """Queries that reading one key takes: one for each of its write shards."""
    return key.shards if key is not None and access.op == "query" else 1


def _evaluated(size: Distribution, count: Decimal, queries: int) -> Fraction:
    """Blocks of what is evaluated, rounded up in each of the queries."""
    return queries * total_blocks(size, count / queries, READ_BLOCK_BYTES)


def items_of(access: Access) -> Fraction:
    """Items of one call, each of which may have another key: a batch's and a transaction's."""
    return Fraction(access.items if access.op in ITEMS_MAX and access.items is not None else 1)


def _evaluated_size(spec: Table, access: Access) -> Distribution:
    """The size of what a query or a scan evaluates: an item, or an index's entry."""
    if access.index is None:
        return _item_size(spec, access)
    return access.item_size or entry_size(spec, spec.indexes[access.index])


def _item_size(spec: Table, access: Access) -> Distribution:
    return access.item_size or spec.item_size or fixed(0)


def _blocks(size: Distribution, block_bytes: int) -> Fraction:
    """Expected blocks of one item, at least one."""
    return max(Fraction(1), expected_blocks(size, block_bytes))


def largest_bytes(size: Distribution) -> Decimal:
    """The size that is compared with the limit of an item: the largest known, or what 99.9% of the items stay under."""
    if size.fixed or size.sample:
        return size.points[-1][1]
    return Decimal(math.ceil(quantile(size, 0.999)))
