"""What AWS meters of a function: requests, GB-seconds on demand and provisioned, cold starts, streams. It never prices them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import Distribution, mean, quantile
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.lambda_ import attempts, billing
from capplan.services.lambda_.cold_start import month as cold
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.concurrency import provisioned
from capplan.services.lambda_.sources import event_source_mappings as sources
from capplan.services.lambda_.spec import Function

_CERTAIN = 0.999
_LAYERS = 400
"""Slices of equal share over which a mean beyond a bound is summed."""


@dataclass(frozen=True, slots=True)
class ColdUse:
    """A month's cold starts.

    Attributes:
        share: Of all invocations. Range 0 to 1, 6 digits.
        start: How long starting takes.
        extra_ms: Billed milliseconds that a cold start adds to a warm invocation.
        init_gb_seconds: GB-seconds a second that they add to the bill.
    """

    share: Fraction
    start: cold.Starting
    extra_ms: Fraction
    init_gb_seconds: DemandFlow


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of a function.

    Attributes:
        invocations: Runs per second, retries included.
        synchronous: Those that the request-rate quota counts: all but asynchronous ones.
        billed_requests: Billed requests per second; asynchronous events past 256 KB count more than once.
        gb_seconds: GB-seconds per second on demand, cold starts' additions apart.
        provisioned_duration: GB-seconds per second on provisioned environments.
        provisioned_gb_seconds: GB-seconds a month that are kept ready, used or not.
        spilled: Share of invocations that found no ready environment; 1 without provisioned concurrency.
        ephemeral_gb_seconds: GB-seconds of storage above the free part, per second.
        concurrency: Mean invocations at once, by Little's law; what runs for minutes is counted through them.
        peak_concurrency: ceil(N + 3.09 sqrt N) in the busiest minute.
        timed_out: Share of invocations that reach the time-out.
        cold: Cold starts; None where how long they take is not known.
        streamed_gb: GB per second streamed past the free part of each response.
        poller_hours: Event poller unit hours a month, by source.
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
    peak_concurrency: int
    mean_ms: Fraction
    billed_ms: Fraction
    timed_out: Fraction
    failing: Fraction
    largest_sync_bytes: Fraction
    largest_async_bytes: Fraction
    cold: ColdUse | None
    streamed_gb: DemandFlow
    poller_hours: Mapping[str, Fraction]
    works: tuple[RequestStream, ...]

    @property
    def requests(self) -> Fraction:
        """Billed requests a month."""
        return self.billed_requests.monthly

    @property
    def cold_starts(self) -> DemandFlow:
        """Cold starts a second."""
        return self.invocations * self.cold.share if self.cold is not None else DemandFlow.zero()


def meter(name: str, spec: Function, demand: Demand, ctx: Context) -> Usage:  # noqa: ARG001  every room's signature
    """What a month of demand makes AWS count."""
    flow = demand.flow
    mean_ms, billed_ms = _means(spec, demand)
    spilled = _spilled(spec, flow, mean_ms)
    used = flow * billing.gb_seconds(1, billed_ms, spec.memory_mb)
    start = _cold(spec, flow, spilled)
    longer = start.share * _longer_ms(spec, start.start) if start is not None else Fraction(0)
    held_ms = mean_ms + longer
    at_once = flow.spread(held_ms) * (held_ms / units.MS_PER_SECOND)
    return Usage(
        invocations=flow,
        synchronous=DemandFlow.total(w.flow for w in demand.requests if not w.access.is_async),
        billed_requests=DemandFlow.total(w.flow * _requests(w) for w in demand.requests),
        gb_seconds=used * spilled,
        provisioned_duration=used * (1 - spilled),
        provisioned_gb_seconds=_kept(spec),
        spilled=spilled,
        ephemeral_gb_seconds=flow
        * billing.ephemeral_gb_seconds(billed_ms / units.MS_PER_SECOND, spec.ephemeral_storage_mb),
        concurrency=at_once,
        peak_concurrency=concurrency.peak_concurrency(at_once.peak().per_second) if at_once.terms else 0,
        mean_ms=mean_ms,
        billed_ms=billed_ms,
        timed_out=attempts.timed_out(spec),
        failing=attempts.failing(spec),
        largest_sync_bytes=_largest(demand, is_async=False),
        largest_async_bytes=_largest(demand, is_async=True),
        cold=start,
        streamed_gb=flow * _streamed_gb(spec),
        poller_hours=sources.poller_hours(spec, demand.requests, mean_ms),
        works=demand.requests,
    )


def _requests(work: RequestStream) -> Fraction:
    return billing.expected_async_requests(work.access.payload) if work.access.is_async else Fraction(1)


def _means(spec: Function, demand: Demand) -> tuple[Fraction, Fraction]:
    """Mean and billed milliseconds of an invocation, its records included, over all that invokes it."""
    whole = demand.flow.monthly
    if spec.per_record_ms is None or not whole:
        return _timed(spec, spec.duration)
    parts = [(work.flow.monthly / whole, _timed(spec, longer(spec, work.records))) for work in demand.requests]
    return sum((share * ms for share, (ms, _) in parts), Fraction(0)), sum(
        (share * ms for share, (_, ms) in parts), Fraction(0)
    )


def _timed(spec: Function, duration: Distribution) -> tuple[Fraction, Fraction]:
    return billing.capped_mean_ms(duration, spec.timeout_ms), billing.expected_billed_ms(duration, spec.timeout_ms)


def longer(spec: Function, records: Fraction) -> Distribution:
    """The duration with what the records of a batch add."""
    if spec.per_record_ms is None:
        return spec.duration
    more = to_quantity(records * Fraction(spec.per_record_ms))
    return Distribution(tuple((share, value + more) for share, value in spec.duration.points))


# --- environments -----------------------------------------------------------------------------------------------------


def _kept(spec: Function) -> Fraction:
    kept = spec.provisioned_concurrency
    return provisioned.kept_gb_seconds(kept, spec.memory_mb) if kept is not None else Fraction(0)


def _spilled(spec: Function, flow: DemandFlow, mean_ms: Fraction) -> Fraction:
    kept = spec.provisioned_concurrency
    if kept is None:
        return Fraction(1)
    warm_s = float(mean_ms) / units.MS_PER_SECOND
    return sig6(provisioned.spilled_share(flow, warm_s, provisioned.ready_at(kept)))


def _cold(spec: Function, flow: DemandFlow, spilled: Fraction) -> ColdUse | None:
    found = cold.starting(spec)
    if found is None:
        return None
    pools = cold.pools_of(spec, found)
    times = (pools.warm_s, pools.cold_s, pools.keep_alive_s)
    share = sig6(min(float(spilled), cold.share_of(flow.terms, times, pools.tenants, spec.provisioned_concurrency)))
    extra = billing.init_extra_ms(spec.duration, found.init, found.first, spec.timeout_ms)
    if spec.snap_start is not None:
        extra -= mean(found.init)  # a restore is billed by the GB, and its own short time is not in what was measured
    return ColdUse(share, found, extra, flow * (share * billing.gb_seconds(1, extra, spec.memory_mb)))


def _longer_ms(spec: Function, found: cold.Starting) -> Fraction:
    first = billing.capped_mean_ms(found.first, spec.timeout_ms)
    return mean(found.init) + first - billing.capped_mean_ms(spec.duration, spec.timeout_ms)


# --- sizes ------------------------------------------------------------------------------------------------------------


def _streamed_gb(spec: Function) -> Fraction:
    """GB of a response past the free 6 MB."""
    if not spec.response_streaming or spec.response is None:
        return Fraction(0)
    if spec.response.fixed:
        return billing.streamed_gb(1, Fraction(spec.response.points[0][1]) / units.BYTES_PER_MB)
    sizes = (quantile(spec.response, (i + 0.5) / _LAYERS) for i in range(_LAYERS))
    return sig6(sum(float(billing.streamed_gb(1, sig6(size / units.BYTES_PER_MB))) for size in sizes) / _LAYERS)


def _largest(demand: Demand, *, is_async: bool) -> Fraction:
    """The largest payload that is given, 0 where none is; a batch holds as many records as it takes."""
    sizes = (
        high(w.access.payload) * w.records
        for w in demand.requests
        if w.access.is_async == is_async and w.access.payload is not None
    )
    return max(sizes, default=Fraction(0))


def high(of: Distribution) -> Fraction:
    """The value that one in a thousand passes; a fixed value itself."""
    return Fraction(of.points[0][1]) if of.fixed else sig6(quantile(of, _CERTAIN))


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    out: dict[str, Decimal | int] = {
        "requests": to_quantity(usage.requests),
        "gb_seconds": to_quantity(usage.gb_seconds.monthly + usage.provisioned_duration.monthly),
        "peak_concurrency": usage.peak_concurrency,
        "timed_out_share": to_quantity(usage.timed_out),
    }
    if usage.cold is not None:
        out["cold_start_share"] = to_quantity(usage.cold.share)
        out["cold_starts"] = to_quantity(usage.cold_starts.monthly)
    if usage.provisioned_gb_seconds:
        out["provisioned_gb_seconds"] = to_quantity(usage.provisioned_gb_seconds)
        out["spilled_share"] = to_quantity(usage.spilled)
    return out
