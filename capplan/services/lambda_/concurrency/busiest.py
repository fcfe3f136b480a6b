"""How many invocations of a function run at once in its busiest instant: by chance, by schedules, by what bounds them.

Random arrivals exceed N + 3.09 √N in one minute of a thousand; a schedule's come at its minute, all of them, and have no
such margin; what waits for its turn, and what its sender opens one after another, never exceeds its bound.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from capplan import units
from capplan.bursts import Burst, most_at_once
from capplan.flow import POISSON_SIGMAS, DemandFlow, Peak
from capplan.model import Demand, RequestStream
from capplan.record import MutableRecord, Record


class Busiest(Record, frozen=True):
    """Concurrent invocations in the busiest instant.

    Attributes:
        concurrency: The most at once: offered by callers, served of what waits.
        random: Mean concurrency of what arrives at random and is not bounded.
        rest: Mean concurrency of the rest, as it is served.
        bounded: The most at once of what waits for its turn or is opened one after another.
        largest: The largest group of random arrivals that come together; 0 for single ones.
        bursts: What schedules have open in the same instants.
    """

    concurrency: int
    random: DemandFlow
    rest: DemandFlow = DemandFlow()
    bounded: float = 0.0
    largest: float = 0.0
    bursts: tuple[Burst, ...] = ()


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
    peak = flow.peak() if flow.terms else Peak(0.0, 0)
    highest = _with_margin(peak.per_second, parts.peakedness)
    if parts.bursts:
        started, _ = most_at_once(parts.bursts, lambda m: _with_margin(flow.at(m), parts.peakedness), peak.minute)
        highest = max(highest, started)
    most_open = math.ceil(round(max(highest, parts.largest) + parts.bounded, 9))
    if reserved is not None and not any(math.isnan(bound) for bound in most):
        most_open = min(most_open, reserved)
    return Busiest(most_open, flow, rest, parts.bounded, parts.largest, tuple(parts.bursts))


class _Parts(MutableRecord):
    """Mean concurrency at random and of the rest, bursts of schedules, the bounded peak, the largest group at random."""

    random: list[DemandFlow]
    rest: list[DemandFlow]
    bursts: list[Burst]
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
        bursts = _bursts(by_schedule, stream, busy_ms)
        bounds = [bound] if math.isfinite(bound) else []
        bounds += [] if stream.open_at_most is None else [float(stream.open_at_most)]
        if bounds and _of_stream(bursts, _concurrency(at_random, busy_ms)) > min(bounds):
            out.bounded += min(bounds)
            out.rest.append(_concurrency(flow, busy_ms))
            continue
        out.random.append(_concurrency(at_random, busy_ms))
        out.bursts += bursts
        out.rest.append(_concurrency(by_schedule, busy_ms))
        if at_random.terms and stream.at_once > 1:
            out.largest = max(out.largest, float(stream.at_once))
        monthly = float(at_random.monthly)
        grouped, volume = grouped + monthly * (float(stream.at_once) + 1) / 2, volume + monthly
    out.peakedness = grouped / volume if volume else 1.0
    return out


def _concurrency(flow: DemandFlow, busy_ms: Fraction) -> DemandFlow:
    return flow.spread(busy_ms) * (busy_ms / units.MS_PER_SECOND)


def _of_stream(bursts: Sequence[Burst], concurrency: DemandFlow) -> float:
    started = most_at_once(bursts, lambda _: 0.0, 0)[0] if bursts else 0.0
    mean = concurrency.peak().per_second if concurrency.terms else 0.0
    return started + _with_margin(mean, 1.0)


def _with_margin(mean: float, peakedness: float) -> float:
    return mean + POISSON_SIGMAS * math.sqrt(mean * peakedness)


def _bursts(by_schedule: DemandFlow, stream: RequestStream, busy_ms: Fraction) -> list[Burst]:
    """What each schedule has open from each of its starts on; what failed comes back one and two minutes after its end.

    Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" (read 2026-11-30).
    """
    lasts = busy_ms / (units.SECONDS_PER_MINUTE * units.MS_PER_SECOND)
    tries = stream.all_attempts if stream.access.is_async or stream.callers_attempts > 1 else Fraction(1)
    out = []
    for profile, times in by_schedule.terms:
        for nth in range(math.ceil(tries)):
            later = math.floor(nth * lasts) + nth * (nth + 1) // 2
            amount = times / stream.all_attempts * min(Fraction(1), tries - nth)
            out.append(Burst(tuple(start + later for start in profile.starts), amount, max(1, math.ceil(lasts))))
    return out
