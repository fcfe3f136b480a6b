"""Computes what a function hands on: dead letters of what it reads, and its destinations for success and failure.

Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations", "Retaining discarded batches"; Amazon SQS
Developer Guide, "Using dead-letter queues" (read 2026-11-30).
"""

from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.model import AdmittedStream, Polling, RequestStream
from capplan.record import replace
from capplan.resource_type import Destination, Reference
from capplan.services.lambda_.admission.dead_letters import dead_letters
from capplan.services.lambda_.admission.lanes import Lane, lanes_of
from capplan.services.lambda_.attempts import splits
from capplan.services.lambda_.sources import event_source_mappings
from capplan.services.lambda_.sources.trigger import QUEUES, Trigger
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage

_OF_EVENTS = ("send", "publish", "put-events", "invoke", "put-object")
"""How Lambda delivers asynchronous events to a destination."""
_OF_STREAMS = ("send", "publish", "put-object")
"""How it delivers the record of a discarded batch."""
_OF_QUEUES = ("send",)


def destinations(spec: Function) -> tuple[Destination, ...]:
    """Where a function's records and events go when it is done with them."""
    out = [
        Destination(t.dead_letters, _verbs(t), trigger=place, access=_access(t))
        for place, t in enumerate(spec.triggers)
        if t.dead_letters is not None
    ]
    for name, succeeded in ((spec.on_failure, False), (spec.on_success, True)):
        if name is not None:
            out.append(Destination(name, _OF_EVENTS, succeeded))
    return tuple(out)


def _verbs(trigger: Trigger) -> tuple[str, ...]:
    return _OF_QUEUES if trigger.source in QUEUES else _OF_STREAMS


def _access(trigger: Trigger) -> Access:
    """Of a queue the message itself, which SQS moves; of a stream a record that says which batch it was."""
    is_queue = trigger.source in QUEUES
    return Access(op="", moved=is_queue, payload=trigger.payload if is_queue else None)


def references(spec: Function) -> tuple[Reference, ...]:
    """The names of destinations; a queue's dead-letter queue is named by the queue."""
    out = [
        Reference(("triggers", place, "dead_letters"), t.dead_letters, None, _verbs(t))
        for place, t in enumerate(spec.triggers)
        if t.dead_letters is not None and not (t.stream is not None and t.source in QUEUES)
    ]
    for key, name in (("on_failure", spec.on_failure), ("on_success", spec.on_success)):
        if name is not None:
            out.append(Reference((key,), name, None, _OF_EVENTS))
    return tuple(out)


def why_refused(other: Any) -> str:  # noqa: ANN401  any service's spec
    """Why Lambda does not deliver to a destination; empty where it does. ("Adding a destination", read 2026-11-30)."""
    if getattr(other, "type", "") == "fifo":
        return "Lambda delivers to standard queues and topics only: write type: standard there"
    return ""


def handed_on(spec: Function, destination: Destination, stream: RequestStream, part: AdmittedStream | None) -> Fraction:
    """Deliveries to a destination for each call, event, message or record that arrives."""
    (lane,) = lanes_of(spec, (stream,))
    if destination.trigger is None:
        if lane.kind != "event":
            return Fraction(0)
    elif destination.trigger != stream.trigger:
        return Fraction(0)
    dead, served = _ends(spec, lane, part)
    if destination.succeeded:
        return max(Fraction(0), served - dead)
    batch = stream.records if lane.kind == "stream" and lane.trigger is not None and not splits(lane.trigger) else 1
    return dead / batch


def _ends(spec: Function, lane: Lane, part: AdmittedStream | None) -> tuple[Fraction, Fraction]:
    """Shares of what arrives: what is given up or fails for good, and what is served."""
    if part is None:
        return dead_letters(spec, lane, Fraction(1)), Fraction(1)
    asked = part.served + part.waiting + part.dropped
    return (part.dead_letters / asked, part.served / asked) if asked else (Fraction(0), Fraction(0))


def polling(spec: Function, usage: Usage, stream: RequestStream) -> Polling:
    """How a function's event source mapping asks for what it reads."""
    (lane,) = lanes_of(spec, (stream,))
    parts = usage.admitted.streams if usage.admitted is not None else ()
    part = next((part for of, part in zip(usage.streams, parts, strict=False) if of is stream), None)
    dead, _ = _ends(spec, lane, part)
    pushed = stream.trigger is not None and spec.triggers[stream.trigger].fan_out
    return replace(event_source_mappings.polling(spec, stream, usage.mean_ms, min(Fraction(1), dead)), pushed=pushed)
