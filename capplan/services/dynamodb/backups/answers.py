"""What a gate may ask of a table's backups, and what is taken as given of them.

Source: DynamoDB Developer Guide, "Understanding Amazon DynamoDB billing for backups", "Backing up and restoring DynamoDB tables with
DynamoDB: How it works" (read 2026-11-30), the same page of 2020 for the largest partitions; re:Post, "Why does my Amazon DynamoDB
table restoration take a long time?" (read 2026-11-30).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.model import Assumption, Observable
from capplan.quantities.rounding import to_quantity
from capplan.schedule import read_schedule
from capplan.services.dynamodb.backups.charges import changed_bytes, exports_of
from capplan.services.dynamodb.backups.kept import carried_days, days, kept, per_day
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage

RESTORE_LEAST_MIN, RESTORE_USUAL_MIN, RESTORE_MOST_MIN = 20, 60, 600
"""Minutes: of even an empty table; below which a restore usually ends; of partitions with billions of items."""
_MONTH_DAYS = 30
_SKEWED = 2
"""The fullest partition holds so many times its part: a restore takes as long as the largest partition."""


def observe_backups(spec: Table, usage: Usage) -> Mapping[str, Observable]:
    """Backups that are kept, and how long a restore takes."""
    count = sum((_kept(i, spec) for i in range(len(spec.backups))), Fraction(0))
    out = {"backups.kept": Observable(to_quantity(count), "backups")} if spec.backups else {}
    if spec.restores:
        out["restore.minutes"] = Observable(Decimal(restore_minutes(usage)[1]), "minutes")
    return out


def _kept(i: int, spec: Table) -> Fraction:
    backup = spec.backups[i]
    return kept(per_day(read_schedule(backup.schedule).per_year), days(backup.keep))


def restore_minutes(usage: Usage) -> tuple[int, int]:
    """The least and the most minutes of a restore that AWS lets expect: longer than usual where data are skewed."""
    skewed = usage.table.hottest_share * usage.table.partitions > _SKEWED
    return RESTORE_LEAST_MIN, RESTORE_MOST_MIN if skewed else RESTORE_USUAL_MIN


def assume_backups(path: str, spec: Table, usage: Usage) -> Iterable[Assumption]:
    """Where a bill looks other than a month's cost, and what AWS does not promise."""
    for i, backup in enumerate(spec.backups):
        rate = per_day(read_schedule(backup.schedule).per_year)
        count = _kept(i, spec)
        first = carried_days(count, _MONTH_DAYS)
        last = carried_days(count, _MONTH_DAYS, expire_per_day=rate, day=_MONTH_DAYS)
        reason = (
            f"{float(count):,.0f} full copies lie there every day; the bill of the 1st has {float(first):,.0f} backup-days for "
            f"them, which fall to {float(last):,.0f} as they expire, and each new one is billed on its day"
        )
        yield Assumption(f"{path}.backups", "a steady schedule", reason, "aws_default")
    if spec.backups and spec.point_in_time_recovery:
        reason = "continuous backups and full ones are billed side by side"
        yield Assumption(f"{path}.point_in_time_recovery", "both", reason, "aws_default")
    if spec.restores:
        low, high = restore_minutes(usage)
        reason = (
            f"AWS promises no time: at least {low} min, usually less than an hour; as long as the largest partition takes, "
            "longer with secondary indexes; auto scaling, alarms, tags, streams and time to live are to be set again"
        )
        yield Assumption(f"{path}.restores", f"{low} to {high} min", reason, "aws_default")
    if any(export.type == "incremental" for export in exports_of(spec)) and changed_bytes(spec, usage):
        reason = "every change with the size of its item; continuous backups may record more"
        yield Assumption(f"{path}.exports", "changes as items", reason, "aws_default")
    if any(export.bucket for export in spec.exports):
        reason = "files of 100 MB that are together as large as the data in the table: AWS publishes neither"
        yield Assumption(f"{path}.exports.bucket", "files", reason, "aws_default")
