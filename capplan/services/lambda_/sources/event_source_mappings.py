"""Event source mappings: the concurrent invocations they cause at most, and the pollers they keep running."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Literal

from capplan import units
from capplan.model import Polling, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6
from capplan.record import Record
from capplan.services.lambda_ import billing
from capplan.services.lambda_.concurrency.rate_steps import rate_steps
from capplan.services.lambda_.quotas import (
    KAFKA_POLLER_INVOCATIONS,
    KAFKA_POLLER_RATE,
    SQS_CONCURRENCY_MAX,
    SQS_IDLE_POLLERS,
    SQS_POLL_S,
    SQS_POLLER_INVOCATIONS,
    SQS_POLLER_RATE,
)
from capplan.services.lambda_.sources.trigger import QUEUES, Pollers, Trigger
from capplan.services.lambda_.spec import Function

EventSource = Literal["kinesis", "dynamodb_stream", "sqs_standard", "sqs_fifo", "sqs_provisioned", "kafka_provisioned"]


class EventSourceMapping(Record, frozen=True):
    """An event source mapping, as far as it limits concurrency; what a source does not have stays 1 or None."""

    source: EventSource
    shards: int = 1
    parallelization_factor: int = 1
    message_groups: int | None = None
    pollers: int = 1
    maximum_concurrency: int | None = None


def max_concurrency(mapping: EventSourceMapping, reserved: int | None = None) -> int:
    """Concurrent invocations that a mapping causes at most, within its own maximum and the function's reservation."""
    of_source: dict[EventSource, int | None] = {
        "kinesis": mapping.shards * mapping.parallelization_factor,
        "dynamodb_stream": mapping.shards * mapping.parallelization_factor,
        "sqs_standard": int(SQS_CONCURRENCY_MAX.value),
        "sqs_fifo": mapping.message_groups,
        "sqs_provisioned": mapping.pollers * int(SQS_POLLER_INVOCATIONS.value),
        "kafka_provisioned": mapping.pollers * int(KAFKA_POLLER_INVOCATIONS.value),
    }
    bounds = (of_source[mapping.source], mapping.maximum_concurrency, reserved)
    return min((bound for bound in bounds if bound is not None), default=int(SQS_CONCURRENCY_MAX.value))


def mapping_of(trigger: Trigger, shards: int) -> EventSourceMapping | None:
    """A trigger as an event source mapping; None if Lambda does not poll it. `shards` are those of the stream it reads."""
    factor, maximum = trigger.parallelization_factor or 1, trigger.maximum_concurrency
    if trigger.source == "dynamodb":
        return EventSourceMapping("dynamodb_stream", shards=shards, parallelization_factor=factor)
    if trigger.source == "kinesis":
        count = shards if trigger.stream is not None else trigger.shards or 1
        return EventSourceMapping("kinesis", shards=count, parallelization_factor=factor)
    if trigger.source == "sqs-fifo":
        return EventSourceMapping("sqs_fifo", message_groups=trigger.message_groups, maximum_concurrency=maximum)
    if trigger.source == "sqs" and trigger.pollers is None:
        return EventSourceMapping("sqs_standard", maximum_concurrency=maximum)
    if trigger.pollers is not None:
        source: EventSource = "sqs_provisioned" if trigger.source == "sqs" else "kafka_provisioned"
        return EventSourceMapping(source, pollers=trigger.pollers.max_pollers)
    return None


def polling(spec: Function, stream: RequestStream, mean_ms: Fraction, dead: Fraction) -> Polling:
    """How an event source mapping asks for what it reads; `dead` is the share that fails for good."""
    trigger = None if stream.trigger is None else spec.triggers[stream.trigger]
    if trigger is None or not trigger.is_polled:
        return Polling()
    held_ms = mean_ms + Fraction(trigger.window_ms or 0)
    pollers = Fraction(SQS_IDLE_POLLERS) if trigger.source in QUEUES else Fraction(stream.shards)
    if trigger.pollers is not None:
        pollers = _mean_units(trigger.pollers, trigger, stream, mean_ms)
    return Polling(pollers, Fraction(SQS_POLL_S), held_ms, 1 - dead)


def poller_unit_hours(spec: Function, streams: Iterable[RequestStream], mean_ms: Fraction) -> Mapping[str, Fraction]:
    """Event poller unit hours a month by source: pollers follow the load between their minimum and maximum."""
    out: dict[str, Fraction] = {}
    for stream in streams:
        trigger = None if stream.trigger is None else spec.triggers[stream.trigger]
        if trigger is not None and trigger.pollers is not None:
            mean_units = _mean_units(trigger.pollers, trigger, stream, mean_ms)
            hours = billing.poller_unit_hours(mean_units, units.MONTH_SECONDS)
            out[trigger.source] = out.get(trigger.source, Fraction(0)) + hours
    return out


def _mean_units(pollers: Pollers, trigger: Trigger, stream: RequestStream, mean_ms: Fraction) -> Fraction:
    """Event poller units on average over the month."""
    steps = [
        (_units_at(step.per_second, pollers, trigger, stream, mean_ms), step.minutes * step.times)
        for step in rate_steps(stream.flow)
    ]
    minutes = sum(weight for _, weight in steps)
    if not minutes or len({count for count, _ in steps}) == 1:
        return Fraction(steps[0][0] if steps else billing.poller_units(pollers.min_pollers, pollers.per_unit))
    return sig6(sum(count * weight for count, weight in steps) / minutes)


def _units_at(per_second: float, pollers: Pollers, trigger: Trigger, stream: RequestStream, mean_ms: Fraction) -> int:
    """Event poller units that a rate of invocations needs."""
    is_sqs = trigger.source == "sqs"
    invocations = int((SQS_POLLER_INVOCATIONS if is_sqs else KAFKA_POLLER_INVOCATIONS).value)
    mb_per_second = int((SQS_POLLER_RATE if is_sqs else KAFKA_POLLER_RATE).value)
    by_concurrency = per_second * float(mean_ms) / units.MS_PER_SECOND / invocations
    record_bytes = float(mean(trigger.payload)) if trigger.payload is not None else 0.0
    by_throughput = per_second * float(stream.records) * record_bytes / units.BYTES_PER_MB / mb_per_second
    needed = ceil(max(by_concurrency, by_throughput))
    count = max(pollers.min_pollers, min(pollers.max_pollers, needed))
    return billing.poller_units(count, 1 if is_sqs else pollers.per_unit)
