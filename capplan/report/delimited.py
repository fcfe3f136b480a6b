"""Rows as CSV that no spreadsheet acts upon. It knows no record."""

import csv
import io
from collections.abc import Iterable, Sequence

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def cell(value: str) -> str:
    """A text cell a spreadsheet shows and does not run: a quote before what would be a formula. Numbers do not come here."""
    return f"'{value}" if value.startswith(_ACTIVE) else value


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A head and rows, LF at line ends. Text cells are the caller's to pass through `cell`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()
