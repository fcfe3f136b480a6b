"""Meters a table of which only a part of the requests reaches a Region: a global table's, or what a cache lets through.

Every Region of a global table takes all writes, and the reads that are placed there. Time to live deletes an item without
write units in the Region where it fires, here the scenario's own; every other Region takes a replicated write for it. A DAX
cluster answers gets, batch gets, queries and scans that are eventually consistent; all others pass, and after a transaction
it reads each written item in a transaction of its own.

Source: DynamoDB Developer Guide, "Understanding DynamoDB billing for global tables", "How DynamoDB global tables work", "DAX and
DynamoDB consistency models" (read 2026-11-30).
"""

from collections.abc import Sequence
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Admitted, AdmittedStream, Context, Demand, RequestStream
from capplan.record import replace
from capplan.services.dynamodb.capacity.uncertain import Constants
from capplan.services.dynamodb.replicas.places import local_spec, regions_of, share_of
from capplan.services.dynamodb.requests import READS, is_transactional, items_of
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import ADDS_ITEMS, Usage, meter_local
from capplan.units import MONTH_SECONDS

TTL = "time to live"
"""The cause of replicated deletes of expired items."""
_ITEM_CACHE = frozenset({"get", "batch-get"})
_ONE = Fraction(1)


def meter_parts(spec: Table, demand: Demand, ctx: Context, constants: Constants) -> Usage:
    """The scenario's Region, with the replicas of the others by Region."""
    home, *others = regions_of(spec, ctx.region)
    misses = miss_shares(spec, demand, home)
    used = {
        region: meter_local(
            local_spec(spec, region, home),
            _local_demand(spec, demand, region, home, misses),
            ctx if region == home else replace(ctx, region=region),
            constants,
        )
        for region in (home, *others)
    }
    here = share_of(spec.reads_from, home, home)
    offered = (stream.flow if stream.offered is None else stream.offered for stream in demand.requests)
    cached = sum(
        (flow.monthly * here * (1 - miss) for flow, miss in zip(offered, misses, strict=True)), Fraction(0)
    )  # fmt: skip
    return replace(used[home], replicas={region: used[region] for region in others}, asked=demand, cached=cached)


def miss_shares(spec: Table, demand: Demand, home: str) -> tuple[Fraction, ...]:
    """The share of each request stream that the cache in the scenario's Region lets through; all of it without a cache."""
    if spec.cached is None:
        return (_ONE,) * len(demand.requests)
    from capplan.services.dynamodb.caches.hit_rate import hit_rate  # noqa: PLC0415  only behind a cache

    here = share_of(spec.reads_from, home, home)
    gets = sum(
        (s.flow.monthly * items_of(s.access) for s in demand.requests if s.access.op in _ITEM_CACHE), Fraction(0)
    )
    items = hit_rate(spec, spec.cached, float(gets * here / MONTH_SECONDS))
    written = spec.cached.cache.query_hit_rate
    results = items if written is None else Fraction(written)
    return tuple(
        1 - (items if stream.access.op in _ITEM_CACHE else results) if is_cacheable(stream.access) else _ONE
        for stream in demand.requests
    )


def is_cacheable(access: Access) -> bool:
    """Whether a DAX cluster may answer a request itself."""
    return access.op in READS and not is_transactional(access) and access.consistency == "eventual"


def _local_demand(spec: Table, demand: Demand, region: str, home: str, misses: Sequence[Fraction]) -> Demand:
    """What reaches the table in a Region: reads that are placed there and not cached, every write, and what follows."""
    share = share_of(spec.reads_from, region, home)
    streams = [
        _part(stream, share * (miss if region == home else 1)) if stream.access.op in READS else stream
        for stream, miss in zip(demand.requests, misses, strict=True)
    ]
    if region == home:
        streams += _cached_transactions(spec, demand)
    elif spec.ttl is not None:
        streams += _expiries(spec, demand)
    return Demand(tuple(streams))


def _part(stream: RequestStream, share: Fraction) -> RequestStream:
    if share == 1:
        return stream
    offered = None if stream.offered is None else stream.offered * share
    return replace(stream, flow=stream.flow * share, offered=offered)


def _expiries(spec: Table, demand: Demand) -> list[RequestStream]:
    """Replicated deletes: as many items expire as are added, at the rate at which they come."""
    flow = DemandFlow.total(
        stream.flow * (items_of(stream.access) * added_share(stream.access) * Fraction(spec.expires))
        for stream in demand.requests
        if stream.access.op in ADDS_ITEMS
    )
    return [RequestStream(Access.model_validate({"op": "delete"}), flow, TTL)] if flow.terms else []


def added_share(access: Access) -> Fraction:
    """The share of its items that are new."""
    return (1 - Fraction(access.replaces)) * (1 - Fraction(access.condition_fails))


def _cached_transactions(spec: Table, demand: Demand) -> list[RequestStream]:
    """Reads by which a cluster learns what a transaction wrote through it."""
    if spec.cached is None or spec.cached.cache.writes == "around":
        return []
    return [
        RequestStream(
            Access.model_validate({"op": "get", "transactional": True}).model_copy(
                update={"item_size": stream.access.item_size}
            ),
            stream.flow * items_of(stream.access),
            f"caches.{spec.cached.name}",
        )
        for stream in demand.requests
        if stream.access.op not in READS
        and stream.access.op not in ("check", "delete")
        and is_transactional(stream.access)
    ]


# --- what gets through ------------------------------------------------------------------------------------------------


def admit_parts(spec: Table, usage: Usage, home: str) -> Admitted | None:
    """What all Regions and the cache together serve of each request stream: a write is served where it is made."""
    every = [(home, usage), *usage.replicas.items()]
    if usage.asked is None or all(kind.served is kind.flow for _, used in every for kind in used.requests):
        return None
    streams = []
    for i, stream in enumerate(usage.asked.requests):
        is_read = stream.access.op in READS
        made = [
            (used.requests[i], _ONE if is_read else share_of(spec.writes_from, region, home)) for region, used in every
        ]
        served = sum((kind.served.monthly * share for kind, share in made), Fraction(0))
        reaching = sum((kind.flow.monthly * share for kind, share in made), Fraction(0))
        cached = stream.flow.monthly - reaching if is_read else Fraction(0)
        flow = stream.flow
        if served != reaching:
            hits = cached / stream.flow.monthly if cached else Fraction(0)
            flow = DemandFlow.total([*(kind.served * share for kind, share in made if share), stream.flow * hits])
        streams.append(AdmittedStream(flow=flow, served=served + cached, dropped=reaching - served))
    return Admitted(tuple(streams))
