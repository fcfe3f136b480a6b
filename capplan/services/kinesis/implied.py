"""What follows from an encrypted stream by itself: requests of its key.

Amazon Kinesis Data Streams Developer Guide, "Costs, Regions, and performance considerations" (2023 or older, read
2026-11-30): a request of each shard about every five minutes.
"""

from fractions import Fraction

from capplan import units
from capplan.encryption import key_requests, so_many
from capplan.model import Implied
from capplan.services.kinesis.spec import Stream
from capplan.services.kinesis.usage import Usage

FREE = ("none",)
"""Encryption that asks nothing of KMS."""
_ASKS_EVERY_S = 300


def implies(name: str, spec: Stream, usage: Usage) -> tuple[Implied, ...]:
    """Requests of its key."""
    flow = so_many(usage.records, Fraction(units.MONTH_SECONDS, _ASKS_EVERY_S) * usage.shards)
    return key_requests(spec.encryption, "kinesis", "generate-data-key", [flow], f"streams.{name}", FREE)
