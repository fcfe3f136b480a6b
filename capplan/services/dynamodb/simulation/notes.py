"""What the key design will do, in sentences: partitions and why so many, the hottest, what helps and what cannot. It
decides nothing.
"""

import math
from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Context
from capplan.services.dynamodb.keys.hot_keys import (
    COMFORT,
    KeyHeat,
    holds_until,
    hottest,
    shards_that_hold,
    why_not_spread,
)
from capplan.services.dynamodb.limits import busiest_second
from capplan.services.dynamodb.partitions.count import partition_reasons
from capplan.services.dynamodb.partitions.load import Heat
from capplan.services.dynamodb.partitions.splits import History, words
from capplan.services.dynamodb.quotas import PARTITION_THROUGHPUT
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Arm, arm_heat, peak_units

_FULL = Fraction(1, 2)
_FAR = 1000


def remarks(spec: Table, arm: Arm, direction: str, history: History | None, ctx: Context) -> tuple[str, ...]:
    """Everything worth saying of one arm in one direction."""
    return tuple(_sentences(spec, arm, direction, history, ctx))


def _sentences(spec: Table, arm: Arm, direction: str, history: History | None, ctx: Context) -> Iterable[str]:
    flow = arm.write if direction == "write" else arm.read
    reasons = partition_reasons(arm.size_bytes, peak_units(arm.write), peak_units(arm.read), on_demand=spec.on_demand)
    needs = "; ".join(f"{why} {count:,}" for why, count in reasons)
    yield f"{arm.partitions:,} partition{'' if arm.partitions == 1 else 's'} ({needs})."
    heat = arm_heat(arm, ctx.seed)
    yield _hottest(arm, direction, heat)
    capacity = arm.write_capacity if direction == "write" else arm.read_capacity
    if capacity is not None and arm.partitions > 1:
        yield from _adaptive(arm, direction, capacity.max)
    if history is not None and history.splits:
        yield f"Splits for heat in the four weeks: {words(history.splits)}. Gates do not count on them."
    names = arm.keys.names
    if names is not None and names.time:
        at_once = "one key" if len(names) == 1 else f"{len(names):,} keys"
        yield f"Keys by {names.time}: at any moment all goes to {at_once}, and the heat moves on before a split helps."
    own = hottest(arm)
    if own is not None and own.direction == direction and own.part > _FULL and flow.terms:
        yield from _hot_key(spec, arm, own, ctx)


def _hottest(arm: Arm, direction: str, heat: Heat | None) -> str:
    load, ceiling = float(busiest_second(arm, direction)), PARTITION_THROUGHPUT[direction]
    share = float(arm.hottest_share)
    inside = ""
    if heat is not None and heat.hottest:
        partition = heat.peak
        key = next((k for k in heat.hottest if k.place * len(heat.shares) >> 64 == partition), None)
        if key is not None and arm.keys.names is not None and arm.keys.names.time:
            inside = f"; in it the key of the moment, {part(key.share)} of all"
        elif key is not None and key.name is not None:
            inside = f"; in it key {key.name}, {part(key.share)} of all"
        elif key is not None:
            inside = f"; in it the key of rank {key.rank + 1:,}, {part(key.share)} of all"
    times = holds_until(arm, direction)
    until = (
        f"; today's partitions hold until {math.floor(times * 10) / 10:,.1f}x"
        if times < _FAR and arm.hottest_key_share is not None
        else ""
    )
    return (
        f"The hottest takes {part(share)} of the {direction}s: {load:,.0f} of {ceiling:,} in its busiest second"
        f"{until}{inside}."
    )


def part(share: float) -> str:
    """A part of all as a percentage; small ones are not 0."""
    return f"{share:.1%}" if share >= 0.001 else "<0.1%"  # noqa: PLR2004  the least that is shown


def _adaptive(arm: Arm, direction: str, most: int) -> Iterable[str]:
    """Whether the hottest partition passes its even share of the capacity, which adaptive capacity lends it."""
    even = most / arm.partitions
    load = float(peak_units(arm.write if direction == "write" else arm.read) * arm.hottest_share)
    if load > even:
        yield (
            f"Adaptive capacity: the hottest passes its even share of {most:,}, {even:,.0f}, and may while the "
            "table's total and its own ceiling hold."
        )


def _hot_key(spec: Table, arm: Arm, own: KeyHeat, ctx: Context) -> Iterable[str]:
    cannot = why_not_spread(spec, arm.index)
    if cannot:
        yield f"One key takes {own.load:,.0f} of {own.ceiling:,} alone, and no split for heat helps: {cannot}."
    else:
        yield f"One key takes {own.load:,.0f} of {own.ceiling:,} alone; a split for heat may cut its items apart, best effort."
    shards = shards_that_hold(arm, ctx.seed)
    if shards is None:
        yield f"No number of write shards keeps it under {float(COMFORT):.0%} of a partition."
    else:
        yield f"{shards} write shards hold it; reading all of one key then takes {shards} queries (shards: {shards})."
