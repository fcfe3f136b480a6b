"""What DynamoDB would meter for a table: units, storage, capacity hours, partitions and throttled requests."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Admitted, AdmittedStream, Context, Demand, Line, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record, replace
from capplan.services.dynamodb.capacity.busy_seconds import mean_units_at_once
from capplan.services.dynamodb.capacity.on_demand_growth import recurring_peak
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget, TargetKey
from capplan.services.dynamodb.capacity.scaling import Policy
from capplan.services.dynamodb.capacity.scheduled_scaling import Scheduled, bounds_over_time, once_minutes
from capplan.services.dynamodb.capacity.served import served_flow
from capplan.services.dynamodb.capacity.simulated_period import RequestLoad, SimulatedPeriod, simulate_period
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size
from capplan.services.dynamodb.items.storage import billed_bytes, gigabytes
from capplan.services.dynamodb.keys.popularity import Keys
from capplan.services.dynamodb.keys.table_keys import keys_of
from capplan.services.dynamodb.keys.weights import hottest_key_share
from capplan.services.dynamodb.partitions.count import partition_count, partitions_for_bytes
from capplan.services.dynamodb.partitions.load import (
    MAX_DRAWN,
    PartitionLoads,
    hottest_share,
    partition_loads,
    worst_moment,
)
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_THROUGHPUT, PARTITION_THROUGHPUT, TABLE_THROUGHPUT
from capplan.services.dynamodb.requests import TABLE, RequestUnits, items_of, pages, reading_s, request_units
from capplan.services.dynamodb.spec import Table, Throughput
from capplan.units import MS_PER_SECOND

DIRECTIONS = ("write", "read")
ADDS_ITEMS = frozenset({"put", "batch-write", "transact-write"})
"""Requests that add items to a table."""


class MeteredRequests(Record, frozen=True):
    """Requests of one kind, with the units that each takes, and what is served of them."""

    stream: RequestStream
    units: RequestUnits
    served: DemandFlow

    @property
    def access(self) -> Access:
        """The request."""
        return self.stream.access

    @property
    def flow(self) -> DemandFlow:
        """How often it comes: what is offered."""
        return self.stream.flow

    @property
    def line(self) -> Line | None:
        """Where the scenario says so."""
        return self.stream.line


class ThroughputTarget(Record, frozen=True):
    """A table or a global index: what it meters and how that falls on its partitions; mappings are by direction.

    Attributes:
        index: The index's name; None for the table, which serves its local indexes too.
        flow: Units per second that are offered.
        served: Units per second that are served, and on demand billed.
        capacity: Provisioned settings; None on demand.
        partitions: As planned for its bytes and its peak.
        hottest_share: The busiest partition's share of the units.
        hottest_key_share: The busiest key's share; None without a number of keys.
        keys: What it is partitioned by.
        units_per_request: Units that come at once.
        size_bytes: What is stored.
        unit_hours: Provisioned unit-hours a month; empty on demand.
        max_capacity: The largest provisioned capacity of the month; 0 on demand.
    """

    index: str | None
    flow: Mapping[str, DemandFlow]
    served: Mapping[str, DemandFlow]
    capacity: Mapping[str, Throughput | None]
    partitions: int
    hottest_share: Fraction
    hottest_key_share: Fraction | None
    keys: Keys
    units_per_request: Mapping[str, Fraction]
    size_bytes: Fraction
    unit_hours: Mapping[str, Fraction] = msgspec.field(default_factory=dict)
    max_capacity: Mapping[str, int] = msgspec.field(default_factory=lambda: dict.fromkeys(DIRECTIONS, 0))

    @property
    def key(self) -> str:
        """The index's name; empty for the table."""
        return self.index or TABLE

    def label(self, table: str) -> str:
        """Its name in answers: "orders" or "orders.by-status"."""
        return table if self.index is None else f"{table}.{self.index}"

    def unit(self, direction: str) -> str:
        """Of its throughput: WRU, RRU, WCU or RCU."""
        return f"{direction[0].upper()}{'RU' if self.capacity[direction] is None else 'CU'}"


class Usage(Record, frozen=True):
    """Everything metered for one table and its indexes in one Region; bytes include AWS's overhead.

    Attributes:
        replicas: The same of the replicas of a global table, by Region.
        asked: All that is asked of the table, where only a part reaches it in this Region; None where everything does.
        cached: Requests a month of it that a cache answers.
    """

    requests: tuple[MeteredRequests, ...]
    table: ThroughputTarget
    indexes: tuple[ThroughputTarget, ...]
    request_flow: DemandFlow
    table_bytes: Fraction
    index_bytes: Mapping[str, Fraction]
    period: SimulatedPeriod
    replicas: Mapping[str, "Usage"] = {}
    asked: Demand | None = None
    cached: Fraction = Fraction(0)

    @property
    def throttled(self) -> Fraction:
        """Throttled over offered requests of the month; of a global table in all its Regions, of one behind a cache with
        what that answers.
        """
        if self.asked is None:
            return self.period.throttled
        every = [(used.period.throttled, used.request_flow.monthly) for used in (self, *self.replicas.values())]
        offered = sum((requests for _, requests in every), self.cached)
        return sum((share * requests for share, requests in every), Fraction(0)) / offered if offered else Fraction(0)

    @property
    def demand(self) -> Demand:
        """What is asked of the table, with what each request takes where it is one table in one Region."""
        return self.asked or Demand(tuple(kind.stream for kind in self.requests))

    @property
    def targets(self) -> tuple[ThroughputTarget, ...]:
        """The table and its global indexes."""
        return (self.table, *self.indexes)

    @property
    def busiest_targets(self) -> tuple[ThroughputTarget, ...]:
        """The table and its global indexes with the demand of the Region that asks most of each: capacity settings are
        those of all replicas.
        """
        if not self.replicas:
            return self.targets
        every = zip(self.targets, *(used.targets for used in self.replicas.values()), strict=True)
        return tuple(
            replace(
                of_all[0],
                flow={
                    way: max(
                        (target.flow[way] for target in of_all), key=lambda flow: peak_units(flow) if flow.terms else 0
                    )
                    for way in DIRECTIONS
                },
            )
            for of_all in every
        )

    @property
    def stored_bytes(self) -> Fraction:
        """The table with all indexes."""
        return self.table_bytes + sum(self.index_bytes.values(), Fraction(0))


_RECENT_MAX = 16_384
_RECENT: dict[tuple[int, int, int], tuple[Table, Demand, Context, Usage]] = {}
"""By the identity of the arguments, which are kept so that it stays theirs."""


def meter(spec: Table, demand: Demand, ctx: Context) -> Usage:
    """What AWS would count for this demand. The same usage for the same arguments, where nothing is throttled: a plan asks
    what gets through, then for the usage.
    """
    key = (id(spec), id(demand), id(ctx))
    known = _RECENT.get(key)
    if known is not None:
        return known[-1]
    usage = meter_with(spec, demand, ctx, CENTRAL)
    if not usage.period.lost_shares:  # else its series are large
        if len(_RECENT) == _RECENT_MAX:
            _RECENT.clear()
        _RECENT[key] = (spec, demand, ctx, usage)
    return usage


meter.cache_clear = _RECENT.clear  # type: ignore[attr-defined]  # as functools' caches have it


def meter_with(spec: Table, demand: Demand, ctx: Context, constants: Constants) -> Usage:
    """What AWS would count, with other values of what AWS does not publish."""
    if spec.replicas or spec.cached is not None:
        from capplan.services.dynamodb.parts import meter_parts  # noqa: PLC0415  only for global and cached tables

        return meter_parts(spec, demand, ctx, constants)
    return meter_local(spec, demand, ctx, constants)


def meter_local(spec: Table, demand: Demand, ctx: Context, constants: Constants) -> Usage:
    """What AWS would count in one Region for what reaches the table there."""
    requests = tuple(_metered(spec, stream) for stream in demand.requests)
    table_bytes, index_bytes = stored_bytes(spec)
    local_bytes = sum((index_bytes[local] for local in spec.local_indexes()), Fraction(0))
    targets = (
        _target(spec, None, requests, table_bytes + local_bytes, ctx.seed),
        *(_target(spec, index, requests, index_bytes[index], ctx.seed) for index in spec.global_indexes()),
    )
    scalable = [scalable_target(spec, target, direction, ctx) for target in targets for direction in DIRECTIONS]
    period = simulate_period(scalable, request_loads(requests), constants)
    requests = _served(requests, period)
    table, *indexes = (_with_served(_with_capacity(spec, target, period), requests, period) for target in targets)
    return Usage(requests, table, tuple(indexes), demand.offered, table_bytes, index_bytes, period)


def admit(spec: Table, demand: Demand, ctx: Context) -> Admitted | None:
    """What the table serves of each request stream; None where it serves everything."""
    usage = meter(spec, demand, ctx)
    if usage.asked is not None:
        from capplan.services.dynamodb.parts import admit_parts  # noqa: PLC0415  the same

        return admit_parts(spec, usage, ctx.region)
    if all(kind.served is kind.flow for kind in usage.requests):
        return None
    return Admitted(
        tuple(
            AdmittedStream(
                flow=stream.flow if kind.served is kind.flow else kind.served,
                served=kind.served.monthly,
                dropped=kind.flow.monthly - kind.served.monthly,
            )
            for stream, kind in zip(demand.requests, usage.requests, strict=True)
        )
    )


def _metered(spec: Table, stream: RequestStream) -> MeteredRequests:
    """What each request takes; a long scan is drawn out over the time in which it reads its pages."""
    units = request_units(spec, stream.access)
    offered = stream.flow if stream.offered is None else stream.offered
    flow = offered.spread(reading_s(stream.access, units) * MS_PER_SECOND)
    return MeteredRequests(replace(stream, flow=flow, offered=None), units, flow)


def _served(requests: tuple[MeteredRequests, ...], period: SimulatedPeriod) -> tuple[MeteredRequests, ...]:
    if not period.lost_shares:
        return requests
    pairs = zip(requests, period.lost_shares, strict=True)
    return tuple(replace(kind, served=served_flow(kind.flow, throttled)) for kind, throttled in pairs)


def _with_served(
    target: ThroughputTarget, requests: Sequence[MeteredRequests], period: SimulatedPeriod
) -> ThroughputTarget:
    """A table or index with the units of the requests that were served."""
    if not period.lost_shares:
        return target
    return replace(target, served={way: _units(requests, target.key, way, served=True) for way in DIRECTIONS})


def _units(requests: Iterable[MeteredRequests], key: str, direction: str, *, served: bool = False) -> DemandFlow:
    """Units per second of a table or index, offered or served."""
    return DemandFlow.total(
        (kind.served if served else kind.flow) * kind.units.of(direction).get(key, 0) for kind in requests
    )


def _with_capacity(spec: Table, target: ThroughputTarget, period: SimulatedPeriod) -> ThroughputTarget:
    """A table or index with the provisioned capacity of the simulated period, its hours as a month's."""
    if spec.on_demand:
        return target
    once = once_minutes(scheduled(spec, target.index))
    return replace(
        target,
        unit_hours={direction: period.unit_hours((target.key, direction), once) for direction in DIRECTIONS},
        max_capacity={direction: period.max_capacity((target.key, direction)) for direction in DIRECTIONS},
    )


def stored_bytes(spec: Table) -> tuple[Fraction, Mapping[str, Fraction]]:
    """Billed bytes of the table and of every index."""
    replicated = bool(spec.replicas)
    table = billed_bytes(spec.items, mean(spec.item_size), replicated=replicated) if spec.item_size else Fraction(0)
    entries = {
        name: billed_bytes(entry_count(spec, index), mean(entry_size(spec, index)))
        for name, index in spec.indexes.items()
    }
    return table, entries


def _target(
    spec: Table, index: str | None, requests: Sequence[MeteredRequests], size_bytes: Fraction, seed: int
) -> ThroughputTarget:
    key = TABLE if index is None else index
    flow = {direction: _units(requests, key, direction) for direction in DIRECTIONS}
    write_peak, read_peak = (peak_units(flow[direction]) for direction in DIRECTIONS)
    planned = partition_count(size_bytes, write_peak, read_peak, on_demand=spec.on_demand)
    partitions = max(planned, (spec if index is None else spec.indexes[index]).partitions or 0)
    keys = keys_of(spec, index)
    return ThroughputTarget(
        index=index,
        flow=flow,
        served=flow,
        capacity=provisioned(spec, index),
        partitions=partitions,
        hottest_share=hottest_share(keys, partitions, seed),
        hottest_key_share=(
            None if keys.distinct is None else hottest_key_share(keys.popularity, keys.distinct) / keys.shards
        ),
        keys=keys,
        units_per_request={
            direction: mean_units_at_once(
                (kind.flow.monthly, _units_of_one_key(spec, kind, key, direction)) for kind in requests
            )
            for direction in DIRECTIONS
        },
        size_bytes=size_bytes,
    )


def peak_units(flow: DemandFlow) -> Fraction:
    """The busiest minute's rate per second, 6 significant digits."""
    return sig6(flow.peak().per_second)


def _units_of_one_key(spec: Table, kind: MeteredRequests, key: str, direction: str) -> Fraction:
    """Units that one request takes of one key at once: a batch's items go to several keys, a scan reads page by page."""
    units = kind.units.of(direction).get(key)
    if not units:
        return Fraction(0)
    return units / max(Fraction(pages(spec, kind.access)), items_of(kind.access))


def provisioned(spec: Table, index: str | None) -> Mapping[str, Throughput | None]:
    """Capacity settings by direction: an index without its own takes the table's; None on demand."""
    if spec.on_demand:
        return dict.fromkeys(DIRECTIONS)
    index_capacity = None if index is None else spec.indexes[index].capacity
    capacity = spec.capacity if index_capacity is None else index_capacity
    return {"write": capacity.write, "read": capacity.read}


def scheduled(spec: Table, index: str | None) -> tuple[Scheduled, ...]:
    """Scheduled actions of a table or index: an index without capacity of its own takes the table's."""
    index_capacity = None if index is None else spec.indexes[index].capacity
    return spec.capacity.scheduled if index_capacity is None else index_capacity.scheduled


def request_loads(requests: Sequence[MeteredRequests]) -> list[RequestLoad]:
    """Requests of each kind, with the scalable targets they need."""
    return [RequestLoad(kind.flow, _needs(kind.units)) for kind in requests]


def _needs(units: RequestUnits) -> tuple[tuple[TargetKey, Fraction], ...]:
    reads = [((key, "read"), amount) for key, amount in units.read.items() if amount]
    return (*reads, *(((key, "write"), amount) for key, amount in units.write.items() if amount))


def scalable_target(spec: Table, target: ThroughputTarget, direction: str, ctx: Context) -> ScalableTarget:
    """A table or index in one direction: its partitions' ceiling, its quota, its capacity or its on-demand ceilings."""
    capacity, quota = target.capacity[direction], table_quota(direction, ctx)
    new, ceiling = NEW_ON_DEMAND_THROUGHPUT[direction], PARTITION_THROUGHPUT[direction]
    pre_warmed = warm_units(spec, target.index, direction)
    warm = pre_warmed or target.partitions * ceiling
    flow = target.flow[direction]
    maximum = on_demand_maximum(spec, target.index, direction)
    return ScalableTarget(
        key=(target.key, direction),
        flow=flow,
        partition_ceiling=ceiling,
        hottest_share=float(target.hottest_share),
        quota=float(quota),
        policy=None if capacity is None else _policy(spec, target, direction, capacity, int(quota), warm),
        on_demand_maximum=None if maximum is None else float(maximum),
        served_at_once=served_at_once(spec, target, direction),
        served_at_first=float(max(new, pre_warmed)),
        loads_key=(target.keys, target.partitions, ctx.seed),
        loads=lambda: loads_of(target, ctx.seed),
        hottest_key_share=float(target.hottest_key_share or 0),
        units_per_request=float(target.units_per_request[direction]),
    )


def on_demand_maximum(spec: Table, index: str | None, direction: str) -> int | None:
    """The user's own on-demand maximum of a table, units per second; an index has none."""
    if spec.throughput is None or index is not None:
        return None
    return spec.throughput.max_write if direction == "write" else spec.throughput.max_read


def served_at_once(spec: Table, target: ThroughputTarget, direction: str) -> float:
    """Units per second that an on-demand table or index serves before it grows: as pre-warmed, else twice the peak it has
    served before, no less than a new one or than its bytes' partitions serve.
    """
    new, ceiling = NEW_ON_DEMAND_THROUGHPUT[direction], PARTITION_THROUGHPUT[direction]
    pre_warmed = warm_units(spec, target.index, direction)
    if pre_warmed:
        return float(max(new, pre_warmed))
    if has_seen_its_peak(spec, target.index):
        return float(max(new, target.partitions * ceiling))
    least = float(max(new, partitions_for_bytes(target.size_bytes) * ceiling))
    peak = peak_units(target.flow[direction]) if target.flow[direction].terms else 0
    return least if peak <= least else max(least, 2 * recurring_peak(target.flow[direction]))


def has_seen_its_peak(spec: Table, index: str | None) -> bool:
    """Whether `warm: seen` is written for a table or index; an index without `warm` has been there as long as its table."""
    own = None if index is None else spec.indexes[index].warm
    warm = spec.warm if own is None else own
    return warm is not None and warm.seen


def warm_units(spec: Table, index: str | None, direction: str) -> int:
    """Throughput a table or index is pre-warmed to, units per second; 0 where nothing is written."""
    warm = spec.warm if index is None else spec.indexes[index].warm
    return 0 if warm is None else (warm.write if direction == "write" else warm.read) or 0


def _policy(
    spec: Table, target: ThroughputTarget, direction: str, capacity: Throughput, quota: int, warm: int
) -> Policy:  # fmt: skip
    low, high = min(capacity.floor, quota), min(capacity.max, quota)
    bounds = bounds_over_time(low, high, scheduled(spec, target.index), direction, quota=quota)
    return Policy(None if capacity.static else float(capacity.target), bounds, float(warm))


def loads_of(target: ThroughputTarget, seed: int) -> PartitionLoads | None:
    """How the units of a table or index fall on its partitions, at the worst moment where keys come and go; None where
    all are even. Of too many to draw only the hottest.
    """
    if target.keys.distinct is None:
        return None
    if target.partitions <= MAX_DRAWN:
        minute = worst_moment(target.keys, target.partitions, seed)
        return partition_loads(target.keys, target.partitions, seed, minute)
    import numpy as np  # noqa: PLC0415  only where something is throttled

    return PartitionLoads(
        np.array([float(target.hottest_share)]), np.array([float(target.hottest_key_share or 0)])
    )  # fmt: skip


def table_quota(direction: str, ctx: Context) -> Decimal:
    """The quota of one table or global index, units per second."""
    quota = TABLE_THROUGHPUT[direction]
    return ctx.quotas.get(quota.id, quota.in_region(ctx.region))


def records(spec: Table, access: Access) -> Fraction:
    """Stream records one request makes: one a changed item, and with `ttl` one more for the item that expires for
    each new one. A failed condition and a delete of nothing leave none.
    """
    return Fraction(0) if spec.stream is None else sum(changes_by_kind(spec, access).values(), Fraction(0))


def records_of_kinds(spec: Table, access: Access, kinds: Collection[str]) -> Fraction:
    """The same of some kinds of change: insert, modify, remove."""
    if spec.stream is None:
        return Fraction(0)
    return sum((count for kind, count in changes_by_kind(spec, access).items() if kind in kinds), Fraction(0))


def changes_by_kind(spec: Table, access: Access) -> Mapping[str, Fraction]:
    """Items that one request changes, by the kind: a put that replaces an item modifies it, as an update does."""
    if access.op not in {*ADDS_ITEMS, "update", "delete"}:
        return {}
    changed = items_of(access) * (1 - Fraction(access.condition_fails)) * (1 - Fraction(access.missing))
    if access.op not in ADDS_ITEMS:
        return {"modify" if access.op == "update" else "remove": changed}
    new = changed * (1 - Fraction(access.replaces))
    expires = Fraction(spec.expires) if spec.ttl is not None else Fraction(0)
    return {"insert": new, "modify": changed - new, "remove": new * expires}


def shards(usage: Usage) -> int:
    """Stream shards: as many as the table has partitions."""
    return usage.table.partitions


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """Usage keys of the plan."""
    return {
        **_throughput(usage),
        "storage_gb_months": to_quantity(gigabytes(usage.stored_bytes) * (1 + len(usage.replicas))),
        "requests": to_quantity(served_requests(usage)),
        "throttled_share": to_quantity(usage.throttled),
    }


def served_requests(usage: Usage) -> Fraction:
    """Requests a month that callers made and were served."""
    if usage.asked is None:
        return sum((kind.served.monthly for kind in usage.requests), Fraction(0))
    return usage.asked.offered.monthly * (1 - usage.throttled)


def _throughput(usage: Usage) -> Mapping[str, Decimal]:
    """Unit-hours of provisioned capacity, or request units."""
    out = {}
    for direction in reversed(DIRECTIONS):
        targets = (*usage.targets, *(target for other in usage.replicas.values() for target in other.targets))
        if usage.table.unit_hours:
            total = sum((target.unit_hours[direction] for target in targets), Fraction(0))
            out[f"{direction[0]}cu_hours"] = to_quantity(total)
        else:
            total = sum((target.served[direction].monthly for target in targets), Fraction(0))
            out[f"{direction}_request_units"] = to_quantity(total)
    return out
