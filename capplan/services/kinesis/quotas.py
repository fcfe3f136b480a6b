"""Kinesis Data Streams' quotas and the steps in which it counts, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "Kinesis Data Streams Developer Guide, Quotas and limits"
_MODES = "Kinesis Data Streams Developer Guide, Choose the right mode to stream in"
_API = "Kinesis Data Streams API Reference, PutRecords"
_DAY_MS = units.SECONDS_PER_DAY * units.MS_PER_SECOND
_LARGE = ("us-east-1", "us-west-2", "eu-west-1")
"""Regions with the largest quotas."""

# --- a shard ----------------------------------------------------------------------------------------------------------

SHARD_WRITE_BYTES = Quota("kinesis.shard.write_bytes", units.BYTES_PER_MB, "bytes/s", _QUOTAS, READ)
SHARD_WRITE_RECORDS = Quota("kinesis.shard.write_records", 1000, "records/s", _QUOTAS, READ)
SHARD_READ_BYTES = Quota("kinesis.shard.read_bytes", 2 * units.BYTES_PER_MB, "bytes/s", _QUOTAS, READ)
"""By all consumers without enhanced fan-out together."""
SHARD_READS = Quota("kinesis.shard.reads", 5, "reads/s", _QUOTAS, READ)
"""GetRecords calls, of the same consumers."""
SHARDS = Quota(
    "kinesis.shards", 1000, "shards", _QUOTAS, READ, adjustable=True, shared=True,
    by_region=dict.fromkeys(_LARGE, 20_000),
)  # fmt: skip
"""Provisioned shards of the account in a Region. Outside of the three largest AWS says "1,000 or 6,000": the lower."""

# --- a request --------------------------------------------------------------------------------------------------------

RECORD_MAX = Quota("kinesis.record_size", 10 * units.BYTES_PER_MB, "bytes", _QUOTAS, READ)
"""1 MB until 2025."""
PUT_RECORDS_MAX = Quota("kinesis.put_records.records", 500, "records", _API, READ)
PUT_RECORDS_BYTES = Quota("kinesis.put_records.bytes", 10 * units.BYTES_PER_MB, "bytes", _API, READ)

# --- a stream ---------------------------------------------------------------------------------------------------------

RETENTION_MIN = Quota("kinesis.retention_min", _DAY_MS, "ms", _QUOTAS, READ)
RETENTION_MAX = Quota("kinesis.retention_max", 365 * _DAY_MS, "ms", _QUOTAS, READ)
FAN_OUT_MAX = Quota("kinesis.fan_out_consumers", 20, "consumers", _QUOTAS, READ)
FAN_OUT_ADVANTAGE_MAX = Quota("kinesis.fan_out_consumers.advantage", 50, "consumers", _MODES, READ)
ON_DEMAND_STREAMS = Quota("kinesis.on_demand.streams", 50, "streams", _QUOTAS, READ, adjustable=True, shared=True)
ON_DEMAND_WRITE = Quota(
    "kinesis.on_demand.write_bytes", 200 * units.BYTES_PER_MB, "bytes/s", _QUOTAS, READ, adjustable=True,
    by_region=dict.fromkeys(_LARGE, 10 * units.BYTES_PER_GB),
)  # fmt: skip
"""What an on-demand stream scales up to."""

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))

# --- how on-demand capacity grows, and what is counted ------------------------------------------------------------------

NEW_ON_DEMAND_SHARDS = 4
"""A new on-demand stream takes 4 MB/s. Source: "Quotas and limits" (read 2026-11-30)."""
PEAK_FACTOR = 2
"""It takes twice the peak of the last 30 days. Source: "Choose the right mode to stream in" (read 2026-11-30)."""
GROWTH_MINUTES = 15
"""More than twice the former peak within this time may be throttled. Source: the same."""
READS_PER_SECOND = 1
"""A consumer's GetRecords calls of each shard: Lambda polls once a second, as the Kinesis Client Library does by default.
Source: Lambda Developer Guide, "Using Lambda to process records from Amazon Kinesis Data Streams" (read 2026-11-30)."""
FREE_RETENTION_MS = _DAY_MS
EXTENDED_RETENTION_MS = 7 * _DAY_MS
"""Past a day the retention is extended, past seven days long-term. Source: pricing page (read 2026-11-30)."""
ADVANTAGE_MINIMUM_BYTES = 25 * units.BYTES_PER_MB
"""Bytes a second, in and out, that On-demand Advantage bills at least for the account's on-demand streams together.
Source: pricing page; a saved estimate of AWS's calculator has 3,079.73 USD a month for it (read 2026-11-30)."""
PUT_UNIT_BYTES = 25 * units.BYTES_PER_KB
ON_DEMAND_STEP_BYTES = units.BYTES_PER_KB
"""What a record is rounded up to. Source: pricing page, "PUT Payload Unit", "Data-In" (read 2026-11-30)."""
METERED_STEP_BYTES: Mapping[str, int] = {
    "kinesis.provisioned.put_payload_unit": PUT_UNIT_BYTES,
    "kinesis.on_demand.ingest_gb": ON_DEMAND_STEP_BYTES,
    "kinesis.on_demand.retrieval_gb": ON_DEMAND_STEP_BYTES,
    "kinesis.on_demand.efo_retrieval_gb": ON_DEMAND_STEP_BYTES,
    "kinesis.on_demand_advantage.ingest_gb": ON_DEMAND_STEP_BYTES,
    "kinesis.on_demand_advantage.retrieval_gb": ON_DEMAND_STEP_BYTES,
}
"""By price key: the step in which the size of one record is counted."""
