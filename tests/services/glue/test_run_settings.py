"""Settings that a caller gives its runs (StartJobRun) override the job's: size, price, time-out. Sums by hand."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Context, Demand
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.glue.jobs.job import JOB
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from tests.helpers import scenario
from tests.services.glue.test_job import NIGHTLY_RUNS, every, job

HERE = Context("us-east-1")
GIVEN = {"worker_type": "G.2X", "workers": 50}


def demand(*given: dict[str, Any]) -> Demand:
    """Nightly runs, one stream for each caller with the settings that it gives."""
    (stream,) = every(1440).requests
    return Demand(
        tuple(
            replace(stream, access=Access(op="run", target="j", **one), cause=f"traffic.{i}")
            for i, one in enumerate(given)
        )
    )


def charges(spec: Job, *given: dict[str, Any]) -> list[tuple[str, str, Fraction]]:
    usage = JOB.meter(DeclaredResource("j", spec, HERE), demand(*given))
    return [(c.id, c.price, c.quantity) for c in JOB.charge(MeteredResource("j", spec, usage, HERE))]


@pytest.mark.parametrize(
    ("words", "given", "hours", "working"),
    [
        ({}, {}, 10 / 2, "10 x G.1X x 30 min"),
        ({"workers": 2, "duration": "10 min"}, GIVEN, Fraction(100, 6), "100 DPU x 10 min"),
        ({}, {"workers": 20}, 20 / 2, "the job's own worker type"),
        ({}, {"worker_type": "G.4X"}, 40 / 2, "the job's own number"),
        ({}, {"timeout_ms": Decimal(600_000)}, Fraction(10, 6), "stopped after 10 minutes"),
        (
            {"duration": None, "data": {"per_run": "60 GB", "speed": "12 GB/h"}},
            {"workers": 5},
            5,
            "5 DPUs process 60 GB in an hour",
        ),
    ],
)
def test_a_run_has_the_size_that_its_caller_gives(
    words: dict[str, Any], given: dict[str, Any], hours: Fraction, working: str
) -> None:
    ((_, _, quantity),) = charges(job(**words), given)
    assert quantity == NIGHTLY_RUNS * Fraction(hours), working


def test_runs_of_other_sizes_have_lines_of_their_own() -> None:
    lines = charges(job(workers=2, glue_version="4.0"), {}, GIVEN, {"worker_type": "R.1X", "workers": 4})
    assert lines == [
        ("j.dpu-hours", "glue.etl.dpu_hour.standard", NIGHTLY_RUNS * 2 / 2),
        ("j.dpu-hours.2", "glue.etl.dpu_hour.standard", NIGHTLY_RUNS * 100 / 2),
        ("j.dpu-hours.3", "glue.etl.m_dpu_hour.memory_optimized", NIGHTLY_RUNS * 4 / 2),
    ]


def test_callers_that_give_the_same_share_a_line() -> None:
    assert charges(job(), GIVEN, GIVEN) == [("j.dpu-hours", "glue.etl.dpu_hour.standard", NIGHTLY_RUNS * 2 * 100 / 2)]


def test_the_account_carries_what_the_runs_use() -> None:
    spec = job(workers=2)
    usage: Usage = JOB.meter(DeclaredResource("j", spec, HERE), demand({}, GIVEN))
    loads = {p.limit: p.flow for p in JOB.pools(MeteredResource("j", spec, usage, HERE))}
    assert round(loads["glue.dpus"].peak().per_second, 9) == 102
    assert isinstance(usage.flow, DemandFlow)
    assert usage.dpu_hours == NIGHTLY_RUNS * (2 + 100) / 2


def test_no_advice_on_a_size_that_a_caller_gives() -> None:
    spec = job(worker_type="G.8X", workers=4, timeout="2 h")
    given = JOB.meter(DeclaredResource("j", spec, HERE), demand(GIVEN))
    own = JOB.meter(DeclaredResource("j", spec, HERE), demand({}))
    rules = [{o.rule for o in JOB.options(MeteredResource("j", spec, usage, HERE))} for usage in (given, own)]
    assert "glue.worker-type" not in rules[0]
    assert "glue.worker-type" in rules[1]


def test_a_workflow_gives_its_runs_a_size(tmp_path: Path) -> None:
    given = {"JobName": "etl", "WorkerType": "G.2X", "NumberOfWorkers": 50}
    task = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": given, "End": True}
    (tmp_path / "m.asl.json").write_text(json.dumps({"StartAt": "R", "States": {"R": task}}))
    body = """
traffic: {nightly: {schedule: cron(0 3 * * ? *)}, weekly: {schedule: cron(0 9 ? * MON *)}}
state_machines: {m: {triggers: nightly, definition: m.asl.json}}
jobs: {etl: {triggers: weekly, glue_version: "4.0", workers: 2, duration: 10 min, timeout: 1 h}}
"""
    plan = capplan.plan(scenario(body, tmp_path))
    costs = sorted(round(line.list_cost, 2) for line in plan.lines if line.resource == "etl")
    # 365/84 runs x 2 DPU x 10 min x 0.44, and 365/12 runs x 100 DPU x 10 min x 0.44
    assert costs == [Decimal("0.64"), Decimal("223.06")]
    (dpus,) = [p for p in plan.limits if p.check.limit == "glue.dpus"]
    assert dpus.check.load == 100, "they do not run at the same time"
