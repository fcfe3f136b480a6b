"""What a token bucket lets through of requests: so many a second, and a burst; the others are rejected and never served."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow, course
from capplan.model import Admitted, AdmittedStream, Demand, RequestStream
from capplan.quantities.rounding import sig6
from capplan.record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTE_S = float(units.SECONDS_PER_MINUTE)
_NEGLIGIBLE = 1e-6


class Bucket(Record, frozen=True):
    """A rate limit with a burst.

    Attributes:
        per_second: Tokens added a second.
        burst: Tokens it holds at most; 0 where none is published.
        others: Tokens a second that others want of it.
        each: Tokens that one request takes (mean).
        limit: The limit of the account that it is; empty for one of the resource's own.
    """

    per_second: Fraction
    burst: Fraction = Fraction(0)
    others: DemandFlow = DemandFlow()
    each: Fraction = Fraction(1)
    limit: str = ""


def seconds_to_empty(per_second: Fraction, burst: Fraction, wanted: Fraction) -> Fraction | None:
    """Seconds at a constant rate until a full bucket rejects its first request; None where it never does."""
    return burst / (wanted - per_second) if wanted > per_second else None


def admit(name: str, demand: Demand, buckets: Sequence[Bucket]) -> Admitted | None:
    """What gets through of a demand where each request needs tokens of every bucket; None where everything does.

    Args:
        name: The resource, by which the series of what is served are told apart.
        demand: What is asked for.
        buckets: In the order in which a request meets them: a later one sees what the earlier ones let through.
    """
    short = [bucket for bucket in buckets if _may_be_short(demand, bucket)]
    if not short:
        return None
    import numpy as np  # noqa: PLC0415  only where something is short

    courses = [_course(stream) for stream in demand.requests]
    wanted = {}
    for bucket in short:
        if bucket.limit:
            wanted[bucket.limit] = _wanted(name, demand, bucket, courses)
        at_start = sum((one.at_start for one in courses), np.zeros(units.PERIOD_MINUTES))
        rest = sum((one.rest for one in courses), np.zeros(units.PERIOD_MINUTES))
        of_start, of_rest = _shares(at_start, rest, bucket)
        for one in courses:
            one.at_start, one.rest = one.at_start * of_start, one.rest * of_rest
    streams = tuple(
        _stream(f"{name}#{i}", stream, one.served)
        for i, (stream, one) in enumerate(zip(demand.requests, courses, strict=True))
    )
    return Admitted(streams, wanted) if any(part.dropped for part in streams) else None


def _wanted(name: str, demand: Demand, bucket: Bucket, courses: "Sequence[_Course]") -> DemandFlow:
    """Tokens a second that are wanted of a limit of the account: for what the resource's own buckets let through."""
    import numpy as np  # noqa: PLC0415

    offered = DemandFlow.total(_offered(stream) for stream in demand.requests)
    streams = [
        _stream(f"{name}#{i}", s, c.served) for i, (s, c) in enumerate(zip(demand.requests, courses, strict=True))
    ]
    if not any(part.dropped for part in streams):
        return offered * bucket.each
    series = sum((c.served for c in courses), np.zeros(units.PERIOD_MINUTES)) * (float(bucket.each) / _MINUTE_S)
    monthly = sum((part.flow.monthly for part in streams), Fraction(0)) * bucket.each
    return course(offered, series, monthly, f"{name}#wanted")


def _may_be_short(demand: Demand, bucket: Bucket) -> bool:
    offered = DemandFlow.total(_offered(stream) for stream in demand.requests) * bucket.each
    starting = sum((float(times) for stream in demand.requests for times in _started(stream)), 0.0)
    wanted = offered + bucket.others
    at_once = float(bucket.burst or bucket.per_second)
    return wanted.peak().per_second > bucket.per_second or starting * float(bucket.each) > at_once


def _offered(stream: RequestStream) -> DemandFlow:
    return stream.flow if stream.offered is None else stream.offered


def _started(stream: RequestStream) -> list[Fraction]:
    """Requests that come at once at each start of a schedule."""
    return [times for profile, times in _offered(stream).terms if profile.starts]


class _Course:
    """Requests of one stream in each minute: those at its start by schedules, and those over it."""

    def __init__(self, at_start: "NDArray[np.float64]", rest: "NDArray[np.float64]") -> None:
        self.at_start, self.rest = at_start, rest

    @property
    def served(self) -> "NDArray[np.float64]":
        return self.at_start + self.rest


def _course(stream: RequestStream) -> _Course:
    import numpy as np  # noqa: PLC0415

    at_start = np.zeros(units.PERIOD_MINUTES)
    for profile, times in _offered(stream).terms:
        if profile.starts:
            np.add.at(at_start, np.array(profile.starts, dtype=int), float(times))
    return _Course(at_start, np.maximum(0.0, _offered(stream).rate_per_minute() * _MINUTE_S - at_start))


def _shares(
    at_start: "NDArray[np.float64]", rest: "NDArray[np.float64]", bucket: Bucket
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """The shares that pass of what comes at the start of each minute, and of what comes over it.

    The bucket as a fluid: within a minute rates are constant, so that it empties, or fills, in a straight line.
    """
    import numpy as np  # noqa: PLC0415

    each, burst = float(bucket.each), float(bucket.burst)
    gains = float(bucket.per_second) * _MINUTE_S
    others = bucket.others.rate_per_minute() * _MINUTE_S if bucket.others.terms else np.zeros(units.PERIOD_MINUTES)
    wanted = rest * each + others
    of_start, of_rest, tokens = np.ones(units.PERIOD_MINUTES), np.ones(units.PERIOD_MINUTES), burst
    for minute in range(units.PERIOD_MINUTES):
        want_now, want, spent = float(at_start[minute]) * each, float(wanted[minute]), 0.0
        if want_now:
            passing = min(
                want_now, tokens if burst else float(bucket.per_second)
            )  # without a burst: what a second brings
            of_start[minute] = passing / want_now
            spent, tokens = passing, max(0.0, tokens - passing)
        brought = gains if burst else gains - spent
        if want - brought <= tokens:
            tokens = min(burst, tokens + brought - want)
        else:
            of_rest[minute] = (brought + tokens) / want
            tokens = 0.0
    return of_start, of_rest


def _stream(name: str, stream: RequestStream, served: "NDArray[np.float64]") -> AdmittedStream:
    """A stream's month: minutes weighted by how often they occur, in the proportions of its exact volume."""
    offered, arrivals = _offered(stream), stream.arrivals.monthly
    weights, per_minute = offered.month_weights(), offered.rate_per_minute() * _MINUTE_S
    total = float((per_minute * weights).sum())
    share = float((served * weights).sum()) / total if total else 1.0
    if 1 - share <= _NEGLIGIBLE:
        return AdmittedStream(offered, arrivals)
    kept = sig6(share)
    present = per_minute > 0
    shares = served[present] / per_minute[present]
    if math.isclose(float(shares.min()), float(shares.max()), rel_tol=_NEGLIGIBLE):
        flow = offered * kept
    else:
        flow = course(offered, served / _MINUTE_S, offered.monthly * kept, name)
    return AdmittedStream(flow, arrivals * kept, dropped=arrivals * (1 - kept))
