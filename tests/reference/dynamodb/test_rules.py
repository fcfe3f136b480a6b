"""Rules that cases and tests need and no scenario has: row by row."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.dynamodb.capacity.throttling_reasons import reason
from capplan.services.dynamodb.items.index_writes import IndexShape
from capplan.services.dynamodb.items.storage import billed_bytes
from tests.reference.dynamodb import billing, single_requests, vector, warm
from tests.reference.dynamodb.hash_order import key_bucket, scan_order, segment_buckets
from tests.reference.dynamodb.item_gate import accepted
from tests.reference.dynamodb.single_requests import TableShape, call_units
from tests.reference.dynamodb.throttling import partial_failure
from tests.services.dynamodb.helpers import row

KEY = ("pk",)
BY_STATUS = IndexShape(("status",), ("total",))


def _item(**attributes: object) -> dict[str, dict[str, object]]:
    return {name: {"N" if isinstance(value, int) else "S": str(value)} for name, value in attributes.items()}


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
    assert single_requests.read_units(size, consistency) == Fraction(rru), working


def test_a_query_rounds_once_a_batch_rounds_every_item() -> None:
    assert single_requests.query_units(10 * 100, "strong") == 1
    assert single_requests.batch_read_units([100] * 10, "strong") == 10
    assert single_requests.query_units(0, "eventual", partitions_searched=4) == 2, (
        "nothing found: a block for each partition"
    )


def test_a_scan_page_takes_items_until_1_mb_is_passed() -> None:
    assert single_requests.scan_units(5000, Decimal("1041.9566"), "eventual", 1) == Fraction("128.5")
    assert single_requests.scan_units(10, 4096, "strong") == 10, "all pages: ten blocks"
    assert single_requests.scan_units(258, 4096, "strong") == 257 + 1, "257 items pass 1 MB; one is left"


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
    assert single_requests.write_units(before, after) == wru, working
    assert single_requests.write_units(before, after, transactional=True) == 2 * wru


def test_sending_a_transaction_again_is_a_transactional_read() -> None:
    assert single_requests.replay_units([(9011, 7)]) == 6, "2 × ceil(9,011 / 4,096)"


def test_partiql_reports_failed_statements_in_the_total_only() -> None:
    good = single_requests.Statement("insert", None, 20, index_units=1)
    failed = single_requests.Statement("insert", 3000, 20, failed=True)
    both = single_requests.statement_units([good, failed])
    assert row(both.table, both.index, both.failed, both.total) == (1, 1, 3, 5)
    assert single_requests.statement_units([failed]).reported is None


sizes = st.none() | st.integers(0, 409_600)


@given(sizes, sizes)
def test_no_image_makes_a_write_cheaper(before: int | None, after: int | None) -> None:
    both = single_requests.write_units(before, after)
    assert both == max(single_requests.write_units(before, None), single_requests.write_units(None, after)) >= 1


@given(st.integers(1, 409_600))
def test_strong_reads_cost_within_one_block(size: int) -> None:
    rru = single_requests.read_units(size, "strong")
    assert Fraction(size, 4096) <= rru < Fraction(size, 4096) + 1
    assert (
        single_requests.read_units(size, "eventual") * 2 == rru == single_requests.read_units(size, "transactional") / 2
    )


def test_a_transaction_doubles_the_table_and_no_index() -> None:
    shape = TableShape(KEY, {"by-status": BY_STATUS}, {"local": IndexShape(("pk", "day"), "all")})
    call = call_units([(None, _item(pk="a", status="open", day="d1"))], shape, transactional=True)
    assert (call.table, call.global_indexes, call.local_indexes, call.total) == (2, {"by-status": 1}, {"local": 1}, 4)


def test_keys_hash_as_observed_on_the_live_service() -> None:
    assert key_bucket("S", "9") == 1103
    assert key_bucket("N", "251") == 1
    assert scan_order("N", ["-999.9", "0", "0.012345", "7"]) == ["7", "-999.9", "0", "0.012345"]


def test_segments_share_all_buckets() -> None:
    parts = [segment_buckets(segment, 7) for segment in range(7)]
    assert [bucket for part in parts for bucket in part] == list(range(4096))


def test_growth_beyond_double_within_30_minutes_is_at_risk() -> None:
    assert warm.outgrows(1000, 3000, 10)
    assert not warm.outgrows(1000, 3000, 30)
    assert not warm.outgrows(1000, 2000, 1)


def test_on_demand_starts_at_the_highest_of_three() -> None:
    start = warm.on_demand_start(warm.Throughput(Fraction(10_000), Fraction(10_000)))
    assert row(start.read, start.write) == (12_000, 10_000)


def test_four_switches_a_day_to_on_demand() -> None:
    assert warm.may_switch("on-demand", 3)
    assert not warm.may_switch("on-demand", 4)
    assert warm.may_switch("provisioned", 9)


def test_throttling_has_a_name() -> None:
    assert reason("index", "read", "od-max") == "IndexReadMaxOnDemandThroughputExceeded"
    assert partial_failure("BatchWriteItem") == (None, True)
    assert partial_failure("PutItem") == ("ProvisionedThroughputExceededException", False)


# --- money and the rest -----------------------------------------------------------------------------------------------


def test_billed_bytes_hold_100_an_item_and_48_a_replica() -> None:
    assert billed_bytes(1000, 1024) == 1_124_000
    assert billed_bytes(1000, 1024, replicated=True) == 1_172_000


def test_capacity_moves_so_many_kb() -> None:
    assert billing.kb_per_second(6, write=False, consistency="eventual") == 48
    assert billing.kb_per_second(6, write=True, consistency="transactional") == 3


def test_break_even_is_where_an_hour_costs_as_much() -> None:
    used = billing.break_even_utilisation(Decimal("0.00065"), Decimal("0.000000625"))
    assert used * 3600 * Fraction("0.000000625") == Fraction("0.00065")


def test_vectors() -> None:
    assert vector.write_bytes(1024, 9) == 4105
    assert vector.write_bytes(10, 9) == 1024
    assert not vector.allowed("on-demand", 6)
