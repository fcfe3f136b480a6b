"""What is billed of a network: hours of NAT gateways, endpoints and addresses, and GB that pass them or leave."""

from collections.abc import Iterable
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Charge
from capplan.services.vpc.spec import Network, gb, zones
from capplan.services.vpc.usage import Usage

_NAT_GB, _ENDPOINT_GB = "vpc.nat_gateway.gb", "vpc.interface_endpoint.gb"


def charge(name: str, spec: Network, usage: Usage) -> Iterable[Charge]:
    """The charges, before any price."""
    if spec.nat_gateways:
        yield _hours(f"{name}.nat_hours", "vpc.nat_gateway.hour", "hours of NAT gateways", Fraction(spec.nat_gateways))
    written = sum((gb(size) for size in spec.nat_data.values()), Fraction(0))
    yield from _gb(f"{name}.nat", _NAT_GB, "GB through NAT gateways", written, DemandFlow.total(usage.nat.values()))
    for service, endpoint in spec.interface_endpoints.items():
        of_one = f"{name}.{service}"
        text = f"hours of an endpoint of {service}, by zone"
        yield _hours(f"{of_one}.hours", "vpc.interface_endpoint.az_hour", text, Fraction(zones(spec, service)))
        flow = usage.endpoints.get(service, DemandFlow.zero())
        yield from _gb(of_one, _ENDPOINT_GB, f"GB through an endpoint of {service}", gb(endpoint.data), flow)
    addresses = spec.public_addresses + spec.nat_gateways * spec.nat_addresses
    if addresses:
        text = "hours of public IPv4 addresses, those of NAT gateways too"
        yield _hours(f"{name}.public_ipv4", "vpc.public_ipv4.hour", text, Fraction(addresses))


def _hours(id_: str, price: str, text: str, count: Fraction) -> Charge:
    return Charge(id_, price, text, count * units.MONTH_HOURS, "hours", frequency="recurring")


def _gb(id_: str, price: str, text: str, written: Fraction, flow: DemandFlow) -> Iterable[Charge]:
    """What the scenario writes for a month, and what its calls cause."""
    if written:
        yield Charge(f"{id_}_gb", price, text, written, "GB", frequency="recurring")
    if flow.monthly:
        yield Charge(f"{id_}_gb_of_calls", price, text, flow.monthly, "GB", flow)
