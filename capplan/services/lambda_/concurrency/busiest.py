"""How many invocations of a function run at once in its busiest instant: by chance, by schedules, by what bounds them.

Random arrivals exceed N + 3.09 √N in one minute of a thousand; a schedule's come at its minute, all of them, and have no
such margin; what waits for its turn, and what its sender opens one after another, never exceeds its bound.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from capplan import units
from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.model import Demand
from capplan.record import MutableRecord, Record

_OFTEN_MINUTES = 60
"""A schedule that starts as often meets the busiest minute of other traffic."""


class Busiest(Record, frozen=True):
    """Concurrent invocations in the busiest instant.

    Attributes:
        concurrency: The most at once: offered by callers, served of what waits.
        random: Mean concurrency of what arrives at random and is not bounded.
        rest: Mean concurrency of the rest, as it is served.
        bounded: The most at once of what waits for its turn or is opened one after another.
        at_once: The most that schedules start in one instant.
    """

    concurrency: int
    random: DemandFlow
    rest: DemandFlow = DemandFlow()
    bounded: float = 0.0
    at_once: float = 0.0


def busiest(demand: Demand, busy_ms: Fraction, most: Sequence[float], reserved: int | None) -> Busiest:
    """The busiest instant at a demand whose invocations take so long.

    Args:
        demand: The demand.
        busy_ms: Milliseconds of an invocation.
        most: For each stream that waits for its turn, how many its source has at a time at most; NaN for calls.
        reserved: The function's reservation: what waits for its turn is served within it.
    """
    parts = _parts(demand, busy_ms, most)
    flow, rest = DemandFlow.total(parts.random), DemandFlow.total(parts.rest)
    started = _started(parts.starts, busy_ms)
    at_once = max(started.values(), default=0.0)
    mean = flow.peak().per_second if flow.terms else 0.0
    highest = mean + _margin(mean, parts.peakedness)
    if started:
        beside = mean if len(started) * _OFTEN_MINUTES > units.PERIOD_MINUTES else _at_busiest_start(flow, started)
        highest = max(highest, at_once + beside + _margin(beside, parts.peakedness))
    peak = math.ceil(round(max(highest, parts.largest) + parts.bounded, 9))
    if reserved is not None and not any(math.isnan(bound) for bound in most):
        peak = min(peak, reserved)
    return Busiest(peak, flow, rest, parts.bounded, at_once)


class _Parts(MutableRecord):
    """Mean concurrency at random and of the rest, arrivals of schedules, the bounded peak, the largest group at random."""

    random: list[DemandFlow]
    rest: list[DemandFlow]
    starts: list[DemandFlow]
    bounded: float = 0.0
    largest: float = 0.0
    peakedness: float = 1.0


def _parts(demand: Demand, busy_ms: Fraction, most: Sequence[float]) -> _Parts:
    out = _Parts([], [], [])
    admitted = demand.admitted.streams if demand.admitted is not None else (None,) * len(demand.requests)
    grouped, volume = 0.0, 0.0
    for stream, part, bound in zip(demand.requests, admitted, most, strict=True):
        if part is not None and part.peak_open:
            out.bounded += part.peak_open
            out.rest.append(_concurrency(stream.flow, busy_ms))
            continue
        flow = stream.flow if stream.offered is None else stream.offered
        by_schedule = DemandFlow(tuple(term for term in flow.terms if term[0].starts))
        at_random = flow if not by_schedule.terms else DemandFlow(tuple(t for t in flow.terms if not t[0].starts))
        bounds = [bound] if math.isfinite(bound) else []
        bounds += [] if stream.open_at_most is None else [float(stream.open_at_most)]
        if bounds and _of_stream(by_schedule, _concurrency(at_random, busy_ms), busy_ms) > min(bounds):
            out.bounded += min(bounds)
            out.rest.append(_concurrency(flow, busy_ms))
            continue
        out.random.append(_concurrency(at_random, busy_ms))
        out.starts.append(by_schedule)
        out.rest.append(_concurrency(by_schedule, busy_ms))
        if at_random.terms and stream.at_once > 1:
            out.largest = max(out.largest, float(stream.at_once))
        monthly = float(at_random.monthly)
        grouped, volume = grouped + monthly * (float(stream.at_once) + 1) / 2, volume + monthly
    out.peakedness = grouped / volume if volume else 1.0
    return out


def _concurrency(flow: DemandFlow, busy_ms: Fraction) -> DemandFlow:
    return flow.spread(busy_ms) * (busy_ms / units.MS_PER_SECOND)


def _of_stream(by_schedule: DemandFlow, concurrency: DemandFlow, busy_ms: Fraction) -> float:
    started = max(_started([by_schedule], busy_ms).values(), default=0.0)
    mean = concurrency.peak().per_second if concurrency.terms else 0.0
    return started + mean + _margin(mean, 1.0)


def _margin(mean: float, peakedness: float) -> float:
    return POISSON_SIGMAS * math.sqrt(mean * peakedness)


def _started(flows: Iterable[DemandFlow], busy_ms: Fraction) -> dict[int, float]:
    """Invocations of schedules that run at the start of each minute in which some start."""
    counts: dict[int, float] = defaultdict(float)
    for flow in flows:
        for profile, times in flow.terms:
            for minute in profile.starts:
                counts[minute] += float(times)
    minutes = math.ceil(busy_ms / (units.SECONDS_PER_MINUTE * units.MS_PER_SECOND)) - 1
    if minutes < 1 or not counts:
        return dict(counts)
    running: dict[int, float] = {}
    for minute, count in counts.items():
        earlier = range(minute - min(minutes, units.PERIOD_MINUTES - 1), minute)
        running[minute] = count + sum(counts.get(m % units.PERIOD_MINUTES, 0.0) for m in earlier)
    return running


def _at_busiest_start(flow: DemandFlow, started: dict[int, float]) -> float:
    """The random mean at the minute in which most start."""
    if not flow.terms:
        return 0.0
    minute = max(started, key=lambda m: started[m])
    if all(profile.at is not None for profile, _ in flow.terms):
        return sum(float(m) * profile.at(minute) for profile, m in flow.terms if profile.at is not None)
    return float(flow.rate_per_minute()[minute])
