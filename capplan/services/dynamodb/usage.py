"""What DynamoDB would meter for a table: units, storage, capacity hours, partitions and what is refused. It never
prices anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Context, Demand, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.dynamodb import quotas
from capplan.services.dynamodb.capacity.busy_seconds import grain
from capplan.services.dynamodb.capacity.scalable_target import ScalableTarget, SideKey
from capplan.services.dynamodb.capacity.scaling import Policy
from capplan.services.dynamodb.capacity.scheduled_scaling import Scheduled, bounds_over_time, once_minutes
from capplan.services.dynamodb.capacity.simulated_period import Requests, Window, run
from capplan.services.dynamodb.capacity.uncertain import CENTRAL, Constants
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size
from capplan.services.dynamodb.items.storage import billed_bytes, gigabytes
from capplan.services.dynamodb.keys.popularity import Keys
from capplan.services.dynamodb.keys.table_keys import keys_of
from capplan.services.dynamodb.keys.weights import hottest_key_share
from capplan.services.dynamodb.partitions.count import partition_count
from capplan.services.dynamodb.partitions.load import MOST_DRAWN, Heat, heat_of, hottest_share, worst_moment
from capplan.services.dynamodb.requests import TABLE, RequestUnits, items_of, pages, reading_s, request_units
from capplan.services.dynamodb.spec import Index, Table, Throughput, WarmThroughput
from capplan.units import MS_PER_SECOND

_WRITING_NEW = frozenset({"put", "batch-write", "transact-write"})


@dataclass(frozen=True, slots=True)
class WorkUnits:
    """One kind of request: what it is, how often it comes and what each takes."""

    work: RequestStream
    units: RequestUnits


@dataclass(frozen=True, slots=True)
class Arm:
    """A table or a global index: what it meters and how it lies on partitions.

    Attributes:
        index: The index's name; None for the table. Local indexes belong to the table's arm.
        read, write: Units per second.
        read_capacity, write_capacity: Provisioned settings; None on demand.
        rcu_hours, wcu_hours: Provisioned unit-hours a month; None on demand.
        partitions: As planned for its bytes and its peak.
        hottest_share: The busiest partition's part of the units.
        hottest_key_share: The busiest key's part; None without a number of keys.
        keys: What it is partitioned by.
        read_grain, write_grain: Units that come at once.
        size_bytes: What is stored.
        held_write, held_read: The most capacity units held in the month; 0 on demand.
    """

    index: str | None
    read: DemandFlow
    write: DemandFlow
    read_capacity: Throughput | None
    write_capacity: Throughput | None
    rcu_hours: Fraction | None
    wcu_hours: Fraction | None
    partitions: int
    hottest_share: Fraction
    hottest_key_share: Fraction | None
    keys: Keys
    read_grain: Fraction
    write_grain: Fraction
    size_bytes: Fraction
    held_write: int = 0
    held_read: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """Everything metered for one table and its indexes; bytes include AWS's overhead."""

    works: tuple[WorkUnits, ...]
    table: Arm
    indexes: tuple[Arm, ...]
    requests: DemandFlow
    table_bytes: Fraction
    index_bytes: Mapping[str, Fraction]
    window: Window

    @property
    def throttled(self) -> Fraction:
        """Refused over offered requests of the month."""
        return self.window.throttled

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The table and its global indexes."""
        return (self.table, *self.indexes)


def meter(name: str, spec: Table, demand: Demand, ctx: Context) -> Usage:  # noqa: ARG001  every room's signature
    """What AWS would count for this demand."""
    return meter_with(spec, demand, ctx, CENTRAL)


def meter_with(spec: Table, demand: Demand, ctx: Context, constants: Constants) -> Usage:
    """What AWS would count, with other values of what nobody publishes."""
    works = tuple(_work_units(spec, work) for work in demand.requests)
    table_bytes, index_bytes = stored_bytes(spec)
    local_bytes = sum((index_bytes[local] for local in spec.local_indexes()), Fraction(0))
    arms = (
        _arm(spec, None, works, table_bytes + local_bytes, ctx.seed),
        *(_arm(spec, index, works, index_bytes[index], ctx.seed) for index in spec.global_indexes()),
    )
    sides = tuple(side_of(spec, arm, direction, ctx) for arm in arms for direction in ("write", "read"))
    window = run(sides, requests_of(works), constants)
    table, *indexes = (_with_hours(spec, arm, window) for arm in arms)
    return Usage(
        works=works,
        table=table,
        indexes=tuple(indexes),
        requests=demand.flow,
        table_bytes=table_bytes,
        index_bytes=index_bytes,
        window=window,
    )


def _work_units(spec: Table, work: RequestStream) -> WorkUnits:
    """What each request takes; a long scan is drawn out over the time in which it reads its pages."""
    units = request_units(spec, work.access)
    return WorkUnits(replace(work, flow=work.flow.spread(reading_s(work.access, units) * MS_PER_SECOND)), units)


def _with_hours(spec: Table, arm: Arm, window: Window) -> Arm:
    """An arm with the unit-hours that it held in the window, as a month's."""
    if spec.on_demand:
        return arm
    once, own = once_minutes(scheduled(spec, arm.index)), arm.index or TABLE
    return replace(
        arm,
        wcu_hours=window.unit_hours((own, "write"), once),
        rcu_hours=window.unit_hours((own, "read"), once),
        held_write=window.most_held((own, "write")),
        held_read=window.most_held((own, "read")),
    )


def stored_bytes(spec: Table) -> tuple[Fraction, Mapping[str, Fraction]]:
    """Billed bytes of the table and of every index."""
    own = billed_bytes(spec.items, mean(spec.item_size)) if spec.item_size else Fraction(0)
    entries = {
        name: billed_bytes(entry_count(spec, index), mean(entry_size(spec, index)))
        for name, index in spec.indexes.items()
    }
    return own, entries


def _arm(spec: Table, index: str | None, works: tuple[WorkUnits, ...], size_bytes: Fraction, seed: int) -> Arm:
    arm = TABLE if index is None else index
    read = DemandFlow.total(one.work.flow * one.units.read.get(arm, Fraction(0)) for one in works)
    write = DemandFlow.total(one.work.flow * one.units.write.get(arm, Fraction(0)) for one in works)
    wcu, rcu = provisioned(spec, index)
    partitions = partition_count(size_bytes, peak_units(write), peak_units(read), on_demand=spec.on_demand)
    keys = keys_of(spec, index)
    own = None if keys.distinct is None else hottest_key_share(keys.popularity, keys.distinct) / keys.shards
    return Arm(
        index=index,
        read=read,
        write=write,
        read_capacity=rcu,
        write_capacity=wcu,
        rcu_hours=None,
        wcu_hours=None,
        partitions=partitions,
        hottest_share=hottest_share(keys, partitions, seed),
        hottest_key_share=own,
        keys=keys,
        read_grain=grain((one.work.flow.monthly, _at_once(spec, one, arm, "read")) for one in works),
        write_grain=grain((one.work.flow.monthly, _at_once(spec, one, arm, "write")) for one in works),
        size_bytes=size_bytes,
    )


def peak_units(flow: DemandFlow) -> Fraction:
    """The busiest minute's rate per second, 6 significant digits."""
    return sig6(flow.peak().per_second)


def _at_once(spec: Table, one: WorkUnits, arm: str, direction: str) -> Fraction:
    """Units that one request takes of one key at once: a batch's items go to several keys, a scan reads page by page."""
    taken = one.units.read if direction == "read" else one.units.write
    return taken.get(arm, Fraction(0)) / max(Fraction(pages(spec, one.work.access)), items_of(one.work.access))


def provisioned(spec: Table, index: str | None) -> tuple[Throughput | None, Throughput | None]:
    """Write and read settings of an arm: an index without its own takes the table's; None on demand."""
    if spec.on_demand:
        return None, None
    own: Index | None = None if index is None else spec.indexes[index]
    capacity = spec.capacity if own is None or own.capacity is None else own.capacity
    return capacity.write, capacity.read


def scheduled(spec: Table, index: str | None) -> tuple[Scheduled, ...]:
    """The capacity steps at set times of an arm: its own settings', else the table's."""
    own = None if index is None else spec.indexes[index].capacity
    return spec.capacity.scheduled if own is None else own.scheduled


def requests_of(works: Sequence[WorkUnits]) -> list[Requests]:
    """Requests of each kind, with the sides they need."""
    return [Requests(one.work.flow, _needs(one.units)) for one in works]


def _needs(units: RequestUnits) -> tuple[tuple[SideKey, Fraction], ...]:
    reads = [((arm, "read"), amount) for arm, amount in units.read.items() if amount]
    return (*reads, *(((arm, "write"), amount) for arm, amount in units.write.items() if amount))


def side_of(spec: Table, arm: Arm, direction: str, ctx: Context) -> ScalableTarget:
    """What an arm takes in one direction: its partitions' ceiling, its quota, its capacity or its on-demand ceilings."""
    write = direction == "write"
    flow, capacity = (arm.write, arm.write_capacity) if write else (arm.read, arm.read_capacity)
    per_partition = quotas.PARTITION_WRITE_UNITS_PER_S if write else quotas.PARTITION_READ_UNITS_PER_S
    quota = table_quota(direction, ctx)
    prepared = warm_units(spec, arm.index, direction)
    warm = prepared or arm.partitions * per_partition
    new = quotas.NEW_ON_DEMAND_WRITE_UNITS_PER_S if write else quotas.NEW_ON_DEMAND_READ_UNITS_PER_S
    own = None if spec.throughput is None else (spec.throughput.max_write if write else spec.throughput.max_read)
    return ScalableTarget(
        key=(arm.index or TABLE, direction),
        flow=flow,
        partition=per_partition,
        hottest_share=float(arm.hottest_share),
        quota=float(quota),
        policy=None if capacity is None else _policy(spec, arm, direction, capacity, quota, warm),
        maximum=None if own is None or arm.index is not None else float(own),
        at_once=float(max(new, warm)),
        at_first=float(max(new, prepared)),
        heat_of=(arm.keys, arm.partitions, ctx.seed),
        heat=lambda: arm_heat(arm, ctx.seed),
        hottest_key_share=float(arm.hottest_key_share or 0),
        grain=float(arm.write_grain if write else arm.read_grain),
    )


def warm_units(spec: Table, index: str | None, direction: str) -> int:
    """Throughput an arm is pre-warmed to; 0 where nothing is said."""
    told: WarmThroughput | None = spec.warm if index is None else spec.indexes[index].warm
    return 0 if told is None else (told.write if direction == "write" else told.read) or 0


def _policy(
    spec: Table, arm: Arm, direction: str, capacity: Throughput, quota: Decimal, warm: int
) -> Policy:  # fmt: skip
    most = int(quota)
    bounds = bounds_over_time(
        min(capacity.floor, most), min(capacity.max, most), scheduled(spec, arm.index), direction, most=most
    )
    return Policy(None if capacity.static else float(capacity.target), bounds, float(warm))


def arm_heat(arm: Arm, seed: int) -> Heat | None:
    """How the units of an arm fall on its partitions, at the worst moment where keys come and go; None where all are
    even. Of too many to draw only the hottest.
    """
    if arm.keys.distinct is None:
        return None
    if arm.partitions <= MOST_DRAWN:
        return heat_of(arm.keys, arm.partitions, seed, worst_moment(arm.keys, arm.partitions, seed))
    import numpy as np  # noqa: PLC0415  only where something is refused

    return Heat(np.array([float(arm.hottest_share)]), np.array([float(arm.hottest_key_share or 0)]))


def table_quota(direction: str, ctx: Context) -> Decimal:
    """The quota of one table or global index, units per second."""
    default = quotas.TABLE_WRITE_UNITS_PER_S if direction == "write" else quotas.TABLE_READ_UNITS_PER_S
    return ctx.quotas.get(f"dynamodb.table.{direction}", Decimal(default))


def records(spec: Table, access: Access) -> Fraction:
    """Stream records one request makes: one a changed item, and with `ttl` one more for the item that expires for
    each new one. A failed condition and a delete of nothing leave none.
    """
    if spec.stream is None or access.op not in {*_WRITING_NEW, "update", "delete"}:
        return Fraction(0)
    members = (
        Fraction(access.items)
        if access.items is not None and access.op in {"batch-write", "transact-write"}
        else Fraction(1)
    )
    members *= (1 - Fraction(access.condition_fails)) * (1 - Fraction(access.missing))
    expires = spec.ttl is not None and access.op in _WRITING_NEW
    return members * (1 + (1 - Fraction(access.replaces) if expires else 0))


def shards(usage: Usage) -> int:
    """Stream shards: as many as the table has partitions."""
    return usage.table.partitions


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """Usage keys of the plan."""
    stored = usage.table_bytes + sum(usage.index_bytes.values(), Fraction(0))
    return {
        **_throughput(usage),
        "storage_gb_months": to_quantity(gigabytes(stored)),
        "requests": to_quantity(usage.requests.monthly),
        "throttled_share": to_quantity(usage.throttled),
    }


def _throughput(usage: Usage) -> Mapping[str, Decimal]:
    if usage.table.wcu_hours is None:
        return {
            "read_request_units": to_quantity(sum((arm.read.monthly for arm in usage.arms), Fraction(0))),
            "write_request_units": to_quantity(sum((arm.write.monthly for arm in usage.arms), Fraction(0))),
        }
    return {
        "rcu_hours": to_quantity(sum((arm.rcu_hours or Fraction(0) for arm in usage.arms), Fraction(0))),
        "wcu_hours": to_quantity(sum((arm.wcu_hours or Fraction(0) for arm in usage.arms), Fraction(0))),
    }
