"""The quotas of Step Functions and the steps in which it bills, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan.service import Quota

_QUOTAS = 'Step Functions Developer Guide, "Service quotas"'
_ERRORS = 'Step Functions Developer Guide, "Handling errors in Step Functions workflows"'
_LANGUAGE = "Amazon States Language specification (states-language.net/spec.html)"
_READ = date(2026, 11, 23)
_LARGE_REGIONS = ("us-east-1", "us-west-2", "eu-west-1")

# --- of one state machine or execution ---

HISTORY_EVENTS = Quota("stepfunctions.history_events", 25_000, "events", _QUOTAS, _READ)
STANDARD_DURATION = Quota("stepfunctions.standard.duration", 365 * 86_400, "s", _QUOTAS, _READ)
EXPRESS_DURATION = Quota("stepfunctions.express.duration", 300, "s", _QUOTAS, _READ)
PAYLOAD = Quota("stepfunctions.payload", 262_144, "bytes", _QUOTAS, _READ)
DEFINITION_SIZE = Quota("stepfunctions.definition_size", 1_048_576, "bytes", _QUOTAS, _READ)
INLINE_CONCURRENCY = Quota("stepfunctions.inline_map.concurrency", 40, "iterations", _QUOTAS, _READ)
CHILD_CONCURRENCY = Quota("stepfunctions.distributed_map.concurrency", 10_000, "children", _QUOTAS, _READ)
CHILD_START_RATE: Mapping[str, Quota] = {
    "STANDARD": Quota("stepfunctions.distributed_map.standard_start_rate", 100, "children/s", _QUOTAS, _READ),
    "EXPRESS": Quota("stepfunctions.distributed_map.express_start_rate", 1_000, "children/s", _QUOTAS, _READ),
}
"""Children a Distributed Map starts in a second, by their type."""

# --- of an account in a Region; new accounts start lower and are raised with use ---

START_RATE = Quota(
    *("stepfunctions.start_rate", 150, "start rate", _QUOTAS, _READ),
    adjustable=True, shared=True, by_region=dict.fromkeys(_LARGE_REGIONS, 300),
)  # fmt: skip
START_BUCKET = Quota(
    *("stepfunctions.start_bucket", 800, "starts", _QUOTAS, _READ),
    adjustable=True, by_region=dict.fromkeys(_LARGE_REGIONS, 1_300),
)  # fmt: skip
EXPRESS_START_RATE = Quota(
    "stepfunctions.express_start_rate", 6_000, "express start rate", _QUOTAS, _READ, adjustable=True, shared=True
)
EXPRESS_START_BUCKET = Quota("stepfunctions.express_start_bucket", 6_000, "starts", _QUOTAS, _READ, adjustable=True)
TRANSITION_RATE = Quota(
    *("stepfunctions.transition_rate", 800, "transition rate", _QUOTAS, _READ),
    adjustable=True, shared=True, by_region=dict.fromkeys(_LARGE_REGIONS, 5_000),
)  # fmt: skip
TRANSITION_BUCKET = Quota(
    *("stepfunctions.transition_bucket", 800, "transitions", _QUOTAS, _READ),
    adjustable=True, by_region=dict.fromkeys(_LARGE_REGIONS, 5_000),
)  # fmt: skip
OPEN_EXECUTIONS = Quota(
    "stepfunctions.open_executions", 1_000_000, "open executions", _QUOTAS, _READ, adjustable=True, shared=True
)
OPEN_MAP_RUNS = Quota("stepfunctions.open_map_runs", 1_000, "open map runs", _QUOTAS, _READ, shared=True)

# --- of a definition ---

STATE_NAME = Quota("stepfunctions.state_name", 80, "characters", _LANGUAGE, _READ)
STATE_SECONDS = Quota("stepfunctions.state_seconds", 99_999_999, "", _LANGUAGE, _READ)
RETRY_INTERVAL = Quota("stepfunctions.retry.interval_seconds", 99_999_999, "", _ERRORS, _READ)
RETRY_ATTEMPTS = Quota("stepfunctions.retry.max_attempts", 99_999_999, "", _ERRORS, _READ)
RETRY_DELAY = Quota("stepfunctions.retry.max_delay_seconds", 31_622_400, "", _ERRORS, _READ)

ALL = (
    *(HISTORY_EVENTS, STANDARD_DURATION, EXPRESS_DURATION, PAYLOAD, DEFINITION_SIZE),
    *(INLINE_CONCURRENCY, CHILD_CONCURRENCY, *CHILD_START_RATE.values()),
    *(START_RATE, START_BUCKET, EXPRESS_START_RATE, EXPRESS_START_BUCKET, TRANSITION_RATE, TRANSITION_BUCKET),
    *(OPEN_EXECUTIONS, OPEN_MAP_RUNS),
    *(STATE_NAME, STATE_SECONDS, RETRY_INTERVAL, RETRY_ATTEMPTS, RETRY_DELAY),
)

# --- how an Express execution is billed: AWS Step Functions pricing page (read 2026-11-23) ---

DURATION_STEP_MS = 100
"""Billed duration is rounded up to 100 ms."""
MEMORY_STEP_MB = 64
"""Billed memory is rounded up to 64 MB."""
BASE_MEMORY_MB = 50
"""AWS's memory estimate of an execution, before definition and payload."""
MAX_OVERHEAD = 2
"""Transitions of a Standard execution beside its states: the page's examples count start and end."""
