"""Recommendations for a stream: its shards, its mode, its records, its consumers."""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from capplan.model import Change, Option
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import sig6
from capplan.quantities.text import figure
from capplan.services.kinesis.quotas import (
    ON_DEMAND_STEP_BYTES,
    PUT_UNIT_BYTES,
    SHARD_READ_BYTES,
    SHARD_READS,
    SHARD_WRITE_BYTES,
    SHARD_WRITE_RECORDS,
)
from capplan.services.kinesis.records import size_of
from capplan.services.kinesis.sizing import hottest_shard_share, shards_needed
from capplan.services.kinesis.spec import Stream
from capplan.services.kinesis.usage import Usage

SPARE = Fraction(5, 4)
"""Shards are proposed for so many times the busiest minute."""
_HALF = 2


def options(name: str, spec: Stream, usage: Usage) -> tuple[Option, ...]:
    """Settings worth pricing, and risks."""
    if not usage.offered_records.terms:
        return ()
    return (
        *_hot_key(name, spec, usage),
        *_shards(name, spec, usage),
        *_other_mode(name, spec, usage),
        *_aggregated(name, spec, usage),
        *_fan_out(name, spec, usage),
    )


def _proposed(spec: Stream, usage: Usage) -> int:
    """Shards for the busiest minute with a quarter to spare; more where one shard has more than its part."""
    records = sig6(usage.offered_records.peak().per_second) * SPARE
    written = sig6(usage.offered_bytes.peak().per_second) * SPARE if usage.offered_bytes.terms else Fraction(0)
    needed, hot = shards_needed(records, written, usage.shared), Fraction(spec.hottest_key)
    load = max(records / int(SHARD_WRITE_RECORDS.value), written / int(SHARD_WRITE_BYTES.value))
    if load * hot >= 1:
        return needed
    return max(needed, math.ceil((1 - hot) / (1 / load - hot)))


def _shards(name: str, spec: Stream, usage: Usage) -> Iterable[Option]:
    if spec.shards is None:
        return
    proposed, few = _proposed(spec, usage), bool(usage.throttled)
    if proposed == spec.shards or (proposed > spec.shards and not few and not _read_short(spec, usage)):
        return
    change = Change(f"streams.{name}.shards", proposed)
    if proposed < spec.shards:
        message = (
            f"The busiest minute of {name} fits {proposed:,} shards with a quarter to spare; it has {spec.shards:,}."
        )
        yield Option(
            "kinesis.shards", message, (change,), "what reads it runs fewer invocations at a time",
            action=f"Merge the shards of {{name}} to {proposed:,}",
        )  # fmt: skip
        return
    message = f"{spec.shards:,} shards throttle {name} or its readers in the busiest minute; {proposed:,} take it with a quarter to spare."
    yield Option(
        "kinesis.shards", message, (change,), "", "risk", action=f"Split the shards of {{name}} to {proposed:,}",
        urgency="now", helps=("throttled",) if few else ("kinesis.shard.read_bytes",),
    )  # fmt: skip


def _read_short(spec: Stream, usage: Usage) -> bool:
    share = hottest_shard_share(Fraction(spec.hottest_key), usage.shards)
    if not usage.shared or not usage.bytes_in.terms:
        return False
    return usage.bytes_in.peak().per_second * float(share) * usage.shared > SHARD_READ_BYTES.value


def _other_mode(name: str, spec: Stream, usage: Usage) -> Iterable[Option]:
    path = f"streams.{name}"
    if spec.provisioned:
        message = f"{name} pays for {usage.shards:,} shards all day; on demand it is paid by GB, and there are no shards to follow."
        changes = (Change(f"{path}.shards", None), Change(f"{path}.mode", "on-demand"))
        yield Option(
            "kinesis.capacity-mode", message, changes, action="Switch {name} to on-demand", worsens=("throttled",)
        )
    elif spec.capacity_mode == "on-demand":
        shards = _proposed(spec, usage)
        message = f"{name} is on-demand; {shards:,} shards take its busiest minute with a quarter to spare."
        changes = (Change(f"{path}.mode", "provisioned"), Change(f"{path}.shards", shards))
        gives_up = "shards must be split before the load grows"
        yield Option(
            "kinesis.capacity-mode", message, changes, gives_up, action=f"Provision {{name}} with {shards:,} shards"
        )  # fmt: skip


def _aggregated(name: str, spec: Stream, usage: Usage) -> Iterable[Option]:
    step = PUT_UNIT_BYTES if spec.provisioned else ON_DEMAND_STEP_BYTES
    changes: list[Change] = []
    for request in usage.requests:
        size = mean(size_of(spec, request.access))
        if request.line is None or not size or size * _HALF > step or request.access.aggregate != 1:
            continue
        changes.append(Change(request.line.at("aggregate"), math.floor(step / size)))
    if changes:
        what = f"{figure(Decimal(step) / 1024)} KB"
        message = f"Records of {name} fill less than half of the {what} that each is counted as."
        behavior = "readers must take aggregated records from each other"
        yield Option("kinesis.aggregate", message, tuple(changes), changes_behavior=behavior)


def _hot_key(name: str, spec: Stream, usage: Usage) -> Iterable[Option]:
    hot = float(spec.hottest_key)
    records = usage.offered_records.peak().per_second * hot
    written = usage.offered_bytes.peak().per_second * hot if usage.offered_bytes.terms else 0.0
    load = max(records / float(SHARD_WRITE_RECORDS.value), written / float(SHARD_WRITE_BYTES.value))
    if load <= 1:
        return
    message = (
        f"The most frequent partition key of {name} brings {figure(load)} times what a shard takes in the busiest minute; "
        f"more shards do not help it."
    )
    parts = math.ceil(load * float(SPARE))
    change = Change(f"streams.{name}.hottest_key", f"{figure(100 * hot / parts, 6)}%")
    yield Option(
        "kinesis.hot-key", message, (change,), severity="risk", urgency="now", helps=("throttled",),
        changes_behavior=f"records of that key are in order in each of {parts} parts only",
        action=f"Spread the hot partition key of {{name}} over {parts}",
    )  # fmt: skip


def _fan_out(name: str, spec: Stream, usage: Usage) -> Iterable[Option]:
    del spec
    if usage.shared <= SHARD_READS.value:
        return
    message = (
        f"{usage.shared:,} consumers read each shard of {name} once a second, and a shard answers {SHARD_READS}: "
        f"ReadProvisionedThroughputExceeded, and readers fall behind."
    )
    yield Option("kinesis.fan-out", message, (), severity="risk", urgency="now")
