"""Answers of DynamoDB's, Lambda's and Service Quotas' API: what they say, and nothing else."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from capplan.errors import CapplanError
from capplan.importing.arn import Arn
from capplan.services.dynamodb.spec import Table
from tests.importing.drafts import entry, imported

_TABLE: dict[str, Any] = {
    "TableName": "orders",
    "TableArn": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "B"}],
    "ItemCount": 40_000,
    "TableSizeBytes": "73728000",
}


def _described(**more: object) -> dict[str, object]:
    return {"Table": {**_TABLE, **more}}


@pytest.mark.parametrize(
    ("more", "key", "value", "working"),
    [
        ({"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}, "capacity", "on-demand", "as it says"),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 1}},
            "capacity",
            {"mode": "provisioned", "write": 1, "read": 5},
            "a table that was always provisioned has no summary",
        ),
        ({"BillingMode": "PAY_PER_REQUEST"}, "item_size", "1843.2 B", "73,728,000 / 40,000 = 1,843.2"),
        ({"BillingMode": "PAY_PER_REQUEST"}, "items", 40_000, "as counted"),
        ({"BillingMode": "PAY_PER_REQUEST"}, "partition_key", {"name": "id", "type": "binary"}, "its type is no text"),
        (
            {
                "BillingMode": "PAY_PER_REQUEST",
                "OnDemandThroughput": {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 200},
            },
            "throughput",
            {"max_write": 200},
            "-1 is no limit",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"}},
            "class",
            "standard-ia",
            "",
        ),
        (
            {
                "BillingMode": "PAY_PER_REQUEST",
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"},
            },
            "stream",
            "old-image",
            "",
        ),
        (
            {
                "BillingMode": "PAY_PER_REQUEST",
                "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 9000},
            },
            "warm",
            {"write": 9000, "read": 12000},
            "",
        ),
    ],
)
def test_a_described_table(more: dict[str, object], key: str, value: object, working: str, tmp_path: Path) -> None:
    draft = imported(tmp_path, _described(**more))
    assert entry(draft, "orders").values[key] == value, working
    assert draft.region == "eu-west-1"


def test_what_every_table_has_at_once_is_not_written(tmp_path: Path) -> None:
    warm = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}
    found = entry(imported(tmp_path, _described(BillingMode="PAY_PER_REQUEST", WarmThroughput=warm)), "orders").values
    assert not {"warm", "throughput", "class", "stream"} & set(found)


def test_an_index_has_its_own_entries(tmp_path: Path) -> None:
    index = {
        "IndexName": "by-status",
        "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
        "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2},
        "ItemCount": 10_000,
        "IndexSizeBytes": 2_000_000,
    }
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    found = entry(imported(tmp_path, _described(GlobalSecondaryIndexes=[index], ProvisionedThroughput=units)), "orders")
    assert found.values["indexes"] == {
        "by-status": {
            "partition_key": "status",
            "project": ["total"],
            "capacity": {"write": Decimal(2), "read": Decimal(3)},
            "entry_size": "200 B",
            "items": Decimal(10_000),
        }
    }
    Table.model_validate({k: v for k, v in found.values.items() if k != "replicas"})


def test_an_empty_table_asks_for_its_items(tmp_path: Path) -> None:
    found = entry(
        imported(tmp_path, _described(ItemCount=0, TableSizeBytes=0, BillingMode="PAY_PER_REQUEST")), "orders"
    )
    assert {question.key for question in found.questions} == {"item_size", "items"}


def test_a_description_adds_to_a_plan_by_the_tables_name(tmp_path: Path) -> None:
    values = {
        "name": "orders",
        "hash_key": "id",
        "billing_mode": "PAY_PER_REQUEST",
        "attribute": [],
        "ttl": [{"attribute_name": "gone", "enabled": True}],
    }
    resource = {
        "address": "aws_dynamodb_table.t",
        "mode": "managed",
        "type": "aws_dynamodb_table",
        "name": "t",
        "values": values,
    }
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [resource]}}}
    found = entry(imported(tmp_path, plan, _described(BillingMode="PAY_PER_REQUEST")), "orders")
    assert (found.values["ttl"], found.values["items"]) == ("gone", 40_000)
    assert len(found.origins) == 2


# --- Lambda ---


_FUNCTION = {
    "FunctionName": "book",
    "FunctionArn": "arn:aws:lambda:us-west-2:111122223333:function:book:7",
    "MemorySize": 256,
    "Timeout": 900,
    "Handler": "a.b",
}


@pytest.mark.parametrize(
    ("more", "values", "working"),
    [
        ({}, {"memory": "256 MB", "timeout": "15 min"}, "900 s"),
        ({"Runtime": "python3.13", "Architectures": ["arm64"]}, {"runtime": "python3.13", "architecture": "arm64"}, ""),
        ({"Runtime": "cobol85"}, {"runtime": "other"}, "nobody has measured it"),
        ({"EphemeralStorage": {"Size": 512}}, {}, "AWS's default is not written"),
        (
            {"EphemeralStorage": {"Size": 1024}, "SnapStart": {"ApplyOn": "PublishedVersions"}},
            {"ephemeral_storage": "1024 MB", "snap_start": True},
            "",
        ),
        (
            {"Layers": [{"Arn": "a"}, {"Arn": "b"}], "CodeSize": 20 * 2**20 + 1},
            {"layers": 2, "package": {"zipped": "21 MB"}},
            "rounded up",
        ),
    ],
)
@pytest.mark.parametrize("shape", ["configuration", "function", "list"])
def test_a_described_function(
    more: dict[str, object], values: dict[str, object], working: str, shape: str, tmp_path: Path
) -> None:
    function = {**_FUNCTION, **more}
    shapes = {"configuration": function, "function": {"Configuration": function}, "list": {"Functions": [function]}}
    draft = imported(tmp_path, shapes[shape])
    expected = {"memory": "256 MB", "timeout": "15 min", **values}
    assert entry(draft, "book").values == expected, working
    assert draft.region == "us-west-2"


def test_provisioned_concurrency_of_all_aliases_adds_up(tmp_path: Path) -> None:
    arn = "arn:aws:lambda:us-west-2:111122223333:function:book"
    configs = [
        {"FunctionArn": f"{arn}:{alias}", "RequestedProvisionedConcurrentExecutions": n}
        for alias, n in (("blue", 3), ("green", 4))
    ]
    found = entry(imported(tmp_path, _FUNCTION, {"ProvisionedConcurrencyConfigs": configs}), "book").values
    assert (found["provisioned_concurrency"], found["memory"]) == (7, "256 MB")


def test_event_source_mappings_become_triggers(tmp_path: Path) -> None:
    stream = "arn:aws:dynamodb:us-west-2:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
    mapping = {
        "EventSourceArn": stream,
        "FunctionArn": _FUNCTION["FunctionArn"],
        "BatchSize": 50,
        "MaximumRetryAttempts": -1,
        "MaximumBatchingWindowInSeconds": 2,
    }
    table = _described(
        BillingMode="PAY_PER_REQUEST",
        LatestStreamArn=stream,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    off = {**mapping, "State": "Disabled"}
    draft = imported(tmp_path, table, _FUNCTION, {"EventSourceMappings": [mapping, off]})
    assert entry(draft, "book").values["triggers"] == [{"stream": "orders", "batch": Decimal(50), "window": "2 s"}]
    assert [row.what for row in draft.unused] == ["disabled event source mapping"]


# --- quotas ---


def test_quotas_of_an_account(tmp_path: Path) -> None:
    quotas = [
        {"ServiceCode": "lambda", "QuotaCode": "L-B99A9384", "QuotaName": "Concurrent executions", "Value": 3000.0},
        {
            "ServiceCode": "glue",
            "QuotaCode": "L-5E4153CA",
            "QuotaName": "Max concurrent job runs per account",
            "Value": 50,
        },
        {"ServiceCode": "s3", "QuotaCode": "L-DC2B2D3D", "QuotaName": "Buckets", "Value": 100},
    ]
    draft = imported(
        tmp_path, {"Quotas": quotas}, {"AccountMaxReadCapacityUnits": 90_000, "TableMaxWriteCapacityUnits": 50_000}
    )
    assert draft.account == {
        "quotas": {
            "lambda.concurrency": 3000,
            "glue.concurrent_runs": 50,
            "dynamodb.account.provisioned_read": 90_000,
            "dynamodb.table.write": 50_000,
        }
    }
    assert [row.why for row in draft.unused] == ["Buckets: no figure of capplan uses it"]


@pytest.mark.parametrize(
    ("text", "service", "name", "rest"),
    [
        ("arn:aws:lambda:us-east-1:1:function:f:live", "lambda", "f", "live"),
        ("arn:aws:dynamodb:us-east-1:1:table/t/stream/2026", "dynamodb", "t", "stream/2026"),
        ("arn:aws:sqs:us-east-1:1:queue.fifo", "sqs", "queue.fifo", ""),
        ("arn:aws-cn:states:cn-north-1:1:stateMachine:m", "states", "m", ""),
        ("orders", "", "", ""),
    ],
)
def test_an_arn_is_taken_apart(text: str, service: str, name: str, rest: str) -> None:
    arn = Arn.of(text)
    assert (arn.service, arn.name, arn.rest) == (service, name, rest)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"Table": {**_TABLE, "ItemCount": "many"}}, "expected a number at Table.ItemCount, found 'many'"),
        ({"Table": {**_TABLE, "ItemCount": -1}}, "expected a number of 0 or more at Table.ItemCount, found '-1'"),
        ({"Table": {**_TABLE, "KeySchema": "id"}}, "expected a list at Table.KeySchema, found 'id'"),
        ({**_FUNCTION, "Timeout": 2.5}, "expected a whole number at Timeout, found '2.5'"),
        ({**_FUNCTION, "MemorySize": "1e999999"}, "expected a number of a usual size at MemorySize, found '1e999999'"),
    ],
)
def test_a_wrong_shape_is_named_with_line_and_path(data: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        imported(tmp_path, data)
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.message == message
    assert diagnostic.line > 1
