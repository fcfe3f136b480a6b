"""What goes through a DAX cluster: hits, misses and writes, each in normalized requests, and the reads it takes off its tables.

Source: DynamoDB Developer Guide, "Sizing your DAX cluster", "DAX and DynamoDB consistency models" (read 2026-11-30).
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Context, Demand
from capplan.quantities.distribution import mean
from capplan.record import Record
from capplan.services.dynamodb.caches.nodes import HIT_COST, MISS_COST, WRITE_COST, size_kb
from capplan.services.dynamodb.caches.spec import Cache
from capplan.services.dynamodb.items.index_entries import entry_size
from capplan.services.dynamodb.parts import is_cacheable, miss_shares
from capplan.services.dynamodb.replicas.places import share_of
from capplan.services.dynamodb.requests import READS, entries_touched, items_of, request_units
from capplan.services.dynamodb.spec import Table

ENTRIES = frozenset({"query", "scan"})


class CacheUsage(Record, frozen=True):
    """What a DAX cluster serves; flows are per second.

    Attributes:
        normalized: Its work in normalized requests: a write takes its own on every node.
        hits: Reads that it answers.
        misses: Reads that it may answer and does not hold.
        passed: Reads that it passes through: strong and transactional ones.
        writes: Writes that go through it.
        saved_units: Read units a month that its tables would take for the hits.
        cacheable_units: The same for every read that it may answer.
    """

    normalized: DemandFlow
    hits: DemandFlow
    misses: DemandFlow
    passed: DemandFlow
    writes: DemandFlow
    saved_units: Fraction
    cacheable_units: Fraction

    @property
    def hit_rate(self) -> Fraction | None:
        """Hits, of the reads that it may answer; None where there are none."""
        cacheable = self.hits.monthly + self.misses.monthly
        return self.hits.monthly / cacheable if cacheable else None


def meter_cache(spec: Cache, demand: Demand, ctx: Context) -> CacheUsage:
    """What goes through the cluster in the scenario's Region."""
    parts = [part for name, table in spec.behind.items() for part in _of_table(spec, name, table, demand, ctx)]

    def total(kind: str, *, weight: int = 0) -> DemandFlow:
        return DemandFlow.total(flow * (weight * kb if weight else 1) for what, flow, kb, _ in parts if what == kind)

    hits, misses, passed, writes = (total(kind) for kind in ("hit", "miss", "passed", "write"))
    normalized = [
        total("hit", weight=HIT_COST),
        total("miss", weight=MISS_COST),
        total("passed", weight=MISS_COST),
        total("write", weight=WRITE_COST * spec.nodes),
    ]
    saved = sum((units * flow.monthly for what, flow, _, units in parts if what == "hit"), Fraction(0))
    missed = sum((units * flow.monthly for what, flow, _, units in parts if what == "miss"), Fraction(0))
    return CacheUsage(DemandFlow.total(normalized), hits, misses, passed, writes, saved, saved + missed)


Part = tuple[str, DemandFlow, int, Fraction]
"""Hits, misses, passed reads or writes: what they are, how many a second, their KB, and read units of one at its table."""


def _of_table(spec: Cache, name: str, table: Table, demand: Demand, ctx: Context) -> Iterable[Part]:
    own = Demand(tuple(stream for stream in demand.requests if stream.access.target == name))
    for stream, miss in zip(own.requests, miss_shares(table, own, ctx.region), strict=True):
        access, kb = stream.access, _kb(table, stream.access)
        if access.op not in READS:
            if spec.writes == "through" and access.op != "check":
                yield "write", stream.flow * items_of(access), kb, Fraction(0)
            continue
        here = stream.flow * share_of(table.reads_from, ctx.region, ctx.region) * items_of(access)
        units = sum(request_units(table, access).read.values(), Fraction(0)) / items_of(access)
        if is_cacheable(access):
            yield "hit", here * (1 - miss), kb, units
            yield "miss", here * miss, kb, units
        else:
            yield "passed", here, kb, units


def _kb(table: Table, access: Access) -> int:
    """The KB of an item, or of a whole result."""
    size = access.item_size or table.item_size
    one = Fraction(0) if size is None else mean(size)
    if access.op in ENTRIES:
        if access.index is not None:
            one = mean(entry_size(table, table.indexes[access.index]))
        one *= Fraction(entries_touched(table, access))
    return size_kb(one)
