"""What S3 meters of a bucket in a month: requests by price, bytes read, objects stored by class."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Demand, RequestStream
from capplan.quantities.distribution import Distribution, fixed, mean, quantile
from capplan.quantities.rounding import ceil_div, to_quantity
from capplan.record import Record
from capplan.services.s3.classes import CLASSES, billed_bytes, price_of
from capplan.services.s3.quotas import LIST_PAGE, MULTIPART_REQUESTS
from capplan.services.s3.spec import Bucket
from capplan.services.s3.stored import Band, bands

PUTS = frozenset({"put-object", "copy-object"})
GETS = frozenset({"get-object", "head-object"})
_HIGH = 0.999


class Usage(Record, frozen=True):
    """A month of a bucket; flows are per second.

    Attributes:
        requests: Billed requests, by price key.
        retrieved: Bytes read of classes that bill them, by price key.
        writes, reads: Requests by the limits of a prefix: PUT, COPY, POST, DELETE; GET, HEAD, LIST.
        created, removed: Objects.
        bytes_in, bytes_out: Of puts and gets.
        size: Of a stored object.
        bands: Objects stored, by class.
        largest_object, largest_put: Bytes (99.9th percentile) of an object, and of a put without multipart upload.
        most_parts: Parts of an upload.
        requests_of: What asks for them.
    """

    requests: Mapping[str, DemandFlow]
    retrieved: Mapping[str, DemandFlow]
    writes: DemandFlow
    reads: DemandFlow
    created: DemandFlow
    removed: DemandFlow
    bytes_in: DemandFlow
    bytes_out: DemandFlow
    size: Distribution
    bands: tuple[Band, ...]
    largest_object: Decimal
    largest_put: Decimal
    most_parts: int
    requests_of: tuple[RequestStream, ...]

    @property
    def stored_bytes(self) -> Fraction:
        """Billed bytes of the current versions at the price of their class."""
        return sum((band.objects * billed_bytes(band.class_, self.size) for band in self.bands), Fraction(0))


def meter(spec: Bucket, demand: Demand) -> Usage:
    """What AWS meters of a month of demand."""
    requests, retrieved = dict[str, list[DemandFlow]](), dict[str, list[DemandFlow]]()
    for stream in demand.requests:
        billed = billed_requests(spec, stream.access)
        if billed is not None:
            price, count = billed
            requests.setdefault(price, []).append(stream.flow * count)
        class_ = CLASSES[class_of(spec, stream.access)]
        if stream.access.op == "get-object" and class_.retrieval:
            read = stream.flow * mean(size_of(spec, stream.access))
            retrieved.setdefault(price_of(class_, "retrieval_gb"), []).append(read)
    created = _total(demand, PUTS)
    size = spec.object_size or _mean_size(spec, demand)
    sizes = [(s.access, _large(size_of(spec, s.access))) for s in demand.requests if s.access.op in PUTS]
    return Usage(
        requests={price: DemandFlow.total(flows) for price, flows in requests.items()},
        retrieved={price: DemandFlow.total(flows) for price, flows in retrieved.items()},
        writes=DemandFlow.total(s.flow * _writes(s.access) for s in demand.requests),
        reads=DemandFlow.total(s.flow * _reads(s.access) for s in demand.requests),
        created=created,
        removed=_total(demand, {"delete-object"}),
        bytes_in=_bytes(spec, demand, {"put-object"}),
        bytes_out=_bytes(spec, demand, {"get-object"}),
        size=size,
        bands=bands(spec, created.monthly, mean(size)),
        largest_object=max((large for _, large in sizes), default=_large(size)),
        largest_put=max((large for access, large in sizes if access.parts == 1), default=Decimal(0)),
        most_parts=max((access.parts for access, _ in sizes), default=1),
        requests_of=demand.requests,
    )


def class_of(spec: Bucket, access: Access) -> str:
    """The storage class of a request's object."""
    return access.storage_class or spec.storage_class


def size_of(spec: Bucket, access: Access) -> Distribution:
    """Bytes of a request's object; empty where nobody says."""
    return access.payload or spec.object_size or fixed(0)


def billed_requests(spec: Bucket, access: Access) -> tuple[str, Fraction] | None:
    """The price of a request, and how many it is billed as; None for one that is free.

    A LIST costs the same in every class; a DELETE is free (pricing page, read 2026-11-30).
    """
    if access.op == "delete-object":
        return None
    if access.op == "list-objects":
        return "s3.request.tier1", _pages(access)
    tier = "request.tier1" if access.op in PUTS else "request.tier2"
    return price_of(CLASSES[class_of(spec, access)], tier), _parts(access)


def _pages(access: Access) -> Fraction:
    return Fraction(max(1, ceil_div(access.items or 1, LIST_PAGE)))


def _parts(access: Access) -> Fraction:
    return Fraction(1 if access.parts == 1 else access.parts + MULTIPART_REQUESTS)


def _writes(access: Access) -> Fraction:
    if access.op == "delete-object":
        return Fraction(1)
    return _parts(access) if access.op in PUTS else Fraction(0)


def _reads(access: Access) -> Fraction:
    if access.op == "list-objects":
        return _pages(access)
    return Fraction(access.op in GETS)


def _total(demand: Demand, ops: Iterable[str]) -> DemandFlow:
    return DemandFlow.total(stream.flow for stream in demand.requests if stream.access.op in ops)


def _bytes(spec: Bucket, demand: Demand, ops: Iterable[str]) -> DemandFlow:
    return DemandFlow.total(s.flow * mean(size_of(spec, s.access)) for s in demand.requests if s.access.op in ops)


def _mean_size(spec: Bucket, demand: Demand) -> Distribution:
    """Of the objects that are put; several sizes give their mean."""
    puts = [s for s in demand.requests if s.access.op in PUTS and s.flow.terms]
    sizes = {size_of(spec, s.access) for s in puts}
    if len(sizes) == 1:
        return sizes.pop()
    count = sum((s.flow.monthly for s in puts), Fraction(0))
    total = sum((s.flow.monthly * mean(size_of(spec, s.access)) for s in puts), Fraction(0))
    return fixed(to_quantity(total / count)) if count else fixed(0)


def _large(size: Distribution) -> Decimal:
    return size.points[0][1] if size.fixed else Decimal(f"{quantile(size, _HIGH):.6g}")


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """Usage keys of the plan."""
    requests = DemandFlow.total((usage.writes, usage.reads)).monthly
    return {
        "requests": to_quantity(requests),
        "storage_gb_months": to_quantity(usage.stored_bytes / units.BYTES_PER_GB),
        "objects": to_quantity(sum((band.objects for band in usage.bands), Fraction(0))),
    }
