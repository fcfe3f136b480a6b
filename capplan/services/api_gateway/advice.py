"""Other ways to set up an API for the same requests: an HTTP API, a cache, a higher throttle."""

from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Change, Charge, Option, Rule
from capplan.quantities.text import figure
from capplan.services.api_gateway.quotas import BUCKET_S, CACHE_GB, HTTP_TIMEOUT
from capplan.services.api_gateway.spec import Api, timeout_ms
from capplan.services.api_gateway.usage import Usage
from capplan.token_bucket import seconds_to_empty

_GUIDE, _READ = "API Gateway Developer Guide", "read 2026-11-30"
_REJECTED = Fraction(1, 1000)
_SPARE = Fraction(6, 5)

RULES: tuple[Rule, ...] = (
    Rule(
        "api_gateway.http-api",
        "An HTTP API",
        "A REST API that has none of what only REST APIs have: a cache, a private or edge-optimized endpoint, streamed answers, "
        f"requests straight to a table, and whatever `needs` names; and that waits for {HTTP_TIMEOUT} at most.",
        "`type: http`: the same routes at under a third of the price of a request.",
        "No API keys, usage plans, AWS WAF, validation of requests or X-Ray; functions get another event unless the payload "
        "format stays 1.0, and an authorizer's answers are kept only if the API is told to.",
        f"{_GUIDE}, Choose between REST APIs and HTTP APIs; pricing page, {_READ}",
        action="Make {name} an HTTP API",
        effort="medium",
        undo="deploy the REST API again",
    ),
    Rule(
        "api_gateway.cache",
        "A cache",
        "A REST API without a cache whose routes have a `hit_rate`: the share of their requests that asks for the same again.",
        f"`cache` of {CACHE_GB[0]} GB: what it answers invokes nothing. It is billed by the hour, so that it pays from a number "
        "of requests on.",
        "Answers are as old as the cache keeps them: 5 minutes by default.",
        f"{_GUIDE}, Cache settings for REST APIs in API Gateway, {_READ}",
        action="Give {name} a cache",
    ),
    Rule(
        "api_gateway.cache-idle",
        "No cache",
        "A REST API whose cache costs more than what it answers would cost without it.",
        "Remove `cache`: it is billed by the hour, whether it is used or not.",
        "Its answers come from what is behind the API, which is slower and sees every request.",
        f"API Gateway pricing page, {_READ}",
        action="Remove the cache of {name}",
    ),
    Rule(
        "api_gateway.quota",
        "A higher quota",
        "The requests a second of the account, where all APIs together exceed them or use four fifths.",
        "A request to AWS (Service Quotas) for the requests that the peak needs, plus a fifth; the bucket grows with it.",
        "AWS takes hours to days to raise it.",
        f"{_GUIDE}, Quotas, {_READ}",
        action="Request a higher quota for the {name}",
        undo="a quota that AWS has raised needs no undoing",
    ),
    Rule(
        "api_gateway.throttle",
        "A throttle that rejects requests",
        "An API whose own throttle rejects more than one request in a thousand.",
        "`throttle` for the busiest minute and a fifth more: a request above it is answered 429 and not served.",
        "What is behind the API gets that much more.",
        f"{_GUIDE}, Throttle requests to your REST APIs for better throughput, {_READ}",
        action="Raise the throttle of {name}",
    ),
)


def options(name: str, spec: Api, usage: Usage) -> Iterable[Option]:
    """Everything that could be set up otherwise."""
    if not usage.requests.terms:
        return
    if spec.type == "rest":
        yield from _http(name, spec)
        yield from _cache(name, spec)
    yield from _throttle(name, spec, usage)


def _http(name: str, spec: Api) -> Iterable[Option]:
    """Where a route requests what an HTTP API cannot, the changed scenario is invalid, and nothing is recommended."""
    only_rest = spec.cache is not None or spec.streamed or spec.needs or spec.endpoint != "regional"
    longest = max((timeout_ms(spec, route) for route in spec.routes.values()), default=Fraction(0))
    if only_rest or longest > HTTP_TIMEOUT.value:
        return
    message = f"{name} is a REST API and uses nothing that an HTTP API lacks; its requests cost less."
    changes = [Change(f"apis.{name}.type", "http")]
    if spec.authorizer is not None and spec.authorizer.cache_ms is None:
        changes.append(Change(f"apis.{name}.authorizer.cache", "5 min"))
    noticed = f"clients of {name} get another URL, and its functions another event unless the payload format stays 1.0"
    gives_up = "API keys, usage plans, WAF, request validation and X-Ray: name in `needs` what you use"
    yield Option("api_gateway.http-api", message, tuple(changes), gives_up, changes_behavior=noticed)


def _cache(name: str, spec: Api) -> Iterable[Option]:
    smallest = f"{CACHE_GB[0]} GB"
    hour = Charge(f"{name}.cache", f"api_gateway.rest.cache_hour.{CACHE_GB[0]}gb", "", Fraction(1), "hours")
    if spec.cache is None and any(route.hit_rate for route in spec.routes.values()):
        message = (
            f"Routes of {name} are asked for the same again: a cache of {smallest} answers it for {{hour}} an hour."
        )
        noticed = f"clients of {name} get answers that are up to 5 minutes old"
        yield Option(
            "api_gateway.cache", message, (Change(f"apis.{name}.cache", {"size": smallest}),), "answers may be old",
            amounts=(("hour", hour),), changes_behavior=noticed, only_if_priced=True, fewer_calls=True,
        )  # fmt: skip
    if spec.cache is not None:
        message = f"The cache of {name} costs more than what it answers would cost without it."
        noticed = f"answers of {name} come from what is behind it: later, and never old"
        yield Option(
            "api_gateway.cache-idle", message, (Change(f"apis.{name}.cache", None),), "slower answers",
            changes_behavior=noticed, fewer_calls=True,
        )  # fmt: skip


def _throttle(name: str, spec: Api, usage: Usage) -> Iterable[Option]:
    throttle, offered = spec.throttle, usage.offered.monthly
    if throttle is None or not offered or usage.admitted is None:
        return
    rejected = 1 - usage.requests.monthly / offered
    peak = Fraction(usage.offered.peak().per_second)
    if rejected < _REJECTED or peak <= throttle.rate:
        return
    empty_s = seconds_to_empty(Fraction(throttle.rate), Fraction(throttle.burst), peak)
    rate = -(-int(peak * _SPARE) // 10) * 10
    message = (
        f"{name} rejects {figure(rejected * 100, 2)}% of its requests: in the busiest minute its burst is used up after "
        f"{figure(empty_s or 0, 2)} s, and then {figure(throttle.rate / peak * 100, 2)}% pass."
    )
    change = {"rate": f"{rate}/s", "burst": max(throttle.burst, int(rate * BUCKET_S))}
    yield Option(
        "api_gateway.throttle", message, (Change(f"apis.{name}.throttle", change),), "what is behind gets that much more",
        "risk", urgency="now", helps=("api_gateway.throttle",),
    )  # fmt: skip
