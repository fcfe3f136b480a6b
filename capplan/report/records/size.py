"""The record of measured items: `capplan.size/1`."""

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan import __version__
from capplan.commands.size import MeasuredItems, PricedOperation
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
