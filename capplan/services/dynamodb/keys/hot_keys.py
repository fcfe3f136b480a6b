"""The load of hot keys on a table or an index, and how many write shards would be enough.

Source: DynamoDB Developer Guide, "Using write sharding to distribute workloads evenly", "Designing partition keys"
(read 2026-11-23).
"""

import math
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS
from capplan.model import Change, Option
from capplan.record import Record, replace
from capplan.services.dynamodb.capacity import busy_seconds
from capplan.services.dynamodb.limits import busiest_second
from capplan.services.dynamodb.partitions.load import hottest_share
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import DIRECTIONS, ThroughputTarget, Usage, peak_units

COMFORT = Fraction(4, 5)
"""Sharding aims at so much of a partition at today's peak: below where a partition would split for heat."""
_RISK = Fraction(1, 2)
"""A key that takes more of a partition than this at the peak is a risk."""
_UNEVEN = 1.25
"""Where even keys would nearly fill the partitions, sharded ones may lie so much less evenly."""
_SHARD_COUNTS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000)


class HotKeyLoad(Record, frozen=True):
    """The hottest key of a table or index in one direction: units in its busiest second, and a partition's ceiling."""

    target: ThroughputTarget
    direction: str
    load: float
    ceiling: int

    @property
    def share(self) -> float:
        """Of the ceiling."""
        return self.load / self.ceiling


def hot_key_load(target: ThroughputTarget, direction: str) -> HotKeyLoad | None:
    """The hottest key's busiest second; None where the number of keys is unknown, or without requests."""
    if target.hottest_key_share is None or not target.flow[direction].terms:
        return None
    key = float(peak_units(target.flow[direction]) * target.hottest_key_share)
    load = busy_seconds.busiest_second(key, key, float(target.units_per_request[direction]))
    return HotKeyLoad(target, direction, load, PARTITION_THROUGHPUT[direction])


def hottest_key(target: ThroughputTarget) -> HotKeyLoad | None:
    """The hottest key in the direction in which it is the fuller."""
    loads = [load for direction in DIRECTIONS if (load := hot_key_load(target, direction)) is not None]
    return max(loads, key=lambda load: load.share, default=None)


def why_unsplittable(spec: Table, index: str | None) -> str:
    """Why a split for heat cannot separate the items of one hot key; empty where it can."""
    table_or_index = spec if index is None else spec.indexes[index]
    key = table_or_index.partition_key
    if key is not None and key.keys is not None and key.keys.time:
        return f"the key is a {key.keys.time}: all new requests go to the key of the moment"
    if index is None and spec.local_indexes():
        return "a local index keeps all items of one key together"
    if table_or_index.sort_key is None:
        return (
            "a single item cannot be split"
            if index is None
            else "a single key value without a sort key cannot be split"
        )
    if table_or_index.sort_order == "rising":
        return "new items always go to the end of the sort key"
    return ""


def shards_needed(target: ThroughputTarget, seed: int) -> int | None:
    """The fewest write shards at which the hottest partition stays comfortable at today's peak; None where none do.

    Shards are times those already written. Where even evenly spread keys would be too much for today's partitions it is
    the single key that has to fit: more partitions come by splitting.
    """
    if hottest_key(target) is None:
        return None
    even = fullest(replace(target, hottest_share=Fraction(1, target.partitions), hottest_key_share=None))
    enough = min(1.0, max(float(COMFORT), _UNEVEN * even))
    for times in _SHARD_COUNTS:
        keys = replace(target.keys, shards=target.keys.shards * times)
        if keys.shards > _SHARD_COUNTS[-1]:
            break
        key_share = target.hottest_key_share or Fraction(1)
        sharded = replace(target, keys=keys, hottest_key_share=key_share / times)
        hot = hottest_key(sharded)
        if hot is None or hot.share > COMFORT:
            continue
        spread = replace(sharded, hottest_share=hottest_share(keys, target.partitions, seed))
        if even > COMFORT or fullest(spread) <= enough:
            return keys.shards
    return None


def fullest(target: ThroughputTarget) -> float:
    """The busiest partition's busiest second, as a share of its ceiling, in the fuller direction."""
    return max(float(busiest_second(target, direction)) / PARTITION_THROUGHPUT[direction] for direction in DIRECTIONS)


def multiple_at_ceiling(target: ThroughputTarget, direction: str) -> float:
    """The multiple of today's traffic at which the busiest partition's busiest second meets its ceiling.

    With a mean m, and key's units k that come g at once: N · m + 3.09 · √(N · k · g) = ceiling.
    """
    peak = float(peak_units(target.flow[direction]))
    mean = peak * float(target.hottest_share)
    key = peak * float(min(target.hottest_key_share or 0, target.hottest_share))
    if not mean:
        return math.inf
    spread = POISSON_SIGMAS * math.sqrt(key * float(target.units_per_request[direction]))
    root = (math.sqrt(spread * spread + 4 * mean * PARTITION_THROUGHPUT[direction]) - spread) / (2 * mean)
    return root * root


def hot_key_options(name: str, spec: Table, usage: Usage, seed: int) -> list[Option]:
    """A risk for every table or index one key of which takes more than half a partition at the peak."""
    out = []
    for target in usage.targets:
        hot = hottest_key(target)
        if hot is None or hot.share <= _RISK:
            continue
        key = spec.partition_key if target.index is None else spec.indexes[target.index].partition_key
        shards = shards_needed(target, seed)
        if key is not None and shards is not None:
            out.append(_sharded(name, spec, hot, shards))
    return out


def _sharded(name: str, spec: Table, hot: HotKeyLoad, shards: int) -> Option:
    index = hot.target.index
    path = f"tables.{name}" if index is None else f"tables.{name}.indexes.{index}"
    why = why_unsplittable(spec, index)
    message = (
        f"One key of {hot.target.label(name)} takes {math.ceil(hot.load):,} of the {hot.ceiling:,} {hot.direction} units "
        f"a second of a partition, at the peak{f'; {why}' if why else ''}. {shards} write shards are enough."
    )
    rule = "dynamodb.hot-key" if index is None else "dynamodb.hot-index-key"
    change = Change(f"{path}.partition_key.shards", shards)
    return Option(
        rule,
        message,
        (change,),
        f"reading all of one key takes {shards} queries",
        "risk",
        action=f"Shard the key of {hot.target.label('{name}')} in {shards}",
        urgency="now" if hot.share > 1 else "soon" if hot.share > COMFORT else "possible",
        helps=(f"dynamodb.partition.{hot.direction}",),
    )
