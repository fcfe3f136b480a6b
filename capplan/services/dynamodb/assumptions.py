"""Defaults that a table's answer is based on."""

import math
from collections.abc import Iterable
from fractions import Fraction

from capplan.calls import Access
from capplan.model import Assumption, Change, Context
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import ceil_div
from capplan.record import replace
from capplan.services.dynamodb.capacity.simulated_period import simulate_period
from capplan.services.dynamodb.capacity.uncertain import CENTRAL
from capplan.services.dynamodb.quotas import NEW_ON_DEMAND_THROUGHPUT, PAGE_MAX, WRITE_BLOCK_BYTES
from capplan.services.dynamodb.requests import READS, is_transactional, reading_s
from capplan.services.dynamodb.spec import Index, Table
from capplan.services.dynamodb.usage import ADDS_ITEMS, Usage, request_loads
from capplan.services.dynamodb.words import percent
from capplan.units import SECONDS_PER_MINUTE

USUAL_NOISE = 0.15
"""How far minutes of real traffic lie off their curve: 10 to 20% in measured traces."""
HELD_MORE, HELD_MORE_FLAT = 0.16, 0.28
"""Capacity that auto scaling holds more with that noise, for a daily curve and for a flat rate: simulated (a test does it
again); measured traces held 11 to 22% more."""


def assume(name: str, spec: Table, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:
    """Defaults the user did not write."""
    path = f"tables.{name}"
    of_replicas: Iterable[Assumption] = ()
    if spec.replicas:
        from capplan.services.dynamodb.replicas.checks import assume_replicas  # noqa: PLC0415  only for global tables

        of_replicas = assume_replicas(path, spec, usage, ctx.region)
    of_copies: Iterable[Assumption] = ()
    if spec.copies_itself:
        from capplan.services.dynamodb.backups.answers import assume_backups  # noqa: PLC0415  only where it is copied

        of_copies = assume_backups(path, spec, usage)
    return (
        *_table(path, spec, usage),
        *_indexes(path, spec, usage),
        *_accesses(path, usage),
        *_interpretations(spec, usage),
        *of_replicas,
        *of_copies,
    )


def _table(path: str, spec: Table, usage: Usage) -> Iterable[Assumption]:
    given = spec.model_fields_set
    if "capacity" not in given:
        yield Assumption(f"{path}.capacity", "on-demand", "the default when no capacity is set", "aws_default")
    if "table_class" not in given:
        yield Assumption(f"{path}.class", "standard", "a new table's class", "aws_default")
    if "items" not in given:
        yield Assumption(f"{path}.items", "0", "no number of items is written, so nothing is stored", "workload")
    adds = any(kind.access.op in ADDS_ITEMS and kind.access.replaces < 1 for kind in usage.requests)
    if spec.ttl and spec.stream and adds and "expires" not in given:
        why = "as many items expire as are put, each with a record in the stream"
        yield Assumption(f"{path}.expires", "100%", why, "workload")
    if usage.request_flow.terms and (
        spec.partition_key is None or "popularity" not in spec.partition_key.model_fields_set
    ):
        yield Assumption(
            f"{path}.partition_key.popularity", "uniform", "requests are spread evenly over the keys", "workload"
        )
    yield from _smooth(spec, usage)
    yield from _peak_seen(path, spec, usage)
    if spec.warm is not None and not spec.warm.seen:
        formula = "each unit above the present throughput at a provisioned unit's hourly price"
        yield Assumption(f"{path}.warm", "paid once", f"{formula}; AWS's guide gives no formula", "aws_default")
    if not spec.on_demand:
        for kind in ("write", "read"):
            if kind not in spec.capacity.model_fields_set:
                yield Assumption(f"{path}.capacity.{kind}", "auto scaled, 70%", "the console's default", "aws_default")


def _smooth(spec: Table, usage: Usage) -> Iterable[Assumption]:
    """Auto scaling sizes a capacity by the busiest minutes, so that noise is paid for."""
    scaled = [t for t, _ in usage.period.outcomes.values() if t.policy is not None and t.policy.target_utilization]
    profiles = {p.traffic_source: p for t in scaled for p, _ in t.flow.terms if p.recurring and p.noise is None}
    if spec.on_demand or not profiles:
        return
    hours = sum((sum(t.unit_hours.values(), Fraction(0)) for t in usage.targets), Fraction(0))
    for source, profile in profiles.items():
        more = HELD_MORE_FLAT if profile.flat else HELD_MORE
        yield Assumption(
            f"traffic.{source}.noise",
            "0%",
            f"minutes follow the curve; real ones vary by 10% to 20%, and at {USUAL_NOISE:.0%} auto scaling holds about "
            f"{more:.0%} more, {float(hours) * more:,.0f} unit-hours a month; write noise: {USUAL_NOISE:.0%}",
            "workload",
        )


def _peak_seen(path: str, spec: Table, usage: Usage) -> Iterable[Assumption]:
    """An on-demand table has grown to what its traffic brings every day; what a new one would throttle is said."""
    grown = [t for t, _ in usage.period.outcomes.values() if t.policy is None and t.peak > t.served_at_first]
    if not spec.on_demand or spec.warm is not None or not grown:
        return
    targets = [target for target, _ in usage.period.outcomes.values()]
    new = simulate_period(targets, request_loads(usage.requests), replace(CENTRAL, unseen=1)).throttled
    if new > usage.throttled:
        start = f"{NEW_ON_DEMAND_THROUGHPUT['write']:,} writes and {NEW_ON_DEMAND_THROUGHPUT['read']:,} reads a second"
        yield Assumption(
            f"{path}.warm",
            "has seen its peak",
            f"it has served its daily peak before; a new table begins at {start} and would throttle {percent(float(new))} "
            "of the month's requests; write warm: seen",
            "workload",
        )


def _indexes(path: str, spec: Table, usage: Usage) -> Iterable[Assumption]:
    for name, index in spec.indexes.items():
        where = f"{path}.indexes.{name}"
        if "project" not in index.model_fields_set:
            yield Assumption(f"{where}.project", "all", "the console's default", "aws_default")
        if index.entry_size is None and index.project != "all" and spec.sample is None:
            units = 1 if spec.item_size is None else ceil_div(mean(spec.item_size), WRITE_BLOCK_BYTES)
            worth = f", {units} units a write; up to 1 KB takes 1" if units > 1 else ""
            small = (Change(f"{where}.entry_size", "1 KB"),) if units > 1 else ()
            reason = f"the largest an entry can be{worth}"
            yield Assumption(f"{where}.entry_size", "the item's size", reason, "workload", small)
        if index.items is None and usage.request_flow.terms and spec.sample is None:
            yield Assumption(f"{where}.items", "as the table", "every item has an entry", "workload")
        if not index.local:
            yield from _global_index(where, spec, index, usage)


def _global_index(where: str, spec: Table, index: Index, usage: Usage) -> Iterable[Assumption]:
    if not spec.on_demand and index.capacity is None:
        yield Assumption(
            f"{where}.capacity", "as the table", "an index without capacity has the table's settings", "workload"
        )
    key = index.partition_key
    if usage.request_flow.terms and key is not None and "popularity" not in key.model_fields_set:
        yield Assumption(
            f"{where}.partition_key.popularity", "uniform", "requests are spread evenly over the keys", "workload"
        )


def _interpretations(spec: Table, usage: Usage) -> Iterable[Assumption]:
    """Where AWS's own texts disagree or say nothing: what capplan assumes. The same for every table."""
    accesses = [kind.access for kind in usage.requests]
    if usage.table_bytes:
        yield _interpretation("dynamodb.gb", "2^30 bytes", "as on the quotas page; some AWS tools count 10^9")
    if spec.point_in_time_recovery:
        yield _interpretation(
            "dynamodb.pitr", "stored bytes with AWS's overhead", "AWS does not document whether it counts"
        )
    if spec.sample is not None:
        yield _interpretation(
            "dynamodb.number_bytes", "by significant digits", "as measured; the guide says approximately"
        )
    if usage.request_flow.terms:
        yield _interpretation(
            "dynamodb.partition",
            "separate for reads and writes",
            "as in the guide; an older text has one shared budget",
        )
    if any(access.condition_fails for access in accesses):
        yield _interpretation(
            "dynamodb.failed_condition", "the larger of the existing and the new item", "older texts: the existing item"
        )
    if any(_sums_sizes(spec, access) for access in accesses):
        yield _interpretation("dynamodb.query", "item sizes vary independently", "no correlation is known")


def _sums_sizes(spec: Table, access: Access) -> bool:
    size = access.item_size or spec.item_size
    return access.op in {"query", "scan"} and size is not None and not size.fixed


def _interpretation(path: str, value: str, reason: str) -> Assumption:
    return Assumption(path, value, reason, "aws_default")


def _changes_all(access: Access) -> bool:
    return access.op == "update" and access.changes is None and access.sets is None and access.removes is None


def _accesses(path: str, usage: Usage) -> Iterable[Assumption]:
    """One line for each kind of default, not for each request."""
    accesses = [kind.access for kind in usage.requests]
    if any(a.op in READS and not is_transactional(a) and "consistency" not in a.model_fields_set for a in accesses):
        yield Assumption(f"{path}.access.consistency", "eventual", "the API's default", "aws_default")
    if any(access.op == "query" and access.items is None for access in accesses):
        yield Assumption(f"{path}.access.query.items", "1", "a query without items reads one", "workload")
    if any(access.op == "scan" and access.items is None for access in accesses):
        yield Assumption(f"{path}.access.scan.items", "all", "a scan without items reads everything", "workload")
    scans = [k for k in usage.requests if "segments" not in k.access.model_fields_set]
    longest_s = max((reading_s(kind.access, kind.units) for kind in scans), default=0)
    if longest_s >= SECONDS_PER_MINUTE:
        yield Assumption(
            f"{path}.access.scan.segments",
            f"1, so {math.ceil(longest_s / SECONDS_PER_MINUTE):,} min",
            f"pages of {PAGE_MAX} one after another, at the throughput of one partition; a parallel scan has more segments",
            "workload",
        )
    if usage.index_bytes and any(_changes_all(a) for a in accesses):
        yield Assumption(
            f"{path}.access.update.changes",
            "all",
            "an update without changes changes every projected attribute",
            "workload",
        )
