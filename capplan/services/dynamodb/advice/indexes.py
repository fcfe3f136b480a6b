"""Indexes that could go or hold less. It never says what that would save.

Source: DynamoDB Developer Guide, "General guidelines for secondary indexes" (read 2026-11-23).
"""

import math
from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Change, Option
from capplan.quantities.distribution import mean
from capplan.services.dynamodb.items.index_entries import entry_size, shape_of
from capplan.services.dynamodb.items.index_writes import IndexShape
from capplan.services.dynamodb.items.sample import Attribute, attributes, entry_sizes
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Index, Table
from capplan.services.dynamodb.usage import Usage


def _read(usage: Usage) -> set[str]:
    """The indexes that some access reads."""
    return {one.work.access.index for one in usage.works if one.work.access.index is not None}


def unread_indexes(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Indexes of a table in use that no access reads."""
    if not usage.requests.terms:
        return
    for index in sorted(set(spec.indexes) - _read(usage)):
        local = spec.indexes[index].local
        yield Option(
            "dynamodb.unread-index",
            f"No access reads {name}.{index}; every write that reaches it costs units, and its entries cost storage.",
            (Change(f"tables.{name}.indexes.{index}", None),),
            "a local index can only go with its table" if local else "whatever reads it outside of this scenario",
        )


def narrow_projections(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Indexes that are read and hold entries of more than one write unit."""
    for index in sorted(_read(usage)):
        one = spec.indexes[index]
        size = mean(entry_size(spec, one))
        if one.project == "keys-only" or size <= WRITE_BLOCK_BYTES:
            continue
        changes = _narrower(f"tables.{name}.indexes.{index}", spec, one)
        if changes:
            yield Option(
                "dynamodb.over-wide-projection",
                f"An entry of {name}.{index} has {math.ceil(size):,} bytes and takes a write unit for each KB; with only "
                "the attributes its readers return (name them in project) it fits into 1 KB.",
                changes,
                "a reader that wants other attributes gets the item itself, one read more",
            )


def _narrower(path: str, spec: Table, index: Index) -> tuple[Change, ...]:
    """Its smallest attributes, as many as fit into a unit; without example items, an entry of that size."""
    if spec.sample is None or index.entry_size is not None:
        return (Change(f"{path}.entry_size", "1 KB"),)
    held = [a for a in attributes(spec.sample.items) if _projected(index, spec, a)]
    kept: list[str] = []
    for one in sorted(
        held, key=lambda a: (Fraction(a.total_bytes, len(spec.sample.items)) if spec.sample else 0, a.name)
    ):
        shape = IndexShape(shape_of(index).key, (*kept, one.name))
        sizes = entry_sizes(spec.sample, shape, spec.key)
        if sizes is None or sizes.points[-1][1] > WRITE_BLOCK_BYTES:
            break
        kept.append(one.name)
    return (Change(f"{path}.project", kept or "keys-only"),) if len(kept) < len(held) else ()


def _projected(index: Index, spec: Table, attribute: Attribute) -> bool:
    inside = index.project == "all" or attribute.name in index.project
    return inside and attribute.name not in {*spec.key, *index.own_key}
