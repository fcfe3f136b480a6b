"""What a stream takes of its shards, of what its mode scales to and of the account's quotas, and what gates may ask of it.

Kinesis Data Streams Developer Guide, "Quotas and limits", "Choose the right mode to stream in" (read 2026-11-30).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.flow import DemandFlow, steady
from capplan.model import Context, LimitCheck, Observable, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.service import Quota
from capplan.services.kinesis import quotas
from capplan.services.kinesis.sizing import hottest_shard_share, shards_needed
from capplan.services.kinesis.spec import Stream
from capplan.services.kinesis.usage import Usage, capacity_at_peak

DOUBLING = "kinesis.on_demand.doubling"


def check(name: str, spec: Stream, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    """The limits of a stream."""
    yield from _writes(name, spec, usage)
    if not spec.provisioned:
        yield from _scaling(name, spec, usage, ctx)
    yield from _reads(name, spec, usage)
    if usage.offered_records.terms:
        sizes = (
            (quotas.RECORD_MAX, usage.largest_record),
            (quotas.PUT_RECORDS_MAX, usage.most_records),
            (quotas.PUT_RECORDS_BYTES, usage.largest_request),
        )
        for quota, load in sizes:
            yield LimitCheck(name, quota.id, to_quantity(load), Decimal(quota.value), quota.unit)
    if usage.fan_out:
        most = quotas.FAN_OUT_ADVANTAGE_MAX if spec.capacity_mode == "on-demand-advantage" else quotas.FAN_OUT_MAX
        yield LimitCheck(name, most.id, Decimal(usage.fan_out), Decimal(most.value), most.unit)


def _peak(name: str, quota: Quota, flow: DemandFlow, most: Decimal | None = None, limit: str = "") -> LimitCheck:
    """The busiest minute of a flow against a quota, or against `most`."""
    return LimitCheck.of_flow(name, limit or quota.id, flow, Decimal(quota.value) if most is None else most, quota.unit)


def _writes(name: str, spec: Stream, usage: Usage) -> Iterable[LimitCheck]:
    """What producers send to the busiest shard; on demand only a hot key fills one."""
    hot = Fraction(spec.hottest_key)
    share = hottest_shard_share(hot, usage.shards) if spec.provisioned else hot
    for quota, flow in (
        (quotas.SHARD_WRITE_BYTES, usage.offered_bytes),
        (quotas.SHARD_WRITE_RECORDS, usage.offered_records),
    ):
        if share and flow.terms:
            yield _peak(name, quota, flow * share)


def _scaling(name: str, spec: Stream, usage: Usage, ctx: Context) -> Iterable[LimitCheck]:
    """On demand: what the Region's streams scale to, and twice what this one has taken before."""
    flow = usage.offered_bytes
    if flow.terms:
        yield _peak(name, quotas.ON_DEMAND_WRITE, flow, quotas.ON_DEMAND_WRITE.in_region(ctx.region))
    for of_shard, load in (
        (quotas.SHARD_WRITE_BYTES, usage.offered_bytes),
        (quotas.SHARD_WRITE_RECORDS, usage.offered_records),
    ):
        if load.terms:
            most = to_quantity(sig6(capacity_at_peak(spec, usage, load) * float(of_shard.value)))
            word = of_shard.id.rpartition("_")[2]
            yield _peak(name, of_shard, load, most, f"{DOUBLING}.{word}")


def _reads(name: str, spec: Stream, usage: Usage) -> Iterable[LimitCheck]:
    """What consumers by GetRecords take of the busiest shard together."""
    if not usage.shared:
        return
    share = hottest_shard_share(Fraction(spec.hottest_key), usage.shards)
    if usage.bytes_in.terms:
        yield _peak(name, quotas.SHARD_READ_BYTES, usage.bytes_in * (share * usage.shared))
    reads = quotas.SHARD_READS
    load = Decimal(usage.shared * quotas.READS_PER_SECOND)
    yield LimitCheck(name, reads.id, load, Decimal(reads.value), reads.unit)


def pools(spec: Stream, usage: Usage) -> tuple[PoolLoad, ...]:
    """Its shards, or the stream itself, of what the account may have."""
    quota, count = (quotas.SHARDS, usage.shards) if spec.provisioned else (quotas.ON_DEMAND_STREAMS, 1)
    return (PoolLoad(quota.id, DemandFlow.of(steady(quota.id, recurring=False), Fraction(count))),)


def observe(spec: Stream, usage: Usage) -> Mapping[str, Observable]:
    """What gates may ask for."""
    peak_records = usage.offered_records.peak().per_second if usage.offered_records.terms else 0.0
    peak_bytes = usage.offered_bytes.peak().per_second if usage.offered_bytes.terms else 0.0
    needed = shards_needed(sig6(peak_records), sig6(peak_bytes), usage.shared)
    return {
        "throttled": Observable(to_quantity(usage.throttled), "%"),
        "records": Observable(to_quantity(usage.records.monthly)),
        "shards": Observable(Decimal(usage.shards)),
        "shards_needed": Observable(Decimal(needed)),
        "consumers": Observable(Decimal(usage.consumers)),
        "retention": Observable(to_quantity(Fraction(spec.retention_ms) / 1000), "seconds"),
    }
