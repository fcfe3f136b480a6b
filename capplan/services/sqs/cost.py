"""Under which SKUs a queue is billed, and how much of each. SQS pricing page (read 2026-11-30)."""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Charge
from capplan.quantities.text import figure
from capplan.services.sqs.spec import Queue
from capplan.services.sqs.usage import Receives, Usage


def charge(name: str, spec: Queue, usage: Usage) -> tuple[Charge, ...]:
    """All charges of a queue."""
    return tuple(_charges(name, spec, usage))


def _charges(name: str, spec: Queue, usage: Usage) -> Iterable[Charge]:
    price = f"sqs.{spec.type}.request"

    def of_flow(line: str, words: str, flow: DemandFlow) -> Iterable[Charge]:
        if flow.terms:
            yield Charge(f"{name}.{line}", price, words, flow.monthly, "requests", flow)

    yield from of_flow("sends", _sent(usage), usage.sends)
    received = DemandFlow.total(r.requests for r in usage.receives)
    yield from of_flow("receives", _received(usage.receives, received), received)
    yield from of_flow("deletes", "deletes of what was processed", DemandFlow.total(r.deletes for r in usage.receives))
    empty = sum((r.empty for r in usage.receives), Fraction(0))
    if empty >= 1:
        words = f"receives that find nothing, by {_pollers(usage.receives)}"
        yield Charge(f"{name}.empty-receives", price, words, empty, "requests")
    if usage.fair.terms:
        yield Charge(
            f"{name}.fair", "sqs.fair_queue.surcharge_request", "sends with a message group", usage.fair.monthly,
            "requests", usage.fair,
        )  # fmt: skip


def _sent(usage: Usage) -> str:
    sent = usage.messages.monthly - usage.moved.monthly
    each = usage.sends.monthly / sent if sent else Fraction(1)
    return f"{figure(sent)} messages × {figure(each)} requests" if each != 1 else "one request a message"


def _received(receives: Iterable[Receives], requests: DemandFlow) -> str:
    """Messages, how many a receive gives, and how many requests that is."""
    each = [(r.messages.monthly, r.calls.monthly) for r in receives]
    messages, calls = (sum(column, Fraction(0)) for column in zip(*each, strict=True)) if each else (Fraction(0),) * 2
    if not calls:
        return ""
    chunks = requests.monthly / calls
    words = f"{figure(messages)} messages, {figure(messages / calls)} a receive"
    return words if chunks == 1 else f"{words} × {figure(chunks)} requests"


def _pollers(receives: Iterable[Receives]) -> str:
    names = [r.reader.partition(".")[2] or r.reader for r in receives if r.empty]
    return f"{' and '.join(names)} in {units.MONTH_HOURS} h"
