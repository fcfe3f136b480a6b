"""Computes how long a read through a DAX cluster takes in the mean.

AWS says microseconds for what is cached and single-digit milliseconds for DynamoDB; both figures here are taken from that range
and are no promise of AWS.

Source: DynamoDB Developer Guide, "In-memory acceleration with DynamoDB Accelerator (DAX)" (read 2026-11-30).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import to_quantity
from capplan.services.dynamodb.caches.usage import CacheUsage

HIT_MS, MISS_MS = Fraction(1, 2), Fraction(5)
"""Hundreds of microseconds; single-digit milliseconds."""


def read_latency(usage: CacheUsage) -> Decimal | None:
    """Milliseconds of a read, hits, misses and passed ones together; None where there is none."""
    hits, others = usage.hits.monthly, usage.misses.monthly + usage.passed.monthly
    if not hits + others:
        return None
    return to_quantity((hits * HIT_MS + others * MISS_MS) / (hits + others))
