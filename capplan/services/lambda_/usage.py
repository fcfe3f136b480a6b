"""What AWS meters of a function in a month: requests, GB-seconds, cold starts, streamed GB, poller hours."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Admitted, Demand, RequestStream
from capplan.quantities.distribution import mean, quantile, share_above
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.services.lambda_ import billing
from capplan.services.lambda_.admission.dead_letters import dead_letters
from capplan.services.lambda_.admission.lanes import Lane, lanes_of, parts_of
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.concurrency import provisioned
from capplan.services.lambda_.concurrency.busiest import Busiest, busiest
from capplan.services.lambda_.invocation_time import (
    InvocationTime,
    cold_parts,
    duration_of_batch,
    high,
    invocation_time,
    mean_cold_ms,
)
from capplan.services.lambda_.sources import event_source_mappings
from capplan.services.lambda_.spec import Function

_SLICES = 400
"""Slices of equal share over which a mean beyond a bound is summed."""


class ColdUse(Record, frozen=True):
    """A month's cold starts.

    Attributes:
        share: Of all invocations. Range 0 to 1, 6 digits.
        start: How long a start takes.
        extra_ms: Billed milliseconds that a cold start adds to a warm invocation.
        extra_gb_seconds: GB-seconds per second that cold starts add to the bill.
    """

    share: Fraction
    start: cold_starts.Start
    extra_ms: Fraction
    extra_gb_seconds: DemandFlow


class Usage(Record, frozen=True):
    """A month of a function.

    Attributes:
        invocations: Invocations per second, retries included.
        synchronous: Those that the request-rate quota counts: all but asynchronous ones; as offered, where short.
        billed_requests: Billed requests per second; asynchronous events above 256 KB count more than once.
        gb_seconds: GB-seconds per second on demand, without what cold starts add.
        provisioned_duration: GB-seconds per second on provisioned environments.
        provisioned_gb_seconds: GB-seconds provisioned a month, used or not.
        spilled: Share of invocations that found no provisioned environment; 1 without provisioned concurrency.
        ephemeral_gb_seconds: GB-seconds of storage above the free part, per second.
        concurrency: Mean concurrent invocations, by Little's law; invocations of minutes count through them.
        offered_concurrency: The same of what is offered, where the function is short of environments.
        peak_concurrency: The most at once: N + 3.09 sqrt N of random arrivals, what schedules start, what waits as bounded.
        busiest: That instant in its parts.
        mean_ms: Mean time of an invocation, ended by its timeout; cold starts not included.
        billed_ms: Mean billed milliseconds of a warm invocation.
        timed_out: Share of invocations that reach the timeout, cold ones and those of whole batches included.
        timed_out_warm: The same without cold starts.
        failing: Share of invocations that end in an error or at the timeout.
        killed_gb_seconds: GB-seconds a month of the invocations that the timeout ends.
        largest_sync_bytes, largest_async_bytes: The largest payload given; 0 if none is.
        cold: Cold starts; None if it is not known how long they take.
        streamed_gb: GB per second streamed beyond the free part of each response.
        poller_hours: Event poller unit hours a month, by source.
        streams: The requests that invoke it.
        admitted: What gets through of them; None where all does.
        dead_letters: Events, messages and records a month that end in a dead-letter queue or an on-failure destination.
    """

    invocations: DemandFlow
    synchronous: DemandFlow
    billed_requests: DemandFlow
    gb_seconds: DemandFlow
    provisioned_duration: DemandFlow
    provisioned_gb_seconds: Fraction
    spilled: Fraction
    ephemeral_gb_seconds: DemandFlow
    concurrency: DemandFlow
    offered_concurrency: DemandFlow
    peak_concurrency: int
    busiest: Busiest
    mean_ms: Fraction
    billed_ms: Fraction
    timed_out: Fraction
    timed_out_warm: Fraction
    failing: Fraction
    killed_gb_seconds: Fraction
    largest_sync_bytes: Fraction
    largest_async_bytes: Fraction
    cold: ColdUse | None
    streamed_gb: DemandFlow
    poller_hours: Mapping[str, Fraction]
    streams: tuple[RequestStream, ...]
    admitted: Admitted | None = None
    dead_letters: Fraction = Fraction(0)

    @property
    def requests(self) -> Fraction:
        """Billed requests a month."""
        return self.billed_requests.monthly

    @property
    def cold_starts(self) -> DemandFlow:
        """Cold starts per second."""
        return self.invocations * self.cold.share if self.cold is not None else DemandFlow.zero()


def meter(spec: Function, demand: Demand) -> Usage:
    """What AWS meters of a month of demand."""
    invocations = demand.flow
    mean_ms, billed_ms = _mean_and_billed_ms(spec, demand)
    spilled = _spilled(spec, invocations, mean_ms)
    used = invocations * billing.gb_seconds(1, billed_ms, spec.memory_mb)
    cold = _cold_use(spec, demand, spilled)
    busy_ms = mean_ms + (cold.share * _cold_extra_ms(spec, demand, cold.start) if cold is not None else Fraction(0))
    timed_out = _timed_out(spec, demand, cold)
    at_timeout = billing.gb_seconds(invocations.monthly * timed_out, spec.timeout_ms, spec.memory_mb)
    concurrency = invocations.spread(busy_ms) * (busy_ms / units.MS_PER_SECOND)
    lanes = lanes_of(spec, demand.requests)
    bounds = [math.nan if lane.kind == "call" else lane.most for lane in lanes]
    at_most = busiest(demand, busy_ms, bounds, spec.reserved_concurrency)
    provisioned_spec = spec.provisioned_concurrency
    return Usage(
        invocations=invocations,
        synchronous=DemandFlow.total(
            lane.stream.flow if lane.kind != "call" or lane.stream.offered is None else lane.stream.offered
            for lane in lanes
            if lane.kind != "event"
        ),
        billed_requests=DemandFlow.total(stream.flow * _billed_as(stream) for stream in demand.requests),
        gb_seconds=used * spilled,
        provisioned_duration=used * (1 - spilled),
        provisioned_gb_seconds=(
            provisioned.monthly_gb_seconds(provisioned_spec, spec.memory_mb)
            if provisioned_spec is not None
            else Fraction(0)
        ),
        spilled=spilled,
        ephemeral_gb_seconds=invocations
        * billing.ephemeral_gb_seconds(billed_ms / units.MS_PER_SECOND, spec.ephemeral_storage_mb),
        concurrency=concurrency,
        offered_concurrency=(
            concurrency if demand.admitted is None else demand.offered.spread(busy_ms) * (busy_ms / units.MS_PER_SECOND)
        ),
        peak_concurrency=at_most.concurrency,
        busiest=at_most,
        mean_ms=mean_ms,
        billed_ms=billed_ms,
        timed_out=timed_out,
        timed_out_warm=_timed_out(spec, demand, None) if timed_out else timed_out,
        failing=1 - (1 - Fraction(spec.fails)) * (1 - timed_out),
        killed_gb_seconds=at_timeout,
        largest_sync_bytes=_largest_bytes(demand, is_async=False),
        largest_async_bytes=_largest_bytes(demand, is_async=True),
        cold=cold,
        streamed_gb=invocations * _streamed_gb(spec),
        poller_hours=event_source_mappings.poller_unit_hours(spec, demand.requests, mean_ms),
        streams=demand.requests,
        admitted=demand.admitted,
        dead_letters=_dead_letters(spec, demand, lanes),
    )


def _dead_letters(spec: Function, demand: Demand, lanes: Iterable[Lane]) -> Fraction:
    if demand.admitted is not None:
        return sum((part.dead_letters for part in demand.admitted.streams), Fraction(0))
    return sum((dead_letters(spec, lane, lane.stream.arrivals.monthly) for lane in lanes), Fraction(0))


def _billed_as(stream: RequestStream) -> Fraction:
    """Requests that one invocation is billed as."""
    return billing.expected_async_requests(stream.access.payload) if stream.access.is_async else Fraction(1)


def _mean_and_billed_ms(spec: Function, demand: Demand) -> tuple[Fraction, Fraction]:
    """Mean and billed milliseconds of an invocation, records of batches included, over everything that invokes it."""
    out = (Fraction(0), Fraction(0))
    for share, records in _records(spec, demand):
        duration = duration_of_batch(spec, records)
        mean_ms, billed_ms = (
            billing.capped_mean_ms(duration, spec.timeout_ms),
            billing.expected_billed_ms(duration, spec.timeout_ms),
        )
        out = (out[0] + share * mean_ms, out[1] + share * billed_ms)
    return out


def _records(spec: Function, demand: Demand) -> tuple[tuple[Fraction, Fraction], ...]:
    """The records of an invocation, with the share of invocations that have so many; one if they do not matter."""
    monthly = demand.flow.monthly
    if spec.per_record_ms is None or not monthly:
        return ((Fraction(1), Fraction(1)),)
    out: list[tuple[Fraction, Fraction]] = []
    for stream in demand.requests:
        share = stream.flow.monthly / monthly
        out += [(share * part, records) for part, records in parts_of(spec, stream)]
    return tuple(out)


def time_of(spec: Function, cold: ColdUse | None, records: Fraction) -> InvocationTime:
    """How long invocations with so many records take."""
    start, share = (cold.start, cold.share) if cold is not None else (None, Fraction(0))
    return invocation_time(spec, start, share, records)


def failing_starts(usage: Usage) -> Fraction:
    """Share of invocations that only a cold start makes reach the timeout, where something tries them again. 0 to 1."""
    if usage.cold is None or usage.timed_out <= usage.timed_out_warm:
        return Fraction(0)
    retried = any(stream.access.is_async or stream.trigger is not None for stream in usage.streams)
    return (usage.timed_out - usage.timed_out_warm) / (1 - usage.timed_out_warm) if retried else Fraction(0)


def _timed_out(spec: Function, demand: Demand, cold: ColdUse | None) -> Fraction:
    """Share of invocations that reach the timeout. Range 0 to 1."""
    parts = ((share, time_of(spec, cold, records).timed_out()) for share, records in _records(spec, demand))
    return sum((share * timed_out for share, timed_out in parts), Fraction(0))


# --- environments -----------------------------------------------------------------------------------------------------


def _spilled(spec: Function, invocations: DemandFlow, mean_ms: Fraction) -> Fraction:
    if spec.provisioned_concurrency is None:
        return Fraction(1)
    ready = provisioned.provisioned_at(spec.provisioned_concurrency)
    return sig6(provisioned.spillover_share(invocations, float(mean_ms) / units.MS_PER_SECOND, ready))


def _cold_use(spec: Function, demand: Demand, spilled: Fraction) -> ColdUse | None:
    start, invocations = cold_starts.start_of(spec), demand.flow
    if start is None:
        return None
    pools = cold_starts.pools_of(spec, start)
    first = _first_attempts(spec, demand, start)
    share = sig6(min(float(spilled), cold_starts.cached_share(first.terms, pools, spec.provisioned_concurrency)))
    extra_ms = sum(
        (
            weight * part.weight * billing.init_extra_ms(warm, part.init, part.invocation, spec.timeout_ms)
            for weight, records in _records(spec, demand)
            for warm in (duration_of_batch(spec, records),)
            for part in cold_parts(spec, start, records)
        ),
        Fraction(0),
    )
    if spec.snap_start is not None:
        extra_ms -= mean(start.init)  # a restore is billed per GB, and its own short billed time was not measured
    extra = invocations * (share * billing.gb_seconds(1, extra_ms, spec.memory_mb))
    return ColdUse(share, start, extra_ms, extra)


def _first_attempts(spec: Function, demand: Demand, start: cold_starts.Start) -> DemandFlow:
    """What decides the share of cold starts: all invocations, but a retry after a cold start that timed out is as cold.

    AWS resets the environment at a timeout, and the next invocation runs its init again (Lambda Developer Guide,
    "Understanding the Lambda execution environment lifecycle", failures during the invoke phase).
    """
    kills = any(
        share_above(part.invocation, spec.timeout_ms)
        for _, records in _records(spec, demand)
        for part in cold_parts(spec, start, records)
    )
    return DemandFlow.total(s.flow * (1 / s.attempts) for s in demand.requests) if kills else demand.flow


def _cold_extra_ms(spec: Function, demand: Demand, start: cold_starts.Start) -> Fraction:
    """How much longer than a warm invocation a cold one takes."""
    return sum(
        (
            share
            * (
                mean_cold_ms(cold_parts(spec, start, records), spec.timeout_ms)
                - billing.capped_mean_ms(duration_of_batch(spec, records), spec.timeout_ms)
            )
            for share, records in _records(spec, demand)
        ),
        Fraction(0),
    )


# --- sizes ------------------------------------------------------------------------------------------------------------


def _streamed_gb(spec: Function) -> Fraction:
    """GB of a response beyond the free part."""
    if not spec.response_streaming or spec.response is None:
        return Fraction(0)
    if spec.response.fixed:
        return billing.streamed_gb(1, Fraction(spec.response.points[0][1]) / units.BYTES_PER_MB)
    sizes = (quantile(spec.response, (i + 0.5) / _SLICES) for i in range(_SLICES))
    return sig6(sum(float(billing.streamed_gb(1, sig6(size / units.BYTES_PER_MB))) for size in sizes) / _SLICES)


def _largest_bytes(demand: Demand, *, is_async: bool) -> Fraction:
    """The largest payload of an invocation, 0 if none is given; a batch has as many records as it takes."""
    sizes = (
        high(stream.access.payload) * stream.records
        for stream in demand.requests
        if stream.access.is_async == is_async and stream.access.payload is not None
    )
    return max(sizes, default=Fraction(0))


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    out: dict[str, Decimal | int] = {
        "requests": to_quantity(usage.requests),
        "gb_seconds": to_quantity(usage.gb_seconds.monthly + usage.provisioned_duration.monthly),
        "peak_concurrency": usage.peak_concurrency,
        "timed_out_share": to_quantity(usage.timed_out),
    }
    if usage.killed_gb_seconds:
        out["killed_gb_seconds"] = to_quantity(usage.killed_gb_seconds)
    if usage.cold is not None:
        out["cold_start_share"] = to_quantity(usage.cold.share)
        out["cold_starts"] = to_quantity(usage.cold_starts.monthly)
    if usage.provisioned_gb_seconds:
        out["provisioned_gb_seconds"] = to_quantity(usage.provisioned_gb_seconds)
        out["spilled_share"] = to_quantity(usage.spilled)
    return out
