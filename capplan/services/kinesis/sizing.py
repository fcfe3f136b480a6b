"""How many shards a stream needs, and what a shard is asked for.

Kinesis Data Streams Developer Guide, "Choose the right mode to stream in", formula for the number of shards (read
2026-11-30): the record size rounded up to 1 KB; written KB a second by 1,024 a shard, read KB a second by 2,048.
"""

import math
from fractions import Fraction

from capplan.services.kinesis.quotas import SHARD_READ_BYTES, SHARD_WRITE_BYTES, SHARD_WRITE_RECORDS


def shards_needed(records_per_s: Fraction, bytes_per_s: Fraction, consumers: int, spare: Fraction = Fraction(1)) -> int:
    """Shards for a rate of records, of so many bytes a second in all, that so many consumers read at the shared rate.

    `spare` times the shards that just suffice, rounded up again, as AWS's Pricing Calculator adds its buffer.
    """
    by_records = records_per_s / int(SHARD_WRITE_RECORDS.value)
    written = bytes_per_s / int(SHARD_WRITE_BYTES.value)
    read = bytes_per_s * consumers / int(SHARD_READ_BYTES.value)
    return math.ceil(max(1, math.ceil(max(by_records, written, read))) * spare)


def hottest_shard_share(hottest_key: Fraction, shards: int) -> Fraction:
    """The share of the records that the busiest shard gets: all of the most frequent key, and its part of the others."""
    return hottest_key + (1 - hottest_key) / shards
