"""Holds a bus's load against EventBridge's quotas, admits what they allow, and gives the values that gates may use."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.capped import capped
from capplan.chunks import tail_bytes
from capplan.model import Admitted, Context, Demand, LimitCheck, Observable, PoolLoad
from capplan.quantities.distribution import quantile
from capplan.quantities.rounding import to_quantity
from capplan.record import replace
from capplan.services.eventbridge.buses.spec import Bus
from capplan.services.eventbridge.buses.usage import Usage, batch_of, is_called
from capplan.services.eventbridge.quotas import (
    API_DESTINATION_RATE,
    BATCH_MAX,
    INVOCATIONS,
    PUT_EVENTS,
    REQUEST_MAX,
    RULES,
)


def admit(name: str, demand: Demand) -> Admitted | None:
    """What gets through of PutEvents calls, where the account's rate is short; what is delivered has no such limit."""
    shared = demand.shared.get(PUT_EVENTS.id)
    if shared is None:
        return None
    counted = [1 / batch_of(s) if is_called(s) else Fraction(0) for s in demand.requests]
    admitted = capped(f"buses.{name}", demand.requests, counted, float(shared.quota), shared.others)
    if admitted is None:
        return None
    wanted = (s.flow * times for s, times in zip(demand.requests, counted, strict=True))
    return replace(admitted, wanted={PUT_EVENTS.id: sum(wanted, start=type(demand.flow).zero())})


def pools(usage: Usage) -> tuple[PoolLoad, ...]:
    """What a bus uses of the account's limits."""
    pairs = ((PUT_EVENTS.id, usage.calls), (INVOCATIONS.id, usage.invocations))
    return tuple(PoolLoad(limit, flow) for limit, flow in pairs if flow.terms)


def check(name: str, spec: Bus, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """The limits of a bus with their loads."""
    return tuple(_checks(name, spec, usage, ctx))


def _checks(name: str, spec: Bus, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    called = [s for s in usage.streams if is_called(s)]
    largest = max((tail_bytes(spec.size_of(s.access.payload)) * to_quantity(batch_of(s)) for s in called), default=None)
    yield LimitCheck(
        name, REQUEST_MAX.id, tail_bytes(spec.event) if largest is None else largest, Decimal(REQUEST_MAX.value),
        REQUEST_MAX.unit,
    )  # fmt: skip
    if usage.rules:
        yield LimitCheck(name, RULES.id, Decimal(usage.rules), RULES.in_region(ctx.region), RULES.unit)
    for api, flow in usage.api_invocations.items():
        rate = spec.api_destinations[api].rate
        quota = to_quantity(rate) if rate is not None else Decimal(API_DESTINATION_RATE.value)
        if flow.terms:
            limit = API_DESTINATION_RATE
            yield LimitCheck.of_flow(f"{name}.{api}", limit.id, flow, quota, limit.unit)


def why_not_put(spec: Bus, access: Access) -> str | None:
    """Why EventBridge does not take a request; None where it does."""
    if access.batch is not None and access.batch > BATCH_MAX.value:
        return f"a batch has at most {BATCH_MAX}: write batch: {int(BATCH_MAX.value)}"
    if quantile(spec.size_of(access.payload), 0.5) > REQUEST_MAX.value:
        return f"a payload of an event has at most {REQUEST_MAX}: put what is larger into S3"
    return None


def invocations_per_second(events: Decimal, rules: int, targets: int) -> Decimal:
    """Invocations of events that match so many rules, each with so many targets."""
    return events * rules * targets


def observe(usage: Usage) -> Mapping[str, Observable]:
    """Values that gates may use."""
    dropped = sum((part.dropped for part in usage.admitted.streams), Fraction(0)) if usage.admitted else Fraction(0)
    offered = usage.events.monthly + dropped
    return {
        "events": Observable(to_quantity(usage.events.monthly), "events"),
        "invocations": Observable(to_quantity(usage.invocations.monthly), "invocations"),
        "throttled": Observable(to_quantity(dropped / offered if offered else Fraction(0)), "share"),
    }
