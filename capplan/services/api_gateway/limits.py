"""Compares an API with the quotas of API Gateway, and gives gates their metrics."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.model import LimitCheck, Observable, PoolLoad, busiest_minute
from capplan.quantities.distribution import Distribution, quantile
from capplan.quantities.rounding import sig6, to_quantity
from capplan.service import Quota
from capplan.services.api_gateway import quotas
from capplan.services.api_gateway.spec import Api, hit_rate, timeout_ms
from capplan.services.api_gateway.usage import Usage

_HIGH = 0.999
THROTTLE = "api_gateway.throttle"
INTEGRATION_TIMEOUT = "api_gateway.integration_timeout"


def check(name: str, spec: Api, usage: Usage) -> Iterable[LimitCheck]:
    """Its own throttle, the sizes of what it takes and gives, how long backends take, its routes and connections."""
    yield from _throttle(name, spec, usage)
    yield from _sizes(name, spec)
    for route in spec.routes.values():
        if route.backend is not None:
            slow, most = high(route.backend), timeout_ms(spec, route)
            yield LimitCheck(name, INTEGRATION_TIMEOUT, _seconds(slow), _seconds(most), "s")
    if spec.connections is not None:
        yield _limit(name, quotas.CONNECTION_DURATION, high(spec.connections.duration) / units.MS_PER_SECOND)
    if spec.routes:
        yield _limit(name, quotas.ROUTES, Fraction(len(spec.routes)))


def _throttle(name: str, spec: Api, usage: Usage) -> Iterable[LimitCheck]:
    if spec.throttle is None or not usage.offered.terms:
        return
    rejects = usage.admitted is not None and any(part.dropped for part in usage.admitted.streams)
    rate = to_quantity(spec.throttle.rate)
    yield LimitCheck.of_flow(name, THROTTLE, usage.offered, rate, "requests/s", bridged=not rejects)


def _sizes(name: str, spec: Api) -> Iterable[LimitCheck]:
    requests = [spec.request, *(route.request for route in spec.routes.values())]
    answers = [] if spec.streamed else [spec.response, *(route.response for route in spec.routes.values())]
    largest = _largest([*requests, *answers])
    if largest:
        yield _limit(name, quotas.MESSAGE if spec.type == "websocket" else quotas.PAYLOAD, largest)
    cached = [r.response or spec.response for n, r in spec.routes.items() if hit_rate(spec, n)]
    if _largest(cached):
        yield _limit(name, quotas.CACHED_RESPONSE, _largest(cached))


def _largest(sizes: Iterable[Distribution | None]) -> Fraction:
    return max((high(size) for size in sizes if size is not None), default=Fraction(0))


def high(values: Distribution) -> Fraction:
    """The 99.9th percentile of a size or a duration."""
    return Fraction(values.points[0][1]) if values.fixed else sig6(quantile(values, _HIGH))


def _limit(name: str, quota: Quota, load: Fraction) -> LimitCheck:
    return LimitCheck(name, quota.id, to_quantity(load), Decimal(quota.value), quota.unit)


def _seconds(ms: Fraction) -> Decimal:
    return to_quantity(ms / units.MS_PER_SECOND)


def pools(spec: Api, usage: Usage) -> Iterable[PoolLoad]:
    """What it takes of the account's requests a second, and of new WebSocket connections."""
    if usage.wanted.terms:
        yield PoolLoad(quotas.REQUEST_RATE.id, usage.wanted)
    if spec.connections is not None and usage.offered.terms:
        yield PoolLoad(quotas.NEW_CONNECTIONS.id, usage.offered)


def observe(spec: Api, usage: Usage) -> Mapping[str, Observable]:
    """The metrics that gates can test."""
    offered = usage.offered.monthly
    rejected = 1 - usage.requests.monthly / offered if offered else Fraction(0)
    out = {
        "rejected": Observable(to_quantity(rejected), "%"),
        "requests": Observable(to_quantity(usage.requests.monthly), ""),
        "requests.peak": Observable(busiest_minute(usage.requests), ""),
        "response_gb": Observable(to_quantity(usage.response_bytes.monthly / units.BYTES_PER_GB), ""),
    }
    if spec.connections is not None:
        out["connections.peak"] = Observable(busiest_minute(usage.connected), "")
        out["messages"] = Observable(to_quantity(usage.billed.monthly), "")
    return out
