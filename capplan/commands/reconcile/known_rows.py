"""Keeps rows of a bill by the cells that they share, since most of its rows differ in times and figures alone."""

from collections.abc import Callable, Sequence
from operator import itemgetter

from capplan.commands.reconcile.rows import BillRow

_MOST = 100_000


class KnownRows:
    """The rows that were read before, of which so many are kept; `columns` are those in which rows must be the same."""

    def __init__(self, columns: Sequence[int]) -> None:
        self._shared = itemgetter(*columns)
        self._rows: dict[object, BillRow] = {}

    def row(self, cells: Sequence[str], read: Callable[[], BillRow]) -> BillRow:
        """The row of such cells; `read` is asked where it is new."""
        shared = self._shared(cells)
        row = self._rows.get(shared)
        if row is None:
            if len(self._rows) >= _MOST:
                self._rows.clear()
            row = self._rows[shared] = read()
        return row
