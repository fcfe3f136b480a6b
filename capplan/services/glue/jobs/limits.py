"""What AWS would refuse of a job: time-outs, runs at once, runs that wait, DPUs. It never adds up the account itself.

Developer Guide, "Configuring job properties" and "Job run queuing"; read 2026-11-23.
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.glue.jobs import overlap
from capplan.services.glue.jobs.attempts import busy_ms
from capplan.services.glue.jobs.derived_settings import MS_PER_MINUTE, timeout_ms
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.usage import Usage
from capplan.services.glue.quotas import (
    CONCURRENT_RUNS,
    DPUS,
    FLEX_DPUS,
    JOBS,
    QUEUED_RUNS,
    RAY_DPUS,
    one_of,
    pool_quota,
)

TIMEOUT = "glue.timeout"
MAX_CONCURRENT_RUNS = "glue.max_concurrent_runs"
WAITING = "glue.runs_waiting"


def check(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """The job's own limits: its time-out, and its runs at the same time or those that wait."""
    if usage.always_on:
        return ()
    limit_ms = timeout_ms(spec)
    timeout = LimitCheck(
        name, TIMEOUT, to_quantity(usage.high_duration_ms / MS_PER_MINUTE), limit_ms / MS_PER_MINUTE, "min"
    )
    if not usage.flow.terms:
        return (timeout,)
    return (timeout, _waiting(name, spec, usage, ctx) if spec.job_run_queuing else _runs_at_once(name, spec, usage))


def _runs_at_once(name: str, spec: Job, usage: Usage) -> LimitCheck:
    """Runs that overlap in the busiest minute; traffic arrives at random, a schedule does not."""
    at_random, peak = usage.at_random, usage.busy.peak()
    return LimitCheck(
        name, MAX_CONCURRENT_RUNS, to_quantity(sig6(_runs(usage))), Decimal(spec.max_concurrent_runs), "runs",
        flow=None if usage.called or (usage.gathered and not at_random) else usage.busy, poisson=at_random,
        minute=peak.minute,
    )  # fmt: skip


def _runs(usage: Usage) -> float:
    peak = usage.busy.peak().per_second
    if usage.at_random:
        return peak + POISSON_SIGMAS * math.sqrt(peak)
    if usage.called:
        return max(
            1.0, round(peak)
        )  # a caller's retries come one after the other: an expected number, not runs at once
    return float(math.ceil(round(peak, 6))) if usage.gathered else peak  # evenly spaced: now one fewer, now one more


def waiting(spec: Job, usage: Usage) -> overlap.Queue:
    """The runs that wait for the job's own runs to end."""
    if usage.busy.peak().per_second <= spec.max_concurrent_runs:
        return overlap.Queue(0, 0, grows=False)
    return overlap.queue(usage.flow, busy_ms(spec), spec.max_concurrent_runs)


def _waiting(name: str, spec: Job, usage: Usage, ctx: Context) -> LimitCheck:
    """Runs that wait at the worst moment; a queue that grows without end is above any quota."""
    queue = waiting(spec, usage)
    quota = ctx.quotas.get(QUEUED_RUNS, pool_quota(QUEUED_RUNS, ctx.region) or Decimal(0))
    load = max(Decimal(queue.waiting), quota + 1) if queue.grows else Decimal(queue.waiting)
    return LimitCheck(name, WAITING, load, quota, "runs", minute=queue.minute if queue.waiting else None)


def pools(name: str, spec: Job, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:  # noqa: ARG001
    """What the job's runs hold of the account's DPUs and runs."""
    if not usage.busy.terms:
        return (one_of(JOBS),)
    held = FLEX_DPUS if spec.execution_class == "flex" else RAY_DPUS if spec.type == "ray" else DPUS
    return (
        one_of(JOBS),
        PoolLoad(held, usage.busy * Fraction(usage.dpus)),
        PoolLoad(CONCURRENT_RUNS, usage.busy, poisson=usage.at_random),
    )
