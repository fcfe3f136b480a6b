"""Holds a topic's load against SNS's quotas, admits what they allow, and gives the values that gates may use."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.capped import capped
from capplan.chunks import tail_bytes
from capplan.model import Admitted, Context, Demand, LimitCheck, Observable, PoolLoad
from capplan.quantities.distribution import quantile
from capplan.quantities.rounding import to_quantity
from capplan.record import replace
from capplan.service import Quota
from capplan.services.sns.quotas import (
    BATCH_MAX,
    COUNTED_TOGETHER,
    FIFO_PUBLISH_RATE,
    FIFO_SUBSCRIPTIONS,
    FIFO_TOPIC_BYTES,
    FIFO_TOPIC_RATE,
    MESSAGE_MAX,
    PUBLISH_RATE,
)
from capplan.services.sns.spec import Topic
from capplan.services.sns.usage import Usage, batch_of


def rate_quota(spec: Topic, region: str) -> Quota:
    """The account's limit that a topic's messages count for."""
    return FIFO_PUBLISH_RATE if spec.is_fifo and region not in COUNTED_TOGETHER else PUBLISH_RATE


def admit(name: str, spec: Topic, demand: Demand, ctx: Context) -> Admitted | None:
    """What gets through of what is published: the account's rate throttles, and one of a FIFO topic's own."""
    quota = rate_quota(spec, ctx.region)
    shared = demand.shared.get(quota.id)
    own = float(FIFO_TOPIC_RATE.value) if spec.is_fifo else float("inf")
    counted = [Fraction(1)] * len(demand.requests)
    if shared is None:
        return capped(f"topics.{name}", demand.requests, counted, own)
    admitted = capped(
        f"topics.{name}", demand.requests, counted, min(own, float(shared.quota)), shared.others
    )  # fmt: skip
    return None if admitted is None else replace(admitted, wanted={quota.id: demand.flow})


def pools(spec: Topic, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:
    """What a topic uses of the account's limits: what is asked for."""
    if not usage.offered.terms:
        return ()
    return (PoolLoad(rate_quota(spec, ctx.region).id, usage.offered),)


def check(name: str, spec: Topic, usage: Usage) -> tuple[LimitCheck, ...]:
    """The limits of a topic with their loads."""
    return tuple(_checks(name, spec, usage))


def _checks(name: str, spec: Topic, usage: Usage) -> Iterable[LimitCheck]:
    largest = max(
        (tail_bytes(spec.size_of(s.access.payload)) * to_quantity(batch_of(s)) for s in usage.streams), default=None
    )
    yield LimitCheck(
        name, MESSAGE_MAX.id, tail_bytes(spec.message) if largest is None else largest, Decimal(MESSAGE_MAX.value),
        MESSAGE_MAX.unit,
    )  # fmt: skip
    if not spec.is_fifo:
        return
    yield LimitCheck(
        name, FIFO_SUBSCRIPTIONS.id, Decimal(usage.subscriptions), Decimal(FIFO_SUBSCRIPTIONS.value),
        FIFO_SUBSCRIPTIONS.unit,
    )  # fmt: skip
    for quota, flow in ((FIFO_TOPIC_RATE, usage.offered), (FIFO_TOPIC_BYTES, usage.gb * units.BYTES_PER_GB)):
        if flow.terms:
            yield LimitCheck.of_flow(name, quota.id, flow, Decimal(quota.value), quota.unit)


def why_not_published(spec: Topic, access: Access) -> str | None:
    """Why SNS does not take a request; None where it does."""
    if access.batch is not None and access.batch > BATCH_MAX.value:
        return f"a batch has at most {BATCH_MAX}: write batch: {int(BATCH_MAX.value)}"
    if quantile(spec.size_of(access.payload), 0.5) > MESSAGE_MAX.value:
        return f"a payload of a message has at most {MESSAGE_MAX}: put what is larger into S3"
    return None


def messages_per_second(publishes: Decimal, batches: Decimal, batch: int) -> Decimal:
    """Messages that count for the account's rate: of single and of batched publishes together."""
    return publishes + batches * batch


def observe(usage: Usage) -> Mapping[str, Observable]:
    """Values that gates may use."""
    offered = usage.offered.monthly
    dropped = sum((part.dropped for part in usage.admitted.streams), Fraction(0)) if usage.admitted else Fraction(0)
    delivered = sum((flow.monthly for flow in usage.deliveries.values()), usage.delivered.monthly)
    return {
        "messages": Observable(to_quantity(usage.messages.monthly), "messages"),
        "deliveries": Observable(to_quantity(delivered), "messages"),
        "throttled": Observable(to_quantity(dropped / offered if offered else Fraction(0)), "share"),
    }
