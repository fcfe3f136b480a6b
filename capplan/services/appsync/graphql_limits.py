"""Compares a GraphQL API with the quotas of AppSync, and gives gates their metrics."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Context, LimitCheck, Observable, PoolLoad, busiest_minute
from capplan.quantities.distribution import Distribution, quantile
from capplan.quantities.rounding import sig6, to_quantity
from capplan.service import Quota
from capplan.services.appsync import quotas
from capplan.services.appsync.graphql_spec import GraphqlApi, tokens_each
from capplan.services.appsync.graphql_usage import Usage
from capplan.services.appsync.metering import max_requests_per_s

_HIGH = 0.999


def check(name: str, spec: GraphqlApi, usage: Usage) -> Iterable[LimitCheck]:
    """Rates of its messages and connections, and sizes of its answers and updates."""
    for quota, flow in ((quotas.OUTBOUND, usage.updates), (quotas.NEW_CONNECTIONS, usage.opened)):
        if flow.terms:
            yield rate_check(name, quota, flow)
    answers = [spec.response, *(o.response for o in spec.operations.values())]
    updates = [o.update for o in spec.operations.values() if o.subscribers]
    for quota, sizes in ((quotas.RESPONSE, answers), (quotas.MESSAGE, updates)):
        if any(size is not None for size in sizes):
            yield size_check(name, quota, sizes)


def rate_check(name: str, quota: Quota, flow: DemandFlow) -> LimitCheck:
    """A rate in its busiest minute against a quota."""
    return LimitCheck.of_flow(name, quota.id, flow, Decimal(quota.value), quota.unit)


def size_check(
    name: str, quota: Quota, sizes: Iterable[Distribution | None], times: Fraction = Fraction(1)
) -> LimitCheck:
    """The largest of some sizes (99.9th percentile), `times` of them, against a quota."""
    largest = max((high(size) for size in sizes if size is not None), default=Fraction(0))
    return LimitCheck(name, quota.id, to_quantity(largest * times), Decimal(quota.value), quota.unit)


def high(values: Distribution) -> Fraction:
    """The 99.9th percentile of a size."""
    return Fraction(values.points[0][1]) if values.fixed else sig6(quantile(values, _HIGH))


def pools(usage: Usage) -> Iterable[PoolLoad]:
    """Its request tokens a second of the account's."""
    if usage.tokens.terms:
        yield PoolLoad(quotas.TOKEN_RATE.id, usage.tokens)


def observe(spec: GraphqlApi, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """The metrics that gates can test. The limit of its requests is what the account's tokens allow for them alone."""
    quota = ctx.quotas.get(quotas.TOKEN_RATE.id, quotas.TOKEN_RATE.in_region(ctx.region))
    offered = usage.offered.monthly
    rejected = 1 - usage.operations.monthly / offered if offered else Fraction(0)
    out = {
        "rejected": Observable(to_quantity(rejected), "%"),
        "requests": Observable(to_quantity(usage.operations.monthly), ""),
        "requests.peak": Observable(
            busiest_minute(usage.operations), "", to_quantity(max_requests_per_s(tokens_each(spec), Fraction(quota)))
        ),
        "updates": Observable(to_quantity(usage.updates.monthly), ""),
        "response_gb": Observable(to_quantity(usage.response_bytes.monthly / units.BYTES_PER_GB), ""),
    }
    if spec.connections is not None:
        out["connections.peak"] = Observable(busiest_minute(usage.connected), "")
    return out
