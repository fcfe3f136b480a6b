"""Runs that meet the run before: how often, how near that limit is, and what helps. Each row's sum can be done by hand."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import capplan
from capplan.model import Context, LimitCheck
from capplan.pipeline.results import Plan
from capplan.resource_type import MeteredResource
from capplan.services.glue.jobs.job import JOB
from capplan.services.glue.jobs.limits import MAX_CONCURRENT_RUNS
from capplan.services.glue.jobs.occupancy import occupancy
from capplan.services.glue.jobs.spec import Job
from tests.helpers import scenario
from tests.services.glue.test_job import job, usage

HERE = Context("us-east-1")
MINUTE_MS = 60_000
COMES_UP = {"glue_version": "6.0", "timeout": "1 h"}


def runs_limit(spec: Job, minutes: int) -> LimitCheck:
    checks = JOB.limits(MeteredResource("j", spec, usage(spec, minutes), HERE))
    return next(c for c in checks if c.limit == MAX_CONCURRENT_RUNS)


def advice(spec: Job, minutes: int) -> dict[str, list[tuple[str, object]]]:
    options = JOB.options(MeteredResource("j", spec, usage(spec, minutes), HERE))
    return {o.rule: [(c.path.rpartition(".")[2], c.to) for c in o.changes] for o in options}


# --- how long a run is active -----------------------------------------------------------------------------------------

RETRIED = {"fails": {"chance": "10%", "after": "50%", "gap": "1 min"}, "max_retries": 1, "startup": "2 min"}


@pytest.mark.parametrize(
    ("words", "minutes", "chance", "working"),
    [
        ({"startup": "2 min"}, 31, 1.0, "2 min of start-up, then 30"),
        ({"startup": "2 min"}, 32, 0.0, "ends on the minute"),
        ({"timeout": "20 min"}, 20, 0.0, "its time-out ends it"),
        ({"timeout": "20 min", "startup": "2 min"}, 21, 1.0, "the time-out counts from the start of its work"),
        (RETRIED, 31, 1.0, "a failed one is in its second attempt by then: 2 + 15 + 1 + 2 + 15 is the least"),
        (RETRIED, 32, 0.1, "2 + 30 has passed; 10% are in their second attempt"),
        (RETRIED, 35, 0.09, "2 + 15 + 1 + 2 + 15: the second failure has ended too, 1% of all"),
        (RETRIED, 50, 0.0, "2 + 15 + 1 + 2 + 30 = 50"),
    ],
)
def test_a_run_is_active_from_its_start_up_to_its_last_attempt(
    words: dict[str, Any], minutes: int, chance: float, working: str
) -> None:
    assert occupancy(job(**words)).chance_after(minutes * MINUTE_MS) == pytest.approx(chance, abs=1e-12), working


@given(
    st.integers(min_value=0, max_value=10_000_000),
    st.integers(min_value=0, max_value=1_000_000),
    st.sampled_from(["0%", "20%", "100%"]),
    st.integers(min_value=0, max_value=4),
)
def test_the_longer_ago_the_less_likely(ms: int, later: int, chance: str, retries: int) -> None:
    run = occupancy(job(duration={"p50": "20 min", "p95": "70 min"}, fails={"chance": chance}, max_retries=retries))
    assert 0 <= run.chance_after(ms + later) <= run.chance_after(ms) <= 1


# --- the limit --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "minutes", "load", "headroom", "working"),
    [
        ({}, 1440, "1", "1", "one planned run a night meets no other"),
        ({"duration": {"p50": "25 min", "p95": "45 min"}}, 60, "1", "0.992855", "0.7% take more than an hour"),
        ({"duration": "9 min", "startup": "2 min"}, 10, "2", "-1", "11 minutes every 10: two at once"),
        ({"duration": "10.5 min"}, 10, "2", "-1", "half a minute too long meets the next every time"),
        ({"duration": "10 min"}, 10, "1", "1", "done as the next one starts"),
        ({"duration": "11 min", "max_concurrent_runs": 3}, 10, "2", "0.333333", "two of three"),
    ],
)
def test_a_planned_run_is_measured_by_the_run_it_meets(
    words: dict[str, Any], minutes: int, load: str, headroom: str, working: str
) -> None:
    limit = runs_limit(job(**words), minutes)
    assert limit.load == Decimal(load), working
    assert round(limit.headroom, 6) == Decimal(headroom), working


def test_the_share_beyond_an_hour_is_the_log_normals() -> None:
    # median 25, P95 45: sigma = ln(45 / 25) / 1.6449 = 0.35736; ln(60 / 25) / sigma = 2.4498; 1 - Phi(2.4498) = 0.00715;
    # of 672 starts the last has no next one
    spec = job(duration={"p50": "25 min", "p95": "45 min"})
    assert float(usage(spec, 60).overlap_share) == pytest.approx(0.00715, rel=1e-3)


# --- what helps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "minutes", "changes", "working"),
    [
        ({"duration": "11 min"}, 10, [("max_concurrent_runs", 2)], "one at a time never gets it done"),
        ({"duration": "9 min", "startup": "2 min"}, 10, [("max_concurrent_runs", 2)], "start-up takes the place too"),
        ({"duration": "31 min"}, 10, [("max_concurrent_runs", 4)], "31 minutes every 10"),
        ({"duration": "11 min", "job_run_queuing": True}, 10, [("max_concurrent_runs", 2)], "the queue only grows"),
        ({"duration": "11 min", "bookmark": True}, 10, [], "two runs would start from one bookmark: only shorter runs"),
        (
            {"duration": {"p50": "7 min", "p95": "12 min"}},
            10,
            [("job_run_queuing", True)],
            "busy 7.4 minutes of 10 in the mean: a run that meets the last can wait",
        ),
        (
            {"duration": "6 min", "max_retries": 1, "fails": {"chance": "10%"}},
            10,
            [("max_concurrent_runs", 2)],
            "AWS does not queue runs of a job with retries",
        ),
    ],
)
def test_the_advice_follows_the_cause(words: dict[str, Any], minutes: int, changes: list[Any], working: str) -> None:
    assert advice(job(**COMES_UP, **words), minutes)["glue.overlap"] == changes, working


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ({"duration": "10 min"}, 10),
        ({"duration": {"p50": "7 min", "p95": "12 min"}, "job_run_queuing": True}, 10),
        ({"duration": "11 min", "max_concurrent_runs": 2}, 10),
    ],
)
def test_no_advice_where_nothing_is_short(words: dict[str, Any], minutes: int) -> None:
    assert "glue.overlap" not in advice(job(**COMES_UP, **words), minutes)


@pytest.mark.parametrize(
    ("minutes", "words", "there", "working"),
    [
        (60, {"duration": "39 min"}, True, "20 + 39 minutes before the next hour"),
        (60, {"duration": "41 min"}, False, "a run that waits 20 minutes meets the next"),
        (60, {"duration": "39 min", "startup": "2 min"}, False, "and its start-up"),
        (60, {"duration": "41 min", "max_concurrent_runs": 2}, True, "which may be active beside it"),
        (10, {"duration": "9 min"}, False, "shorter than the wait"),
    ],
)
def test_flex_leaves_time_for_its_wait(minutes: int, words: dict[str, Any], there: bool, working: str) -> None:  # noqa: FBT001
    assert ("glue.flex" in advice(job(**COMES_UP, **words), minutes)) == there, working
    flex = advice(job(**COMES_UP, **words, execution_class="flex"), minutes)
    assert ("glue.flex-wait" in flex) != there, working


# --- whole plans ------------------------------------------------------------------------------------------------------


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder))


def test_an_ordinary_nightly_job_does_not_lead_the_limits(tmp_path: Path) -> None:
    body = "jobs: {j: {schedule: rate(1 day), workers: 200, duration: 22 min, timeout: 8 h}}\n"
    limits = planned(body, tmp_path).limits
    assert limits[0].check.limit == "glue.dpus", "200 of 1,000 DPUs"
    assert next(p.headroom for p in limits if p.check.limit == MAX_CONCURRENT_RUNS) == 1


def test_a_workflow_waits_for_the_start_up_too(tmp_path: Path) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}
    definition = f'{{"StartAt": "R", "States": {{"R": {str(task | {"End": "END"}).replace(chr(39), chr(34))}}}}}'
    (tmp_path / "m.asl.json").write_text(definition.replace('"END"', "true"))
    body = """
traffic: {nightly: {schedule: rate(1 day)}}
state_machines: {m: {triggers: nightly, definition: m.asl.json}}
jobs: {j: {workers: 2, duration: 9 min, startup: 2 min, timeout: 1 h}}
"""
    observed = {o.name: o.value for o in planned(body, tmp_path).observed}
    assert observed["m.duration"] == Decimal(11 * MINUTE_MS)


def test_the_share_is_exact() -> None:
    assert usage(job(duration="9 min", startup="2 min"), 10).overlap_share == Fraction(1)
