"""Queues in scenarios: what is billed of sends, receives and deletes, what readers cause, what FIFO queues reject."""

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capplan.commands.plan import plan
from capplan.pipeline.results import Plan
from capplan.quantities.distribution import fixed
from capplan.services.sqs.polling import empty_per_second, idle_requests
from capplan.services.sqs.requests import batch_requests, kms_requests, per_message
from tests.helpers import HEAD, scenario

MONTH_S = 2_628_000
KB = 1024
RATE = "traffic: {web: {rate: 20/s}}\n"


def planned(body: str, folder: Path, head: str = HEAD) -> Plan:
    return plan(scenario(RATE + body, folder, head))


def lines(result: Plan, name: str) -> dict[str, Decimal]:
    """Quantities a second of a queue's lines."""
    found = {line.charge_id: line.consumed_quantity for line in result.lines}
    return {key.removeprefix(f"{name}."): q / MONTH_S for key, q in found.items() if key.startswith(f"{name}.")}


@pytest.mark.parametrize(
    ("size_kb", "batch", "each", "working"),
    [
        (0, 1, Fraction(1), "an empty message is a request"),
        (64, 1, Fraction(1), "exactly a chunk"),
        (65, 1, Fraction(2), "one KB more"),
        (1024, 1, Fraction(16), "the largest message: 1,024 / 64"),
        (6, 10, Fraction(1, 10), "60 KB are one chunk"),
        (7, 10, Fraction(2, 10), "70 KB are two"),
        (64, 10, Fraction(1), "640 KB are ten: a batch saves nothing"),
        (1, 25, Fraction(1, 10), "a call carries ten at most"),
    ],
)
def test_requests_are_counted_in_64_kb_a_batch_by_its_total(
    size_kb: int, batch: int, each: Fraction, working: str
) -> None:
    assert per_message(fixed(size_kb * KB), Fraction(batch)) == each, working


def test_batches_of_a_number_of_messages() -> None:
    assert batch_requests(1_000_000, 10, Fraction(6 * KB)) == (100_000, Fraction(100_000))
    assert batch_requests(1_000_000, 10, Fraction(7 * KB)) == (100_000, Fraction(200_000))


def test_an_encrypted_queue_calls_kms_by_who_sends_and_receives() -> None:
    # B/D x (2 P + C), AWS's own example: January, 5 minutes, one of each: 26,784
    assert kms_requests(Fraction(2_678_400), Fraction(300), 1, 1) == 26_784


def test_idle_pollers_receive_nothing_every_twenty_seconds() -> None:
    assert idle_requests(Fraction(5), Fraction(2_592_000), Fraction(20)) == 648_000


@pytest.mark.parametrize(("receives", "expected"), [(0.0, 0.25), (1e-9, 0.25), (100.0, 0.0)])
def test_empty_receives_fall_from_all_polls_to_none(receives: float, expected: float) -> None:
    assert empty_per_second(receives, 5, 20) == pytest.approx(expected, abs=1e-6)


@given(st.floats(0.001, 50), st.integers(1, 200), st.floats(0.5, 20))
@settings(max_examples=60)
def test_pollers_are_always_in_one_poll(receives: float, pollers: int, wait_s: float) -> None:
    """Polls that find something and polls that do not fill the pollers' time: r and e a second, of a mean length."""
    empty = empty_per_second(receives, pollers, wait_s)
    each = pollers / receives * -math.expm1(-receives * wait_s / pollers)  # mean length: E[min(X, w)], X of mean k/r
    assert (receives + empty) * each == pytest.approx(pollers, rel=1e-6)


ORDERS = (
    "functions:\n"
    "  place: {triggers: web, duration: 10 ms, calls: [{send: orders%s}]}\n"
    "  ship: {triggers: [{queue: orders, batch: 10, window: 1 s}], duration: 100 ms, %s}\n"
    "queues:\n  orders: {visibility_timeout: 1 min, message: 2 KB, %s}\n  lost: {}\n"
)


def test_a_queue_is_sent_to_received_from_and_deleted_from(tmp_path: Path) -> None:
    # 20 messages a second: a send each, batches of 10 twice a second, as many deletes; 5 pollers of 20 s find nothing when
    # no batch comes for 20 s: 2 e^(-8) / (1 - e^(-8)) a second
    found = lines(planned(ORDERS % ("", "", ""), tmp_path), "orders")
    empty = 2 * math.exp(-8) / -math.expm1(-8)
    assert {key: float(q) for key, q in found.items()} == pytest.approx(
        {"sends": 20, "receives": 2, "deletes": 2, "empty-receives": empty}, rel=1e-4
    )


def test_failed_messages_are_received_again_and_moved_without_a_request(tmp_path: Path) -> None:
    # half fail, three receives: 1 + 1/2 + 1/4 batches of each; an eighth moves and is never deleted
    result = planned(ORDERS % ("", "fails: 50%", "max_receive_count: 3, dead_letters: lost"), tmp_path)
    found = lines(result, "orders")
    assert float(found["receives"]) == pytest.approx(2 * 1.75)
    assert float(found["deletes"]) == pytest.approx(2 * 7 / 8)
    assert lines(result, "lost") == {}, "SQS moves it: nobody sends"
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["lost"]["messages"]) / MONTH_S == pytest.approx(20 / 8)


def test_a_filter_deletes_what_does_not_pass_and_pays_its_receive(tmp_path: Path) -> None:
    body = (ORDERS % ("", "", "")).replace("batch: 10, window: 1 s", "batch: 5, window: 1 s, filter: 25%")
    found = lines(planned(body, tmp_path), "orders")
    assert float(found["receives"]) == pytest.approx(20 / 5)
    assert float(found["deletes"]) == pytest.approx(20 / 5)


@pytest.mark.parametrize(
    ("call", "sends"),
    [
        (", batch: 10", 20),  # one message is all that a run has
        (", times: 4, batch: 10", 20),  # 80 messages in calls of four
        (", times: 40, batch: 10", 80),  # 800 in calls of ten
        (", times: 4", 80),
        (", chance: 10%", 2),
        (", payload: 100 KB", 40),
    ],
)
def test_a_batch_holds_what_one_run_sends(call: str, sends: int, tmp_path: Path) -> None:
    assert float(lines(planned(ORDERS % (call, "", ""), tmp_path), "orders")["sends"]) == pytest.approx(sends)


@pytest.mark.parametrize(
    ("window", "batch", "sends"),
    [
        ("", 1, 20),  # without a window messages come one by one: a run has one record, and one message to send
        (", window: 1 s", 20, 2),  # a batch of 20 a second: two calls of ten
        (", window: 250 ms", 5, 4),  # four batches of five, each one call
    ],
)
def test_calls_per_record_are_no_fuller_than_the_batch(window: str, batch: int, sends: int, tmp_path: Path) -> None:
    body = (
        "functions:\n"
        f"  g: {{triggers: [{{queue: first, batch: {batch}{window}}}], duration: 10 ms, calls: [{{send: orders, per: record, batch: 10}}]}}\n"
        "queues:\n  first: {access: [{send: web}]}\n  orders: {}\n"
    )
    assert float(lines(planned(body, tmp_path), "orders")["sends"]) == pytest.approx(sends)


def test_a_producer_outside_fills_the_batches_that_it_writes(tmp_path: Path) -> None:
    # 20 messages a second in calls of five, each of 5 x 30 KB: three chunks
    found = lines(planned("queues:\n  orders: {access: [{send: web, batch: 5, payload: 30 KB}]}\n", tmp_path), "orders")
    assert float(found["sends"]) == pytest.approx(20 / 5 * 3)


def test_consumers_that_are_not_lambda_poll_by_the_queues_wait(tmp_path: Path) -> None:
    queue = "queues:\n  q: {access: [{send: 1/h}], consumers: {count: 4, every: 2 s}%s}\n"
    short = lines(planned(queue % "", tmp_path), "q")["empty-receives"]
    assert float(short) == pytest.approx(2, rel=1e-2), "four consumers every 2 s"
    long = lines(planned(queue % ", receive_wait: 20 s", tmp_path), "q")["empty-receives"]
    assert float(long) == pytest.approx(0.2, rel=1e-2), "four consumers every 20 s"


def test_what_consumers_do_not_delete_comes_again_and_ends_in_the_dead_letters(tmp_path: Path) -> None:
    # 40 a second, half of the receives fail, three at most: 1 + 1/2 + 1/4 receives; an eighth moves
    result = planned(
        "queues:\n  q: {access: [{send: 40/s}], max_receive_count: 3, dead_letters: lost, receive_wait: 20 s,"
        " consumers: {count: 100, batch: 1, takes: 100 ms, fails: 50%}}\n  lost: {}\n",
        tmp_path,
    )
    found = lines(result, "q")
    assert float(found["receives"]) == pytest.approx(70)
    assert float(found["deletes"]) == pytest.approx(35)
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["lost"]["messages"]) / MONTH_S == pytest.approx(5)


def test_a_fair_queue_pays_more_for_messages_with_a_group(tmp_path: Path) -> None:
    found = lines(planned("queues:\n  q: {access: [{send: 100/s}], fair: 25%}\n", tmp_path), "q")
    assert {key: float(q) for key, q in found.items()} == {"sends": 100, "fair": 25}


@pytest.mark.parametrize(
    ("queue", "batch", "calls", "quota", "served"),
    [
        ("type: fifo", 1, 400, 300, 0.75),
        ("type: fifo", 10, 40, 300, 1),
        ("type: fifo, high_throughput: true", 1, 400, 70_000, 1),
    ],
)
def test_a_fifo_queue_throttles_what_is_above_its_quota(
    queue: str, batch: int, calls: int, quota: int, served: float, tmp_path: Path
) -> None:
    body = f"queues:\n  q: {{{queue}, access: [{{send: 400/s, batch: {batch}, per: invocation}}]}}\n"
    body = body.replace("send: 400/s", "send: 40/s, times: 10") if batch > 1 else body
    result = planned(body, tmp_path)
    (check,) = [limit.check for limit in result.limits if limit.check.resource == "q.send"]
    assert (float(check.load), float(check.quota), check.breached) == (calls, quota, served < 1)
    assert float(lines(result, "q")["sends"]) == pytest.approx(calls * served)


def test_messages_in_flight_are_what_is_held_and_what_is_hidden(tmp_path: Path) -> None:
    # 20 a second for 1.1 s (window and run); of half of them, tried 1.5 times, one receive in three fails: hidden for 60 s
    result = planned(ORDERS % ("", "fails: 50%", "max_receive_count: 2, dead_letters: lost"), tmp_path)
    (check,) = [
        limit.check
        for limit in result.limits
        if limit.check.limit == "sqs.in_flight" and limit.check.resource == "orders"
    ]
    assert float(check.load) == pytest.approx(20 * 1.5 * 1.1 + 20 * 0.5 * 60)
    assert float(check.quota) == 120_000


def test_readers_of_one_queue_share_its_messages(tmp_path: Path) -> None:
    # 15 and 5 of 20 a second; of the 15 a fifth passes the filter, the others are received and deleted too
    result = planned(
        "functions:\n"
        "  a: {triggers: [{queue: q, batch: 5, window: 1 s, chance: 75%, filter: 20%}], duration: 10 ms}\n"
        "  b: {triggers: [{queue: q, batch: 5, window: 1 s, chance: 25%}], duration: 10 ms}\n"
        "queues:\n  q: {access: [{send: 20/s}]}\n",
        tmp_path,
    )
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["a"]["requests"]) / MONTH_S == pytest.approx(1), "3 a second, in batches of 3"
    assert float(usage["b"]["requests"]) / MONTH_S == pytest.approx(1)
    assert float(lines(result, "q")["receives"]) == pytest.approx(15 / 3 + 5 / 5)


def test_free_requests_are_the_accounts(tmp_path: Path) -> None:
    free = planned("account: {free_tier: true}\nqueues:\n  q: {access: [{send: 1/s}]}\n", tmp_path)
    assert float(free.monthly_cost) == pytest.approx((MONTH_S - 1_000_000) * 0.4e-6, rel=1e-6)
