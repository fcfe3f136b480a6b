"""One bill in each form that bills come in: the same rows, the same answer, by hand.

The plan for November's 720 hours: 25,920,000 requests (5.184 USD), 1,296,000 GB-s at 0.0000166667 (21.6000432), 25,920,000
WRU at 0.000000625 (16.2), 10.4680657387 GB-months at 0.25 (2.6170164347): 45.6010596347.
The bill: 30,104,000 requests that are paid (6.0208) and 1,000,000 that are free, 1,944,000 GB-s (32.4000648), 31,104,000 WRU
(19.44), 15 GB-months (3.75). Volume: 5,184,000 requests (1.0368) + 648,000 GB-s (10.8000216) + 5,184,000 WRU (3.24) +
4.5319342613 GB-months (1.1329835653) = 16.2098051653. Allowance: 1,000,000 requests, 0.20. Not modeled: another function
(0.40), S3 (2.30), EC2 (50).
"""

import gzip
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from tests.commands.reconcile.build import BILLS, SHOP, add_up, causes_of, reconciled

D = Decimal
WHOLE = {"volume": D("16.2098051653"), "allowance": D("-0.2"), "not_modeled": D("52.7")}


@pytest.mark.parametrize(
    ("file", "causes", "rows", "shape"),
    [
        ("cur_2.csv", WHOLE, 12, "Cost and Usage Report"),
        ("cur_legacy.csv", WHOLE, 12, "Cost and Usage Report"),
        ("focus_1_2.csv", WHOLE, 12, "FOCUS"),
        # without the row of S3; usage is told by SKU alone
        ("focus_1_0.csv", WHOLE | {"not_modeled": D("50.4")}, 11, "FOCUS"),
        # without resources, the other function's 2,000,000 requests (0.40) look like volume
        ("cost_explorer.json", WHOLE | {"volume": D("16.6098051653"), "not_modeled": D("52.3")}, 9, "Cost Explorer"),
    ],
)
def test_the_same_bill_in_every_form(file: str, causes: dict[str, Decimal], rows: int, shape: str) -> None:
    answer = reconciled(SHOP, str(BILLS / file))
    add_up(answer)
    assert answer.planned == D("45.6010596347")
    assert causes_of(answer) == causes
    assert answer.bill.rows == rows
    assert answer.bill.shapes == (shape,)
    assert (answer.bill.month, answer.bill.first, answer.bill.last) == ("2026-11", "2026-11-01", "2026-11-30")
    assert answer.bill.hours == 720


def test_what_is_set_aside_is_counted_with_its_reason() -> None:
    aside = reconciled(SHOP, str(BILLS / "cur_2.csv")).bill.aside
    assert [(one.why, one.rows, one.billed) for one in aside] == [
        ("AWS Support", 1, D(29)),
        ("tax", 1, D(5)),
        ("credits", 1, D(-3)),
    ]


def test_the_accuracy_is_of_what_is_modeled() -> None:
    answer = reconciled(SHOP, str(BILLS / "cur_2.csv"))
    # 114.3108648 - 52.7 = 61.6108648 of what the scenario models; |61.6108648 - 45.6010596347| / 61.6108648 = 25.9854%
    assert answer.accuracy == answer.accuracy_by_sku == D("0.740146")
    assert answer.unexplained_share == 0
    assert answer.not_modeled_share == D("0.461024")  # 52.7 / 114.3108648


def test_a_gzip_file_and_parquet_say_the_same(tmp_path: Path) -> None:
    zipped = tmp_path / "bill.csv.gz"
    with (BILLS / "cur_2.csv").open("rb") as plain, gzip.open(zipped, "wb") as file:
        shutil.copyfileobj(plain, file)
    assert causes_of(reconciled(SHOP, str(zipped))) == WHOLE
    duckdb = pytest.importorskip("duckdb")
    parquet = tmp_path / "bill.parquet"
    source = BILLS / "cur_2.csv"
    tags = "CAST(json_extract(resource_tags, '$') AS MAP(VARCHAR, VARCHAR))"  # as AWS writes it: a map column
    duckdb.sql(
        f"COPY (SELECT * REPLACE ({tags} AS resource_tags) FROM read_csv('{source}')) TO '{parquet}' (FORMAT parquet)"
    )
    answer = reconciled(SHOP, str(parquet))
    add_up(answer)
    assert causes_of(answer) == WHOLE


def test_several_files_are_one_bill(tmp_path: Path) -> None:
    head, *rows = (BILLS / "cur_2.csv").read_text(encoding="utf-8").splitlines()
    for i, part in enumerate((rows[:5], rows[5:])):
        (tmp_path / f"part-{i}.csv").write_text("\n".join([head, *part]) + "\n", encoding="utf-8")
    assert causes_of(reconciled(SHOP, str(tmp_path / "*.csv"))) == WHOLE
