"""Buckets over time: against a second by second reference, and by hand; the books of a followed workflow balance."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import capplan
from capplan.services.stepfunctions.simulation.token_buckets import Bucket, rejected, waiting
from tests.helpers import scenario
from tests.reference.stepfunctions.token_buckets import seconds_to_admit

BUCKET = Bucket(600, 10)


@pytest.mark.parametrize(
    ("rates", "lost", "working"),
    [
        ([10, 10], [0, 0], "as fast as it refills"),
        ([20, 10], [0, 0], "600 too many in a minute are what the bucket holds"),
        ([21, 10], [1, 0], "660 too many: 60 are rejected, one a second"),
        ([20, 20], [0, 10], "the second minute finds it empty"),
        ([20, 0, 20], [0, 0, 0], "a quiet minute fills it with 600"),
        ([20, 5, 20], [0, 0, 5], "300 were gathered, 600 are wanted"),
    ],
)
def test_a_bucket_rejects_what_it_does_not_hold(rates: list[int], lost: list[int], working: str) -> None:
    assert rejected(np.array(rates, dtype=float), BUCKET).tolist() == lost, working


@given(st.lists(st.integers(0, 40), min_size=1, max_size=40))
def test_it_is_what_happens_second_by_second(rates: list[int]) -> None:
    tokens, lost = 600.0, []
    for rate in rates:
        gone = 0.0
        for _ in range(60):
            room = tokens + 10
            served = min(rate, room)
            gone += rate - served
            tokens = min(600.0, room - served)
        lost.append(gone / 60)
    assert rejected(np.array(rates, dtype=float), BUCKET).tolist() == pytest.approx(lost)


def test_transitions_wait_and_are_made_up_for() -> None:
    queue = waiting(np.array([30.0, 0.0, 0.0, 0.0]), BUCKET)
    assert queue.tolist() == [600, 0, 0, 0], "1,800 asked for, 600 + 600 at once; the rest a minute later"


@pytest.mark.parametrize("burst", [1_200, 1_201, 1_800, 3_599, 12_345])
def test_a_burst_is_through_when_the_formula_says(burst: int) -> None:
    offered = np.zeros(60)
    offered[0] = burst / 60
    queue = waiting(offered, BUCKET)
    minutes = seconds_to_admit(BUCKET, burst) / 60
    assert queue[: math.ceil(minutes) - 1].all(), "the burst is spread over the first minute: at most one minute less"
    assert not queue[math.ceil(minutes) :].any()


def test_a_workflow_over_time_keeps_its_books(tmp_path: Path) -> None:
    (tmp_path / "it.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    body = (
        "traffic: {shoppers: {rate: 100/s, spikes: [{at: 'day 2 10:00', for: 30 min, times: 5x}]}}\n"
        "state_machines: {it: {definition: it.asl.json, triggers: shoppers}}\n"
    )
    found = capplan.simulate(scenario(body, tmp_path), "it")
    starts, moves = found.resources[0].timelines
    assert starts.day == 2
    assert dict(starts.totals.parts)["throttled"] > 0, "500/s against a refill of 300/s"
    for timeline in (starts, moves):
        assert abs(timeline.totals.gap) <= timeline.totals.offered / 10**5
    assert [event.bad for event in starts.events] == [True, False]
    assert moves.events == ()
