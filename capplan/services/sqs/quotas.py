"""SQS's quotas and the chunks in which it bills, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_QUEUES = "Amazon SQS Developer Guide, Queue quotas"
_FIFO = "Amazon SQS Developer Guide, FIFO queue quotas"
_MESSAGES = "Amazon SQS Developer Guide, Message quotas"
_DAY_MS = units.SECONDS_PER_DAY * units.MS_PER_SECOND

# --- a message --------------------------------------------------------------------------------------------------------

MESSAGE_MAX = Quota("sqs.message_size", units.BYTES_PER_MB, "bytes", _MESSAGES, READ)
"""256 KB until August 2025. A batch has the same bound."""
BATCH_MAX = Quota("sqs.batch", 10, "messages", _MESSAGES, READ)
DELAY_MAX = Quota("sqs.delay", 15 * 60_000, "ms", _MESSAGES, READ)
VISIBILITY_MAX = Quota("sqs.visibility_timeout", 12 * 3_600_000, "ms", _MESSAGES, READ)
RETENTION_MIN = Quota("sqs.retention_min", 60_000, "ms", _MESSAGES, READ)
RETENTION_MAX = Quota("sqs.retention_max", 14 * _DAY_MS, "ms", _MESSAGES, READ)
LONG_POLL_MAX = Quota("sqs.receive_wait", 20_000, "ms", "Amazon SQS Developer Guide, Short and long polling", READ)
RECEIVES_MAX = Quota("sqs.receive_count", 1000, "", "Amazon SQS Developer Guide, Using dead-letter queues", READ)

# --- a queue ----------------------------------------------------------------------------------------------------------

IN_FLIGHT = Quota("sqs.in_flight", 120_000, "messages", _QUEUES, READ, adjustable=True)
"""Received and not yet deleted. A standard queue then gives long polls nothing; a FIFO queue (20,000 in older pages)
gives no error either."""
FIFO_CALLS = Quota("sqs.fifo_calls", 300, "calls/s", _FIFO, READ)
"""Calls of each action: sends, receives, deletes. With batches of ten that is 3,000 messages a second."""
HIGH_THROUGHPUT_CALLS = Quota(
    "sqs.fifo_high_throughput_calls", 2_400, "calls/s", _MESSAGES, READ, adjustable=True,
    by_region={
        **dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 70_000),
        **dict.fromkeys(("us-east-2", "eu-central-1"), 19_000),
        **dict.fromkeys(("ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1"), 9_000),
        **dict.fromkeys(("eu-west-2", "sa-east-1"), 4_500),
    },
)  # fmt: skip
"""The same in high-throughput mode, messages without batches."""

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))

# --- what is billed ---------------------------------------------------------------------------------------------------

CHUNK_BYTES = 64 * units.BYTES_PER_KB
"""A request of each started 64 KB of payload, of a batch of its total. Source: SQS pricing page (read 2026-11-30)."""
DATA_KEY_REUSE_MS = 300_000
"""How long a data key is used again. Source: Amazon SQS Developer Guide, "Key management" (read 2026-11-30)."""
METERED_STEP_BYTES: Mapping[str, int] = {
    "sqs.standard.request": CHUNK_BYTES,
    "sqs.fifo.request": CHUNK_BYTES,
    "sqs.fair_queue.surcharge_request": CHUNK_BYTES,
}
"""By price key: the bytes of one metered unit."""
