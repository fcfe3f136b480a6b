"""Other ways for the same traffic: an endpoint in place of a NAT gateway."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from capplan.model import Change, Charge, Option, Rule
from capplan.quantities.text import figure
from capplan.services.vpc.quotas import GATEWAY_ENDPOINTS
from capplan.services.vpc.spec import INTERNET, Network, gb
from capplan.services.vpc.usage import Usage

_GUIDE = "Amazon VPC User Guide"
_READ = "read 2026-11-30"

RULES: tuple[Rule, ...] = (
    Rule(
        "vpc.gateway-endpoint",
        "A gateway endpoint",
        "Data to S3 or DynamoDB that passes a NAT gateway.",
        "`gateway_endpoints`: a route to the service inside AWS, without a charge by the hour or by GB.",
        "",
        f"{_GUIDE}, Gateway endpoints, {_READ}",
        action="Give {name} a gateway endpoint",
    ),
    Rule(
        "vpc.interface-endpoint",
        "An interface endpoint",
        "Data to an AWS service that passes a NAT gateway.",
        "`interface_endpoints`: billed by the hour in each zone, and by GB for less than a NAT gateway, so that it pays from a "
        "number of GB a month on. The NAT gateway stays for what goes elsewhere.",
        "Policies and DNS names of the endpoint are to be kept.",
        f"{_GUIDE}, Interface endpoints; pricing pages of VPC and PrivateLink, {_READ}",
        action="Give {name} an interface endpoint",
        effort="medium",
    ),
)


def options(name: str, spec: Network, usage: Usage) -> Iterable[Option]:
    """An endpoint for each AWS service that is reached through NAT gateways."""
    for service in dict.fromkeys((*spec.nat_data, *usage.nat)):
        written = spec.nat_data.get(service)
        passes = (gb(written) if written is not None else Fraction(0)) + (
            usage.nat[service].monthly if service in usage.nat else Fraction(0)
        )
        if service == INTERNET or not passes:
            continue
        path = f"networks.{name}"
        changes = [Change(f"{path}.nat_data.{service}", None)] if written is not None else []
        if service in GATEWAY_ENDPOINTS:
            changes.append(Change(f"{path}.gateway_endpoints", [*spec.gateway_endpoints, service]))
            message = f"{figure(passes)} GB a month between {name} and {service} pass NAT gateways; a gateway endpoint is free."
            yield Option("vpc.gateway-endpoint", message, tuple(changes))
            continue
        endpoint: dict[str, Any] = {"zones": spec.zones}
        if written is not None:
            endpoint["data"] = f"{figure(gb(written), 10)} GB".replace(",", "")
        changes.append(Change(f"{path}.interface_endpoints.{service}", endpoint))
        message = (
            f"{figure(passes)} GB a month between {name} and {service} pass NAT gateways for {{nat}} a GB; an interface endpoint "
            f"in {spec.zones} zones takes {{hour}} an hour and {{gb}} a GB."
        )
        amounts = (
            ("nat", Charge(f"{name}.nat", "vpc.nat_gateway.gb", "", Fraction(1), "GB")),
            ("hour", Charge(f"{name}.hour", "vpc.interface_endpoint.az_hour", "", Fraction(spec.zones), "hours")),
            ("gb", Charge(f"{name}.gb", "vpc.interface_endpoint.gb", "", Fraction(1), "GB")),
        )
        yield Option(
            "vpc.interface-endpoint", message, tuple(changes), "its policy and DNS names are to be kept", amounts=amounts,
            only_if_priced=True,
        )  # fmt: skip
