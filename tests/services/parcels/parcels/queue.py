"""Parcel queues: what may be said of one, what is metered, what it costs, what the account may send."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, NamedTuple

from capplan.services.parcels.manifest import MESSAGES
from pydantic import BaseModel, Field

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Charge, Demand, PoolLoad
from capplan.quantities.fields import Milliseconds
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.spec_config import SPEC_CONFIG


class ParcelQueue(BaseModel):
    """A queue of parcels."""

    model_config = SPEC_CONFIG

    retention_ms: Annotated[Milliseconds, Field(alias="retention")] = Decimal(345_600_000)
    """How long a parcel is kept (4 d). The account sends {MESSAGES} at most."""


class Usage(NamedTuple):
    """Parcels sent."""

    flow: DemandFlow


class _ParcelQueueType(ResourceType[ParcelQueue, Usage]):
    id = "parcels.queue"
    spec = ParcelQueue

    def emitted_records(self, spec: ParcelQueue, access: Access) -> Fraction:
        """Each parcel that is sent can be read."""
        del spec, access
        return Fraction(1)

    def meter(self, resource: DeclaredResource[ParcelQueue], demand: Demand) -> Usage:
        del resource
        return Usage(demand.flow)

    def charge(self, resource: MeteredResource[ParcelQueue, Usage]) -> tuple[Charge, ...]:
        flow = resource.usage.flow
        return (Charge(f"{resource.name}.parcels", "parcels.parcel", "parcels sent", flow.monthly, "parcels", flow),)

    def pools(self, resource: MeteredResource[ParcelQueue, Usage]) -> tuple[PoolLoad, ...]:
        return (PoolLoad(MESSAGES.id, resource.usage.flow),)


PARCEL_QUEUE = _ParcelQueueType()
