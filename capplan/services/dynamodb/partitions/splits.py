"""Partitions over time: which split for heat, when, and which cannot.

A partition whose load stays above a part of its ceiling is split where the load of both halves is even, some minutes
later. One hot key is moved apart in the end; whether its own items can be spread depends on the table: never one item,
never beside a local index, never where new items lie at the end of the sort key. Partitions never merge.

Sources: DynamoDB Developer Guide, "Burst and adaptive capacity" (read 2026-11-23); the USENIX ATC 2022 paper on DynamoDB
for the mechanism. AWS publishes none of the figures: they are parameters with the ranges below.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from capplan.record import MutableRecord, Record, replace
from capplan.services.dynamodb.partitions.lifetimes import Partition, Split
from capplan.services.dynamodb.partitions.load import HotKey, PartitionLoads
from capplan.services.dynamodb.partitions.split_points import split_partition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HASH_SPACE = 2**64
MAX_SPLITS = 2000
"""Splits simulated in one table; more would be a table that grows, not a hot one."""
_ALONE = 0.9
"""A key with more of a partition's load than this is alone in it."""


class SplitRule(Record, frozen=True):
    """When a partition splits for heat.

    Attributes:
        threshold: Share of the ceiling, 0.7 to 0.9.
        hot_minutes: How long the load must stay above it, 3 to 10.
        split_minutes: From then until both halves serve, 3 to 15.
    """

    threshold: float = 0.8
    hot_minutes: int = 5
    split_minutes: int = 10


CENTRAL = SplitRule()


class PartitionHistory(MutableRecord):
    """Every partition of the simulated period, and its splits in order of time."""

    partitions: list[Partition] = []
    splits: list[Split] = []


def initial_partitions(loads: PartitionLoads, minutes: int) -> list[Partition]:
    """The partitions a simulated period begins with: equal slices of the hash space."""
    count = len(loads.shares)
    edges = [-(-HASH_SPACE * i // count) for i in range(count + 1)]
    keys: dict[int, list[HotKey]] = {}
    for key in loads.hot_keys:
        keys.setdefault(key.place * count >> 64, []).append(key)
    shares = loads.shares.tolist()
    return [Partition(i, edges[i], edges[i + 1], shares[i], tuple(keys.get(i, ())), 0, minutes) for i in range(count)]


def simulate_splits(
    loads: PartitionLoads, fill: "NDArray[np.float64]", *, can_spread: bool, rule: SplitRule = CENTRAL
) -> PartitionHistory:
    """The simulated period's partitions, split where they are hot for long enough.

    Args:
        loads: How units fall on the partitions at first.
        fill: In each minute, the load of one partition if it took all units, as a multiple of its ceiling (the larger
            of reads and writes). Shape (minutes,).
        can_spread: Whether one key's items can be split up.
        rule: When a partition splits.
    """
    import numpy as np  # noqa: PLC0415  only where a table is simulated over time

    minutes, hot = len(fill), rule.hot_minutes
    floor = np.lib.stride_tricks.sliding_window_view(fill, hot).min(axis=1) if minutes >= hot else np.zeros(0)
    out = PartitionHistory()
    waiting = initial_partitions(loads, minutes)
    following = len(waiting)
    while waiting:
        partition = waiting.pop()
        at = _hot_from(floor, partition, rule)
        if at is None or len(out.splits) >= MAX_SPLITS:
            out.partitions.append(partition)
            continue
        done = at + hot + rule.split_minutes
        split, halves = split_partition(partition, done, following, can_spread=can_spread, alone=_ALONE)
        if done >= minutes or not halves:
            out.partitions.append(partition)
            if not halves:
                out.splits.append(split)
            continue
        following += 1
        out.splits.append(split)
        out.partitions.append(replace(partition, end=done))
        waiting += halves
    out.partitions.sort(key=lambda partition: (partition.low, partition.start, partition.number))
    out.splits.sort(key=lambda split: (split.minute, split.number))
    return out


def _hot_from(floor: "NDArray[np.float64]", partition: Partition, rule: SplitRule) -> int | None:
    """The first minute from which a partition stays above the threshold for long enough; None where it never does."""
    if not partition.share or not len(floor):
        return None
    hot = floor[partition.start :] > rule.threshold / partition.share
    first = int(hot.argmax()) if len(hot) else 0
    return partition.start + first if len(hot) and hot[first] else None


def split_counts(splits: Sequence[Split]) -> str:
    """How many splits of each kind, in words."""
    names = {
        "split": "split",
        "isolated": "isolate a key",
        "spread": "spread a key's items",
        "stuck": "cannot split",
    }
    counts = {word: sum(1 for s in splits if s.outcome == outcome) for outcome, word in names.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
