"""The resource type of API Gateway's APIs."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan import units
from capplan.calls import Access
from capplan.leaving import to_internet
from capplan.model import (
    Admitted,
    Assumption,
    Charge,
    Demand,
    Implied,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    Problem,
    RequestStream,
)
from capplan.quantities.distribution import mean
from capplan.reading.files import Files
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType, Sent, Source
from capplan.services.api_gateway import admission, advice, assumptions, cost, limits, usage
from capplan.services.api_gateway.quotas import INTEGRATIONS_OF_HTTP
from capplan.services.api_gateway.spec import Api, asked, hit_rate, per_unit, problems, timeout_ms
from capplan.services.api_gateway.usage import Usage
from capplan.tracing import traced
from capplan.written_logs import written_logs

_Metered = MeteredResource[Api, Usage]
_CONNECT = Access(op="connect")
_VIA: Mapping[str, str] = {"rest": "api-gateway-rest", "http": "api-gateway-http", "websocket": "api-gateway-websocket"}
"""As triggers of functions call it."""


class _ApiType(ResourceType[Api, Usage]):
    id = "api_gateway.api"
    spec = Api
    rules = advice.RULES
    starts_with = "request"
    waits_for_callees = True
    also_called: Mapping[str, str] = {
        **dict.fromkeys(("protocoltype", "protocol", "kind"), "type"),
        **dict.fromkeys(("endpoints", "methods", "paths", "resources", "integrations"), "routes"),
        **dict.fromkeys(("throttling", "ratelimit", "throttlesettings"), "throttle"),
        **dict.fromkeys(("caching", "cachecluster", "cacheclustersize"), "cache"),
        **dict.fromkeys(("endpointtype", "endpointconfiguration"), "endpoint"),
        **dict.fromkeys(("responsesize", "responsepayload", "answer"), "response"),
        **dict.fromkeys(("requestsize", "payload"), "request"),
        **dict.fromkeys(("auth", "authoriser", "lambdaauthorizer"), "authorizer"),
        **dict.fromkeys(("integrationtimeout", "timeoutinmillis"), "timeout"),
    }

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return ("connections",) if values.get("type") == "websocket" else ()

    def resolve(self, spec: Api, files: Files) -> tuple[Api, tuple[Problem, ...]]:
        del files
        return spec, tuple(problems(spec))

    def validate_request(self, spec: Api, access: Access) -> str | None:
        if spec.type == "websocket":
            return f"a WebSocket API takes no '{access.op}': what opens its connections is a traffic under its triggers"
        return None

    def sources(self, spec: Api) -> tuple[Source, ...]:
        sources = super().sources(spec)
        return tuple(replace(s, access=_CONNECT) for s in sources) if spec.type == "websocket" else sources

    def sent(self, spec: Api, place: tuple[str, ...], access: Access) -> Sent:
        """What a route requests, and what the authorizer does: invoked by the API, which waits for the answer."""
        if place == ("authorizer",):
            problem = "" if access.op == "invoke" else "an authorizer is a function: write {invoke: NAME}"
            return Sent(asked(spec), access.model_copy(update={"via": _VIA[spec.type]}), problem)
        name = place[1]
        route = spec.routes[name]
        if spec.type == "http" and access.op not in INTEGRATIONS_OF_HTTP:
            hint = "write `type: rest`, or invoke a function that does"
            return Sent(Fraction(0), access, f"an HTTP API cannot '{access.op}' without a function between: {hint}")
        times = per_unit(spec, name) * (1 - hit_rate(spec, name))
        if route.authorized and name != "$connect":
            times *= 1 - (Fraction(spec.authorizer.denies) if spec.authorizer is not None else Fraction(0))
        update: dict[str, object] = {"via": _VIA[spec.type], "timeout_ms": Decimal(int(timeout_ms(spec, route)))}
        size = route.request or spec.request
        if access.op == "invoke" and access.payload is None and size is not None:
            update["payload"] = size
        return Sent(times, access.model_copy(update=update))

    def duration_ms(self, resource: DeclaredResource[Api]) -> Fraction:
        """How long a connection is open: its messages are spread over it. Of a request, how long its HTTP backend takes."""
        spec = resource.spec
        if spec.connections is not None:
            return mean(spec.connections.duration)
        behind = ((per_unit(spec, n) * (1 - hit_rate(spec, n)), r.backend) for n, r in spec.routes.items())
        return sum((times * mean(takes) for times, takes in behind if takes is not None), Fraction(0))

    def admit(self, resource: DeclaredResource[Api], demand: Demand) -> Admitted | None:
        return admission.admit(resource.name, resource.spec, demand)

    def meter(self, resource: DeclaredResource[Api], demand: Demand) -> Usage:
        return usage.meter(resource.spec, demand)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return tuple(cost.charge(resource.name, resource.spec, resource.usage))

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return _summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(limits.check(resource.name, resource.spec, resource.usage))

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return tuple(limits.pools(resource.spec, resource.usage))

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return tuple(advice.options(resource.name, resource.spec, resource.usage))

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.spec, resource.usage)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        """Logs and traces; its answers leave for the internet, but those of a private API."""
        spec, usage, address = resource.spec, resource.usage, f"apis.{resource.name}"
        out = []
        if spec.logs and usage.requests.terms:
            size = Fraction(spec.logs.size_bytes)
            out.append(written_logs(spec.logs, f"/aws/apigateway/{resource.name}", size, usage.requests, address))
        if spec.tracing == "active" and usage.requests.terms:
            entering = RequestStream(Access(op="request"), usage.requests, "")
            out.append(traced(address, (entering,), resource.context))
        if spec.endpoint != "private":
            out += to_internet(address, usage.leaving_bytes * Fraction(1, units.BYTES_PER_GB))
        return tuple(out)

    def traced(self, spec: Api) -> bool:
        return spec.tracing == "active"

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return tuple(assumptions.assume(resource.name, resource.spec, resource.usage))


_summary = usage.summary
API = _ApiType()
