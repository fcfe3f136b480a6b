"""What passes a network in a month: through its NAT gateways and endpoints, to the internet and to other Regions."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.services.vpc.spec import INTERNET, Network, gb, way


class Usage(Record, frozen=True):
    """A month of a network.

    Attributes:
        connections: Connections a second that `calls` make through it.
        nat: GB per second that they send and receive through NAT gateways, by destination.
        endpoints: The same through endpoints, by service.
        open: Connections through NAT gateways to the internet that are open.
    """

    connections: DemandFlow
    nat: Mapping[str, DemandFlow]
    endpoints: Mapping[str, DemandFlow]
    open: DemandFlow


def meter(spec: Network, demand: Demand, ctx: Context) -> Usage:
    """What passes in a month of demand; a connection is open for as long as its caller runs."""
    nat: dict[str, DemandFlow] = {}
    endpoints: dict[str, DemandFlow] = {}
    open_ = DemandFlow.zero()
    for stream in demand.requests:
        service = stream.access.service
        through = way(spec, service)
        flow = stream.flow * _gb_each(stream)
        if through == "nat":
            to = service or INTERNET
            nat[to] = nat.get(to, DemandFlow.zero()) + flow
            if to == INTERNET:
                open_ += _open(stream, ctx)
        else:
            endpoints[through] = endpoints.get(through, DemandFlow.zero()) + flow
    return Usage(demand.flow, nat, endpoints, open_)


def _gb_each(stream: RequestStream) -> Fraction:
    size = stream.access.payload
    return Fraction(0) if size is None else gb(mean(size))


def _open(stream: RequestStream, ctx: Context) -> DemandFlow:
    duration_ms = ctx.duration_ms.get(stream.cause, Fraction(0))
    return stream.flow.spread(duration_ms) * (duration_ms / units.MS_PER_SECOND)


def nat_gb(spec: Network, usage: Usage) -> Fraction:
    """GB a month through NAT gateways."""
    written = sum((gb(size) for size in spec.nat_data.values()), Fraction(0))
    return written + sum((flow.monthly for flow in usage.nat.values()), Fraction(0))


def internet_gb(spec: Network, usage: Usage) -> tuple[Fraction, DemandFlow]:
    """GB a month of them that go to the internet or come from it: what is written, and what `calls` cause."""
    return gb(spec.nat_data.get(INTERNET, Decimal(0))), usage.nat.get(INTERNET, DemandFlow.zero())


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    passed = sum((flow.monthly for flow in (*usage.nat.values(), *usage.endpoints.values())), Fraction(0))
    out: dict[str, Decimal | int] = {"connections": to_quantity(usage.connections.monthly), "gb": to_quantity(passed)}
    if usage.open.terms:
        out["peak_open_connections"] = to_quantity(sig6(usage.open.peak().per_second))
    return out
