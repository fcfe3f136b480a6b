"""Under which SKUs a table is billed, and how much of each.

Source: DynamoDB Developer Guide, "Understanding DynamoDB billing" (read 2026-11-23). Reads of the stream by Lambda are
free, so they have no charge.
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Charge
from capplan.quantities.rounding import to_quantity
from capplan.services.dynamodb import kinesis_capture
from capplan.services.dynamodb.items.index_entries import entry_count
from capplan.services.dynamodb.items.storage import gigabytes, overhead_bytes
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_THROUGHPUT
from capplan.services.dynamodb.spec import Table, Throughput
from capplan.services.dynamodb.usage import DIRECTIONS, ThroughputTarget, Usage, warm_units
from capplan.units import MONTH_SECONDS, MS_PER_SECOND


def charge(name: str, spec: Table, usage: Usage, home: str = "") -> tuple[Charge, ...]:
    """All charges of the table and its indexes; of a global table in all its Regions, of which `home` is the scenario's."""
    if not usage.replicas:
        return local_charges(name, spec, usage)
    from capplan.services.dynamodb.replicas.charges import global_charges  # noqa: PLC0415  only for global tables

    return global_charges(name, spec, usage, home)


def local_charges(name: str, spec: Table, usage: Usage) -> tuple[Charge, ...]:
    """Those of one Region."""
    out: list[Charge] = []
    for target in usage.targets:
        prefix = target.label(name)
        out += _pre_warming(prefix, spec, target)
        out += _requests(prefix, spec, target, usage) if spec.on_demand else _capacity(prefix, spec, target)
    return (
        *out,
        *_storage(name, spec, usage),
        *_recovery(name, spec, usage),
        *kinesis_capture.charges(name, spec, usage),
        *_stream_reads(name, spec, usage),
    )


def _stream_reads(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    """What readers other than Lambda ask of the stream; Lambda's requests, and those of replication, are free."""
    if spec.stream_readers:
        polls, shards = stream_polls(usage.table.partitions, spec.stream_readers), usage.table.partitions
        words = f"{spec.stream_readers} readers × {shards} shards, polled once a second"
        key = "dynamodb.streams.read_request_unit"
        yield Charge(f"{name}.stream-reads", key, words, polls, "requests", frequency="recurring")


def stream_polls(
    shards: int, readers: int = 1, *, seconds: int = MONTH_SECONDS, every_ms: int = MS_PER_SECOND
) -> Fraction:
    """GetRecords requests of readers that poll every shard so often."""
    return Fraction(shards * readers * seconds * MS_PER_SECOND, every_ms)


def is_replicated(spec: Table, target: ThroughputTarget, direction: str) -> bool:
    """Whether a write is billed in replicated units: those of a global table itself; its global indexes have ordinary ones."""
    return direction == "write" and bool(spec.replicas) and target.index is None


def class_suffix(spec: Table) -> str:
    """How price keys name the table class."""
    return "ia" if spec.table_class == "standard-ia" else "standard"


def _requests(prefix: str, spec: Table, target: ThroughputTarget, usage: Usage) -> Iterable[Charge]:
    for direction in DIRECTIONS:
        flow = target.served[direction]
        if flow.terms:
            replicated = is_replicated(spec, target, direction)
            kind = "replicated_write" if replicated else direction
            price = f"dynamodb.on_demand.{kind}_request_unit.{class_suffix(spec)}"
            words = _sum_in_words(usage, target.key, direction)
            unit = f"{'r' if replicated else ''}{target.unit(direction)}"
            yield Charge(f"{prefix}.{direction}s", price, words, flow.monthly, unit, flow)


def _unit_hour_price(spec: Table, unit: str, *, replicated: bool = False) -> str:
    kind = f"replicated_{unit.lower()}" if replicated else unit.lower()
    return f"dynamodb.provisioned.{kind}_hour.{class_suffix(spec)}"


def _pre_warming(prefix: str, spec: Table, target: ThroughputTarget) -> Iterable[Charge]:
    """Once: each unit a second past what a new table serves, at the hourly price of a provisioned unit."""
    for direction, unit in (("write", "WCU"), ("read", "RCU")):
        present = max(NEW_ON_DEMAND_THROUGHPUT[direction], target.max_capacity[direction])
        more = warm_units(spec, target.index, direction) - present
        if more > 0:
            words = f"pre-warming from {present:,} to {present + more:,} units a second, once"
            price = _unit_hour_price(spec, unit)
            yield Charge(f"{prefix}.warm-{direction}", price, words, Fraction(more), unit, frequency="one_time")


def _sum_in_words(usage: Usage, key: str, direction: str) -> str:
    """The sum as a reader would write it: requests × units of each kind."""
    return " + ".join(
        f"{to_quantity(kind.served.monthly):,} {kind.access.op} of {kind.stream.cause} × {to_quantity(units)}"
        for kind in usage.requests
        if (units := kind.units.of(direction).get(key))
    )


def _capacity(prefix: str, spec: Table, target: ThroughputTarget) -> Iterable[Charge]:
    for direction in DIRECTIONS:
        capacity, unit = target.capacity[direction], target.unit(direction)
        if capacity is not None:
            replicated = is_replicated(spec, target, direction)
            price = _unit_hour_price(spec, unit, replicated=replicated)
            unit = f"{'r' if replicated else ''}{unit}"
            words, hours = _capacity_in_words(unit, capacity), target.unit_hours[direction]
            yield Charge(
                f"{prefix}.{direction}-capacity", price, words, hours, f"{unit}-hour", frequency="recurring"
            )  # fmt: skip


def _capacity_in_words(unit: str, capacity: Throughput) -> str:
    if capacity.static:
        return f"{capacity.max:,} {unit} × 730 h"
    bounds = f"{capacity.floor:,} to {capacity.max:,} {unit}"
    return f"auto scaling from {bounds} at {to_quantity(capacity.target * 100)}% target utilization, minute by minute"


def _storage(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    price = f"dynamodb.storage.{class_suffix(spec)}_gb_month"
    stored = [(name, Fraction(spec.items), usage.table_bytes, "items")]
    for index, size in usage.index_bytes.items():
        stored.append((f"{name}.{index}", entry_count(spec, spec.indexes[index]), size, "entries"))
    for prefix, count, size, what in stored:
        if size:
            more = overhead_bytes(replicated=bool(spec.replicas) and prefix == name)
            each = to_quantity(size / count - more)
            words = f"{to_quantity(count):,} {what} × ({each:,} + {more} bytes)"
            yield Charge(f"{prefix}.storage", price, words, gigabytes(size), "GB-month", frequency="recurring")


def _recovery(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    """Continuous backups: the table with its local indexes."""
    size = usage.table_bytes + sum((usage.index_bytes[index] for index in spec.local_indexes()), Fraction(0))
    if spec.point_in_time_recovery and size:
        words = "table and local indexes, as stored"
        yield Charge(
            f"{name}.pitr", "dynamodb.backup.pitr_gb_month", words, gigabytes(size), "GB-month", frequency="recurring"
        )
