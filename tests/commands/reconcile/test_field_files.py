"""Bills that other people published: every row is compared or set aside, and the causes add up."""

import os
from pathlib import Path

import pytest

from tests.commands.reconcile.build import add_up, reconciled
from tests.helpers import SCENARIOS

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_FILES = sorted(Path(_FOLDER).glob("**/billing/*.*")) if _FOLDER else []
_BILLS = [path for path in _FILES if path.suffix in (".csv", ".json", ".parquet")]


@pytest.mark.skipif(not _BILLS, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("bill", _BILLS, ids=lambda path: path.name)
@pytest.mark.parametrize("name", ["web-shop", "data-lake"])
def test_a_published_bill_is_read_to_its_last_row(bill: Path, name: str) -> None:
    answer = reconciled(str(SCENARIOS / name / "scenario.yaml"), str(bill))
    add_up(answer)
    assert answer.bill.rows > 0
