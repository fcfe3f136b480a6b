"""What a request takes of the token quota, and in how many steps a message is metered."""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.quantities.distribution import Distribution, expected_blocks
from capplan.services.appsync.quotas import KB_SECONDS_PER_TOKEN, METERED_STEP_BYTES


def tokens(kb_seconds: Decimal | Fraction | int | None) -> int:
    """Request tokens of one request: one for each started 1,500 KB-seconds; one where they are not known."""
    return 1 if kb_seconds is None else max(1, math.ceil(Fraction(kb_seconds) / KB_SECONDS_PER_TOKEN))


def max_requests_per_s(tokens_each: Fraction | int, quota: Fraction | int) -> Fraction:
    """Requests a second that a quota of tokens allows, of so many tokens each (mean)."""
    return Fraction(quota) / tokens_each


def steps(size: Distribution | None, price: str) -> Fraction:
    """Metered units of one message (mean); one where its size is not known."""
    return Fraction(1) if size is None else max(Fraction(1), expected_blocks(size, METERED_STEP_BYTES[price]))
