"""Measures the DynamoDB items of a file, of a data model or of standard input, and prices them in a Region."""

from decimal import Decimal
from fractions import Fraction
from typing import BinaryIO

from capplan.errors import CapplanError, Diagnostic
from capplan.importing.nosql_model import Model, ModelTable, is_data_model, is_workbench, model_of
from capplan.importing.value import Value
from capplan.pricing.catalogue import load_prices, regions
from capplan.quantities.rounding import to_quantity
from capplan.reading.files import STDIN_NAME, read_any
from capplan.reading.foreign_json import read_foreign_json
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
    table: str | None = None
    """Of a data model: the table that is measured."""
    tables: tuple[ModelTable, ...] = ()
    """All tables of a data model."""


def measured_items(
    path: str, stdin: BinaryIO | None = None, region: str | None = None, table: str | None = None
) -> MeasuredItems:
    """The items of a file (or of standard input), measured; of a data model those of one table.

    Args:
        path: The file; `-` where `stdin` is given.
        stdin: Standard input.
        region: Where requests are priced; None for no prices.
        table: The table of a data model; by default the first that has items.

    Raises:
        CapplanError: It cannot be read, an item is invalid, there is no such table, or no prices for the Region.
    """
    text, name = _text(path, stdin)
    model = _model(text, name)
    chosen = _chosen(model, table, name) if model is not None else None
    if table is not None and model is None:
        raise CapplanError((Diagnostic(name, 0, 0, "this is no data model: it has no tables", "leave --table out"),))
    measured = measure(Sample(chosen.items if chosen is not None else _items(path, text, name)))
    prices = None if region is None else _prices(region)
    operations = tuple(PricedOperation(op, _per_million(op, prices)) for op in measured.operations)
    stored = prices and to_quantity(measured.billed_bytes * _MILLION / BYTES_PER_GB * Fraction(prices[2]))
    tables = model.tables if model is not None else ()
    return MeasuredItems(
        name, region, measured, operations, stored, chosen.name if chosen is not None else None, tables
    )


def _text(path: str, stdin: BinaryIO | None) -> tuple[str, str]:
    """The text and the name it goes by."""
    if stdin is None:
        return read_any(path, MAX_SAMPLE_BYTES), path
    return decode(stdin.read(MAX_SAMPLE_BYTES + 1), STDIN_NAME, MAX_SAMPLE_BYTES), STDIN_NAME


def _model(text: str, name: str) -> Model | None:
    """The data model that a text is; None for anything else. Raises CapplanError for one that is broken."""
    if '"DataModel"' not in text and '"KeySchema"' not in text:
        return None
    try:
        document = read_foreign_json(text, name)
    except CapplanError:
        return None  # items, one a line
    is_model = is_workbench(document.data) or is_data_model(document.data)
    return model_of(Value(document.data, document)) if is_model else None


def _chosen(model: Model, table: str | None, name: str) -> ModelTable:
    """The table of a model that is measured. Raises CapplanError."""
    names = [one.name for one in model.tables]
    found = [one for one in model.tables if (one.name == table if table is not None else one.items)]
    if table is not None and not found:
        hint = did_you_mean(table, names, f"expected one of {', '.join(names)}")
        raise CapplanError((Diagnostic("command line", 0, 0, f"the model has no table '{table}'", hint),))
    if not found or not found[0].items:
        of = f"table {table}" if table is not None else f"its tables, {', '.join(names)},"
        hint = "add items to it in NoSQL Workbench, or measure a file of items"
        raise CapplanError((Diagnostic(name, 0, 0, f"{of} of this model have no example items", hint),))
    return found[0]


def _items(path: str, text: str, name: str) -> tuple[Item, ...]:
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
