"""What a table, its partitions, items and capacity take of DynamoDB's limits, and of the account's pools.

Source: DynamoDB Developer Guide, "Service, account, and table quotas", "Partitions and data distribution" (read
2026-11-23).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.breaks import breaks_at
from capplan.flow import DemandFlow, steady
from capplan.model import Context, LimitCheck, Observable, PoolLoad
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import replace
from capplan.services.dynamodb.capacity import busy_seconds
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size
from capplan.services.dynamodb.items.storage import gigabytes
from capplan.services.dynamodb.quotas import (
    ACCOUNT_CAPACITY,
    ITEM_COLLECTION_MAX,
    ITEM_SIZE_MAX,
    PARTITION_THROUGHPUT,
    STRONG_TABLES_MAX,
)
from capplan.services.dynamodb.requests import largest_bytes
from capplan.services.dynamodb.spec import Table, Throughput
from capplan.services.dynamodb.usage import (
    DIRECTIONS,
    ThroughputTarget,
    Usage,
    on_demand_maximum,
    peak_units,
    table_quota,
    warm_units,
)


def check(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """Every limit of the table and its global indexes at the busiest minute."""
    return (
        *(limit for target in usage.targets for limit in _throughput_limits(name, spec, target, usage, ctx)),
        *(limit for target in usage.targets for limit in _limits_over_time(name, spec, target, usage)),
        *_item_limits(name, spec, usage),
        *(limit for region in usage.replicas for limit in _replica_limits(name, spec, usage, region, ctx)),
    )


def _replica_limits(name: str, spec: Table, usage: Usage, region: str, ctx: Context) -> Iterable[LimitCheck]:
    """The same of a global table's replica, whose items are as large as in the scenario's Region."""
    from capplan.services.dynamodb.replicas.places import local_spec  # noqa: PLC0415  only for global tables

    label, here, used = f"{name}.{region}", local_spec(spec, region, ctx.region), usage.replicas[region]
    there = replace(ctx, region=region)
    yield from (limit for target in used.targets for limit in _throughput_limits(label, here, target, used, there))
    yield from (limit for target in used.targets for limit in _limits_over_time(label, here, target, used))


def _throughput_limits(
    name: str, spec: Table, target: ThroughputTarget, usage: Usage, ctx: Context
) -> Iterable[LimitCheck]:
    for direction in DIRECTIONS:
        causes = usage.period.outcomes[target.key, direction][1].throttled.keys()
        if target.flow[direction].terms:
            yield _partition_limit(name, target, direction, bridged="partition" not in causes)
        if target.flow[direction].terms or target.capacity[direction] is not None:
            yield from _table_limits(name, spec, target, direction, ctx, bridged="provisioned" not in causes)


def _partition_limit(name: str, target: ThroughputTarget, direction: str, *, bridged: bool) -> LimitCheck:
    """The busiest partition in its busiest second. Even partitions grow in number with the load, so only a skewed one
    is a formula of traffic.
    """
    flow = target.flow[direction]
    return LimitCheck(
        resource=target.label(name),
        limit=f"dynamodb.partition.{direction}",
        load=to_quantity(busiest_second(target, direction)),
        quota=Decimal(PARTITION_THROUGHPUT[direction]),
        unit=f"{target.unit(direction)}/s",
        flow=None if target.hottest_key_share is None else flow * target.hottest_share,
        minute=flow.peak().minute,
        at_once=_units_at_once(target, direction),
        bridged=bridged,
    )


def _units_at_once(target: ThroughputTarget, direction: str) -> Fraction:
    """Units that come at once, for the part of the partition's load that is the hottest key's."""
    if target.hottest_key_share is None:
        return Fraction(0)
    key_share = min(target.hottest_key_share, target.hottest_share) / target.hottest_share
    return target.units_per_request[direction] * key_share


def busiest_second(target: ThroughputTarget, direction: str) -> Fraction:
    """Units in the busiest second of the busiest partition of a table or index, 6 significant digits where a key is
    hot.
    """
    peak = peak_units(target.flow[direction])
    if target.hottest_key_share is None:
        return peak * target.hottest_share
    key_share = min(target.hottest_key_share, target.hottest_share)
    return sig6(
        busy_seconds.busiest_second(
            float(peak * target.hottest_share), float(peak * key_share), float(target.units_per_request[direction])
        )
    )


def _table_limits(
    name: str, spec: Table, target: ThroughputTarget, direction: str, ctx: Context, *, bridged: bool
) -> Iterable[LimitCheck]:
    """`bridged`: whether burst capacity serves what is above the provisioned one."""
    resource, flow, capacity = target.label(name), target.flow[direction], target.capacity[direction]
    load, unit, minute = to_quantity(peak_units(flow)), f"{target.unit(direction)}/s", flow.peak().minute
    quota = table_quota(direction, ctx)
    if capacity is not None:
        provisioned = Decimal(max(target.max_capacity[direction], capacity.max if capacity.static else 0))
        ceiling = max(provisioned, Decimal(capacity.max))
        limit = f"dynamodb.provisioned.{direction}"
        yield LimitCheck(resource, limit, load, ceiling, unit, flow, minute=minute, bridged=bridged)
        yield LimitCheck(resource, f"dynamodb.table.{direction}", provisioned, quota, unit, minute=minute)
        return
    yield LimitCheck(resource, f"dynamodb.table.{direction}", load, quota, unit, flow, minute=minute)
    maximum = on_demand_maximum(spec, target.index, direction)
    if maximum is not None:
        limit = f"dynamodb.on_demand_maximum.{direction}"
        yield LimitCheck(resource, limit, load, Decimal(maximum), unit, flow, minute=minute)


def _limits_over_time(name: str, spec: Table, target: ThroughputTarget, usage: Usage) -> Iterable[LimitCheck]:
    """What the simulated period shows and a peak against a maximum does not: capacity that came too late, and growth."""
    resource = target.label(name)
    for direction in DIRECTIONS:
        scalable, outcome = usage.period.outcomes[target.key, direction]
        unit = f"{target.unit(direction)}/s"
        shortfall = outcome.largest_shortfall(scalable)
        if shortfall is not None:
            minute, load, capacity = shortfall
            load_units, capacity_units = to_quantity(sig6(load)), to_quantity(sig6(capacity))
            limit = f"dynamodb.capacity_held.{direction}"
            yield LimitCheck(resource, limit, load_units, capacity_units, unit, minute=minute)
        grows = "growth" in outcome.throttled
        if spec.on_demand and scalable.flow.terms and (grows or warm_units(spec, target.index, direction)):
            load_units, warm = to_quantity(peak_units(scalable.flow)), to_quantity(sig6(scalable.served_at_once))
            limit, minute = f"dynamodb.warm.{direction}", scalable.flow.peak().minute
            bridged = not grows
            yield LimitCheck(resource, limit, load_units, warm, unit, scalable.flow, minute=minute, bridged=bridged)


def _item_limits(name: str, spec: Table, usage: Usage) -> Iterable[LimitCheck]:
    """The largest item with its local entries, and beside a local index the mean item collection."""
    sizes = [kind.access.item_size for kind in usage.requests if kind.access.index is None]
    known = [largest_bytes(size) for size in (spec.item_size, *sizes) if size is not None]
    local = spec.local_indexes().values()
    if known:
        load = max(known) + sum((largest_bytes(entry_size(spec, index)) for index in local), Decimal(0))
        yield LimitCheck(name, ITEM_SIZE_MAX.id, load, Decimal(ITEM_SIZE_MAX.value), "bytes")
    keys = None if spec.partition_key is None else spec.partition_key.distinct
    if local and keys and spec.item_size is not None:
        entries = sum((entry_count(spec, index) * mean(entry_size(spec, index)) for index in local), Fraction(0))
        collection = (Fraction(spec.items) * mean(spec.item_size) + entries) / keys
        quota = Decimal(ITEM_COLLECTION_MAX.value)
        yield LimitCheck(name, ITEM_COLLECTION_MAX.id, to_quantity(collection), quota, "bytes")


def pools(spec: Table, usage: Usage) -> tuple[PoolLoad, ...]:
    """Provisioned units taken of the account's quota in the scenario's Region: the largest capacity of the table and of
    each index; and a global table of strong consistency is one of those that an account may have.
    """
    totals = {direction: sum(target.max_capacity[direction] for target in usage.targets) for direction in DIRECTIONS}
    strong = spec.multi_region_consistency == "strong"
    return (
        *(
            PoolLoad(ACCOUNT_CAPACITY[direction].id, constant(Fraction(units)))
            for direction, units in totals.items()
            if units
        ),
        *([PoolLoad(STRONG_TABLES_MAX.id, constant(Fraction(1)))] if strong else []),
    )


def constant(units: Fraction) -> DemandFlow:
    """Units that are there whatever the traffic."""
    return DemandFlow.of(steady("provisioned capacity", recurring=False), units)


def observe(name: str, spec: Table, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """What a gate may ask of a table."""
    table = usage.table
    out = {
        **losses(usage),
        "refused.minutes": Observable(Decimal(usage.period.throttled_minutes), "minutes"),
        "refused.longest": Observable(Decimal(usage.period.longest_minutes), "minutes"),
    }
    for direction, unit in (("write", "WCU"), ("read", "RCU")):
        units = Decimal(table.max_capacity[direction])
        out[f"held_{unit.lower()}"] = Observable(units, unit, table_quota(direction, ctx))
    for direction, unit in (("write", "WCU"), ("read", "RCU")):
        peak = to_quantity(peak_units(table.flow[direction]))
        out[f"peak_{unit.lower()}"] = Observable(peak, unit, _ceiling(table.capacity[direction], direction, ctx))
    if spec.replicas:
        from capplan.services.dynamodb.replicas.checks import observe_replicas  # noqa: PLC0415  only for global tables

        out |= observe_replicas(spec, usage, ctx.region)
    if spec.copies_itself:
        from capplan.services.dynamodb.backups.answers import observe_backups  # noqa: PLC0415  only where it is copied

        out |= observe_backups(spec, usage)
    return {
        **out,
        "holds_until": _multiple_at_first_limit(check(name, spec, usage, ctx)),
        "heat.hottest": Observable(_fullest_partition(usage.targets), "share"),
        **{f"{index.index}.heat.hottest": Observable(_fullest_partition([index]), "share") for index in usage.indexes},
        "hottest_share": Observable(to_quantity(max(target.hottest_share for target in usage.targets)), "share"),
        "partitions": Observable(Decimal(table.partitions), "partitions"),
        "storage_gb": Observable(to_quantity(gigabytes(usage.stored_bytes)), "GB"),
    }


def losses(usage: Usage) -> Mapping[str, Observable]:
    """What of it is lost, in all its Regions and in each."""
    replicas = {f"{r}.throttled": to_quantity(used.period.throttled) for r, used in usage.replicas.items()}
    every = {"throttled": to_quantity(usage.throttled), **replicas}
    return {name: Observable(share, "share") for name, share in every.items()}


def _multiple_at_first_limit(limits: Iterable[LimitCheck]) -> Observable:
    """The multiple of today's traffic at which the first limit of the table, its indexes or their partitions is met."""
    multiples = [times for limit in limits if (times := breaks_at(limit)) is not None]
    if not multiples:
        return Observable(None, "x", why_unknown="none of its limits depends on traffic")
    return Observable(to_quantity(sig6(min(multiples))), "x")


def _fullest_partition(targets: Sequence[ThroughputTarget]) -> Decimal:
    """The busiest second of the busiest partition, as a share of what a partition serves."""
    ceilings = PARTITION_THROUGHPUT.items()
    return to_quantity(max(busiest_second(target, way) / ceiling for target in targets for way, ceiling in ceilings))


def _ceiling(capacity: Throughput | None, direction: str, ctx: Context) -> Decimal:
    return table_quota(direction, ctx) if capacity is None else Decimal(capacity.max)
