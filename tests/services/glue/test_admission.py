"""Which runs start where no more may be active: against sums by hand, against runs one by one, and what always holds."""

import json
import math
import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import capplan
from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak, steady
from capplan.model import AdmittedStream, Context, Demand, RequestStream
from capplan.services.glue.jobs.admission import admit
from capplan.services.glue.jobs.rejection import accepted_share
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.waiting import queue_of_flow
from tests.helpers import scenario
from tests.reference.requests.clock import Clock, poisson
from tests.reference.requests.jobs import Job as OneByOne
from tests.services.glue.test_job import NIGHTLY_RUNS, every, job

HERE = Context("us-east-1")
PERIOD = 40_320
HOUR = 3600


def at(minutes: tuple[int, ...], group: int = 1) -> Demand:
    """Runs that a workflow's Map starts at these minutes of the simulated period."""

    def expand() -> NDArray[np.float64]:
        series = np.zeros(PERIOD)
        series[list(minutes)] = 1 / 60
        return series

    runs = NIGHTLY_RUNS * len(minutes) / 28
    profile = LoadProfile("clock", False, runs, Peak(1 / 60, minutes[0]), False, expand, starts=minutes)
    flow = DemandFlow.of(profile, Fraction(group))
    return Demand((RequestStream(Access(op="run", target="j"), flow, "state_machines.m", at_once=Fraction(group)),))


def traffic(per_hour: Fraction, batch: int = 1) -> Demand:
    """Runs that traffic starts at random, in groups."""
    flow = DemandFlow.of(steady("t", recurring=True), per_hour / HOUR)
    return Demand((RequestStream(Access(op="run", target="j"), flow, "traffic.t", at_once=Fraction(batch)),))


def of(spec: Job, demand: Demand) -> AdmittedStream:
    """What gets through of a demand with one stream."""
    admitted = admit("j", spec, HERE, demand)
    if admitted is None:
        (stream,) = demand.requests
        return AdmittedStream(stream.flow, stream.arrivals.monthly)
    (part,) = admitted.streams
    return part


def share(part: AdmittedStream) -> float:
    return float(part.served / (part.served + part.dropped + part.waiting))


# --- rejected ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "minutes", "served", "working"),
    [
        ({}, 30, 1, "each starts as the last one ends"),
        ({}, 29, Fraction(1, 2), "every second one finds the last one active"),
        ({}, 20, Fraction(1, 2), "at 0, 40, 80: every second one"),
        ({}, 10, Fraction(1, 3), "at 0, 30, 60: every third one"),
        ({"startup": "2 min"}, 10, Fraction(1, 4), "32 minutes: every fourth one"),
        ({"max_concurrent_runs": 2}, 10, Fraction(2, 3), "at 0 and 10, not at 20"),
        ({"max_concurrent_runs": 3}, 10, 1, "three at a time"),
        ({"timeout": "10 min"}, 10, 1, "stopped as the next one starts"),
        ({"duration": "10.5 min"}, 10, Fraction(1, 2), "half a minute too long"),
    ],
)
def test_what_finds_no_place_is_rejected(words: dict[str, Any], minutes: int, served: Fraction, working: str) -> None:
    part = of(job(**words), every(minutes))
    assert share(part) == pytest.approx(float(served), rel=2e-3), working
    assert part.flow.monthly == part.served, "a rejected run is not billed"


@pytest.mark.parametrize(
    ("group", "allowed", "served"),
    [(5, 3, Fraction(3, 5)), (5, 5, Fraction(1)), (5, 1, Fraction(1, 5)), (1, 1, Fraction(1))],
)
def test_runs_of_one_instant_share_the_places(group: int, allowed: int, served: Fraction) -> None:
    part = of(job(duration="30 s", max_concurrent_runs=allowed), at((60, 1500), group))
    assert part.served == served * NIGHTLY_RUNS * 2 / 28 * group
    assert part.dropped == (1 - served) * NIGHTLY_RUNS * 2 / 28 * group


def test_a_run_of_random_length_is_met_by_chance() -> None:
    """One place, a start every 30 minutes: of n starts after a run's, the first that finds it ended is let in."""
    spec = job(duration={"p50": "25 min", "p95": "60 min"})
    draws = random.Random(3)  # noqa: S311  a simulation
    sigma = math.log(60 / 25) / 1.6448536269514722
    clock = Clock()
    runs = OneByOne(clock, lambda: 60 * 25 * math.exp(draws.gauss(0, sigma)), 1)
    for i in range(100_000):
        clock.at(i * 1800.0, runs.start)
    clock.run(1e9)
    # 100,000 starts: two standard errors are 0.3%
    assert share(of(spec, every(30))) == pytest.approx(runs.tally.served / 100_000, abs=0.004)


@pytest.mark.parametrize(
    ("load", "places", "lost"),
    [
        (1.0, 1, 1 / 2),  # a / (1 + a)
        (2.0, 2, 2 / 5),  # (4/2) / (1 + 2 + 2)
        (3.0, 4, 27 / 8 / (1 + 3 + 4.5 + 4.5 + 3.375)),  # (81/24) / (1 + 3 + 9/2 + 27/6 + 81/24)
    ],
)
def test_random_runs_are_lost_by_erlangs_formula(load: float, places: int, lost: float) -> None:
    assert 1 - accepted_share(load, places) == pytest.approx(lost, rel=1e-12)
    per_hour = Fraction(load) * 2  # runs of 30 minutes
    part = of(job(max_concurrent_runs=places), traffic(per_hour))
    assert 1 - share(part) == pytest.approx(lost, rel=1e-5)


@pytest.mark.parametrize(("batch", "places", "per_hour"), [(5, 3, 0.2), (2, 4, 4.0), (4, 4, 3.0), (3, 5, 2.0)])
def test_random_groups_against_runs_one_by_one(batch: int, places: int, per_hour: float) -> None:
    draws = random.Random(7)  # noqa: S311  a simulation
    clock, hours = Clock(), 60_000
    runs = OneByOne(clock, lambda: 1800.0, places)
    for time_s in poisson(per_hour / batch / HOUR, hours * HOUR, draws.expovariate):
        for _ in range(batch):
            clock.at(time_s, runs.start)
    clock.run(hours * HOUR)
    part = of(job(max_concurrent_runs=places), traffic(Fraction(per_hour), batch))
    # groups that fill the places only in part are taken to end together: within 2 points; the others within 1
    assert share(part) == pytest.approx(runs.tally.served / runs.tally.offered, abs=0.02 if places % batch else 0.01)


def test_evenly_spaced_data_find_every_second_place_taken(tmp_path: Path) -> None:
    # 240 GB a day in runs of 10 GB: one an hour; 90 minutes each: every second one finds the last one active
    body = "jobs: {j: {workers: 2, duration: 90 min, timeout: 3 h, data: {per_run: 10 GB, arrives: 240 GB/day}}}\n"
    plan = capplan.plan(scenario(body, tmp_path))
    observed = {o.name: o.value for o in plan.observed}
    assert observed["j.dropped_share"] == Decimal("0.5")
    assert plan.monthly_cost == pytest.approx(Decimal("481.80"), abs=Decimal("0.01")), "365 runs x 2 x 1.5 h x 0.44"


# --- queued -----------------------------------------------------------------------------------------------------------

QUEUED = {"job_run_queuing": True}


@pytest.mark.parametrize(
    ("words", "group", "peak", "oldest_min", "drain_min", "working"),
    [
        ({}, 5, 4, 120, 120, "one at a time: the fifth starts after four runs of 30 minutes"),
        ({"max_concurrent_runs": 2}, 5, 3, 60, 60, "two, two, one"),
        ({"max_concurrent_runs": 5}, 5, 0, 0, 0, "nothing waits"),
        ({"startup": "1 min"}, 3, 2, 62, 62, "31 minutes each"),
    ],
)
def test_runs_wait_for_one_to_end(
    words: dict[str, Any], group: int, peak: int, oldest_min: int, drain_min: int, working: str
) -> None:
    part = of(job(**QUEUED, **words), at((60, 20_000), group))
    assert (part.peak_waiting, part.oldest_wait_s) == (peak, oldest_min * 60), working
    assert part.drain_s == drain_min * 60
    assert not part.dropped
    assert not part.waiting
    assert part.served == NIGHTLY_RUNS * 2 / 28 * group


def test_a_queue_that_only_grows_is_told() -> None:
    # 1,391 runs of 30 minutes come in four weeks, 1,344 of them start; the others wait at the end
    part = of(job(**QUEUED), every(29))
    assert part.peak_waiting == pytest.approx(1391 - 1344, abs=1)
    assert share(part) == pytest.approx(1344 / 1391, rel=1e-3)
    assert part.drain_s is None
    assert part.dropped == 0


def test_a_full_queue_rejects() -> None:
    # 2,689 runs of 30 minutes every 15: 1,344 start, 1,000 wait, the others find the queue full
    part = of(job(**QUEUED), every(15))
    assert part.peak_waiting == 1000
    assert float(part.dropped / (part.served + part.dropped + part.waiting)) == pytest.approx(344 / 2688, abs=0.002)


def test_a_queue_with_the_load_of_a_day_is_done_by_night() -> None:
    """Two runs an hour by day, none by night, one place for an hour each: twelve wait at the end of the day."""
    per_minute = np.tile(np.concatenate((np.full(720, 2 / 60), np.zeros(720))), 28)
    waited = queue_of_flow(per_minute, 60.0, 1, 1000)
    assert waited.peak == pytest.approx(12 - 1 + 1, abs=1)
    assert waited.served == pytest.approx(24 * 28, rel=1e-6)
    assert waited.drain_s is not None


# --- what always holds ------------------------------------------------------------------------------------------------

minutes_between = st.integers(min_value=3, max_value=200)
run_minutes = st.integers(min_value=1, max_value=300)
places = st.integers(min_value=1, max_value=6)


@settings(max_examples=40)
@given(minutes_between, run_minutes, places, st.integers(min_value=1, max_value=6), st.booleans())
def test_more_places_never_serve_less_and_all_is_accounted_for(
    every_min: int,
    run_min: int,
    allowed: int,
    group: int,
    queued: bool,  # noqa: FBT001
) -> None:
    demand = at(tuple(range(0, PERIOD, every_min * 7)), group)
    words = {"duration": f"{run_min} min", "job_run_queuing": queued, "timeout": "10 h"}
    fewer, more = (of(job(**words, max_concurrent_runs=n), demand) for n in (allowed, allowed + 1))
    asked = demand.requests[0].arrivals.monthly
    for part in (fewer, more):
        assert part.served + part.dropped + part.waiting == asked
        assert min(part.served, part.dropped, part.waiting) >= 0
    assert more.served >= fewer.served
    assert more.peak_waiting <= fewer.peak_waiting


@settings(max_examples=30)
@given(minutes_between, run_minutes, places, st.integers(min_value=1, max_value=6), st.booleans(), st.integers(0, 2))
def test_planned_runs_are_those_of_one_by_one(
    every_min: int,
    run_min: int,
    allowed: int,
    group: int,
    queued: bool,  # noqa: FBT001
    startup: int,
) -> None:
    """A fixed run time: served and dropped to a run, peak and longest wait to the minute, of a month without an end."""
    starts = tuple(range(0, PERIOD, every_min))
    spec = job(
        duration=f"{run_min} min", startup=f"{startup} min", job_run_queuing=queued, max_concurrent_runs=allowed,
        timeout="10 h",
    )  # fmt: skip
    part = of(spec, at(starts, group))
    clock = Clock()
    runs = OneByOne(clock, lambda: 60.0 * (run_min + startup), allowed, queues=queued)
    for minute in starts:
        for _ in range(group):
            clock.at(minute * 60.0, runs.start)
    clock.run(PERIOD * 60.0 - 1)
    tally = runs.tally
    assert share(part) == pytest.approx(tally.served / tally.offered, abs=2 * allowed * group / tally.offered + 1e-6)
    if queued:
        assert part.peak_waiting == pytest.approx(tally.peak_waiting, rel=0.01, abs=group)


def test_a_plan_bills_what_starts(tmp_path: Path) -> None:
    body = """
jobs: {j: {schedule: rate(10 minutes), glue_version: "6.0", workers: 10, duration: 11 min, timeout: 1 h}}
gates: [j.success > 99%]
"""
    plan = capplan.plan(scenario(body, tmp_path))
    observed = {o.name: o.value for o in plan.observed}
    assert observed["j.dropped_share"] == Decimal("0.5")
    assert plan.monthly_cost == pytest.approx(Decimal("1236.62"), abs=Decimal("0.01")), "2,190 runs x 110 min x 0.308"
    assert plan.gates[0].verdict == "fail"


# --- callers ----------------------------------------------------------------------------------------------------------


def definition(
    folder: Path, *, items: int = 0, max_concurrency: int = 0, states: int = 1, parallel: bool = False
) -> None:
    """A state machine that starts the job: in a Map, one state after another, or in branches."""
    task = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}
    ended = {**task, "End": True}
    if items:
        each = {"StartAt": "R0", "States": {"R0": ended}}
        whole: dict[str, Any] = {
            "Each": {"Type": "Map", "MaxConcurrency": max_concurrency, "ItemProcessor": each, "End": True}
        }
    elif parallel:
        branches = [{"StartAt": f"R{i}", "States": {f"R{i}": ended}} for i in range(states)]
        whole = {"All": {"Type": "Parallel", "Branches": branches, "End": True}}
    else:
        whole = {f"R{i}": {**task, "Next": f"R{i + 1}"} for i in range(states - 1)} | {f"R{states - 1}": ended}
    (folder / "m.asl.json").write_text(json.dumps({"StartAt": next(iter(whole)), "States": whole}))


@pytest.mark.parametrize(
    ("shape", "schedule", "words", "dropped", "load", "working"),
    [
        ({"items": 5}, "rate(1 day)", "duration: 30 min, max_concurrent_runs: 3", "0.4", 5, "five items, three places"),
        (
            {"items": 5, "max_concurrency": 2},
            "rate(1 day)",
            "duration: 30 min, max_concurrent_runs: 3",
            "0",
            2,
            "two by two",
        ),
        ({"states": 2}, "rate(1 day)", "duration: 30 min", "0", 1, "one after the other"),
        ({"states": 2, "parallel": True}, "rate(1 day)", "duration: 30 min", "0.5", 2, "side by side"),
        ({}, "rate(10 minutes)", "duration: 11 min", "0.5", 2, "the next execution meets the last run"),
        ({"states": 2}, "rate(10 minutes)", "duration: 4 min", "0", 1, "8 minutes of work every 10"),
        ({"states": 2}, "rate(10 minutes)", "duration: 6 min", "0.5", 2, "12 minutes of work every 10"),
    ],
)
def test_runs_of_an_execution_are_together_where_it_has_them_together(
    shape: dict[str, Any], schedule: str, words: str, dropped: str, load: int, working: str, tmp_path: Path
) -> None:
    definition(tmp_path, **shape)
    body = f"""
traffic: {{often: {{schedule: {schedule}}}}}
state_machines: {{m: {{triggers: often, definition: m.asl.json{", states: {Each: {items: 5}}" if "items" in shape else ""}}}}}
jobs: {{j: {{workers: 2, timeout: 1 h, {words}}}}}
"""
    plan = capplan.plan(scenario(body, tmp_path))
    observed = {o.name: o.value for o in plan.observed}
    assert observed["j.dropped_share"] == pytest.approx(Decimal(dropped), abs=Decimal("1e-3")), working
    assert observed["j.concurrent_runs.peak"] == load, working
    if "items" in shape and not shape.get("max_concurrency"):
        assert observed["j.overlap"] == Decimal("0.8"), "four of five start with one that is active"
