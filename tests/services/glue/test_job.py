"""A job from its settings to what it is billed for, what could stop it, and what else could be written."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from capplan.calls import Access
from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.model import Context, Demand, RequestStream
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.glue.jobs.attempts import calls_per_unit
from capplan.services.glue.jobs.cost import price_key, worst_run_charge
from capplan.services.glue.jobs.job import JOB
from capplan.services.glue.jobs.rejected_settings import validate
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.quotas import DPUS

HERE = Context("us-east-1")
NIGHTLY_RUNS = Fraction(365, 12)


def every(minutes: int) -> Demand:
    """A schedule that starts a run every so many minutes."""

    def expand() -> NDArray[np.float64]:
        series = np.zeros(40_320)
        series[::minutes] = 1 / 60
        return series

    starts = tuple(range(0, 40_320, minutes))
    shape = LoadProfile("clock", False, NIGHTLY_RUNS * 1440 / minutes, Peak(1 / 60, 0), False, expand, starts=starts)
    return Demand((RequestStream(Access(op="run", target="j"), DemandFlow.of(shape, Fraction(1)), "traffic.clock"),))


def job(**words: Any) -> Job:  # noqa: ANN401  YAML values
    return Job.model_validate({"workers": 10, "duration": "30 min"} | words)


def usage(spec: Job, minutes: int = 1440) -> Usage:
    return JOB.meter(DeclaredResource("j", spec, HERE), every(minutes))


def test_a_plain_job_is_runs_times_size_times_time() -> None:
    assert usage(job()).dpu_hours == NIGHTLY_RUNS * 10 / 2


def test_failed_attempts_are_billed_for_the_share_they_got_to() -> None:
    spec = job(max_retries=1, fails={"chance": "20%", "after": "50%"})
    assert usage(spec).run_dpu_hours == Fraction(10, 3600) * (1800 * Fraction(96, 100) + 900 * Fraction(24, 100))
    assert calls_per_unit(spec) == Fraction(96, 100) + Fraction(24, 100) / 2


def test_the_worst_run_fails_just_before_every_time_out() -> None:
    spec = job(max_retries="faq-default", timeout="2 h")
    charge = worst_run_charge("j", spec, usage(spec))
    assert charge.quantity == 4 * 2 * 10
    assert charge.price == "glue.etl.dpu_hour.standard"


def test_the_function_is_told_only_after_the_last_retry() -> None:
    spec = job(max_retries=2, fails={"chance": "10%"}, on_failure="notify-ops")
    (call,) = JOB.calls(DeclaredResource("j", spec, HERE))
    assert (call.to, call.times, call.access.is_async) == ("functions.notify-ops", Fraction(1, 1000), True)


@pytest.mark.parametrize(
    ("minutes", "at_once", "working"),
    [
        (1440, 1, "one run a night is one run, never a bit more"),
        (30, 1, "each starts as the last one ends"),
        (20, 2, "a run of 30 minutes every 20"),
        (10, 3, "and every 10"),
    ],
)
def test_runs_of_a_schedule_overlap_as_they_fall(minutes: int, at_once: int, working: str) -> None:
    spec = job()
    (limit,) = [
        c
        for c in JOB.limits(MeteredResource("j", spec, usage(spec, minutes), HERE))
        if c.limit == "glue.max_concurrent_runs"
    ]
    assert limit.load == at_once, working
    assert limit.breached == (at_once > 1)


def test_a_time_out_below_the_run_time_is_a_breach_and_is_not_retried() -> None:
    spec = job(timeout="20 min", max_retries=3)
    (limit,) = [c for c in JOB.limits(MeteredResource("j", spec, usage(spec), HERE)) if c.limit == "glue.timeout"]
    assert (limit.load, limit.quota, limit.breached) == (Decimal(30), Decimal(20), True)
    assert usage(spec).run_dpu_hours == Fraction(10 * 20, 60), "billed once, to the time-out"
    assert usage(spec).success_share == 0


def test_pools_hold_the_jobs_dpus_while_it_runs() -> None:
    loads = {
        p.limit: round(p.flow.peak().per_second, 9) for p in JOB.pools(MeteredResource("j", job(), usage(job()), HERE))
    }
    assert loads == {"glue.jobs": 1, "glue.dpus": 10, "glue.concurrent_runs": 1}
    assert [DPUS.in_region(region) for region in ("us-east-1", "eu-south-2")] == [1000, 500]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({}, "glue.etl.dpu_hour.standard"),
        ({"glue_version": "6.0"}, "glue.etl.dpu_hour.gen2"),
        ({"execution_class": "flex"}, "glue.etl.dpu_hour.flex"),
        ({"execution_class": "flex", "glue_version": "6.0"}, "glue.etl.dpu_hour.flex_gen2"),
        ({"worker_type": "R.2X"}, "glue.etl.m_dpu_hour.memory_optimized"),
        ({"type": "python-shell", "workers": None}, "glue.python_shell.dpu_hour"),
    ],
)
def test_the_price_follows_class_worker_and_version(words: dict[str, Any], key: str) -> None:
    assert price_key(job(**words)) == key


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ({"execution_class": "flex", "glue_version": "2.0"}, "execution_class"),
        ({"execution_class": "flex", "worker_type": "G.4X"}, "execution_class"),
        ({"worker_type": "G.025X"}, "worker_type"),
        ({"worker_type": "R.1X", "glue_version": "3.0"}, "worker_type"),
        ({"worker_type": "Standard"}, "worker_type"),
        ({"workers": None}, "workers"),
        ({"workers": 1}, "workers"),
        ({"dpus": Decimal(5), "workers": None}, "dpus"),
        ({"type": "python-shell"}, "workers"),
        ({"type": "python-shell", "workers": None, "dpus": Decimal(2), "worker_type": "G.1X"}, "dpus"),
        ({"type": "streaming"}, "duration"),
        ({"type": "ray", "execution_class": "flex"}, "execution_class"),
        ({"type": "ray", "worker_type": "G.1X"}, "worker_type"),
        ({"auto_scaling": True, "glue_version": "2.0"}, "auto_scaling"),
        ({"dpu_seconds": 386}, "dpu_seconds"),
        ({"duration": None}, "duration"),
        ({"data": {"per_run": "40 GB", "speed": "12 GB/h"}}, "duration"),
        ({"duration": None, "data": {"per_run": "40 GB"}}, "data"),
        ({"timeout": "90 s"}, "timeout"),
        ({"timeout": "169 h"}, "timeout"),
    ],
)
def test_settings_that_aws_refuses_are_told(words: dict[str, Any], path: str) -> None:
    assert path in [where[0] for where, _ in validate(job(**words))]


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"worker_type": "R.8X"},
        {"execution_class": "flex", "worker_type": "G.2X"},
        {"glue_version": "1.0", "workers": None, "dpus": Decimal(20)},
        {"glue_version": "1.0", "workers": None},
        {"glue_version": Decimal("5.0"), "timeout": "2 h"},
    ],
)
def test_settings_that_aws_takes_are_no_mistake(words: dict[str, Any]) -> None:
    assert validate(job(**words)) == []


def test_flex_and_a_time_out_are_offered_where_they_apply() -> None:
    offered = {o.rule: o for o in JOB.options(MeteredResource("j", job(), usage(job()), HERE))}
    assert offered["glue.flex"].changes[0].to == "flex"
    assert offered["glue.no-timeout"].changes[0].to == "60 min"
    neither = job(execution_class="flex", timeout="1 h", glue_version="6.0")
    assert JOB.options(MeteredResource("j", neither, usage(neither), HERE)) == ()


def test_what_is_not_written_is_assumed_aloud() -> None:
    found = {a.path: a.value for a in JOB.assume(MeteredResource("j", job(), usage(job()), HERE))}
    assert found == {
        "jobs.j.glue_version": "5.1",
        "jobs.j.worker_type": "G.1X",
        "jobs.j.timeout": "480 min",
        "jobs.j.max_retries": "0",
    }


def test_a_job_never_called_costs_nothing() -> None:
    idle = JOB.meter(DeclaredResource("j", job(), HERE), Demand())
    assert JOB.charge(MeteredResource("j", job(), idle, HERE))[0].quantity == 0
    assert [p.limit for p in JOB.pools(MeteredResource("j", job(), idle, HERE))] == ["glue.jobs"]
