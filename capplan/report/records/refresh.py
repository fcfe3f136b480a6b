"""What `prices refresh` answers as JSON: `capplan.prices-refresh/1`."""

from datetime import date
from typing import Literal, NamedTuple

from capplan.commands.refresh_prices import FileRefresh, Refresh
from capplan.pricing.refresh.merge import KeyChange
from capplan.report.record import taken


class FileRefreshRecord(NamedTuple):
    """What became of a service's prices in a Region.

    Attributes:
        failed: Why nothing was read; null where it was.
    """

    service: str
    region: str
    version: str
    is_written: bool
    failed: str | None
    changes: tuple[KeyChange, ...]


class RefreshRecord(NamedTuple):
    """What `capplan prices refresh` answers with --format json.

    Attributes:
        is_whole: All was read, and nothing is held back.
        unmapped: Services whose prices nobody has found in AWS's list yet.
        not_renewed: Single prices of the others, likewise.
    """

    schema: Literal["capplan.prices-refresh/1"]
    source: str
    day: date
    is_whole: bool
    files: tuple[FileRefreshRecord, ...]
    unmapped: tuple[str, ...]
    not_renewed: tuple[str, ...]


def refresh_record(done: Refresh) -> RefreshRecord:
    """A run as JSON has it."""
    files = tuple(map(_file, done.files))
    return taken(RefreshRecord, done, schema="capplan.prices-refresh/1", source=done.base, files=files)


def _file(file: FileRefresh) -> FileRefreshRecord:
    return taken(FileRefreshRecord, file, failed=file.failed or None)
