"""EventBridge's quotas and the chunks in which it bills, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "Amazon EventBridge User Guide, Amazon EventBridge quotas"
_PIPES = "Amazon EventBridge User Guide, Amazon EventBridge Pipes batching and concurrency"
_SCHEDULER = "EventBridge Scheduler User Guide, Quotas for Amazon EventBridge Scheduler"
_LARGE = ("us-east-1", "us-west-2", "eu-west-1")
_SECOND = ("us-east-2", "eu-central-1", "eu-south-2")
_THIRD = ("us-west-1", "ap-northeast-1", "ap-southeast-1", "ap-southeast-2", "eu-west-2")
_FOURTH = ("ap-east-1", "ap-northeast-2", "ap-south-1", "ca-central-1", "eu-north-1", "eu-west-3", "sa-east-1")
_SCHEDULER_LARGE = (
    *("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-west-2", "eu-central-1"),
    *("ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-south-1", "sa-east-1"),
)

# --- buses ------------------------------------------------------------------------------------------------------------

PUT_EVENTS = Quota(
    "eventbridge.put_events", 400, "calls/s", _QUOTAS, READ, adjustable=True, shared=True,
    by_region={
        **dict.fromkeys(_LARGE, 10_000), **dict.fromkeys(_SECOND, 2_400), **dict.fromkeys(_THIRD, 1_200),
        **dict.fromkeys(_FOURTH, 600),
    },
)  # fmt: skip
"""PutEvents calls a second of the account in a Region, each with up to ten events."""
INVOCATIONS = Quota(
    "eventbridge.invocations", 750, "invocations/s", _QUOTAS, READ, adjustable=True, shared=True,
    by_region={
        **dict.fromkeys(_LARGE, 18_750), **dict.fromkeys(_SECOND, 4_500), **dict.fromkeys(_THIRD, 2_250),
        **dict.fromkeys(_FOURTH, 1_100),
    },
)  # fmt: skip
"""Each event times each matching rule times each target. What is above it is delayed, not lost. (1,100 in place of 750
in copies of 2025.)"""
BATCH_MAX = Quota("eventbridge.put_events_batch", 10, "events", "Amazon EventBridge API Reference, PutEvents", READ)
REQUEST_MAX = Quota(
    "eventbridge.put_events_size", units.BYTES_PER_MB, "bytes", "Amazon EventBridge API Reference, PutEvents", READ
)
"""Total size of the events of a call: 256 KB in pages before 2026."""
RULES = Quota(
    "eventbridge.rules", 300, "rules", _QUOTAS, READ, adjustable=True,
    by_region=dict.fromkeys(("af-south-1", "eu-south-1"), 100),
)  # fmt: skip
API_DESTINATION_RATE = Quota("eventbridge.api_destination_rate", 300, "invocations/s", _QUOTAS, READ, adjustable=True)
"""Of each API destination; what is above it is delayed."""
RETRIES_MAX = Quota(
    "eventbridge.retries", 185, "", "Amazon EventBridge User Guide, Retry policies and dead-letter queues", READ
)
"""Retries of a target within 24 hours, by default as many."""

# --- pipes ------------------------------------------------------------------------------------------------------------

PIPE_CONCURRENCY = Quota(
    "eventbridge.pipe_concurrency", 1_000, "executions", _QUOTAS, READ, adjustable=True, shared=True,
    by_region=dict.fromkeys(_LARGE, 3_000),
)  # fmt: skip
PIPE_TIME = Quota("eventbridge.pipe_time", 300, "s", _PIPES, READ)
PIPE_BATCH = Quota("eventbridge.pipe_batch", 10_000, "records", _PIPES, READ)
PIPE_MOST_AT_ONCE = Quota("eventbridge.pipe_source_concurrency", 1_250, "executions", _PIPES, READ)
"""Executions of one pipe at once from a queue; from a stream its shards times the parallelization factor, from Kafka its
partitions, 1,000 at most, from MQ 5."""
PARALLELIZATION_MAX = Quota("eventbridge.parallelization_factor", 10, "", _PIPES, READ)

# --- schedules --------------------------------------------------------------------------------------------------------

SCHEDULED_INVOCATIONS = Quota(
    "eventbridge.scheduled_invocations", 500, "invocations/s", _SCHEDULER, READ, adjustable=True, shared=True,
    by_region=dict.fromkeys(_SCHEDULER_LARGE, 1_000),
)  # fmt: skip
"""Invocations of targets a second; what is above it is delayed."""
CREATE_SCHEDULE = Quota(
    "eventbridge.create_schedule", 250, "calls/s", _SCHEDULER, READ, adjustable=True, shared=True,
    by_region=dict.fromkeys(_SCHEDULER_LARGE, 5_000),
)  # fmt: skip
SCHEDULES_MAX = Quota("eventbridge.schedules", 10_000_000, "schedules", _SCHEDULER, READ, adjustable=True)
WINDOW_MAX = Quota("eventbridge.flexible_window", 24 * 3_600_000, "ms", _SCHEDULER, READ)

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))

# --- what is billed ---------------------------------------------------------------------------------------------------

CHUNK_BYTES = 64 * units.BYTES_PER_KB
"""An event, a request of a pipe, an invocation of an API destination: each started 64 KB. Source: EventBridge pricing page
(read 2026-11-30)."""
DISCOVERY_CHUNK_BYTES = 8 * units.BYTES_PER_KB
"""Schema discovery counts each started 8 KB. Source: the same."""
PIPE_POLLERS, PIPE_POLL_S = 5, 20
"""Pollers of an idle queue, and the seconds of their polls: taken to be those of Lambda, which AWS publishes."""
PIPE_STREAM_BATCH, PIPE_QUEUE_BATCH = 100, 10
"""Default batches of streams and of queues (EventBridge Pipes API Reference, CreatePipe, read 2026-11-30)."""
POLLS = {"dynamodb": 4, "kinesis": 1}
"""Polls of a shard a second. Source: Lambda Developer Guide, whose pollers pipes use."""
KAFKA_PARTITIONS_MAX, MQ_AT_ONCE = 1_000, 5
"""Executions at once from Kafka and from MQ. Source: "Pipes batching and concurrency"."""
TARGET_BATCH = {"send": 10, "publish": 10, "put-events": 10, "put-records": 500}
"""What a target takes in one call: a source's batch cannot exceed it. Source: "Pipes batching and concurrency"."""
METERED_STEP_BYTES: Mapping[str, int] = {
    "eventbridge.custom_event_64kb": CHUNK_BYTES,
    "eventbridge.cross_account_delivery_64kb": CHUNK_BYTES,
    "eventbridge.management_event_cross_account": CHUNK_BYTES,
    "eventbridge.api_destination.invocation": CHUNK_BYTES,
    "eventbridge.pipes.request_64kb": CHUNK_BYTES,
    "eventbridge.schema_discovery.event": DISCOVERY_CHUNK_BYTES,
}
"""By price key: the bytes of one metered unit."""
