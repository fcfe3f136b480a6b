"""SNS's quotas, the chunks in which it bills and how often it delivers again, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "AWS General Reference, Amazon SNS endpoints and quotas"
_RETRIES = "Amazon SNS Developer Guide, Message delivery retries"
_MIDDLE = (
    "us-east-2", "us-west-1", "ap-south-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1",
    "eu-central-1",
)  # fmt: skip
COUNTED_TOGETHER = frozenset({"us-east-1", "us-west-2", "eu-west-1"})
"""Regions in which standard and FIFO topics share one quota of messages."""

PUBLISH_RATE = Quota(
    "sns.publish_rate", 300, "messages/s", _QUOTAS, READ, adjustable=True, shared=True,
    by_region={
        "us-east-1": 30_000, **dict.fromkeys(("us-west-2", "eu-west-1"), 9_000), **dict.fromkeys(_MIDDLE, 1_500),
    },
)  # fmt: skip
"""Messages a second of all Publish and PublishBatch calls to standard topics of the account in a Region."""
FIFO_PUBLISH_RATE = Quota(
    "sns.fifo_publish_rate", 3_000, "messages/s", _QUOTAS, READ, adjustable=True, shared=True,
    by_region={"us-east-1": 30_000, **dict.fromkeys(("us-west-2", "eu-west-1"), 9_000)},
)  # fmt: skip
"""The same of FIFO topics, where they are counted apart."""
FIFO_TOPIC_RATE = Quota("sns.fifo_topic_rate", 3_000, "messages/s", _QUOTAS, READ)
"""Messages a second of one FIFO topic (throughput scope Topic), or 20 MB/s."""
FIFO_TOPIC_BYTES = Quota("sns.fifo_topic_bytes", 20 * units.BYTES_PER_MB, "bytes/s", _QUOTAS, READ)
MESSAGE_MAX = Quota("sns.message_size", 256 * units.BYTES_PER_KB, "bytes", "Amazon SNS API Reference, Publish", READ)
BATCH_MAX = Quota("sns.batch", 10, "messages", "Amazon SNS API Reference, PublishBatch", READ)
HTTP_RETRIES_MAX = Quota("sns.http_retries", 100, "", _RETRIES, READ)
FIFO_SUBSCRIPTIONS = Quota("sns.fifo_subscriptions", 100, "subscriptions", _QUOTAS, READ, adjustable=True)

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))

CHUNK_BYTES = 64 * units.BYTES_PER_KB
"""A publish of each started 64 KB; a batch by its total. Source: SNS pricing page (read 2026-11-30)."""
PHASES: Mapping[str, tuple[int, ...]] = {
    "aws": (3, 2, 10, 100_000),
    "people": (0, 2, 10, 38),
    "http": (0, 0, 3, 0),
}
"""Retries without delay, before back-off, in back-off, after it: of Lambda, SQS and Firehose over 23 days; of e-mail, push
and SMS 50 over 6 hours; of HTTP by default 3, every 20 s. Source: "Message delivery retries" (read 2026-11-30)."""
METERED_STEP_BYTES: Mapping[str, int] = {
    "sns.publish.request": CHUNK_BYTES,
}
"""By price key: the bytes of one metered unit."""
