"""What leaves a Region for the internet: answers of APIs, what passes a NAT gateway. It is billed as data transfer."""

from collections.abc import Iterator
from decimal import Decimal

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Demand, Implied, RequestStream
from capplan.quantities.distribution import fixed

_SECTION, _NAME = "data_transfer", "internet"


def from_outside(demand: Demand) -> DemandFlow:
    """Requests a second that come from outside: what is asked by a resource of the Region is answered inside of it."""
    return DemandFlow.total(stream.flow for stream in demand.requests if stream.cause.startswith("traffic."))


def to_internet(cause: str, gb: DemandFlow) -> Iterator[Implied]:
    """The transfer of so many GB per second; all resources of the account share one, as they do its tiers.

    Args:
        cause: The address of the resource that sends them.
        gb: GB per second.
    """
    if gb.terms:
        access = Access.model_construct(op="transfer", target=_NAME, payload=fixed(Decimal(units.BYTES_PER_GB)))
        yield Implied(_SECTION, _NAME, requests=(RequestStream(access, gb, cause),))
