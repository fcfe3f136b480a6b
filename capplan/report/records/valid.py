"""The record of valid scenario files: `capplan.valid/1`."""

from collections.abc import Sequence
from typing import NamedTuple

from capplan.pipeline.results import Plan


class FileRecord(NamedTuple):
    """A valid scenario file, and how much it declares."""

    file: str
    sha256: str
    resources: int
    gates: int


class ValidRecord(NamedTuple):
    """What `capplan validate` answers with --format json."""

    schema: str
    files: tuple[FileRecord, ...]


def valid_record(plans: Sequence[Plan]) -> ValidRecord:
    """Valid files as JSON has them."""
    files = (FileRecord(plan.file, plan.sha256, len(plan.resources), len(plan.gates)) for plan in plans)
    return ValidRecord("capplan.valid/1", tuple(files))
