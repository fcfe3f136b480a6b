"""Compares a job with its limits: time-out, concurrent runs, waiting runs; and gives its part of the account's quotas.

Source: AWS Glue Developer Guide, "Configuring job properties" and "Job run queuing"; read 2026-11-23.
"""

from decimal import Decimal
from fractions import Fraction

from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.glue.concurrency import one_of
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs.arrivals import batch_of
from capplan.services.glue.jobs.derived_settings import timeout_ms
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.quotas import CONCURRENT_RUNS, DPUS, FLEX_DPUS, JOBS, QUEUED_RUNS, RAY_DPUS

TIMEOUT = "glue.timeout"
MAX_CONCURRENT_RUNS = "glue.max_concurrent_runs"
WAITING = "glue.runs_waiting"


def check(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """The job's own limits: its time-out, and its concurrent or waiting runs."""
    if usage.always_on:
        return ()
    longest = max(usage.parts, key=lambda part: part.high_duration_ms / timeout_ms(part.spec))
    load, limit = to_quantity(longest.high_duration_ms / MS_PER_MINUTE), timeout_ms(longest.spec) / MS_PER_MINUTE
    timeout = LimitCheck(name, TIMEOUT, load, limit, "min")
    if not usage.flow.terms:
        return (timeout,)
    return (timeout, _waiting(name, usage, ctx) if spec.job_run_queuing else _concurrent(name, spec, usage))


def _concurrent(name: str, spec: Job, usage: Usage) -> LimitCheck:
    """Concurrent runs in the busiest minute; traffic arrives at random, a schedule does not.

    One planned run against one that is allowed says nothing: then what counts is how often it meets the run before.
    """
    at_random, load, batch = usage.at_random, to_quantity(sig6(usage.peak_runs)), batch_of(usage.coming)
    return LimitCheck(
        name, MAX_CONCURRENT_RUNS, load, Decimal(spec.max_concurrent_runs), "runs",
        flow=usage.wanted if at_random else None, poisson=at_random and batch == 1, minute=usage.wanted.peak().minute,
        at_once=batch if at_random and batch > 1 else Fraction(0),
        meets=None if at_random or load > 1 else to_quantity(usage.overlap_share),
    )  # fmt: skip


def _waiting(name: str, usage: Usage, ctx: Context) -> LimitCheck:
    """Runs that wait at the worst moment; a queue that grows without bound exceeds any quota."""
    quota = ctx.quotas.get(QUEUED_RUNS.id, QUEUED_RUNS.in_region(ctx.region))
    waiting = to_quantity(sig6(usage.peak_waiting))
    grows = usage.utilization > 1
    return LimitCheck(name, WAITING, max(waiting, quota + 1) if grows else waiting, quota, "runs")


def pools(spec: Job, usage: Usage) -> tuple[PoolLoad, ...]:
    """The job's part of the account's DPUs and concurrent runs."""
    if not usage.active.terms:
        return (one_of(JOBS),)
    dpus = FLEX_DPUS if spec.execution_class == "flex" else RAY_DPUS if spec.type == "ray" else DPUS
    return (
        one_of(JOBS),
        PoolLoad(dpus.id, usage.used_dpus),
        PoolLoad(CONCURRENT_RUNS.id, usage.active, poisson=usage.at_random),
    )
