"""Under which SKUs a table is billed, and how much of each. It never holds a price.

Source: DynamoDB Developer Guide, "Understanding DynamoDB billing" (read 2026-11-23). Reads of the stream by Lambda
are free, so
they have no charge.
"""

from collections.abc import Iterable
from fractions import Fraction

from capplan.model import Charge, Context
from capplan.quantities.rounding import to_quantity
from capplan.services.dynamodb import quotas
from capplan.services.dynamodb.items.index_entries import entry_count
from capplan.services.dynamodb.items.storage import OVERHEAD_BYTES, gigabytes
from capplan.services.dynamodb.requests import TABLE
from capplan.services.dynamodb.spec import Table, Throughput
from capplan.services.dynamodb.usage import Arm, Usage, warm_units

_REQUEST_UNIT = {"write": "WRU", "read": "RRU"}


def charge(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Charge, ...]:  # noqa: ARG001  every room's signature
    """All charges of the table and its indexes."""
    out: list[Charge] = []
    for arm in usage.arms:
        prefix = name if arm.index is None else f"{name}.{arm.index}"
        out += _pre_warming(prefix, spec, arm)
        out += _requests(prefix, spec, arm, usage) if spec.on_demand else _capacity(prefix, spec, arm)
    return (*out, *_storage(name, spec, usage), *_recovery(name, spec, usage))


def _short(spec: Table) -> str:
    return "ia" if spec.table_class == "standard-ia" else "standard"


def _requests(prefix: str, spec: Table, arm: Arm, usage: Usage) -> Iterable[Charge]:
    for direction, flow in (("write", arm.write), ("read", arm.read)):
        if flow.terms:
            price = f"dynamodb.on_demand.{direction}_request_unit.{_short(spec)}"
            words = _in_words(usage, arm.index or TABLE, direction)
            yield Charge(f"{prefix}.{direction}s", price, words, flow.monthly, _REQUEST_UNIT[direction], flow)


def _pre_warming(prefix: str, spec: Table, arm: Arm) -> Iterable[Charge]:
    """Once: each unit a second past what the arm is born with, at the hourly price of a provisioned unit."""
    for direction, unit, born, held in (
        ("write", "wcu", quotas.NEW_ON_DEMAND_WRITE_UNITS_PER_S, arm.held_write),
        ("read", "rcu", quotas.NEW_ON_DEMAND_READ_UNITS_PER_S, arm.held_read),
    ):
        now = born if spec.on_demand else max(born, held)
        more = warm_units(spec, arm.index, direction) - now
        if more > 0:
            price = f"dynamodb.provisioned.{unit}_hour.{_short(spec)}"
            words = f"pre-warming from {now:,} to {now + more:,} units a second, once"
            yield Charge(f"{prefix}.warm-{direction}", price, words, Fraction(more), unit.upper(), frequency="one_time")


def _in_words(usage: Usage, arm: str, direction: str) -> str:
    """The sum as a reader would write it: requests × units of each kind."""
    parts = []
    for one in usage.works:
        units = (one.units.write if direction == "write" else one.units.read).get(arm)
        if units:
            count = to_quantity(one.work.flow.monthly)
            parts.append(f"{count:,} {one.work.access.op} of {one.work.cause} × {to_quantity(units)}")
    return " + ".join(parts)


def _capacity(prefix: str, spec: Table, arm: Arm) -> Iterable[Charge]:
    both = (("write", "wcu", arm.write_capacity, arm.wcu_hours), ("read", "rcu", arm.read_capacity, arm.rcu_hours))
    for direction, unit, setting, hours in both:
        if setting is not None and hours is not None:
            price = f"dynamodb.provisioned.{unit}_hour.{_short(spec)}"
            words = _setting_in_words(unit.upper(), setting)
            yield Charge(
                f"{prefix}.{direction}-capacity", price, words, hours, f"{unit.upper()}-hour", frequency="recurring"
            )


def _setting_in_words(unit: str, setting: Throughput) -> str:
    if setting.static:
        return f"{setting.max:,} {unit} × 730 h"
    bounds = f"{setting.floor:,} to {setting.max:,} {unit}"
    return f"auto scaled, {bounds}, {to_quantity(setting.target * 100)}% used, in every minute"


def _storage(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    price = f"dynamodb.storage.{_short(spec)}_gb_month"
    stored = [(name, Fraction(spec.items), usage.table_bytes, "items")]
    for index, size in usage.index_bytes.items():
        stored.append((f"{name}.{index}", entry_count(spec, spec.indexes[index]), size, "entries"))
    for prefix, count, size, what in stored:
        if size:
            each = to_quantity(size / count - OVERHEAD_BYTES)
            words = f"{to_quantity(count):,} {what} × ({each:,} + {OVERHEAD_BYTES} bytes)"
            yield Charge(f"{prefix}.storage", price, words, gigabytes(size), "GB-month", frequency="recurring")


def _recovery(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    """Continuous backups: the table with its local indexes."""
    size = usage.table_bytes + sum((usage.index_bytes[index] for index in spec.local_indexes()), Fraction(0))
    if spec.point_in_time_recovery and size:
        words = "table and local indexes, as stored"
        yield Charge(
            f"{name}.pitr", "dynamodb.backup.pitr_gb_month", words, gigabytes(size), "GB-month", frequency="recurring"
        )
