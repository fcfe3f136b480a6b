"""Kinesis capture: the records that a table's changes put into a Kinesis stream, and the units they are billed as.

DynamoDB Developer Guide, "Using Kinesis Data Streams to capture changes to DynamoDB"; pricing page, "Change data capture for
Amazon Kinesis Data Streams" (read 2026-11-30): a unit for each started KB of a changed item. A record has the item before and
after the change; how much its JSON adds is not published.
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import AdmittedStream, Charge, RequestStream
from capplan.quantities.distribution import Distribution, expected_blocks, fixed
from capplan.record import replace
from capplan.resource_type import Destination, Reference
from capplan.services.dynamodb.quotas import WRITE_BLOCK_BYTES
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage, changes_by_kind

_VERBS = ("put-records",)
_IMAGES = {"insert": 1, "modify": 2, "remove": 1}
"""Images of the item in a record, by kind of change."""


def references(spec: Table) -> tuple[Reference, ...]:
    """The stream that it names."""
    return () if spec.kinesis is None else (Reference(("kinesis",), spec.kinesis, None, _VERBS),)


def destinations(spec: Table) -> tuple[Destination, ...]:
    """Its stream, once for each number of images that a record has."""
    if spec.kinesis is None:
        return ()
    size = spec.item_size or fixed(0)
    payloads = [_times(size, images) for images in sorted(set(_IMAGES.values()))]
    return tuple(Destination(spec.kinesis, _VERBS, access=Access(op="", payload=payload)) for payload in payloads)


def _times(size: Distribution, factor: int) -> Distribution:
    return replace(
        size,
        points=tuple((share, value * factor) for share, value in size.points),
        sample=tuple((value * factor, count) for value, count in size.sample),
    )


def handed_on(spec: Table, destination: Destination, stream: RequestStream, part: AdmittedStream | None) -> Fraction:
    """Records of so many images for each request that arrives: what is throttled changes nothing."""
    images = destinations(spec).index(destination) + 1
    changes = changes_by_kind(spec, stream.access)
    count = sum((changes[kind] for kind in changes if _IMAGES[kind] == images), Fraction(0))
    if part is None:
        return count
    arrived = part.served + part.dropped + part.waiting
    return count * part.served / arrived if arrived else Fraction(0)


def charges(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    """The units of what is captured."""
    if spec.kinesis is None:
        return
    flow = DemandFlow.total(
        kind.served * (sum(changes_by_kind(spec, kind.access).values(), Fraction(0)) * _units(spec, kind.access))
        for kind in usage.requests
    )
    if flow.terms:
        price = "dynamodb.cdc_kinesis.change_data_capture_unit"
        words = f"started KB of each changed item, to {spec.kinesis}"
        yield Charge(f"{name}.kinesis-capture", price, words, flow.monthly, "units", flow)


def _units(spec: Table, access: Access) -> Fraction:
    size = access.item_size or spec.item_size
    return Fraction(1) if size is None else max(Fraction(1), expected_blocks(size, WRITE_BLOCK_BYTES))
