"""Amazon CloudWatch Logs' quotas, each with its source and the day it was read."""

from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "CloudWatch Logs User Guide, CloudWatch Logs quotas"
_PUT = "CloudWatch Logs API Reference, PutLogEvents"

PUT_LOG_EVENTS = Quota(
    "cloudwatch_logs.put_log_events", 5000, "requests/s", _QUOTAS, READ, adjustable=True, shared=True
)
"""Of all log groups of the account. Lambda drops lines rather than wait when it is throttled."""
BATCH_MAX = Quota("cloudwatch_logs.batch", units.BYTES_PER_MB, "bytes", _PUT, READ)
"""Of one PutLogEvents request."""
EVENT_MAX = Quota("cloudwatch_logs.event", units.BYTES_PER_MB, "bytes", _QUOTAS, READ)
EVENT_OVERHEAD_BYTES = 26
"""Counted for each event toward a batch (PutLogEvents); that it is billed too is reported by others, not said by AWS."""
ALL = (PUT_LOG_EVENTS, BATCH_MAX, EVENT_MAX)
