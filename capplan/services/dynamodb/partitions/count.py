"""Partitions: how many, what one serves, and which key lies where. It never follows a partition over time.

Sources: DynamoDB Developer Guide, "Partitions and data distribution", "Designing partition keys" (read 2026-11-23).
The hash is not documented;
the one here reproduces the scan orders and parallel-scan segments observed on the live service (dynalite, commit
a82d553, 2013).
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb.items.size import key_bytes
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_PARTITIONS, PARTITION_SIZE_MAX, PARTITION_THROUGHPUT

Number = int | Decimal | Fraction

_HASH_BITS = 128
_BUCKETS = 4096


def partition_count(
    size_bytes: Number,
    write_units_per_s: Number | float,
    read_units_per_s: Number | float,
    *,
    on_demand: bool,
) -> int:
    """Partitions a table or global index is planned with: enough for its bytes and its peak, 4 at least on demand.

    AWS publishes no formula for today's tables; this keeps the one of the older guide (a sum over both kinds of
    throughput).
    """
    reasons = partition_reasons(size_bytes, write_units_per_s, read_units_per_s, on_demand=on_demand)
    return max(count for _, count in reasons)


def partition_reasons(
    size_bytes: Number,
    write_units_per_s: Number | float,
    read_units_per_s: Number | float,
    *,
    on_demand: bool,
) -> tuple[tuple[str, int], ...]:
    """What asks for how many partitions: bytes, the peak, a new table's start. The most of them are planned."""
    throughput = (
        Fraction(write_units_per_s) / PARTITION_THROUGHPUT["write"]
        + Fraction(read_units_per_s) / PARTITION_THROUGHPUT["read"]
    )
    start = ("a new on-demand table has", NEW_ON_DEMAND_PARTITIONS) if on_demand else ("at least", 1)
    return (
        start,
        ("bytes need", math.ceil(Fraction(size_bytes) / Fraction(PARTITION_SIZE_MAX.value))),
        ("the peak needs", math.ceil(throughput)),
    )


def max_reads_per_s(units_per_read: Number) -> Fraction:
    """Requests per second one partition, so also one item, can serve."""
    return PARTITION_THROUGHPUT["read"] / Fraction(units_per_read)


def max_writes_per_s(units_per_write: Number) -> Fraction:
    """Requests per second one partition, so also one item, can take."""
    return PARTITION_THROUGHPUT["write"] / Fraction(units_per_write)


def collection_can_split(*, local_index: bool, sort_key: str = "random", single_item: bool = False) -> bool:
    """Whether the items of one hot partition key can be moved apart: never with a local index, a monotonic sort key
    or one hot item.
    """
    return not (local_index or single_item or sort_key in {"monotonic", "increasing", "decreasing"})


def key_digest(kind: str, key: str) -> bytes:
    """The 128-bit hash of a partition key (S, N or B; N as text, B as base64)."""
    return hashlib.md5(b"Outliers" + key_bytes(kind, key), usedforsecurity=False).digest()


def key_bucket(kind: str, key: str, buckets: int = _BUCKETS) -> int:
    """Which of so many equal slices of the hash space a key lies in."""
    return int.from_bytes(key_digest(kind, key)) * buckets >> _HASH_BITS


def scan_order(kind: str, keys: Iterable[str]) -> list[str]:
    """Keys as a Scan meets them."""
    return sorted(keys, key=lambda key: key_digest(kind, key))


def segment_buckets(segment: int, total_segments: int) -> range:
    """The buckets, of 4,096, that one segment of a parallel scan reads."""
    return range(-(-_BUCKETS * segment // total_segments), -(-_BUCKETS * (segment + 1) // total_segments))


def segment_keys(kind: str, keys: Sequence[str], segment: int, total_segments: int) -> list[str]:
    """The keys one segment of a parallel scan meets, in its order."""
    mine = segment_buckets(segment, total_segments)
    return [key for key in scan_order(kind, keys) if key_bucket(kind, key) in mine]
