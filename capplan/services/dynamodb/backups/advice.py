"""Recommendations on a table's backups: old ones in cold storage."""

from collections.abc import Iterable
from decimal import Decimal

from capplan.model import Change, Option
from capplan.services.dynamodb.backups.kept import days
from capplan.services.dynamodb.backups.spec import COLD_DAYS_MIN
from capplan.services.dynamodb.spec import Table

_WARM_DAYS = 30
_GIVES_UP = "a restore from cold storage takes longer, and its GB cost more"


def backup_options(name: str, spec: Table) -> Iterable[Option]:
    """Cold storage for what is kept long, where nothing moves there yet."""
    for i, backup in enumerate(spec.backups):
        kept = [("", backup.keep, backup.by == "aws-backup" and backup.cold_after is None)]
        kept += [
            (f".copies.{j}", copy.keep, copy.cold_after is None and copy.vault == "standard")
            for j, copy in enumerate(backup.copies)
        ]
        for where, keep, stays_warm in kept:
            if stays_warm and days(Decimal(keep)) >= _WARM_DAYS + COLD_DAYS_MIN:
                yield Option(
                    "dynamodb.backup-cold",
                    f"{name} keeps {'copies of ' if where else ''}backups for {int(days(Decimal(keep)))} days in warm storage.",
                    (Change(f"tables.{name}.backups.{i}{where}.cold_after", f"{_WARM_DAYS} days"),),
                    _GIVES_UP,
                    only_if_priced=True,
                )
