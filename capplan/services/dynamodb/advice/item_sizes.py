"""Items that could be smaller, more alike or split.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "Best practices for storing large items and
attributes" (read 2026-11-23).
"""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan.model import Change, Option
from capplan.quantities.distribution import Distribution, expected_blocks, mean
from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size, sparse_share
from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage
from capplan.units import BYTES_PER_KB

_NEAR = Fraction(1, 10)
"""Part of a block over a boundary that shorter names may save."""
_UNEVEN = Fraction(11, 10)
"""Expected units against those of the mean, from which the spread is worth a recommendation."""
_LARGE_BYTES = 4 * BYTES_PER_KB
_COMPRESSED = Fraction(1, 2)
"""Size of a compressed item: text is compressed to that or less."""
_SMALL_PART = "1 KB"


def _block(usage: Usage) -> int | None:
    """The block that counts: of writes where the table is written, else of reads; None without requests."""
    if usage.table.flow["write"].terms:
        return WRITE_BLOCK_BYTES
    return READ_BLOCK_BYTES if usage.table.flow["read"].terms else None


def _bytes(size: Fraction | Decimal) -> str:
    return f"{math.ceil(size)} B"


def resized(name: str, spec: Table, size: object) -> tuple[Change, ...]:
    """The table with items of another size; what was measured of its indexes on example items is written out."""
    path = f"tables.{name}"
    changes = [Change(f"{path}.{word}", None) for word in ("item", "items_file") if getattr(spec, word) is not None]
    changes.append(Change(f"{path}.item_size", size))
    if spec.sample is None:
        return tuple(changes)
    for index_name, index in spec.indexes.items():
        if index.entry_size is None:
            size_bytes = _bytes(mean(entry_size(spec, index)))
            changes.append(Change(f"{path}.indexes.{index_name}.entry_size", size_bytes))
        if index.items is None and spec.items and sparse_share(spec, index) < 1:
            changes.append(Change(f"{path}.indexes.{index_name}.items", math.ceil(entry_count(spec, index))))
    return tuple(changes)


def just_over(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Items, all of one size, a little larger than whole blocks."""
    block = _block(usage)
    if block is None:
        return
    of_table = _fitting(spec.item_size, block)
    of_requests = [
        (kind.line.at("item_size"), fit)
        for kind in usage.requests
        if kind.line is not None and (fit := _fitting(kind.access.item_size, block)) is not None
    ]
    changes = (
        *(resized(name, spec, f"{of_table[0]} B") if of_table else ()),
        *(Change(path, f"{fit[0]} B") for path, fit in of_requests),
    )
    fit = of_table or (of_requests[0][1] if of_requests else None)
    if fit is None:
        return
    what = "write" if block == WRITE_BLOCK_BYTES else "read"
    yield Option(
        "dynamodb.item-over-boundary",
        f"Items of {name} have {fit[0] + fit[1]:,} bytes, {fit[1]:,} more than {fit[0] // BYTES_PER_KB} KB: without them "
        f"every {what} would cost one unit of {block // BYTES_PER_KB} KB less. Shorter attribute names may be enough.",
        changes,
        "programs that use these names and values must change",
    )


def _fitting(size: Distribution | None, block: int) -> tuple[int, int] | None:
    """(bytes of the whole blocks below a size, bytes over them), where that is little."""
    if size is None or not size.fixed:
        return None
    size_bytes = math.ceil(size.points[0][1])
    below = (ceil_div(size_bytes, block) - 1) * block
    over = size_bytes - below
    return (below, over) if below and over <= block * _NEAR else None


def uneven(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Sizes whose spread costs more than their mean would."""
    block, size = _block(usage), spec.item_size
    if block is None or size is None or size.fixed:
        return
    expected, even = max(Fraction(1), expected_blocks(size, block)), max(1, ceil_div(mean(size), block))
    if expected >= _UNEVEN * even:
        what = "write" if block == WRITE_BLOCK_BYTES else "read"
        yield Option(
            "dynamodb.uneven-sizes",
            f"Item sizes of {name} vary: a {what} takes {float(expected):.2f} blocks of {block // BYTES_PER_KB} KB in the "
            f"mean; an item of the mean size, {math.ceil(mean(size)):,} bytes, takes {even}. Large attributes in items "
            "of their own would save the difference.",
            resized(name, spec, _bytes(mean(size))),
            "what is stored separately is read and written separately",
        )


def compressed(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Items of more than 4 KB in the mean, the table's or a request's own."""
    if _block(usage) is None:
        return
    size = spec.item_size if spec.item_size is not None and mean(spec.item_size) > _LARGE_BYTES else None
    of_requests = [
        (kind.line.at("item_size"), request_size)
        for kind in usage.requests
        if kind.line is not None and (request_size := kind.access.item_size) is not None
        if mean(request_size) > _LARGE_BYTES
    ]
    sizes = [*([] if size is None else [size]), *(request_size for _, request_size in of_requests)]
    if not sizes:
        return
    largest = max(map(mean, sizes))
    yield Option(
        "dynamodb.compress-items",
        f"Items of {name} have {math.ceil(largest):,} bytes in the mean; compressed they have half of that or less.",
        (
            *(resized(name, spec, _scaled(size)) if size is not None else ()),
            *(Change(path, _scaled(request_size)) for path, request_size in of_requests),
        ),
        "CPU time to compress and decompress; filters, conditions and indexes cannot use compressed attributes",
    )


def _scaled(size: Distribution) -> object:
    """Half the size, as a scenario writes it."""
    if size.fixed or size.sample:
        return _bytes(mean(size) * _COMPRESSED)
    return {f"p{(share * 100).normalize():f}": _bytes(Fraction(value) * _COMPRESSED) for share, value in size.points}


def split(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Updates of a few attributes of large items."""
    lines = [
        kind.line
        for kind in usage.requests
        if kind.line is not None and kind.access.op == "update" and kind.access.changes
        if (size := kind.access.item_size or spec.item_size) is not None and mean(size) > _LARGE_BYTES
    ]
    if lines:
        yield Option(
            "dynamodb.split-items",
            f"Updates of a few attributes of {name} are billed for the whole item; with the attributes that change often "
            f"in an item of {_SMALL_PART} of their own, an update costs one unit.",
            tuple(Change(line.at("item_size"), _SMALL_PART) for line in lines),
            "reading all of it is a query of several items",
        )
