"""Under which SKUs a stream is billed, and how much of each.

Kinesis Data Streams pricing page (read 2026-11-30). Retention past a day is billed per hour of every shard, not by its
length: AWS's solution "Monitoring on AWS for CloudFront" prints 27.76 USD for one shard at 168 h.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Charge
from capplan.services.kinesis.quotas import ADVANTAGE_MINIMUM_BYTES, EXTENDED_RETENTION_MS, FREE_RETENTION_MS
from capplan.services.kinesis.spec import Stream
from capplan.services.kinesis.usage import Usage

_GB = Fraction(1, units.BYTES_PER_GB)
_HOURS = Fraction(units.MONTH_HOURS)
_MONTH_MS = Fraction(units.MONTH_SECONDS * units.MS_PER_SECOND)


def charge(name: str, spec: Stream, usage: Usage) -> tuple[Charge, ...]:
    """All charges of a stream."""
    return tuple(_provisioned(name, spec, usage) if spec.provisioned else _on_demand(name, spec, usage))


def _fixed(id_: str, price: str, words: str, quantity: Fraction, unit: str) -> Charge:
    return Charge(id_, f"kinesis.{price}", words, quantity, unit, frequency="recurring")


def _provisioned(name: str, spec: Stream, usage: Usage) -> Iterable[Charge]:
    shards = Fraction(usage.shards)
    each = f"{usage.shards:,} shards × {units.MONTH_HOURS} h"
    yield _fixed(f"{name}.shards", "provisioned.shard_hour", each, shards * _HOURS, "shard-hour")
    if usage.counted.terms:
        words = "started 25 KB of each record"
        yield Charge(
            f"{name}.put-units", "kinesis.provisioned.put_payload_unit", words, usage.counted.monthly, "PUT units",
            usage.counted,
        )  # fmt: skip
    if spec.retention_ms > FREE_RETENTION_MS:
        words = f"{each}, whatever the retention"
        price = "provisioned.extended_retention_shard_hour"
        yield _fixed(f"{name}.extended-retention", price, words, shards * _HOURS, "shard-hour")
    yield from _long_term(name, spec, usage.bytes_in, "provisioned")
    if usage.fan_out:
        words = f"{usage.fan_out:,} consumers × {each}"
        yield _fixed(
            f"{name}.fan-out", "efo.consumer_shard_hour", words, usage.fan_out * shards * _HOURS, "consumer-hour"
        )
        yield from _read(f"{name}.fan-out-reads", "efo.gb", usage.bytes_in, usage.fan_out)


def _on_demand(name: str, spec: Stream, usage: Usage) -> Iterable[Charge]:
    advantage = spec.capacity_mode == "on-demand-advantage"
    prefix = "on_demand_advantage" if advantage else "on_demand"
    if not advantage:
        yield _fixed(
            f"{name}.stream", "on_demand.stream_hour", f"1 stream × {units.MONTH_HOURS} h", _HOURS, "stream-hour"
        )
    if usage.counted.terms:
        flow = usage.counted * _GB
        yield Charge(
            f"{name}.ingest", f"kinesis.{prefix}.ingest_gb", "each record in whole KB", flow.monthly, "GB", flow
        )
    if advantage:
        yield from _read(f"{name}.reads", f"{prefix}.retrieval_gb", usage.counted, usage.consumers)
    else:
        yield from _read(f"{name}.reads", f"{prefix}.retrieval_gb", usage.counted, usage.shared)
        yield from _read(f"{name}.fan-out-reads", f"{prefix}.efo_retrieval_gb", usage.counted, usage.fan_out)
    kept = min(Fraction(spec.retention_ms), Fraction(EXTENDED_RETENTION_MS)) - FREE_RETENTION_MS
    if kept > 0 and usage.counted.terms:
        yield _stored(
            f"{name}.extended-retention",
            f"{prefix}.extended_retention_gb_month",
            "from 24 h to 7 days",
            kept,
            usage.counted,
        )
    yield from _long_term(name, spec, usage.counted, prefix)


def _read(id_: str, price: str, written: DemandFlow, consumers: int) -> Iterable[Charge]:
    """What each of some consumers reads: everything that is written."""
    flow = written * (consumers * _GB)
    if flow.terms:
        yield Charge(id_, f"kinesis.{price}", f"all data × {consumers:,} consumers", flow.monthly, "GB", flow)


def _stored(id_: str, price: str, words: str, kept_ms: Fraction, written: DemandFlow) -> Charge:
    """What is stored at any time of data that is kept so long."""
    flow = written * (_GB * kept_ms / _MONTH_MS)
    return Charge(id_, f"kinesis.{price}", f"data {words} old", flow.monthly, "GB-month", flow)


def _long_term(name: str, spec: Stream, written: DemandFlow, prefix: str) -> Iterable[Charge]:
    kept = Fraction(spec.retention_ms) - EXTENDED_RETENTION_MS
    if kept > 0 and written.terms:
        price = f"{prefix}.long_term_retention_gb_month"
        yield _stored(f"{name}.long-term-retention", price, "of more than 7 days", kept, written)
    if spec.reads_back is not None:
        quantity = spec.reads_back * units.MONTH_SECONDS * _GB
        price = "provisioned.long_term_retrieval_gb" if prefix == "provisioned" else f"{prefix}.retrieval_gb"
        yield Charge(f"{name}.read-back", f"kinesis.{price}", "read back, older than 7 days", quantity, "GB")


# --- what On-demand Advantage bills at least ----------------------------------------------------------------------------


def with_minimum(
    specs: Mapping[str, Stream], charges: Mapping[str, tuple[Charge, ...]]
) -> Mapping[str, tuple[Charge, ...]]:
    """The charges of the account's streams; where those of On-demand Advantage count less than 25 MB/s in and out, the
    rest of it too, in equal parts.
    """
    members = [name for name, spec in specs.items() if spec.capacity_mode == "on-demand-advantage"]
    if not members:
        return charges
    least, out = ADVANTAGE_MINIMUM_BYTES * units.MONTH_SECONDS * _GB, dict(charges)
    for price, word in (("ingest_gb", "in"), ("retrieval_gb", "out")):
        key = f"kinesis.on_demand_advantage.{price}"
        counted = sum((c.quantity for name in members for c in charges[name] if c.price == key), Fraction(0))
        for name in members if counted < least else ():
            words = f"up to 25 MB/s {word} over all on-demand streams of the account"
            rest = (least - counted) / len(members)
            out[name] = (*out[name], Charge(f"{name}.minimum-{word}", key, words, rest, "GB", frequency="recurring"))
    return out
