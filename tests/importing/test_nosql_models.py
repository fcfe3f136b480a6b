"""Models of NoSQL Workbench and of AWS's data-modeling tools: keys, indexes, measured sizes, access patterns."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from capplan.commands.size import measured_items
from capplan.errors import CapplanError
from capplan.report.records.size import size_record
from tests.importing.drafts import entry, imported, text_of, write

_ORDER = {"PK": {"S": "ACC#1"}, "SK": {"S": "ORD#1"}, "total": {"N": "12.5"}, "status": {"S": "open"}}
"""PK 2+5, SK 2+5, total 5+3 (12.5 has 3 digits in 2 bytes, and 1), status 6+4: 32 bytes."""
_RECEIPT = {"PK": {"S": "ACC#1"}, "SK": {"S": "REC#1"}, "note": {"S": "x" * 82}}
"""7 + 7 + 4+82: 100 bytes."""


def _workbench(**more: Any) -> dict[str, object]:  # noqa: ANN401  plain data
    keys = {
        "PartitionKey": {"AttributeName": "PK", "AttributeType": "S"},
        "SortKey": {"AttributeName": "SK", "AttributeType": "S"},
    }
    index = {
        "IndexName": "by-status",
        "KeyAttributes": {"PartitionKey": {"AttributeName": "status", "AttributeType": "S"}},
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    table = {
        "TableName": "shop",
        "KeyAttributes": keys,
        "TableFacets": [
            {"FacetName": "Order", "TableData": [_ORDER]},
            {"FacetName": "Receipt", "TableData": [_RECEIPT]},
        ],
        "GlobalSecondaryIndexes": [index],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }
    return {"ModelName": "Shop", "ModelMetadata": {}, "DataModel": [table]}


def test_sizes_are_measured_of_each_facet_and_index(tmp_path: Path) -> None:
    found = entry(imported(tmp_path, _workbench()), "shop")
    assert found.values["item_size"] == "66 B", "(32 + 100) / 2"
    assert found.values["indexes"] == {
        "by-status": {"partition_key": "status", "project": "keys-only", "entry_size": "24 B"}
    }, "7 + 7 + status 10"
    assert found.notes["item_size",] == "mean of 2 example items: Order 32 B, Receipt 100 B"
    assert found.notes["indexes",] == "by-status: 50% of the items have an entry"
    assert found.values["capacity"] == "on-demand"


def test_items_of_the_table_and_of_its_facets_count_once(tmp_path: Path) -> None:
    model = _workbench(TableData=[_ORDER, {**_ORDER, "SK": {"S": "ORD#2"}}])
    assert entry(imported(tmp_path, model), "shop").notes["item_size",].startswith("mean of 3 example items")


@pytest.mark.parametrize(
    ("settings", "capacity"),
    [
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": "4"}},
            {"mode": "provisioned", "write": 4, "read": 5},
        ),
        (
            {
                "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 4},
                "AutoScalingRead": {
                    "ScalableTargetRequest": {"MinCapacity": 1, "MaxCapacity": 10},
                    "ScalingPolicyConfiguration": {"TargetValue": 70},
                },
            },
            {"mode": "provisioned", "write": 4, "read": {"min": 1, "max": 10, "target": "70%"}},
        ),
    ],
)
def test_provisioned_capacity_is_static_or_auto_scaled(
    settings: dict[str, object], capacity: dict[str, object], tmp_path: Path
) -> None:
    model = _workbench(BillingMode="PROVISIONED", ProvisionedCapacitySettings=settings)
    assert entry(imported(tmp_path, model), "shop").values["capacity"] == capacity


def test_an_item_that_dynamodb_would_not_store_is_named_with_line_and_path(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        imported(tmp_path, _workbench(TableData=[{"PK": {"S": "a"}, "SK": {"Q": "b"}}]))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.line > 1
    assert "SK" in diagnostic.message


# --- the data-modeling JSON ---


def _data_model() -> dict[str, object]:
    table = {
        "TableName": "shop",
        "AttributeDefinitions": [
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-n",
                "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
            }
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    patterns = [
        {
            "pattern": "1",
            "description": "Order by id",
            "table": "shop",
            "dynamodb_operation": "GetItem",
            "implementation": "aws dynamodb get-item --consistent-read",
        },
        {
            "pattern": "2",
            "description": "By number",
            "table": "shop",
            "index": "by-n",
            "dynamodb_operation": "Query",
            "implementation": "aws dynamodb query --no-consistent-read",
        },
        {"pattern": "3", "description": "Pay", "table": "shop", "dynamodb_operation": "TransactWriteItems"},
        {"pattern": "4", "description": "Search", "reason": "OpenSearch does it"},
    ]
    items = {"shop": [{"PutRequest": {"Item": {**_ORDER, "n": {"N": "7"}}}}]}
    return {"tables": [table], "items": items, "access_patterns": patterns}


def test_a_data_model_has_its_access_patterns_as_accesses_to_fill_in(tmp_path: Path) -> None:
    draft = imported(tmp_path, _data_model())
    found = entry(draft, "shop")
    (question,) = [q for q in found.questions if q.key == "access"]
    assert question.example == [{"get": "10/s", "consistency": "strong"}, {"query": "10/s", "index": "by-n"}]
    assert question.remarks == ("1 Order by id", "2 By number")
    text = text_of(draft)
    assert "    # access:   the model's access patterns: how often is each?\n" in text
    assert "    #   - {query: 10/s, index: by-n}        # 2 By number\n" in text
    assert [(row.what, row.why) for row in draft.unused] == [
        ("access pattern: Pay", "TransactWriteItems of several tables or items: write it under calls of what makes it"),
        ("access pattern: Search", "OpenSearch does it"),
    ]
    assert found.values["item_size"] == "35 B", "32 and n: 1 + 2"
    assert found.values["indexes"] == {
        "by-n": {"partition_key": {"name": "n", "type": "number"}, "project": ["status"], "entry_size": "27 B"}
    }, "7 + 7 + 3 + 10"


# --- capplan size ---


def test_size_says_which_tables_a_model_has(tmp_path: Path) -> None:
    empty = {"TableName": "log", "KeyAttributes": {"PartitionKey": {"AttributeName": "id", "AttributeType": "S"}}}
    model = _workbench()
    model["DataModel"].append(empty)  # type: ignore[attr-defined]
    record = size_record(measured_items(write(tmp_path, "model.json", model)))
    assert (record.table, record.items, record.item_bytes) == ("shop", 2, 66)
    assert [(t.name, t.items, t.mean_bytes) for t in record.tables] == [("shop", 2, Fraction(66)), ("log", 0, None)]
    assert [(f.name, f.items, f.mean_bytes) for f in record.tables[0].facets] == [
        ("Order", 1, Fraction(32)),
        ("Receipt", 1, Fraction(100)),
    ]
    assert [(e.name, e.share, e.mean_bytes) for e in record.tables[0].indexes] == [
        ("by-status", Fraction(1, 2), Fraction(24))
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [("shpo", "the model has no table 'shpo'"), ("log", "table log of this model have no example items")],
)
def test_a_table_that_cannot_be_measured_is_an_error(table: str, message: str, tmp_path: Path) -> None:
    model = _workbench()
    model["DataModel"].append(  # type: ignore[attr-defined]
        {"TableName": "log", "KeyAttributes": {"PartitionKey": {"AttributeName": "id"}}}
    )
    with pytest.raises(CapplanError) as error:
        measured_items(write(tmp_path, "model.json", model), table=table)
    assert message in str(error.value)


def test_items_are_measured_as_before(tmp_path: Path) -> None:
    record = size_record(measured_items(write(tmp_path, "items.json", json.dumps(_ORDER))))
    assert (record.item_bytes, record.table, record.tables) == (32, None, ())
