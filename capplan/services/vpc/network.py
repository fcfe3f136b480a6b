"""The resource type of networks: VPCs with their NAT gateways and endpoints."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.leaving import to_internet
from capplan.model import Assumption, Charge, Demand, Implied, LimitCheck, Observable, Option, Problem, busiest_minute
from capplan.quantities.rounding import to_quantity
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.vpc import advice, cost, usage
from capplan.services.vpc.quotas import NAT_BANDWIDTH, NAT_CONNECTIONS
from capplan.services.vpc.spec import INTERNET, Network, outbound, problems, way
from capplan.services.vpc.usage import Usage, internet_gb, nat_gb

_Metered = MeteredResource[Network, Usage]


class _NetworkType(ResourceType[Network, Usage]):
    id = "vpc.network"
    spec = Network
    rules = advice.RULES
    also_called: Mapping[str, str] = {
        **dict.fromkeys(("nat", "natgateway"), "nat_gateways"),
        **dict.fromkeys(("processed", "nattraffic", "natgb"), "nat_data"),
        **dict.fromkeys(("endpoints", "vpcendpoints", "privatelink"), "interface_endpoints"),
        **dict.fromkeys(("eips", "elasticips", "addresses", "publicips"), "public_addresses"),
        **dict.fromkeys(("azs", "availabilityzones"), "zones"),
    }

    def resolve(self, spec: Network, files: Files) -> tuple[Network, tuple[Problem, ...]]:
        del files
        return spec, tuple(problems(spec))

    def validate_request(self, spec: Network, access: Access) -> str | None:
        if way(spec, access.service) == "nat" and not spec.nat_gateways:
            of = f" and no endpoint of {access.service}" if access.service else ""
            return f"this network has no NAT gateway{of}: add `nat_gateways: 1`"
        return None

    def warn_if_idle(self, spec: Network) -> bool:
        """What it has is billed without any call."""
        del spec
        return False

    def meter(self, resource: DeclaredResource[Network], demand: Demand) -> Usage:
        return usage.meter(resource.spec, demand, resource.context)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return tuple(cost.charge(resource.name, resource.spec, resource.usage))

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return _summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(_checks(resource.name, resource.spec, resource.usage))

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return tuple(advice.options(resource.name, resource.spec, resource.usage))

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return {
            "nat_gb": Observable(to_quantity(nat_gb(resource.spec, resource.usage)), ""),
            "connections.peak": Observable(busiest_minute(resource.usage.open), ""),
        }

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        """What of the data with the internet leaves."""
        spec, name = resource.spec, resource.name
        written, flow = internet_gb(spec, resource.usage)
        out = list(to_internet(f"networks.{name}", flow * outbound(spec)))
        if written:
            data = to_quantity(written * outbound(spec) * units.BYTES_PER_GB)
            out.append(Implied("data_transfer", f"{name}-internet", {"data": data}))
        return tuple(out)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return tuple(_assume(f"networks.{resource.name}", resource.spec, resource.usage))


def _checks(name: str, spec: Network, usage: Usage) -> Iterable[LimitCheck]:
    """Of its NAT gateways: connections to one destination that are open, since the next one gets no port, and bytes a second."""
    if usage.open.terms:
        quota = Decimal(NAT_CONNECTIONS.value) * spec.nat_gateways * spec.nat_addresses * spec.destinations
        yield LimitCheck.of_flow(name, NAT_CONNECTIONS.id, usage.open, quota, NAT_CONNECTIONS.unit, poisson=True)
    through = DemandFlow.total(usage.nat.values()) * units.BYTES_PER_GB
    if through.terms:
        quota = Decimal(NAT_BANDWIDTH.value) * spec.nat_gateways
        yield LimitCheck.of_flow(name, NAT_BANDWIDTH.id, through, quota, NAT_BANDWIDTH.unit)


def _assume(path: str, spec: Network, usage: Usage) -> Iterable[Assumption]:
    if spec.outbound is None and (INTERNET in spec.nat_data or INTERNET in usage.nat):
        yield Assumption(
            f"{path}.outbound", "50%", "of the data with the internet half leaves, which is billed", "workload"
        )
    if usage.open.terms and "destinations" not in spec.model_fields_set:
        reason = "all connections go to one address, for as long as their caller runs: the dearest case"
        yield Assumption(f"{path}.destinations", "1", reason, "workload")
    if any(e.zones is None for e in spec.interface_endpoints.values()) and "zones" not in spec.model_fields_set:
        yield Assumption(f"{path}.zones", "2", "AWS advises at least two Availability Zones", "aws_default")


_summary = usage.summary
NETWORK = _NetworkType()
