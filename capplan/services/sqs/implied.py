"""What follows from an encrypted queue by itself: requests of its key, by whoever sends and receives."""

from fractions import Fraction

from capplan import units
from capplan.encryption import key_requests, so_many
from capplan.model import Implied
from capplan.services.sqs.requests import kms_requests
from capplan.services.sqs.spec import Queue
from capplan.services.sqs.usage import Usage

FREE = ("sqs", "none")
"""Encryption that asks nothing of KMS."""


def implies(name: str, spec: Queue, usage: Usage) -> tuple[Implied, ...]:
    """Requests of its key."""
    reuse_s = Fraction(spec.data_key_reuse_ms) / units.MS_PER_SECOND
    producers, consumers = (
        len({stream.cause for stream in usage.streams if not stream.access.moved}),
        len(usage.receives),
    )
    asked = kms_requests(Fraction(units.MONTH_SECONDS), reuse_s, producers, consumers)
    flow = so_many(usage.messages, asked)
    return key_requests(spec.encryption, "sqs", "generate-data-key", [flow], f"queues.{name}", FREE)
