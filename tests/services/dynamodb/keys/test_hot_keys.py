"""What a hot key does, how many write shards are enough, and what sharded reads then cost."""

from decimal import Decimal
from fractions import Fraction

import pytest

from capplan.model import Option
from capplan.resource_type import MeteredResource
from capplan.services.dynamodb.keys.hot_keys import (
    fullest,
    hottest_key,
    multiple_at_ceiling,
    shards_needed,
    why_unsplittable,
)
from capplan.services.dynamodb.requests import request_units
from capplan.services.dynamodb.table import TABLE
from tests.services.dynamodb.helpers import CTX, access, flat, metered, table

HOT = {"name": "room", "distinct": 1000, "popularity": {"hot": {"keys": 1, "share": "50%"}}}


def _risks(**said: object) -> dict[str, Option]:
    spec = table(item_size="1 KB", **said)
    usage = metered(spec, ({"op": "put"}, flat(1600)))
    return {o.rule: o for o in TABLE.options(MeteredResource("orders", spec, usage, CTX)) if o.severity == "risk"}


def test_a_hot_key_of_a_table_is_a_risk_with_the_shards_that_are_enough() -> None:
    risk = _risks(partition_key=HOT)["dynamodb.hot-key"]
    assert risk.message == (
        "One key of orders takes 888 of the 1,000 write units a second of a partition, at the peak; a single item cannot be "
        "split. 3 write shards are enough."
    ), "800 a second in the mean, and 3.09 times its root"
    assert [(c.path, c.to) for c in risk.changes] == [("tables.orders.partition_key.shards", 3)]


def test_a_cold_key_is_none() -> None:
    assert not _risks(partition_key={"name": "room", "distinct": 1000})


def test_writing_what_it_says_makes_the_partitions_hold() -> None:
    spec = table(item_size="1 KB", partition_key=HOT)
    usage = metered(spec, ({"op": "put"}, flat(3000)))
    shards = shards_needed(usage.table, CTX.seed)
    assert shards is not None
    assert fullest(usage.table) > 1
    sharded = metered(table(item_size="1 KB", partition_key={**HOT, "shards": shards}), ({"op": "put"}, flat(3000)))
    assert fullest(sharded.table) <= 1
    assert sharded.throttled == 0


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "a single item cannot be split"),
        ({"sort_key": "at"}, ""),
        ({"sort_key": "at", "sort_order": "rising"}, "new items always go to the end of the sort key"),
        (
            {"sort_key": "at", "indexes": {"by": {"local": True, "sort_key": "price"}}},
            "a local index keeps all items of one key together",
        ),
        (
            {"sort_key": "at", "partition_key": {"name": "day", "keys": "{date}"}},
            "the key is a date: all new requests go to the key of the moment",
        ),
    ],
)
def test_what_a_split_for_heat_cannot_help(said: dict[str, object], why: str) -> None:
    assert why_unsplittable(table(**{"partition_key": HOT, "item_size": "1 KB", **said}), None) == why


def test_the_multiple_at_the_ceiling_is_where_the_busiest_second_meets_the_ceiling() -> None:
    spec = table(item_size="1 KB", partition_key={"name": "id", "distinct": 1})
    usage = metered(spec, ({"op": "put"}, flat(100)))
    times = multiple_at_ceiling(usage.table, "write")
    assert 100 * times + 3.09 * (100 * times) ** 0.5 == pytest.approx(1000)
    lumps = metered(table(item_size="10 KB", partition_key={"name": "id", "distinct": 1}), ({"op": "put"}, flat(10)))
    hot = hottest_key(lumps.table)
    assert hot is not None
    assert hot.load == pytest.approx(100 + 3.09 * (100 * 10) ** 0.5), "ten units come at once"


@pytest.mark.parametrize(
    ("shards", "items", "rru", "working"),
    [
        (1, 40, "5", "40 KB in blocks of 4 KB, halved"),
        (10, 40, "5", "ten queries of 4 KB each"),
        (20, 40, "10", "twenty of 2 KB, each a block"),
        (10, 1, "5", "ten queries, nine of which find nothing, each half a unit"),
    ],
)
def test_reading_all_of_a_sharded_key_takes_a_query_a_shard(shards: int, items: int, rru: str, working: str) -> None:
    spec = table(item_size="1 KB", partition_key={"name": "id", "shards": shards})
    units = request_units(spec, access(op="query", items=Decimal(items)))
    assert units.read[""] == Fraction(rru), working
