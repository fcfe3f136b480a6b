"""What DynamoDB would refuse: partitions, tables, capacity, item sizes, and what a table takes of the account's
pools. It never prices anything.

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
from capplan.services.dynamodb import quotas
from capplan.services.dynamodb.capacity.busy_seconds import second_peak
from capplan.services.dynamodb.items.index_entries import entry_count, entry_size
from capplan.services.dynamodb.items.storage import gigabytes
from capplan.services.dynamodb.requests import TABLE, largest_bytes
from capplan.services.dynamodb.spec import Table, Throughput
from capplan.services.dynamodb.usage import Arm, Usage, peak_units, table_quota, warm_units

_DIRECTIONS = ("write", "read")
_POOLS = {
    "dynamodb.account.provisioned_write": Decimal(quotas.ACCOUNT_PROVISIONED_WRITE_UNITS),
    "dynamodb.account.provisioned_read": Decimal(quotas.ACCOUNT_PROVISIONED_READ_UNITS),
}


def pool_quota(limit: str, region: str, quotas: Mapping[str, Decimal] | None = None) -> Decimal | None:  # noqa: ARG001  the same default in every Region
    """A pool's default quota; None for a limit of another room."""
    return _POOLS.get(limit)


def check(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:
    """Every limit of the table and its global indexes at the busiest minute."""
    arms = [one for arm in usage.arms for one in _arm_checks(name, spec, arm, ctx)]
    arms += [one for arm in usage.arms for one in _over_time(name, spec, arm, usage)]
    return (*arms, *_item_checks(name, spec, usage))


def _arm_checks(name: str, spec: Table, arm: Arm, ctx: Context) -> Iterable[LimitCheck]:
    resource = name if arm.index is None else f"{name}.{arm.index}"
    for direction in _DIRECTIONS:
        flow = arm.write if direction == "write" else arm.read
        if flow.terms:
            yield _partition_check(resource, arm, direction, flow)
        if flow.terms or arm.write_capacity is not None:
            yield from _throughput_checks(resource, spec, arm, direction, ctx)


def _unit(arm: Arm, direction: str) -> str:
    letter = "W" if direction == "write" else "R"
    return f"{letter}{'RU' if arm.write_capacity is None else 'CU'}/s"


def _partition_check(resource: str, arm: Arm, direction: str, flow: DemandFlow) -> LimitCheck:
    """The busiest partition in its busiest second. Even partitions grow in number with the load, so only a skewed one
    is a formula of traffic.
    """
    quota = quotas.PARTITION_WRITE_UNITS_PER_S if direction == "write" else quotas.PARTITION_READ_UNITS_PER_S
    return LimitCheck(
        resource=resource,
        limit=f"dynamodb.partition.{direction}",
        load=to_quantity(busiest_second(arm, direction)),
        quota=Decimal(quota),
        unit=_unit(arm, direction),
        flow=None if arm.hottest_key_share is None else flow * arm.hottest_share,
        minute=flow.peak().minute,
        at_once=_lump(arm, direction),
    )


def _lump(arm: Arm, direction: str) -> Fraction:
    """Units that come at once, for the part of the partition's load that is the hottest key's."""
    if arm.hottest_key_share is None:
        return Fraction(0)
    units = arm.write_grain if direction == "write" else arm.read_grain
    return units * min(arm.hottest_key_share, arm.hottest_share) / arm.hottest_share


def busiest_second(arm: Arm, direction: str) -> Fraction:
    """Units in the busiest second of the arm's busiest partition, 6 significant digits where a key is hot."""
    flow, units = (arm.write, arm.write_grain) if direction == "write" else (arm.read, arm.read_grain)
    peak = peak_units(flow)
    if arm.hottest_key_share is None:
        return peak * arm.hottest_share
    key = min(arm.hottest_key_share, arm.hottest_share)
    return sig6(second_peak(float(peak * arm.hottest_share), float(peak * key), float(units)))


def _throughput_checks(resource: str, spec: Table, arm: Arm, direction: str, ctx: Context) -> Iterable[LimitCheck]:
    write = direction == "write"
    flow, capacity = (arm.write, arm.write_capacity) if write else (arm.read, arm.read_capacity)
    load, unit, minute = to_quantity(peak_units(flow)), _unit(arm, direction), flow.peak().minute
    quota = table_quota(direction, ctx)
    if capacity is not None:
        held = Decimal(_held(arm, direction))
        yield LimitCheck(
            resource,
            f"dynamodb.provisioned.{direction}",
            load,
            max(held, Decimal(capacity.max)),
            unit,
            flow,
            minute=minute,
        )
        yield LimitCheck(resource, f"dynamodb.table.{direction}", held, quota, unit, minute=minute)
        return
    yield LimitCheck(resource, f"dynamodb.table.{direction}", load, quota, unit, flow, minute=minute)
    own = None if spec.throughput is None else (spec.throughput.max_write if write else spec.throughput.max_read)
    if own is not None and arm.index is None:
        yield LimitCheck(
            resource, f"dynamodb.on_demand_maximum.{direction}", load, Decimal(own), unit, flow, minute=minute
        )


def _over_time(name: str, spec: Table, arm: Arm, usage: Usage) -> Iterable[LimitCheck]:
    """What the window shows and a peak against a maximum does not: capacity that was not there yet, and growth."""
    resource = name if arm.index is None else f"{name}.{arm.index}"
    for direction in _DIRECTIONS:
        side, outcome = usage.window.sides[arm.index or TABLE, direction]
        short = outcome.shortest_of(side)
        if short is not None:
            minute, load, held = short
            yield LimitCheck(
                resource,
                f"dynamodb.capacity_held.{direction}",
                to_quantity(sig6(load)),
                to_quantity(sig6(held)),
                _unit(arm, direction),
                minute=minute,
            )
        if spec.on_demand and warm_units(spec, arm.index, direction) and side.flow.terms:
            yield LimitCheck(
                resource,
                f"dynamodb.warm.{direction}",
                to_quantity(peak_units(side.flow)),
                to_quantity(sig6(side.at_once)),
                _unit(arm, direction),
                side.flow,
                minute=side.flow.peak().minute,
            )


def _item_checks(name: str, spec: Table, usage: Usage) -> Iterable[LimitCheck]:
    """The 400 KB of an item with its local entries, and the 10 GB of an item collection (the mean one) beside a
    local index.
    """
    sizes = [work.work.access.item_size for work in usage.works if work.work.access.index is None]
    known = [largest_bytes(size) for size in (spec.item_size, *sizes) if size is not None]
    local = spec.local_indexes().values()
    if known:
        load = max(known) + sum((largest_bytes(entry_size(spec, index)) for index in local), Decimal(0))
        yield LimitCheck(name, "dynamodb.item_size", load, Decimal(quotas.MAX_ITEM_BYTES), "bytes")
    keys = None if spec.partition_key is None else spec.partition_key.distinct
    if local and keys and spec.item_size is not None:
        entries = sum(
            (entry_count(spec, i) * mean(entry_size(spec, i)) for i in local),
            Fraction(0),
        )
        held = (Fraction(spec.items) * mean(spec.item_size) + entries) / keys
        yield LimitCheck(
            name, "dynamodb.item_collection", to_quantity(held), Decimal(quotas.ITEM_COLLECTION_BYTES), "bytes"
        )


def pools(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:  # noqa: ARG001  every room's signature
    """Provisioned units taken of the account's quota: the most the table and each index hold."""
    out = []
    for direction in _DIRECTIONS:
        held = sum(_held(arm, direction) for arm in usage.arms)
        if held:
            out.append(PoolLoad(f"dynamodb.account.provisioned_{direction}", constant(Fraction(held))))
    return tuple(out)


def _held(arm: Arm, direction: str) -> int:
    return arm.held_write if direction == "write" else arm.held_read


def constant(level: Fraction) -> DemandFlow:
    """A level that is there whatever the traffic."""
    return DemandFlow.of(steady("provisioned capacity", recurring=False), level)


def observe(name: str, spec: Table, usage: Usage, ctx: Context) -> Mapping[str, Observable]:
    """What a gate may ask of a table."""
    stored = usage.table_bytes + sum(usage.index_bytes.values(), Fraction(0))
    table = usage.table
    return {
        "throttled": Observable(to_quantity(usage.throttled), "share"),
        "refused.minutes": Observable(Decimal(usage.window.throttled_minutes), "minutes"),
        "refused.longest": Observable(Decimal(usage.window.longest_minutes), "minutes"),
        "held_wcu": Observable(Decimal(table.held_write), "WCU", table_quota("write", ctx)),
        "held_rcu": Observable(Decimal(table.held_read), "RCU", table_quota("read", ctx)),
        "peak_wcu": Observable(to_quantity(peak_units(table.write)), "WCU", _most(table.write_capacity, "write", ctx)),
        "peak_rcu": Observable(to_quantity(peak_units(table.read)), "RCU", _most(table.read_capacity, "read", ctx)),
        "holds_until": _holds_until(check(name, spec, usage, ctx)),
        "heat.hottest": Observable(_heat(usage.arms), "share"),
        **{f"{arm.index}.heat.hottest": Observable(_heat([arm]), "share") for arm in usage.indexes},
        "hottest_share": Observable(to_quantity(max(arm.hottest_share for arm in usage.arms)), "share"),
        "partitions": Observable(Decimal(table.partitions), "partitions"),
        "storage_gb": Observable(to_quantity(gigabytes(stored)), "GB"),
    }


def _holds_until(checks: Iterable[LimitCheck]) -> Observable:
    """The multiple of today's traffic at which the first limit of the table, its indexes or their partitions is met."""
    found = [times for check in checks if (times := breaks_at(check)) is not None]
    if not found:
        return Observable(None, "x", why_unknown="traffic moves none of its limits")
    return Observable(to_quantity(sig6(min(found))), "x")


def _heat(arms: Sequence[Arm]) -> Decimal:
    """The busiest second of the busiest partition, as a share of what a partition takes."""
    ceilings = {"write": quotas.PARTITION_WRITE_UNITS_PER_S, "read": quotas.PARTITION_READ_UNITS_PER_S}
    return to_quantity(max(busiest_second(arm, way) / most for arm in arms for way, most in ceilings.items()))


def _most(capacity: Throughput | None, direction: str, ctx: Context) -> Decimal:
    return table_quota(direction, ctx) if capacity is None else Decimal(capacity.max)
