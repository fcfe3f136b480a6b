"""The keys of a network: its NAT gateways, its endpoints, its addresses, and the data that passes them in a month."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from capplan import units
from capplan.model import Problem
from capplan.quantities.fields import Bytes, Share, WholeCount
from capplan.services.vpc.quotas import (
    GATEWAY_ENDPOINTS,
    NAT_ADDRESSES,
    NAT_CONNECTIONS,  # noqa: F401  named in a docstring
)
from capplan.spec_config import SPEC_CONFIG

INTERNET = "internet"
"""Where data goes that goes to no AWS service."""


def _by_destination(raw: object) -> object:
    """Bytes by destination; a plain amount goes to the internet."""
    return raw if isinstance(raw, Mapping) else {INTERNET: raw}


def _names(raw: object) -> object:
    """One name or a list of them, as a tuple."""
    return (raw,) if isinstance(raw, str) else tuple(raw) if isinstance(raw, list) else raw


class Endpoint(BaseModel):
    """An interface endpoint of an AWS service."""

    model_config = SPEC_CONFIG

    zones: WholeCount | None = Field(default=None, ge=1)
    """Availability Zones it is in, each billed by the hour; default: the network's."""
    data: Bytes = Decimal(0)
    """What passes it in a month, either way, beside what `calls` say, such as 300 GB."""


class Network(BaseModel):
    """One VPC. A `connect` in `calls` passes its NAT gateways, or the endpoint of the `service` that it names."""

    model_config = SPEC_CONFIG

    zones: WholeCount = Field(default=2, ge=1)
    """Availability Zones of its endpoints (2)."""
    nat_gateways: WholeCount = 0
    """NAT gateways, billed by the hour and by what passes them (0)."""
    nat_addresses: WholeCount = Field(default=1, ge=1, le=NAT_ADDRESSES.value)
    """Public addresses of each, up to {NAT_ADDRESSES} (1): {NAT_CONNECTIONS} to one destination for each."""
    nat_data: Annotated[dict[str, Bytes], BeforeValidator(_by_destination)] = Field(default_factory=dict)
    """What passes them in a month, either way, beside what `calls` say: 500 GB, or by destination {internet: 100 GB, sqs: 400 GB}."""
    outbound: Share | None = None
    """The share of the internet's part that leaves, and is billed as data transfer too; what comes in is free (50%)."""
    destinations: WholeCount = Field(default=1, ge=1)
    """Destinations among which its connections to the internet are spread (1, the dearest case)."""
    interface_endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    """Interface endpoints by service: {sqs: {zones: 2, data: 300 GB}}."""
    gateway_endpoints: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    """Gateway endpoints, at no charge: [s3, dynamodb]."""
    public_addresses: WholeCount = 0
    """Public IPv4 addresses beside those of the NAT gateways, used or not (0)."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""


def zones(spec: Network, service: str) -> int:
    """Availability Zones of an interface endpoint."""
    return spec.interface_endpoints[service].zones or spec.zones


def way(spec: Network, service: str | None) -> str:
    """How a connection leaves: the name of an endpoint, or "nat"."""
    if service in spec.interface_endpoints or service in spec.gateway_endpoints:
        return service or ""
    return "nat"


def gb(size: Decimal | Fraction) -> Fraction:
    """Bytes in GB."""
    return Fraction(size) / units.BYTES_PER_GB


def outbound(spec: Network) -> Fraction:
    """The share of the internet's part that leaves; half where the scenario does not say."""
    return Fraction(1, 2) if spec.outbound is None else Fraction(spec.outbound)


def problems(spec: Network) -> Iterator[Problem]:
    """What of a network does not go together."""
    if spec.nat_data and not spec.nat_gateways:
        yield Problem(("nat_data",), "this network has no NAT gateway", "add `nat_gateways: 1`")
    for service in spec.gateway_endpoints:
        if service not in GATEWAY_ENDPOINTS:
            hint = (
                f"gateway endpoints are {' and '.join(GATEWAY_ENDPOINTS)}; write {service} under `interface_endpoints`"
            )
            yield Problem(("gateway_endpoints",), f"there is no gateway endpoint for '{service}'", hint)
