"""`capplan workflow` as a program is run: its forms, its widths, what it refuses."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.helpers import WEB_SHOP
from tests.report.mermaid_grammar import parse


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "capplan", *arguments], capture_output=True, text=True, check=False)


def test_the_table_fits_a_pipe_and_names_every_state() -> None:
    done = run("workflow", WEB_SHOP)
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert all(len(line) <= 80 and line == line.rstrip() for line in done.stdout.splitlines())
    for words in (
        "Charge card",
        "Backorder",
        "start and end",
        "Distribution",
        "Standard or Express",
        "Event history",
        "Limits",
    ):
        assert words in done.stdout


def test_the_shown_cents_add_up() -> None:
    lines = run("workflow", WEB_SHOP).stdout.splitlines()
    begin, end = (
        lines.index(next(x for x in lines if x.startswith("States"))) + 2,
        next(i for i, x in enumerate(lines) if x.startswith("  total ")),
    )
    parts = [
        Decimal(line.split()[-1].lstrip("<").replace("0.0001", "0") if "<" in line.split()[-1] else line.split()[-1])
        for line in lines[begin:end]
    ]
    assert sum(parts) == Decimal(lines[end].split()[-1])


def test_json_is_the_record_and_its_states_add_up() -> None:
    record = json.loads(run("workflow", WEB_SHOP, "fulfil", "-f", "json").stdout)
    assert record["schema"] == "capplan.workflow/1"
    costs = [Decimal(state["cost_per_execution"]) for state in record["states"]]
    assert abs(sum(costs) - Decimal(record["cost_per_execution"])) < Decimal("1e-14")
    assert sum(Decimal(amount) for amount in record["cost_by_service"].values()) == pytest.approx(sum(costs))
    assert [m["name"] for m in record["measures"]][:2] == ["states", "retries"]


def test_mermaid_goes_to_a_file_beside_the_table(tmp_path: Path) -> None:
    place = tmp_path / "it.mmd"
    done = run("workflow", WEB_SHOP, "-f", f"mermaid={place}", "-f", "table")
    assert done.returncode == 0, done.stderr
    assert parse(place.read_text(encoding="utf-8")).edges
    assert "States" in done.stdout


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = (run("workflow", WEB_SHOP, "-f", "json", "--seed", "7").stdout for _ in range(2))
    assert first == again
    assert first != run("workflow", WEB_SHOP, "-f", "json", "--seed", "8").stdout


@pytest.mark.parametrize("arguments", [["nothing"], ["--draws", "1"], ["-f", "csv"]])
def test_what_is_wrong_ends_with_2(arguments: list[str]) -> None:
    done = run("workflow", WEB_SHOP, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
