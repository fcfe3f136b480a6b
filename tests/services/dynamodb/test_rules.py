"""DynamoDB's rules of sizes, units, indexes, partitions and scaling, row by row."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.dynamodb import billing, burst, dax, global_tables, streams, units, vector, warm
from capplan.services.dynamodb.capacity import auto_scaling
from capplan.services.dynamodb.capacity import throttling_reasons as throttling
from capplan.services.dynamodb.items import storage
from capplan.services.dynamodb.items.index_writes import IndexShape, TableShape, call_units, index_units
from capplan.services.dynamodb.items.size import Item, accepted, item_bytes, number_bytes, same_value
from capplan.services.dynamodb.partitions import count as partitions
from tests.services.dynamodb.helpers import row


@pytest.mark.parametrize(
    ("number", "size", "working"),
    [
        ("0", 1, "zero is one byte"),
        ("-0", 1, "and so is minus zero"),
        ("100.5", 4, "1 + 100 in two pairs + 5 in one"),
        ("120", 2, "the last zero is not significant: 1 + 12"),
        ("1.005", 4, "1 + 1 in one pair + 005 in two"),
        ("0.0000001", 2, "leading zeros are free"),
        ("1E-100", 2, "as its expanded value"),
        ("-42", 3, "1 + 42 + the sign"),
        ("12345678901234567890123456789012345678", 20, "1 + 38 digits in 19 pairs"),
    ],
)
def test_a_number_costs_a_byte_and_one_for_each_pair_of_digits(number: str, size: int, working: str) -> None:
    assert number_bytes(number) == size, working


@pytest.mark.parametrize(
    ("item", "size", "working"),
    [
        ({"k": {"S": ""}}, 1, "the name alone"),
        ({"caféName": {"S": "Mocca"}}, 14, "UTF-8: 9 + 5"),
        ({"k": {"M": {}}}, 4, "1 + 3"),
        ({"k": {"L": [{"S": "aa"}, {"BOOL": True}]}}, 9, "1 + 3 + (1 + 2) + (1 + 1)"),
        ({"k": {"M": {"ab": {"S": "x"}}}}, 8, "1 + 3 + 1 + 2 + 1"),
        ({"k": {"SS": ["a", "bc"]}}, 4, "sets add nothing: 1 + 1 + 2"),
        ({"k": {"B": "AQI="}}, 3, "raw bytes, not base64: 1 + 2"),
    ],
)
def test_an_item_is_its_names_and_values(item: dict[str, Any], size: int, working: str) -> None:
    assert item_bytes(item) == size, working


def test_no_such_type_is_refused() -> None:
    with pytest.raises(ValueError, match="is no DynamoDB type"):
        item_bytes({"k": {"X": "1"}})


@pytest.mark.parametrize(
    ("size", "api", "region", "key", "sets", "removes", "fits", "working"),
    [
        (409_600, "PutItem", "eu-west-2", 3, 0, 0, True, "exactly 400 KB"),
        (409_601, "PutItem", "eu-west-2", 3, 0, 0, False, "one byte more"),
        (409_582, "UpdateItem", "eu-west-2", 3, 1, 0, False, "409,582 - 3 + 3 + 19 = 409,601"),
        (409_600, "UpdateItem", "eu-west-2", 22, 1, 0, True, "409,600 - 22 + 3 + 19 = 409,600"),
        (409_600, "UpdateItem", "eu-west-2", 4, 0, 1, False, "409,600 - 4 + 3 + 2 = 409,601"),
        (409_600, "UpdateItem", "us-east-1", 3, 9, 0, True, "elsewhere only the finished item counts"),
        (409_600, "TransactWriteItems.Update", "eu-west-2", 3, 9, 0, True, "in a transaction too"),
    ],
)
def test_the_gate_of_400_kb(
    size: int, api: str, region: str, key: int, sets: int, removes: int, *, fits: bool, working: str
) -> None:
    assert accepted(size, api, region, key, sets, removes) is fits, working


@pytest.mark.parametrize(
    ("size", "consistency", "rru", "working"),
    [
        (3584, "strong", "1", "3.5 KB in one block of 4 KB"),
        (10_240, "strong", "3", "AWS's example: 10 KB, rounded to 12"),
        (10_240, "eventual", "1.5", "half of it"),
        (None, "transactional", "2", "a missing item costs one block"),
        (409_600, "eventual", "50", "the largest item"),
    ],
)
def test_reads_round_up_to_4_kb(size: int | None, consistency: str, rru: str, working: str) -> None:
    assert units.read_units(size, consistency) == Fraction(rru), working


def test_a_query_rounds_once_a_batch_rounds_every_item() -> None:
    assert units.query_units(10 * 100, "strong") == 1
    assert units.batch_read_units([100] * 10, "strong") == 10
    assert units.query_units(0, "eventual", partitions_searched=4) == 2, "nothing found: a block for each partition"


def test_a_scan_page_takes_items_until_1_mb_is_passed() -> None:
    assert units.scan_units(5000, Decimal("1041.9566"), "eventual", 1) == Fraction("128.5")
    assert units.scan_units(10, 4096, "strong") == 10, "all pages: ten blocks"
    assert units.scan_units(258, 4096, "strong") == 257 + 1, "257 items pass 1 MB; one is left"


@pytest.mark.parametrize(
    ("before", "after", "wru", "working"),
    [
        (None, 500, 1, "AWS's example: 500 bytes"),
        (307_200, 317_440, 310, "AWS's example: the larger image, 310 KB"),
        (1025, 11, 2, "replacing a larger item"),
        (None, None, 1, "deleting nothing"),
    ],
)
def test_writes_count_the_larger_image(before: int | None, after: int | None, wru: int, working: str) -> None:
    assert units.write_units(before, after) == wru, working
    assert units.write_units(before, after, transactional=True) == 2 * wru


def test_sending_a_transaction_again_is_a_transactional_read() -> None:
    assert units.replay_units([(9011, 7)]) == 6, "2 × ceil(9,011 / 4,096)"


def test_partiql_reports_failed_statements_in_the_total_only() -> None:
    good = units.Statement("insert", None, 20, index_units=1)
    failed = units.Statement("insert", 3000, 20, failed=True)
    both = units.statement_units([good, failed])
    assert row(both.table, both.index, both.failed, both.total) == (1, 1, 3, 5)
    assert units.statement_units([failed]).reported is None


sizes = st.none() | st.integers(0, 409_600)


@given(sizes, sizes)
def test_no_image_makes_a_write_cheaper(before: int | None, after: int | None) -> None:
    both = units.write_units(before, after)
    assert both == max(units.write_units(before, None), units.write_units(None, after)) >= 1


@given(st.integers(1, 409_600))
def test_strong_reads_cost_within_one_block(size: int) -> None:
    rru = units.read_units(size, "strong")
    assert Fraction(size, 4096) <= rru < Fraction(size, 4096) + 1
    assert units.read_units(size, "eventual") * 2 == rru == units.read_units(size, "transactional") / 2


# --- index writes -----------------------------------------------------------------------------------------------------

KEY = ("pk",)
BY_STATUS = IndexShape(("status",), ("total",))
KEYS_ONLY = IndexShape(("status", "day"), "keys-only")


def _item(**attributes: object) -> dict[str, dict[str, object]]:
    return {name: {"N" if isinstance(value, int) else "S": str(value)} for name, value in attributes.items()}


@pytest.mark.parametrize(
    ("before", "after", "units_wanted", "working"),
    [
        (None, _item(pk="a", status="open"), 1, "an entry appears"),
        (_item(pk="a", status="open"), None, 1, "it disappears"),
        (_item(pk="a", status="open"), _item(pk="a"), 1, "its key is taken away"),
        (_item(pk="a", status="open"), _item(pk="a", status="paid"), 2, "its key moves: out and in"),
        (_item(pk="a", status="open", total=1), _item(pk="a", status="open", total=2), 1, "a projected attribute"),
        (_item(pk="a", status="open", x=1), _item(pk="a", status="open", x=2), 0, "one it does not hold"),
        (_item(pk="a"), _item(pk="a", x=1), 0, "no entry before or after"),
        (
            _item(pk="a", status="open", total=1500 * "x"),
            _item(pk="a", status="paid"),
            3,
            "2 out, 1 in: each rounded alone",
        ),
    ],
)
def test_each_change_costs_an_index(before: Item | None, after: Item | None, units_wanted: int, working: str) -> None:
    assert index_units(before, after, BY_STATUS, KEY) == units_wanted, working


def test_every_attribute_of_a_key_must_be_there() -> None:
    assert index_units(None, _item(pk="a", status="open"), KEYS_ONLY, KEY) == 0
    assert index_units(None, _item(pk="a", status="open", day="d1"), KEYS_ONLY, KEY) == 1


def test_a_transaction_doubles_the_table_and_no_index() -> None:
    shape = TableShape(KEY, {"by-status": BY_STATUS}, {"local": IndexShape(("pk", "day"), "all")})
    arms = call_units([(None, _item(pk="a", status="open", day="d1"))], shape, transactional=True)
    assert (arms.table, arms.global_indexes, arms.local_indexes, arms.total) == (2, {"by-status": 1}, {"local": 1}, 4)


def test_values_compare_as_dynamodb_does() -> None:
    assert same_value({"N": "1.0"}, {"N": "1"})
    assert same_value({"SS": ["a", "b"]}, {"SS": ["b", "a"]})
    assert same_value({"M": {"a": {"N": "1"}, "b": {"S": ""}}}, {"M": {"b": {"S": ""}, "a": {"N": "1.00"}}})
    assert not same_value({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]})
    assert not same_value({"S": "1"}, {"N": "1"})
    assert not same_value(None, {"S": "1"})


values = st.one_of(st.integers(0, 3000).map(lambda n: {"S": n * "x"}), st.integers(-9, 9).map(lambda n: {"N": str(n)}))
items = st.none() | st.fixed_dictionaries(
    {"pk": st.just({"S": "a"})}, optional=dict.fromkeys(("status", "total", "x", "day"), values)
)


@given(items, items, st.sampled_from((BY_STATUS, KEYS_ONLY, IndexShape(("status",), "all"))))
def test_an_index_is_charged_the_same_both_ways_and_nothing_for_nothing(
    before: Item | None, after: Item | None, index: IndexShape
) -> None:
    assert index_units(before, after, index, KEY) == index_units(after, before, index, KEY)
    assert index_units(before, before, index, KEY) == 0


@given(items, items)
def test_a_projection_of_fewer_attributes_never_costs_more(before: Item | None, after: Item | None) -> None:
    few, more = (index_units(before, after, IndexShape(("status",), p), KEY) for p in (("total",), "all"))
    assert few <= more


# --- partitions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "write", "read", "on_demand", "count", "working"),
    [
        (0, 0, 0, True, 4, "a new on-demand table"),
        (0, 0, 0, False, 1, "a provisioned one"),
        (25 * 2**30, 0, 0, False, 3, "ceil(25 / 10)"),
        (0, 2000, 5000, False, 4, "AWS's old example: 2 + 1.67"),
        (0, 1000, 3000, False, 2, "1 + 1"),
    ],
)
def test_partitions_fit_bytes_and_peak(
    size: int, write: int, read: int, *, on_demand: bool, count: int, working: str
) -> None:
    assert partitions.partition_count(size, write, read, on_demand=on_demand) == count, working


def test_one_item_takes_what_one_partition_takes() -> None:
    assert partitions.max_reads_per_s(units.read_units(20_480, "strong")) == 600, "AWS's example: 3,000 / 5"
    assert partitions.max_writes_per_s(units.write_units(None, 409_600)) == Fraction("2.5")


def test_keys_hash_as_observed_on_the_live_service() -> None:
    assert partitions.key_bucket("S", "9") == 1103
    assert partitions.key_bucket("N", "251") == 1
    assert partitions.scan_order("N", ["-999.9", "0", "0.012345", "7"]) == ["7", "-999.9", "0", "0.012345"]


def test_segments_share_all_buckets() -> None:
    parts = [partitions.segment_buckets(segment, 7) for segment in range(7)]
    assert [bucket for part in parts for bucket in part] == list(range(4096))


@pytest.mark.parametrize(
    ("local", "sort_key", "single", "splits"),
    [
        (True, "random", False, False),
        (False, "monotonic", False, False),
        (False, "random", True, False),
        (False, "random", False, True),
    ],
)
def test_what_a_split_for_heat_cannot_help(sort_key: str, *, local: bool, single: bool, splits: bool) -> None:
    assert partitions.collection_can_split(local_index=local, sort_key=sort_key, single_item=single) is splits


# --- scaling, bursts, growth ------------------------------------------------------------------------------------------


def test_scaling_aims_in_exact_arithmetic() -> None:
    assert auto_scaling.target_units(840, Decimal("0.7"), 150, 1200) == 1200
    assert auto_scaling.target_units(840, Decimal("0.7")) == 1200
    assert auto_scaling.target_units(100, Decimal("0.7"), 150, 1200) == 150


def test_alarms_lie_at_the_target_and_20_points_below() -> None:
    high, low = auto_scaling.alarms(500, Decimal("0.7"))
    assert row(high.sum_per_60s, high.periods, low.sum_per_60s, low.periods) == (21_000, 2, 15_000, 15)
    assert auto_scaling.scaling_events([3600, 4800, 4800, 4800], 100, Decimal("0.7")) == [(3, "high")]
    assert auto_scaling.scaling_events([3000] * 30, 100, Decimal("0.7")) == [], "on the line is not below it"


def test_a_day_allows_27_decreases() -> None:
    assert sum(auto_scaling.decreases([Fraction(minute, 60) for minute in range(24 * 60)])) == 4 + 23
    assert auto_scaling.decreases([Fraction(1, 10)] * 5) == [True] * 4 + [False]
    assert auto_scaling.decreases([23, 23, 23, 23, 23, 24]) == [True] * 4 + [False, True], "a new day opens with 4"


def test_a_bank_holds_300_seconds() -> None:
    bank = burst.banked_units(150, 3600)
    assert bank == 45_000
    assert burst.seconds_until_throttle(150, bank, 200) == 900
    assert burst.seconds_until_throttle(150, bank, 150) is None


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(1, 500), st.integers(0, 150_000))
def test_a_burst_serves_no_more_than_offered_and_saved(offered: list[int], capacity: int, bank: int) -> None:
    served = burst.served(offered, capacity, min(bank, 300 * capacity))
    assert all(0 <= let <= asked for let, asked in zip(served, offered, strict=True))
    assert sum(served) <= min(bank, 300 * capacity) + capacity * len(offered)
    more = burst.served(offered, capacity + 1, min(bank, 300 * capacity))
    assert sum(more) >= sum(served)


def test_growth_doubles_every_30_minutes() -> None:
    path = warm.growth_path(50_000, 250_000)
    assert row(path, warm.growth_minutes(path)) == ([100_000, 200_000, 400_000], 60)
    assert warm.served_at_once(50_000, 120_000) == 100_000
    assert warm.outgrows(1000, 3000, 10)
    assert not warm.outgrows(1000, 3000, 30)
    assert not warm.outgrows(1000, 2000, 1)


def test_on_demand_starts_at_the_highest_of_three() -> None:
    start = warm.on_demand_start(warm.Throughput(Fraction(10_000), Fraction(10_000)))
    assert row(start.read, start.write) == (12_000, 10_000)


def test_quotas_hold_tables_and_the_account() -> None:
    assert not warm.provisioned_accepted(30_000, [30_000, 20_001])
    assert warm.provisioned_accepted(30_000, [30_000, 20_000])
    assert not warm.provisioned_accepted(40_001, [])
    assert warm.may_switch("on-demand", 3)
    assert not warm.may_switch("on-demand", 4)
    assert warm.may_switch("provisioned", 9)


def test_throttling_has_a_name() -> None:
    assert throttling.reason("index", "read", "od-max") == "IndexReadMaxOnDemandThroughputExceeded"
    assert throttling.on_demand_reason(45_000, "write", previous_peak=30_000) == "TableWriteAccountLimitExceeded"
    assert throttling.on_demand_reason(25_000, "write", previous_peak=10_000) == "TableWriteKeyRangeThroughputExceeded"
    assert throttling.on_demand_reason(40_000, "write") is None
    assert throttling.partial_failure("BatchWriteItem") == (None, True)
    assert throttling.partial_failure("PutItem") == ("ProvisionedThroughputExceededException", False)
    assert burst.adapted_throttle([50, 50, 50, 150], 400) is None
    assert burst.adapted_throttle([1001, 0], 4000) == "TableWriteKeyRangeThroughputExceeded"


# --- money and the rest -----------------------------------------------------------------------------------------------


def test_billed_bytes_hold_100_an_item_and_48_a_replica() -> None:
    assert storage.billed_bytes(1000, 1024) == 1_124_000
    assert storage.billed_bytes(1000, 1024, replica=True) == 1_172_000
    assert storage.carried_backups_usd(300, 2, 31, expire_per_day=10, day=30) == 9300, "AWS's example"
    assert storage.steady_backups_usd(10, 30, 2, 31) == 18_600, "AWS's example"


def test_capacity_moves_so_many_kb() -> None:
    assert billing.capacity_units(80, 3000, write=False, consistency="eventual") == 40
    assert billing.capacity_units(100, 512, write=True) == 100
    assert billing.kb_per_second(6, write=False, consistency="eventual") == 48
    assert billing.kb_per_second(6, write=True, consistency="transactional") == 3


def test_break_even_is_where_an_hour_costs_as_much() -> None:
    used = billing.break_even_utilisation(Decimal("0.00065"), Decimal("0.000000625"))
    assert used * 3600 * Fraction("0.000000625") == Fraction("0.00065")
    assert row(*billing.reserved_cover(250, 2)) == (200, 50)
    assert not billing.reservable("rWCU")
    assert not billing.reservable("WCU", "standard-ia")


def test_replicas_pay_for_every_write() -> None:
    two = global_tables.replica_writes(["a", "b"], {"a": 150}, 1024, index_units_per_write=1)
    assert row(two.ordinary, two.replicated) == ({"a": 150, "b": 150}, {"a": 150, "b": 150})
    one = global_tables.replica_writes(["a"], {"a": 100}, 1025)
    assert row(one.ordinary, one.replicated) == ({"a": 200}, {})
    assert global_tables.expiry_writes(["a", "b"], "a", 10, 800) == {"b": 10}


def test_streams_caches_and_vectors() -> None:
    assert streams.billable_reads(10_000_000) == 7_500_000
    assert streams.billable_reads(10_000_000, "lambda") == 0
    assert streams.polling_reads(4, 30, 1000) == 10_368_000
    assert streams.capture_units(1000, 1500) == 2000
    load = dax.normalised_rps(50_000, 1000, 100, 2, 3)
    assert row(load, dax.target_rps(load, 3), dax.target_rps(load, 11)) == (135_000, 202_500, load * Fraction(10, 7))
    assert dax.nodes_wanted(202_500, "dax.r5.large") == 3
    with pytest.raises(ValueError, match="burstable"):
        dax.node_rps("dax.t3.small")
    assert vector.write_bytes(1024, 9) == 4105
    assert vector.write_bytes(10, 9) == 1024
    assert not vector.allowed("on-demand", 6)
