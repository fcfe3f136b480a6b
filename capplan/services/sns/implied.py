"""What follows from an encrypted topic by itself: requests of its key, by whoever publishes.

Amazon SNS uses data keys as Amazon SQS does, for five minutes (Amazon SQS Developer Guide, "Key management", read 2026-11-30).
"""

from fractions import Fraction

from capplan import units
from capplan.encryption import key_requests, so_many
from capplan.model import Implied
from capplan.services.sns.spec import Topic
from capplan.services.sns.usage import Usage

FREE = ("none",)
"""Encryption that asks nothing of KMS."""
_DATA_KEY_REUSE_S = 300


def implies(name: str, spec: Topic, usage: Usage) -> tuple[Implied, ...]:
    """Requests of its key: a data key and its use by each publisher."""
    producers = len({stream.cause for stream in usage.streams})
    asked = Fraction(units.MONTH_SECONDS, _DATA_KEY_REUSE_S) * 2 * producers
    flow = so_many(usage.messages, asked)
    return key_requests(spec.encryption, "sns", "generate-data-key", [flow], f"topics.{name}", FREE)
