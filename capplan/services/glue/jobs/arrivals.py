"""Sorts the runs that a job is asked for by how they come: planned starts, random arrivals, evenly spaced ones."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS, DemandFlow, LoadProfile
from capplan.model import Context, Demand, RequestStream
from capplan.record import Record
from capplan.services.glue.concurrency import active_runs
from capplan.services.glue.fields import MS_PER_MINUTE


class Planned(Record, frozen=True):
    """Runs that a schedule starts, by itself or through what it calls.

    Attributes:
        starts: The minutes of the simulated period.
        group: Runs that come in the same instant at each of them.
        repeats: How many such groups follow one another, each when the last has ended: a caller's retries, a Map's next items.
    """

    starts: tuple[int, ...]
    group: Fraction
    repeats: Fraction


class Arrivals(Record, frozen=True):
    """The runs that one sender asks for.

    Attributes:
        streams: Its request streams: their index in the demand, and their share of the runs.
        planned: Those of schedules.
        random: Those that come at random, in groups of `batch`.
        spaced: Those that come at even intervals: arriving data.
        batch: Random runs that come in the same instant.
    """

    streams: tuple[tuple[int, Fraction], ...]
    planned: tuple[Planned, ...]
    random: DemandFlow
    spaced: DemandFlow
    batch: Fraction = Fraction(1)


def arrivals(name: str, demand: Demand, run_ms: Fraction, ctx: Context) -> tuple[Arrivals, ...]:
    """How the runs of a job come, sender by sender.

    Args:
        name: The job's name.
        demand: Its demand.
        run_ms: Mean time of an attempt, as a caller that waits for it sees it.
        ctx: How long its callers run.
    """
    senders: dict[str, list[int]] = {}
    for index, stream in enumerate(demand.requests):
        senders.setdefault(stream.cause, []).append(index)
    return tuple(_of_sender(name, cause, demand, indices, run_ms, ctx) for cause, indices in senders.items())


def _of_sender(
    name: str, cause: str, demand: Demand, indices: Sequence[int], run_ms: Fraction, ctx: Context
) -> Arrivals:
    streams = [demand.requests[index] for index in indices]
    flows = [stream.flow if stream.offered is None else stream.offered for stream in streams]
    total = DemandFlow.total(flows)
    at_once = max(_at_once(stream) for stream in streams)
    planned: list[Planned] = []
    random: list[DemandFlow] = []
    spaced: list[DemandFlow] = []
    for profile, times in total.terms:
        if starts := starts_of(profile):
            group = min(times, max(at_once, _needed_at_once(times, run_ms, ctx.duration_ms.get(cause), streams)))
            planned.append(Planned(starts, group, times / group))
        else:
            own = profile.recurring and profile.traffic_source == f"jobs.{name}"
            (spaced if own else random).append(DemandFlow.of(profile, times))
    asked = total.monthly
    shares = tuple((index, flow.monthly / asked) for index, flow in zip(indices, flows, strict=True))
    return Arrivals(shares, tuple(planned), DemandFlow.total(random), DemandFlow.total(spaced), at_once)


def _at_once(stream: RequestStream) -> Fraction:
    """Runs that a sender is known to start in the same instant; what its retries add comes later."""
    at_once = stream.at_once if stream.open_at_most is None else min(stream.at_once, stream.open_at_most)
    return Fraction(max(1, int(at_once)))


def _needed_at_once(
    times: Fraction, run_ms: Fraction, caller_ms: Fraction | None, streams: Sequence[RequestStream]
) -> Fraction:
    """Runs of one caller that are active together, so that all end while it runs; all, for a schedule of its own.

    One that has a bound, such as a Map's MaxConcurrency, has no more open than that.
    """
    if not caller_ms:
        return times
    together = Fraction(math.floor(times * run_ms / caller_ms + Fraction(1, 2)) or 1)
    bounds = [stream.open_at_most for stream in streams]
    known = [bound for bound in bounds if bound is not None]
    return min(together, sum(known, Fraction(0))) if len(known) == len(bounds) else together


def starts_of(profile: LoadProfile) -> tuple[int, ...]:
    """The minutes at which a schedule starts what ends up here; none where traffic does."""
    return profile.starts or profile.spread_starts


def peak_runs(coming: Sequence[Arrivals], run_ms: Fraction) -> float:
    """The most runs that are active at the same time, each for so long, if all are let in.

    Random ones with a Poisson margin (3.09 standard deviations); evenly spaced ones vary by one.
    """
    planned = (planned for one in coming for planned in one.planned)
    spaced = active_runs(DemandFlow.total(one.spaced for one in coming), run_ms)
    even = math.ceil(round(spaced.peak().per_second, 6)) if spaced.terms else 0
    return peak_planned(planned, run_ms) + even + peak_at_random(coming, run_ms)


def batch_of(coming: Sequence[Arrivals]) -> Fraction:
    """Random runs that come in the same instant."""
    return max((one.batch for one in coming if one.random.terms), default=Fraction(1))


def peak_at_random(coming: Sequence[Arrivals], run_ms: Fraction) -> float:
    """The most random runs that are active at the same time, with a Poisson margin of groups: one group at least."""
    active = active_runs(DemandFlow.total(one.random for one in coming), run_ms)
    if not active.terms:
        return 0.0
    peak, batch = active.peak().per_second, float(batch_of(coming))
    return max(peak + POISSON_SIGMAS * math.sqrt(peak * batch), batch if batch > 1 else 0.0)


def peak_planned(planned: Iterable[Planned], run_ms: Fraction) -> int:
    """The most planned runs that are active at the same time; each counts in every minute that it touches."""
    every = list(planned)
    parts = math.lcm(*(one.group.denominator for one in every))  # whole numbers of this part add up faster
    changes: dict[int, int] = {}
    for one in every:
        minutes, group = max(1, math.ceil(run_ms * one.repeats / MS_PER_MINUTE)), int(one.group * parts)
        for start in one.starts:
            changes[start] = changes.get(start, 0) + group
            changes[start + minutes] = changes.get(start + minutes, 0) - group
    active = peak = 0
    for minute in sorted(changes):
        active += changes[minute]
        peak = max(peak, active)
    return -(-peak // parts)
