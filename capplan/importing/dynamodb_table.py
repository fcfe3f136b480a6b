"""A table in the words of DynamoDB's API (CreateTable, DescribeTable) as a scenario has it.

Source: DynamoDB API Reference, "TableDescription", "CreateTable" (read 2026-11-30): BillingMode is PROVISIONED where it is
not given; DescribeTable leaves BillingModeSummary out of a table that was always provisioned.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.model import Question
from capplan.importing.value import Value

ON_DEMAND = "PAY_PER_REQUEST"
_TYPES = {"N": "number", "B": "binary"}
_IMAGES = {
    "NEW_AND_OLD_IMAGES": "new-and-old-images",
    "NEW_IMAGE": "new-image",
    "OLD_IMAGE": "old-image",
    "KEYS_ONLY": "keys-only",
}
ITEM_SIZE = Question("item_size", "1 KB", "mean size of an item, names included?")
CAPACITY = Question("capacity", "on-demand", "on-demand, or provisioned with how many units?")
ITEMS = Question("items", "1M", "how many items are stored?")


def table_values(table: Value) -> dict[str, Any]:
    """Keys of a table: its keys, indexes, capacity, stream, class, size and number of items."""
    types = {
        a.get("AttributeName").text(): a.get("AttributeType").text("S")
        for a in table.get("AttributeDefinitions").items()
    }
    values = key_values(table.get("KeySchema"), types)
    provisioned = mode_of(table) != ON_DEMAND
    if not provisioned:
        values["capacity"] = "on-demand"
    elif table.get("ProvisionedThroughput").known:
        values["capacity"] = capacity(table.get("ProvisionedThroughput"))
    limit = table.get("OnDemandThroughput")
    most = {
        key: limit.get(word).number()
        for key, word in (("max_write", "MaxWriteRequestUnits"), ("max_read", "MaxReadRequestUnits"))
        if limit.get(word).known
    }
    if any(number > 0 for number in most.values()) and not provisioned:
        values["throughput"] = {key: number for key, number in most.items() if number > 0}
    indexes = {
        **{
            index.get("IndexName").text(): index_values(index, types, provisioned=provisioned)
            for index in table.get("GlobalSecondaryIndexes").items()
        },
        **{
            index.get("IndexName").text(): index_values(index, types, local=True)
            for index in table.get("LocalSecondaryIndexes").items()
        },
    }
    if indexes:
        values["indexes"] = indexes
    values |= stored(table)
    for name, index in [
        (i.get("IndexName").text(), i)
        for word in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for i in table.get(word).items()
    ]:
        values["indexes"][name] |= _stored_entries(index, table)
    stream = table.at("StreamSpecification", "StreamViewType")
    if stream.known and (table.at("StreamSpecification", "StreamEnabled").data is not False):
        values["stream"] = image(stream)
    if table_class(table) == "STANDARD_INFREQUENT_ACCESS":
        values["class"] = "standard-ia"
    warm = table.get("WarmThroughput")
    if warm.known:
        values |= warm_values(warm)
    return values


def mode_of(table: Value) -> str:
    """PAY_PER_REQUEST or PROVISIONED, AWS's default."""
    return table.get("BillingMode").text("") or table.at("BillingModeSummary", "BillingMode").text("PROVISIONED")


def table_class(table: Value) -> str:
    """STANDARD where the table does not say."""
    return table.get("TableClass").text("") or table.at("TableClassSummary", "TableClass").text("STANDARD")


def key_values(schema: Value, types: Mapping[str, str], *, local: bool = False) -> dict[str, Any]:
    """`partition_key` and `sort_key` of a KeySchema; a global index may have several attributes in each."""
    partition = [k.get("AttributeName").text() for k in schema.items() if k.get("KeyType").text() == "HASH"]
    sort = [k.get("AttributeName").text() for k in schema.items() if k.get("KeyType").text() == "RANGE"]
    out: dict[str, Any] = {}
    if partition and not local:
        out["partition_key"] = partition_key(partition, types)
    if sort:
        out["sort_key"] = sort[0] if len(sort) == 1 else sort
    return out


def partition_key(names: list[str], types: Mapping[str, str]) -> object:
    """A partition key: its name, with its type where that is not text."""
    name: object = names[0] if len(names) == 1 else names
    kind = _TYPES.get(types.get(names[0], "S")) if len(names) == 1 else None
    return name if kind is None else {"name": name, "type": kind}


def index_values(
    index: Value, types: Mapping[str, str], *, local: bool = False, provisioned: bool = False
) -> dict[str, Any]:
    """Keys of an index."""
    values = key_values(index.get("KeySchema"), types, local=local)
    values["project"] = projection(index.get("Projection"))
    if local:
        values["local"] = True
    elif provisioned and index.get("ProvisionedThroughput").known:
        both = capacity(index.get("ProvisionedThroughput"))
        values["capacity"] = {key: both[key] for key in ("write", "read")}
    if index.get("WarmThroughput").known and not local:
        values |= warm_values(index.get("WarmThroughput"))
    return values


def projection(value: Value) -> object:
    """What an index copies: all where nothing is said."""
    kind = value.get("ProjectionType").text("ALL")
    if kind == "KEYS_ONLY":
        return "keys-only"
    names = [name.text() for name in value.get("NonKeyAttributes").items()]
    return names if kind == "INCLUDE" and names else "keys-only" if kind == "INCLUDE" else "all"


def capacity(units: Value) -> dict[str, Any]:
    """Provisioned capacity. Raises CapplanError where the units are not given."""
    write, read = units.get("WriteCapacityUnits").whole(), units.get("ReadCapacityUnits").whole()
    return {"mode": "provisioned", "write": Decimal(max(1, write)), "read": Decimal(max(1, read))}


def image(value: Value) -> str:
    """A stream's view. Raises CapplanError for a word that is none."""
    word = value.text()
    if word not in _IMAGES:
        value.wrong(f"one of {', '.join(_IMAGES)}")
    return _IMAGES[word]


def warm_values(value: Value) -> dict[str, Any]:
    """What it is pre-warmed to, where it is more than what every table has at once (12,000 reads, 4,000 writes)."""
    read, write = value.get("ReadUnitsPerSecond"), value.get("WriteUnitsPerSecond")
    units = {"write": write.count() if write.known else Decimal(0), "read": read.count() if read.known else Decimal(0)}
    more = units["write"] > 4000 or units["read"] > 12_000  # noqa: PLR2004  AWS's start of an on-demand table
    return {"warm": {key: number for key, number in units.items() if number}} if more else {}


def stored(table: Value) -> dict[str, Any]:
    """Items and their mean size, as AWS counts them about every six hours; nothing of an empty table."""
    count, size = table.get("ItemCount"), table.get("TableSizeBytes")
    if not count.known or not count.whole() or not size.known or not size.whole():
        return {}
    return {"items": Decimal(count.whole()), "item_size": written.size(Decimal(size.whole()) / count.whole())}


def _stored_entries(index: Value, table: Value) -> dict[str, Any]:
    count, size, items = index.get("ItemCount"), index.get("IndexSizeBytes"), table.get("ItemCount")
    if not count.known or not count.whole() or not size.known or not size.whole():
        return {}
    values: dict[str, Any] = {"entry_size": written.size(Decimal(size.whole()) / count.whole())}
    if items.known and count.whole() < items.whole():
        values["items"] = Decimal(count.whole())
    return values
