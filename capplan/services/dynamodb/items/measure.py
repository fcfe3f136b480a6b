"""Example items measured for `capplan size`: bytes by attribute, distribution of sizes, units of each operation.

Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats", "DynamoDB read and write operations" (read 2026-11-23).
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.quantities.distribution import Distribution, fixed, mean, quantile
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.services.dynamodb.items.sample import Attribute, Sample, attributes
from capplan.services.dynamodb.items.storage import OVERHEAD_BYTES
from capplan.services.dynamodb.quotas import ITEM_SIZE_MAX
from capplan.services.dynamodb.requests import TABLE, request_units
from capplan.services.dynamodb.spec import Table

QUERY_ITEMS = 25
"""Items of the query that is shown: each alone is a fraction of a unit."""


class Sizes(Record, frozen=True):
    """The distribution of sizes in bytes; all the same for one item."""

    least: Decimal
    mean: Fraction
    p50: Decimal
    p90: Decimal
    p99: Decimal
    largest: Decimal


class Operation(Record, frozen=True):
    """Expected units of one request.

    Attributes:
        name: The operation.
        level: eventual, strong, transactional; "standard" for a write outside a transaction.
        items: How many items it reads or writes.
        read_units, write_units: Expected units, each item rounded as AWS rounds it.
        at_mean_size: The units if every item had the mean size; what a plan by means would give.
    """

    name: str
    level: str
    items: int
    read_units: Fraction
    write_units: Fraction
    at_mean_size: Fraction


class Measured(Record, frozen=True):
    """Some items, measured."""

    items: int
    sizes: Sizes
    attributes: tuple[Attribute, ...]
    operations: tuple[Operation, ...]
    billed_bytes: Fraction
    """Storage billed for one item in the mean, AWS's overhead included."""
    limit_bytes: int = int(ITEM_SIZE_MAX.value)


def measure(sample: Sample) -> Measured:
    """Everything `capplan size` shows of some items."""
    sizes = sizes_of(sample.sizes)
    return Measured(
        items=len(sample.items),
        sizes=sizes,
        attributes=attributes(sample.items),
        operations=tuple(_operations(sample)),
        billed_bytes=sizes.mean + OVERHEAD_BYTES,
    )


def sizes_of(dist: Distribution) -> Sizes:
    """Minimum, mean, percentiles and maximum of a sample's sizes."""
    p50, p90, p99 = (Decimal(int(quantile(dist, share))) for share in (0.5, 0.9, 0.99))
    least, largest = dist.points[0][1], dist.points[-1][1]
    return Sizes(least, mean(dist), p50, p90, p99, largest)


_READS = (("get", "eventual"), ("get", "strong"), ("get", "transactional"), ("query", "eventual"), ("query", "strong"))
_WRITES = tuple((op, level) for op in ("put", "update", "delete") for level in ("standard", "transactional"))


def _operations(sample: Sample) -> Iterable[Operation]:
    for op, level in (*_READS, *_WRITES):
        items = QUERY_ITEMS if op == "query" else 1
        request = {
            "op": op,
            "transactional": level == "transactional",
            "consistency": "strong" if level == "strong" else "eventual",
            "items": Decimal(items) if op == "query" else None,
        }
        access = Access.model_validate(request)
        spread, even = (request_units(_table(sample, size), access) for size in (None, mean(sample.sizes)))
        reads, writes = spread.read.get(TABLE, Fraction(0)), spread.write.get(TABLE, Fraction(0))
        plain = even.read.get(TABLE, Fraction(0)) + even.write.get(TABLE, Fraction(0))
        yield Operation(op, level, items, reads, writes, plain)


def _table(sample: Sample, bytes_each: Fraction | None) -> Table:
    """A table of these items, or of as many of one size."""
    size = sample.sizes if bytes_each is None else fixed(to_quantity(bytes_each))
    return Table.model_validate({"item_size": size})
