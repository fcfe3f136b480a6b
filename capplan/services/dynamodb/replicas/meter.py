"""Meters a global table: every Region takes all writes, and the reads that are placed there.

Time to live deletes an item without write units in the Region where it fires, here the scenario's own; every other Region
takes a replicated write for it.

Source: DynamoDB Developer Guide, "Understanding DynamoDB billing for global tables", "How DynamoDB global tables work"
(read 2026-11-30).
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Admitted, AdmittedStream, Context, Demand, RequestStream
from capplan.record import replace
from capplan.services.dynamodb.capacity.uncertain import Constants
from capplan.services.dynamodb.requests import READS, items_of
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import ADDS_ITEMS, MeteredRequests, Usage, meter_local

TTL = "time to live"
"""The cause of replicated deletes of expired items."""


def meter_global(spec: Table, demand: Demand, ctx: Context, constants: Constants) -> Usage:
    """The scenario's Region, with the replicas of the others by Region."""
    home, *others = regions_of(spec, ctx.region)
    used = {
        region: meter_local(
            local_spec(spec, region),
            local_demand(spec, demand, region, ctx.region),
            replace(ctx, region=region),
            constants,
        )
        for region in (home, *others)
    }
    return replace(used[home], replicas={region: used[region] for region in others}, asked=demand)


def regions_of(spec: Table, home: str) -> tuple[str, ...]:
    """The Regions with a replica, the scenario's own first; a witness has none."""
    return (home, *(replica.region for replica in spec.replicas if replica.region != home))


def local_spec(spec: Table, region: str) -> Table:
    """The table with what its replica in a Region has of its own."""
    replica = next((one for one in spec.replicas if one.region == region), None)
    if replica is None:
        return spec
    update: dict[str, Any] = {"point_in_time_recovery": replica.point_in_time_recovery}
    if replica.table_class is not None:
        update["table_class"] = replica.table_class
    if replica.read is not None:
        update["capacity"] = spec.capacity.model_copy(update={"read": replica.read})
    return spec.model_copy(update=update)


def share_of(shares: Mapping[str, Decimal], region: str, home: str) -> Fraction:
    """The share of requests that goes to a Region; what is not placed goes to the scenario's own."""
    elsewhere = sum((Fraction(share) for other, share in shares.items() if other != home), Fraction(0))
    return 1 - elsewhere if region == home else Fraction(shares.get(region, 0))


def local_demand(spec: Table, demand: Demand, region: str, home: str) -> Demand:
    """What reaches the replica in a Region: the reads placed there, every write, and deletes of expired items."""
    share = share_of(spec.reads_from, region, home)
    streams = [_part(stream, share) if stream.access.op in READS else stream for stream in demand.requests]
    if region != home and spec.ttl is not None:
        streams += _expiries(spec, demand)
    return Demand(tuple(streams))


def _part(stream: RequestStream, share: Fraction) -> RequestStream:
    if share == 1:
        return stream
    return replace(
        stream, flow=stream.flow * share, offered=None if stream.offered is None else stream.offered * share
    )  # fmt: skip


def _expiries(spec: Table, demand: Demand) -> list[RequestStream]:
    """Replicated deletes: as many items expire as are added, at the rate at which they come."""
    flows = [
        stream.flow * (items_of(stream.access) * added_share(stream.access) * Fraction(spec.expires))
        for stream in demand.requests
        if stream.access.op in ADDS_ITEMS
    ]
    flow = DemandFlow.total(flows)
    return [RequestStream(Access.model_validate({"op": "delete"}), flow, TTL)] if flow.terms else []


def added_share(access: Access) -> Fraction:
    """The share of its items that are new."""
    return (1 - Fraction(access.replaces)) * (1 - Fraction(access.condition_fails))


def admit_global(spec: Table, usage: Usage, home: str) -> Admitted | None:
    """What all Regions together serve of each request stream: a write is served where it is made."""
    if usage.asked is None:
        return None
    every = [(home, usage), *usage.replicas.items()]
    if all(kind.served is kind.flow for _, used in every for kind in used.requests):
        return None
    streams = []
    for i, stream in enumerate(usage.asked.requests):
        is_read = stream.access.op in READS
        made = [
            (used.requests[i], Fraction(1) if is_read else share_of(spec.writes_from, region, home))
            for region, used in every
        ]
        flow, served = _served(made), sum((kind.served.monthly * share for kind, share in made), Fraction(0))
        offered = sum((kind.flow.monthly * share for kind, share in made), Fraction(0))
        streams.append(
            AdmittedStream(flow=stream.flow if served == offered else flow, served=served, dropped=offered - served)
        )
    return Admitted(tuple(streams))


def _served(made: list[tuple[MeteredRequests, Fraction]]) -> DemandFlow:
    return DemandFlow.total(kind.served * share for kind, share in made if share)
