"""Indexes that could be removed or project less.

Source: DynamoDB Developer Guide, "General guidelines for secondary indexes" (read 2026-11-23).
"""

import math
from collections.abc import Iterable

from capplan.model import Change, Option
from capplan.quantities.distribution import mean
from capplan.services.dynamodb.items.index_entries import entry_size, shape_of
from capplan.services.dynamodb.items.index_writes import IndexShape
from capplan.services.dynamodb.items.sample import Attribute, attributes, entry_sizes
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Index, Table
from capplan.services.dynamodb.usage import Usage


def _read(usage: Usage) -> set[str]:
    """The indexes that some request reads."""
    return {kind.access.index for kind in usage.requests if kind.access.index is not None}


def unread_indexes(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Indexes of a table in use that no request reads."""
    if not usage.request_flow.terms:
        return
    for index in sorted(set(spec.indexes) - _read(usage)):
        local = spec.indexes[index].local
        yield Option(
            "dynamodb.unread-index",
            f"No request reads {name}.{index}; every write that updates it costs units, and its entries cost storage.",
            (Change(f"tables.{name}.indexes.{index}", None),),
            "a local index can only be deleted with its table" if local else "check for readers outside this scenario",
            action=f"Remove index {{name}}.{index}: nothing here reads it",
        )


def narrow_projections(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Indexes that are read and have entries of more than one write unit."""
    for index_name in sorted(_read(usage)):
        index = spec.indexes[index_name]
        size = mean(entry_size(spec, index))
        if index.project == "keys-only" or size <= WRITE_BLOCK_BYTES:
            continue
        changes = _narrower(f"tables.{name}.indexes.{index_name}", spec, index)
        if changes:
            yield Option(
                "dynamodb.over-wide-projection",
                f"An entry of {name}.{index_name} has {math.ceil(size):,} bytes and takes a write unit for each KB; with "
                "only the attributes that its queries return (name them in project) it fits into 1 KB.",
                changes,
                "queries that need other attributes read the item too, one more read",
                action=f"Project only what is read into {{name}}.{index_name}",
            )


def _narrower(path: str, spec: Table, index: Index) -> tuple[Change, ...]:
    """Its smallest attributes, as many as fit into a unit; without example items, an entry of that size."""
    if spec.sample is None or index.entry_size is not None:
        return (Change(f"{path}.entry_size", "1 KB"),)
    projected = [a for a in attributes(spec.sample.items) if _projected(index, spec, a)]
    kept: list[str] = []
    for attribute in sorted(projected, key=lambda a: (a.total_bytes, a.name)):
        shape = IndexShape(shape_of(index).key, (*kept, attribute.name))
        sizes = entry_sizes(spec.sample, shape, spec.key)
        if sizes is None or sizes.points[-1][1] > WRITE_BLOCK_BYTES:
            break
        kept.append(attribute.name)
    return (Change(f"{path}.project", kept or "keys-only"),) if len(kept) < len(projected) else ()


def _projected(index: Index, spec: Table, attribute: Attribute) -> bool:
    inside = index.project == "all" or attribute.name in index.project
    return inside and attribute.name not in {*spec.key, *index.index_key}
