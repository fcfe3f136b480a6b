"""What the key design will do, in sentences: partitions and why so many, the hottest, what helps and what cannot."""

import math
from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Context
from capplan.services.dynamodb.keys.hot_keys import (
    COMFORT,
    HotKeyLoad,
    hottest_key,
    multiple_at_ceiling,
    shards_needed,
    why_unsplittable,
)
from capplan.services.dynamodb.limits import busiest_second
from capplan.services.dynamodb.partitions.count import partition_reasons
from capplan.services.dynamodb.partitions.load import PartitionLoads
from capplan.services.dynamodb.partitions.splits import PartitionHistory, split_counts
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import ThroughputTarget, loads_of, peak_units
from capplan.services.dynamodb.words import percent

_FULL = Fraction(1, 2)
_FAR = 1000


def notes(
    spec: Table, target: ThroughputTarget, direction: str, history: PartitionHistory | None, ctx: Context
) -> Iterable[str]:
    """Everything worth saying of a table or index in one direction."""
    write_peak, read_peak = peak_units(target.flow["write"]), peak_units(target.flow["read"])
    reasons = partition_reasons(target.size_bytes, write_peak, read_peak, on_demand=spec.on_demand)
    written = (spec if target.index is None else spec.indexes[target.index]).partitions
    if written is not None:
        reasons = (*reasons, ("as written", written))
    needs = "; ".join(f"{why} {count:,}" for why, count in reasons)
    yield f"{target.partitions:,} partition{'' if target.partitions == 1 else 's'} ({needs})."
    yield _hottest(target, direction, loads_of(target, ctx.seed))
    capacity = target.capacity[direction]
    if capacity is not None and target.partitions > 1:
        yield from _adaptive(target, direction, capacity.max)
    if history is not None and history.splits:
        yield f"Splits for heat in the four weeks: {split_counts(history.splits)}. Gates do not count on them."
    names = target.keys.names
    if names is not None and names.time:
        keys = "one key" if len(names) == 1 else f"{len(names):,} keys"
        yield f"Keys by {names.time}: at any moment all traffic goes to {keys}, which change before a split helps."
    hot = hottest_key(target)
    if hot is not None and hot.direction == direction and hot.share > _FULL and target.flow[direction].terms:
        yield from _hot_key(spec, target, hot, ctx)


def _hottest(target: ThroughputTarget, direction: str, loads: PartitionLoads | None) -> str:
    load, ceiling = float(busiest_second(target, direction)), PARTITION_THROUGHPUT[direction]
    inside = ""
    key = None
    if loads is not None:
        key = next((k for k in loads.hot_keys if k.place * len(loads.shares) >> 64 == loads.hottest), None)
    if key is not None:
        by_time = target.keys.names is not None and target.keys.names.time
        name = f"key {key.name}" if key.name is not None else f"the key of rank {key.rank + 1:,}"
        inside = f"; in it {'the key of the moment' if by_time else name}, {percent(key.share)} of all"
    times = multiple_at_ceiling(target, direction)
    until = (
        f"; today's partitions are enough up to {math.floor(times * 10) / 10:,.1f}x"
        if times < _FAR and target.hottest_key_share is not None
        else ""
    )
    return (
        f"The hottest takes {percent(float(target.hottest_share))} of the {direction}s: {load:,.0f} of {ceiling:,} in "
        f"its busiest second{until}{inside}."
    )


def _adaptive(target: ThroughputTarget, direction: str, capacity: int) -> Iterable[str]:
    """Whether the hottest partition passes its even share of the capacity, which adaptive capacity lends it."""
    even = capacity / target.partitions
    load = float(peak_units(target.flow[direction]) * target.hottest_share)
    if load > even:
        yield (
            f"Adaptive capacity: the hottest partition passes its even share of {capacity:,}, {even:,.0f}; DynamoDB "
            "allows that within the table's total and the partition's own ceiling."
        )


def _hot_key(spec: Table, target: ThroughputTarget, hot: HotKeyLoad, ctx: Context) -> Iterable[str]:
    why = why_unsplittable(spec, target.index)
    if why:
        yield f"One key alone takes {hot.load:,.0f} of {hot.ceiling:,}, and no split for heat helps: {why}."
    else:
        yield f"One key alone takes {hot.load:,.0f} of {hot.ceiling:,}; a split for heat may separate its items, best effort."
    shards = shards_needed(target, ctx.seed)
    if shards is None:
        yield f"No number of write shards keeps it under {float(COMFORT):.0%} of a partition."
    else:
        yield f"{shards} write shards are enough; reading all of one key then takes {shards} queries (shards: {shards})."
