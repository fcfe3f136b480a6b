"""AWS KMS's quotas, each with its source and the day it was read."""

from datetime import date

from capplan.service import Quota

READ = date(2026, 11, 30)
_RATES = "AWS KMS Developer Guide, Request quotas"
_LARGE = dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 100_000)
_MIDDLE = dict.fromkeys(
    ("us-east-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1", "eu-west-2"), 20_000
)

REQUESTS = Quota(
    "kms.requests", 10_000, "requests/s", _RATES, READ, adjustable=True, shared=True, by_region={**_LARGE, **_MIDDLE}
)
"""Cryptographic operations with symmetric keys, of all callers of the account: services that encrypt for it among them."""
ASYMMETRIC_REQUESTS = Quota("kms.asymmetric_requests", 1000, "requests/s", _RATES, READ, adjustable=True, shared=True)
BILLED_ROTATIONS = 2
"""Rotations that add to a key's price, since May 2024 (AWS KMS pricing page)."""
ALL = (REQUESTS, ASYMMETRIC_REQUESTS)
