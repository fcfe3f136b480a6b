"""What invokes a function, each with what bounds it: by how many invocations at a time, for how long it waits.

Lambda Developer Guide, "Understanding Lambda function scaling", "How Lambda handles errors and retries with asynchronous
invocation", "Event source mappings" (read 2026-11-23).
"""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from capplan import units
from capplan.model import RequestStream
from capplan.quantities.rounding import sig6
from capplan.record import Record, replace
from capplan.services.lambda_ import quotas
from capplan.services.lambda_.attempts import in_a_shard, splits, tried, work_s
from capplan.services.lambda_.batch_failures import Blocked, Tried
from capplan.services.lambda_.billing import capped_mean_ms
from capplan.services.lambda_.invocation_time import duration_of_batch
from capplan.services.lambda_.sources import batches, event_source_mappings
from capplan.services.lambda_.sources.trigger import QUEUES, STREAMS, Trigger, retention_ms
from capplan.services.lambda_.spec import Function

_STREAM_RETRY_S = 1.0
"""A shard's poller tries again at once; AWS does not publish its back-off."""
_OWN_SECTION = "functions."
"""Functions call by an AWS SDK, which tries again; what other callers do is theirs."""


class Lane(Record, frozen=True, eq=False):
    """A request stream of a function, with what bounds it.

    Attributes:
        kind: `call`: the caller is throttled. `event`: Lambda's own queue keeps it. `queue`, `stream`: the source keeps it.
        stream: The stream.
        trigger: Its trigger; None for a call.
        most: Invocations that run at a time at most by its source; infinite where nothing says so.
        busy_s: Seconds of an invocation with as many records as the stream gives it.
        full: Records of a full batch.
        busy_full_s: Seconds of an invocation with a full batch.
        max_age_s: The age at which what waits is given up.
        retry_s: Seconds after which what was throttled tries again.
        tries: Attempts that a throttled caller makes.
        attempts: Invocations of one call, event or batch: fewer than the stream's where blocked records get old.
        attempts_full: The same of a full batch.
        blocked: How a poison record blocks its shard; None where none does.
        source_rate: The limit of the account by which its source rejects requests; empty for none.
    """

    kind: Literal["call", "event", "queue", "stream"]
    stream: RequestStream
    trigger: Trigger | None
    most: float
    busy_s: float
    full: float
    busy_full_s: float
    max_age_s: float
    retry_s: float
    attempts: float
    attempts_full: float
    blocked: Blocked | None = None
    tries: int = 1
    source_rate: str = ""

    @property
    def work_s(self) -> float:
        """Environment-seconds of one arrival, retries included."""
        return self.busy_s * self.attempts / float(self.stream.records)

    @property
    def work_full_s(self) -> float:
        """The same in full batches, which a backlog leads to."""
        return min(self.work_s, self.busy_full_s * self.attempts_full / self.full)


def lanes_of(spec: Function, streams: Iterable[RequestStream]) -> tuple[Lane, ...]:
    """The streams of a function, in order."""
    return tuple(_lane(spec, stream) for stream in streams)


def _lane(spec: Function, stream: RequestStream) -> Lane:
    trigger = None if stream.trigger is None else spec.triggers[stream.trigger]
    busy_s, attempts = _busy_s(spec, stream.records), float(stream.attempts)
    if trigger is not None and trigger.source in QUEUES | STREAMS:
        full = max(Fraction(batches.max_records(trigger)), stream.records)
        is_queue = trigger.source in QUEUES
        retry_s = float(trigger.visibility_timeout_ms) / units.MS_PER_SECOND if is_queue else _STREAM_RETRY_S
        kept_s = float(retention_ms(trigger)) / units.MS_PER_SECOND
        most = _most(trigger, stream.shards)
        kind: Literal["queue", "stream"] = "queue" if is_queue else "stream"
        lane = Lane(
            kind, stream, trigger, most, busy_s, float(full), _busy_s(spec, full), kept_s, max(1.0, retry_s),
            attempts, attempts,
        )  # fmt: skip
        return _splitting(spec, lane, trigger) if splits(trigger) else lane
    if stream.access.is_async:
        kept_s = float(spec.maximum_event_age_ms) / units.MS_PER_SECOND
        return Lane(
            "event",
            stream,
            trigger,
            math.inf,
            busy_s,
            1.0,
            busy_s,
            kept_s,
            quotas.EVENT_RETRY_MAX_S,
            attempts,
            attempts,
        )
    tries = quotas.SDK_ATTEMPTS if stream.cause.startswith(_OWN_SECTION) else 1
    limit = quotas.SOURCE_RATES.get(trigger.source, "") if trigger is not None else ""
    return Lane(
        "call", stream, trigger, math.inf, busy_s, 1.0, busy_s, 0.0, 0.0, attempts, attempts, tries=tries, source_rate=limit
    )  # fmt: skip


def parts_of(spec: Function, stream: RequestStream) -> tuple[tuple[Fraction, Fraction], ...]:
    """Shares of a stream's invocations with their records: the batch, or where batches are split the parts of it."""
    trigger = None if stream.trigger is None else spec.triggers[stream.trigger]
    if trigger is None or not splits(trigger):
        return ((Fraction(1), stream.records),)
    return _in_a_shard(spec, trigger, stream)[0].shares()


def dead_share(spec: Function, trigger: Trigger, stream: RequestStream, records: Fraction) -> Fraction:
    """Share of records that fail at every attempt, or are given up, in batches of so many that are split or hold poison."""
    return min(Fraction(1), sig6(_in_a_shard(spec, trigger, stream, records)[0].dead / float(records)))


def per_second_of(stream: RequestStream, shards: float) -> float:
    """Records a second that arrive at each shard, on average over the month."""
    return float(stream.arrivals.monthly) / units.MONTH_SECONDS / shards


def _in_a_shard(
    spec: Function, trigger: Trigger, stream: RequestStream, records: Fraction | None = None
) -> tuple[Tried, Tried, Blocked | None]:
    records = stream.records if records is None else records
    full = max(Fraction(batches.max_records(trigger)), records)
    return in_a_shard(spec, trigger, records, full, per_second_of(stream, _most(trigger, stream.shards)))


def _splitting(spec: Function, lane: Lane, trigger: Trigger) -> Lane:
    """A lane whose batches are split, or hold poison: its invocations have the records of their parts."""
    of_batch, of_full, blocked = _in_a_shard(spec, trigger, lane.stream)
    scale = lane.attempts / tried(spec, trigger, lane.stream.records).invocations
    return replace(
        lane,
        busy_s=work_s(spec, of_batch) / of_batch.invocations,
        busy_full_s=work_s(spec, of_full) / of_full.invocations,
        attempts=of_batch.invocations * scale,
        attempts_full=of_full.invocations * scale,
        blocked=blocked,
    )


def _busy_s(spec: Function, records: Fraction) -> float:
    return float(capped_mean_ms(duration_of_batch(spec, records), spec.timeout_ms)) / units.MS_PER_SECOND


def _most(trigger: Trigger, shards: int) -> float:
    """Invocations that its source has at a time at most; a Kafka topic's partitions, a FIFO queue's groups where given."""
    bounds = [] if trigger.partitions is None else [trigger.partitions]
    mapping = event_source_mappings.mapping_of(trigger, shards)
    is_unbounded_fifo = trigger.source == "sqs-fifo" and not (trigger.message_groups or trigger.maximum_concurrency)
    if mapping is not None and not is_unbounded_fifo:
        bounds.append(event_source_mappings.max_concurrency(mapping))
    return float(min(bounds, default=math.inf))
