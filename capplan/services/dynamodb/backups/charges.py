"""What backups, restores, exports and imports of a table cost, and what follows from them in other services.

A backup and an export are of the table with its local indexes; a restore is of what is restored, global indexes too. AWS Backup's
warm storage costs what DynamoDB's own backups do. An incremental export is of what changed, at least 10 MB each.

Source: DynamoDB Developer Guide, "Best practices for understanding your AWS billing and usage reports in DynamoDB", "DynamoDB data
export to Amazon S3: how it works" (read 2026-11-30).
"""

import math
from collections.abc import Iterable
from fractions import Fraction

from capplan.calls import Access
from capplan.flow import DemandFlow, steady
from capplan.model import Charge, Frequency, Implied, RequestStream
from capplan.quantities.distribution import fixed, mean
from capplan.quantities.rounding import to_decimal, to_quantity
from capplan.schedule import profile_of, read_schedule
from capplan.services.dynamodb.backups.kept import days, kept, per_day
from capplan.services.dynamodb.backups.spec import Backup, Copy, Export
from capplan.services.dynamodb.changes import changed_items
from capplan.services.dynamodb.items.storage import gigabytes
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage
from capplan.units import BYTES_PER_GB, BYTES_PER_MB, MONTH_SECONDS, MONTHS_PER_YEAR

RESTORE = "dynamodb.backup.restore_gb"
WARM = "dynamodb.backup.on_demand_gb_month"
COLD = "dynamodb.backup.aws_backup_cold_gb_month"
AIR_GAPPED = "dynamodb.backup.aws_backup_logically_air_gapped_vault_gb_month"
EXPORT_MIN_BYTES = 10 * BYTES_PER_MB
"""What an incremental export is charged at least."""
FILE_BYTES = 100 * BYTES_PER_MB
"""What one file of an export is taken to hold: AWS does not publish it."""
ZERO_ETL_MINUTES = 15
"""How often a zero-ETL integration with Redshift or a lakehouse exports what changed, at most."""


def exports_of(spec: Table) -> tuple[Export, ...]:
    """The table's exports, with those of its zero-ETL integrations: everything once, then what changes."""
    out = list(spec.exports)
    for target in spec.zero_etl:
        out.append(Export.model_construct(type="full", once=True))
        if target != "opensearch":
            out.append(Export.model_construct(type="incremental", schedule=f"rate({ZERO_ETL_MINUTES} minutes)"))
    return tuple(out)


def copied_bytes(spec: Table, usage: Usage) -> Fraction:
    """Bytes of the table with its local indexes: what a backup and an export hold."""
    return usage.table_bytes + sum((usage.index_bytes[index] for index in spec.local_indexes()), Fraction(0))


def changed_bytes(spec: Table, usage: Usage) -> Fraction:
    """Bytes of changed items a month, as continuous backups record them."""
    default = Fraction(0) if spec.item_size is None else mean(spec.item_size)
    return sum(
        (
            s.flow.monthly
            * changed_items(s.access)
            * (default if s.access.item_size is None else mean(s.access.item_size))
            for s in usage.demand.requests
        ),
        Fraction(0),
    )


def runs(export: Export) -> Fraction:
    """Exports a month; 1 for one that is made once."""
    return Fraction(1) if export.once else read_schedule(export.schedule).per_year / MONTHS_PER_YEAR


def export_bytes(spec: Table, usage: Usage, export: Export) -> Fraction:
    """Bytes that one export is charged for."""
    if export.type == "full":
        return copied_bytes(spec, usage)
    return max(Fraction(EXPORT_MIN_BYTES), changed_bytes(spec, usage) / runs(export))


def backup_charges(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    """Charges of everything that copies the table."""
    size = copied_bytes(spec, usage)
    for i, backup in enumerate(spec.backups):
        head = f"{name}.backup{_number(i)}"
        if size:
            yield from _stored(head, backup, backup, size)
            for j, copy in enumerate(backup.copies):
                yield from _stored(f"{head}.copy{_number(j)}", backup, copy, size, copy.region or "")
    yield from _restores(name, spec, usage)
    for i, export in enumerate(exports_of(spec)):
        yield from _export(f"{name}.export{_number(i)}", spec, usage, export)
    for i, one in enumerate(spec.imports):
        words = "uncompressed data of an import from S3, once"
        gb = Fraction(one.size) / BYTES_PER_GB
        id_ = f"{name}.import{_number(i)}"
        yield Charge(id_, "dynamodb.import_s3.gb", words, gb, "GB", frequency="one_time")


def _number(i: int) -> str:
    """What tells the second of several from the first, whose line keeps its id when another is added."""
    return f".{i + 1}" if i else ""


def _stored(head: str, backup: Backup, kept_in: Backup | Copy, size: Fraction, region: str = "") -> Iterable[Charge]:
    """Warm and cold storage of the backups that lie there."""
    rate = per_day(read_schedule(backup.schedule).per_year)
    warm_days = days(kept_in.keep if kept_in.cold_after is None else kept_in.cold_after)
    warm = AIR_GAPPED if isinstance(kept_in, Copy) and kept_in.vault == "air-gapped" else WARM
    parts = [("", warm, warm_days)]
    if kept_in.cold_after is not None:
        parts.append((".cold", COLD, days(kept_in.keep) - warm_days))
    for word, price, kept_days in parts:
        count = kept(rate, kept_days)
        words = f"{to_quantity(count):,} backups kept × {to_quantity(gigabytes(size)):,} GB"
        quantity = count * gigabytes(size)
        yield Charge(f"{head}{word}", price, words, quantity, "GB-month", frequency="recurring", region=region)


def _restores(name: str, spec: Table, usage: Usage) -> Iterable[Charge]:
    for i, restore in enumerate(spec.restores):
        chosen = spec.indexes if restore.indexes == "all" else () if restore.indexes == "none" else restore.indexes
        size = usage.table_bytes + sum((usage.index_bytes.get(index, Fraction(0)) for index in chosen), Fraction(0))
        if size:
            words = f"{restore.times} × the table" + (f" with {len(chosen)} indexes" if chosen else " without indexes")
            id_ = f"{name}.restore{_number(i)}"
            gb = gigabytes(size) * restore.times
            there = restore.region or ""
            yield Charge(id_, RESTORE, words, gb, "GB", frequency="one_time", region=there)


def _export(id_: str, spec: Table, usage: Usage, export: Export) -> Iterable[Charge]:
    size = export_bytes(spec, usage, export)
    if size:
        words = f"{to_quantity(runs(export)):,} {export.type} exports × {to_quantity(gigabytes(size)):,} GB"
        key = f"dynamodb.export_s3.{export.type}_gb"
        frequency: Frequency = "one_time" if export.once else "usage_based"
        yield Charge(id_, key, words, runs(export) * gigabytes(size), "GB", frequency=frequency)


# --- in other services ------------------------------------------------------------------------------------------------


def backup_implies(name: str, spec: Table, usage: Usage, home: str) -> Iterable[Implied]:
    """Puts into the buckets of exports, and data that leave the Region with copies of backups."""
    for export in spec.exports:
        if export.bucket is not None and not export.once and (size := export_bytes(spec, usage, export)):
            files = math.ceil(size / FILE_BYTES)
            profile = profile_of(f"{name} export", export.schedule)
            access = Access.model_validate({"op": "put-object"}).model_copy(
                update={"payload": fixed(to_decimal(size / files))}
            )
            puts = RequestStream(access, DemandFlow.of(profile, Fraction(files)), f"tables.{name}")
            yield Implied("buckets", export.bucket, requests=(puts,))
    size = copied_bytes(spec, usage)
    for backup in spec.backups:
        for copy in backup.copies:
            if copy.region not in (None, home) and size:
                month = read_schedule(backup.schedule).per_year / MONTHS_PER_YEAR
                yield _transfer(str(copy.region), size, month, f"tables.{name}")


def _transfer(region: str, size: Fraction, times: Fraction, cause: str) -> Implied:
    """Data that leave for another Region, so often a month, spread over it."""
    access = Access.model_validate({"op": "transfer"}).model_copy(update={"payload": fixed(to_decimal(size))})
    flow = DemandFlow.of(steady(cause, recurring=False), times / MONTH_SECONDS)
    stream = RequestStream(access, flow, cause)
    return Implied("data_transfer", f"to-{region}", {"to": region}, (stream,))
