"""What SNS meters of a topic in a month: publishes in chunks, deliveries by protocol, GB of FIFO topics."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import chunks, units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Admitted, Demand, Reading, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import to_quantity
from capplan.record import Record, replace
from capplan.retries import attempts
from capplan.services.sns.quotas import BATCH_MAX, CHUNK_BYTES
from capplan.services.sns.spec import Topic

_OUTSIDE = frozenset({"http", "email", "push"})
"""Protocols of which a delivery leaves for the internet."""


class Usage(Record, frozen=True):
    """A month of a topic.

    Attributes:
        messages: Messages published a second.
        offered: Those that were asked for, where the quota throttles some.
        publishes: The requests that they are billed as.
        gb: GB published a second.
        deliveries: Deliveries a second by protocol, attempts included.
        delivered: Messages a second that go to queues and functions of the scenario.
        delivered_gb: GB of them.
        subscriptions: Subscriptions, those of the scenario included.
        streams: The requests that publish.
        admitted: What gets through of them; None where all does.
        readers: What is subscribed in the scenario.
    """

    messages: DemandFlow
    offered: DemandFlow
    publishes: DemandFlow
    gb: DemandFlow
    deliveries: Mapping[str, DemandFlow]
    delivered: DemandFlow
    delivered_gb: DemandFlow
    subscriptions: int
    streams: tuple[RequestStream, ...]
    admitted: Admitted | None = None
    readers: tuple[Reading, ...] | None = None


def batch_of(stream: RequestStream) -> Fraction:
    """Messages of one call that publishes."""
    return chunks.batch_of(stream, BATCH_MAX)


def meter(spec: Topic, demand: Demand) -> Usage:
    """What SNS meters of a month of demand; deliveries to resources of the scenario are left out."""
    messages = demand.flow
    by_protocol: dict[str, DemandFlow] = {}
    for subscription in spec.subscriptions.values():
        tried = attempts(Fraction(subscription.fails), subscription.retried)
        flow = messages * (subscription.share * tried)
        key = "http" if subscription.protocol == "https" else subscription.protocol
        by_protocol[key] = by_protocol.get(key, DemandFlow.zero()) + flow
    return Usage(
        messages=messages,
        offered=DemandFlow.total(s.flow if s.offered is None else s.offered for s in demand.requests),
        publishes=DemandFlow.total(s.flow * _requests(spec, s) for s in demand.requests),
        gb=DemandFlow.total(s.flow * _gb(spec, s.access) for s in demand.requests),
        deliveries=by_protocol,
        delivered=DemandFlow.zero(),
        delivered_gb=DemandFlow.zero(),
        subscriptions=sum(s.count for s in spec.subscriptions.values()),
        streams=demand.requests,
        admitted=demand.admitted,
    )


def _requests(spec: Topic, stream: RequestStream) -> Fraction:
    return chunks.chunks_per_message(spec.size_of(stream.access.payload), CHUNK_BYTES, batch_of(stream))


def _gb(spec: Topic, access: Access) -> Fraction:
    return mean(spec.size_of(access.payload)) / units.BYTES_PER_GB


def with_readers(usage: Usage, readers: tuple[Reading, ...]) -> Usage:
    """The usage with what is delivered to resources of the scenario."""
    if usage.readers == readers:
        return usage
    share = sum((reading.share for reading in readers), Fraction(0))
    known = len(usage.readers or ())
    return replace(
        usage,
        delivered=usage.messages * share,
        delivered_gb=usage.gb * share,
        subscriptions=usage.subscriptions - known + len(readers),
        readers=readers,
    )


def outgoing_gb(spec: Topic, usage: Usage) -> Fraction:
    """GB a month that filter policies on the payload scan: what goes out."""
    share = sum((s.share for s in spec.subscriptions.values()), Fraction(0))
    return usage.gb.monthly * share + usage.delivered_gb.monthly


def leaving_gb(usage: Usage) -> DemandFlow:
    """GB a second of deliveries that leave for the internet, retries included."""
    out = DemandFlow.total(flow for protocol, flow in usage.deliveries.items() if protocol in _OUTSIDE)
    total = usage.messages.monthly
    return out * (usage.gb.monthly / total) if total else out


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    delivered = sum((flow.monthly for flow in usage.deliveries.values()), usage.delivered.monthly)
    return {"messages": to_quantity(usage.messages.monthly), "deliveries": to_quantity(delivered)}
