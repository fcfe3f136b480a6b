"""Event source mappings: how many invocations they cause at once, how many pollers they keep. It never prices them."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil

from capplan import units
from capplan.model import RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6
from capplan.services.lambda_ import billing
from capplan.services.lambda_.concurrency import environments as concurrency
from capplan.services.lambda_.concurrency.rate_steps import course
from capplan.services.lambda_.sources.trigger import Pollers, Trigger
from capplan.services.lambda_.spec import Function

SQS_POLLER_MB_PER_S, KAFKA_POLLER_MB_PER_S = 1, 5
"""What one poller in provisioned mode passes on a second."""


def mapping_of(trigger: Trigger, shards: int) -> concurrency.Mapping | None:
    """A trigger as an event source mapping; None for what is not polled. `shards` are the stream's."""
    factor = trigger.parallelization_factor or 1
    if trigger.stream is not None:
        return concurrency.Mapping("dynamodb_stream", shards=shards, parallelization_factor=factor)
    if trigger.via == "kinesis":
        return concurrency.Mapping("kinesis", shards=trigger.shards or 1, parallelization_factor=factor)
    if trigger.via == "sqs-fifo":
        return concurrency.Mapping("sqs_fifo", message_groups=trigger.message_groups, maximum_concurrency=trigger.maximum_concurrency)  # fmt: skip
    if trigger.via == "sqs":
        source: concurrency.EventSource = "sqs_standard" if trigger.pollers is None else "sqs_provisioned"
        pollers = trigger.pollers.most if trigger.pollers is not None else 1
        return concurrency.Mapping(source, pollers=pollers, maximum_concurrency=trigger.maximum_concurrency)
    if trigger.via == "kafka" and trigger.pollers is not None:
        return concurrency.Mapping("kafka_provisioned", pollers=trigger.pollers.most)
    return None


def poller_hours(spec: Function, works: Iterable[RequestStream], mean_ms: Fraction) -> Mapping[str, Fraction]:
    """Event poller unit hours a month by source: pollers follow the load between their bounds."""
    out: dict[str, Fraction] = {}
    for work in works:
        trigger = None if work.trigger is None else spec.triggers[work.trigger]
        if trigger is not None and trigger.pollers is not None:
            units_held = _mean_units(trigger.pollers, trigger, work, mean_ms)
            hours = billing.poller_unit_hours(units_held, units.MONTH_SECONDS)
            out[trigger.source] = out.get(trigger.source, Fraction(0)) + hours
    return out


def _mean_units(kept: Pollers, trigger: Trigger, work: RequestStream, mean_ms: Fraction) -> Fraction:
    """Event poller units held on average over the month."""
    steps = course(work.flow)
    held = [(_units_at(step.per_second, kept, trigger, work, mean_ms), step.minutes * step.times) for step in steps]
    whole = sum(weight for _, weight in held)
    if not whole or len({count for count, _ in held}) == 1:
        return Fraction(held[0][0] if held else billing.poller_units(kept.least, kept.per_unit))
    return sig6(sum(count * weight for count, weight in held) / whole)


def _units_at(per_second: float, kept: Pollers, trigger: Trigger, work: RequestStream, mean_ms: Fraction) -> int:
    sqs = trigger.via == "sqs"
    invokes = concurrency.INVOKES_PER_SQS_POLLER if sqs else concurrency.INVOKES_PER_KAFKA_POLLER
    at_once = per_second * float(mean_ms) / units.MS_PER_SECOND / invokes
    size = float(mean(trigger.payload)) if trigger.payload is not None else 0.0
    passed = per_second * float(work.records) * size / units.BYTES_PER_MB
    needed = ceil(max(at_once, passed / (SQS_POLLER_MB_PER_S if sqs else KAFKA_POLLER_MB_PER_S)))
    pollers = max(kept.least, min(kept.most, needed))
    return billing.poller_units(pollers, 1 if sqs else kept.per_unit)
