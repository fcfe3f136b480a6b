"""What follows from an encrypted bucket by itself: requests of its key.

Amazon S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys" (read 2026-11-30): a data key for each object
that is put, a decryption for each that is read; a Bucket Key asks up to 99% less often.
"""

from fractions import Fraction

from capplan.encryption import key_requests
from capplan.flow import DemandFlow
from capplan.model import Implied
from capplan.services.s3.spec import Bucket
from capplan.services.s3.usage import Usage

FREE = ("s3",)
"""Encryption that asks nothing of KMS."""
_WITH_BUCKET_KEY = Fraction(1, 100)


def implies(name: str, spec: Bucket, usage: Usage) -> tuple[Implied, ...]:
    """Requests of its key."""
    share = _WITH_BUCKET_KEY if spec.bucket_key else Fraction(1)
    reads = DemandFlow.total(s.flow for s in usage.requests_of if s.access.op == "get-object")
    asked = [usage.created * share, reads * share]
    return key_requests(spec.encryption, "s3", "generate-data-key", asked, f"buckets.{name}", FREE)
