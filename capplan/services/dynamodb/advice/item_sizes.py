"""Items that could be smaller, more alike or split. It never says what that would save.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "Best practices for storing large items and
attributes" (read 2026-11-23).
"""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.model import Change, Option
from capplan.quantities.distribution import Distribution, expected_blocks, mean
from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size, sparse_share
from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage
from capplan.units import BYTES_PER_KB

_NEAR = Fraction(1, 10)
"""Part of a block over a boundary that shorter names may win back."""
_UNEVEN = Fraction(11, 10)
"""Expected units against those of the mean, from which the spread is worth a word."""
_LARGE_BYTES = 4 * BYTES_PER_KB
_COMPRESSED = Fraction(1, 2)
"""What a compressed item is planned with: text gives that and more."""
_SMALL_PART = "1 KB"


def _block(usage: Usage) -> int | None:
    """The block that counts: of writes where the table is written, else of reads; None without requests."""
    if usage.table.write.terms:
        return WRITE_BLOCK_BYTES
    return READ_BLOCK_BYTES if usage.table.read.terms else None


def _bytes(size: Fraction | Decimal) -> str:
    return f"{math.ceil(size)} B"


def resized(name: str, spec: Table, size: object) -> tuple[Change, ...]:
    """The table with items of another size; what example items told of its indexes is written out."""
    path = f"tables.{name}"
    changes = [Change(f"{path}.{word}", None) for word in ("item", "items_file") if getattr(spec, word) is not None]
    changes.append(Change(f"{path}.item_size", size))
    if spec.sample is None:
        return tuple(changes)
    for index, one in spec.indexes.items():
        if one.entry_size is None:
            changes.append(Change(f"{path}.indexes.{index}.entry_size", _bytes(mean(entry_size(spec, one)))))
        if one.items is None and spec.items and sparse_share(spec, one) < 1:
            changes.append(Change(f"{path}.indexes.{index}.items", math.ceil(entry_count(spec, one))))
    return tuple(changes)


def just_over(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Items, all of one size, a little larger than whole blocks."""
    block = _block(usage)
    if block is None:
        return
    found = _fitting(spec.item_size, block)
    own = [
        (one.work.line.at("item_size"), fit)
        for one in usage.works
        if one.work.line is not None and (fit := _fitting(one.work.access.item_size, block)) is not None
    ]
    changes = (
        *(resized(name, spec, f"{found[0]} B") if found else ()),
        *(Change(path, f"{fit[0]} B") for path, fit in own),
    )
    fit = found or (own[0][1] if own else None)
    if fit is None:
        return
    what = "write" if block == WRITE_BLOCK_BYTES else "read"
    yield Option(
        "dynamodb.item-over-boundary",
        f"Items of {name} have {fit[0] + fit[1]:,} bytes, {fit[1]:,} more than {fit[0] // BYTES_PER_KB} KB: without them "
        f"every {what} would take a block less. Shorter attribute names may do it.",
        changes,
        "names and values that programs already know change",
    )


def _fitting(size: Distribution | None, block: int) -> tuple[int, int] | None:
    """(bytes of the whole blocks below a size, bytes over them), where that is little."""
    if size is None or not size.fixed:
        return None
    whole = math.ceil(size.points[0][1])
    below = (ceil_div(whole, block) - 1) * block
    over = whole - below
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
            f"Sizes of {name} vary: a {what} fills {float(expected):.2f} blocks of {block // BYTES_PER_KB} KB in the "
            f"mean, where an item of the mean size, {math.ceil(mean(size)):,} bytes, fills {even}. A plan by the mean "
            "would miss that; large attributes kept apart would save it.",
            resized(name, spec, _bytes(mean(size))),
            "what is kept apart is read and written apart",
        )


def compressed(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Items of more than 4 KB in the mean, the table's or an access's own."""
    if _block(usage) is None:
        return
    size = spec.item_size if spec.item_size is not None and mean(spec.item_size) > _LARGE_BYTES else None
    own = [
        (one.work.line.at("item_size"), said)
        for one in usage.works
        if one.work.line is not None and (said := one.work.access.item_size) is not None and mean(said) > _LARGE_BYTES
    ]
    largest = max((mean(said) for said in (size, *(said for _, said in own)) if said is not None), default=None)
    if largest is None:
        return
    yield Option(
        "dynamodb.compress-items",
        f"Items of {name} have {math.ceil(largest):,} bytes in the mean; compressed they are half as large or less.",
        (
            *(resized(name, spec, _scaled(size)) if size is not None else ()),
            *(Change(path, _scaled(said)) for path, said in own),
        ),
        "time to compress and expand; no filter, condition or index sees into what is compressed",
    )


def _scaled(size: Distribution) -> object:
    """Half the size, as a scenario says it."""
    if size.fixed or size.sample:
        return _bytes(mean(size) * _COMPRESSED)
    return {f"p{(share * 100).normalize():f}": _bytes(Fraction(value) * _COMPRESSED) for share, value in size.points}


def _few(access: Access) -> bool:
    """Whether it names what it changes. New values are measured on the whole item: they cannot have another size."""
    return bool(access.changes)


def split(name: str, spec: Table, usage: Usage) -> Iterable[Option]:
    """Updates of a few attributes of large items."""
    found = [
        one.work.line
        for one in usage.works
        if one.work.line is not None and one.work.access.op == "update" and _few(one.work.access)
        if (size := one.work.access.item_size or spec.item_size) is not None and mean(size) > _LARGE_BYTES
    ]
    if found:
        yield Option(
            "dynamodb.split-items",
            f"Updates of a few attributes of {name} pay for the whole item; what changes often, in an item of its own "
            f"of {_SMALL_PART}, would cost them one unit.",
            tuple(Change(line.at("item_size"), _SMALL_PART) for line in found),
            "reading all of it is a query of several items",
        )
