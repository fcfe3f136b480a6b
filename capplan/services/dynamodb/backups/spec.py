"""What a scenario may write about a table's backups, restores, exports and imports.

Source: DynamoDB Developer Guide, "On-demand backup and restore", "DynamoDB data export to Amazon S3", "DynamoDB data import from
Amazon S3"; AWS Backup Developer Guide, "Lifecycle" (read 2026-11-30).
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from capplan.quantities.fields import Bytes, Milliseconds, WholeCount
from capplan.schedule import ScheduleError, read_schedule
from capplan.services.dynamodb.regions import Region
from capplan.spec_config import SPEC_CONFIG
from capplan.units import MS_PER_SECOND, SECONDS_PER_DAY

MS_PER_DAY = MS_PER_SECOND * SECONDS_PER_DAY
COLD_DAYS_MIN = 90
"""Days that AWS Backup keeps a backup in cold storage at least."""


def _error(shown: str, hint: str) -> PydanticCustomError:
    return PydanticCustomError("quantity", "{shown}", {"shown": shown, "hint": hint, "found": ""})


def _schedule(raw: object) -> str:
    try:
        read_schedule(raw if isinstance(raw, str) else "")
    except ScheduleError as error:
        words = str(error).removeprefix("not a schedule expression: ")
        hint = words if isinstance(raw, str) else "expected rate(1 day) or cron(0 3 * * ? *)"
        raise _error("not a schedule expression", hint) from None
    return str(raw)


Schedule = Annotated[str, BeforeValidator(_schedule)]


def many(raw: object) -> object:
    """A list as the reader gives it."""
    return tuple(raw) if isinstance(raw, list) else raw


class Copy(BaseModel):
    """Copies of backups in another Region or another vault, by AWS Backup."""

    model_config = SPEC_CONFIG

    region: Region | None = None
    """The Region of the copy (the table's)."""
    keep: Milliseconds
    """How long a copy is kept, such as 365 days."""
    cold_after: Milliseconds | None = None
    """The age at which it moves to cold storage, such as 30 days; never without it."""
    vault: Literal["standard", "air-gapped"] = "standard"
    """standard, or air-gapped: a logically air-gapped vault (standard)."""

    @model_validator(mode="after")
    def _is_kept(self) -> Self:
        _check_lifecycle(self.keep, self.cold_after, self.vault)
        return self


class Backup(BaseModel):
    """Full backups of a table that are taken by a schedule and kept for a time."""

    model_config = SPEC_CONFIG

    schedule: Schedule = "rate(1 day)"
    """When one is taken: AWS's schedule expression (rate(1 day))."""
    keep: Milliseconds
    """How long it is kept, such as 35 days."""
    by: Literal["dynamodb", "aws-backup"] = "dynamodb"
    """What takes it: dynamodb, or aws-backup, which also copies it and moves it to cold storage (dynamodb)."""
    cold_after: Milliseconds | None = None
    """Of AWS Backup: the age at which it moves to cold storage, where it is kept for 90 days or more; never without it."""
    copies: Annotated[tuple[Copy, ...], BeforeValidator(many)] = ()
    """Of AWS Backup: copies in other Regions or vaults: [{region: us-west-2, keep: 365 days}]."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _check_lifecycle(self.keep, self.cold_after, "standard")
        if self.by == "dynamodb" and (self.cold_after is not None or self.copies):
            word = "copies" if self.copies else "cold_after"
            raise _error(f"DynamoDB's own backups have no {word}", "write by: aws-backup")
        return self


def _check_lifecycle(keep: Decimal, cold_after: Decimal | None, vault: str) -> None:
    if keep < MS_PER_DAY:
        raise _error("a backup is kept for less than a day", "write a time such as 35 days")
    if cold_after is None:
        return
    if vault == "air-gapped":
        raise _error("an air-gapped vault has no cold storage", "remove cold_after")
    if not MS_PER_DAY <= cold_after <= keep - COLD_DAYS_MIN * MS_PER_DAY:
        hint = f"keep must be {COLD_DAYS_MIN} days longer than cold_after, which is 1 day or more"
        raise _error(f"AWS Backup keeps a backup in cold storage for {COLD_DAYS_MIN} days or more", hint)


class Restore(BaseModel):
    """A restore of the table, from a backup or a point in time, into a new one; it is paid once."""

    model_config = SPEC_CONFIG

    indexes: Literal["all", "none"] | tuple[str, ...] = "all"
    """Secondary indexes that are restored: all, none or a list of names (all); fewer are cheaper and faster."""
    region: Region | None = None
    """The Region of the new table (the table's)."""
    times: Annotated[WholeCount, Field(ge=1)] = 1
    """How many (1)."""


def _as_restore(raw: object) -> object:
    """`indexes: [by-day]` is a list in YAML."""
    if isinstance(raw, dict) and isinstance(raw.get("indexes"), list):
        return {**raw, "indexes": tuple(raw["indexes"])}
    return raw


Restores = Annotated[
    tuple[Annotated[Restore, BeforeValidator(_as_restore)], ...],
    BeforeValidator(many),
]


class Export(BaseModel):
    """Exports of the table to S3, from its continuous backups."""

    model_config = SPEC_CONFIG

    type: Literal["full", "incremental"] = "full"
    """full: the whole table; incremental: what changed since the one before (full)."""
    schedule: Schedule = "rate(1 day)"
    """When: AWS's schedule expression (rate(1 day))."""
    bucket: str | None = None
    """The bucket under `buckets` that it is written to: its requests and storage are then part of the answer."""
    once: bool = False
    """Whether it is made a single time, and paid once (false)."""


class Import(BaseModel):
    """An import from S3 into a new table; it is paid once."""

    model_config = SPEC_CONFIG

    size: Bytes
    """The uncompressed size of the data, such as 500 GB."""
