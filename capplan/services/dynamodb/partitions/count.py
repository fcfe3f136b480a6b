"""How many partitions a table or global index is planned with.

Sources: DynamoDB Developer Guide, "Partitions and data distribution", "Designing partition keys" (read 2026-11-23).
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import ceil_div
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_PARTITIONS, PARTITION_SIZE_MAX, PARTITION_THROUGHPUT

Number = int | Decimal | Fraction


def partition_count(size_bytes: Number, write_units_per_s: Number, read_units_per_s: Number, *, on_demand: bool) -> int:
    """Partitions a table or global index is planned with: enough for its bytes and its peak, 4 at least on demand.

    AWS publishes no formula for today's tables; this keeps the one of the older guide (a sum over both kinds of
    throughput).
    """
    reasons = partition_reasons(size_bytes, write_units_per_s, read_units_per_s, on_demand=on_demand)
    return max(count for _, count in reasons)


def partitions_for_bytes(size_bytes: Number) -> int:
    """Partitions that so many bytes fill."""
    return ceil_div(size_bytes, int(PARTITION_SIZE_MAX.value))


def partition_reasons(
    size_bytes: Number, write_units_per_s: Number, read_units_per_s: Number, *, on_demand: bool
) -> tuple[tuple[str, int], ...]:
    """What needs how many partitions: bytes, the peak, a new table's start. The largest number is planned."""
    throughput = (
        Fraction(write_units_per_s) / PARTITION_THROUGHPUT["write"]
        + Fraction(read_units_per_s) / PARTITION_THROUGHPUT["read"]
    )
    start = ("a new on-demand table has", NEW_ON_DEMAND_PARTITIONS) if on_demand else ("at least", 1)
    return (
        start,
        ("bytes need", partitions_for_bytes(size_bytes)),
        ("the peak needs", math.ceil(throughput)),
    )
