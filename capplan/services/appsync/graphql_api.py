"""The resource type of AppSync's GraphQL APIs."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import token_bucket, units
from capplan.calls import Access
from capplan.leaving import to_internet
from capplan.model import (
    Admitted,
    Assumption,
    Charge,
    Demand,
    Implied,
    LimitCheck,
    NotIncluded,
    Observable,
    PoolLoad,
    Problem,
    RequestStream,
)
from capplan.quantities.text import figure
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType, Sent
from capplan.services.appsync import graphql_limits as limits
from capplan.services.appsync import graphql_usage as usage
from capplan.services.appsync.graphql_spec import GraphqlApi, hit_rate, problems, shares, tokens_each
from capplan.services.appsync.graphql_usage import Usage
from capplan.services.appsync.quotas import REQUEST_TIME, TOKEN_RATE
from capplan.token_bucket import Bucket
from capplan.tracing import traced
from capplan.written_logs import written_logs

_Metered = MeteredResource[GraphqlApi, Usage]


class _GraphqlApiType(ResourceType[GraphqlApi, Usage]):
    id = "appsync.graphql_api"
    spec = GraphqlApi
    starts_with = "request"
    waits_for_callees = True
    also_called: Mapping[str, str] = {
        **dict.fromkeys(("resolvers", "fields", "queries", "mutations", "datasources"), "operations"),
        **dict.fromkeys(("caching", "apicache"), "cache"),
        **dict.fromkeys(("subscriptions", "realtime", "websocket"), "connections"),
        **dict.fromkeys(("responsesize", "answer"), "response"),
    }

    def resolve(self, spec: GraphqlApi, files: Files) -> tuple[GraphqlApi, tuple[Problem, ...]]:
        del files
        return spec, tuple(problems(spec))

    def sent(self, spec: GraphqlApi, place: tuple[str, ...], access: Access) -> Sent:
        """What an operation's resolvers request: an answer from the cache requests nothing."""
        name = place[1]
        times = shares(spec)[name] * (1 - hit_rate(spec, name))
        return Sent(times, access.model_copy(update={"via": "appsync", "timeout_ms": Decimal(REQUEST_TIME.value)}))

    def admit(self, resource: DeclaredResource[GraphqlApi], demand: Demand) -> Admitted | None:
        """What the account's request tokens let through: AppSync answers the others with TooManyRequests."""
        limit = demand.shared.get(TOKEN_RATE.id)
        if limit is None:
            return None
        each = tokens_each(resource.spec)
        return token_bucket.admit(
            resource.name, demand, (Bucket(limit.quota, others=limit.others, each=each, limit=TOKEN_RATE.id),)
        )

    def meter(self, resource: DeclaredResource[GraphqlApi], demand: Demand) -> Usage:
        return usage.meter(resource.spec, demand)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return tuple(usage.charge(resource.name, resource.usage))

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return _summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(limits.check(resource.name, resource.spec, resource.usage))

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return tuple(limits.pools(resource.usage))

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.spec, resource.usage, resource.context)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        """Logs and traces; its answers and updates leave for the internet, but those of a private API."""
        spec, usage, address = resource.spec, resource.usage, f"graphql_apis.{resource.name}"
        out = []
        if spec.logs and usage.operations.terms:
            size, group = Fraction(spec.logs.size_bytes), f"/aws/appsync/apis/{resource.name}"
            out.append(written_logs(spec.logs, group, size, usage.operations, address, vended=False))
        if spec.tracing == "active" and usage.operations.terms:
            entering = RequestStream(Access(op="request"), usage.operations, "")
            out.append(traced(address, (entering,), resource.context))
        if not spec.private:
            out += to_internet(address, usage.leaving_bytes * Fraction(1, units.BYTES_PER_GB))
        return tuple(out)

    def traced(self, spec: GraphqlApi) -> bool:
        return spec.tracing == "active"

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return tuple(_assume(f"graphql_apis.{resource.name}", resource.spec, resource.usage))

    def not_included(self, resource: _Metered) -> tuple[NotIncluded, ...]:
        """A cache: no price of its instances is known."""
        if resource.spec.cache is None:
            return ()
        what = f"AppSync cache ({resource.spec.cache.size})"
        return (NotIncluded(what, "", Fraction(units.MONTH_HOURS), "hours", because="nobody has read its price"),)


def _assume(path: str, spec: GraphqlApi, usage: Usage) -> Iterable[Assumption]:
    if not usage.operations.terms:
        return
    if spec.response is None and any(o.response is None for o in spec.operations.values()):
        yield Assumption(f"{path}.response", "0 KB", "its answers leave for the internet: give their size", "workload")
    if all(o.kb_seconds is None for o in spec.operations.values()):
        reason = "a request of at most 1,500 KB-seconds of memory and time; its logs say how many it takes"
        yield Assumption(f"{path}.operations", "1 request token each", reason, "aws_default")
    rest = 1 - sum(shares(spec).values(), Fraction(0))
    if spec.operations and rest:
        reason = "the shares of its operations leave them: AppSync answers them itself, and bills them"
        yield Assumption(f"{path}.operations", f"{figure(rest * 100)}% request nothing", reason, "workload")
    if any(o.subscribers for o in spec.operations.values()) and spec.connections is None:
        reason = "updates are sent to connections: give how long they are open"
        yield Assumption(f"{path}.connections", "no connection minutes", reason, "workload")


_summary = usage.summary
GRAPHQL_API = _GraphqlApiType()
