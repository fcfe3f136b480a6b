"""The limits of a function, and what it takes of the limits that the account's functions share.

Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling" (read 2026-11-23).
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.bursts import most_at_once
from capplan.flow import DemandFlow, steady
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import replace
from capplan.services.lambda_.admission.lanes import lanes_of
from capplan.services.lambda_.cold_start import month as cold_starts
from capplan.services.lambda_.concurrency import environments
from capplan.services.lambda_.concurrency.rate_steps import rate_steps
from capplan.services.lambda_.invocation_time import high
from capplan.services.lambda_.quotas import (
    ASYNC_PAYLOAD_MAX,
    CONCURRENCY,
    INIT_MAX,
    INIT_PROVISIONED_MAX,
    REQUEST_RATE,
    RESPONSE_MAX,
    SCALING_RATE,
    STREAM_RATE_MAX,
    STREAMED_RESPONSE_MAX,
    SYNC_PAYLOAD_MAX,
    TENANT_ENVIRONMENTS,
    UNCAPPED_STREAM,
    UNRESERVED_MIN,
)
from capplan.services.lambda_.sources import limits as source_limits
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, time_of

_RARELY_SPILLED = Fraction(1, 1000)


def check(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """A function's own limits: reservation, times, payloads, how fast it scales, what invokes it."""
    return (
        *_reservation(name, spec, usage, ctx),
        *_times(name, spec, usage),
        *_payloads(name, spec, usage),
        *_scaling(name, spec, usage, ctx),
        *source_limits.check(name, spec, usage, ctx),
    )


def _times(name: str, spec: Function, usage: Usage) -> Iterable[LimitCheck]:
    """Its timeout, against its longest invocations; the INIT phase, which an environment kept ready has longer for."""
    timeout = source_limits.seconds(Fraction(spec.timeout_ms))
    longest_ms = max(
        (time_of(spec, usage.cold, source_limits.records_at_peak(spec, stream)).high_ms() for stream in usage.streams),
        default=time_of(spec, usage.cold, Fraction(1)).high_ms(),
    )
    yield LimitCheck(name, "lambda.timeout", source_limits.seconds(longest_ms), timeout, "s")
    if usage.cold is not None and spec.snap_start is None:
        init = source_limits.seconds(high(usage.cold.start.init))
        yield LimitCheck(name, INIT_MAX.id, init, _init_max(spec, usage.spilled), INIT_MAX.unit)
    if spec.response_streaming and spec.response is not None:
        stream_s = min_stream_s(to_quantity(high(spec.response)))
        if stream_s:
            yield LimitCheck(name, "lambda.stream_time", to_quantity(stream_s), timeout, "s")


def _init_max(spec: Function, spilled: Fraction) -> Decimal:
    """Seconds that an init may take: longer where provisioned environments leave next to nothing to on-demand ones."""
    if spec.provisioned_concurrency is None or spilled > _RARELY_SPILLED:
        return Decimal(INIT_MAX.value)
    return max(Decimal(INIT_PROVISIONED_MAX.value), spec.timeout_ms / units.MS_PER_SECOND)


def min_stream_s(response_bytes: Decimal | int) -> Fraction:
    """Seconds that a streamed response takes at least, at the bandwidth of what exceeds its first 6 MB."""
    capped_mb = (Fraction(response_bytes) - Fraction(UNCAPPED_STREAM.value)) / units.BYTES_PER_MB
    return max(Fraction(0), capped_mb) / Fraction(STREAM_RATE_MAX.value)


def _reservation(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """The reservation against its peak and its request rate, and against what the account can reserve."""
    if spec.reserved_concurrency is None:
        return ()
    reserved, unit = Decimal(spec.reserved_concurrency), "concurrent executions"
    reservable = LimitCheck(name, "lambda.reservable_concurrency", reserved, max_reservable(ctx), unit)
    if not usage.offered_concurrency.terms:
        return (reservable,)
    peak = LimitCheck(
        name, "lambda.reserved_concurrency", Decimal(usage.peak_concurrency), reserved, unit,
        usage.busiest.random, poisson=True, minute=usage.offered_concurrency.peak().minute,
    )  # fmt: skip
    if not usage.synchronous.terms:
        return (peak, reservable)
    busiest = usage.synchronous.peak()
    request_rate = LimitCheck(
        name, "lambda.reserved_request_rate", to_quantity(sig6(busiest.per_second)),
        to_quantity(environments.request_rate_quota(reserved)), "requests/s", usage.synchronous, minute=busiest.minute,
    )  # fmt: skip
    return (peak, request_rate, reservable)


def max_reservable(ctx: Context) -> Decimal:
    """Concurrency that all functions together may reserve."""
    return Decimal(max(0, int(account_concurrency(ctx)) - int(UNRESERVED_MIN.value)))


def _payloads(name: str, spec: Function, usage: Usage) -> tuple[LimitCheck, ...]:
    response = high(spec.response) if spec.response is not None else Fraction(0)
    response_max = STREAMED_RESPONSE_MAX if spec.response_streaming else RESPONSE_MAX
    loads = (
        (SYNC_PAYLOAD_MAX.id, usage.largest_sync_bytes, SYNC_PAYLOAD_MAX),
        (ASYNC_PAYLOAD_MAX.id, usage.largest_async_bytes, ASYNC_PAYLOAD_MAX),
        (RESPONSE_MAX.id, response, response_max),
    )
    return tuple(
        LimitCheck(name, limit, to_quantity(size), Decimal(quota.value), quota.unit)
        for limit, size, quota in loads
        if size
    )


def _scaling(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    """Environments that the steepest rise adds, and environments of tenants."""
    rise = steepest_rise(usage)
    if rise is not None:
        added, minute = rise
        yield LimitCheck(
            name, SCALING_RATE.id, to_quantity(sig6(added)), Decimal(SCALING_RATE.value), SCALING_RATE.unit,
            usage.offered_concurrency, minute=minute,
        )  # fmt: skip
    if spec.tenants is not None and usage.cold is not None:
        pools = cold_starts.pools_of(spec, usage.cold.start)
        live = to_quantity(sig6(cold_starts.mean_environments(usage.invocations, pools)))
        quota = Decimal(environments.max_tenant_environments(account_concurrency(ctx)))
        yield LimitCheck(name, TENANT_ENVIRONMENTS.id, live, quota, TENANT_ENVIRONMENTS.unit, usage.invocations)


def steepest_rise(usage: Usage) -> tuple[float, int] | None:
    """The most environments needed beyond the minute before, or by what starts at once, and the minute of the period.

    None if the function never runs more at once than AWS adds at once, or if its rate is constant.
    """
    starts = tuple(replace(burst, minutes=1) for burst in usage.busiest.bursts)
    if starts:
        started, minute = most_at_once(starts, lambda _: 0.0, 0)
        if started > SCALING_RATE.value:
            return started, minute
    if not usage.offered_concurrency.terms or usage.offered_concurrency.peak().per_second <= SCALING_RATE.value:
        return None
    if len(rate_steps(usage.offered_concurrency)) < 2:  # noqa: PLR2004  a steady load has no rise
        return None
    import numpy as np  # noqa: PLC0415  only where a series is computed

    per_minute = usage.offered_concurrency.rate_per_minute()
    rises = per_minute - np.roll(per_minute, 1)
    minute = int(rises.argmax())
    return float(rises[minute]), minute


# --- what the account shares ------------------------------------------------------------------------------------------


def pools(spec: Function, usage: Usage) -> tuple[PoolLoad, ...]:
    """What it takes of the account's concurrency, and of the request rate that follows it.

    A reservation is taken from the account whole, used or not, and so is provisioned concurrency. Asynchronous
    invocations have no request-rate quota.
    """
    out = list(_concurrency_loads(spec, usage))
    if usage.synchronous.terms:
        out.append(PoolLoad(REQUEST_RATE.id, usage.synchronous))
    for lane in lanes_of(spec, usage.streams):
        if lane.source_rate:
            stream = lane.stream
            out.append(PoolLoad(lane.source_rate, stream.flow if stream.offered is None else stream.offered))
    return tuple(out)


def _concurrency_loads(spec: Function, usage: Usage) -> Iterable[PoolLoad]:
    if spec.reserved_concurrency is not None:
        if spec.reserved_concurrency:
            yield _constant_load(spec.reserved_concurrency)
        return
    provisioned = spec.provisioned_concurrency.largest if spec.provisioned_concurrency is not None else 0
    if provisioned:
        yield _constant_load(provisioned)
    if usage.peak_concurrency > provisioned:
        beyond = Fraction(usage.peak_concurrency - provisioned, usage.peak_concurrency)
        yield from _beyond(usage, beyond, float(usage.peak_concurrency - provisioned))


def _beyond(usage: Usage, share: Fraction, peak: float) -> Iterable[PoolLoad]:
    """Concurrency on demand: as offered by callers, as served of what waits for its turn."""
    busiest = usage.busiest
    if busiest.random.terms:
        largest = busiest.largest * float(share)
        yield PoolLoad(CONCURRENCY.id, busiest.random * share, poisson=True, at_once=largest)
    if busiest.rest.terms:
        bursts = tuple(replace(burst, amount=burst.amount * share) for burst in busiest.bursts)
        yield PoolLoad(CONCURRENCY.id, busiest.rest * share, at_once=peak, bursts=bursts)


def _constant_load(concurrency: int) -> PoolLoad:
    """Concurrency that is taken all the time, whatever the traffic."""
    return PoolLoad(CONCURRENCY.id, DemandFlow.of(_CONSTANT, Fraction(concurrency)), reserved=True)


_CONSTANT = steady("reserved concurrency", recurring=False)


def account_concurrency(ctx: Context) -> Decimal:
    """The account's concurrency in the Region."""
    return ctx.quotas.get(CONCURRENCY.id, CONCURRENCY.in_region(ctx.region))


def available_concurrency(spec: Function, ctx: Context) -> Decimal:
    """Concurrency that a function can use at most: its reservation, or what other workloads leave of the account's."""
    if spec.reserved_concurrency is not None:
        return Decimal(spec.reserved_concurrency)
    return account_concurrency(ctx) - ctx.in_use.get(CONCURRENCY.id, Decimal(0))
