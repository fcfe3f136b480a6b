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
from capplan.quantities import Distribution, expected_blocks, fixed, quantile
from capplan.services.dynamodb.quotas import MAX_ITEM_BYTES, READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Index, Table
from capplan.services.dynamodb.units import TRANSACTION_FACTOR, UNITS_PER_BLOCK

TABLE = ""
"""The table's own arm; a global index's arm has the index's name."""

_MEMBERS = {"batch-get": 100, "batch-write": 25, "transact-get": 100, "transact-write": 100}
"""Most items of one call. Source: "Constraints" (read 2026-11-23)."""
_ENTRIES = frozenset({"query", "scan"})


@dataclass(frozen=True, slots=True)
class RequestUnits:
    """Expected units of one request, by arm."""

    read: Mapping[str, Fraction]
    write: Mapping[str, Fraction]


def request_units(spec: Table, access: Access) -> RequestUnits:
    """What one request takes: entries for a read on an index, every arm that a write touches."""
    if access.op in READS:
        arm = access.index if access.index is not None and not spec.indexes[access.index].local else TABLE
        return RequestUnits({arm: _read(spec, access)}, {})
    members = _members(access)
    table = members * _blocks(_item_size(spec, access), WRITE_BLOCK_BYTES)
    arms = {TABLE: table * (TRANSACTION_FACTOR if is_transactional(access) else 1)}
    for name, index in spec.indexes.items():
        arm = TABLE if index.local else name
        arms[arm] = arms.get(arm, Fraction(0)) + members * _index_write(spec, index, access)
    return RequestUnits({}, arms)


def is_transactional(access: Access) -> bool:
    """Whether it is a member of a transaction."""
    return access.transactional or access.op in {"transact-get", "transact-write"}


def entry_size(spec: Table, index: Index, item_size: Distribution | None = None) -> Distribution:
    """One entry's size: as declared, else the whole item's, which is the most it can be."""
    return index.entry_size or item_size or spec.item_size or fixed(0)


def sparse_share(spec: Table, index: Index) -> Fraction:
    """The share of the items that have an entry."""
    if index.items is None or not spec.items:
        return Fraction(1)
    return min(Fraction(1), Fraction(index.items) / Fraction(spec.items))


def entries_touched(spec: Table, access: Access) -> Decimal:
    """How many items or entries a query or a scan evaluates: as written, else one (query) or all there are (scan)."""
    if access.items is not None:
        return access.items
    if access.op == "query":
        return Decimal(1)
    stored = spec.indexes[access.index].items if access.index is not None else None
    return spec.items if stored is None else stored


def _read(spec: Table, access: Access) -> Fraction:
    level = "transactional" if is_transactional(access) else access.consistency
    size = _item_size(spec, access)
    if access.index is not None and access.item_size is None:
        size = entry_size(spec, spec.indexes[access.index])
    if access.op in _ENTRIES:
        return _blocks(_times(size, entries_touched(spec, access)), READ_BLOCK_BYTES) * UNITS_PER_BLOCK[level]
    return _members(access) * _blocks(size, READ_BLOCK_BYTES) * UNITS_PER_BLOCK[level]


def _index_write(spec: Table, index: Index, access: Access) -> Fraction:
    """Units one member's write takes from one index: writes of an entry × units of each × the share of items that
    have one.
    """
    size = entry_size(spec, index, access.item_size)
    return entry_writes(index, access) * _blocks(size, WRITE_BLOCK_BYTES) * sparse_share(spec, index)


def entry_writes(index: Index, access: Access) -> Fraction:
    """How often one write rewrites the entry: 2 where its key moves, 1 where it appears, goes or changes, 0 where it
    is not touched.
    """
    kept = Fraction(1 if index.holds_attributes else 0)
    if access.op == "delete":
        return Fraction(1)
    if access.op == "update":
        return kept if access.changes is None else _update_writes(index, access.changes)
    replaces = Fraction(access.replaces)
    return (1 - replaces) + replaces * kept


def _update_writes(index: Index, changes: tuple[str, ...]) -> Fraction:
    changed = frozenset(changes)
    if changed & index.key_attributes:
        return Fraction(2)
    if index.project == "all":
        return Fraction(1 if changed else 0)
    held = frozenset() if index.project == "keys-only" else frozenset(index.project)
    return Fraction(1 if changed & held else 0)


def items_of(access: Access) -> Fraction:
    """Items of one call, each of which may lie on another key: a batch's and a transaction's."""
    return _members(access)


def _members(access: Access) -> Fraction:
    return Fraction(access.items if access.op in _MEMBERS and access.items is not None else 1)


def _item_size(spec: Table, access: Access) -> Distribution:
    return access.item_size or spec.item_size or fixed(0)


def _blocks(size: Distribution, block_bytes: int) -> Fraction:
    """Expected blocks of one item, at least one."""
    return max(Fraction(1), expected_blocks(size, block_bytes))


def _times(size: Distribution, count: Decimal) -> Distribution:
    """The size of so many items together. A fixed size is a mean: its ceiling counts for units."""
    if size.fixed:
        return fixed(count * math.ceil(size.points[0][1]))
    return Distribution(tuple((share, value * count) for share, value in size.points)) if count else fixed(0)


def largest_bytes(size: Distribution) -> Decimal:
    """The size that is held against the 400 KB limit: the value, or what 99.9% of the items stay under."""
    return size.points[0][1] if size.fixed else Decimal(math.ceil(quantile(size, 0.999)))


def validate_access(spec: Table, access: Access) -> str | None:  # noqa: PLR0911  one line a rule
    """Why a table cannot serve an access, in words for its author; None where it can."""
    size = access.item_size or spec.item_size
    if access.index is not None:
        problem = _index_problem(spec, access, access.index)
        if problem is not None:
            return problem
        size = access.item_size or spec.indexes[access.index].entry_size or spec.item_size
    if size is None and not (access.op in _ENTRIES and entries_touched(spec, access) == 0):
        return f"nothing says how large an item is: give the table or this {access.op} an item_size"
    if size is not None and size.fixed and size.points[0][1] > MAX_ITEM_BYTES:
        return "an item is larger than 400 KB, DynamoDB's limit"
    if access.items is not None and access.op in _MEMBERS and access.items > _MEMBERS[access.op]:
        return f"{access.op} takes at most {_MEMBERS[access.op]} items a request"
    if access.items is not None and access.op in {"get", "put", "update", "delete"} and access.items != 1:
        many = "batch-get" if access.op == "get" else "batch-write"
        return f"{access.op} is for one item: use {many}, or times"
    if access.op == "query" and access.items is not None and spec.items and access.items > spec.items:
        return f"the query reads {access.items} items, but the table holds {spec.items}"
    if access.changes is not None and access.op != "update":
        return f"only an update has changes, not a {access.op}"
    return None


def _index_problem(spec: Table, access: Access, index: str) -> str | None:
    if index not in spec.indexes:
        return f"there is no index {index!r} on this table"
    if access.op not in _ENTRIES:
        return f"a {access.op} cannot name an index: " + (
            "only query and scan read one" if access.op in READS else "writes reach indexes by themselves"
        )
    if access.consistency == "strong" and not spec.indexes[index].local:
        return "a global index is read eventually consistent only: take consistency: strong away"
    return None
