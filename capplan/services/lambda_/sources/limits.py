"""The limits of what invokes a function: how long it waits, how many invocations it causes, which callers end first.

Lambda Developer Guide, "Event source mappings"; API Gateway, ALB, AppSync and Cognito quotas (read 2026-11-23).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan import units
from capplan.model import Context, LimitCheck, RequestStream
from capplan.quantities.distribution import Distribution, mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.service import Quota
from capplan.services.lambda_ import quotas
from capplan.services.lambda_.concurrency import environments
from capplan.services.lambda_.invocation_time import high
from capplan.services.lambda_.sources import batches, event_source_mappings
from capplan.services.lambda_.sources.trigger import QUEUES, Trigger, retention_ms
from capplan.services.lambda_.spec import Function
from capplan.services.lambda_.usage import Usage, time_of

TIMEOUTS: Mapping[str, Quota] = {
    "api-gateway-http": quotas.HTTP_API_TIMEOUT,
    "api-gateway-rest": quotas.REST_API_TIMEOUT,
    "alb": quotas.ALB_TIMEOUT,
    "appsync": quotas.APPSYNC_TIMEOUT,
    "cognito": quotas.COGNITO_TIMEOUT,
}
"""How long a source waits for an answer."""
MESSAGES: Mapping[str, Quota] = {
    "sqs": quotas.SQS_MESSAGE_MAX,
    "sqs-fifo": quotas.SQS_MESSAGE_MAX,
    "sns": quotas.SNS_MESSAGE_MAX,
    "eventbridge": quotas.EVENT_ENTRY_MAX,
    "kinesis": quotas.KINESIS_RECORD_MAX,
}
"""How large one message, event or record of a source may be."""
RESPONSES: Mapping[str, Quota] = {"alb": quotas.ALB_RESPONSE_MAX, "appsync": quotas.APPSYNC_RESPONSE_MAX}
"""How large an answer a source takes, where that is less than Lambda's own limit."""
INTEGRATION_TIMEOUT = "lambda.integration_timeout"


def check(name: str, spec: Function, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    """The limits of its triggers and callers."""
    for stream in usage.streams:
        wait = waited_by(spec, stream)
        if wait is not None:
            waited_ms = time_of(spec, usage.cold, stream.records).high_waited_ms()
            yield LimitCheck(name, INTEGRATION_TIMEOUT, seconds(waited_ms), seconds(wait.timeout_ms), "s")
        if stream.trigger is not None:
            yield from _of_trigger(name, spec, usage, stream, spec.triggers[stream.trigger])
        elif stream.access.via:
            yield from _of_sizes(name, spec, stream.access.via, None)
    yield from _ages(name, spec, usage)
    for caller in callers_ending_first(spec, usage, ctx):
        waited_ms = time_of(spec, usage.cold, Fraction(1)).high_waited_ms()
        yield LimitCheck(name, "lambda.caller_timeout", seconds(waited_ms), seconds(caller.timeout_ms), "s")


def _of_trigger(
    name: str, spec: Function, usage: Usage, stream: RequestStream, trigger: Trigger
) -> Iterable[LimitCheck]:
    if trigger.source in QUEUES:
        timeout, visibility = Fraction(spec.timeout_ms), Fraction(trigger.visibility_timeout_ms)
        yield LimitCheck(name, "lambda.visibility_timeout", seconds(timeout), seconds(visibility), "s")
    yield from _of_sizes(name, spec, trigger.source, trigger.payload)
    if trigger.via == "kinesis":  # one of the scenario has limits of its own
        yield from _of_shards(name, stream, trigger)
    mapping = event_source_mappings.mapping_of(trigger, stream.shards)
    is_unbounded_fifo = trigger.source == "sqs-fifo" and not (trigger.message_groups or trigger.maximum_concurrency)
    if mapping is None or is_unbounded_fifo:
        return
    asked = stream.flow if stream.offered is None else stream.offered
    concurrency = asked * (usage.mean_ms / units.MS_PER_SECOND)
    quota = event_source_mappings.max_concurrency(mapping, spec.reserved_concurrency)
    peak = concurrency.peak()
    poisson = mapping.source.startswith("sqs")
    load = Decimal(environments.peak_concurrency(peak.per_second)) if poisson else to_quantity(sig6(peak.per_second))
    # what its source bounds waits there: how long is a limit of its own
    load = min(load, Decimal(quota))
    yield LimitCheck(
        name, f"lambda.event_source.{mapping.source}", load, Decimal(quota), "concurrent executions", concurrency,
        poisson=poisson, minute=peak.minute,
    )  # fmt: skip


def _of_sizes(name: str, spec: Function, source: str, message: Distribution | None) -> Iterable[LimitCheck]:
    """What a source sends, one message at a time, and what answer it takes."""
    loads = ((MESSAGES.get(source), message), (RESPONSES.get(source), spec.response))
    for quota, size in loads:
        if quota is not None and size is not None:
            yield LimitCheck(name, quota.id, to_quantity(high(size)), Decimal(quota.value), quota.unit)


def _of_shards(name: str, stream: RequestStream, trigger: Trigger) -> Iterable[LimitCheck]:
    """What producers write to each shard, records spread evenly: what the filter keeps out is written too."""
    passing = Fraction(trigger.filter) if trigger.filter else Fraction(1)
    written = stream.arrivals * (1 / (passing * (trigger.shards or 1)))
    loads = [(quotas.KINESIS_SHARD_RECORDS, written)]
    if trigger.payload is not None:
        loads.append((quotas.KINESIS_SHARD_BYTES, written * Fraction(mean(trigger.payload))))
    for quota, flow in loads:
        if flow.terms:
            yield LimitCheck.of_flow(name, quota.id, flow, Decimal(quota.value), quota.unit)


def _ages(name: str, spec: Function, usage: Usage) -> Iterable[LimitCheck]:
    """Of what waits, how old its oldest gets, against the age at which AWS gives it up; none where nothing waits."""
    for stream, part in zip(usage.streams, usage.admitted.streams if usage.admitted is not None else (), strict=False):
        if not part.oldest_wait_s:
            continue
        trigger = spec.triggers[stream.trigger] if stream.trigger is not None else None
        if stream.access.is_async:
            limit, kept_ms = quotas.EVENT_AGE_MAX.id, Fraction(spec.maximum_event_age_ms)
        elif trigger is not None:
            limit = "lambda.queue_age" if trigger.source in QUEUES else "lambda.iterator_age"
            kept_ms = retention_ms(trigger)
        else:
            continue
        yield LimitCheck(name, limit, to_quantity(sig6(part.unbounded_wait_s)), seconds(kept_ms), "s")


def records_at_peak(spec: Function, stream: RequestStream) -> Fraction:
    """Records of an invocation at the busiest rate: batches fill with it."""
    if stream.trigger is None or not stream.flow.terms:
        return stream.records
    records_per_s = sig6(stream.flow.peak().per_second) * stream.records
    return max(stream.records, batches.records_of(spec.triggers[stream.trigger], records_per_s, stream.shards))


def source_timeout_ms(trigger: Trigger) -> Fraction | None:
    """How long a trigger's source waits for the answer; None if it does not wait, or as long as the function runs."""
    if trigger.timeout_ms is not None:
        return Fraction(trigger.timeout_ms)
    quota = TIMEOUTS.get(trigger.source)
    return None if quota is None else Fraction(quota.value)


class Wait(NamedTuple):
    """A source that waits for the answer.

    Attributes:
        via: The source, as a trigger's `via` calls it.
        timeout_ms: How long it waits.
    """

    via: str
    timeout_ms: Fraction


def waited_by(spec: Function, stream: RequestStream) -> Wait | None:
    """Who waits for the answers of a stream, and for how long: its trigger's source, or the API that calls the function."""
    if stream.trigger is not None:
        trigger = spec.triggers[stream.trigger]
        timeout_ms = source_timeout_ms(trigger)
        return None if timeout_ms is None else Wait(trigger.source, timeout_ms)
    access = stream.access
    if not access.via or access.is_async or access.timeout_ms is None:
        return None
    return Wait(access.via, Fraction(access.timeout_ms))


class CallerEndingFirst(Record, frozen=True):
    """A synchronous caller whose timeout is shorter than what it calls may take.

    Attributes:
        address: Who calls.
        timeout_ms: The caller's timeout.
        outlasting: Share of its calls that take longer. Range 0 to 1, 6 digits.
        flow_share: Its calls as a share of all invocations. Range 0 to 1.
    """

    address: str
    timeout_ms: Fraction
    outlasting: Fraction
    flow_share: Fraction


def callers_ending_first(spec: Function, usage: Usage, ctx: Context) -> tuple[CallerEndingFirst, ...]:
    """Functions that wait for this one with a timeout shorter than this one's."""
    monthly = usage.invocations.monthly
    time = time_of(spec, usage.cold, Fraction(1))
    out: dict[str, CallerEndingFirst] = {}
    for stream in usage.streams:
        timeout_ms = ctx.timeout_ms.get(stream.cause)
        if timeout_ms is None or stream.access.is_async or timeout_ms >= spec.timeout_ms or not monthly:
            continue
        outlasting = time.longer_than(timeout_ms)
        before = out[stream.cause].flow_share if stream.cause in out else Fraction(0)
        flow_share = stream.flow.monthly / monthly + before
        out[stream.cause] = CallerEndingFirst(stream.cause, timeout_ms, outlasting, flow_share)
    return tuple(out.values())


def seconds(ms: Fraction) -> Decimal:
    """Milliseconds in seconds."""
    return to_quantity(ms / units.MS_PER_SECOND)
