"""Computes how many requests SQS bills for messages that are sent, received and deleted.

Every call of the API is a request, for each started 64 KB of its payload; a batch of up to ten messages counts by its
total. Source: SQS pricing page; Amazon SQS Developer Guide, "Amazon SQS batch actions" (read 2026-11-30).
"""

from fractions import Fraction

from capplan.chunks import chunks_per_message
from capplan.quantities.distribution import Distribution
from capplan.quantities.rounding import ceil_div
from capplan.services.sqs.quotas import BATCH_MAX, CHUNK_BYTES


def per_message(size: Distribution | None, batch: Fraction) -> Fraction:
    """Requests of one message, sent or received in batches of so many on average."""
    return chunks_per_message(size, CHUNK_BYTES, max(Fraction(1), min(batch, Fraction(BATCH_MAX.value))))


def batch_requests(messages: int, batch: int, size_bytes: Fraction) -> tuple[int, Fraction]:
    """Calls that send so many messages in batches of one size, and the requests they are billed as."""
    calls = ceil_div(messages, batch)
    return calls, Fraction(messages, batch) * max(1, ceil_div(size_bytes * batch, CHUNK_BYTES))


def kms_requests(seconds: Fraction, reuse_s: Fraction, producers: int, consumers: int) -> Fraction:
    """Requests to KMS of an encrypted queue: each principal asks anew when its data key is too old.

    Amazon SQS Developer Guide, "Key management", which says that more may be needed (read 2026-11-30).
    """
    return seconds / reuse_s * (2 * producers + consumers)
