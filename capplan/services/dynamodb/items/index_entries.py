"""The entries of a table's indexes, and the units one write takes of each index.

Source: DynamoDB Developer Guide, "Using global secondary indexes", "Local secondary indexes" (read 2026-11-23).
"""

from fractions import Fraction

from capplan.calls import Access
from capplan.quantities.distribution import Distribution, expected_blocks, fixed
from capplan.services.dynamodb.items.examples import updated
from capplan.services.dynamodb.items.index_writes import IndexShape, entry_units, index_units
from capplan.services.dynamodb.items.sample import Sample, distribution, entry_share, entry_sizes
from capplan.services.dynamodb.items.size import Item, item_bytes
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Index, Table


def shape_of(index: Index) -> IndexShape:
    """The index as entries of items see it."""
    return IndexShape(index.index_key, index.project)


def entry_size(spec: Table, index: Index, item_size: Distribution | None = None) -> Distribution:
    """One entry's size: as declared, else as measured on the example items, else the whole item's, the largest it can be."""
    if index.entry_size is not None:
        return index.entry_size
    measured = None if spec.sample is None else entry_sizes(spec.sample, shape_of(index), spec.key)
    return measured or item_size or spec.item_size or fixed(0)


def sparse_share(spec: Table, index: Index) -> Fraction:
    """The share of the items that have an entry: as declared, else as among the example items."""
    if index.items is not None:
        return min(Fraction(1), Fraction(index.items) / Fraction(spec.items)) if spec.items else Fraction(1)
    return Fraction(1) if spec.sample is None else entry_share(spec.sample, shape_of(index), spec.key)


def entry_count(spec: Table, index: Index) -> Fraction:
    """How many entries are stored in the mean of the month."""
    return Fraction(spec.items) * sparse_share(spec, index) if index.items is None else Fraction(index.items)


def index_write(spec: Table, index: Index, access: Access) -> Fraction:
    """Expected units one written item takes from one index."""
    if spec.sample is not None and index.entry_size is None:
        return _sampled_write(spec, spec.sample, index, access)
    size = entry_size(spec, index, access.item_size)
    writes = entry_writes(access, index.key_attributes, projected_attributes(index))
    return writes * max(Fraction(1), expected_blocks(size, WRITE_BLOCK_BYTES)) * sparse_share(spec, index)


def images(spec: Table, access: Access) -> tuple[tuple[Item, Item], ...]:
    """Each example item before and after an update that gives new values; none for any other write."""
    if spec.sample is None or (access.sets is None and access.removes is None):
        return ()
    sets, removes = access.sets or {}, access.removes or ()
    return tuple((item, updated(item, sets, removes)) for item in spec.sample.items)


def larger_image(spec: Table, access: Access) -> Distribution | None:
    """The sizes an update with new values is charged for: the larger of each item before and after."""
    updates = images(spec, access)
    return distribution(max(map(item_bytes, update)) for update in updates) if updates else None


def _sampled_write(spec: Table, sample: Sample, index: Index, access: Access) -> Fraction:
    """The mean over the example items' own units: large entries and entries that change need not be the same ones."""
    shape = shape_of(index)
    changed = images(spec, access)
    if changed:
        return Fraction(sum(index_units(before, after, shape, spec.key) for before, after in changed), len(changed))
    entries = sample.entries(shape, spec.key)
    keys = frozenset((*spec.key, *index.index_key))
    units = [
        entry_writes(access, index.key_attributes, frozenset(entry) - keys, frozenset(item))
        * entry_units(item_bytes(entry))
        for item, entry in zip(sample.items, entries, strict=True)
        if entry is not None
    ]
    return sum(units, Fraction(0)) / len(units) * sparse_share(spec, index) if units else Fraction(0)


def projected_attributes(index: Index) -> frozenset[str] | None:
    """The non-key attributes an index projects; None for all there are."""
    if index.project == "all":
        return None
    return frozenset() if index.project == "keys-only" else frozenset(index.project)


def entry_writes(
    access: Access, keys: frozenset[str], projected: frozenset[str] | None, item: frozenset[str] | None = None
) -> Fraction:
    """How often one write rewrites an entry: 2 where its key moves, 1 where it appears, goes or changes, 0 where it
    is not touched.

    Args:
        access: The write.
        keys: The index's key attributes.
        projected: The non-key attributes in the entry; None for all.
        item: The attributes the item has; None where that is not known.
    """
    rewritten = Fraction(1 if projected is None or projected else 0)
    if access.op == "delete":
        return Fraction(1)
    if access.op == "update" and (access.sets is not None or access.removes is not None):
        access = access.model_copy(update={"changes": (*(access.sets or ()), *(access.removes or ()))})
    if access.op != "update":
        replaces = Fraction(access.replaces)
        return (1 - replaces) + replaces * rewritten
    if access.changes is None:
        return rewritten
    changed = frozenset(access.changes) if item is None else frozenset(access.changes) & item
    if changed & keys:
        return Fraction(2)
    return Fraction(1 if (changed if projected is None else changed & projected) else 0)
