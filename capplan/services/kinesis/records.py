"""What a put-records request writes: its records, their size, and what AWS counts of them.

Kinesis Data Streams pricing page; Kinesis Producer Library, "Aggregation" (read 2026-11-30): aggregated records of users
are one record of the stream.
"""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.quantities.distribution import Distribution, expected_blocks, fixed, mean, quantile, sum_of
from capplan.services.kinesis.quotas import ON_DEMAND_STEP_BYTES, PUT_UNIT_BYTES
from capplan.services.kinesis.spec import Stream

_HIGH = 0.999
"""The percentile of a record's size that is compared with limits."""


def per_request(access: Access) -> Fraction:
    """Records of the stream for each that a producer has: aggregated ones are one."""
    return 1 / Fraction(access.aggregate)


def size_of(spec: Stream, access: Access) -> Distribution:
    """Bytes of one record of the stream; empty where the scenario gives none."""
    size = access.payload or spec.record or fixed(0)
    if access.aggregate == 1:
        return size
    if size.fixed:
        return fixed(size.points[0][1] * access.aggregate)
    return sum_of(size, access.aggregate)


def put_units(size: Distribution) -> Fraction:
    """PUT payload units of a record: started 25 KB, at least one."""
    return max(Fraction(1), expected_blocks(size, PUT_UNIT_BYTES))


def stepped_bytes(size: Distribution) -> Fraction:
    """Bytes that an on-demand stream counts of a record: started KB, at least one."""
    return max(Fraction(1), expected_blocks(size, ON_DEMAND_STEP_BYTES)) * ON_DEMAND_STEP_BYTES


def mean_bytes(size: Distribution) -> Fraction:
    """Mean bytes of a record."""
    return mean(size)


def largest_bytes(size: Distribution) -> Decimal:
    """Bytes of a large record: its 99.9th percentile, or the fixed size."""
    if size.fixed:
        return size.points[0][1]
    return Decimal(f"{quantile(size, _HIGH):.6g}")


def gigabytes(size: Fraction) -> Fraction:
    """Bytes as GB."""
    return size / units.BYTES_PER_GB
