"""Measures the DynamoDB items of a file or of standard input, and prices them in a Region."""

from decimal import Decimal
from fractions import Fraction
from typing import BinaryIO

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import load_prices, regions
from capplan.quantities.rounding import to_quantity
from capplan.reading.files import STDIN_NAME, read_any
from capplan.reading.limits import MAX_SAMPLE_BYTES
from capplan.reading.nearest import did_you_mean
from capplan.reading.yaml_reader import decode, read_yaml
from capplan.record import Record
from capplan.services.dynamodb.items.measure import Measured, Operation, measure
from capplan.services.dynamodb.items.sample import Sample
from capplan.services.dynamodb.items.size import Item
from capplan.services.dynamodb.resolve import items_from, sample_items
from capplan.units import BYTES_PER_GB

_MILLION = 10**6
_READ = "dynamodb.on_demand.read_request_unit.standard"
_WRITE = "dynamodb.on_demand.write_request_unit.standard"
_STORED = "dynamodb.storage.standard_gb_month"


class PricedOperation(Record, frozen=True):
    """An operation, and the cost of a million of it on demand in USD; None without a Region."""

    operation: Operation
    per_million_usd: Decimal | None


class MeasuredItems(Record, frozen=True):
    """The answer of `capplan size`."""

    file: str
    region: str | None
    measured: Measured
    operations: tuple[PricedOperation, ...]
    stored_million_usd: Decimal | None
    """USD a month for storing a million such items; None without a Region."""


def measured_items(path: str, stdin: BinaryIO | None = None, region: str | None = None) -> MeasuredItems:
    """The items of a file (or of standard input), measured.

    Raises:
        CapplanError: It cannot be read, an item is invalid, or there are no prices for the Region.
    """
    measured = measure(Sample(_read(path, stdin)))
    prices = None if region is None else _prices(region)
    operations = tuple(PricedOperation(op, _per_million(op, prices)) for op in measured.operations)
    stored = prices and to_quantity(measured.billed_bytes * _MILLION / BYTES_PER_GB * Fraction(prices[2]))
    return MeasuredItems(STDIN_NAME if stdin else path, region, measured, operations, stored)


def _read(path: str, stdin: BinaryIO | None) -> tuple[Item, ...]:
    name = STDIN_NAME if stdin else path
    limit = MAX_SAMPLE_BYTES
    text = read_any(path, limit) if stdin is None else decode(stdin.read(limit + 1), name, limit)
    if path.endswith((".yaml", ".yml")):
        doc = read_yaml(text, name)
        items, diagnostics = items_from([(1, doc.data)], name)
    else:
        items, diagnostics = sample_items(text, name)
    if diagnostics:
        raise CapplanError(diagnostics)
    return items


def _prices(region: str) -> tuple[Decimal, Decimal, Decimal]:
    """USD of a read unit, a write unit and a GB-month. Raises CapplanError."""
    if region not in regions():
        hint = did_you_mean(region, regions(), "expected AWS's code of a Region, such as us-east-1")
        raise CapplanError((Diagnostic("command line", 0, 0, f"there are no prices for Region '{region}'", hint),))
    catalogue = load_prices(region, {})
    prices = [catalogue.price(key) for key in (_READ, _WRITE, _STORED)]
    amounts = [price.tiers[-1].price if price is not None else None for price in prices]
    if None in amounts:
        message = f"not all prices of {region} are known"
        raise CapplanError((Diagnostic("command line", 0, 0, message, "leave --region out"),))
    read, write, stored = (amount for amount in amounts if amount is not None)
    return read, write, stored


def _per_million(operation: Operation, prices: tuple[Decimal, Decimal, Decimal] | None) -> Decimal | None:
    if prices is None:
        return None
    return to_quantity(
        (operation.read_units * Fraction(prices[0]) + operation.write_units * Fraction(prices[1])) * _MILLION
    )
