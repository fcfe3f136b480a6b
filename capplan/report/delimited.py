"""Rows as CSV that no spreadsheet acts upon. It knows no record."""

import csv
import io
from collections.abc import Iterable, Sequence

from capplan.report.plain import plain

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "::")


def cell(value: str) -> str:
    """A text cell a spreadsheet shows and does not run: a quote before what would be a formula. Numbers do not come here.

    What a terminal or a build agent would act upon is written out, as everywhere.
    """
    shown = plain(value)
    return f"'{shown}" if shown.lstrip().startswith(_ACTIVE) else shown


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A head and rows, LF at line ends. Text cells are the caller's to pass through `cell`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
