"""Items of a file or of standard input, measured and, for a Region, priced. It plans no scenario."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import BinaryIO

from capplan.errors import CapplanError, Diagnostic
from capplan.pricing.catalogue import load_prices, regions
from capplan.quantities.rounding import to_quantity
from capplan.reading.files import STDIN_NAME, read_any
from capplan.reading.limits import MAX_SAMPLE_BYTES
from capplan.reading.nearest import nearest
from capplan.reading.yaml_reader import decode, read_yaml
from capplan.services.dynamodb.items.measure import Measured, Operation, measure
from capplan.services.dynamodb.items.sample import Sample
from capplan.services.dynamodb.items.size import Item
from capplan.services.dynamodb.resolve import items_from, sample_items
from capplan.units import BYTES_PER_GB

_MILLION = 10**6
_READ = "dynamodb.on_demand.read_request_unit.standard"
_WRITE = "dynamodb.on_demand.write_request_unit.standard"
_STORED = "dynamodb.storage.standard_gb_month"


@dataclass(frozen=True, slots=True)
class PricedOperation:
    """An operation and what a million of it costs on demand, USD; None where no Region is asked for."""

    operation: Operation
    per_million_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class MeasuredItems:
    """What `capplan size` answers."""

    file: str
    region: str | None
    measured: Measured
    operations: tuple[PricedOperation, ...]
    stored_million_usd: Decimal | None
    """A month's storage of a million such items."""


def measured_items(path: str, stdin: BinaryIO | None = None, region: str | None = None) -> MeasuredItems:
    """The items of a file (or of standard input), measured.

    Raises:
        CapplanError: It cannot be read, an item is none, or there are no prices for the Region.
    """
    items = _read(path, stdin)
    found = measure(Sample(items))
    prices = None if region is None else _prices(region)
    operations = tuple(PricedOperation(one, _per_million(one, prices)) for one in found.operations)
    stored = None if prices is None else to_quantity(found.billed_bytes * _MILLION / BYTES_PER_GB * Fraction(prices[2]))
    return MeasuredItems(STDIN_NAME if stdin else path, region, found, operations, stored)


def _read(path: str, stdin: BinaryIO | None) -> tuple[Item, ...]:
    name = STDIN_NAME if stdin else path
    most = MAX_SAMPLE_BYTES
    text = read_any(path, most) if stdin is None else decode(stdin.read(most + 1), name, most)
    if path.endswith((".yaml", ".yml")):
        doc = read_yaml(text, name)
        items, diagnostics = items_from([(1, doc.data)], name)
    else:
        items, diagnostics = sample_items(text, name)
    if diagnostics:
        raise CapplanError(diagnostics)
    return items


def _prices(region: str) -> tuple[Decimal, Decimal, Decimal]:
    """What a read unit, a write unit and a GB-month cost. Raises CapplanError."""
    if region not in regions():
        close = nearest(region, regions())
        hint = f"did you mean '{close}'?" if close else "expected AWS's code of a Region, such as us-east-1"
        raise CapplanError((Diagnostic("command line", 0, 0, f"there are no prices for Region '{region}'", hint),))
    catalogue = load_prices(region, {})
    found = [catalogue.price(key) for key in (_READ, _WRITE, _STORED)]
    first = [None if price is None else price.tiers[-1].price for price in found]
    if None in first:
        raise CapplanError(
            (Diagnostic("command line", 0, 0, f"a price of {region} is not known", "leave --region out"),)
        )
    read, write, stored = (price for price in first if price is not None)
    return read, write, stored


def _per_million(one: Operation, prices: tuple[Decimal, Decimal, Decimal] | None) -> Decimal | None:
    if prices is None:
        return None
    return to_quantity((one.read_units * Fraction(prices[0]) + one.write_units * Fraction(prices[1])) * _MILLION)
