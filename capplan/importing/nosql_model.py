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
from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.tables import Targets
from capplan.importing.dynamodb_table import built_table, described
from capplan.importing.model import Origin
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
        built: The table as a scenario has it, measured sizes among its values.
        items: Its example items.
        facets: The items of each facet.
        indexes: Measured entries; only indexes of which an item has one.
        patterns: How it is accessed.
    """

    name: str
    built: Building
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
        tables.append(_measured(name, described(table), {}, table, _items(rows), {}, own))
    left = tuple(
        (value, value.get("description").text("access pattern"), found)
        for value, found in patterns
        if isinstance(found, str)
    )
    return Model("", tuple(tables), left)


# --- NoSQL Workbench ---


def _workbench(table: Value) -> ModelTable:
    name = table.get("TableName").text()
    types: dict[str, str] = {}
    targets: dict[tuple[str, str, str], Mapping[str, object]] = {}
    props: dict[str, Any] = {
        "BillingMode": table.get("BillingMode").text("") or None,
        "KeySchema": _schema(table.get("KeyAttributes"), types),
        "ProvisionedThroughput": table.at("ProvisionedCapacitySettings", "ProvisionedThroughput").data,
    }
    _scale(targets, (name, ""), table.get("ProvisionedCapacitySettings"))
    for key in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        props[key] = []
        for index in table.get(key).items():
            settings = index.get("ProvisionedCapacitySettings")
            own = {
                "KeySchema": _schema(index.get("KeyAttributes"), types),
                "ProvisionedThroughput": settings.get("ProvisionedThroughput").data,
            }
            props[key].append(
                {"IndexName": index.get("IndexName").text(), "Projection": index.get("Projection").data, **own}
            )
            _scale(targets, (name, index.get("IndexName").text()), settings)
    props["AttributeDefinitions"] = [{"AttributeName": n, "AttributeType": t} for n, t in types.items()]
    facets = {
        facet.get("FacetName").text(): _items(facet.get("TableData").items())
        for facet in table.get("TableFacets").items()
        if facet.get("TableData").known
    }
    facets = {facet: items for facet, items in facets.items() if items}
    inside = [item for items in facets.values() for item in items]
    own_items = _items(table.get("TableData").items())
    every = (*inside, *(item for item in own_items if item not in inside))
    return _measured(name, props, targets, table, every, facets, ())


def _schema(keys: Value, types: dict[str, str]) -> list[dict[str, str]]:
    """The keys of a table or an index as the API has them; `types` learns the types of their attributes."""
    out = []
    for word, role in (("PartitionKey", "HASH"), ("SortKey", "RANGE")):
        one = keys.get(word)
        if one.get("AttributeName").known:
            name = one.get("AttributeName").text()
            types[name] = one.get("AttributeType").text("S")
            out.append({"AttributeName": name, "KeyType": role})
    return out


def _scale(targets: dict[tuple[str, str, str], Mapping[str, object]], of: tuple[str, str], settings: Value) -> None:
    """Adds the auto scaling of a table or an index."""
    for way, key in (("write", "AutoScalingWrite"), ("read", "AutoScalingRead")):
        target = settings.get(key).get("ScalableTargetRequest")
        if target.get("MaxCapacity").known:
            bounds: dict[str, object] = {
                "min": Decimal(target.get("MinCapacity").whole()),
                "max": Decimal(target.get("MaxCapacity").whole()),
            }
            wanted = settings.at(key, "ScalingPolicyConfiguration", "TargetValue")
            if wanted.known:
                bounds["target"] = written.share(wanted.count() / 100)
            targets[(*of, way)] = bounds


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
    props: Mapping[str, Any],
    targets: Targets,
    value: Value,
    items: tuple[Item, ...],
    facets: Mapping[str, tuple[Item, ...]],
    patterns: tuple[AccessPattern, ...],
) -> ModelTable:
    """The table with the sizes of its items and of their entries among its values."""
    built = built_table(name, props, Origin(value.document.file, value.line, 1, name), (name,), targets)
    values: dict[str, Any] = built.values
    entries = tuple(_entries(values, items)) if items else ()
    if items:
        values["item_size"] = f"{round(mean_bytes_of(items))} B"
    for entry in entries:
        values["indexes"][entry.name]["entry_size"] = f"{round(entry.mean_bytes)} B"
    return ModelTable(name, built, items, facets, entries, patterns)


def _entries(values: Mapping[str, Any], items: tuple[Item, ...]) -> Iterator[Entries]:
    sample = Sample(items)
    table_key = tuple(_names(values))
    for name, index in values.get("indexes", {}).items():
        own = tuple(_names({**({"partition_key": values.get("partition_key")} if index.get("local") else {}), **index}))
        project = index.get("project", "all")
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
