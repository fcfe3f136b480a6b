"""The keys of a GraphQL API: its operations, what each requests, its cache, connections and subscribers."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from capplan.log_settings import RequestLogs, or_false, read_logs
from capplan.model import Problem
from capplan.quantities.fields import Count, Duration, Share, Size, WholeCount
from capplan.services.appsync.metering import tokens
from capplan.services.appsync.quotas import (
    KB_SECONDS_PER_TOKEN,  # noqa: F401  named in a docstring
    MESSAGE,  # noqa: F401  named in a docstring
    RESPONSE,  # noqa: F401  named in a docstring
    SUBSCRIPTIONS,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Entrances


class Operation(BaseModel):
    """One query or mutation: what its resolvers request is written in it, N+1 lists with `times`."""

    model_config = SPEC_CONFIG

    type: Literal["query", "mutation"] = "query"
    """query or mutation (query)."""
    share: Share | None = None
    """The share of the operations that it is, such as 60%; those without one share the rest equally."""
    response: Size | None = None
    """The size of its answer, at most {RESPONSE}; default: the API's."""
    hit_rate: Share | None = None
    """The share of a query's requests to its sources that the cache answers; default: the cache's."""
    kb_seconds: Annotated[Count, Field(gt=0)] | None = None
    """Memory and time of one request: a request token for each started {KB_SECONDS_PER_TOKEN} KB-seconds (one token)."""
    subscribers: Count = Decimal(0)
    """Connections that a mutation's update is sent to (mean, 0)."""
    update: Size | None = None
    """The size of that update, at most {MESSAGE}; default: that of the answer."""


class Cache(BaseModel):
    """The cache of a GraphQL API, billed by the hour whether it is used or not."""

    model_config = SPEC_CONFIG

    size: Literal["small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge"]
    """The size of its instance."""
    hit_rate: Share | None = None
    """The share of the queries' requests to their sources that it answers, such as 60%."""


class Connections(BaseModel):
    """WebSocket connections of clients that subscribe."""

    model_config = SPEC_CONFIG

    duration: Duration
    """How long one is open, such as 15 min."""
    operations: Annotated[Count, Field(gt=0)]
    """Operations of the API per connection: with 40, every fortieth opens one."""
    subscriptions: Annotated[WholeCount, Field(ge=1, le=SUBSCRIPTIONS.value)] = 1
    """Subscriptions that each makes, at most {SUBSCRIPTIONS} (1)."""


class GraphqlApi(BaseModel):
    """One GraphQL API of AppSync."""

    model_config = SPEC_CONFIG

    triggers: Entrances = ()
    """The traffic whose operations come in, by name, or {traffic: visits, times: 12}."""
    operations: dict[str, Operation] = Field(default_factory=dict)
    """What each query and mutation requests: {listProducts: {share: 60%, query: products, items: 20}}."""
    response: Size | None = None
    """The size of an answer: what leaves for the internet is billed."""
    cache: Cache | None = None
    """Its cache: {size: small, hit_rate: 60%}."""
    connections: Connections | None = None
    """Connections of clients that subscribe: {duration: 15 min, operations: 40}."""
    private: bool = False
    """Whether it is reached through endpoints of a VPC only, so that nothing leaves for the internet (false)."""
    logs: Annotated[RequestLogs | None, BeforeValidator(read_logs)] = Field(default=None, json_schema_extra=or_false)
    """Logs of requests and resolvers, which are off if not given: {size: 4 KB, retention: 30 d}; up to 1 MB a request."""
    tracing: Literal["active", "off"] = "off"
    """active: X-Ray samples its requests, one a second and 5% of the others (off)."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""


def shares(spec: GraphqlApi) -> Mapping[str, Fraction]:
    """The share of operations that each is."""
    given = {name: Fraction(o.share) for name, o in spec.operations.items() if o.share is not None}
    without = [name for name in spec.operations if name not in given]
    rest = max(Fraction(0), 1 - sum(given.values(), Fraction(0)))
    return {name: given[name] if name in given else rest / len(without) for name in spec.operations}


def hit_rate(spec: GraphqlApi, name: str) -> Fraction:
    """The share of an operation's requests to its sources that the cache answers. Range 0 to 1."""
    operation = spec.operations[name]
    if spec.cache is None or operation.type == "mutation":
        return Fraction(0)
    rate = operation.hit_rate if operation.hit_rate is not None else spec.cache.hit_rate
    return Fraction(rate or 0)


def tokens_each(spec: GraphqlApi) -> Fraction:
    """Request tokens of a mean operation."""
    parts = shares(spec)
    rest = 1 - sum(parts.values(), Fraction(0))
    return rest + sum((share * tokens(spec.operations[name].kb_seconds) for name, share in parts.items()), Fraction(0))


def problems(spec: GraphqlApi) -> Iterator[Problem]:
    """What of a GraphQL API does not go together."""
    total = sum((Fraction(o.share) for o in spec.operations.values() if o.share is not None), Fraction(0))
    if total > 1:
        message = f"the shares of its operations add up to {float(total * 100):g}%"
        yield Problem(("operations",), message, "write shares of at most 100% in all")
    for name, operation in spec.operations.items():
        path = ("operations", name)
        if operation.type == "query" and operation.subscribers:
            yield Problem((*path, "subscribers"), "a query sends no updates", "write `type: mutation`")
        if operation.type == "mutation" and operation.hit_rate:
            yield Problem((*path, "hit_rate"), "a mutation is not answered from a cache", "remove `hit_rate`")
