"""Sorts the runs that a job is asked for by how they come: planned starts, random arrivals, evenly spaced ones."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS, DemandFlow, LoadProfile
from capplan.model import RequestStream
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
    """The runs of one request stream.

    Attributes:
        planned: Those of schedules.
        random: Those that come at random, in groups of `batch`.
        spaced: Those that come at even intervals: arriving data.
    """

    planned: tuple[Planned, ...]
    random: DemandFlow
    spaced: DemandFlow
    batch: Fraction = Fraction(1)


def arrivals(name: str, stream: RequestStream) -> Arrivals:
    """How the runs of a stream come."""
    offered = stream.flow if stream.offered is None else stream.offered
    at_once = stream.at_once if stream.open_at_most is None else min(stream.at_once, stream.open_at_most)
    called = not stream.cause.startswith("traffic.")
    planned: list[Planned] = []
    random: list[DemandFlow] = []
    spaced: list[DemandFlow] = []
    for profile, times in offered.terms:
        if starts := starts_of(profile):
            group = min(times, Fraction(max(1, int(at_once)))) if called else times
            planned.append(Planned(starts, group, times / group))
        else:
            own = profile.recurring and profile.traffic_source == f"jobs.{name}"
            (spaced if own else random).append(DemandFlow.of(profile, times))
    return Arrivals(tuple(planned), DemandFlow.total(random), DemandFlow.total(spaced), max(Fraction(1), at_once))


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
    changes: dict[int, Fraction] = {}
    for one in planned:
        minutes = max(1, math.ceil(run_ms * one.repeats / MS_PER_MINUTE))
        for start in one.starts:
            changes[start] = changes.get(start, Fraction(0)) + one.group
            changes[start + minutes] = changes.get(start + minutes, Fraction(0)) - one.group
    active = peak = Fraction(0)
    for minute in sorted(changes):
        active += changes[minute]
        peak = max(peak, active)
    return math.ceil(peak)
