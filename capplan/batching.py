"""Computes how many records a poller gathers into one batch at a steady rate."""

import math
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.quantities.rounding import sig6


def records_in_batch(
    rate: Fraction, max_batch: int, window_ms: Decimal | None, shards: int | None, polls: int | None
) -> Fraction:
    """Records in one batch: at least 1, at most a full one.

    Args:
        rate: Records per second that pass the filter.
        max_batch: The largest batch.
        window_ms: Batch window; None for none.
        shards: Shards that are polled.
        polls: Polls per second and shard.
    """
    if not rate:
        return Fraction(1)
    if window_ms is not None and window_ms > 0:
        # a batch holds records of a single shard (Lambda Developer Guide, "Batching behavior")
        gathered = rate / (shards or 1) * Fraction(window_ms) / units.MS_PER_SECOND
        return max(Fraction(1), min(Fraction(max_batch), gathered))
    polls_per_second = (shards or 1) * (polls or 1)
    polls_with_records = sig6(polls_per_second * -math.expm1(-float(rate) / polls_per_second))
    invocations = max(rate / max_batch, polls_with_records)
    return max(Fraction(1), min(Fraction(max_batch), sig6(float(rate / invocations))))
