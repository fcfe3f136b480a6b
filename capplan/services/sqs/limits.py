"""Holds a queue's load against SQS's quotas, and gives the values that gates may use."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.chunks import tail_bytes
from capplan.flow import DemandFlow
from capplan.model import Context, LimitCheck, Observable
from capplan.quantities.distribution import quantile
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.sqs.admission import calls_a_second, calls_quota
from capplan.services.sqs.quotas import BATCH_MAX, IN_FLIGHT, MESSAGE_MAX
from capplan.services.sqs.spec import Queue
from capplan.services.sqs.usage import Usage, batch_of, size_of

_ACTIONS = ("send", "receive", "delete")


def check(name: str, spec: Queue, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """The limits of a queue with their loads."""
    return tuple(_checks(name, spec, usage, ctx))


def _checks(name: str, spec: Queue, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    in_flight = usage.in_flight
    if in_flight.terms:
        yield LimitCheck.of_flow(name, IN_FLIGHT.id, in_flight, IN_FLIGHT.in_region(ctx.region), IN_FLIGHT.unit)
    yield from _sizes(name, spec, usage)
    quota = calls_quota(spec)
    if quota is not None:
        for action, calls in zip(_ACTIONS, calls_of(usage), strict=True):
            if calls.terms:
                yield LimitCheck.of_flow(f"{name}.{action}", quota.id, calls, calls_a_second(spec, ctx), quota.unit)


def calls_of(usage: Usage) -> tuple[DemandFlow, DemandFlow, DemandFlow]:
    """Calls a second of each action: what is sent counts as offered."""
    offered = DemandFlow.total(
        (s.flow if s.offered is None else s.offered) * (1 / batch_of(s)) for s in usage.streams if not s.access.moved
    )
    receives = DemandFlow.total(r.calls for r in usage.receives)
    return offered, receives, DemandFlow.total(r.deletes for r in usage.receives)


def _sizes(name: str, spec: Queue, usage: Usage) -> Iterable[LimitCheck]:
    """Large messages and batches: a call above the bound is rejected as a whole."""
    calls = [(size_of(spec, s.access), batch_of(s)) for s in usage.streams if not s.access.moved]
    largest = max((tail_bytes(size) for size, _ in calls), default=tail_bytes(spec.message))
    yield LimitCheck(name, MESSAGE_MAX.id, largest, Decimal(MESSAGE_MAX.value), MESSAGE_MAX.unit)
    batches = [tail_bytes(size) * to_quantity(batch) for size, batch in calls if batch > 1]
    if batches:
        yield LimitCheck(name, "sqs.batch_size", max(batches), Decimal(MESSAGE_MAX.value), MESSAGE_MAX.unit)


def why_not_sent(spec: Queue, access: Access) -> str | None:
    """Why SQS does not take a request; None where it does."""
    if access.batch is not None and access.batch > BATCH_MAX.value:
        return f"a batch has at most {BATCH_MAX}: write batch: {int(BATCH_MAX.value)}"
    if quantile(size_of(spec, access), 0.5) > MESSAGE_MAX.value:
        return f"a payload of a message has at most {MESSAGE_MAX}: put what is larger into S3"
    return None


def observe(usage: Usage) -> Mapping[str, Observable]:
    """Values that gates may use."""
    empty = sum((r.empty for r in usage.receives), Fraction(0))
    found = sum((r.calls.monthly for r in usage.receives), Fraction(0))
    dropped = sum((part.dropped for part in usage.admitted.streams), Fraction(0)) if usage.admitted else Fraction(0)
    offered = usage.messages.monthly + dropped
    peak = usage.in_flight.peak().per_second if usage.in_flight.terms else 0.0
    return {
        "messages": Observable(to_quantity(usage.messages.monthly), "messages"),
        "requests": Observable(to_quantity(usage.requests), "requests"),
        "empty_receives": Observable(to_quantity(empty / (empty + found) if empty + found else Fraction(0)), "share"),
        "in_flight": Observable(to_quantity(sig6(peak)), "messages", Decimal(IN_FLIGHT.value)),
        "throttled": Observable(to_quantity(dropped / offered if offered else Fraction(0)), "share"),
    }
