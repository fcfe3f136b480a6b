"""What AWS would meter of a job: runs, DPU-hours, and how sure a run is to succeed. It prices nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import Flow
from capplan.model import Context, Demand
from capplan.quantities import Distribution, expected_blocks, fixed, mean, quantile, share_above, sig6, to_quantity
from capplan.services.glue import billing, retries
from capplan.services.glue.spec import MS_PER_MINUTE, Job, dpus, fails, timeout_ms

P95 = Fraction(95, 100)
HIGH = 0.99
"""The share of runs that a time-out should let through."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A job's month.

    Attributes:
        flow: Runs as a formula.
        dpus: DPUs of one run.
        run_dpu_hours: Mean DPU-hours of one run, all its attempts.
        dpu_hours: DPU-hours of the month.
        attempts: The chain of attempts, in mean billed seconds.
        success_share: Chance that a run ends well: an attempt does not fail, and is not stopped by the time-out.
        timeout_share: Chance that an attempt which does not fail is stopped by the time-out.
        waste_share: The share of the billed time that failed attempts take.
        p95_run_s: Billed seconds that 95% of the runs stay within, each attempt at its mean.
        worst_run_s: Billed seconds when all retries are used, each attempt at its mean.
        worst_run_dpu_hours: Every attempt failing just before its time-out.
        failure_notice_s: Seconds until the last failure is told.
        busy: Runs at work at each moment, retries included.
        high_duration_ms: The run time that 99% of the attempts stay within.
    """

    flow: Flow
    dpus: Decimal
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
    busy: Flow
    high_duration_ms: Decimal


def meter(name: str, spec: Job, demand: Demand, ctx: Context) -> Usage:  # noqa: ARG001  one shape for every room
    """A job's month from its runs."""
    chain, size, flow = attempts(spec), dpus(spec), demand.flow
    run_hours = billing.dpu_hours(size, retries.expected_billed_s(chain))
    late = _exact_share(spec.duration, timeout_ms(spec))
    return Usage(
        flow=flow,
        dpus=size,
        run_dpu_hours=run_hours,
        dpu_hours=flow.monthly * run_hours,
        attempts=chain,
        success_share=retries.success_share(chain) * (1 - late),
        timeout_share=late,
        waste_share=retries.waste_share(chain),
        p95_run_s=retries.billed_quantile_s(chain, P95),
        worst_run_s=retries.worst_billed_s(chain),
        worst_run_dpu_hours=worst_run_dpu_hours(spec),
        failure_notice_s=retries.notice_delay_s(chain.count, failing_ms(spec) / units.MS_PER_SECOND),
        busy=concurrent(flow, busy_ms(spec)),
        high_duration_ms=to_quantity(sig6(quantile(spec.duration, HIGH))),
    )


def attempts(spec: Job) -> retries.Attempts:
    """The job's chain of attempts, in mean billed seconds.

    An attempt that would run past its time-out is billed to it and not retried: it ends the run as a success would.
    """
    least, cap, how = billing.minimum_s(spec.type, spec.glue_version), timeout_ms(spec), fails(spec)
    return retries.Attempts(
        chance=Fraction(how.chance),
        count=retries.attempts_at_most(spec.max_retries),
        failed_s=billing.expected_billed_s(scaled(spec.duration, how.after), least, cap),
        success_s=billing.expected_billed_s(spec.duration, least, cap),
        repeat=None if how.repeat is None else Fraction(how.repeat),
    )


def scaled(duration: Distribution, share: Decimal) -> Distribution:
    """A duration cut to a share of itself."""
    if not share:
        return fixed(0)
    return Distribution(tuple((below, value * share) for below, value in duration.points))


def worst_run_dpu_hours(spec: Job) -> Fraction:
    """DPU-hours when every attempt fails just before its time-out."""
    limit_s = Fraction(timeout_ms(spec)) / units.MS_PER_SECOND
    billed = max(limit_s, Fraction(billing.minimum_s(spec.type, spec.glue_version)))
    return billing.dpu_hours(dpus(spec), billed) * (spec.max_retries + 1)


# --- time -------------------------------------------------------------------------------------------------------------


def attempt_ms(spec: Job) -> Fraction:
    """Mean real time of an attempt that does not fail, cut at the time-out."""
    return _cut_mean_ms(spec.duration, timeout_ms(spec))


def failing_ms(spec: Job) -> Fraction:
    """Mean real time until a failing attempt fails."""
    return _cut_mean_ms(scaled(spec.duration, fails(spec).after), timeout_ms(spec))


def busy_ms(spec: Job) -> Fraction:
    """Mean real time a run is at work, all its attempts together."""
    chain = attempts(spec)
    failed = retries.expected_failures(chain) * failing_ms(spec)
    return retries.success_share(chain) * attempt_ms(spec) + failed


def call_factor(spec: Job) -> Fraction:
    """How many full runs' calls one run makes: one if it succeeds, and of each failed attempt the share it got to."""
    chain = attempts(spec)
    return retries.success_share(chain) + retries.expected_failures(chain) * Fraction(fails(spec).after)


def concurrent(flow: Flow, each_ms: Fraction) -> Flow:
    """Runs at work at each moment, for runs that each take so long.

    Runs of a minute or more stand in the series as whole minutes, so that a run alone is one run and never a bit more.
    """
    minutes = each_ms // MS_PER_MINUTE
    if minutes < 1:
        return flow * (each_ms / units.MS_PER_SECOND)
    return flow.spread(each_ms) * Fraction(minutes * units.SECONDS_PER_MINUTE)


def _cut_mean_ms(duration: Distribution, cap_ms: Decimal) -> Fraction:
    """E[min(T, cap)]; for percentiles to the second."""
    if duration.fixed:
        return Fraction(min(duration.points[0][1], cap_ms))
    started = expected_blocks(duration, units.MS_PER_SECOND, cap_ms) * units.MS_PER_SECOND
    return min(mean(duration), started)


def _exact_share(duration: Distribution, above: Decimal) -> Fraction:
    return sig6(share_above(duration, above))


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The usage keys of reports."""
    return {
        "runs": to_quantity(usage.flow.monthly),
        "dpu_hours": to_quantity(usage.dpu_hours),
        "worst_run_dpu_hours": to_quantity(usage.worst_run_dpu_hours),
        "success_share": to_quantity(usage.success_share),
        "waste_share": to_quantity(usage.waste_share),
        "expected_attempts": to_quantity(retries.expected_attempts(usage.attempts)),
        "p95_run_seconds": to_quantity(usage.p95_run_s),
        "worst_run_seconds": to_quantity(usage.worst_run_s),
        "failure_notice_seconds": to_quantity(usage.failure_notice_s),
    }
