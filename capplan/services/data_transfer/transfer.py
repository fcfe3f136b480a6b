"""The resource type of data transfer: what leaves for the internet or another Region, and what passes between zones.

AWS EC2 pricing page, data transfer (read 2026-11-30): what comes in is free; what leaves for the internet is billed in tiers
over all services of a Region, and between Availability Zones in each direction.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, Field

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Charge, Demand, Observable, Problem
from capplan.pricing.catalogue import load_prices, regions
from capplan.quantities.distribution import mean
from capplan.quantities.fields import Bytes
from capplan.quantities.rounding import to_quantity
from capplan.reading.files import Files
from capplan.reading.nearest import did_you_mean
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.spec_config import SPEC_CONFIG

INTERNET, ZONES = "internet", "zones"
_EACH_DIRECTION = 2


class Transfer(BaseModel):
    """Data that leaves: to the internet, to another Region, or between Availability Zones."""

    model_config = SPEC_CONFIG

    to: str = INTERNET
    """internet, zones (between Availability Zones), or a Region such as us-west-2 (internet)."""
    data: Bytes = Decimal(0)
    """What leaves in a month beside what resources and `calls` cause, such as 300 GB."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""


class Usage(Record, frozen=True):
    """GB that leave: written for a month, and per second by what resources and calls cause."""

    written_gb: Fraction
    gb: DemandFlow


class _TransferType(ResourceType[Transfer, Usage]):
    id = "data_transfer.transfer"
    spec = Transfer

    def resolve(self, spec: Transfer, files: Files) -> tuple[Transfer, tuple[Problem, ...]]:
        del files
        known = (INTERNET, ZONES, *regions())
        if spec.to in known:
            return spec, ()
        hint = did_you_mean(spec.to, known, "expected internet, zones or a Region such as us-west-2")
        return spec, (Problem(("to",), f"there is no Region '{spec.to}'", hint),)

    def warn_if_idle(self, spec: Transfer) -> bool:
        return not spec.data

    def meter(self, resource: DeclaredResource[Transfer], demand: Demand) -> Usage:
        sizes = ((stream.flow, stream.access.payload) for stream in demand.requests)
        per_gb = Fraction(1, units.BYTES_PER_GB)
        gb = DemandFlow.total(flow * (mean(size) * per_gb) for flow, size in sizes if size is not None)
        return Usage(Fraction(resource.spec.data) * per_gb, gb)

    def charge(self, resource: MeteredResource[Transfer, Usage]) -> tuple[Charge, ...]:
        return tuple(_charges(resource))

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"gb": to_quantity(usage.written_gb + usage.gb.monthly)}

    def observe(self, resource: MeteredResource[Transfer, Usage]) -> Mapping[str, Observable]:
        usage = resource.usage
        return {"gb": Observable(to_quantity(usage.written_gb + usage.gb.monthly), "")}

    def validate_request(self, spec: Transfer, access: Access) -> str | None:
        del spec
        return "a transfer needs its size: add `payload: 1 MB`" if access.payload is None else None


def _charges(resource: MeteredResource[Transfer, Usage]) -> Iterable[Charge]:
    name, to, usage = resource.name, resource.spec.to, resource.usage
    price, text, factor = _price(to, resource.context.region), f"GB to {to}", 1
    if to == INTERNET:
        text = "GB that leave for the internet"
    elif to == ZONES:
        text, factor = "GB between Availability Zones, in each direction", _EACH_DIRECTION
    if usage.gb.terms:
        flow = usage.gb * factor
        yield Charge(f"{name}.gb", price, text, flow.monthly, "GB", flow)
    if usage.written_gb:
        yield Charge(f"{name}.data_gb", price, text, usage.written_gb * factor, "GB", frequency="recurring")


def _price(to: str, region: str) -> str:
    """The price key: that of a pair of Regions where the price list has one, else that of the others."""
    if to == INTERNET:
        return "data_transfer.internet_out_gb"
    if to == ZONES:
        return "data_transfer.inter_az_gb_each_direction"
    key = f"data_transfer.inter_region_gb.{to}"
    return key if load_prices(region, {}).price(key) is not None else "data_transfer.inter_region_gb.other"


TRANSFER = _TransferType()
