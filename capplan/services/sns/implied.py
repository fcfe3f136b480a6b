"""What follows from a topic by itself: requests of its key, by whoever publishes; what leaves for the internet.

Amazon SNS uses data keys as Amazon SQS does, for five minutes (Amazon SQS Developer Guide, "Key management", read 2026-11-30).
"""

from fractions import Fraction

from capplan import units
from capplan.encryption import key_requests, so_many
from capplan.leaving import to_internet
from capplan.model import Implied
from capplan.services.sns.spec import Topic
from capplan.services.sns.usage import Usage, leaving_gb

FREE = ("none",)
"""Encryption that asks nothing of KMS."""
_DATA_KEY_REUSE_S = 300


def implies(name: str, spec: Topic, usage: Usage) -> tuple[Implied, ...]:
    """Requests of its key, a data key and its use by each publisher; deliveries outside of AWS."""
    producers = len({stream.cause for stream in usage.streams})
    asked = Fraction(units.MONTH_SECONDS, _DATA_KEY_REUSE_S) * 2 * producers
    flow = so_many(usage.messages, asked)
    key = key_requests(spec.encryption, "sns", "generate-data-key", [flow], f"topics.{name}", FREE)
    return (*key, *to_internet(f"topics.{name}", leaving_gb(usage)))
