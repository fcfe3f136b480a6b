"""Records of a stream or a queue in one invocation.

Lambda Developer Guide, "Event source mappings" (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.batching import records_in_batch
from capplan.quantities.distribution import mean
from capplan.services.lambda_.quotas import QUEUE_BATCH_DEFAULT, STREAM_BATCH_DEFAULT, SYNC_PAYLOAD_MAX
from capplan.services.lambda_.sources.trigger import Trigger

POLLS: Mapping[str, int] = {"dynamodb": 4, "kinesis": 1}
"""Polls per second and shard, by source."""
QUEUE_WINDOW_MS: Mapping[str, Decimal | None] = {"sqs": None, "kafka": Decimal(500)}
"""Default batch window of sources that collect records by time alone."""
DEFAULT_BATCH: Mapping[str, int] = {
    **dict.fromkeys(("dynamodb", "kinesis", "kafka"), STREAM_BATCH_DEFAULT),
    **dict.fromkeys(("sqs", "sqs-fifo"), QUEUE_BATCH_DEFAULT),
}


def max_records(trigger: Trigger) -> int:
    """The largest batch of a trigger: its `batch`, or fewer records where they fill the payload of an invocation."""
    batch = trigger.batch or DEFAULT_BATCH.get(trigger.source, 1)
    if trigger.payload is None or not mean(trigger.payload):
        return batch
    return max(1, min(batch, math.floor(Fraction(SYNC_PAYLOAD_MAX.value) / mean(trigger.payload))))


def records_of(trigger: Trigger, records_per_s: Fraction, shards: int) -> Fraction:
    """Records that an invocation of a trigger takes; 1 where its source does not gather them.

    Args:
        trigger: The trigger.
        records_per_s: Records that pass its filter, at the month's mean rate.
        shards: Shards of the table's stream; a Kinesis stream's are the trigger's own.
    """
    if trigger.source in POLLS:
        count = shards if trigger.stream is not None else (trigger.shards or 1)
        polls = POLLS[trigger.source]
        return records_per_invocation(records_per_s, max_records(trigger), trigger.window_ms, count, polls)
    window_ms = trigger.window_ms or QUEUE_WINDOW_MS.get(trigger.source)
    if trigger.source not in QUEUE_WINDOW_MS or window_ms is None:
        return Fraction(1)
    return records_per_invocation(records_per_s, max_records(trigger), window_ms, None, None)


def records_per_invocation(
    rate: Fraction, batch: int | None, window_ms: Decimal | None, shards: int | None, polls: int | None
) -> Fraction:
    """Records in one invocation at a steady rate: at least 1, at most a batch.

    Args:
        rate: Records per second that pass the filter.
        batch: The largest batch.
        window_ms: Batch window; None for none.
        shards: Shards that are polled.
        polls: Polls per second and shard.
    """
    max_batch = batch or (STREAM_BATCH_DEFAULT if polls else QUEUE_BATCH_DEFAULT)
    return records_in_batch(rate, max_batch, window_ms, shards, polls)
