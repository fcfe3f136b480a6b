"""What AWS would meter of a job: runs, DPU-hours, and how sure a run is to succeed. It prices nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow, steady
from capplan.model import Context, Demand
from capplan.quantities.distribution import quantile, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.glue import billing
from capplan.services.glue.jobs import overlap, retries
from capplan.services.glue.jobs.attempts import (
    attempt_ms,
    attempts,
    billed_quantile_s,
    busy_ms,
    failing_ms,
    high_attempts,
)
from capplan.services.glue.jobs.derived_settings import billed_dpus, dpus, duration, fails, timeout_ms
from capplan.services.glue.jobs.spec import Job

P95 = Fraction(95, 100)
HIGH = 0.99
"""The share of runs that a time-out should let through."""
_ONE_RUN = retries.Attempts(Fraction(0), 1, Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Usage:
    """A job's month.

    Attributes:
        flow: Runs as a formula; of a streaming job, the records it reads.
        always_on: A streaming job: it has no runs to tell of, and is billed for every hour.
        dpus: DPUs of one run; with auto scaling, at most.
        billed_dpus: DPUs billed over its time; with auto scaling, those at work.
        run_dpu_hours: Mean DPU-hours of one run, all its attempts.
        dpu_hours: DPU-hours of the month.
        attempts: The chain of attempts, in mean billed seconds.
        success_share: Chance that a run ends well: an attempt does not fail, and is not stopped by the time-out.
        timeout_share: Chance that an attempt which does not fail is stopped by the time-out.
        waste_share: The share of the billed time that failed attempts take.
        p95_run_s: Billed seconds that 95% of the runs stay within.
        worst_run_s: Billed seconds when all retries are used, each attempt at the time that 99% stay within.
        worst_run_dpu_hours: Every attempt failing just before its time-out.
        failure_notice_s: Seconds until the last failure is told.
        notices: Failures told in a month.
        overlap_share: Chance that a scheduled run begins while an earlier one is still at work.
        busy: Runs at work at each moment, retries included.
        high_duration_ms: The run time that 99% of the attempts stay within.
        machines: Names of the state machines that start it.
        called: Whether something else than a trigger starts it.
        at_random: Whether traffic starts runs; clocks and gathered data do not come at random.
        gathered: Whether data that have gathered start runs, evenly spaced.
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
    busy: DemandFlow
    high_duration_ms: Decimal
    machines: tuple[str, ...] = ()
    called: bool = False
    at_random: bool = False
    gathered: bool = False


def meter(name: str, spec: Job, demand: Demand, ctx: Context) -> Usage:  # noqa: ARG001
    """A job's month from its runs."""
    if spec.type == "streaming":
        return _streaming(name, spec, demand)
    chain, size, flow = attempts(spec), billed_dpus(spec), demand.flow
    run_hours = billing.dpu_hours(size, retries.expected_billed_s(chain))
    late = sig6(share_above(duration(spec), timeout_ms(spec)))
    how = fails(spec)
    delay = retries.notice_delay_s(
        chain.count, _seconds(failing_ms(spec)), _seconds(spec.startup_ms), _seconds(how.gap_ms)
    )
    return Usage(
        flow=flow,
        always_on=False,
        dpus=dpus(spec),
        billed_dpus=size,
        run_dpu_hours=run_hours,
        dpu_hours=flow.monthly * run_hours,
        attempts=chain,
        success_share=retries.success_share(chain) * (1 - late),
        timeout_share=late,
        waste_share=retries.waste_share(chain),
        p95_run_s=billed_quantile_s(spec, P95),
        worst_run_s=retries.worst_billed_s(high_attempts(spec, HIGH)),
        worst_run_dpu_hours=worst_run_dpu_hours(spec),
        failure_notice_s=delay,
        notices=flow.monthly * notices_a_run(spec),
        overlap_share=overlap.share(flow, duration(spec), chain, failing_ms(spec)),
        busy=overlap.concurrent(flow, busy_ms(spec)),
        high_duration_ms=to_quantity(sig6(quantile(duration(spec), HIGH))),
        machines=_machines(demand),
        at_random=any(s.recurring and s.traffic_source != f"jobs.{name}" for s, _ in flow.terms),
        gathered=any(s.traffic_source == f"jobs.{name}" and s.recurring for s, _ in flow.terms),
        called=any(not work.cause.startswith("traffic.") for work in demand.requests),
    )


def _streaming(name: str, spec: Job, demand: Demand) -> Usage:
    """A job that never ends: billed for every second of the month."""
    size = billed_dpus(spec)
    nothing = Fraction(0)
    return Usage(
        flow=demand.flow,
        always_on=True,
        dpus=dpus(spec),
        billed_dpus=size,
        run_dpu_hours=nothing,
        dpu_hours=size * units.MONTH_HOURS,
        attempts=_ONE_RUN,
        success_share=Fraction(1),
        timeout_share=nothing,
        waste_share=nothing,
        p95_run_s=nothing,
        worst_run_s=nothing,
        worst_run_dpu_hours=worst_run_dpu_hours(spec),
        failure_notice_s=nothing,
        notices=nothing,
        overlap_share=nothing,
        busy=DemandFlow.of(steady(f"{name}, always on", recurring=False), Fraction(1)),
        high_duration_ms=Decimal(0),
    )


def _seconds(ms: Fraction | Decimal) -> Fraction:
    return Fraction(ms) / units.MS_PER_SECOND


def _machines(demand: Demand) -> tuple[str, ...]:
    """The state machines among its callers."""
    found = (work.cause.partition(".") for work in demand.requests)
    return tuple(dict.fromkeys(name for section, _, name in found if section == "state_machines"))


def seen_failure_share(spec: Job) -> Fraction:
    """Chance that a run fails for a workflow that waits for it.

    A `.sync` state follows the run it started; Glue's retries are other runs. So it sees the first attempt fail, or (with
    `sync_follows_retries`) the last; a time-out fails it either way.
    """
    if spec.type == "streaming":
        return Fraction(0)
    chain = attempts(spec)
    fails = retries.final_failure_share(chain) if spec.sync_follows_retries else chain.chance
    return 1 - (1 - fails) * (1 - sig6(share_above(duration(spec), timeout_ms(spec))))


def notices_a_run(spec: Job) -> Fraction:
    """Failures told per run: the last one, or every failed attempt."""
    chain = attempts(spec)
    return retries.expected_failures(chain) if spec.notify_each_attempt else retries.final_failure_share(chain)


def worst_run_dpu_hours(spec: Job) -> Fraction:
    """DPU-hours when every attempt fails just before its time-out, on all the workers it may have."""
    least = billing.minimum_s(spec.type, spec.glue_version)
    billed = max(_seconds(timeout_ms(spec)), Fraction(least))
    return billing.dpu_hours(dpus(spec), billed) * (spec.max_retries + 1)


def mean_run_ms(spec: Job) -> Fraction:
    """Mean time of an attempt, over which its calls are spread; a streaming job makes them as records come."""
    return Fraction(0) if spec.type == "streaming" else attempt_ms(spec)


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The usage keys of reports."""
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
