"""Under which SKUs a topic is billed, and how much of each. SNS pricing page (read 2026-11-30).

Deliveries to Lambda and SQS cost nothing; a FIFO topic pays for requests, messages and GB in and out.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from capplan.flow import DemandFlow
from capplan.model import Charge
from capplan.services.sns.spec import Topic
from capplan.services.sns.usage import Usage

_PRICES: Mapping[str, str] = {
    "http": "http",
    "email": "email",
    "push": "mobile_push",
    "firehose": "firehose",
}
"""The price of a delivery by protocol; those without one are free."""


def charge(name: str, spec: Topic, usage: Usage) -> tuple[Charge, ...]:
    """All charges of a topic."""
    return tuple(_fifo(name, usage) if spec.is_fifo else _standard(name, usage))


def _of_flow(line: str, price: str, words: str, flow: DemandFlow, unit: str) -> Iterable[Charge]:
    if flow.terms:
        yield Charge(line, f"sns.{price}", words, flow.monthly, unit, flow)


def _standard(name: str, usage: Usage) -> Iterable[Charge]:
    yield from _of_flow(f"{name}.publishes", "publish.request", "publishes of up to 64 KB", usage.publishes, "requests")
    for protocol, flow in usage.deliveries.items():
        if protocol in _PRICES:
            words = f"{protocol} deliveries, retries included"
            yield from _of_flow(f"{name}.{protocol}", f"delivery.{_PRICES[protocol]}", words, flow, "notifications")


def _fifo(name: str, usage: Usage) -> Iterable[Charge]:
    yield from _of_flow(f"{name}.publishes", "fifo.publish_request", "publishes", usage.publishes, "requests")
    yield from _of_flow(f"{name}.published", "fifo.publish_gb", "payload published", usage.gb, "GB")
    outside = DemandFlow.total(usage.deliveries.values())
    out = usage.delivered + outside
    share = out.monthly / usage.messages.monthly if usage.messages.monthly else Fraction(0)
    yield from _of_flow(f"{name}.deliveries", "fifo.subscription_message", "messages to subscriptions", out, "messages")
    yield from _of_flow(f"{name}.delivered", "fifo.subscription_gb", "payload to subscriptions", usage.gb * share, "GB")
