"""`capplan reconcile` and `check --bill` as commands: answers, patches, wrong input, hostile cells."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from capplan.report.record import answer_schema
from capplan.report.records.reconcile import ReconcileRecord
from tests.commands.reconcile.build import API, BILLS, cur_row, write_bill
from tests.commands.reconcile.test_causes import PLANNED, REQUESTS

SHOP = (BILLS / "shop.yaml").read_text(encoding="utf-8")


def run(folder: Path, *arguments: str, without: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a folder with shop.yaml; `without` a module, as if it were not installed."""
    if not (folder / "shop.yaml").exists():
        (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    code = f"import sys; sys.modules.update(dict.fromkeys({without.split()})); from capplan.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip


def test_the_answer_as_json_holds_to_its_schema(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    done = run(tmp_path, "reconcile", "shop.yaml", str(BILLS / "cur_2.csv"), "-f", "json")
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, answer_schema("reconcile", ReconcileRecord))
    assert answer["causes"]["volume"] == "16.2098051653"
    assert answer["bill"]["rows"] == 12
    assert answer["bill"]["rows_compared"] + sum(one["rows"] for one in answer["bill"]["aside"]) == 12


@pytest.mark.parametrize("format_", ["table", "markdown", "html"])
def test_the_answer_as_text_says_each_cause_and_the_accuracy(format_: str, tmp_path: Path) -> None:
    done = run(tmp_path, "reconcile", "shop.yaml", str(BILLS / "cur_2.csv"), "-f", format_)
    assert done.returncode == 0
    for text in (
        "+16.21",
        "-0.20",
        "+52.70",
        "114.31",
        "45.60",
        "accuracy 74.0%",
        "other function" * 0 + "AWS Support",
    ):
        assert text in done.stdout, text


def test_a_patch_has_only_what_the_bill_says_and_keeps_comments(tmp_path: Path) -> None:
    done = run(tmp_path, "reconcile", "shop.yaml", str(BILLS / "cur_2.csv"), "--write-patch", "shop.patch")
    assert done.returncode == 0
    assert (tmp_path / "shop.yaml").read_text(encoding="utf-8") == SHOP
    lines = (tmp_path / "shop.patch").read_text(encoding="utf-8").splitlines()
    # requests and writes are 1.2 times as many; time is 1.5 times as much, so 1.25 times as long; 15 / 10.468 = 1.433
    assert [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-  visits: {rate: 10/s}        # as planned in spring",
        "+  visits: {rate: 12/s}        # as planned in spring",
        "-  orders: {item_size: 1 KB, items: 10M}",
        "+  orders: {item_size: 1 KB, items: 14.33M}",
        "-    duration: 100 ms          # measured with ten users",
        "+    duration: 125 ms          # measured with ten users",
    ]
    patched = subprocess.run(
        ["patch", "-p0", "shop.yaml", "shop.patch"],  # noqa: S607
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert patched.returncode == 0


def test_what_is_applied_plans_the_bill(tmp_path: Path) -> None:
    assert run(tmp_path, "reconcile", "shop.yaml", str(BILLS / "cur_2.csv"), "--apply").returncode == 0
    assert "rate: 12/s}        # as planned in spring" in (tmp_path / "shop.yaml").read_text(encoding="utf-8")
    after = json.loads(run(tmp_path, "reconcile", "shop.yaml", str(BILLS / "cur_2.csv"), "-f", "json").stdout)
    # what is left of 61.61: the allowance that the plan does not count on, 0.20, and items to 4 digits
    assert float(after["accuracy"]) == pytest.approx(1 - 0.2 / 61.61, abs=2e-4)
    assert after["corrected"] is None


def test_a_bill_as_planned_corrects_nothing(tmp_path: Path) -> None:
    bill = write_bill(tmp_path, [cur_row(**row) for row in PLANNED.values()])
    answer = json.loads(run(tmp_path, "reconcile", "shop.yaml", bill, "-f", "json").stdout)
    assert (answer["corrected"], answer["accuracy"], answer["difference"]) == (None, "1", "0")


@pytest.mark.parametrize("quantity", ["20000000", "30000000"])
def test_a_bill_of_which_most_is_missing_corrects_nothing(quantity: str, tmp_path: Path) -> None:
    """Of 45.60 only requests for 4 or 6 USD: at more or fewer visits the rest is planned all the same, accuracy stays 0."""
    bill = write_bill(tmp_path, [cur_row(**(REQUESTS | {"quantity": quantity, "cost": str(int(quantity) / 5e6)}))])
    done = run(tmp_path, "reconcile", "shop.yaml", bill, "--apply")
    assert done.returncode == 0
    assert (tmp_path / "shop.yaml").read_text(encoding="utf-8") == SHOP
    assert "accuracy 0.0%" in done.stdout
    assert "What the bill corrects" not in done.stdout


def test_what_only_evens_out_is_still_corrected(tmp_path: Path) -> None:
    """1.08 USD less of time and as much more of storage: the total is as planned, 2.16 / 45.60 are not SKU by SKU."""
    rows = [
        REQUESTS,
        PLANNED["duration"] | {"quantity": "1231200", "cost": "20.52004104"},  # 95 ms, not 100
        PLANNED["writes"],
        PLANNED["storage"] | {"quantity": "14.7880657387", "cost": "3.6970164347"},  # 4.32 GB more
    ]
    bill = write_bill(tmp_path, [cur_row(**row) for row in rows])
    done = run(tmp_path, "reconcile", "shop.yaml", bill)
    assert "accuracy SKU by SKU would be 100.0% instead of 95.3%" in done.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),  # nothing is unexplained
        (("--max-unexplained", "0%"), 0),
        (("--overlay", "strict.yaml"), 3),  # bill.accuracy >= 90%, and it is 74%
        (("--overlay", "warn.yaml"), 0),
        (("--overlay", "warn.yaml", "--fail-on", "warn"), 3),
    ],
)
def test_check_judges_a_bill(options: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text("gates: [bill.accuracy >= 90%]\n")
    (tmp_path / "warn.yaml").write_text("gates: [{warn: bill.accuracy >= 90%}]\n")
    done = run(tmp_path, "check", "shop.yaml", "--bill", str(BILLS / "cur_2.csv"), *options)
    assert done.returncode == code, done.stdout + done.stderr
    assert "bill." in done.stdout


def test_what_is_not_explained_fails_the_gate_of_the_bill(tmp_path: Path) -> None:
    rows = [cur_row(**row) for name, row in PLANNED.items() if name != "requests"]
    bill = write_bill(tmp_path, [*rows, cur_row(**(REQUESTS | {"quantity": "", "cost": "20"}))])
    done = run(tmp_path, "check", "shop.yaml", "--bill", bill)
    assert done.returncode == 3
    assert "bill.unexplained" in done.stdout
    assert run(tmp_path, "check", "shop.yaml", "--bill", bill, "--max-unexplained", "30%").returncode == 0


def test_a_gate_on_a_bill_is_not_judged_without_one(tmp_path: Path) -> None:
    (tmp_path / "strict.yaml").write_text("gates: [bill.accuracy >= 90%]\n")
    assert "not judged" in run(tmp_path, "estimate", "shop.yaml", "--overlay", "strict.yaml").stdout
    done = run(tmp_path, "check", "shop.yaml", "--overlay", "strict.yaml")
    assert done.returncode == 2
    assert "give check --bill bill.csv" in done.stderr


HEAD = ",".join(cur_row())
ROW = ",".join(cur_row(**REQUESTS).values())


def _months(folder: Path) -> None:
    rows = [cur_row(**REQUESTS), cur_row(**REQUESTS, period="2026-10-01T00:00:00Z")]
    write_bill(folder, rows)


def _euros(folder: Path) -> None:
    write_bill(folder, [cur_row(**REQUESTS, currency="EUR")])


def _two_currencies(folder: Path) -> None:
    write_bill(folder, [cur_row(**REQUESTS), cur_row(**REQUESTS, currency="JPY")])


def _text(name: str, text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(text.encode())

    return write


@pytest.mark.parametrize(
    ("made", "arguments", "said"),
    [
        (_months, ("bill.csv",), "the bill has 2 months: 2026-10, 2026-11"),
        (_months, ("bill.csv", "--month", "2026-09"), "the bill has nothing of 2026-09"),
        (_months, ("bill.csv", "--month", "September"), "expected a month, such as 2026-11"),
        (_euros, ("bill.csv",), "the bill is in EUR"),
        (_two_currencies, ("bill.csv",), "the bill is in JPY"),
        (_text("bill.csv", f"{HEAD}\n"), ("bill.csv",), "the bill has no row"),
        (_text("bill.csv", "a,b\n1,2\n"), ("bill.csv",), "its columns are those of no bill"),
        (_text("bill.csv", ""), ("bill.csv",), "is empty"),
        (_text("bill.json", "{"), ("bill.json",), "not JSON to its end"),
        (_text("bill.json", '{"a": 1}'), ("bill.json",), "JSON that is no answer of Cost Explorer"),
        (
            _text("bill.json", '{"ResultsByTime": [{"Groups": 3}]}'),
            ("bill.json",),
            "not of the form of GetCostAndUsage",
        ),
        (_text("bill.csv", f"{HEAD}\nx,y\n"), ("bill.csv",), "no row has a billing month"),
        (_text("bill.log", "one line of text\n"), ("bill.log",), "is no bill that can be told"),
        (_text("bill.csv", f"{HEAD}\n{ROW}\n"), ("none.csv",), "is no file"),
        (
            _text("bill.csv", f"{HEAD}\n{ROW}\n"),
            ("bill.csv", "--map", "x=nobody"),
            "the scenario has no resource 'nobody'",
        ),
        (_text("bill.csv", f"{HEAD}\n{ROW}\n"), ("bill.csv", "--map", "api"), "is not PATTERN=RESOURCE"),
        (_text("bill.csv", f"{HEAD}\n{ROW}\n"), ("bill.csv", "--tag", "team"), "expected KEY=VALUE"),
        (_text("bill.csv", f"{HEAD}\n{ROW}\n"), ("bill.csv", "--account", "1"), "no row of the bill can be compared"),
        (_text("bill.csv", f"{HEAD}\n{ROW}\n"), ("bill.csv", "-o", "bill.csv"), "is an input"),
    ],
)
def test_wrong_input_is_told(
    made: Callable[[Path], None], arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    made(tmp_path)
    done = run(tmp_path, "reconcile", "shop.yaml", *arguments)
    assert done.returncode == 2, done.stdout
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_a_cut_off_parquet_file_is_told(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    (tmp_path / "bill.parquet").write_bytes(b"PAR1")
    done = run(tmp_path, "reconcile", "shop.yaml", "bill.parquet")
    assert done.returncode == 2
    assert "not a whole Parquet file" in " ".join(done.stderr.replace("│", " ").split())


def test_several_months_are_one_by_one(tmp_path: Path) -> None:
    _months(tmp_path)
    answer = json.loads(run(tmp_path, "reconcile", "shop.yaml", "bill.csv", "--month", "2026-11", "-f", "json").stdout)
    assert (answer["bill"]["month"], answer["bill"]["aside"][0]["why"]) == ("2026-11", "of another month")


def test_without_the_engine_csv_is_read_and_parquet_says_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path, "reconcile", "shop.yaml", str(BILLS / "cur_2.csv"), without="duckdb")
    assert done.returncode == 0
    (tmp_path / "bill.parquet").write_bytes(b"PAR1")
    done = run(tmp_path, "reconcile", "shop.yaml", "bill.parquet", without="duckdb")
    assert done.returncode == 2
    assert "python -m pip install 'capplan[traces]'" in done.stderr


HOSTILE = (
    {"cost": "NaN"},
    {"cost": "inf"},
    {"cost": "1e400"},
    {"quantity": "9" * 400},
    {"quantity": "=1+1"},
    {"cost": "٣"},
    {"quantity": "-5", "cost": "5"},
    {"cost": "999999999999999"},
    {"id": "=cmd|' /C calc'!A0"},
    {"id": "\x1b]0;owned\x07\x1b[2J"},
    {"id": "a\x00b"},
    {"type": "\u202etseuqeR", "code": "##vso[task.setvariable]"},
    {"code": "<script>alert(1)</script>", "quantity": "1", "cost": "3"},
    {"type": "Request" * 5000},
    {"period": "9999-99-01"},
    {"start": "never", "end": "2026-99-99T00:00:00Z"},
    {"resource_tags": "{" * 2000},
    {"resource_tags": '{"user_team": "\\u001b[31m"}'},
)


@pytest.mark.parametrize("cells", HOSTILE, ids=str)
def test_a_hostile_cell_is_inert_and_counted(cells: dict[str, str], tmp_path: Path) -> None:
    rows = [cur_row(**row) for row in PLANNED.values()]
    hostile = {"type": "Request", "id": API, "quantity": "5", "cost": "1"} | cells
    bill = write_bill(tmp_path, [*rows, cur_row(**hostile)])
    formats = [word for name in ("json", "html", "markdown") for word in ("-f", f"{name}=answer.{name}")]
    done = run(tmp_path, "reconcile", "shop.yaml", bill, "-f", "table", *formats, "--details", "--month", "2026-11")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    texts = {name: (tmp_path / f"answer.{name}").read_text(encoding="utf-8") for name in ("json", "html", "markdown")}
    for text in (done.stdout, *texts.values()):
        assert not set(text) & {chr(i) for i in range(32)} - {"\n"}
        assert "##vso[" not in text
    assert "<script>alert" not in texts["html"] + texts["markdown"]
    answer = json.loads(texts["json"])
    assert answer["bill"]["rows"] == 5
    assert answer["bill"]["rows_compared"] + sum(one["rows"] for one in answer["bill"]["aside"]) == 5
    assert sum(map(float, answer["causes"].values())) == pytest.approx(float(answer["difference"]))


@pytest.mark.parametrize(
    "name", ["cur_2.csv", "cur_legacy.csv", "focus_1_0.csv", "focus_1_2.csv", "cost_explorer.json"]
)
def test_a_bill_in_the_place_of_a_scenario_is_told_as_one(name: str, tmp_path: Path) -> None:
    done = run(tmp_path, "estimate", str(BILLS / name))
    assert done.returncode == 2
    assert "this is a bill (" in done.stderr
    assert "capplan reconcile SCENARIO BILL" in " ".join(done.stderr.replace("|", " ").split())
