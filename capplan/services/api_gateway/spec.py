"""The keys of an API: its routes, what each requests, its authorizer, cache, throttle and connections."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from capplan import units
from capplan.log_settings import RequestLogs, or_false, read_logs
from capplan.model import Problem
from capplan.quantities.fields import Bytes, Count, Duration, Milliseconds, Rate, Share, Size, WholeCount
from capplan.services.api_gateway.quotas import (
    AUTHORIZER_TTL_MAX,
    CACHE_GB,
    CONNECTION_DURATION,  # noqa: F401  named in a docstring
    HTTP_TIMEOUT,  # noqa: F401  named in a docstring
    PAYLOAD,  # noqa: F401  named in a docstring
    REST_AUTHORIZER_TTL_MS,
    REST_TIMEOUT,  # noqa: F401  named in a docstring
    TIMEOUT_MIN,
    TIMEOUT_OF,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Entrances

CONNECT, DISCONNECT = "$connect", "$disconnect"
"""Routes of a WebSocket API that each connection takes once."""
_UNCACHED = ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY")
"""A cache holds the answers of GET unless told otherwise (API Gateway Developer Guide, Cache settings for REST APIs)."""


def _words(raw: object) -> object:
    """One word or a list of them, as a tuple."""
    return (raw,) if isinstance(raw, str) else tuple(raw) if isinstance(raw, list) else raw


class Route(BaseModel):
    """One route of an API."""

    model_config = SPEC_CONFIG

    share: Share | None = None
    """The share of the requests that take it, such as 70%; routes without one share the rest equally."""
    request: Size | None = None
    """The size of its requests; default: the API's."""
    response: Size | None = None
    """The size of its answers; default: the API's."""
    hit_rate: Share | None = None
    """The share of its requests that the cache answers; default: the cache's for a GET, else none."""
    timeout_ms: Annotated[Milliseconds, Field(ge=TIMEOUT_MIN.value)] | None = Field(default=None, alias="timeout")
    """How long it waits for an answer; default: the API's `timeout`."""
    backend: Duration | None = None
    """How long an HTTP backend outside of this scenario takes, such as {p50: 40 ms, p99: 900 ms}."""
    authorized: bool = True
    """Whether the authorizer is asked (true)."""


class Authorizer(BaseModel):
    """The Lambda authorizer of an API; its function is written as a request: {invoke: auth}."""

    model_config = SPEC_CONFIG

    cache_ms: Annotated[Milliseconds, Field(le=AUTHORIZER_TTL_MAX.value)] | None = Field(default=None, alias="cache")
    """How long its answer is kept, by caller: up to {AUTHORIZER_TTL_MAX} (a REST API 5 min, an HTTP API 0)."""
    caller_rate: Rate | None = None
    """Requests that one caller makes while it is active, such as 12/h: the more, the more answers come from the cache."""
    denies: Share = Decimal(0)
    """The share of requests that it refuses: they are not billed and go no further (0%)."""


class Cache(BaseModel):
    """The cache of a REST API's stage, billed by the hour whether it is used or not."""

    model_config = SPEC_CONFIG

    size: Bytes
    """Its size: 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237 GB."""
    hit_rate: Share | None = None
    """The share of the requests of its GET routes that it answers, such as 60%."""

    @property
    def gb(self) -> str:
        """Its size in GB as the price list writes it; empty for one that there is not."""
        return next((gb for gb in CACHE_GB if Decimal(gb) * units.BYTES_PER_GB == self.size), "")


class Throttle(BaseModel):
    """The throttle of an API's stage; what is above it is rejected."""

    model_config = SPEC_CONFIG

    rate: Rate
    """Requests a second, such as 1000/s."""
    burst: WholeCount = Field(ge=1)
    """Requests at once."""


class Connections(BaseModel):
    """The connections of a WebSocket API: its traffic opens them."""

    model_config = SPEC_CONFIG

    duration: Duration
    """How long one is open, such as 12 min; {CONNECTION_DURATION} at most."""
    sends: Count = Decimal(0)
    """Messages that the client sends while it is open (0): the routes share them."""
    receives: Count = Decimal(0)
    """Messages that the client is sent, answers of routes and pushed ones (0)."""


class Api(BaseModel):
    """One API of API Gateway. Requests and answers are at most {PAYLOAD}."""

    model_config = SPEC_CONFIG

    type: Literal["rest", "http", "websocket"]
    """rest, http (fewer features, a lower price) or websocket."""
    triggers: Entrances = ()
    """The traffic that comes in, by name, or {traffic: visits, times: 12}; of a WebSocket API it opens connections."""
    routes: dict[str, Route] = Field(default_factory=dict)
    """What each route requests, by its name: {"GET /products": {share: 70%, invoke: list-products}}."""
    request: Size | None = None
    """The size of a request, or of a message from the client."""
    response: Size | None = None
    """The size of an answer, or of a message to the client: what leaves for the internet is billed."""
    authorizer: Authorizer | None = None
    """A function that is asked whether a request may pass: {invoke: auth, cache: 5 min, caller_rate: 12/h}."""
    cache: Cache | None = None
    """A REST API's cache: {size: 0.5 GB, hit_rate: 60%}."""
    throttle: Throttle | None = None
    """Its own throttle, below that of the account: {rate: 1000/s, burst: 2000}."""
    timeout_ms: Annotated[Milliseconds, Field(ge=TIMEOUT_MIN.value)] | None = Field(default=None, alias="timeout")
    """How long a route waits for an answer (REST {REST_TIMEOUT}, HTTP {HTTP_TIMEOUT})."""
    endpoint: Literal["regional", "edge", "private"] = "regional"
    """regional, edge or private; a private one is reached through endpoints of a VPC, and no answer leaves for the internet."""
    streamed: bool = False
    """Whether a REST API streams its answers: each is metered in steps of 10 MB (false)."""
    connections: Connections | None = None
    """Of a WebSocket API: {duration: 12 min, sends: 10, receives: 40}."""
    needs: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    """What it uses that only REST APIs have, in your words: [api keys, WAF]; nothing then advises an HTTP API."""
    logs: Annotated[RequestLogs | None, BeforeValidator(read_logs)] = Field(default=None, json_schema_extra=or_false)
    """Access and execution logs, which are off if not given: {size: 600 B, retention: 30 d}."""
    tracing: Literal["active", "off"] = "off"
    """active: X-Ray samples the requests of a REST API, one a second and 5% of the others (off)."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""


def shares(spec: Api) -> dict[str, Fraction]:
    """The share of requests that take each route; those of a connection's start and end take part in none."""
    named = {name: route for name, route in spec.routes.items() if not _once(spec, name)}
    given = {name: Fraction(route.share) for name, route in named.items() if route.share is not None}
    without = [name for name in named if name not in given]
    rest = max(Fraction(0), 1 - sum(given.values(), Fraction(0)))
    return {**given, **{name: rest / len(without) for name in without}}


def _once(spec: Api, name: str) -> bool:
    return spec.type == "websocket" and name in (CONNECT, DISCONNECT)


def per_unit(spec: Api, name: str) -> Fraction:
    """Requests of a route per request to the API, or per connection, before the authorizer and the cache."""
    if _once(spec, name):
        return Fraction(1)
    times = Fraction(spec.connections.sends) if spec.connections is not None else Fraction(1)
    return shares(spec)[name] * times


def hit_rate(spec: Api, name: str) -> Fraction:
    """The share of a route's requests that the cache answers. Range 0 to 1."""
    if spec.cache is None:
        return Fraction(0)
    route = spec.routes[name]
    if route.hit_rate is not None:
        return Fraction(route.hit_rate)
    is_cached = name.partition(" ")[0] not in _UNCACHED
    return Fraction(spec.cache.hit_rate) if is_cached and spec.cache.hit_rate is not None else Fraction(0)


def asked(spec: Api) -> Fraction:
    """Requests to the authorizer's function per request to the API, or per connection.

    The answer for a caller is kept for a time T from its first request on. Requests of one caller come at random at a rate λ:
    from one that asks to the next that does pass T + 1/λ, in which it makes 1 + λT requests.
    """
    authorizer = spec.authorizer
    if authorizer is None:
        return Fraction(0)
    if spec.type == "websocket":
        return Fraction(1)
    authorized = 1 - sum((share for n, share in shares(spec).items() if not spec.routes[n].authorized), Fraction(0))
    kept_s = cache_ms(spec) / units.MS_PER_SECOND
    return authorized / (1 + (authorizer.caller_rate or Fraction(0)) * kept_s)


def cache_ms(spec: Api) -> Fraction:
    """How long what the authorizer says is kept."""
    if spec.authorizer is not None and spec.authorizer.cache_ms is not None:
        return Fraction(spec.authorizer.cache_ms)
    return Fraction(REST_AUTHORIZER_TTL_MS if spec.type == "rest" else 0)


def denied(spec: Api) -> Fraction:
    """The share of requests that the authorizer refuses. Range 0 to 1."""
    if spec.authorizer is None:
        return Fraction(0)
    authorized = 1 - sum((share for n, share in shares(spec).items() if not spec.routes[n].authorized), Fraction(0))
    return authorized * Fraction(spec.authorizer.denies)


def timeout_ms(spec: Api, route: Route) -> Fraction:
    """How long a route waits for an answer."""
    written = route.timeout_ms if route.timeout_ms is not None else spec.timeout_ms
    return Fraction(TIMEOUT_OF[spec.type].value if written is None else written)


# --- what does not go together ----------------------------------------------------------------------------------------


def problems(spec: Api) -> Iterator[Problem]:
    """What of an API does not go together."""
    yield from _of_shares(spec)
    yield from _of_type(spec)
    yield from _of_timeouts(spec)
    if spec.cache is not None and spec.type == "rest" and not spec.cache.gb:
        sizes = f"{', '.join(CACHE_GB[:-1])} or {CACHE_GB[-1]} GB"
        yield Problem(("cache", "size"), "there is no cache of this size", f"expected {sizes}")


def _of_shares(spec: Api) -> Iterator[Problem]:
    for name, route in spec.routes.items():
        if _once(spec, name) and route.share is not None:
            yield Problem(("routes", name, "share"), f"each connection takes '{name}' once", "remove `share`")
    total = sum((Fraction(r.share) for r in spec.routes.values() if r.share is not None), Fraction(0))
    if total > 1:
        message = f"the shares of its routes add up to {float(total * 100):g}%"
        yield Problem(("routes",), message, "write shares of at most 100% in all")


def _of_type(spec: Api) -> Iterator[Problem]:
    is_rest, is_websocket = spec.type == "rest", spec.type == "websocket"
    if is_websocket and spec.connections is None:
        yield Problem((), "a WebSocket API needs `connections`", "such as connections: {duration: 12 min, sends: 10}")
    if spec.tracing == "active" and not is_rest:
        yield Problem(
            ("tracing",), "X-Ray traces REST APIs only", "trace the functions behind it, or write `type: rest`"
        )
    if not is_websocket and spec.connections is not None:
        yield Problem(("connections",), "only a WebSocket API has connections", "remove it, or write `type: websocket`")
    for key, given in (("cache", spec.cache), ("streamed", spec.streamed), ("needs", spec.needs)):
        if given and not is_rest:
            yield Problem(
                (key,), f"'{key}' is for REST APIs only", f"remove it, or write `type: rest`: this is {spec.type}"
            )
    if spec.endpoint != "regional" and not is_rest:
        yield Problem(("endpoint",), f"only a REST API can be {spec.endpoint}", "write `endpoint: regional`")
    if is_websocket and spec.authorizer is not None and spec.authorizer.cache_ms:
        yield Problem(
            ("authorizer", "cache"), "a WebSocket API asks its authorizer once for each connection", "remove `cache`"
        )


def _of_timeouts(spec: Api) -> Iterator[Problem]:
    quota = TIMEOUT_OF[spec.type]
    raisable = spec.type == "rest" and spec.endpoint != "edge"
    written = [
        (("timeout",), spec.timeout_ms),
        *((("routes", n, "timeout"), r.timeout_ms) for n, r in spec.routes.items()),
    ]
    for path, ms in written:
        if ms is not None and ms > quota.value and not raisable:
            hint = "AWS raises it for Regional and private REST APIs only"
            yield Problem(path, f"this API waits for {quota} at most", hint)
