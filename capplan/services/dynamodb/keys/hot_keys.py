"""What hot keys do to a table or an index, and how many write shards would hold it. It says nothing of money.

Source: DynamoDB Developer Guide, "Using write sharding to distribute workloads evenly", "Designing partition keys"
(read 2026-11-23).
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from capplan.flow import POISSON_SIGMAS
from capplan.model import Change, Option
from capplan.services.dynamodb.capacity.busy_seconds import second_peak
from capplan.services.dynamodb.limits import busiest_second
from capplan.services.dynamodb.partitions.load import hottest_share
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Arm, Usage, peak_units

COMFORT = Fraction(4, 5)
"""Sharding aims at so much of a partition at today's peak: below where a partition would split for heat."""
_RISK = Fraction(1, 2)
"""A key that takes more of a partition than this at the peak is a risk."""
_UNEVEN = 1.25
"""Where even keys would nearly fill the partitions, sharded ones may lie so much less evenly."""
_LADDER = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 300, 500, 750, 1000)


@dataclass(frozen=True, slots=True)
class KeyHeat:
    """The hottest key of an arm in one direction: what its busiest second takes, and of how much."""

    arm: Arm
    direction: str
    load: float
    ceiling: int

    @property
    def part(self) -> float:
        """Of the ceiling."""
        return self.load / self.ceiling


def key_heat(arm: Arm, direction: str) -> KeyHeat | None:
    """The hottest key's busiest second; None where nobody knows how many keys there are, or nothing comes."""
    flow, units = (arm.write, arm.write_grain) if direction == "write" else (arm.read, arm.read_grain)
    if arm.hottest_key_share is None or not flow.terms:
        return None
    key = float(peak_units(flow) * arm.hottest_key_share)
    return KeyHeat(arm, direction, second_peak(key, key, float(units)), PARTITION_THROUGHPUT[direction])


def hottest(arm: Arm) -> KeyHeat | None:
    """The direction in which the hottest key is the fullest."""
    found = [heat for direction in ("write", "read") if (heat := key_heat(arm, direction)) is not None]
    return max(found, key=lambda heat: heat.part, default=None)


def why_not_spread(spec: Table, index: str | None) -> str:
    """Why the items of one hot key cannot be cut apart by a split for heat; empty where they can."""
    key = spec.partition_key if index is None else spec.indexes[index].partition_key
    of = spec if index is None else spec.indexes[index]
    if key is not None and key.keys is not None and key.keys.time:
        return f"the key is a {key.keys.time}: all that is new goes to the key of the moment"
    if index is None and spec.local_indexes():
        return "a local index keeps all items of one key together"
    if of.sort_key is None:
        return "one item cannot be split" if index is None else "without a sort key its entries are not cut apart"
    if of.sort_order == "rising":
        return "new items always lie at the end of the sort key"
    return ""


def shards_that_hold(arm: Arm, seed: int) -> int | None:
    """The fewest write shards at which the hottest partition stays comfortable at today's peak; None where none do.

    Shards are times those already written. Where even evenly spread keys would be too much for today's partitions it is
    the single key that has to fit: more partitions come by splitting.
    """
    heat = hottest(arm)
    if heat is None:
        return None
    even = _even_fill(arm)
    enough = min(1.0, max(float(COMFORT), _UNEVEN * even))
    for more in _LADDER:
        keys = replace(arm.keys, shards=arm.keys.shards * more)
        if keys.shards > _LADDER[-1]:
            break
        part = arm.hottest_key_share or Fraction(1)
        sharded = replace(arm, keys=keys, hottest_key_share=part / more)
        own = hottest(sharded)
        if own is None or own.part > COMFORT:
            continue
        spread = replace(sharded, hottest_share=hottest_share(keys, arm.partitions, seed))
        if even > COMFORT or fill(spread) <= enough:
            return keys.shards
    return None


def fill(arm: Arm) -> float:
    """The busiest partition's busiest second, as a part of its ceiling, in the fuller direction."""
    return max(
        float(busiest_second(arm, direction)) / PARTITION_THROUGHPUT[direction] for direction in PARTITION_THROUGHPUT
    )


def holds_until(arm: Arm, direction: str) -> float:
    """The multiple of today's traffic at which the busiest partition's busiest second meets its ceiling.

    With a mean m, and key's units k that come g at once: N · m + 3.09 · √(N · k · g) = ceiling.
    """
    flow, units = (arm.write, arm.write_grain) if direction == "write" else (arm.read, arm.read_grain)
    peak = float(peak_units(flow))
    mean = peak * float(arm.hottest_share)
    key = peak * float(min(arm.hottest_key_share or 0, arm.hottest_share))
    if not mean:
        return math.inf
    spread = POISSON_SIGMAS * math.sqrt(key * float(units))
    root = (math.sqrt(spread * spread + 4 * mean * PARTITION_THROUGHPUT[direction]) - spread) / (2 * mean)
    return root * root


def _even_fill(arm: Arm) -> float:
    even = replace(arm, hottest_share=Fraction(1, arm.partitions), hottest_key_share=None)
    return fill(even)


def hot_key_options(name: str, spec: Table, usage: Usage, seed: int) -> list[Option]:
    """A risk for every table or index one key of which fills more than half a partition at the peak."""
    out = []
    for arm in usage.arms:
        heat = hottest(arm)
        if heat is None or heat.part <= _RISK:
            continue
        key = spec.partition_key if arm.index is None else spec.indexes[arm.index].partition_key
        shards = shards_that_hold(arm, seed)
        if key is not None and shards is not None:
            out.append(_sharded(name, spec, heat, shards))
    return out


def _sharded(name: str, spec: Table, heat: KeyHeat, shards: int) -> Option:
    index = heat.arm.index
    where = f"tables.{name}" if index is None else f"tables.{name}.indexes.{index}"
    what = name if index is None else f"{name}.{index}"
    cannot = why_not_spread(spec, index)
    message = (
        f"One key of {what} takes {math.ceil(heat.load):,} of the {heat.ceiling:,} {heat.direction} units a second a "
        f"partition allows, at the peak{f'; {cannot}' if cannot else ''}. {shards} write shards hold it."
    )
    rule = "dynamodb.hot-key" if index is None else "dynamodb.hot-index-key"
    change = Change(f"{where}.partition_key.shards", shards)
    return Option(rule, message, (change,), f"reading all of one key takes {shards} queries", "risk")
