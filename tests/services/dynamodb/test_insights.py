"""Contributor Insights: rules that DynamoDB makes, events that they see."""

from pathlib import Path

import pytest

import capplan
from capplan.services.dynamodb.insights import event_count, rule_count
from tests.helpers import scenario
from tests.services.dynamodb.helpers import access, row, table

MONTH = 2_628_000


@pytest.mark.parametrize(
    ("mode", "sort_key", "rules"),
    [("throttled", False, 1), ("throttled", True, 2), ("accessed-and-throttled", False, 2), ("accessed-and-throttled", True, 4)],
)  # fmt: skip
def test_dynamodb_makes_one_to_four_rules(mode: str, sort_key: bool, rules: int) -> None:  # noqa: FBT001
    assert rule_count(mode, sort_key=sort_key) == rules


@pytest.mark.parametrize(
    ("said", "events"),
    [
        ({"op": "get"}, (1, 2)),
        ({"op": "batch-write", "items": 5}, (5, 10)),
        ({"op": "query", "items": 50}, (1, 1)),
        ({"op": "scan", "items": 50}, (50, 100)),
    ],
)
def test_each_item_is_an_event_and_two_with_a_sort_key(said: dict[str, object], events: tuple[int, int]) -> None:
    spec = table(item_size="1 KB", items="1k")
    found = row(*(event_count(spec, access(**said), sort_key=sort_key) for sort_key in (False, True)))
    assert found == events


def events(folder: Path, body: str) -> dict[str, int]:
    plan = capplan.plan(scenario(body, folder))
    return {
        x.id: int(x.consumed_quantity)
        for x in plan.lines
        if x.service == "cloudwatch" and x.price_key.endswith("event")
    }


PRICES = """prices:
  cloudwatch.contributor_insights.dynamodb_event: 0.00000003 USD
  cloudwatch.contributor_insights.dynamodb_rule_month: 0.5 USD
"""


def test_a_table_and_an_index_are_seen_apart_and_a_cache_is_not(tmp_path: Path) -> None:
    """10 gets of which half are cached, and 4 puts: 9 a second at the table; the puts, and a query, at the index."""
    body = f"""tables:
  orders:
    item_size: 1 KB
    contributor_insights: accessed-and-throttled
    access: [{{get: 10/s}}, {{put: 4/s}}, {{query: 1/s, index: by-day, items: 9}}]
    indexes: {{by-day: {{partition_key: day, contributor_insights: accessed-and-throttled}}}}
caches:
  hot: {{tables: [orders], node: dax.r5.large, nodes: 3, hit_rate: 50%, query_hit_rate: 0%}}
{PRICES}"""
    assert events(tmp_path, body) == {
        "DynamoDBContributorInsights-orders.events": 9 * MONTH,
        "DynamoDBContributorInsights-orders.by-day.events": 5 * MONTH,
    }


def test_in_throttled_mode_only_what_is_throttled_is_seen(tmp_path: Path) -> None:
    capacity = "capacity: {mode: provisioned, write: 1, read: 10}"
    body = "tables:\n  orders: {item_size: 1 KB, contributor_insights: throttled, " + capacity
    none = events(tmp_path, body + ", access: [{get: 10/s}]}\n" + PRICES)
    assert none == {}
    some = events(tmp_path, body + ", access: [{get: 30/s}]}\n" + PRICES)
    assert some["DynamoDBContributorInsights-orders.events"] == pytest.approx(10 * MONTH, rel=0.01)


def test_without_a_price_in_the_region_they_are_listed_and_the_plan_goes_on(tmp_path: Path) -> None:
    body = "tables:\n  orders: {item_size: 1 KB, contributor_insights: throttled}\n"
    plan = capplan.plan(scenario(body, tmp_path))
    assert any("Contributor Insights" in one.what for one in plan.not_included)
