"""Reads data models of DynamoDB: of NoSQL Workbench, and the JSON of AWS's data-modeling tools; measures their items.

A Workbench model has its items by facet, the other one under `items` as BatchWriteItem takes them. Every item is measured
by AWS's size rules, and so is its entry in each index.

Source: DynamoDB Developer Guide, "NoSQL Workbench data model format"; github awslabs/mcp, dynamodb-mcp-server, "DynamoDB Data
Model JSON Generation Guide" (read 2026-11-30).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.importing import written
from capplan.importing.dynamodb_table import capacity, index_values, mode_of, partition_key, projection, table_values
from capplan.importing.value import Value
from capplan.quantities.distribution import mean
from capplan.record import Record
from capplan.services.dynamodb.items.examples import ItemError, typed_item
from capplan.services.dynamodb.items.index_writes import IndexShape
from capplan.services.dynamodb.items.sample import Sample, entry_share, entry_sizes
from capplan.services.dynamodb.items.size import Item, item_bytes

_MAX_ITEMS = 100_000
_OPERATIONS = {
    "GetItem": "get",
    "Query": "query",
    "Scan": "scan",
    "PutItem": "put",
    "UpdateItem": "update",
    "DeleteItem": "delete",
    "BatchGetItem": "batch-get",
    "BatchWriteItem": "batch-write",
}
_EXAMPLE_RATE = "10/s"


class Entries(Record, frozen=True):
    """What a model's items show of an index: mean bytes of an entry, and the share of the items that have one."""

    name: str
    mean_bytes: Fraction
    share: Fraction


class AccessPattern(Record, frozen=True):
    """How an application uses a table: the access without its rate, and what it is for."""

    access: Mapping[str, Any]
    text: str


class ModelTable(Record, frozen=True):
    """A table of a model.

    Attributes:
        name: Its name.
        values: Keys of the table as a scenario has them, measured sizes among them.
        value: Where it stands.
        items: Its example items.
        facets: The items of each facet.
        indexes: Measured entries; only indexes of which an item has one.
        patterns: How it is accessed.
    """

    name: str
    values: Mapping[str, Any]
    value: Value
    items: tuple[Item, ...] = ()
    facets: Mapping[str, tuple[Item, ...]] = {}
    indexes: tuple[Entries, ...] = ()
    patterns: tuple[AccessPattern, ...] = ()

    @property
    def mean_bytes(self) -> Fraction | None:
        """The mean size of an item; None without items."""
        return mean_bytes_of(self.items) if self.items else None


def mean_bytes_of(items: tuple[Item, ...]) -> Fraction:
    """The mean size of some items, at least one."""
    return Fraction(sum(item_bytes(item) for item in items), len(items))


class Model(Record, frozen=True):
    """A data model: its name, its tables, and the patterns that no table's access can say, each with why."""

    name: str
    tables: tuple[ModelTable, ...]
    left: tuple[tuple[Value, str, str], ...] = ()


def is_workbench(data: object) -> bool:
    """Whether some data is a model of NoSQL Workbench."""
    tables = data.get("DataModel") if isinstance(data, Mapping) else None
    return (
        isinstance(tables, list) and bool(tables) and all(isinstance(t, Mapping) and "TableName" in t for t in tables)
    )


def is_data_model(data: object) -> bool:
    """Whether some data is a model of AWS's data-modeling tools."""
    tables = data.get("tables") if isinstance(data, Mapping) else None
    return (
        isinstance(tables, list) and bool(tables) and all(isinstance(t, Mapping) and "KeySchema" in t for t in tables)
    )


def model_of(top: Value) -> Model:
    """A model of either kind. Raises CapplanError."""
    if is_workbench(top.data):
        return Model(top.get("ModelName").text(""), tuple(_workbench(table) for table in top.get("DataModel").items()))
    patterns = [_pattern(value) for value in top.get("access_patterns").items()]
    tables = []
    for table in top.get("tables").items():
        name = table.get("TableName").text()
        rows = [entry.at("PutRequest", "Item") for entry in top.get("items").get(name).items()]
        own = tuple(
            found for value, found in patterns if isinstance(found, AccessPattern) and value.get("table").data == name
        )
        tables.append(_measured(name, table_values(table), table, _items(rows), {}, own))
    left = tuple(
        (value, value.get("description").text("access pattern"), found)
        for value, found in patterns
        if isinstance(found, str)
    )
    return Model("", tuple(tables), left)


# --- NoSQL Workbench ---


def _workbench(table: Value) -> ModelTable:
    keys = table.get("KeyAttributes")
    values = _keys(keys)
    if mode_of(table) == "PAY_PER_REQUEST":
        values["capacity"] = "on-demand"
    elif table.get("ProvisionedCapacitySettings").known:
        values["capacity"] = _capacity(table.get("ProvisionedCapacitySettings"))
    indexes = {}
    for index in table.get("GlobalSecondaryIndexes").items():
        one = {**_keys(index.get("KeyAttributes")), "project": projection(index.get("Projection"))}
        if index.get("ProvisionedCapacitySettings").known and values.get("capacity") != "on-demand":
            units = _capacity(index.get("ProvisionedCapacitySettings"))
            one["capacity"] = {key: units[key] for key in ("write", "read")}
        indexes[index.get("IndexName").text()] = one
    for index in table.get("LocalSecondaryIndexes").items():
        sort = _keys(index.get("KeyAttributes")).get("sort_key")
        one = {"sort_key": sort, "local": True} if sort else index_values(index, {}, local=True)
        indexes[index.get("IndexName").text()] = {**one, "project": projection(index.get("Projection"))}
    if indexes:
        values["indexes"] = indexes
    facets: dict[str, tuple[Item, ...]] = {}
    for facet in table.get("TableFacets").items():
        rows = facet.get("TableData").items()
        if rows:
            facets[facet.get("FacetName").text()] = _items(rows)
    own = _items(table.get("TableData").items())
    inside = [item for items in facets.values() for item in items]
    every = (*inside, *(item for item in own if item not in inside))
    return _measured(table.get("TableName").text(), values, table, every, facets, ())


def _keys(keys: Value) -> dict[str, Any]:
    partition, sort = keys.get("PartitionKey"), keys.get("SortKey")
    name = partition.get("AttributeName").text()
    out: dict[str, Any] = {"partition_key": partition_key([name], {name: partition.get("AttributeType").text("S")})}
    if sort.get("AttributeName").known:
        out["sort_key"] = sort.get("AttributeName").text()
    return out


def _capacity(settings: Value) -> dict[str, Any]:
    """Provisioned capacity: auto scaled where the model has a scalable target."""
    static = capacity(settings.get("ProvisionedThroughput")) if settings.get("ProvisionedThroughput").known else {}
    out: dict[str, Any] = {"mode": "provisioned"}
    for side, key in (("write", "AutoScalingWrite"), ("read", "AutoScalingRead")):
        target = settings.get(key).get("ScalableTargetRequest")
        if target.get("MaxCapacity").known:
            bounds = {
                "min": Decimal(target.get("MinCapacity").whole()),
                "max": Decimal(target.get("MaxCapacity").whole()),
            }
            wanted = settings.at(key, "ScalingPolicyConfiguration", "TargetValue")
            out[side] = {**bounds, "target": written.share(wanted.count() / 100)} if wanted.known else bounds
        elif side in static:
            out[side] = static[side]
    return out


# --- items ---


def _items(rows: list[Value]) -> tuple[Item, ...]:
    """Items in DynamoDB JSON or plain. Raises CapplanError for one that DynamoDB would not store."""
    out: list[Item] = []
    if len(rows) > _MAX_ITEMS:
        rows[0].fail(f"{len(rows):,} items; at most {_MAX_ITEMS:,} are read")
    for row in rows:
        try:
            out.append(typed_item(row.data))
        except ItemError as error:
            row.fail(str(error))
    return tuple(out)


def _measured(
    name: str,
    values: dict[str, Any],
    value: Value,
    items: tuple[Item, ...],
    facets: Mapping[str, tuple[Item, ...]],
    patterns: tuple[AccessPattern, ...],
) -> ModelTable:
    """The table with the sizes of its items and of their entries among its values."""
    entries = tuple(_entries(values, items)) if items else ()
    if items:
        values["item_size"] = f"{round(mean_bytes_of(items))} B"
    for entry in entries:
        values["indexes"][entry.name]["entry_size"] = f"{round(entry.mean_bytes)} B"
    return ModelTable(name, values, value, items, facets, entries, patterns)


def _entries(values: Mapping[str, Any], items: tuple[Item, ...]) -> Iterator[Entries]:
    sample = Sample(items)
    table_key = tuple(_names(values))
    for name, index in values.get("indexes", {}).items():
        own = tuple(_names({**({"partition_key": values.get("partition_key")} if index.get("local") else {}), **index}))
        project = index["project"]
        shape = IndexShape(own, tuple(project) if isinstance(project, list) else project)
        sizes = entry_sizes(sample, shape, table_key)
        if sizes is not None:
            yield Entries(name, mean(sizes), entry_share(sample, shape, table_key))


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    """The attributes of a table's or an index's key."""
    for key in ("partition_key", "sort_key"):
        name = values.get(key)
        if isinstance(name, Mapping):
            name = name["name"]
        yield from ([name] if isinstance(name, str) else name or [])


# --- access patterns ---


def _pattern(value: Value) -> tuple[Value, AccessPattern | str]:
    """An access pattern, or why it is none of a table's."""
    text = " ".join(part for part in (str(value.get("pattern").data or ""), value.get("description").text("")) if part)
    operation = value.get("dynamodb_operation").text("")
    if not operation:
        return value, value.get("reason").text("it names no operation of DynamoDB")
    if operation not in _OPERATIONS:
        return value, f"{operation} of several tables or items: write it under calls of what makes it"
    access: dict[str, Any] = {_OPERATIONS[operation]: _EXAMPLE_RATE}
    if value.get("index").text(""):
        access["index"] = value.get("index").text()
    implementation = value.get("implementation").text("")
    if "--consistent-read" in implementation and "--no-consistent-read" not in implementation:
        access["consistency"] = "strong"
    return value, AccessPattern(access, text)
