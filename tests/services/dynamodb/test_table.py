"""A table: what it means, meters, is held against and is charged for."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from capplan.flow import DemandFlow
from capplan.model import Context, Demand
from capplan.quantities.rounding import to_quantity
from capplan.resource_type import MeteredResource
from capplan.services import default_quota
from capplan.services.dynamodb.capacity.modes import in_class, modes
from capplan.services.dynamodb.requests import request_units
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.table import TABLE
from capplan.services.dynamodb.usage import Usage
from capplan.services.dynamodb.validate_request import validate_access
from tests.services.dynamodb.helpers import CTX, access, flat, metered, row, spikes, spiky, table

SECONDS = 2_628_000
STATUS = {"name": "status", "distinct": Decimal(5), "popularity": {"hot": {"keys": Decimal(1), "share": "98%"}}}
BY_STATUS = {"partition_key": STATUS, "project": ["total", "updated_at"], "entry_size": "200 B"}
ORDERS: dict[str, Any] = {
    "partition_key": {"name": "customer_id", "distinct": "2M", "popularity": "zipf(0.9)"},
    "sort_key": "order_id",
    "item_size": "1.8 KB",
    "items": "40M",
    "indexes": {"by-status": BY_STATUS},
}
PROVISIONED = {"mode": "provisioned", "write": Decimal(200), "read": Decimal(400)}


# --- what may be written ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"items": "1M"}, "items are stored, but there is no item_size"),
        ({"capacity": {"mode": "on-demand", "write": Decimal(5)}}, "on-demand capacity has no read or write units"),
        ({"capacity": {**PROVISIONED, "scheduled": [{"at": "day 12 09:30"}]}}, "this step changes nothing"),
        (
            {"capacity": {"mode": "provisioned", "write": {"min": Decimal(9), "max": Decimal(5)}}},
            "min 9 is above max 5",
        ),
        ({"capacity": PROVISIONED, "throughput": {"max_write": Decimal(5)}}, "throughput is for on-demand tables"),
        ({"indexes": {"i": {"sort_key": "day"}}}, "a global index needs a partition_key"),
        ({"indexes": {"i": {"local": True}}}, "a local index needs a sort_key"),
        ({"indexes": {"i": {"partition_key": "day", "capacity": {"write": Decimal(5)}}}}, "an index has capacity, but"),
        ({"partition_key": {"name": "a", "popularity": "zipf"}}, "not a popularity"),
        (
            {
                "partition_key": {
                    "name": "a",
                    "distinct": Decimal(2),
                    "popularity": {"hot": {"keys": Decimal(3), "share": "9%"}},
                }
            },
            "3 hot keys of 2",
        ),
        (
            {"item_size": "1 KB", "items": "1M", "indexes": {"i": {"partition_key": "day", "items": "2M"}}},
            "index i has more items",
        ),
    ],
)
def test_words_that_do_not_fit_are_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        table(**said)
    assert message in caught.value.errors()[0]["msg"]


def test_a_plain_name_is_a_key_and_a_plain_number_is_static() -> None:
    spec = table(partition_key="id", capacity=PROVISIONED)
    assert spec.partition_key is not None
    assert spec.partition_key.name == "id"
    assert (spec.capacity.write.static, spec.capacity.write.max) == (True, 200)
    assert not spec.on_demand


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"op": "query", "index": "by-day"}, "there is no index 'by-day' on this table"),
        (
            {"op": "query", "index": "by-status", "consistency": "strong"},
            "a global index is read eventually consistent only: remove consistency: strong",
        ),
        ({"op": "put", "index": "by-status"}, "a put cannot name an index: DynamoDB updates indexes with each write"),
        ({"op": "get", "index": "by-status"}, "a get cannot name an index: only query and scan read one"),
        ({"op": "query", "items": "41M"}, "the query reads 41000000 items, but the table holds 40000000"),
        ({"op": "put", "item_size": "401 KB"}, "an item is larger than 400 KB, DynamoDB's limit"),
        ({"op": "batch-write", "items": Decimal(26)}, "batch-write takes at most 25 items a request"),
        ({"op": "put", "changes": ("a",)}, "only an update has changes, not a put"),
        ({"op": "get"}, None),
        ({"op": "query", "index": "by-status", "items": Decimal(25)}, None),
    ],
)
def test_accesses_a_table_cannot_serve(said: dict[str, Any], message: str | None) -> None:
    assert validate_access(table(**ORDERS), access(**said)) == message


def test_nothing_says_how_large_an_item_is() -> None:
    problem = validate_access(table(), access(op="get"))
    assert problem == "the item size is unknown: give the table or this get an item_size"


# --- units of one request ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "arm", "rru", "working"),
    [
        ({"op": "get"}, "", "0.5", "1.8 KB in one block, eventual"),
        ({"op": "get", "consistency": "strong", "item_size": "10 KB"}, "", "3", "ceil(10 / 4)"),
        ({"op": "get", "transactional": True}, "", "2", "2 × 1"),
        ({"op": "batch-get", "items": Decimal(10)}, "", "5", "each item rounds alone"),
        ({"op": "query", "items": Decimal(10)}, "", "2.5", "10 × 1,844 bytes = 5 blocks, halved"),
        ({"op": "query"}, "", "0.5", "one item"),
        (
            {"op": "query", "items": Decimal(25), "index": "by-status"},
            "by-status",
            "1",
            "5,000 bytes = 2 blocks, halved",
        ),
        ({"op": "scan", "index": "by-status"}, "by-status", "976562.5", "40M × 200 / 4,096, halved"),
    ],
)
def test_reads_are_priced_where_they_read(said: dict[str, Any], arm: str, rru: str, working: str) -> None:
    assert request_units(table(**ORDERS), access(**said)).read == {arm: Fraction(rru)}, working


@pytest.mark.parametrize(
    ("said", "wru", "index_wru", "working"),
    [
        ({"op": "put"}, 2, "1", "1.8 KB; one new entry"),
        ({"op": "put", "transactional": True}, 4, "1", "a transaction doubles the table only"),
        ({"op": "put", "replaces": "30%"}, 2, "1", "an overwrite changes projected attributes"),
        ({"op": "update"}, 2, "1", "every projected attribute changes"),
        ({"op": "update", "changes": ("status",)}, 2, "2", "the key moves: out and in"),
        ({"op": "update", "changes": ("total", "x")}, 2, "1", "a projected attribute"),
        ({"op": "update", "changes": ("x",)}, 2, "0", "not in the index"),
        ({"op": "delete"}, 2, "1", "the entry goes"),
        ({"op": "batch-write", "items": Decimal(25)}, 50, "25", "25 members"),
    ],
)
def test_writes_reach_the_index(said: dict[str, Any], wru: int, index_wru: str, working: str) -> None:
    assert request_units(table(**ORDERS), access(**said)).write == {"": wru, "by-status": Fraction(index_wru)}, working


def test_a_keys_only_index_sees_only_its_key() -> None:
    spec = table(
        item_size="1 KB", indexes={"i": {"partition_key": "day", "project": "keys-only", "entry_size": "99 B"}}
    )
    assert request_units(spec, access(op="update")).write["i"] == 0
    assert request_units(spec, access(op="put", replaces="30%")).write["i"] == Fraction("0.7")


def test_a_sparse_index_takes_its_share_of_the_writes() -> None:
    spec = table(item_size="1 KB", items="100k", indexes={"i": {"partition_key": "day", "items": "5k"}})
    assert request_units(spec, access(op="put")).write["i"] == Fraction(1, 20)


def test_a_local_index_spends_the_tables_units_and_is_not_doubled() -> None:
    spec = table(
        item_size="2 KB", indexes={"i": {"sort_key": "day", "local": True, "entry_size": "99 B", "project": ["a"]}}
    )
    assert request_units(spec, access(op="put", transactional=True)).write == {"": 2 * 2 + 1}
    assert request_units(spec, access(op="query", index="i", consistency="strong")).read == {"": 1}


# --- a month ----------------------------------------------------------------------------------------------------------


def _charges(spec: Table, usage: Usage) -> dict[str, tuple[str, Decimal]]:
    return {
        one.id: (one.price, to_quantity(one.quantity))
        for one in TABLE.charge(MeteredResource("orders", spec, usage, CTX))
    }


def test_an_on_demand_table_is_charged_by_request_and_by_stored_byte() -> None:
    spec = table(**ORDERS, point_in_time_recovery=True, **{"class": "standard-ia"})
    usage = metered(
        spec, ({"op": "put"}, flat(60)), ({"op": "query", "index": "by-status", "items": Decimal(25)}, flat(10))
    )
    assert _charges(spec, usage) == {
        "orders.writes": ("dynamodb.on_demand.write_request_unit.ia", Decimal(60 * SECONDS * 2)),
        "orders.by-status.writes": ("dynamodb.on_demand.write_request_unit.ia", Decimal(60 * SECONDS)),
        "orders.by-status.reads": ("dynamodb.on_demand.read_request_unit.ia", Decimal(10 * SECONDS)),
        "orders.storage": (
            "dynamodb.storage.ia_gb_month",
            to_quantity(Fraction(40_000_000) * Fraction("1943.2") / 2**30),
        ),
        "orders.by-status.storage": ("dynamodb.storage.ia_gb_month", to_quantity(Fraction(12_000_000_000, 2**30))),
        "orders.pitr": (
            "dynamodb.backup.pitr_gb_month",
            to_quantity(Fraction(40_000_000) * Fraction("1943.2") / 2**30),
        ),
    }


def test_a_provisioned_table_is_charged_by_the_hour_and_its_index_too() -> None:
    spec = table(item_size="1 KB", capacity=PROVISIONED, indexes={"i": {"partition_key": "day"}})
    usage = metered(spec, ({"op": "put"}, flat(10)))
    assert _charges(spec, usage) == {
        f"orders{index}.{kind}-capacity": (f"dynamodb.provisioned.{unit}_hour.standard", Decimal(units * 730))
        for index in ("", ".i")
        for kind, unit, units in (("write", "wcu", 200), ("read", "rcu", 400))
    }
    assert TABLE.summary(usage)["wcu_hours"] == 2 * 200 * 730
    assert [one.path for one in TABLE.assume(MeteredResource("orders", spec, usage, CTX))].count(
        "tables.orders.indexes.i.capacity"
    ) == 1
    pools = {
        pool.limit: pool.flow.peak().per_second for pool in TABLE.pools(MeteredResource("orders", spec, usage, CTX))
    }
    assert pools == {"dynamodb.account.provisioned_write": 400, "dynamodb.account.provisioned_read": 800}
    assert default_quota("dynamodb.account.provisioned_write", "us-east-1", {}) == 80_000


def test_a_table_without_traffic_still_costs_its_storage_and_nothing_else() -> None:
    spec = table(item_size="924 B", items="1M")
    assert _charges(spec, metered(spec)) == {
        "orders.storage": ("dynamodb.storage.standard_gb_month", to_quantity(Fraction(1024 * 10**6, 2**30)))
    }
    assert metered(spec).throttled == 0


def test_limits_name_the_partition_the_table_and_the_item() -> None:
    spec = table(**ORDERS)
    usage = metered(spec, ({"op": "put"}, spiky(60, 8)))
    checks = {(one.resource, one.limit): one for one in TABLE.limits(MeteredResource("orders", spec, usage, CTX))}
    assert checks["orders", "dynamodb.table.write"].load == 60 * 8 * 2
    index = checks["orders.by-status", "dynamodb.partition.write"]
    assert row(index.load >= Decimal("470.4"), index.quota, index.minute) == (True, 1000, 16_440)
    assert checks["orders", "dynamodb.item_size"].load == Decimal("1843.2")


def test_a_hot_key_of_an_index_throttles_the_whole_write() -> None:
    spec = table(
        **{
            **ORDERS,
            "indexes": {"by-status": {**BY_STATUS, "partition_key": {"name": "status", "distinct": Decimal(1)}}},
        }
    )
    usage = metered(spec, ({"op": "put"}, flat(2000)), ({"op": "get"}, flat(2000)))
    assert usage.throttled == Fraction("0.25"), "one key takes 1,000 of 2,000 writes; gets are not touched"
    rules = {one.rule: one for one in TABLE.options(MeteredResource("orders", spec, usage, CTX))}
    assert rules["dynamodb.hot-index-key"].severity == "risk"
    assert rules["dynamodb.hot-index-key"].changes[0].to == 12, "of 12 shards no two many lie on one of 4 partitions"


def test_a_table_above_its_capacity_or_its_own_maximum_throttles() -> None:
    static = table(item_size="1 KB", capacity=PROVISIONED)
    assert metered(static, ({"op": "put"}, flat(250))).throttled == Fraction(1, 5)
    own = table(item_size="1 KB", throughput={"max_write": Decimal(200)})
    usage = metered(own, ({"op": "put"}, flat(250)))
    assert usage.throttled == Fraction(1, 5)
    breached = [one.limit for one in TABLE.limits(MeteredResource("orders", own, usage, CTX)) if one.breached]
    assert breached == ["dynamodb.on_demand_maximum.write"]


def test_a_raised_quota_is_used() -> None:
    ctx = Context("us-east-1", quotas={"dynamodb.table.write": Decimal(100_000)})
    spec = table(item_size="1 KB")
    assert metered(spec, ({"op": "put"}, flat(50_000))).throttled == Fraction("0.2"), "40,000 of 50,000"
    assert metered(spec, ({"op": "put"}, flat(50_000)), ctx=ctx).throttled == 0


def test_expiring_items_are_in_the_stream_but_not_in_the_bill() -> None:
    spec = table(item_size="1 KB", ttl="expires", stream="new-image")
    assert TABLE.emitted_records(spec, access(op="put", replaces="25%")) == 1 + Fraction(3, 4)
    assert TABLE.emitted_records(spec, access(op="update")) == 1
    assert TABLE.emitted_records(spec, access(op="get")) == 0
    assert TABLE.emitted_records(table(item_size="1 KB"), access(op="put")) == 0
    usage = metered(spec, ({"op": "put"}, flat(1)))
    assert usage.table.flow["write"].monthly == SECONDS
    assert TABLE.shards(usage) == 4


def test_every_mode_can_be_compared() -> None:
    spec = table(**ORDERS)
    usage = metered(spec, ({"op": "put"}, spiky(60, 8)))
    demand = Demand(tuple(kind.stream for kind in usage.requests))
    found = {mode.id: mode for mode in modes("orders", spec, usage, demand, CTX)}
    scaled = [f"auto-scaled-{target}" for target in (50, 70, 90)]
    assert list(found) == ["on-demand", "provisioned-peak", *scaled, "scheduled"]
    peak = {change.path: change.to for change in found["provisioned-peak"].changes}
    assert peak["tables.orders.capacity"] == {"mode": "provisioned", "write": 960, "read": 1}
    assert peak["tables.orders.indexes.by-status.capacity"] == {"write": 480, "read": 1}
    ia = {change.path: change.to for change in in_class(found["auto-scaled-70"], "orders", "standard-ia").changes}
    assert ia["tables.orders.class"] == "standard-ia"
    assert ia["tables.orders.indexes.by-status.capacity"] == {
        "write": {"min": 43, "max": 1372, "target": "70%"},
        "read": 1,
    }
    assert found["provisioned-peak"].usage.throttled == 0
    assert found["auto-scaled-90"].usage.throttled > found["auto-scaled-50"].usage.throttled > 0
    assert found["scheduled"].usage.throttled == 0, "the step is there before the sale"


def test_a_step_is_scheduled_before_each_rise_that_scaling_would_miss() -> None:
    spec = table(**{**ORDERS, "indexes": {}})
    usage = metered(spec, ({"op": "put"}, spiky(60, 8)))
    demand = Demand(tuple(kind.stream for kind in usage.requests))
    found = {mode.id: mode for mode in modes("orders", spec, usage, demand, CTX)}
    (change,) = found["scheduled"].changes
    assert isinstance(change.to, dict)
    (step,) = change.to["scheduled"]
    assert step["at"] == "day 12 09:30", "half an hour before minute 16,440, which is 10:00 of day 12"
    assert step["write"] == math.ceil(960 / 0.7)


@pytest.mark.parametrize("factor", [2, 10])
def test_more_requests_never_take_fewer_units(factor: int) -> None:
    spec = table(**ORDERS)
    one, more = (metered(spec, ({"op": "put"}, flat(60 * n)), ({"op": "query"}, flat(10 * n))) for n in (1, factor))
    assert [target.flow["write"].monthly * factor for target in one.targets] == [
        target.flow["write"].monthly for target in more.targets
    ]
    assert more.throttled >= one.throttled


def test_renaming_a_table_changes_no_figure() -> None:
    spec = table(**ORDERS)
    usage = metered(spec, ({"op": "put"}, flat(60)))
    here, there = (TABLE.limits(MeteredResource(name, spec, usage, CTX)) for name in ("orders", "bookings"))
    assert [one.load for one in here] == [one.load for one in there]


def test_pre_warming_is_paid_once_for_what_is_past_a_new_table() -> None:
    spec = table(item_size="1 KB", warm={"write": Decimal(40_000), "read": Decimal(40_000)})
    usage = metered(spec, ({"op": "put"}, flat(1)))
    found = {
        one.id: one for one in TABLE.charge(MeteredResource("orders", spec, usage, CTX)) if one.frequency == "one_time"
    }
    assert {key: one.quantity for key, one in found.items()} == {
        "orders.warm-write": 36_000,
        "orders.warm-read": 28_000,
    }
    assert 36_000 * Decimal("0.00065") + 28_000 * Decimal("0.00013") == Decimal("27.04"), "AWS's own example"


def test_a_table_prepared_for_less_than_its_peak_throttles_until_it_has_grown() -> None:
    bold, ready = (table(item_size="1 KB", warm={"write": Decimal(n)}) for n in (4000, 8000))
    load = ({"op": "put"}, spiky(1000, 8))
    assert metered(bold, load).throttled > 0
    assert metered(bold, load).period.reasons.keys() == {"TableWriteKeyRangeThroughputExceeded"}
    assert metered(ready, load).throttled == 0
    assert metered(table(item_size="1 KB", warm="seen"), load).throttled == 0, "it has served its peak before"
    assert metered(table(item_size="1 KB"), load).throttled == metered(bold, load).throttled, "a new table serves 4,000"


@pytest.mark.parametrize(("load", "said", "throttled", "working"), [
    (spikes(20, 1000, 2), {}, 0.405, "20,000/s twice for 30 min: 4,000 then 8,000 are served, so 28,000 x 1,800 are lost of 124.5 M"),
    (spikes(20, 1000, 1), {}, 0.325, "once: 16,000 x 1,800 of 88.5 M"),
    (spikes(20, 1000, 2), {"warm": "seen"}, 0, "it has served such a peak before"),
    (spikes(20, 1000, 2), {"warm": {"write": Decimal(20_000)}}, 0, "pre-warmed"),
    (spikes(20, 1000, 2), {"items": Decimal(200_000_000)}, 0, "200 GB are 20 partitions of 1,000"),
    (flat(20_000), {}, 0, "every day's traffic is a previous peak"),
    (spikes(5000, 2, 1), {}, 0, "twice the peak that it serves every day"),
    (spikes(5000, 3, 1), {}, 5000 * 1800 / (5000 * (2_628_000 + 2 * 1800)), "10,000 of 15,000 for half an hour"),
    (spikes(200, 20, 1), {}, 0, "4,000 is what a new table serves"),
])  # fmt: skip
def test_a_spike_is_no_peak_that_a_table_has_served(
    load: DemandFlow, said: dict[str, Any], throttled: float, working: str
) -> None:
    usage = metered(table(item_size="1 KB", **said), ({"op": "put"}, load))
    assert float(usage.throttled) == pytest.approx(throttled, rel=2e-3), working


def test_reads_of_a_new_table_begin_at_12_000() -> None:
    """13,000 strong reads a second for half an hour, once, over 10 a second: 1,000 x 1,800 of 26.28 M + 12,990 x 1,800."""
    usage = metered(table(item_size="1 KB"), ({"op": "get", "consistency": "strong"}, spikes(10, 1300, 1)))
    assert float(usage.throttled) == pytest.approx(1000 * 1800 / (10 * (2_628_000 + 1299 * 1800)), rel=2e-3)
    assert usage.period.reasons.keys() == {"TableReadKeyRangeThroughputExceeded"}


def test_a_scheduled_step_serves_what_comes_in_it_and_is_paid_while_it_lasts() -> None:
    step = {"at": "day 12 09:30", "for": "65 min", "write": Decimal(800)}
    planned = table(item_size="1 KB", capacity={**PROVISIONED, "write": Decimal(100), "scheduled": [step]})
    load = ({"op": "put"}, spiky(100, 8))
    usage = metered(planned, load)
    assert usage.throttled == 0
    assert usage.table.max_capacity["write"] == 800
    assert float(usage.table.unit_hours["write"]) == pytest.approx(100 * 730 + 700 * 65 / 60, rel=1e-3), (
        "65 minutes, once"
    )
    assert metered(table(item_size="1 KB", capacity={**PROVISIONED, "write": Decimal(100)}), load).throttled > 0


@pytest.mark.parametrize(("said", "message"), [
    ({"at": "day 29 09:30", "write": Decimal(5)}, "not a moment"),
    ({"at": "cron(0 8 * * MON *)", "write": Decimal(5)}, "not a schedule"),
    ({"at": "day 2 09:30", "write": "many"}, "not a capacity"),
    ({"at": "day 2 09:30", "write": {"exactly": True}}, "unknown key 'exactly'"),
])  # fmt: skip
def test_a_step_says_when_and_how_much(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        table(capacity={**PROVISIONED, "scheduled": [said]})
    assert message in str(caught.value)


def test_capacity_that_comes_too_late_is_a_breached_limit() -> None:
    scaled = table(item_size="1 KB", capacity={**PROVISIONED, "write": {"min": Decimal(5), "max": Decimal(2000)}})
    usage = metered(scaled, ({"op": "put"}, spiky(60, 8)))
    checks = {one.limit: one for one in TABLE.limits(MeteredResource("orders", scaled, usage, CTX))}
    assert not checks["dynamodb.provisioned.write"].breached, "the maximum is enough"
    late = checks["dynamodb.capacity_held.write"]
    assert row(late.breached, late.load, late.quota, late.minute) == (True, 480, 86, 16_442), (
        "60 / 0.7; the bank lasts two minutes"
    )
    seen = TABLE.observe(MeteredResource("orders", scaled, usage, CTX))
    assert seen["held_wcu"].value == 686
    assert (seen["refused.minutes"].value or 0) >= (seen["refused.longest"].value or 0) > 0


def test_a_table_prepared_for_its_peak_says_how_much_is_left() -> None:
    spec = table(item_size="1 KB", warm={"write": Decimal(10_000)})
    checks = {
        one.limit: one
        for one in TABLE.limits(MeteredResource("orders", spec, metered(spec, ({"op": "put"}, flat(2500))), CTX))
    }
    assert checks["dynamodb.warm.write"].headroom == Decimal("0.75")


# --- readers of the stream --------------------------------------------------------------------------------------------


def test_readers_besides_lambda_poll_every_shard() -> None:
    """4 shards x 2 readers x 2,628,000 s; a table in another Region has none of them."""
    spec = table(item_size="1 KB", stream="new-image", stream_readers=Decimal(2))
    usage = metered(spec)
    (polls,) = TABLE.charge(MeteredResource("orders", spec, usage, CTX))
    assert row(polls.price, polls.quantity) == row("dynamodb.streams.read_request_unit", 8 * SECONDS)
    with pytest.raises(ValidationError, match="no stream that could be read"):
        table(item_size="1 KB", stream_readers=Decimal(1))
