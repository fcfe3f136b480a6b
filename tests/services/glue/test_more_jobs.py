"""Streaming, Ray, auto scaling, data, schedules and queues; each row's sum can be done by hand."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import fixed
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.glue.jobs.attempts import attempts, calls_per_unit, failing_ms
from capplan.services.glue.jobs.derived_settings import duration, runs_per_second
from capplan.services.glue.jobs.job import JOB
from capplan.services.glue.jobs.rejected_settings import validate
from capplan.services.glue.jobs.spec import Job
from tests.helpers import scenario
from tests.services.glue.test_job import job, usage

HERE = Context("us-east-1")


def test_a_streaming_job_is_billed_for_every_hour_of_the_month() -> None:
    spec = job(type="streaming", worker_type="G.025X", workers=4, duration=None)
    met = JOB.meter(DeclaredResource("j", spec, HERE), Demand())
    assert met.dpu_hours == 730, "4 workers x 0.25 DPU x 730 h"
    assert met.worst_run_dpu_hours == 168, "AWS restarts it after seven days"
    assert {p.limit: p.flow.peak().per_second for p in JOB.pools(MeteredResource("j", spec, met, HERE))}[
        "glue.dpus"
    ] == 1
    assert JOB.observe(MeteredResource("j", spec, met, HERE))["success"].value is None


@pytest.mark.parametrize(
    ("words", "hours", "working"),
    [
        ({}, "5", "10 DPUs x 30 min"),
        ({"auto_scaling": True}, "5", "all at work where nobody says otherwise"),
        ({"auto_scaling": True, "worker_utilization": "60%"}, "3", "6 of 10 at work"),
        ({"auto_scaling": True, "worker_utilization": "1%"}, "0.5", "the driver stays"),
        ({"worker_utilization": "60%"}, "5", "a fixed size is billed whole"),
        ({"auto_scaling": True, "dpu_seconds": 386}, str(Fraction(386, 3600)), "as AWS reports it: no minimum"),
        ({"type": "ray", "workers": 5}, "5", "5 x Z.2X are 10 M-DPUs"),
        ({"worker_type": "R.2X"}, "10", "20 M-DPUs x 30 min"),
    ],
)
def test_a_run_is_billed_for_the_workers_that_were_there(words: dict[str, Any], hours: str, working: str) -> None:
    assert usage(job(**words)).run_dpu_hours == Fraction(hours), working


def test_data_give_a_run_its_time_and_its_number() -> None:
    spec = job(duration=None, data={"per_run": "40 GB", "speed": "12 GB/h", "setup": "2 min", "arrives": "400 GB/day"})
    assert duration(spec) == fixed(1_320_000), "2 min + 40 GB / (10 DPU x 12 GB/h) = 22 min"
    assert runs_per_second(spec) == Fraction(10, 86_400), "400 GB a day, 40 GB a run"


def test_a_failure_may_come_anywhere_in_the_run() -> None:
    spec = job(fails={"chance": "10%", "after": "anywhere"}, duration="30 min")
    assert failing_ms(spec) == 900_000, "half of it on average"
    assert calls_per_unit(spec) == Fraction(9, 10) + Fraction(1, 20)
    short = job(fails={"chance": "10%", "after": "anywhere"}, duration="80 s")
    # 60 s bill 60; the 61st to the 80th second bill 61, 62, … 80: (60 x 60 + 20 x 70.5) / 80
    assert attempts(short).failed_s == Fraction("62.625")
    ended = job(fails={"chance": "10%", "after": "anywhere"}, duration="2 h", timeout="1 h")
    # the first half ends by itself, 60 at least; the second is ended by the time-out: (60 x 60 + 3,540 x 1,830.5 + 3,600 x 3,600) / 7,200
    assert attempts(ended).failed_s == Fraction(60 * 60 + 3_540 * Fraction("1830.5") + 3_600 * 3_600, 7_200)


def test_every_failed_attempt_may_be_told() -> None:
    told = job(max_retries=2, fails={"chance": "10%"}, on_failure="ops", notify_each_attempt=True)
    (call,) = JOB.calls(DeclaredResource("j", told, HERE))
    assert call.times == Fraction(111, 1000), "0.1 + 0.01 + 0.001"


@pytest.mark.parametrize(
    ("minutes", "words", "share", "working"),
    [
        (30, {}, "0", "each starts as the last one ends"),
        (29, {}, "1", "every one meets the one before"),
        (
            40,
            {"fails": {"chance": "10%", "after": "50%"}, "max_retries": 1},
            "0.09",
            "a failure at 15 min, then 30: 45",
        ),
        (50, {"fails": {"chance": "10%", "after": "50%"}, "max_retries": 1}, "0", "45 minutes fit"),
        (40, {"fails": {"chance": "10%"}, "max_retries": 1}, "0.1", "two attempts of 30, whatever the second does"),
        (1440, {"fails": {"chance": "10%"}, "max_retries": 10}, "0", "a day is long enough"),
    ],
)
def test_runs_meet_the_one_before_by_chance(minutes: int, words: dict[str, Any], share: str, working: str) -> None:
    assert usage(job(**words), minutes).overlap_share == Fraction(share), working


def test_traffic_has_no_schedule_to_overlap() -> None:
    flow = DemandFlow.of(steady("t", recurring=True), Fraction(1))
    demand = Demand((RequestStream(Access(op="run", target="j"), flow, "traffic.t"),))
    assert JOB.meter(DeclaredResource("j", job(duration="1 min"), HERE), demand).overlap_share == 0


TEMPLATE = """
traffic:
  nightly: {schedule: cron(0 3 * * ? *)}
jobs:
  import-load: {triggers: nightly, glue_version: "4.0", worker_type: G.2X, workers: 145, duration: 1 h, max_retries: 0}
gates:
  - import-load.run_hour <= 127.60 USD
  - import-load.worst_run <= 6124.80 USD
"""


def test_a_run_of_145_workers_without_a_time_out_is_flagged_with_its_price(tmp_path: Path) -> None:
    plan = capplan.plan(scenario(TEMPLATE, tmp_path))
    assert [g.observed for g in plan.gates] == [Decimal("127.6"), Decimal("6124.8")], "290 DPUs x 0.44, and 48 h of it"
    (risk,) = [f for f in plan.findings if f.rule == "glue.no-timeout"]
    assert "127.60 USD per hour, 6,124.80 USD in total" in risk.message


def test_a_job_may_start_by_its_own_schedule_or_data(tmp_path: Path) -> None:
    body = """
jobs:
  hourly: {schedule: rate(1 hour), workers: 2, duration: 6 min}
  gathered: {workers: 2, duration: 6 min, data: {per_run: 10 GB, arrives: 20 GB/day}}
"""
    plan = capplan.plan(scenario(body, tmp_path))
    runs = {r.name: r.usage["runs"] for r in plan.resources}
    assert runs["hourly"] == 730
    assert runs["gathered"] == pytest.approx(Decimal(2) * Decimal(365) / 12, abs=Decimal("1E-9"))


def offered(spec: Job, minutes: int = 1440) -> dict[str, Any]:
    return {o.rule: o for o in JOB.options(MeteredResource("j", spec, usage(spec, minutes), HERE))}


@pytest.mark.parametrize(
    ("words", "rule", "there"),
    [
        ({"deadline": "2 h"}, "glue.flex", True),
        ({"deadline": "40 min"}, "glue.flex", False),
        ({"glue_version": "6.0"}, "glue.version", False),
        ({"worker_type": "G.8X", "workers": 4}, "glue.worker-type", True),
        ({"worker_type": "G.1X"}, "glue.worker-type", False),
        ({"worker_type": "R.2X"}, "glue.memory-workers", True),
        ({"worker_utilization": "50%"}, "glue.auto-scaling", True),
        ({"worker_utilization": "50%", "auto_scaling": True}, "glue.auto-scaling", False),
        ({"workers": 2, "duration": "4 min"}, "glue.python-shell", True),
        ({"workers": 3, "duration": "4 min"}, "glue.python-shell", False),
        ({"workers": 2, "duration": "40 min"}, "glue.python-shell", False),
        ({"max_retries": 3, "fails": {"chance": "5%", "repeat": "95%"}}, "glue.useless-retries", True),
        ({"max_retries": 3, "fails": {"chance": "5%"}}, "glue.useless-retries", False),
        ({"timeout": "8 h"}, "glue.loose-timeout", True),
        ({"timeout": "1 h"}, "glue.loose-timeout", False),
        ({"bookmark": True, "max_retries": 1, "fails": {"chance": "5%"}}, "glue.bookmark-retries", True),
        ({"bookmark": True, "max_concurrent_runs": 2}, "glue.bookmark-runs", True),
    ],
)
def test_each_rule_speaks_where_it_applies(words: dict[str, Any], rule: str, there: bool) -> None:  # noqa: FBT001
    assert (rule in offered(job(**words))) == there


def test_every_rule_that_speaks_is_explained() -> None:
    known = {rule.id for kind in (JOB,) for rule in kind.rules}
    spoken = set(offered(job(worker_type="R.2X", worker_utilization="50%", bookmark=True, max_concurrent_runs=2), 29))
    assert spoken <= known


def test_the_95th_percentile_of_a_run_knows_its_spread_and_its_retries() -> None:
    spread = {"p50": "22 min", "p95": "40 min"}
    alone = usage(job(duration=spread))
    assert float(alone.p95_run_s) == pytest.approx(2400, rel=1e-4), "no attempt fails: 40 min"
    assert alone.worst_run_s >= alone.p95_run_s, "99% of the attempts stay within it"
    retried = usage(job(duration=spread, max_retries=3, fails={"chance": "5%"}))
    assert alone.p95_run_s < retried.p95_run_s < retried.worst_run_s
    assert usage(job(max_retries=3, fails={"chance": "10%"})).p95_run_s == 3600, (
        "fixed times: one failure more, exactly"
    )


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"triggers": ("t", "t")}, "triggers"),
        (
            {"duration": None, "data": {"per_run": "1 GB", "speed": "1 GB/h", "arrives": "9 GB/day"}, "triggers": "t"},
            "triggers",
        ),
        ({"data": {"per_run": "1 GB", "arrives": "9 GB/day"}, "schedule": "rate(1 day)"}, "schedule"),
        ({"data": {"per_run": "0 B", "arrives": "9 GB/day"}}, "data"),
    ],
)
def test_what_starts_a_run_is_said_once(words: dict[str, Any], path: str) -> None:
    assert path in [where[0] for where, _ in validate(job(**words))]


def test_gates_may_ask_for_times(tmp_path: Path) -> None:
    gates = "gates: [j.failure_notice < 2 h, j.duration.p99 < 80% of limit, j.duration.p99 <= 6 min]\n"
    body = "jobs: {j: {schedule: rate(1 day), workers: 2, duration: 6 min, max_retries: 2}}\n" + gates
    plan = capplan.plan(scenario(body, tmp_path))
    assert [g.observed for g in plan.gates] == [Decimal(1_080_000), Decimal(360_000), Decimal(360_000)]
    assert all(g.verdict == "pass" for g in plan.gates), "three attempts of 6 min are told after 18"
