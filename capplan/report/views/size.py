"""Shows measured items: sizes, attributes, units, and what a million requests cost."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath

from capplan.commands.size import MeasuredItems, PricedOperation
from capplan.importing.nosql_model import mean_bytes_of
from capplan.quantities.rounding import to_quantity
from capplan.report import numbers
from capplan.report.document import (
    Bar,
    Block,
    Code,
    Column,
    Document,
    Heading,
    Panel,
    Row,
    Shown,
    Table,
    facts,
    line,
    row,
    strong,
)
from capplan.services.dynamodb.items.measure import Measured
from capplan.services.dynamodb.quotas import READ_BLOCK_BYTES, WRITE_BLOCK_BYTES
from capplan.units import BYTES_PER_KB

_MAX_ATTRIBUTES = 30
_NEAR = 10
"""A size up to a tenth of a block over a boundary is worth a note."""
_LABELS = {"put": "put, update, delete"}
_AS_A_PUT = frozenset({"update", "delete"})
"""Writes that take as much as a put, and share its row."""


def size_document(answer: MeasuredItems) -> Document:
    """The answer of `size`."""
    measured = answer.measured
    of = f" in {answer.region}" if answer.region else ""
    blocks: list[Block] = [
        *_tables(answer),
        *_sizes(measured),
        Heading("Attributes"),
        _attributes(measured),
        Heading("Units", f"on-demand list prices{of} in USD" if answer.region else "prices: --region REGION"),
        _units(answer),
        *_in_a_scenario(answer),
        _panel(answer),
    ]
    of_table = f" of {answer.table}" if answer.table is not None else ""
    return Document(answer.file, f"{numbers.count(measured.items, 'item')}{of_table}", tuple(blocks))


def _tables(answer: MeasuredItems) -> list[Block]:
    """The tables of a data model with their facets and the entries of their indexes."""
    if not answer.tables:
        return []
    rows: list[Row] = []
    for table in answer.tables:
        mean = "" if table.mean_bytes is None else _bytes(table.mean_bytes)
        rows.append(row(table.name, "table", f"{len(table.items):,}", mean))
        rows += [
            row(f"  {name}", "facet", f"{len(items):,}", _bytes(mean_bytes_of(items)))
            for name, items in table.facets.items()
        ]
        for entry in table.indexes:
            entries = round(entry.share * len(table.items))
            rows.append(row(f"  {entry.name}", "index", f"{entries:,}", _bytes(entry.mean_bytes)))
    columns = (Column("Table"), Column("What"), Column("Items", "right"), Column("Mean bytes", "right"))
    several = sum(bool(table.items) for table in answer.tables) > 1
    note = f"below: {answer.table}; --table NAME measures another" if several else ""
    return [Heading("Tables", note), Table(columns, tuple(rows), fills=False)]


def _sizes(measured: Measured) -> list[Block]:
    if measured.items == 1:
        return []
    s = measured.sizes
    words = (("Min", s.least), ("p50", s.p50), ("p90", s.p90), ("p99", s.p99), ("Max", s.largest))
    columns = tuple(Column(word, "right") for word, _ in words)
    cells = row("item, bytes", _bytes(s.mean), *(_bytes(Fraction(value)) for _, value in words))
    return [Heading("Sizes"), Table((Column("Of an"), Column("Mean", "right"), *columns), (cells,), fills=False)]


def _bytes(value: Fraction) -> str:
    return f"{to_quantity(value).quantize(Decimal(1)) if value.denominator > 1 else int(value):,}"


def _attributes(measured: Measured) -> Table:
    """The largest first."""
    several = measured.items > 1
    total = Fraction(measured.sizes.mean) * measured.items
    folds = len(measured.attributes) > _MAX_ATTRIBUTES + 1
    rows: list[Row] = []
    for i, a in enumerate(measured.attributes):
        shown: Shown = "details" if folds and i >= _MAX_ATTRIBUTES else "always"
        part = Fraction(a.total_bytes) / total
        rows.append(
            row(
                a.name,
                "/".join(a.types),
                numbers.share(to_quantity(Fraction(a.present, measured.items))) if several else "",
                _bytes(Fraction(a.total_bytes, a.present)),
                numbers.share(to_quantity(part)),
                Bar(float(part)),
                shown=shown,
            )
        )
    if folds:
        rest = measured.attributes[_MAX_ATTRIBUTES:]
        share = numbers.share(to_quantity(Fraction(sum(a.total_bytes for a in rest)) / total))
        rows.append(row(f"{len(rest)} more: --details", "", "", "", share, "", role="dim", shown="short"))
    columns = (
        Column("Attribute"),
        Column("Type"),
        Column("In items", "right"),
        Column("Mean bytes" if several else "Bytes", "right"),
        Column("Of size", "right"),
        Column("", optional=1),
    )
    return Table(columns, tuple(rows), fills=False)


def _units(answer: MeasuredItems) -> Table:
    several = answer.measured.items > 1
    rows: list[Row] = []
    for priced in answer.operations:
        operation = priced.operation
        if operation.name in _AS_A_PUT:
            continue
        name = _LABELS.get(operation.name, operation.name) + (f" of {operation.items}" if operation.items > 1 else "")
        unit = "RRU" if operation.read_units else "WRU"
        rows.append(
            row(
                name,
                "" if operation.level == "standard" else operation.level,
                f"{_short(operation.read_units or operation.write_units)} {unit}",
                _short(operation.at_mean_size) if several else "",
                _usd(priced),
            )
        )
    columns = (
        Column("Request"),
        Column("Consistency"),
        Column("Units", "right"),
        Column("At the mean size", "right", optional=1),
        Column("USD/million", "right"),
    )
    return Table(columns, tuple(rows), fills=False)


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


def _in_a_scenario(answer: MeasuredItems) -> list[Block]:
    """What to write so that a table has such items."""
    name = "sample.jsonl" if answer.file.startswith("<") else PurePath(answer.file).name
    several = answer.measured.items > 1
    write = f"items_file: {name}" if several else "item: {...}  # the item itself"
    if answer.table is not None:
        write = f"item_size: {_bytes(answer.measured.sizes.mean)} B"
    return [facts(("Write", "in the scenario, under the table")), Code(write, "yaml")]


def _panel(answer: MeasuredItems) -> Panel:
    """The size, the bytes AWS bills, and what is near a boundary."""
    measured = answer.measured
    size = f"{'mean ' if measured.items > 1 else ''}{_bytes(measured.sizes.mean)} bytes"
    words = f"{_bytes(measured.billed_bytes)} bytes are billed as storage, 100 of them AWS's overhead"
    if answer.stored_million_usd is not None:
        words += f"; a million items cost {numbers.usd(answer.stored_million_usd)} USD a month"
    return Panel("good", ((strong(size), line(words)),), tuple(line(note) for note in _notes(measured)))
