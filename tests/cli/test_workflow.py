"""`capplan workflow` as a program is run: its forms, its widths, what it refuses."""

import json
import re
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
    assert all(len(line) <= 100 and line == line.rstrip() for line in done.stdout.splitlines())
    for words in (
        "Charge card",
        "Backorder",
        "start and end",
        "How executions vary",
        "Standard or Express",
        "Event history",
        "Capacity at peak",
    ):
        assert words in done.stdout
    assert "694.90 less" in done.stdout, (
        "Express, as estimate recommends it; what changes behavior is no possible saving"
    )


def test_the_shown_cents_add_up() -> None:
    """The states' USD per 1,000 and the rounding row are the total; what is under half a cent counts 0."""
    states = run("workflow", WEB_SHOP).stdout.partition("How executions vary")[0].splitlines()[5:]
    amounts = [re.findall(r"<?[+-]?\d+\.\d{4}\b(?!%)", line)[-1:] for line in states if line.strip()]
    figures = [Decimal("0" if x[0].startswith("<") else x[0]) for x in amounts if x]
    assert sum(figures[:-1]) == figures[-1]
    assert len(figures) == 9, "seven states, start and end, total: here no cent is left over"


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
    assert "States of fulfil" in done.stdout


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = (run("workflow", WEB_SHOP, "-f", "json", "--seed", "7").stdout for _ in range(2))
    assert first == again
    assert first != run("workflow", WEB_SHOP, "-f", "json", "--seed", "8").stdout


@pytest.mark.parametrize("arguments", [["nothing"], ["--draws", "1"], ["-f", "csv"]])
def test_what_is_wrong_ends_with_2(arguments: list[str]) -> None:
    done = run("workflow", WEB_SHOP, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
