"""The record of measured items: `capplan.size/1`."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan import __version__
from capplan.commands.size import MeasuredItems, PricedOperation
from capplan.importing.nosql_model import ModelTable, mean_bytes_of
from capplan.report.record import taken
from capplan.services.dynamodb.items.measure import Measured
from capplan.services.dynamodb.items.sample import Attribute


class SizesRecord(NamedTuple):
    """The distribution of the items' sizes, bytes."""

    min: Decimal
    mean: Fraction
    p50: Decimal
    p90: Decimal
    p99: Decimal
    max: Decimal


class AttributeRecord(NamedTuple):
    """An attribute: in how many items it is present, and its share of all bytes."""

    name: str
    types: tuple[str, ...]
    present: int
    name_bytes: int
    mean_bytes: Fraction
    largest_bytes: int
    share: Fraction


class OperationRecord(NamedTuple):
    """What one request takes."""

    operation: str
    consistency: str
    items: int
    read_units: Fraction
    write_units: Fraction
    units_at_mean_size: Fraction
    usd_per_million: Decimal | None


class EntriesRecord(NamedTuple):
    """The entries of an index: the share of the items that have one, and the mean size of one."""

    name: str
    share: Fraction
    mean_bytes: Fraction


class FacetRecord(NamedTuple):
    """The items of a facet of a table."""

    name: str
    items: int
    mean_bytes: Fraction


class TableRecord(NamedTuple):
    """A table of a data model; `mean_bytes` is null where it has no example items."""

    name: str
    items: int
    mean_bytes: Fraction | None
    facets: tuple[FacetRecord, ...]
    indexes: tuple[EntriesRecord, ...]


class SizeRecord(NamedTuple):
    """What `capplan size` answers with --format json."""

    schema: str
    capplan_version: str
    file: str
    region: str | None
    items: int
    item_bytes: int | Fraction
    bytes: SizesRecord
    limit_bytes: int
    billed_storage_bytes: Fraction
    attributes: tuple[AttributeRecord, ...]
    operations: tuple[OperationRecord, ...]
    storage_usd_per_million_items_month: Decimal | None
    table: str | None
    tables: tuple[TableRecord, ...]


def size_record(answer: MeasuredItems) -> SizeRecord:
    """Measured items as JSON has them."""
    measured = answer.measured
    sizes, mean = measured.sizes, Fraction(measured.sizes.mean)
    return taken(
        SizeRecord,
        measured,
        schema="capplan.size/1",
        capplan_version=__version__,
        file=answer.file,
        region=answer.region,
        item_bytes=int(mean) if mean.denominator == 1 else mean,
        bytes=taken(SizesRecord, sizes, min=sizes.least, mean=mean, max=sizes.largest),
        billed_storage_bytes=Fraction(measured.billed_bytes),
        attributes=tuple(_attribute(attribute, measured) for attribute in measured.attributes),
        operations=tuple(_operation(priced) for priced in answer.operations),
        storage_usd_per_million_items_month=answer.stored_million_usd,
        table=answer.table,
        tables=tuple(_table(table) for table in answer.tables),
    )


def _table(table: ModelTable) -> TableRecord:
    return TableRecord(
        name=table.name,
        items=len(table.items),
        mean_bytes=table.mean_bytes,
        facets=tuple(FacetRecord(name, len(items), mean_bytes_of(items)) for name, items in table.facets.items()),
        indexes=tuple(EntriesRecord(entry.name, entry.share, entry.mean_bytes) for entry in table.indexes),
    )


def _attribute(attribute: Attribute, measured: Measured) -> AttributeRecord:
    total = Fraction(attribute.total_bytes)
    mean, share = total / attribute.present, total / (Fraction(measured.sizes.mean) * measured.items)
    return taken(AttributeRecord, attribute, mean_bytes=mean, share=share)


def _operation(priced: PricedOperation) -> OperationRecord:
    operation = priced.operation
    return taken(
        OperationRecord,
        operation,
        operation=operation.name,
        consistency=operation.level,
        units_at_mean_size=operation.at_mean_size,
        usd_per_million=priced.per_million_usd,
    )
