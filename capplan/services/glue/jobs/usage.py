"""Computes what AWS meters for a job: runs and DPU-hours; and how runs end."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow, steady
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import quantile, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record, replace
from capplan.services.glue import billing
from capplan.services.glue.concurrency import active_runs
from capplan.services.glue.jobs import retries
from capplan.services.glue.jobs.arrivals import Arrivals, arrivals, peak_runs
from capplan.services.glue.jobs.attempts import (
    active_ms,
    attempt_ms,
    attempts,
    billed_quantile_s,
    failing_ms,
    high_attempts,
    seen_ms,
)
from capplan.services.glue.jobs.derived_settings import billed_dpus, dpus, duration, fails, timeout_ms
from capplan.services.glue.jobs.occupancy import occupancy
from capplan.services.glue.jobs.overlap import overlap_share
from capplan.services.glue.jobs.run_settings import Settings, given_settings, with_settings
from capplan.services.glue.jobs.spec import Job

P95 = Fraction(95, 100)
HIGH = 0.99
"""A time-out should not stop more than 1% of the runs."""
_ONE_RUN = retries.Attempts(Fraction(0), 1, Fraction(0), Fraction(0))


class Part(Record, frozen=True):
    """Runs of a job with the same settings.

    Attributes:
        spec: The job with the settings of these runs.
        flow: The runs.
        active: Those active at each moment.
        coming: How they come, if all are let in.
        dpus: DPUs of one run; with auto scaling, at most.
        billed_dpus: DPUs billed over its time.
        run_dpu_hours: Mean DPU-hours of one run, all its attempts.
        waste_share: Share of the billed time spent on failed attempts.
        high_duration_ms: 99th percentile of an attempt's run time.
        resized: Whether a caller gives them other workers than the job has.
    """

    spec: Job
    flow: DemandFlow
    active: DemandFlow
    coming: tuple[Arrivals, ...]
    dpus: Decimal
    billed_dpus: Fraction
    run_dpu_hours: Fraction
    waste_share: Fraction
    high_duration_ms: Decimal
    resized: bool = False


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
        success_share: Share of the runs asked for in which an attempt succeeds before its time-out. Range 0 to 1.
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
        wanted: Runs active at each moment, if all were let in.
        peak_runs: Runs active at the same time in the busiest minute, if all were let in.
        utilization: Mean number of active runs for each that may be active, if all were let in: above 1 a queue only grows.
        rejected_share: Share of the runs asked for that AWS rejects. Range 0 to 1.
        peak_waiting: The most runs that wait at one time.
        parts: Runs with the same settings: one, but where callers give settings of their own. What is told of one run is
            told of the part whose runs cost most together.
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
    wanted: DemandFlow = DemandFlow()
    peak_runs: float = 0.0
    utilization: Fraction = Fraction(0)
    rejected_share: Fraction = Fraction(0)
    peak_waiting: float = 0.0
    parts: tuple[Part, ...] = ()

    @property
    def run_spec(self) -> Job:
        """The job with the settings of the runs that cost most together."""
        return max(self.parts, key=lambda part: part.run_dpu_hours * part.flow.monthly).spec

    @property
    def coming(self) -> tuple[Arrivals, ...]:
        """How its runs come, if all are let in."""
        return tuple(one for part in self.parts for one in part.coming)

    @property
    def at_random(self) -> bool:
        """Whether traffic starts runs; those of schedules and arriving data do not come at random."""
        return any(one.random.terms for one in self.coming)

    @property
    def used_dpus(self) -> DemandFlow:
        """DPUs in use at each moment."""
        return DemandFlow.total(part.active * Fraction(part.dpus) for part in self.parts)

    @property
    def resized(self) -> bool:
        """Whether callers give runs other workers than the job has."""
        return any(part.resized for part in self.parts)


def meter(name: str, spec: Job, demand: Demand, ctx: Context) -> Usage:
    """A job's month from the runs that start, each with the settings that its caller gives."""
    if spec.type == "streaming":
        return _streaming(name, spec, demand)
    groups: dict[Settings, list[RequestStream]] = {}
    for stream in demand.requests:
        groups.setdefault(given_settings(spec, stream.access), []).append(stream)
    if len(groups) <= 1:
        return _of_settings(name, with_settings(spec, next(iter(groups), ())), demand, spec, ctx)
    usages = [
        _of_settings(name, with_settings(spec, given), Demand(tuple(streams)), spec, ctx)
        for given, streams in groups.items()
    ]
    return _total(usages, demand)


def _total(usages: Sequence[Usage], demand: Demand) -> Usage:
    """The month of runs with different settings."""
    largest = max(usages, key=lambda usage: usage.dpu_hours)
    runs = sum((usage.flow.monthly for usage in usages), Fraction(0))
    hours = sum((usage.dpu_hours for usage in usages), Fraction(0))

    def by_runs(share: Callable[[Usage], Fraction]) -> Fraction:
        return sum((share(usage) * usage.flow.monthly for usage in usages), Fraction(0)) / runs

    return replace(
        largest,
        flow=demand.flow,
        dpus=max(usage.dpus for usage in usages),
        dpu_hours=hours,
        success_share=by_runs(lambda usage: usage.success_share) * _started_share(demand),
        timeout_share=by_runs(lambda usage: usage.timeout_share),
        waste_share=sum((usage.waste_share * usage.dpu_hours for usage in usages), Fraction(0)) / hours,
        worst_run_dpu_hours=max(usage.worst_run_dpu_hours for usage in usages),
        notices=sum((usage.notices for usage in usages), Fraction(0)),
        overlap_share=max(usage.overlap_share for usage in usages),
        active=DemandFlow.total(usage.active for usage in usages),
        high_duration_ms=max(usage.high_duration_ms for usage in usages),
        machines=_machines(demand),
        wanted=DemandFlow.total(usage.wanted for usage in usages),
        peak_runs=sum(usage.peak_runs for usage in usages),
        utilization=sum((usage.utilization for usage in usages), Fraction(0)),
        rejected_share=1 - _started_share(demand),
        peak_waiting=_peak_waiting(demand),
        called=any(usage.called for usage in usages),
        parts=tuple(part for usage in usages for part in usage.parts),
    )


def _of_settings(name: str, spec: Job, demand: Demand, job: Job, ctx: Context) -> Usage:
    """The month of runs that all have the same settings."""
    chain, size, flow = attempts(spec), billed_dpus(spec), demand.flow
    run_hours = billing.dpu_hours(size, retries.expected_billed_s(chain))
    timeout_share = sig6(share_above(duration(spec), timeout_ms(spec)))
    delay = retries.notice_delay_s(
        chain.count, _seconds(failing_ms(spec)), _seconds(spec.startup_ms), _seconds(fails(spec).gap_ms)
    )
    coming = arrivals(name, demand, seen_ms(spec), ctx)
    by_schedule = demand.admitted is not None and not any(one.random.terms for one in coming)
    active, waste = active_runs(flow, active_ms(spec), in_instants=by_schedule), retries.waste_share(chain)
    high_ms = to_quantity(sig6(quantile(duration(spec), HIGH)))
    return Usage(
        flow=flow,
        always_on=False,
        dpus=dpus(spec),
        billed_dpus=size,
        run_dpu_hours=run_hours,
        dpu_hours=flow.monthly * run_hours,
        attempts=chain,
        success_share=retries.success_share(chain) * (1 - timeout_share) * _started_share(demand),
        timeout_share=timeout_share,
        waste_share=waste,
        p95_run_s=billed_quantile_s(spec, P95),
        worst_run_s=retries.worst_billed_s(high_attempts(spec, HIGH)),
        worst_run_dpu_hours=worst_run_dpu_hours(spec),
        failure_notice_s=delay,
        notices=flow.monthly * notices_per_run(spec),
        overlap_share=overlap_share(coming, occupancy(spec)),
        active=active,
        high_duration_ms=high_ms,
        machines=_machines(demand),
        wanted=active if demand.admitted is None else active_runs(demand.offered, active_ms(spec)),
        peak_runs=peak_runs(coming, active_ms(spec)),
        utilization=_utilization(spec, demand.offered),
        rejected_share=1 - _started_share(demand),
        peak_waiting=_peak_waiting(demand),
        called=any(not stream.cause.startswith("traffic.") for stream in demand.requests),
        parts=(
            Part(
                spec,
                flow,
                active,
                coming,
                dpus(spec),
                size,
                run_hours,
                waste,
                high_ms,
                resized=_size_of(spec) != _size_of(job),
            ),
        ),
    )


def _utilization(spec: Job, offered: DemandFlow) -> Fraction:
    mean_active = offered.monthly * active_ms(spec) / units.MS_PER_SECOND / units.MONTH_SECONDS
    return mean_active / spec.max_concurrent_runs


def _started_share(demand: Demand) -> Fraction:
    """Share of the runs asked for that start, at once or after waiting."""
    if demand.admitted is None:
        return Fraction(1)
    asked = sum((stream.arrivals.monthly for stream in demand.requests), Fraction(0))
    return 1 - sum((part.dropped for part in demand.admitted.streams), Fraction(0)) / asked


def _peak_waiting(demand: Demand) -> float:
    return 0.0 if demand.admitted is None else sum(part.peak_waiting for part in demand.admitted.streams)


def _size_of(spec: Job) -> tuple[str, int | None]:
    return spec.worker_type, spec.workers


def _streaming(name: str, spec: Job, demand: Demand) -> Usage:
    """A job that never ends: billed for every second of the month."""
    size, none = billed_dpus(spec), Fraction(0)
    active = DemandFlow.of(steady(f"{name}, always on", recurring=False), Fraction(1))
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
        active=active,
        high_duration_ms=Decimal(0),
        parts=(Part(spec, demand.flow, active, (), dpus(spec), size, none, none, Decimal(0)),),
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
