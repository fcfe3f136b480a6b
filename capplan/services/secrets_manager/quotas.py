"""Secrets Manager's quotas, each with its source and the day it was read."""

from datetime import date

from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "AWS Secrets Manager User Guide, AWS Secrets Manager quotas"

GET_RATE = Quota("secrets_manager.get_rate", 10_000, "requests/s", _QUOTAS, READ, shared=True)
"""GetSecretValue and DescribeSecret apart: this is of GetSecretValue, in the account that calls."""
WRITE_RATE = Quota("secrets_manager.put_rate", 50, "requests/s", _QUOTAS, READ, shared=True)
"""PutSecretValue and the other calls that change a secret."""
SECRETS = Quota("secrets_manager.secrets", 500_000, "secrets", _QUOTAS, READ, shared=True)

ALL: tuple[Quota, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Quota))
