"""Tables as DynamoDB's API and data models have them, in the words of a template, so that one reader knows what they mean.

Source: DynamoDB API Reference, "TableDescription" (read 2026-11-30): a table that was always provisioned has no
BillingModeSummary; items and sizes are counted about every six hours.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.tables import Targets, read_table
from capplan.importing.model import Origin
from capplan.importing.value import Value

_WARM_READ, _WARM_WRITE = 12_000, 4_000
"""What a new on-demand table serves at once: it is no setting."""


def built_table(
    name: str, props: Mapping[str, Any], origin: Origin, aliases: tuple[str, ...], targets: Targets | None = None
) -> Building:
    """A table as a block that adds to another file's, or stands alone; `targets` are its scalable targets."""
    built = Building("tables", name, origin, aliases, "where_it_fits")
    read_table(built, props, targets or {}, aliases)
    return built


def described(table: Value) -> dict[str, Any]:
    """A TableDescription in the words of a template. Raises CapplanError where it has no keys."""
    table.get("KeySchema").items()
    table.get("ProvisionedThroughput").properties("ReadCapacityUnits", "WriteCapacityUnits")
    mode = table.get("BillingMode").text("") or table.at("BillingModeSummary", "BillingMode").text("PROVISIONED")
    stream = table.get("StreamSpecification")
    on = stream.known and stream.get("StreamEnabled").data is not False
    return {
        **table.properties(),
        "BillingMode": mode,
        "TableClass": table.at("TableClassSummary", "TableClass").text("") or table.get("TableClass").text("STANDARD"),
        "WarmThroughput": _warm(table.get("WarmThroughput")),
        "StreamSpecification": stream.data if on else None,
        "Replicas": None,
    }


def _warm(value: Value) -> object:
    """What a table is pre-warmed to; None where it is what every table serves at once."""
    read, write = value.get("ReadUnitsPerSecond"), value.get("WriteUnitsPerSecond")
    above = (read.known and read.count() > _WARM_READ) or (write.known and write.count() > _WARM_WRITE)
    return value.data if above else None


def add_stored(built: Building, table: Value) -> None:
    """Items and their mean size, of the table and of its indexes; nothing of an empty table."""
    items = _stored(built.values, table, "TableSizeBytes", "item_size")
    if items:
        built.values["items"] = items
        built.notes["items",] = "as DynamoDB counts them, about every six hours"
    indexes: Any = built.values.get("indexes", {})
    for word in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in table.get(word).items():
            values = indexes.get(index.get("IndexName").text(), {})
            entries = _stored(values, index, "IndexSizeBytes", "entry_size")
            if entries and entries < items:
                values["items"] = entries


def _stored(values: dict[str, Any], value: Value, size_key: str, key: str) -> Decimal:
    """The number of items, and their mean size under a key; 0 where it is not told or nothing is stored."""
    count, size = value.get("ItemCount"), value.get(size_key)
    if not count.known or not count.whole() or not size.known or not size.whole():
        return Decimal(0)
    values[key] = written.size(Decimal(size.whole()) / count.whole())
    return Decimal(count.whole())
