"""The quotas, defaults and metering steps of API Gateway, each with its source and the day it was read."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from capplan import units
from capplan.service import Quota

READ = date(2026, 11, 30)
_REST = "API Gateway Developer Guide, Quotas for configuring and running a REST API"
_HTTP = "API Gateway Developer Guide, Quotas for configuring and running an HTTP API"
_WEBSOCKET = "API Gateway Developer Guide, Quotas for configuring and running a WebSocket API"

# --- of an account in a Region ---

REQUEST_RATE = Quota(
    "api_gateway.request_rate",
    10_000,
    "requests/s",
    "API Gateway Developer Guide, Quotas: throttle quota per account and Region, all API types together",
    READ,
    adjustable=True,
    shared=True,
    by_region=dict.fromkeys(
        (
            "af-south-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7",
            "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "mx-central-1",
        ),
        2500,
    ),
    request=("Throttle rate", "L-8A5B8E43"),
)  # fmt: skip
"""Functions whose triggers come `via` API Gateway count in it too."""
BUCKET_S = Fraction(1, 2)
"""The bucket holds as much as half a second brings: 5,000 at 10,000 a second, 1,250 at 2,500 (Quotas, throttle quota)."""
NEW_CONNECTIONS = Quota(
    "api_gateway.new_connections", 500, "connections/s", _WEBSOCKET, READ, adjustable=True, shared=True
)

# --- of one API ---

REST_TIMEOUT = Quota("api_gateway.integration_timeout.rest", 29_000, "ms", _REST, READ, adjustable=True)
"""AWS can raise it for Regional and private APIs."""
HTTP_TIMEOUT = Quota("api_gateway.integration_timeout.http", 30_000, "ms", _HTTP, READ)
WEBSOCKET_TIMEOUT = Quota("api_gateway.integration_timeout.websocket", 29_000, "ms", _WEBSOCKET, READ)
TIMEOUT_MIN = Quota("api_gateway.integration_timeout.min", 50, "ms", _REST, READ)
PAYLOAD = Quota("api_gateway.payload", 10 * units.BYTES_PER_MB, "bytes", _REST, READ)
MESSAGE = Quota("api_gateway.message", 128 * units.BYTES_PER_KB, "bytes", _WEBSOCKET, READ)
CACHED_RESPONSE = Quota("api_gateway.cached_response", 1_048_576, "bytes", _REST, READ)
AUTHORIZER_TTL_MAX = Quota("api_gateway.authorizer_ttl", 3_600_000, "ms", "API Gateway API Reference, Authorizer", READ)
CONNECTION_DURATION = Quota("api_gateway.connection_duration", 7200, "s", _WEBSOCKET, READ)
ROUTES = Quota("api_gateway.routes", 300, "routes", _HTTP, READ, adjustable=True)

ALL = (
    *(REQUEST_RATE, NEW_CONNECTIONS, REST_TIMEOUT, HTTP_TIMEOUT, WEBSOCKET_TIMEOUT, TIMEOUT_MIN, PAYLOAD, MESSAGE),
    *(CACHED_RESPONSE, AUTHORIZER_TTL_MAX, CONNECTION_DURATION, ROUTES),
)

# --- defaults ---

REST_AUTHORIZER_TTL_MS = 300_000
"""A REST API keeps what a Lambda authorizer says for 5 minutes; an HTTP API does not unless it is told to.

API Gateway API Reference, Authorizer and apigatewayv2 Authorizer (read 2026-11-30)."""
CACHE_GB = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
"""Sizes of a stage's cache (API Gateway pricing page, read 2026-11-30)."""

# --- metering ---

METERED_STEP_BYTES: Mapping[str, int] = {
    "api_gateway.http.request": 512 * units.BYTES_PER_KB,
    "api_gateway.websocket.message": 32 * units.BYTES_PER_KB,
    "api_gateway.rest.streamed_request": 10 * units.BYTES_PER_MB,
}
"""Bytes of one metered unit, by what is metered; a REST request has no size (pricing page, read 2026-11-30)."""
INTEGRATIONS_OF_HTTP = frozenset({"invoke", "start", "send", "put-events", "put-records"})
"""What an HTTP API calls without a function between (API Gateway Developer Guide, Integration subtype reference)."""

TIMEOUT_OF: Mapping[str, Quota] = {"rest": REST_TIMEOUT, "http": HTTP_TIMEOUT, "websocket": WEBSOCKET_TIMEOUT}
