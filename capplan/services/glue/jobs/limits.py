"""Compares a job with its limits: time-out, concurrent runs, waiting runs; and gives its part of the account's quotas.

Source: AWS Glue Developer Guide, "Configuring job properties" and "Job run queuing"; read 2026-11-23.
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.glue.concurrency import one_of
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs import overlap
from capplan.services.glue.jobs.attempts import active_ms
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
    load, limit = to_quantity(usage.high_duration_ms / MS_PER_MINUTE), timeout_ms(spec) / MS_PER_MINUTE
    timeout = LimitCheck(name, TIMEOUT, load, limit, "min")
    if not usage.flow.terms:
        return (timeout,)
    return (timeout, _waiting(name, spec, usage, ctx) if spec.job_run_queuing else _concurrent(name, spec, usage))


def _concurrent(name: str, spec: Job, usage: Usage) -> LimitCheck:
    """Concurrent runs in the busiest minute; traffic arrives at random, a schedule does not.

    One planned run against one that is allowed says nothing: then what counts is how often it meets the run before.
    """
    at_random, load = usage.at_random, to_quantity(sig6(peak_runs(usage, usage.active)))
    return LimitCheck(
        name, MAX_CONCURRENT_RUNS, load, Decimal(spec.max_concurrent_runs), "runs",
        flow=None if usage.called or (usage.gathered and not at_random) else usage.active, poisson=at_random,
        minute=usage.active.peak().minute,
        meets=None if at_random or load > 1 else to_quantity(usage.overlap_share),
    )  # fmt: skip


def peak_runs(usage: Usage, active: DemandFlow) -> float:
    """Runs active at the same time in the busiest minute, of a flow of active runs."""
    peak = active.peak().per_second
    if usage.at_random:
        return peak + POISSON_SIGMAS * math.sqrt(peak)
    if usage.called:
        return max(1.0, round(peak))  # a caller's retries follow one another: a mean number, not concurrent runs
    return float(math.ceil(round(peak, 6))) if usage.gathered else peak  # evenly spaced: the number varies by one


def _waiting(name: str, spec: Job, usage: Usage, ctx: Context) -> LimitCheck:
    """Runs that wait at the worst moment; a queue that grows without bound exceeds any quota."""
    queue = overlap.Queue(0, 0, grows=False)
    if usage.active.peak().per_second > spec.max_concurrent_runs:
        queue = overlap.queue(usage.flow, active_ms(spec), spec.max_concurrent_runs)
    quota = ctx.quotas.get(QUEUED_RUNS.id, QUEUED_RUNS.in_region(ctx.region))
    load = max(Decimal(queue.waiting), quota + 1) if queue.grows else Decimal(queue.waiting)
    return LimitCheck(name, WAITING, load, quota, "runs", minute=queue.minute if queue.waiting else None)


def pools(spec: Job, usage: Usage) -> tuple[PoolLoad, ...]:
    """The job's part of the account's DPUs and concurrent runs."""
    if not usage.active.terms:
        return (one_of(JOBS),)
    dpus = FLEX_DPUS if spec.execution_class == "flex" else RAY_DPUS if spec.type == "ray" else DPUS
    return (
        one_of(JOBS),
        PoolLoad(dpus.id, usage.active * Fraction(usage.dpus)),
        PoolLoad(CONCURRENT_RUNS.id, usage.active, poisson=usage.at_random),
    )
