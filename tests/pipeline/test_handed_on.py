"""Calls for each record of a batch, and what a function hands on when it is done."""

from pathlib import Path

import pytest

import capplan
from capplan.model import Demand
from capplan.pipeline.meter import Metered, meter
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario

RATE = "traffic: {web: {rate: 20/s}}\n"


def metered(body: str, folder: Path) -> Metered:
    return meter(scenario(RATE + body, folder), 0)


def rates(result: Metered) -> dict[str, float]:
    own = result.as_declared.resources
    return {address.partition(".")[2]: rate(demand) for address, demand in result.demand.items() if address in own}


def rate(demand: Demand) -> float:
    return float(demand.flow.monthly / MONTH_SECONDS)


TABLES = "tables:\n  log: {item_size: 1 KB, items: 1k}\n  days: {item_size: 1 KB, items: 1k}\n"
CALLS = "calls: [{put: log, per: record}, {put: days}]"


@pytest.mark.parametrize(
    ("trigger", "keys", "expected"),
    [
        # 20 a second for a second are batches of 10: two a second, each with 10 records
        ("{traffic: web, via: sqs, batch: 10, window: 1 s}", "", {"f": 2, "log": 20, "days": 2}),
        # half of them fail once and come again: 1 + 0.5 attempts of two receives
        (
            "{traffic: web, via: sqs, batch: 10, window: 1 s, max_receive_count: 2}",
            "fails: 50%, ",
            {"f": 3, "log": 30, "days": 3},
        ),
        # a filter lets a quarter pass: 5 a second
        ("{traffic: web, via: sqs, batch: 5, window: 1 s, filter: 25%}", "", {"f": 1, "log": 5, "days": 1}),
    ],
    ids=["batches", "retries", "filter"],
)
def test_a_call_per_record_is_made_for_each_of_a_batch(
    trigger: str, keys: str, expected: dict[str, float], tmp_path: Path
) -> None:
    body = f"{TABLES}functions:\n  f: {{triggers: [{trigger}], duration: 10 ms, {keys}{CALLS}}}\n"
    assert rates(metered(body, tmp_path)) == pytest.approx(expected, rel=1e-6)


def test_a_call_per_record_follows_what_is_served(tmp_path: Path) -> None:
    # two batches of five a second are all that one queue's two invocations of 1 s take: 10 of 20 records
    result = metered(
        f"{TABLES}functions:\n"
        "  f: {triggers: [{traffic: web, via: sqs, batch: 5, window: 1 s, maximum_concurrency: 2}],"
        f" duration: 1 s, {CALLS}}}\n",
        tmp_path,
    )
    assert rates(result) == pytest.approx({"f": 2, "log": 10, "days": 2}, rel=1e-4)


def test_calls_of_a_function_that_is_called_are_the_same_per_record(tmp_path: Path) -> None:
    # what is called takes one record an invocation: 20 from the caller, 20 in two batches from the queue
    result = metered(
        f"{TABLES}functions:\n"
        "  caller: {triggers: web, duration: 10 ms, calls: [{invoke: f}]}\n"
        "  f: {triggers: [{traffic: web, via: sqs, batch: 10, window: 1 s}], duration: 10 ms,"
        f" {CALLS}}}\n",
        tmp_path,
    )
    assert rates(result) == pytest.approx({"caller": 20, "f": 22, "log": 40, "days": 22}, rel=1e-6)


@pytest.mark.parametrize(
    ("trigger", "keys", "expected"),
    [
        # each event fails twice in 4%, goes well in 96%; 1.2 invocations of each
        ("{traffic: web, via: sns}", "retries: 1", {"f": 24, "lost": 0.8, "done": 19.2}),
        ("{traffic: web, via: sns}", "retries: 0", {"f": 20, "lost": 4, "done": 16}),
        # a caller that waits gets the error itself
        ("{traffic: web, via: api-gateway-http}", "retries: 1", {"f": 20, "lost": 0, "done": 0}),
    ],
    ids=["a retry", "no retry", "synchronous"],
)
def test_destinations_get_what_failed_for_good_and_what_went_well(
    trigger: str, keys: str, expected: dict[str, float], tmp_path: Path
) -> None:
    result = metered(
        "functions:\n"
        f"  f: {{triggers: [{trigger}], duration: 10 ms, fails: 20%, {keys}, on_failure: lost, on_success: done}}\n"
        "  lost: {duration: 10 ms}\n  done: {duration: 10 ms}\n",
        tmp_path,
    )
    assert rates(result) == pytest.approx(expected, rel=1e-6)


def test_what_is_given_up_since_nothing_is_free_goes_to_the_destination(tmp_path: Path) -> None:
    # one environment serves 1 of 20 a second; the rest waits for 60 s and is given up
    result = metered(
        "functions:\n"
        "  f: {triggers: [{traffic: web, via: sns}], duration: 1 s, reserved_concurrency: 1, maximum_event_age: 60 s,"
        " on_failure: lost}\n"
        "  lost: {duration: 10 ms}\n",
        tmp_path,
    )
    assert rates(result) == pytest.approx({"f": 1, "lost": 19}, rel=1e-3)


def test_a_destination_that_nothing_reaches_is_said(tmp_path: Path) -> None:
    body = (
        "functions:\n  f: {triggers: [{traffic: web, via: sqs}], duration: 10 ms, fails: 5%, on_failure: lost}\n"
        "  lost: {duration: 10 ms}\n"
    )
    plan = capplan.plan(scenario(RATE + body, tmp_path))
    assert [
        note.value for note in (each.assumption for each in plan.assumptions) if note.path == "functions.f.on_failure"
    ] == ["gets nothing"]
