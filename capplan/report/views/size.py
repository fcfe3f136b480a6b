"""Shows measured items: sizes, attributes, units, and what a million requests cost."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath

from capplan.commands.size import MeasuredItems, PricedOperation
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.layout import Cell, Style, finish, left, paint, right, row, safe, wrap
from capplan.services.dynamodb.items.measure import Measured
from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.units import BYTES_PER_KB

_MAX_ATTRIBUTES = 30
_NEAR = 10
"""A size up to a tenth of a block over a boundary is worth a note."""


def size_text(answer: MeasuredItems, style: Style) -> str:
    """The answer of `size`."""
    return finish(
        [
            [_title(answer, style)],
            _sizes(answer.measured),
            _attributes(answer.measured, style),
            _units(answer, style),
            _stored(answer, style),
        ]
    )


def _title(answer: MeasuredItems, style: Style) -> str:
    measured = answer.measured
    size = f"{'mean ' if measured.items > 1 else ''}{_bytes(measured.sizes.mean)} bytes"
    return paint(safe(f"{answer.file} · {numbers.count(measured.items, 'item')} · {size}", style), "bold", style)


def _sizes(measured: Measured) -> list[str]:
    if measured.items == 1:
        return []
    s = measured.sizes
    words = (("min", s.least), ("p50", s.p50), ("p90", s.p90), ("p99", s.p99), ("max", s.largest))
    return ["Sizes  " + "   ".join(f"{word} {_bytes(Fraction(value))}" for word, value in words) + "   bytes"]


def _bytes(value: Fraction) -> str:
    return f"{to_quantity(value).quantize(Decimal(1)) if value.denominator > 1 else int(value):,}"


def _attributes(measured: Measured, style: Style) -> list[str]:
    several = measured.items > 1
    total = Fraction(measured.sizes.mean) * measured.items
    heads = (right(60, "mean bytes" if several else "bytes"), right(70, "of size"))
    out = row(
        style, left(0, "Attribute"), left(30, "type"), *_if(several, right(46, "in items")), *heads, colour="bold"
    )
    for a in measured.attributes[:_MAX_ATTRIBUTES]:
        part = numbers.share(to_quantity(Fraction(a.total_bytes) / total))
        present = _if(several, right(46, numbers.share(to_quantity(Fraction(a.present, measured.items)))))
        mean = _bytes(Fraction(a.total_bytes, a.present))
        out += row(style, left(2, a.name), left(30, "/".join(a.types)), *present, right(60, mean), right(70, part))
    rest = measured.attributes[_MAX_ATTRIBUTES:]
    if rest:
        part = numbers.share(to_quantity(Fraction(sum(a.total_bytes for a in rest)) / total))
        out += row(style, left(2, f"{len(rest)} more"), right(70, part), colour="dim")
    return out


def _if(wanted: bool, cell: Cell) -> tuple[Cell, ...]:  # noqa: FBT001  a condition
    return (cell,) if wanted else ()


_LABELS = {"put": "put, update, delete"}
_AS_A_PUT = frozenset({"update", "delete"})
"""Writes that take as much as a put, and share its row."""


def _units(answer: MeasuredItems, style: Style) -> list[str]:
    several = answer.measured.items > 1
    usd = answer.region is not None
    heads = (
        right(56, "units"),
        *_if(several, right(68, "at the mean")),
        *_if(usd, right(80, "USD/million")),
    )
    out = row(style, left(0, "Units"), left(30, "consistency"), *heads, colour="bold")
    for priced in answer.operations:
        operation = priced.operation
        if operation.name in _AS_A_PUT:
            continue
        name = _LABELS.get(operation.name, operation.name) + (f" of {operation.items}" if operation.items > 1 else "")
        level = "" if operation.level == "standard" else operation.level
        unit = "RRU" if operation.read_units else "WRU"
        cells = (
            right(56, f"{_short(operation.read_units or operation.write_units)} {unit}"),
            *_if(several, right(68, _short(operation.at_mean_size))),
            *_if(usd, right(80, _usd(priced))),
        )
        out += row(style, left(2, name), left(30, level), *cells)
    return out + [line for words in _notes(answer.measured) for line in wrap(words, 2, style)]


def _short(value: Fraction) -> str:
    shown = to_quantity(value)
    return f"{shown.quantize(Decimal('0.001')).normalize():f}"


def _usd(priced: PricedOperation) -> str:
    return "" if priced.per_million_usd is None else f"{priced.per_million_usd.quantize(Decimal('0.0001')):f}"


def _notes(measured: Measured) -> Iterable[str]:
    """How far it is to the next unit, or what the mean size would miss."""
    size = measured.sizes.mean
    if measured.items > 1:
        put = next(op for op in measured.operations if op.name == "put" and op.level == "standard")
        if put.write_units > put.at_mean_size:
            more = (put.write_units / put.at_mean_size - 1) * 100
            yield f"The mean size underestimates the write units by {_short(more)}%: each item is rounded up on its own."
        return
    for block, what in ((WRITE_BLOCK_BYTES, "write"), (READ_BLOCK_BYTES, "read")):
        over = int(size) % block
        if over and int(size) > block and over <= block // _NEAR:
            yield f"{over:,} bytes less save a {block // BYTES_PER_KB} KB block in every {what}."
    spare = -int(size) % WRITE_BLOCK_BYTES
    yield (
        f"{spare:,} bytes more do not change the write units." if spare else "One byte more adds a unit to every write."
    )


def _stored(answer: MeasuredItems, style: Style) -> list[str]:
    words = f"Storage  {_bytes(answer.measured.billed_bytes)} bytes billed for an item, 100 of them AWS's overhead"
    if answer.stored_million_usd is not None:
        words += f"; a million cost {numbers.usd(answer.stored_million_usd)} USD a month in {answer.region}"
    several = answer.measured.items > 1
    name = "sample.jsonl" if answer.file.startswith("<") else PurePath(answer.file).name
    write = f"items_file: {name}" if several else "item: {...}"
    return [*wrap(words, 0, style), *wrap(f"In a scenario, under the table: {write}", 0, style)]
