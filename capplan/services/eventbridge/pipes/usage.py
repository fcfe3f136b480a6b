"""What EventBridge meters of a pipe in a month: requests after the filter, a batch by its total in 64 KB chunks.

EventBridge pricing page; "Amazon EventBridge Pipes batching and concurrency" (read 2026-11-30). Enrichment and target are
billed by their services.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.batching import records_in_batch
from capplan.chunks import chunks
from capplan.flow import DemandFlow
from capplan.model import Demand, RequestStream
from capplan.quantities.distribution import Distribution, fixed
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.retries import attempts, given_up
from capplan.services.eventbridge.pipes.spec import QUEUES, Pipe
from capplan.services.eventbridge.quotas import (
    CHUNK_BYTES,
    KAFKA_PARTITIONS_MAX,
    MQ_AT_ONCE,
    PIPE_MOST_AT_ONCE,
    PIPE_QUEUE_BATCH,
    PIPE_STREAM_BATCH,
    POLLS,
)

FOREVER = 10_000
"""Retries of a stream's batch for which no number is written: until its records expire."""


class Usage(Record, frozen=True):
    """A month of a pipe.

    Attributes:
        executions: Batches a second, retries included.
        requests: The requests that they are billed as.
        records: Records of a batch.
        open: Concurrent executions.
        streams: What it reads.
    """

    executions: DemandFlow
    requests: DemandFlow
    records: Fraction
    open: DemandFlow
    streams: tuple[RequestStream, ...]


def meter(spec: Pipe, demand: Demand, duration_ms: Fraction) -> Usage:
    """What EventBridge meters of a month of demand."""
    records = max((stream.records for stream in demand.requests), default=Fraction(1))
    return Usage(
        executions=demand.flow,
        requests=demand.flow * chunks(size_of(spec), CHUNK_BYTES, records),
        records=records,
        open=demand.flow.spread(duration_ms) * (duration_ms / 1000),
        streams=demand.requests,
    )


def size_of(spec: Pipe) -> Distribution:
    """The size of a record."""
    return spec.payload or spec.source.payload or fixed(1024)


def max_batch(spec: Pipe) -> int:
    """The largest batch."""
    return spec.batch or (PIPE_QUEUE_BATCH if spec.is_queue else PIPE_STREAM_BATCH)


def records_of(spec: Pipe, per_second: Fraction, shards: int) -> Fraction:
    """Records of a batch at a steady rate; a queue without a window gives one at a time."""
    polls = POLLS.get(spec.source.emitter.read_as)
    if polls is None and spec.window_ms is None:
        return Fraction(1)
    return records_in_batch(per_second, max_batch(spec), spec.window_ms, shards if polls else None, polls)


def retries_of(spec: Pipe) -> int:
    """How often a failed batch goes through the pipe again."""
    if spec.source.max_receive_count is not None:
        return spec.source.max_receive_count - 1
    if spec.is_queue:
        kept = spec.source.retention_ms or Decimal(345_600_000)
        return max(0, math.floor(kept / max(spec.source.visibility_timeout_ms, Decimal(1))) - 1)
    return FOREVER if spec.retries is None else spec.retries


def tried(spec: Pipe) -> Fraction:
    """Mean executions of a batch."""
    return attempts(Fraction(spec.fails), retries_of(spec))


def dead_share(spec: Pipe) -> Fraction:
    """The share of records that fail at every attempt. Range 0 to 1."""
    return given_up(Fraction(spec.fails), retries_of(spec))


def requests(events: Fraction, match: Fraction, batch: int, event_bytes: Fraction) -> Fraction:
    """Requests of events of which a share matches, in full batches."""
    size = fixed(to_quantity(event_bytes))
    return events * match / batch * chunks(size, CHUNK_BYTES, Fraction(batch))


def most_at_once(
    source: str, *, shards: int = 1, factor: int = 1, partitions: int = 1, groups: int | None = None
) -> int:
    """Executions of a pipe at the same time at most, by the source that it reads.

    Amazon EventBridge User Guide, "Pipes batching and concurrency" (read 2026-11-30).
    """
    if source in QUEUES:
        most = int(PIPE_MOST_AT_ONCE.value)
        return most if groups is None else min(groups, most)
    if source == "kafka":
        return min(partitions, KAFKA_PARTITIONS_MAX)
    return MQ_AT_ONCE if source == "mq" else shards * factor


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    return {
        "executions": to_quantity(usage.executions.monthly),
        "requests": to_quantity(usage.requests.monthly),
        "records_per_execution": to_quantity(usage.records),
    }
