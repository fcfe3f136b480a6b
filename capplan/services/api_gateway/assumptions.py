"""The defaults that an API's answer rests on."""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.model import Assumption
from capplan.quantities.text import figure
from capplan.services.api_gateway.spec import Api, cache_ms, shares
from capplan.services.api_gateway.usage import Usage


def assume(name: str, spec: Api, usage: Usage) -> Iterable[Assumption]:
    """Defaults that the scenario does not give."""
    path = f"apis.{name}"
    if not usage.requests.terms:
        return
    sizes = [route.response for route in spec.routes.values()]
    if spec.endpoint == "private":
        reason = "clients reach a private API through an interface endpoint, execute-api: write it under `networks`"
        yield Assumption(f"{path}.endpoint", "its endpoint is not counted", reason, "workload")
    elif spec.response is None and (not sizes or None in sizes):
        yield Assumption(f"{path}.response", "0 KB", "its answers leave for the internet: give their size", "workload")
    if spec.type == "http" and (spec.request is not None or spec.response is not None):
        reason = "AWS does not say which is metered in steps of 512 KB: the larger one is"
        yield Assumption(f"{path}.response", "request or answer", reason, "aws_default")
    rest = 1 - sum(shares(spec).values(), Fraction(0))
    if spec.routes and rest and spec.type != "websocket":
        reason = "the shares of its routes leave them: API Gateway answers them itself, and bills them"
        yield Assumption(f"{path}.routes", f"{figure(rest * 100)}% take no route", reason, "workload")
    yield from _of_authorizer(path, spec)


def _of_authorizer(path: str, spec: Api) -> Iterable[Assumption]:
    authorizer = spec.authorizer
    if authorizer is None or spec.type == "websocket":
        return
    kept_ms = cache_ms(spec)
    if authorizer.cache_ms is None:
        default = f"{figure(kept_ms / (units.MS_PER_SECOND * units.SECONDS_PER_MINUTE))} min"
        reason = "the default of a REST API" if kept_ms else "an HTTP API keeps no answer unless it is told to"
        yield Assumption(f"{path}.authorizer.cache", default, reason, "aws_default")
    if authorizer.caller_rate is None and kept_ms:
        reason = "nothing says how often a caller comes back: the dearest case"
        yield Assumption(f"{path}.authorizer.caller_rate", "each request asks it", reason, "workload")
