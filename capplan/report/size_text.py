"""Measured items for a person and for a program: attributes, sizes, units, and what a million requests cost. It measures nothing."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from capplan import __version__
from capplan.commands.size import MeasuredItems, PricedOperation
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import Style, finish, left, paint, right, row, safe, wrap
from capplan.report.plan_json import number
from capplan.services.dynamodb.items.measure import Measured
from capplan.services.dynamodb.items.sample import Attribute
from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.units import BYTES_PER_KB

SCHEMA = "capplan.size/1"
_MANY = 30
"""Attributes shown; the rest fold."""
_ONE_ITEM = 1
_NEAR = 10
"""A tenth of a block over a boundary is worth a word."""


# --- text ------------------------------------------------------------------------------------------------------------


def size_text(found: MeasuredItems, style: Style) -> str:
    """The answer of `size`."""
    return finish(
        [
            [_title(found, style)],
            _sizes(found.measured),
            _attributes(found.measured, style),
            _units(found, style),
            _stored(found, style),
        ]
    )


def _title(found: MeasuredItems, style: Style) -> str:
    one = found.measured
    size = f"{_bytes(one.sizes.mean)} bytes" + (" in the mean" if one.items > _ONE_ITEM else "")
    return paint(safe(f"{found.file} · {numbers.count(one.items, 'item')} · {size}", style), "bold", style)


def _sizes(one: Measured) -> list[str]:
    if one.items == _ONE_ITEM:
        return []
    s = one.sizes
    words = (("least", s.least), ("p50", s.p50), ("p90", s.p90), ("p99", s.p99), ("largest", s.largest))
    return ["SIZES  " + "   ".join(f"{word} {_bytes(Fraction(value))}" for word, value in words) + "   bytes"]


def _bytes(value: Fraction) -> str:
    return f"{to_quantity(value).quantize(Decimal(1)) if value.denominator > 1 else int(value):,}"


def _attributes(one: Measured, style: Style) -> list[str]:
    several = one.items > _ONE_ITEM
    whole = Fraction(one.sizes.mean) * one.items
    heads = (right(60, "bytes in it" if several else "bytes"), right(70, "of size"))
    out = row(
        style, left(0, "ATTRIBUTE"), left(30, "type"), *_if(several, right(46, "in items")), *heads, colour="bold"
    )
    for a in one.attributes[:_MANY]:
        part = numbers.share(to_quantity(Fraction(a.total_bytes) / whole))
        present = _if(several, right(46, numbers.share(to_quantity(Fraction(a.present, one.items)))))
        mean = _bytes(Fraction(a.total_bytes, a.present))
        out += row(style, left(2, a.name), left(30, "/".join(a.types)), *present, right(60, mean), right(70, part))
    rest = one.attributes[_MANY:]
    if rest:
        part = numbers.share(to_quantity(Fraction(sum(a.total_bytes for a in rest)) / whole))
        out += row(style, left(2, f"{len(rest)} more"), right(70, part), colour="dim")
    return out


def _if(wanted: bool, cell: Any) -> tuple[Any, ...]:  # noqa: ANN401, FBT001  a cell
    return (cell,) if wanted else ()


_WORDS = {"put": "put, update, delete"}
_AS_A_PUT = frozenset({"update", "delete"})
"""Writes that take what a put takes, and have no row of their own."""


def _units(found: MeasuredItems, style: Style) -> list[str]:
    several = found.measured.items > _ONE_ITEM
    usd = found.region is not None
    heads = (
        right(56, "units"),
        *_if(several, right(68, "at the mean")),
        *_if(usd, right(80, "USD/million")),
    )
    out = row(style, left(0, "UNITS"), left(30, "consistency"), *heads, colour="bold")
    for priced in found.operations:
        one = priced.operation
        if one.name in _AS_A_PUT:
            continue
        name = _WORDS.get(one.name, one.name) + (f" of {one.items}" if one.items > 1 else "")
        level = "" if one.level == "standard" else one.level
        unit = "RRU" if one.read_units else "WRU"
        cells = (
            right(56, f"{_short(one.read_units or one.write_units)} {unit}"),
            *_if(several, right(68, _short(one.at_mean_size))),
            *_if(usd, right(80, _usd(priced))),
        )
        out += row(style, left(2, name), left(30, level), *cells)
    return out + [line for words in _remarks(found.measured) for line in wrap(words, 2, style)]


def _short(value: Fraction) -> str:
    shown = to_quantity(value)
    return f"{shown.quantize(Decimal('0.001')).normalize():f}"


def _usd(priced: PricedOperation) -> str:
    return "" if priced.per_million_usd is None else f"{priced.per_million_usd.quantize(Decimal('0.0001')):f}"


def _remarks(one: Measured) -> Iterable[str]:
    """How far it is to the next unit, or what a mean would hide."""
    size = one.sizes.mean
    if one.items > _ONE_ITEM:
        put = next(op for op in one.operations if op.name == "put" and op.level == "standard")
        if put.write_units > put.at_mean_size:
            more = (put.write_units / put.at_mean_size - 1) * 100
            yield f"A plan by the mean size would miss {_short(more)}% of the write units: items round up one by one."
        return
    for block, what in ((WRITE_BLOCK_BYTES, "write"), (READ_BLOCK_BYTES, "read")):
        over = int(size) % block
        if over and int(size) > block and over <= block // _NEAR:
            yield f"{over:,} bytes less would save every {what} a block of {block // BYTES_PER_KB} KB."
    room = -int(size) % WRITE_BLOCK_BYTES
    yield f"{room:,} bytes more cost a write nothing." if room else "One byte more costs every write a unit."


def _stored(found: MeasuredItems, style: Style) -> list[str]:
    words = f"STORED  {_bytes(found.measured.billed_bytes)} bytes billed an item, 100 of them AWS's own"
    if found.stored_million_usd is not None:
        words += f"; a million cost {numbers.usd(found.stored_million_usd)} USD a month in {found.region}"
    several = found.measured.items > _ONE_ITEM
    name = "sample.jsonl" if found.file.startswith("<") else PurePath(found.file).name
    write = f"items_file: {name}" if several else "item: {...}"
    return [*wrap(words, 0, style), *wrap(f"In a scenario, under the table: {write}", 0, style)]


# --- JSON ------------------------------------------------------------------------------------------------------------


def size_record(found: MeasuredItems) -> dict[str, Any]:
    """The record `capplan.size/1`."""
    one, s = found.measured, found.measured.sizes
    return {
        "schema": SCHEMA,
        "capplan_version": __version__,
        "file": found.file,
        "region": found.region,
        "items": one.items,
        "item_bytes": int(s.mean) if s.mean.denominator == 1 else number(to_quantity(s.mean)),
        "bytes": {
            "min": number(s.least),
            "mean": number(to_quantity(s.mean)),
            "p50": number(s.p50),
            "p90": number(s.p90),
            "p99": number(s.p99),
            "max": number(s.largest),
        },
        "limit_bytes": one.limit_bytes,
        "billed_storage_bytes": number(to_quantity(one.billed_bytes)),
        "attributes": [_attribute(a, one) for a in one.attributes],
        "operations": [_operation(p) for p in found.operations],
        "storage_usd_per_million_items_month": number(found.stored_million_usd),
    }


def _attribute(a: Attribute, one: Measured) -> dict[str, Any]:
    whole = Fraction(one.sizes.mean) * one.items
    return {
        "name": a.name,
        "types": list(a.types),
        "present": a.present,
        "name_bytes": a.name_bytes,
        "mean_bytes": number(to_quantity(Fraction(a.total_bytes, a.present))),
        "largest_bytes": a.largest_bytes,
        "share": number(to_quantity(Fraction(a.total_bytes) / whole)),
    }


def _operation(priced: PricedOperation) -> dict[str, Any]:
    one = priced.operation
    return {
        "operation": one.name,
        "consistency": one.level,
        "items": one.items,
        "read_units": number(to_quantity(one.read_units)),
        "write_units": number(to_quantity(one.write_units)),
        "units_at_mean_size": number(to_quantity(one.at_mean_size)),
        "usd_per_million": number(priced.per_million_usd),
    }
