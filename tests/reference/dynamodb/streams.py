"""Stream reads and change capture of consumers other than Lambda, whose reads are free; no scenario has one yet.

Sources: DynamoDB Developer Guide, "Evaluate your DynamoDB streams usage", "Understanding DynamoDB billing" (read
2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES
from capplan.units import MS_PER_SECOND, SECONDS_PER_DAY

Number = int | Decimal | Fraction

FREE_READS_PER_MONTH = 2_500_000
"""GetRecords calls an account reads free in a Region each month."""
_FREE_CONSUMERS = frozenset({"lambda", "global-table"})


def billable_reads(
    get_records_calls: Number, consumer: str = "sdk", *, free_reads: Number = FREE_READS_PER_MONTH
) -> Fraction:
    """GetRecords calls that are billed: none for Lambda and replication, else those past the free ones."""
    if consumer in _FREE_CONSUMERS:
        return Fraction(0)
    return max(Fraction(0), Fraction(get_records_calls) - Fraction(free_reads))


def polling_reads(shards: Number, days: Number, idle_ms: Number) -> Fraction:
    """The least GetRecords calls of a consumer that polls every shard once in `idle_ms`."""
    return Fraction(shards) * Fraction(days) * SECONDS_PER_DAY * MS_PER_SECOND / Fraction(idle_ms)


def capture_units(writes: Number, item_bytes: Number) -> Fraction:
    """Change-capture units for Kinesis Data Streams: one for each started KB of each change."""
    return Fraction(writes) * max(1, ceil_div(item_bytes, WRITE_BLOCK_BYTES))
