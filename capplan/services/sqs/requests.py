"""Computes how many requests SQS bills for messages that are sent, received and deleted.

Every call of the API is a request, for each started 64 KB of its payload; a batch of up to ten messages counts by its
total. Source: SQS pricing page; Amazon SQS Developer Guide, "Amazon SQS batch actions" (read 2026-11-30).
"""

from fractions import Fraction

from capplan.quantities.distribution import Distribution, expected_blocks, mean
from capplan.quantities.rounding import ceil_div
from capplan.services.sqs.quotas import BATCH_MAX, CHUNK_BYTES


def chunks(size: Distribution | None, messages: Fraction = Fraction(1)) -> Fraction:
    """Requests that one call with so many messages is billed as; an empty one is one."""
    if size is None:
        return Fraction(1)
    if messages == 1 and not size.fixed:
        return max(Fraction(1), expected_blocks(size, CHUNK_BYTES))
    return Fraction(max(1, ceil_div(mean(size) * messages, CHUNK_BYTES)))


def per_message(size: Distribution | None, batch: Fraction) -> Fraction:
    """Requests of one message, sent or received in batches of so many on average."""
    filled = max(Fraction(1), min(batch, Fraction(BATCH_MAX.value)))
    return chunks(size, filled) / filled


def batch_requests(messages: int, batch: int, size_bytes: Fraction) -> tuple[int, Fraction]:
    """Calls that send so many messages in batches of one size, and the requests they are billed as."""
    calls = ceil_div(messages, batch)
    return calls, Fraction(messages, batch) * max(1, ceil_div(size_bytes * batch, CHUNK_BYTES))


def kms_requests(seconds: Fraction, reuse_s: Fraction, producers: int, consumers: int) -> Fraction:
    """Requests to KMS of an encrypted queue: each principal asks anew when its data key is too old.

    Amazon SQS Developer Guide, "Key management", which says that more may be needed (read 2026-11-30).
    """
    return seconds / reuse_s * (2 * producers + consumers)
