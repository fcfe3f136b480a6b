"""Collects a job's recommendations, metrics for gates, and assumptions."""

from decimal import Decimal
from typing import Literal

from capplan.model import Assumption, Context, Observable, Option
from capplan.quantities.rounding import to_quantity
from capplan.resource_type import MeteredResource
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs import risks, savings
from capplan.services.glue.jobs.derived_settings import timeout_ms
from capplan.services.glue.jobs.limits import MAX_CONCURRENT_RUNS, WAITING, check
from capplan.services.glue.jobs.retries import expected_attempts
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage

_Default = tuple[str, str, str, Literal["aws_default", "workload"]]
"""A key, its default, the reason, and whose default it is."""
_NO_RUNS = "a streaming job has no single runs"


def options(job: MeteredResource[Job, Usage]) -> tuple[Option, ...]:
    """Every recommendation for this job."""
    options = (rule(job) for rule in (*savings.ALL, *risks.ALL))
    return tuple(option for option in options if option is not None)


def observe(name: str, spec: Job, usage: Usage, ctx: Context) -> dict[str, Observable]:
    """The metrics that gates can test, beside costs (`cost.risk`)."""
    if usage.always_on:
        names = ("success", "waste", "attempts", "duration.p99", "concurrent_runs.peak", "failure_notice", "overlap")
        return {key: Observable(None, why_unknown=_NO_RUNS) for key in names}
    limits = {limit.limit: limit for limit in check(name, spec, usage, ctx)}
    runs, waiting = limits.get(MAX_CONCURRENT_RUNS), limits.get(WAITING)
    peak = to_quantity(Decimal(repr(round(usage.active.peak().per_second, 6)))) if usage.active.terms else Decimal(0)
    return {
        "success": Observable(to_quantity(usage.success_share), "share"),
        "waste": Observable(to_quantity(usage.waste_share), "share"),
        "attempts": Observable(to_quantity(expected_attempts(usage.attempts))),
        "duration.p99": Observable(usage.high_duration_ms, "ms", timeout_ms(spec)),
        "concurrent_runs.peak": Observable(runs.load if runs else peak, "runs", Decimal(spec.max_concurrent_runs)),
        "runs_waiting.peak": Observable(waiting.load if waiting else Decimal(0), "runs"),
        "failure_notice": Observable(to_quantity(usage.failure_notice_s * 1000), "ms"),
        "failure_notices": Observable(to_quantity(usage.notices)),
        "overlap": Observable(to_quantity(usage.overlap_share), "share"),
    }


def assume(name: str, spec: Job, usage: Usage) -> tuple[Assumption, ...]:
    """Defaults that the scenario does not set, in the order of its keys."""
    defaults = [*_size(spec, usage), *_time(spec, usage)]
    return tuple(Assumption(f"jobs.{name}.{key}", value, reason, kind) for key, value, reason, kind in defaults)


def _size(spec: Job, usage: Usage) -> list[_Default]:
    given = spec.model_fields_set
    out: list[_Default] = []
    if "glue_version" not in given:
        reason = "AWS's default; it determines the price, the minimum and the default time-out"
        out.append(("glue_version", spec.glue_version, reason, "aws_default"))
    if spec.type in ("spark", "streaming") and spec.workers is not None and "worker_type" not in given:
        out.append(("worker_type", spec.worker_type, "default of the console for Spark", "aws_default"))
    if spec.type == "python-shell" and spec.dpus is None:
        out.append(("dpus", str(usage.dpus), "AWS's default for Python shell", "aws_default"))
    if spec.type in ("spark", "streaming") and spec.workers is None and spec.dpus is None:
        out.append(("dpus", str(usage.dpus), "AWS's default capacity before Glue 2.0", "aws_default"))
    if spec.auto_scaling and spec.worker_utilization is None and spec.dpu_seconds is None:
        out.append(
            ("worker_utilization", "100%", "all workers in use for the whole run: the most expensive case", "workload")
        )
    return out


def _time(spec: Job, usage: Usage) -> list[_Default]:
    out: list[_Default] = []
    if usage.always_on:
        return out
    if spec.timeout_ms is None:
        minutes = f"{timeout_ms(spec) / MS_PER_MINUTE:,} min"
        out.append(("timeout", minutes, "AWS's default for this Glue version", "aws_default"))
    if "max_retries" not in spec.model_fields_set:
        out.append(("max_retries", "0", "no retries unless set", "aws_default"))
    if spec.fails is None and spec.max_retries:
        out.append(("fails", "0%", "no attempt fails, so no retry is billed", "workload"))
    if usage.machines and spec.max_retries and "sync_follows_retries" not in spec.model_fields_set:
        reason = (
            "a workflow that waits follows the run it started; AWS does not document that it waits for Glue's retries"
        )
        out.append(("sync_follows_retries", "false", reason, "aws_default"))
    if spec.execution_class == "flex" and spec.dpu_seconds is None:
        out.append(
            ("dpu_seconds", "all workers, the whole run", "no worker is reclaimed during a Flex run", "workload")
        )
    return out
