"""Invocations that start in the same instant: how many run then, and how long they take where not all can start.

Lambda Developer Guide, "Lambda scaling behavior" (read 2026-11-23): each function adds up to 1,000 environments every
10 seconds, refilled continuously and never saved up. What starts by a schedule starts together, with no random margin.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from capplan import units
from capplan.bursts import Burst, most_at_once
from capplan.flow import POISSON_SIGMAS, DemandFlow, Peak
from capplan.model import RequestStream
from capplan.quantities.distribution import Distribution, quantile, share_above
from capplan.quantities.rounding import sig6
from capplan.record import Record
from capplan.services.lambda_.quotas import SCALING_PERIOD_S, SCALING_RATE

_PER_SECOND = int(SCALING_RATE.value) // SCALING_PERIOD_S
_NEGLIGIBLE = 1e-6
_SLICES = 400


class Busy(Record, frozen=True):
    """The most invocations that run at the same time.

    Attributes:
        environments: How many.
        minute: The minute of the simulated period in which they do.
        group: The most random ones that come at once.
        peakedness: Variance of the random ones over their mean; 1 for single arrivals.
        bursts: What schedules have open at the same time.
    """

    environments: int
    minute: int
    group: Fraction
    peakedness: Fraction
    bursts: tuple[Burst, ...]


def busiest(streams: Sequence[RequestStream], random: DemandFlow, durations: Sequence[Distribution]) -> Busy:
    """The most invocations that run at a time: what schedules start together, and a random number of the others.

    Args:
        streams: What invokes the function.
        random: Mean concurrent invocations of everything that no schedule starts.
        durations: How long an invocation of each stream runs.
    """
    groups = [(random_of(s.flow).monthly, _group(s), d) for s, d in zip(streams, durations, strict=True)]
    variance = peakedness_of(groups)
    peak = random.peak() if random.terms else Peak(0.0, 0)
    group = max((size for monthly, size, _ in groups if monthly), default=Fraction(1))
    of_random = max(float(group) if group > 1 else 0.0, with_margin(peak.per_second, variance))
    bursts = tuple(b for s, d in zip(streams, durations, strict=True) for b in bursts_of(s, d))
    if bursts:
        started, minute = most_at_once(bursts, lambda m: with_margin(random.at(m), variance), peak.minute)
        if started >= of_random:
            return Busy(_whole(started), minute, group, variance, bursts)
    return Busy(_whole(of_random), peak.minute, group, variance, bursts)


def with_margin(mean: float, peakedness: Fraction) -> float:
    """A random number of invocations, as large as one minute of a thousand has."""
    return mean + POISSON_SIGMAS * math.sqrt(mean * float(peakedness))


def _whole(environments: float) -> int:
    """Environments are whole; a rounding error above a whole number counts as that number."""
    return math.ceil(round(environments, 9))


def _group(stream: RequestStream) -> Fraction:
    """Random arrivals that come together; what a caller of minutes spreads does not."""
    if stream.offered is not None or any(p.starts or p.over_minutes for p, _ in stream.flow.terms):
        return Fraction(1)
    return stream.at_once if stream.open_at_most is None else min(stream.at_once, stream.open_at_most)


def peakedness_of(groups: Iterable[tuple[Fraction, Fraction, Distribution]]) -> Fraction:
    """Variance over mean of the invocations that run, of groups that arrive at random: (a month, size, duration).

    Of a group of n that start together, the others still run with each: 1 + (n - 1) E[min(X, X')] / E[X], which is n for
    a fixed duration (Whitt 1984, "Heavy-traffic approximations for service systems with blocking", batch arrivals).
    """
    known = [(monthly, size, duration) for monthly, size, duration in groups if monthly]
    if all(size == 1 for _, size, _ in known):
        return Fraction(1)
    total = sum(monthly for monthly, _, _ in known)
    return sum((m * (1 + (size - 1) * _still_running(d)) for m, size, d in known), Fraction(0)) / total


@lru_cache(maxsize=1024)
def _still_running(duration: Distribution) -> Fraction:
    """E[min(X, X')] / E[X] of two invocations that start together. Range 0 to 1, 6 digits."""
    if duration.fixed:
        return Fraction(1)
    shares = [(i + 0.5) / _SLICES for i in range(_SLICES)]
    values = [quantile(duration, share) for share in shares]
    shorter = sum(2 * (1 - share) * value for share, value in zip(shares, values, strict=True))
    return sig6(shorter / sum(values))


def random_of(flow: DemandFlow) -> DemandFlow:
    """What no schedule starts."""
    return DemandFlow(tuple(term for term in flow.terms if not term[0].starts))


def scheduled_of(flow: DemandFlow) -> DemandFlow:
    """What schedules start."""
    return DemandFlow(tuple(term for term in flow.terms if term[0].starts))


# --- schedules --------------------------------------------------------------------------------------------------------


def bursts_of(stream: RequestStream, duration: Distribution) -> tuple[Burst, ...]:
    """What each schedule of a stream has open at a time, runs that started before and still run included."""
    if stream.offered is not None:  # what is short is served over time, whatever came at once
        return ()
    out = []
    for profile, times in stream.flow.terms:
        if profile.starts:
            running = times * _overlapping(profile.starts, duration)
            out.append(
                Burst(profile.starts, running if stream.open_at_most is None else min(running, stream.open_at_most))
            )
    return tuple(out)


@lru_cache(maxsize=1024)
def _overlapping(starts: tuple[int, ...], duration: Distribution) -> Fraction:
    """The most runs of a schedule that are open at a time, on average. 6 digits."""
    still = [1.0]
    while still[-1] > _NEGLIGIBLE:
        still.append(share_above(duration, len(still) * units.SECONDS_PER_MINUTE * units.MS_PER_SECOND))
    if len(still) <= 2:  # noqa: PLR2004  no run lasts until the next minute
        return Fraction(1)
    before = tuple(start - units.PERIOD_MINUTES for start in starts if units.PERIOD_MINUTES - start < len(still))
    around, first, most = (*before, *starts), 0, 0.0
    for i in range(len(before), len(around)):
        while around[i] - around[first] >= len(still):
            first += 1
        most = max(most, sum(still[around[i] - start] for start in around[first : i + 1]))
    return sig6(most)


# --- a burst that has to wait -----------------------------------------------------------------------------------------


class Served(Record, frozen=True):
    """A burst of invocations, all asked for in the same instant.

    Attributes:
        peak: Environments that run at the same time at most.
        at_once: Invocations that find an environment at once; the rest is throttled, or waits where something keeps it.
        drain_s: Seconds until the last of them has ended, where what does not start waits for its turn.
    """

    peak: int
    at_once: int
    drain_s: float


def serve(count: int, duration_s: float, environments: int, ready: int = 0) -> Served:
    """A burst served with the environments that there are and those that AWS adds.

    Each environment takes the next of the waiting invocations when it ends one: AWS's queue of asynchronous events and a
    queue's pollers keep them. 1,000 environments come at once, then 100 each second.

    Args:
        count: Invocations.
        duration_s: Seconds that each takes; above 0.
        environments: Environments that may run at the same time; above 0.
        ready: Environments that idle or are provisioned; they do not count as added.
    """
    first = min(count, environments, ready + int(SCALING_RATE.value))
    most = min(count, environments)

    def started(second: float) -> int:
        """Invocations that have started up to a moment."""
        added = min(most - first, math.floor(second * _PER_SECOND + 1e-9))
        rounds = math.floor(second / duration_s + 1e-9) + 1
        of_added = _rounds_of_added(added, second, duration_s)
        return first * rounds + of_added

    low, high = 0, 1
    while started(high / _PER_SECOND) < count:
        low, high = high, high * 2
    if started(0.0) >= count:
        return Served(min(count, first), count, duration_s)
    while high - low > 1:  # moments are those at which an environment may be added: hundredths of a second
        middle = (low + high) // 2
        low, high = (low, middle) if started(middle / _PER_SECOND) >= count else (middle, high)
    last = high / _PER_SECOND
    peak = first + min(most - first, math.floor(last * _PER_SECOND + 1e-9))
    return Served(peak, first, last + duration_s)


def _rounds_of_added(added: int, second: float, duration_s: float) -> int:
    """Invocations started by environments of which one was added each hundredth of a second."""
    total, left_s = 0, second
    while left_s > 0 and added:  # those added early enough for one round, for two, for three …
        total += min(added, math.floor(left_s * _PER_SECOND + 1e-9))
        left_s -= duration_s
    return total
