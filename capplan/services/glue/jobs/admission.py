"""Computes which of a job's runs start, and when: what is over `max_concurrent_runs` is rejected, or waits in the queue.

Source: AWS Glue API Reference, StartJobRun (ConcurrentRunsExceededException; JobRunQueuingEnabled); AWS Glue Developer Guide, "AWS
Glue job run statuses"; read 2026-11-23. A rejected run is not billed, and nothing else starts it again.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow, course
from capplan.model import Admitted, AdmittedStream, Context, Demand, RequestStream
from capplan.quantities.rounding import sig6
from capplan.services.glue.concurrency import active_runs
from capplan.services.glue.fields import MS_PER_MINUTE
from capplan.services.glue.jobs.arrivals import Arrivals, arrivals, batch_of, peak_at_random, peak_planned
from capplan.services.glue.jobs.attempts import active_ms, seen_ms
from capplan.services.glue.jobs.occupancy import Occupancy, occupancy
from capplan.services.glue.jobs.rejection import PlannedRuns, RandomRuns, let_in
from capplan.services.glue.jobs.spec import Job
from capplan.services.glue.jobs.waiting import Waited, queue_of_flow, queue_of_starts
from capplan.services.glue.quotas import QUEUED_RUNS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def admit(name: str, spec: Job, ctx: Context, demand: Demand) -> Admitted | None:
    """What gets through of a job's runs; None where every run starts at once."""
    if spec.type == "streaming" or not demand.requests:
        return None
    coming = arrivals(name, demand, seen_ms(spec), ctx)
    if spec.job_run_queuing:
        return _queued(name, spec, ctx, demand.requests, coming)
    return _rejected(name, spec, demand.requests, coming)


# --- what is over the limit is rejected -------------------------------------------------------------------------------


def _rejected(name: str, spec: Job, requests: Sequence[RequestStream], coming: Sequence[Arrivals]) -> Admitted | None:
    run = occupancy(spec)
    if not _may_be_short(spec, run, coming):
        return None
    import numpy as np  # noqa: PLC0415  only where a job is short

    minutes = units.PERIOD_MINUTES
    random = DemandFlow.total(one.random for one in coming)
    in_random = None
    if random.terms:
        active = active_runs(random, active_ms(spec)).rate_per_minute()
        in_random = RandomRuns(active, float(batch_of(coming)))
    entries = [(i, runs) for i, one in enumerate(coming) for runs in one.planned]
    planned = [PlannedRuns(runs, _lasts(run, runs.repeats)) for _, runs in entries]
    shares = let_in(planned, in_random, spec.max_concurrent_runs, minutes)
    of_sender = [np.zeros(minutes) for _ in coming]
    for (i, runs), of_start in zip(entries, shares.planned, strict=True):
        np.add.at(of_sender[i], list(runs.starts), of_start * float(runs.group * runs.repeats))
    for i, one in enumerate(coming):
        if one.random.terms and shares.random is not None:
            of_sender[i] += one.random.rate_per_minute() * units.SECONDS_PER_MINUTE * shares.random
        if one.spaced.terms:
            of_sender[i] += (
                one.spaced.rate_per_minute() * units.SECONDS_PER_MINUTE * float(_spaced_share(one.spaced, run, spec))
            )
    served = {i: series * float(part) for one, series in zip(coming, of_sender, strict=True) for i, part in one.streams}
    streams = [_stream(name, i, stream, served[i], _share(stream, served[i])) for i, stream in enumerate(requests)]
    if all(not stream.dropped for stream in streams):
        return None
    return Admitted(tuple(streams))


def _may_be_short(spec: Job, run: Occupancy, coming: Sequence[Arrivals]) -> bool:
    """Whether some run may find no place, by the longest runs and the busiest minute."""
    planned = [planned for one in coming for planned in one.planned]
    longest = peak_planned(planned, Fraction(run.longest_ms) - 1)
    spaced = any(_spaced_share(one.spaced, run, spec) < 1 for one in coming if one.spaced.terms)
    return spaced or longest + peak_at_random(coming, active_ms(spec)) > spec.max_concurrent_runs


def _lasts(run: Occupancy, repeats: Fraction) -> "NDArray[np.float64]":
    """The chance that a group, and those that follow it, is active 1, 2, 3 … minutes after its start."""
    import numpy as np  # noqa: PLC0415

    longest = min(math.ceil(run.longest_ms / MS_PER_MINUTE * float(repeats)), units.PERIOD_MINUTES - 1)
    return np.array([run.chance_after(Fraction(k * MS_PER_MINUTE) / repeats) for k in range(1, longest + 1)])


def _spaced_share(flow: DemandFlow, run: Occupancy, spec: Job) -> Fraction:
    """Share of evenly spaced runs that find a place: so many in a row, then none until the first of them has ended.

    Exact for runs of a fixed time, and where one may be active.
    """
    gap_ms = Fraction(units.MS_PER_SECOND) / Fraction(flow.peak().per_second)
    until, slots = run.longest_ms, 0.0
    for k in range(math.ceil(until / float(gap_ms)) + 1):
        slots += run.chance_after(k * gap_ms)
    return min(Fraction(1), sig6(spec.max_concurrent_runs / slots))


def _share(stream: RequestStream, served: "NDArray[np.float64]") -> Fraction:
    """Share of a stream's runs that start, by how often each minute occurs in a month."""
    offered = stream.flow if stream.offered is None else stream.offered
    weights = offered.month_weights()
    total = float((offered.rate_per_minute() * weights).sum()) * units.SECONDS_PER_MINUTE
    return min(Fraction(1), sig6(float((served * weights).sum()) / total)) if total else Fraction(1)


def _stream(
    name: str, index: int, stream: RequestStream, served: "NDArray[np.float64]", share: Fraction
) -> AdmittedStream:
    offered = stream.flow if stream.offered is None else stream.offered
    if share == 1:
        return AdmittedStream(offered, stream.arrivals.monthly)
    flow = course(offered, served / units.SECONDS_PER_MINUTE, offered.monthly * share, f"jobs.{name}#{index}")
    arrived = stream.arrivals.monthly
    return AdmittedStream(flow, arrived * share, dropped=arrived * (1 - share))


# --- what is over the limit waits ---------------------------------------------------------------------------------------


def _queued(
    name: str, spec: Job, ctx: Context, requests: Sequence[RequestStream], coming: Sequence[Arrivals]
) -> Admitted | None:
    run_ms = active_ms(spec)
    planned = [planned for one in coming for planned in one.planned]
    others = DemandFlow.total(flow for one in coming for flow in (one.random, one.spaced))
    peak = peak_planned(planned, run_ms)
    if peak + active_runs(others, run_ms).peak().per_second <= spec.max_concurrent_runs:
        return None
    waited = _waited(spec, ctx, requests, coming)
    if not waited.peak:
        return None
    offered = Demand(tuple(requests)).offered
    share = sig6(waited.served / (waited.served + waited.waiting + waited.dropped))
    lost = sig6(waited.dropped / (waited.served + waited.waiting + waited.dropped))
    started = waited.started / units.SECONDS_PER_MINUTE
    total = float(offered.monthly)
    streams: list[AdmittedStream] = []
    for i, stream in enumerate(requests):
        sent = stream.flow if stream.offered is None else stream.offered
        arrived, part = stream.arrivals.monthly, float(sent.monthly) / total
        flow = course(sent, started * part, sent.monthly * share, f"jobs.{name}#{i}")
        streams.append(
            AdmittedStream(
                flow, served=arrived * share, dropped=arrived * lost, waiting=arrived * (1 - share - lost),
                peak_waiting=waited.peak * part, oldest_wait_s=waited.oldest_s, drain_s=waited.drain_s,
            )
        )  # fmt: skip
    return Admitted(tuple(streams))


def _waited(spec: Job, ctx: Context, requests: Sequence[RequestStream], coming: Sequence[Arrivals]) -> Waited:
    """Runs one by one where a schedule starts each, else as a fluid."""
    max_waiting = int(ctx.quotas.get(QUEUED_RUNS.id, QUEUED_RUNS.in_region(ctx.region)))
    run_minutes = float(active_ms(spec) / MS_PER_MINUTE)
    planned = [planned for one in coming for planned in one.planned]
    singly = all(one.group.denominator == 1 for one in planned)
    if singly and not any(one.random.terms or one.spaced.terms for one in coming):
        return queue_of_starts(planned, run_minutes, spec.max_concurrent_runs, max_waiting)
    per_minute = Demand(tuple(requests)).offered.rate_per_minute() * units.SECONDS_PER_MINUTE
    return queue_of_flow(per_minute, run_minutes, spec.max_concurrent_runs, max_waiting)
