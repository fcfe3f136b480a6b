"""Global tables: what each Region takes and is billed, what conflicts, what may be written."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from capplan.flow import DemandFlow
from capplan.model import Charge, Demand, RequestStream
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.dynamodb.replicas.checks import conflicts, region_problems
from capplan.services.dynamodb.requests import request_units
from capplan.services.dynamodb.table import TABLE
from capplan.services.dynamodb.usage import admit
from capplan.services.dynamodb.validate_request import validate_access
from tests.services.dynamodb.helpers import CTX, access, flat, metered, row, table

MONTH = 2_628_000
ORDERS: dict[str, Any] = {"partition_key": "id", "item_size": "1 KB", "replicas": ["eu-west-1", "us-west-2"]}
BY_DAY = {"by-day": {"partition_key": "day", "entry_size": "100 B"}}
Requests = tuple[Mapping[str, Any], DemandFlow]


def charges(said: Mapping[str, Any], *works: Requests) -> dict[str, Charge]:
    spec = table(**said)
    usage = metered(spec, *works)
    return {c.id: c for c in TABLE.charge(MeteredResource("orders", spec, usage, CTX))}


def quantities(said: Mapping[str, Any], *works: Requests) -> dict[str, Fraction]:
    return {id_: charge.quantity for id_, charge in charges(said, *works).items()}


def test_every_region_takes_every_write_and_the_reads_placed_there() -> None:
    """10 puts of 1 KB and 40 eventual gets (0.5 units) a second; 25% of the reads in Ireland: 5 and 15 units a second."""
    said = {**ORDERS, "reads_from": {"eu-west-1": "25%"}, "replicas": ["eu-west-1"]}
    assert quantities(said, ({"op": "put"}, flat(10)), ({"op": "get"}, flat(40))) == {
        "orders.writes": 10 * MONTH,
        "orders.reads": 15 * MONTH,
        "orders.eu-west-1.writes": 10 * MONTH,
        "orders.eu-west-1.reads": 5 * MONTH,
    }


def test_aws_own_example_of_a_bill() -> None:
    """Day 3 of AWS's example: 200 writes of 1 KB with one index: 200 rWRU and 200 WRU in each of two Regions."""
    said = {**ORDERS, "replicas": ["us-east-2"], "indexes": BY_DAY}
    found = charges(said, ({"op": "put"}, flat(Fraction(200, MONTH))))
    replicated, ordinary = (
        f"dynamodb.on_demand.{kind}_request_unit.standard" for kind in ("replicated_write", "write")
    )
    assert [row(c.id, c.region, c.price, c.quantity, c.unit) for c in found.values()] == [
        ("orders.writes", "", replicated, 200, "rWRU"),
        ("orders.by-day.writes", "", ordinary, 200, "WRU"),
        ("orders.us-east-2.writes", "us-east-2", replicated, 200, "rWRU"),
        ("orders.us-east-2.by-day.writes", "us-east-2", ordinary, 200, "WRU"),
    ]


def test_local_indexes_take_replicated_units_and_provisioned_ones_have_a_price_of_their_own() -> None:
    capacity = {"mode": "provisioned", "write": Decimal(100), "read": Decimal(50)}
    local = {"by-day": {"sort_key": "day", "local": True, "entry_size": "100 B"}}
    said = {**ORDERS, "sort_key": "at", "capacity": capacity, "indexes": local, "replicas": ["eu-west-1"]}
    found = charges(said, ({"op": "put"}, flat(10)))
    write = "dynamodb.provisioned.replicated_wcu_hour.standard"
    assert [row(c.id, c.price, c.quantity, c.unit) for c in found.values() if "write" in c.id] == [
        ("orders.write-capacity", write, 100 * 730, "rWCU-hour"),
        ("orders.eu-west-1.write-capacity", write, 100 * 730, "rWCU-hour"),
    ]
    usage = metered(table(**said), ({"op": "put"}, flat(10)))
    assert usage.replicas["eu-west-1"].table.flow["write"].peak().per_second == 20  # the item and its local entry


def test_items_have_48_bytes_more_in_every_region() -> None:
    """1M x (1,024 + 100 + 48) bytes in each of three Regions."""
    found = quantities({**ORDERS, "items": "1M"})
    assert found == {
        f"orders.{where}storage": Fraction(1_000_000 * 1172, 2**30) for where in ("", "eu-west-1.", "us-west-2.")
    }


def test_an_expired_item_is_a_replicated_delete_everywhere_but_where_it_fires() -> None:
    """10 puts a second, of which half expire: 5 deletes a second more in each other Region."""
    found = quantities({**ORDERS, "ttl": "at", "expires": "50%"}, ({"op": "put"}, flat(10)))
    assert found == {
        "orders.writes": 10 * MONTH,
        "orders.eu-west-1.writes": 15 * MONTH,
        "orders.us-west-2.writes": 15 * MONTH,
    }


def test_a_replica_has_settings_of_its_own_and_a_new_one_is_restored_once() -> None:
    replica = {"region": "eu-west-1", "point_in_time_recovery": True, "class": "standard-ia", "new": True}
    found = charges({**ORDERS, "items": "1M", "replicas": [replica]})
    gb = Fraction(1_000_000 * 1172, 2**30)
    assert [(c.id, c.price, c.quantity, c.frequency) for c in found.values()] == [
        ("orders.storage", "dynamodb.storage.standard_gb_month", gb, "recurring"),
        ("orders.eu-west-1.storage", "dynamodb.storage.ia_gb_month", gb, "recurring"),
        ("orders.eu-west-1.pitr", "dynamodb.backup.pitr_gb_month", gb, "recurring"),
        ("orders.eu-west-1.restore", "dynamodb.backup.restore_gb", gb, "one_time"),
    ]


def test_a_replica_may_provision_other_reads() -> None:
    capacity = {"mode": "provisioned", "write": Decimal(100), "read": Decimal(50)}
    said = {**ORDERS, "capacity": capacity, "replicas": [{"region": "eu-west-1", "read": Decimal(7)}]}
    assert quantities(said)["orders.eu-west-1.read-capacity"] == 7 * 730


def test_the_legacy_version_takes_twice_the_units() -> None:
    found = quantities({**ORDERS, "global_table_version": "2017.11.29"}, ({"op": "put"}, flat(10)))
    assert set(found.values()) == {20 * MONTH}


def test_the_scenarios_own_region_may_be_listed_with_its_settings() -> None:
    own = {"region": "us-east-1", "point_in_time_recovery": True}
    found = quantities({**ORDERS, "items": "1M", "replicas": [own, "eu-west-1"]})
    assert list(found) == ["orders.storage", "orders.pitr", "orders.eu-west-1.storage"]


# --- what gets through ------------------------------------------------------------------------------------------------


def test_reads_of_all_regions_are_served_and_a_short_replica_drops_its_part() -> None:
    """80 strong reads a second, a quarter in Ireland, which has 10 units: it serves 10 of 20, and drops 10 of all 80."""
    capacity = {"mode": "provisioned", "write": Decimal(5), "read": Decimal(100)}
    replicas = [{"region": "eu-west-1", "read": Decimal(10)}]
    spec = table(**{**ORDERS, "capacity": capacity, "replicas": replicas, "reads_from": {"eu-west-1": "25%"}})
    demand = Demand((RequestStream(access(op="get", consistency="strong"), flat(80), "traffic.web"),))
    admitted = admit(spec, demand, CTX)
    assert admitted is not None
    (stream,) = admitted.streams
    assert stream.served + stream.dropped == 80 * MONTH
    assert float(stream.dropped / MONTH) == pytest.approx(10, rel=0.01)
    usage = TABLE.meter(DeclaredResource("orders", spec, CTX), demand)
    assert float(usage.throttled) == pytest.approx(10 / 80, rel=0.01)


def test_where_nothing_is_short_every_region_serves_all() -> None:
    assert admit(table(**ORDERS), Demand((RequestStream(access(op="put"), flat(10), "traffic.web"),)), CTX) is None


def test_every_region_is_held_against_its_own_limits() -> None:
    spec = table(**ORDERS)
    usage = metered(spec, ({"op": "put"}, flat(10)))
    limits = TABLE.limits(MeteredResource("orders", spec, usage, CTX))
    named = {limit.resource for limit in limits if limit.limit == "dynamodb.table.write"}
    assert named == {"orders", "orders.eu-west-1", "orders.us-west-2"}


# --- conflicts --------------------------------------------------------------------------------------------------------


def test_writes_of_one_item_in_two_regions_within_a_second_conflict() -> None:
    """100 updates a second, evenly on 1,000 keys, 30% in Ireland: 100^2 x 2 s x 0.7 x 0.3 / 1,000 = 4.2 a second."""
    spec = table(
        **{**ORDERS, "partition_key": {"name": "id", "distinct": Decimal(1000)}, "writes_from": {"eu-west-1": "30%"}}
    )
    usage = metered(spec, ({"op": "update"}, flat(100)))
    found = conflicts(spec, usage, "us-east-1")
    assert found is not None
    assert float(found) == pytest.approx(4.2 * MONTH)
    new_items = metered(spec, ({"op": "put"}, flat(100)))
    assert conflicts(spec, new_items, "us-east-1") == 0


def test_writes_of_one_region_do_not_conflict_and_unknown_keys_are_unknown() -> None:
    usage = metered(table(**ORDERS), ({"op": "update"}, flat(100)))
    assert conflicts(table(**ORDERS), usage, "us-east-1") == 0
    two = table(**ORDERS, writes_from={"eu-west-1": "30%"})
    assert conflicts(two, metered(two, ({"op": "update"}, flat(100))), "us-east-1") is None


# --- what may be written ----------------------------------------------------------------------------------------------

STRONG = {**ORDERS, "multi_region_consistency": "strong", "replicas": ["us-east-2", "us-west-2"]}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"item_size": "1 KB", "reads_from": {"eu-west-1": "40%"}}, "there is no replica"),
        ({**ORDERS, "replicas": ["eu-west-1", "eu-west-1"]}, "two replicas in eu-west-1"),
        ({**ORDERS, "reads_from": {"eu-west-1": "60%", "us-west-2": "50%"}}, "reads_from adds up to more than 100%"),
        ({**ORDERS, "witness": "us-east-2"}, "only a strongly consistent table has a witness"),
        ({**STRONG, "witness": "us-east-2"}, "a witness is a Region without a replica"),
        ({**STRONG, "ttl": "at"}, "multi-Region strong consistency has no time to live"),
        ({**STRONG, "replicas": ["us-east-2", "sa-east-1"]}, "is not offered in sa-east-1"),
        (
            {**STRONG, "sort_key": "at", "indexes": {"i": {"sort_key": "day", "local": True}}},
            "multi-Region strong consistency has no local indexes",
        ),
        ({**ORDERS, "indexes": {"eu-west-1": {"partition_key": "day"}}}, "an index has the name of a Region"),
        ({**ORDERS, "replicas": [{"region": "eu-west-1", "read": Decimal(5)}]}, "the table is on-demand"),
        ({**ORDERS, "point_in_time_recovery": True, "recovery_period": "36 days"}, "not a recovery period"),
        ({**ORDERS, "recovery_period": "7 days"}, "recovery_period is of continuous backups"),
        ({**STRONG, "global_table_version": "2017.11.29"}, "needs version 2019.11.21"),
    ],
)
def test_words_that_do_not_fit_are_refused(said: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        table(**said)
    assert message in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("said", "home", "message"),
    [
        (STRONG, "us-east-1", ""),
        ({**STRONG, "replicas": ["us-east-2"], "witness": "us-west-2"}, "us-east-1", ""),
        ({**STRONG, "replicas": ["us-east-2"]}, "us-east-1", "takes three Regions, found 2"),
        (STRONG, "sa-east-1", "is not offered in sa-east-1"),
        ({**ORDERS, "replicas": ["us-east-1"]}, "us-east-1", "the only replica is in us-east-1"),
        ({**ORDERS, "reads_from": {"sa-east-1": "4%"}}, "us-east-1", "there is no replica in sa-east-1"),
        ({**ORDERS, "reads_from": {"us-east-1": "4%"}}, "us-east-1", ""),
    ],
)
def test_regions_that_do_not_fit_the_scenarios_own(said: dict[str, Any], home: str, message: str) -> None:
    found = [problem.message for problem in region_problems(table(**said), home)]
    assert len(found) == (1 if message else 0)
    assert message in "".join(found)


def test_a_strongly_consistent_table_takes_no_transactions() -> None:
    spec = table(**STRONG)
    assert "takes no transactions" in str(validate_access(spec, access(op="put", transactional=True)))
    assert validate_access(spec, access(op="put")) is None


def test_a_table_without_replicas_is_metered_as_ever() -> None:
    usage = metered(table(item_size="1 KB"), ({"op": "put"}, flat(10)))
    assert (usage.replicas, usage.asked) == ({}, None)
    assert request_units(table(item_size="1 KB"), access(op="put")).write == {"": 1}


def test_a_replica_that_throttles_is_a_risk_that_names_its_region() -> None:
    """20 gets a second in Ireland, which has 5 units, while the scenario's Region has 100."""
    capacity = {"mode": "provisioned", "write": Decimal(5), "read": Decimal(100)}
    replicas = [{"region": "eu-west-1", "read": Decimal(5)}]
    said = {**ORDERS, "capacity": capacity, "replicas": replicas, "reads_from": {"eu-west-1": "50%"}}
    spec = table(**said)
    usage = metered(spec, ({"op": "get", "consistency": "strong"}, flat(40)))
    found = [o for o in TABLE.options(MeteredResource("orders", spec, usage, CTX)) if o.rule == "dynamodb.throttled"]
    assert [o.message.partition(" throttles ")[0] for o in found] == ["orders in eu-west-1"]
