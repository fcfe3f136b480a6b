"""Units each request takes from the table and from its global indexes. It never knows how many requests come.

Source: DynamoDB Developer Guide, "DynamoDB read and write operations", "Using global secondary indexes", "Local
secondary
indexes", "Transactions" (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan.calls import READS, Access
from capplan.quantities.distribution import Distribution, expected_blocks, fixed, mean, quantile
from capplan.quantities.rounding import ceil_div, to_quantity
from capplan.services.dynamodb.items.batch_size import blocks_together
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size, index_write, larger_image
from capplan.services.dynamodb.quotas import (
    PAGE_BYTES,
    PARTITION_READ_UNITS_PER_S,
    READ_BLOCK_BYTES,
    WRITE_BLOCK_BYTES,
)
from capplan.services.dynamodb.spec import PartitionKey, Table
from capplan.services.dynamodb.units import TRANSACTION_FACTOR, UNITS_PER_BLOCK

TABLE = ""
"""The table's own arm; a global index's arm has the index's name."""

MEMBERS = {"batch-get": 100, "batch-write": 25, "transact-get": 100, "transact-write": 100}
"""Most items of one call. Source: "Constraints" (read 2026-11-23)."""
ENTRIES = frozenset({"query", "scan"})


@dataclass(frozen=True, slots=True)
class RequestUnits:
    """Expected units of one request, by arm."""

    read: Mapping[str, Fraction]
    write: Mapping[str, Fraction]


def request_units(spec: Table, access: Access) -> RequestUnits:
    """What one request takes: entries for a read on an index, every arm that a write touches."""
    if access.op in READS:
        return RequestUnits(_read(spec, access), {})
    members = _members(access)
    size = _item_size(spec, access)
    found = 1 - Fraction(access.missing)
    blocks = found * _blocks(larger_image(spec, access) or size, WRITE_BLOCK_BYTES) + (1 - found)
    arms = {TABLE: members * blocks * (TRANSACTION_FACTOR if is_transactional(access) else 1)}
    written = Fraction(0) if access.op == "check" else members * found * (1 - Fraction(access.condition_fails))
    for name, index in spec.indexes.items():
        arm = TABLE if index.local else name
        arms[arm] = arms.get(arm, Fraction(0)) + written * index_write(spec, index, access)
    return RequestUnits(_replayed(access, members, size), arms)


def _replayed(access: Access, members: Fraction, size: Distribution) -> dict[str, Fraction]:
    """A transaction sent again with its token is a transactional read of the larger images."""
    if not access.replays:
        return {}
    return {
        TABLE: Fraction(access.replays) * members * _blocks(size, READ_BLOCK_BYTES) * UNITS_PER_BLOCK["transactional"]
    }


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
    """Pages of 1 MB that a query or a scan reads, one after the other; 1 for every other request."""
    if access.op not in ENTRIES:
        return 1
    return max(1, ceil_div(Fraction(entries_touched(spec, access)) * mean(_evaluated_size(spec, access)), PAGE_BYTES))


def reading_s(access: Access, taken: RequestUnits) -> Fraction:
    """The least time that a query or a scan takes: a page comes from one partition, so it is no faster than one
    partition is; 0 for every other request.
    """
    return sum(taken.read.values(), Fraction(0)) / PARTITION_READ_UNITS_PER_S if access.op in ENTRIES else Fraction(0)


def _read(spec: Table, access: Access) -> dict[str, Fraction]:
    """Units of a read, at the arm that serves it. A local index spends the table's, with the items it fetches."""
    level = UNITS_PER_BLOCK["transactional" if is_transactional(access) else access.consistency]
    size = _item_size(spec, access)
    if access.op not in ENTRIES:
        found = 1 - Fraction(access.missing)
        return {TABLE: _members(access) * (found * _blocks(size, READ_BLOCK_BYTES) + 1 - found) * level}
    count = entries_touched(spec, access)
    if access.index is None:
        return {TABLE: _evaluated(size, count, _queries(spec.partition_key, access)) * level}
    index = spec.indexes[access.index]
    units = (
        _evaluated(_evaluated_size(spec, access), count, _queries(index.partition_key or spec.partition_key, access))
        * level
    )
    if not index.local:
        return {access.index: units}
    whole = spec.item_size or size
    fetched = Fraction(access.fetches) * Fraction(count) * _blocks(whole, READ_BLOCK_BYTES) * level
    return {TABLE: units + fetched}


def _queries(key: PartitionKey | None, access: Access) -> int:
    """Queries that one reading of a key takes: one for each of its write shards."""
    return key.shards if key is not None and access.op == "query" else 1


def _evaluated(size: Distribution, count: Decimal, queries: int) -> Fraction:
    """Blocks of what is evaluated, rounded up in each of the queries."""
    return queries * blocks_together(size, count / queries, READ_BLOCK_BYTES)


def items_of(access: Access) -> Fraction:
    """Items of one call, each of which may lie on another key: a batch's and a transaction's."""
    return _members(access)


def _members(access: Access) -> Fraction:
    return Fraction(access.items if access.op in MEMBERS and access.items is not None else 1)


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
    """The size that is held against the 400 KB limit: the largest known, or what 99.9% of the items stay under."""
    if size.fixed or size.sample:
        return size.points[-1][1]
    return Decimal(math.ceil(quantile(size, 0.999)))
