"""A bill's rows that share all but times and figures are read once, and never more are kept than fit."""

import pytest

from capplan.commands.reconcile import known_rows
from capplan.commands.reconcile.known_rows import KnownRows
from capplan.commands.reconcile.rows import ZERO, BillRow


def row(service: str) -> BillRow:
    return BillRow("usage", "", "", "", "", "", service, "", "", "", "", "", "", (), None, ZERO, ZERO, None)


def asked(known: KnownRows, *cells: str) -> tuple[str, bool]:
    """The row's service, and whether it was read now."""
    read = []

    def of_cells() -> BillRow:
        read.append(cells)
        return row(cells[0])

    return known.row(cells, of_cells).service, bool(read)


def test_a_row_is_read_once_whatever_its_figures() -> None:
    known = KnownRows([0, 2])
    assert asked(known, "S3", "1", "eu") == ("S3", True)
    assert asked(known, "S3", "2", "eu") == ("S3", False)
    assert asked(known, "S3", "1", "us") == ("S3", True)
    assert asked(known, "EC2", "1", "eu") == ("EC2", True)


def test_what_is_kept_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_rows, "_MOST", 2)
    known = KnownRows([0])
    assert [asked(known, name)[1] for name in ("a", "b", "a", "c", "c", "a")] == [True, True, False, True, False, True]
