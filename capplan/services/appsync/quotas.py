"""The quotas and metering steps of AppSync, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_QUOTAS = "AWS General Reference, AWS AppSync endpoints and quotas"

# --- of an account in a Region ---

TOKEN_RATE = Quota(
    "appsync.request_tokens",
    5000,
    "request tokens/s",
    _QUOTAS,
    READ,
    adjustable=True,
    shared=True,
    by_region=dict.fromkeys(
        (
            "us-east-1", "us-east-2", "us-west-2", "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1",
            "ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2",
        ),
        10_000,
    ),
)  # fmt: skip
"""Of GraphQL APIs; functions whose triggers come `via` AppSync count in it too, one for each request."""
EVENT_TOKEN_RATE = Quota(
    "appsync.event_request_tokens", 2000, "request tokens/s", _QUOTAS, READ, adjustable=True, shared=True
)

# --- of one API ---

NEW_CONNECTIONS = Quota("appsync.new_connections", 2000, "connections/s", _QUOTAS, READ, adjustable=True)
INBOUND = Quota("appsync.inbound_messages", 10_000, "messages/s", _QUOTAS, READ, adjustable=True)
OUTBOUND = Quota("appsync.outbound_messages", 1_000_000, "messages/s", _QUOTAS, READ, adjustable=True)
REQUEST_TIME = Quota("appsync.request_time", 30_000, "ms", _QUOTAS, READ)
RESPONSE = Quota("appsync.response", 5 * units.BYTES_PER_MB, "bytes", _QUOTAS, READ)
MESSAGE = Quota("appsync.message", 240 * units.BYTES_PER_KB, "bytes", _QUOTAS, READ)
PUBLISH = Quota("appsync.publish", 1_258_291, "bytes", _QUOTAS, READ)
"""1.2 MB."""
EVENTS_PER_PUBLISH = Quota("appsync.events_per_publish", 5, "events", _QUOTAS, READ)
SUBSCRIPTIONS = Quota("appsync.subscriptions", 200, "subscriptions", _QUOTAS, READ)

ALL = (
    *(TOKEN_RATE, EVENT_TOKEN_RATE, NEW_CONNECTIONS, INBOUND, OUTBOUND, REQUEST_TIME, RESPONSE, MESSAGE, PUBLISH),
    *(EVENTS_PER_PUBLISH, SUBSCRIPTIONS),
)

# --- metering ---

KB_SECONDS_PER_TOKEN = 1500
"""A request takes a token for each started 1,500 KB-seconds of memory and time (AppSync Developer Guide, monitoring)."""
METERED_STEP_BYTES: Mapping[str, int] = {
    "appsync.graphql_realtime_update": 5 * units.BYTES_PER_KB,
    "appsync.event_operation": 5 * units.BYTES_PER_KB,
}
"""Bytes of one metered unit, by price key; a GraphQL operation has no size (pricing page, read 2026-11-30)."""
