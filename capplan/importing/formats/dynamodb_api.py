"""Answers of DynamoDB's API: tables with their sizes, continuous backups, auto scaling by replica, limits, exports.

Source: DynamoDB API Reference (read 2026-11-30).
"""

from decimal import Decimal
from typing import Any

from capplan.importing import written
from capplan.importing.answers import answer, origin_of, whole
from capplan.importing.arn import Arn
from capplan.importing.cloudformation.building import Building
from capplan.importing.cloudformation.tables import ask_of_table
from capplan.importing.dynamodb_table import add_stored, built_table, described
from capplan.importing.formats import Format
from capplan.importing.given import Given
from capplan.importing.model import Asked, Block, Found, Unused
from capplan.importing.value import Value

_QUOTAS = {
    "AccountMaxReadCapacityUnits": "dynamodb.account.provisioned_read",
    "AccountMaxWriteCapacityUnits": "dynamodb.account.provisioned_write",
    "TableMaxReadCapacityUnits": "dynamodb.table.read",
    "TableMaxWriteCapacityUnits": "dynamodb.table.write",
}


def _table(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    tables = [top.get("Table")] if top.get("Table").known else top.get("Tables").items()
    blocks: list[Block] = []
    regions: list[str] = []
    for table in tables:
        name, arn = table.get("TableName").text(), Arn.of(table.get("TableArn").text(""))
        aliases = tuple(filter(None, (name, arn.text, table.get("LatestStreamArn").text(""))))
        built = built_table(name, described(table), origin_of(given, table, name), aliases)
        add_stored(built, table)
        names = [replica.get("RegionName").text() for replica in table.get("Replicas").items()]
        replicas = [region for region in names if region != arn.region]
        if replicas:
            built.values["replicas"] = replicas
        regions.append(arn.region)
        blocks.append(built.block())
    return Found(tuple(blocks), region=next(filter(None, regions), ""))


def _continuous_backups(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    description = whole(given).at("ContinuousBackupsDescription", "PointInTimeRecoveryDescription")
    status = description.get("PointInTimeRecoveryStatus")
    state = "on" if status.text() == "ENABLED" else "off"
    why = f"point-in-time recovery is {state}, but this answer does not name its table: write point_in_time_recovery there"
    return Found(unused=(Unused("continuous backups", why, origin_of(given, status)),))


def _replica_auto_scaling(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    table = whole(given).get("TableAutoScalingDescription")
    name = table.get("TableName").text()
    replicas = table.get("Replicas").items()
    if not replicas:
        return Found(unused=(Unused("auto scaling", "it names no replica", origin_of(given, table)),))
    first = replicas[0]
    prefix = "ReplicaProvisioned{}CapacityAutoScalingSettings"
    sides = {side.lower(): _scaled(first.get(prefix.format(side))) for side in ("Write", "Read")}
    built = Building("tables", name, origin_of(given, table, name), (name,), "where_it_fits")
    built.values["capacity"] = {"mode": "provisioned", **{k: v for k, v in sides.items() if v}}
    indexes = {}
    for index in first.get("GlobalSecondaryIndexes").items():
        units = {
            side.lower(): _scaled(index.get(f"Provisioned{side}CapacityAutoScalingSettings"))
            for side in ("Write", "Read")
        }
        indexes[index.get("IndexName").text()] = {"capacity": {k: v for k, v in units.items() if v}}
    if indexes:
        built.values["indexes"] = indexes
    regions = [replica.get("RegionName").text("") for replica in replicas]
    if len(regions) > 1:
        built.values["replicas"] = regions[1:]
    ask_of_table(built)
    return Found((built.block(),), region=regions[0])


def _scaled(settings: Value) -> dict[str, Any]:
    """Bounds and target of auto scaling; empty where it is off."""
    if not settings.get("MaximumUnits").known:
        return {}
    values: dict[str, Any] = {
        "min": Decimal(settings.get("MinimumUnits").whole()),
        "max": Decimal(settings.get("MaximumUnits").whole()),
    }
    targets = [
        policy.at("TargetTrackingScalingPolicyConfiguration", "TargetValue")
        for policy in settings.get("ScalingPolicies").items()
    ]
    known = [target.count() for target in targets if target.known]
    return {**values, "target": written.share(known[0] / 100)} if known else values


def _limits(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    quotas = {quota: Decimal(top.get(key).whole()) for key, quota in _QUOTAS.items() if top.get(key).known}
    return Found(account={"quotas": quotas})


def _export(given: Given, asked: Asked) -> Found:  # noqa: ARG001  a reader's signature
    top = whole(given)
    arn = Arn.of(top.get("tableArn").text())
    items, size = top.get("itemCount").whole(), top.get("billedSizeBytes")
    origin = origin_of(given, top, arn.name)
    built = Building("tables", arn.name, origin, (arn.name, arn.text), "where_it_fits")
    unused: tuple[Unused, ...] = ()
    if items and size.known and size.whole():
        built.values = {"items": Decimal(items), "item_size": written.size(Decimal(size.whole()) / items)}
        built.notes["items",] = f"exported {top.get('exportTime').text('')[:10]}".strip()
    else:
        unused = (Unused("export of a table", "the export says nothing of its items' size", origin),)
    ask_of_table(built)
    return Found((built.block(),), unused, region=arn.region)


FORMATS = (
    Format("dynamodb-table", "a description of a table", lambda given: "TableName" in answer(given, "Table"), _table),
    Format(
        "dynamodb-continuous-backups",
        "continuous backups of a table",
        lambda given: "PointInTimeRecoveryDescription" in answer(given, "ContinuousBackupsDescription"),
        _continuous_backups,
    ),
    Format(
        "dynamodb-replica-auto-scaling",
        "the auto scaling of a table's replicas",
        lambda given: "TableName" in answer(given, "TableAutoScalingDescription"),
        _replica_auto_scaling,
    ),
    Format(
        "dynamodb-limits",
        "DynamoDB's limits of an account",
        lambda given: "AccountMaxReadCapacityUnits" in given.data,
        _limits,
    ),
    Format(
        "dynamodb-export",
        "the manifest of a table's export",
        lambda given: "exportArn" in given.data and "tableArn" in given.data,
        _export,
    ),
    Format(
        "dynamodb-export-files",
        "the list of an export's files",
        lambda given: "dataFileS3Key" in given.data,
        refusal="it holds no size: import the export's manifest-summary.json",
    ),
)
