"""What AWS refuses: a function's own limits, and the account's pools. It never settles a pool.

Lambda Developer Guide, "Lambda quotas" and "Understanding Lambda function scaling" (read 2026-11-23).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan import units
from capplan.flow import DemandFlow, steady
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.lambda_.cold_start import month as cold
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.concurrency import rate_steps as course
from capplan.services.lambda_.quota_checks import (
    ACCOUNT_CONCURRENCY,
    ASYNC_PAYLOAD_MB,
    RESPONSE_MB,
    STREAMED_MB,
    SYNC_PAYLOAD_MB,
    max_reservable,
    min_stream_s,
)
from capplan.services.lambda_.sources import limits as source_limits
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, high

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

INIT_S = 10
"""The INIT phase; past it init runs again inside the first invocation (Developer Guide, "Execution environment")."""
QUOTA_NAMES: Mapping[str, tuple[str, str]] = {
    "lambda.concurrency": ("Concurrent executions", "L-B99A9384"),
    "lambda.request_rate": ("Concurrent executions", "L-B99A9384"),
}
"""What to ask AWS for, by the name and code of Service Quotas; the request rate is ten times the concurrency."""


def pool_quota(limit: str, region: str, quotas: Mapping[str, Decimal] | None = None) -> Decimal | None:  # noqa: ARG001  the same default in every Region
    """The account's quota: what the scenario says, else AWS's default, which new accounts are below.

    The request rate follows the concurrency, so whoever has more of that has more of both.
    """
    said = quotas or {}
    account = said.get("lambda.concurrency", Decimal(ACCOUNT_CONCURRENCY))
    defaults = {
        "lambda.concurrency": account,
        "lambda.request_rate": account * concurrency.REQUESTS_PER_CONCURRENCY,
    }
    return said.get(limit, defaults.get(limit))


def check(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """A function's own limits: its reservation, its times, its payloads, how fast it grows, what invokes it."""
    return (
        *_reservation(name, spec, usage, ctx),
        *_times(name, spec, usage),
        *_payloads(name, spec, usage),
        *_growth(name, spec, usage, ctx),
        *source_limits.check(name, spec, usage, ctx),
    )


def seconds(ms: Fraction) -> Decimal:
    """Milliseconds in seconds."""
    return to_quantity(ms / units.MS_PER_SECOND)


def _times(name: str, spec: Function, usage: Usage) -> Iterable[LimitCheck]:
    ends = seconds(Fraction(spec.timeout_ms))
    yield LimitCheck(name, "lambda.timeout", seconds(high(spec.duration)), ends, "s")
    if usage.cold is not None and spec.snap_start is None:
        yield LimitCheck(name, "lambda.init", seconds(high(usage.cold.start.init)), Decimal(INIT_S), "s")
    if spec.response_streaming and spec.response is not None:
        least = min_stream_s(to_quantity(high(spec.response) / units.BYTES_PER_MB))
        if least:
            yield LimitCheck(name, "lambda.stream_time", to_quantity(least), ends, "s")


def _reservation(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """What reserved concurrency bounds: runs at once, requests a second, and what the account can reserve at all."""
    if spec.reserved_concurrency is None:
        return ()
    kept = Decimal(spec.reserved_concurrency)
    most = Decimal(max_reservable(int(account_concurrency(ctx))))
    reservable = LimitCheck(name, "lambda.reservable_concurrency", kept, most, "concurrent executions")
    if not usage.concurrency.terms:
        return (reservable,)
    at_once = LimitCheck(
        name, "lambda.reserved_concurrency", Decimal(usage.peak_concurrency), kept, "concurrent executions",
        usage.concurrency, poisson=True, minute=usage.concurrency.peak().minute,
    )  # fmt: skip
    if not usage.synchronous.terms:
        return (at_once, reservable)
    busiest = usage.synchronous.peak()
    per_second = LimitCheck(
        name, "lambda.reserved_request_rate", to_quantity(sig6(busiest.per_second)),
        to_quantity(concurrency.request_rate_quota(kept)), "requests/s", usage.synchronous, minute=busiest.minute,
    )  # fmt: skip
    return (at_once, per_second, reservable)


def _payloads(name: str, spec: Function, usage: Usage) -> tuple[LimitCheck, ...]:
    answer = high(spec.response) if spec.response is not None else Fraction(0)
    found = (
        ("lambda.payload.sync", usage.largest_sync_bytes, SYNC_PAYLOAD_MB),
        ("lambda.payload.async", usage.largest_async_bytes, ASYNC_PAYLOAD_MB),
        ("lambda.response", answer, STREAMED_MB if spec.response_streaming else RESPONSE_MB),
    )
    return tuple(
        LimitCheck(name, limit, to_quantity(size), Decimal(most_mb * units.BYTES_PER_MB), "bytes")
        for limit, size, most_mb in found
        if size
    )


def _growth(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    """How many environments a sudden rise adds at once, and how many tenants hold."""
    rise = sudden_rise(usage)
    if rise is not None:
        added, minute = rise
        quota = Decimal(concurrency.SCALING_STEP)
        load = to_quantity(sig6(added))
        yield LimitCheck(name, "lambda.scaling_rate", load, quota, "environments/10 s", usage.concurrency, minute=minute)  # fmt: skip
    if spec.tenants is not None and usage.cold is not None:
        held = sig6(cold.mean_environments(usage.invocations, cold.pools_of(spec, usage.cold.start)))
        most = Decimal(concurrency.max_tenant_environments(account_concurrency(ctx)))
        yield LimitCheck(name, "lambda.tenant_environments", to_quantity(held), most, "environments", usage.invocations)


def sudden_rise(usage: Usage) -> tuple[float, int] | None:
    """The most environments that one minute needs beyond the one before it, and that minute; None below AWS's step.

    Only a function that runs a thousand at once can outgrow the rate at which it is scaled.
    """
    if not usage.concurrency.terms or usage.concurrency.peak().per_second <= concurrency.SCALING_STEP:
        return None
    steps = course.course(usage.concurrency)
    if len(steps) < 2:  # noqa: PLR2004  a steady load has no rise
        return None
    levels = usage.concurrency.rate_per_minute()
    rises = levels - _before(levels)
    at = int(rises.argmax())
    return float(rises[at]), at


def _before(levels: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np  # noqa: PLC0415  only where a series is computed

    return np.roll(levels, 1)


# --- what the account shares ------------------------------------------------------------------------------------------


def pools(name: str, spec: Function, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:  # noqa: ARG001  every room's signature
    """What it takes of the account's concurrency and of the request rate tied to that.

    A reservation is taken from the account whole, whether it is used or not, and so is provisioned concurrency.
    Asynchronous events have no rate quota.
    """
    out = list(_concurrency_pools(spec, usage))
    if usage.synchronous.terms:
        out.append(PoolLoad("lambda.request_rate", usage.synchronous))
    return tuple(out)


def _concurrency_pools(spec: Function, usage: Usage) -> Iterable[PoolLoad]:
    limit = "lambda.concurrency"
    if spec.reserved_concurrency is not None:
        if spec.reserved_concurrency:
            yield PoolLoad(limit, _fixed_cost(spec.reserved_concurrency))
        return
    kept = spec.provisioned_concurrency.most if spec.provisioned_concurrency is not None else 0
    if kept:
        yield PoolLoad(limit, _fixed_cost(kept))
    if usage.concurrency.terms and usage.peak_concurrency > kept:
        beyond = Fraction(usage.peak_concurrency - kept, usage.peak_concurrency)
        yield PoolLoad(limit, usage.concurrency * beyond, poisson=True)


def _fixed_cost(environments: int) -> DemandFlow:
    """What is held all the time and does not move with traffic."""
    return DemandFlow.of(_HELD, Fraction(environments))


_HELD = steady("reserved concurrency", recurring=False)


def account_concurrency(ctx: Context) -> Decimal:
    """The account's concurrency in the Region."""
    return ctx.quotas.get("lambda.concurrency", Decimal(ACCOUNT_CONCURRENCY))
