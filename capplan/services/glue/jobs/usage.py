"""Computes what AWS meters for a job: runs and DPU-hours; and how runs end."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow, steady
from capplan.model import Demand
from capplan.quantities.distribution import quantile, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.services.glue import billing
from capplan.services.glue.concurrency import active_runs
from capplan.services.glue.jobs import overlap, retries
from capplan.services.glue.jobs.attempts import (
    active_ms,
    attempt_ms,
    attempts,
    billed_quantile_s,
    failing_ms,
    high_attempts,
)
from capplan.services.glue.jobs.derived_settings import billed_dpus, dpus, duration, fails, timeout_ms
from capplan.services.glue.jobs.occupancy import occupancy
from capplan.services.glue.jobs.spec import Job

P95 = Fraction(95, 100)
HIGH = 0.99
"""A time-out should not stop more than 1% of the runs."""
_ONE_RUN = retries.Attempts(Fraction(0), 1, Fraction(0), Fraction(0))


class Usage(Record, frozen=True):
    """A job's month.

    Attributes:
        flow: Runs as a formula; of a streaming job, the records it reads.
        always_on: A streaming job: it has no single runs, and is billed for every hour.
        dpus: DPUs of one run; with auto scaling, at most.
        billed_dpus: DPUs billed over its time; with auto scaling, those in use.
        run_dpu_hours: Mean DPU-hours of one run, all its attempts.
        dpu_hours: DPU-hours of the month.
        attempts: The chain of attempts, in mean billed seconds.
        success_share: Share of runs in which an attempt succeeds before its time-out. Range 0 to 1.
        timeout_share: Share of attempts without a failure that the time-out stops.
        waste_share: Share of the billed time spent on failed attempts.
        p95_run_s: 95th percentile of a run's billed seconds.
        worst_run_s: Billed seconds when all retries are used, each attempt at the 99th percentile of its run time.
        worst_run_dpu_hours: DPU-hours when every attempt fails just before its time-out.
        failure_notice_s: Seconds from a run's start until its failure notice.
        notices: Failure notices in a month.
        overlap_share: Share of scheduled runs that start while an earlier one is still active.
        active: Runs active at each moment, retries included.
        high_duration_ms: 99th percentile of an attempt's run time.
        machines: Names of the state machines that start it.
        called: Whether something else than a trigger starts it.
        at_random: Whether traffic starts runs; schedules and arriving data do not come at random.
        gathered: Whether arriving data start runs, evenly spaced.
    """

    flow: DemandFlow
    always_on: bool
    dpus: Decimal
    billed_dpus: Fraction
    run_dpu_hours: Fraction
    dpu_hours: Fraction
    attempts: retries.Attempts
    success_share: Fraction
    timeout_share: Fraction
    waste_share: Fraction
    p95_run_s: Fraction
    worst_run_s: Fraction
    worst_run_dpu_hours: Fraction
    failure_notice_s: Fraction
    notices: Fraction
    overlap_share: Fraction
    active: DemandFlow
    high_duration_ms: Decimal
    machines: tuple[str, ...] = ()
    called: bool = False
    at_random: bool = False
    gathered: bool = False


def meter(name: str, spec: Job, demand: Demand) -> Usage:
    """A job's month from the runs that start."""
    if spec.type == "streaming":
        return _streaming(name, spec, demand)
    chain, size, flow = attempts(spec), billed_dpus(spec), demand.flow
    run_hours = billing.dpu_hours(size, retries.expected_billed_s(chain))
    timeout_share = sig6(share_above(duration(spec), timeout_ms(spec)))
    delay = retries.notice_delay_s(
        chain.count, _seconds(failing_ms(spec)), _seconds(spec.startup_ms), _seconds(fails(spec).gap_ms)
    )
    return Usage(
        flow=flow,
        always_on=False,
        dpus=dpus(spec),
        billed_dpus=size,
        run_dpu_hours=run_hours,
        dpu_hours=flow.monthly * run_hours,
        attempts=chain,
        success_share=retries.success_share(chain) * (1 - timeout_share),
        timeout_share=timeout_share,
        waste_share=retries.waste_share(chain),
        p95_run_s=billed_quantile_s(spec, P95),
        worst_run_s=retries.worst_billed_s(high_attempts(spec, HIGH)),
        worst_run_dpu_hours=worst_run_dpu_hours(spec),
        failure_notice_s=delay,
        notices=flow.monthly * notices_per_run(spec),
        overlap_share=overlap.overlap_share(flow, occupancy(spec)),
        active=active_runs(flow, active_ms(spec)),
        high_duration_ms=to_quantity(sig6(quantile(duration(spec), HIGH))),
        machines=_machines(demand),
        at_random=any(s.recurring and s.traffic_source != f"jobs.{name}" for s, _ in flow.terms),
        gathered=any(s.traffic_source == f"jobs.{name}" and s.recurring for s, _ in flow.terms),
        called=any(not stream.cause.startswith("traffic.") for stream in demand.requests),
    )


def _streaming(name: str, spec: Job, demand: Demand) -> Usage:
    """A job that never ends: billed for every second of the month."""
    size = billed_dpus(spec)
    none = Fraction(0)
    return Usage(
        flow=demand.flow,
        always_on=True,
        dpus=dpus(spec),
        billed_dpus=size,
        run_dpu_hours=none,
        dpu_hours=size * units.MONTH_HOURS,
        attempts=_ONE_RUN,
        success_share=Fraction(1),
        timeout_share=none,
        waste_share=none,
        p95_run_s=none,
        worst_run_s=none,
        worst_run_dpu_hours=worst_run_dpu_hours(spec),
        failure_notice_s=none,
        notices=none,
        overlap_share=none,
        active=DemandFlow.of(steady(f"{name}, always on", recurring=False), Fraction(1)),
        high_duration_ms=Decimal(0),
    )


def _seconds(ms: Fraction | Decimal) -> Fraction:
    return Fraction(ms) / units.MS_PER_SECOND


def _machines(demand: Demand) -> tuple[str, ...]:
    """The state machines among its callers."""
    causes = (stream.cause.partition(".") for stream in demand.requests)
    return tuple(dict.fromkeys(name for section, _, name in causes if section == "state_machines"))


def caller_failure_share(spec: Job) -> Fraction:
    """Share of runs that fail for a workflow that waits for them. Range 0 to 1.

    A `.sync` state follows the run it started; Glue's retries are other runs. It fails with the first attempt, or (with
    `sync_follows_retries`) with the last; and with a time-out in any case.
    """
    if spec.type == "streaming":
        return Fraction(0)
    chain = attempts(spec)
    failed = retries.final_failure_share(chain) if spec.sync_follows_retries else chain.chance
    return 1 - (1 - failed) * (1 - sig6(share_above(duration(spec), timeout_ms(spec))))


def notices_per_run(spec: Job) -> Fraction:
    """Failure notices per run: for the last failure, or for every failed attempt."""
    chain = attempts(spec)
    return retries.expected_failures(chain) if spec.notify_each_attempt else retries.final_failure_share(chain)


def worst_run_dpu_hours(spec: Job) -> Fraction:
    """DPU-hours when every attempt fails just before its time-out, on the maximum number of workers."""
    minimum_s = billing.minimum_s(spec.type, spec.glue_version)
    billed = max(_seconds(timeout_ms(spec)), Fraction(minimum_s))
    return billing.dpu_hours(dpus(spec), billed) * (spec.max_retries + 1)


def mean_run_ms(spec: Job) -> Fraction:
    """Mean time of an attempt from its start on, for a caller that waits for it; its calls are spread over it.

    0 for a streaming job, which calls as records arrive.
    """
    return Fraction(0) if spec.type == "streaming" else Fraction(spec.startup_ms) + attempt_ms(spec)


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The month's usage, by the names of the JSON answer."""
    hours = {
        "dpu_hours": to_quantity(usage.dpu_hours),
        "worst_run_dpu_hours": to_quantity(usage.worst_run_dpu_hours),
    }
    if usage.always_on:
        return hours
    return {
        "runs": to_quantity(usage.flow.monthly),
        **hours,
        "success_share": to_quantity(usage.success_share),
        "waste_share": to_quantity(usage.waste_share),
        "expected_attempts": to_quantity(retries.expected_attempts(usage.attempts)),
        "p95_run_seconds": to_quantity(usage.p95_run_s),
        "worst_run_seconds": to_quantity(usage.worst_run_s),
        "failure_notice_seconds": to_quantity(usage.failure_notice_s),
        "failure_notices": to_quantity(usage.notices),
        "overlap_share": to_quantity(usage.overlap_share),
    }
