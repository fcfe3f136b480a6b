"""How many records of a stream or a queue one invocation takes. It never sees a scenario.

Lambda Developer Guide, "Event source mappings"; polls a second: DynamoDB Streams 4, Kinesis 1 for each shard (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6
from capplan.services.lambda_.sources.trigger import Trigger

POLLS: Mapping[str, int] = {"dynamodb": 4, "kinesis": 1}
"""Polls a second and shard, by source."""
QUEUE_WINDOW_MS: Mapping[str, Decimal | None] = {"sqs": None, "kafka": Decimal(500)}
"""Sources that gather by time alone, and how long they do where nothing is said."""
PAYLOAD_BYTES = 6 * units.BYTES_PER_MB
"""A batch ends at what one invocation may be given."""
DEFAULT_BATCH: Mapping[str, int] = {"dynamodb": 100, "kinesis": 100, "kafka": 100, "sqs": 10, "sqs-fifo": 10}


def most_records(trigger: Trigger) -> int:
    """The largest batch of a trigger: its `batch`, or fewer where records fill the 6 MB of an invocation."""
    said = trigger.batch or DEFAULT_BATCH.get(trigger.source, 1)
    if trigger.payload is None or not mean(trigger.payload):
        return said
    return max(1, min(said, math.floor(PAYLOAD_BYTES / mean(trigger.payload))))


def records_per_invocation(
    rate: Fraction, batch: int | None, window_ms: Decimal | None, shards: int | None, polls: int | None
) -> Fraction:
    """Records one invocation takes at a steady rate: at least 1, at most a batch.

    Args:
        rate: Records per second that pass the filter.
        batch: The most records an invocation takes.
        window_ms: How long records are gathered; None for not at all.
        shards: Shards that are polled.
        polls: Polls a second and shard.
    """
    most = Fraction(batch or (DEFAULT_BATCH["dynamodb"] if polls else DEFAULT_BATCH["sqs"]))
    if not rate:
        return Fraction(1)
    if window_ms is not None and window_ms > 0:
        return max(Fraction(1), min(most, rate * Fraction(window_ms) / 1000))
    slots = (shards or 1) * (polls or 1)
    with_records = sig6(slots * -math.expm1(-float(rate) / slots))
    invocations = max(rate / most, with_records)
    return max(Fraction(1), min(most, sig6(float(rate / invocations))))
