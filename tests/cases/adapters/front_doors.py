"""Translates cases on API Gateway, AppSync and networks into calls of the functions that `estimate` runs."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import capplan
from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import fixed
from capplan.resource_type import DeclaredResource
from capplan.services.api_gateway.api import API
from capplan.services.appsync.metering import max_requests_per_s, tokens
from capplan.token_bucket import seconds_to_empty
from capplan.units import MONTH_HOURS, MS_PER_SECOND
from tests.cases.facts import Facts, NotCovered

Case = Mapping[str, Any]


def _n(value: object) -> Fraction:
    return Fraction(str(value))


def _websocket_connections(given: Case) -> dict[str, Any]:
    """An API whose traffic opens connections at a constant rate."""
    open_ms = _n(given["seconds_connected"]) * MS_PER_SECOND
    spec = API.spec.model_validate(
        {"type": "websocket", "connections": {"duration": fixed(Decimal(open_ms.numerator)), "sends": 0}}
    )
    flow = DemandFlow.of(steady("case", recurring=True), _n(given["new_per_s"]))
    demand = Demand((RequestStream(Access(op="connect"), flow, "traffic.case"),))
    usage = API.meter(DeclaredResource("it", spec, Context("us-east-1")), demand)
    return {"concurrent": Fraction(usage.connected.peak().per_second)}


def _appsync_tokens(given: Case) -> dict[str, Any]:
    each = tokens(_n(given["kb_seconds"]))
    return {"tokens": each, "max_rps": max_requests_per_s(each, _n(given["quota"]))}


def _bucket(given: Case) -> dict[str, Any]:
    return {"seconds_to_throttle": seconds_to_empty(_n(given["rate"]), _n(given["burst"]), _n(given["rps"]))}


def _nat_break_even(given: Case) -> dict[str, Any]:
    """Where two networks cost the same, one through its NAT gateway and one through an endpoint; both plans are linear."""
    hour = _n(given["endpoint_hour"]) * _n(given["hours"]) / MONTH_HOURS
    prices = {
        "vpc.nat_gateway.hour": Fraction(0),
        "vpc.public_ipv4.hour": Fraction(0),
        "vpc.nat_gateway.gb": _n(given["nat_gb"]),
        "vpc.interface_endpoint.az_hour": hour,
        "vpc.interface_endpoint.gb": _n(given["endpoint_gb"]),
    }
    text = "".join(f"  {key}: {float(usd):.12f} USD\n" for key, usd in prices.items())

    def cost(network: str) -> Fraction:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "case.yaml"
            head = f"capplan: 1\nname: Case\nregion: us-east-1\nprices:\n{text}"
            path.write_text(f"{head}networks: {{main: {{nat_gateways: 1, {network}}}}}\n", encoding="utf-8")
            return Fraction(capplan.plan(capplan.load(str(path)), findings=False).monthly_cost)

    def endpoint(gb: int) -> Fraction:
        return cost(f"interface_endpoints: {{sqs: {{zones: {given['az']}, data: {gb} GB}}}}")

    def nat(gb: int) -> Fraction:
        return cost(f"nat_data: {{sqs: {gb} GB}}")

    per_gb = (nat(10**6) - nat(0) - endpoint(10**6) + endpoint(0)) / 10**6
    return {"gb_per_month": (endpoint(0) - nat(0)) / per_gb}


_LIMITS: Mapping[str, Callable[[Case], dict[str, Any]]] = {
    "websocket_connections": _websocket_connections,
    "appsync_tokens": _appsync_tokens,
    "apigw_bucket": _bucket,
    "nat_break_even": _nat_break_even,
}


def _limit(case: Case, _: Facts) -> dict[str, Any]:
    given = case["inputs"]
    if given["what"] not in _LIMITS:
        raise NotCovered(f"no adapter for the limit {given['what']}")
    return _LIMITS[given["what"]](given)


ADAPTERS = {"limit": _limit}
