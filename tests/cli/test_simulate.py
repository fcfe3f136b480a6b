"""`capplan simulate` as a program is run: its forms, what it refuses, its books."""

import csv
import io
import json
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.timeline import MAX_CELLS
from tests.helpers import WEB_SHOP, scenario

HOT = """
tables:
  orders:
    partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 50%}}}
    item_size: 1 KB
    access: [{put: 3000/s}]
"""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "capplan", *arguments], capture_output=True, text=True, check=False)


def test_a_named_table_comes_with_charts_and_all_in_short() -> None:
    named, every = _run("simulate", WEB_SHOP, "orders"), _run("simulate", WEB_SHOP)
    assert (named.returncode, every.returncode) == (0, 0)
    assert "orders.by-status writes" in named.stdout
    assert "Load per partition" in named.stdout
    assert "Load per partition" not in every.stdout
    assert "stock writes" in every.stdout
    assert named.stderr == "", "no progress but on a terminal"
    assert max(len(line) for line in named.stdout.splitlines()) <= 100


def test_json_and_csv_carry_the_same_series() -> None:
    record = json.loads(_run("simulate", WEB_SHOP, "orders", "-f", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(_run("simulate", WEB_SHOP, "orders", "-f", "csv").stdout)))
    assert record["schema"] == "capplan.simulation/1"
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["chart"] == "month":
            sums[row["timeline"], row["series"]] += Decimal(row["value"])
    for timeline in record["resources"][0]["timelines"]:
        for series in timeline["month"]:
            assert sums[timeline["name"], series["name"]] == sum(map(Decimal, series["values"]))


def test_the_record_has_what_its_schema_names() -> None:
    record = json.loads(_run("simulate", WEB_SHOP, "orders", "-f", "json").stdout)
    schema = json.loads(_run("schema", "--for", "simulation").stdout)
    assert _lacks(record, schema) == []


def _lacks(value: Any, schema: dict[str, Any]) -> list[str]:  # noqa: ANN401  any JSON
    """Keys that a schema requires and a value does not have, all the way down."""
    if isinstance(value, dict):
        missing = [key for key in schema.get("required", []) if key not in value]
        inner = schema.get("properties", {})
        return missing + [found for key in inner if key in value for found in _lacks(value[key], inner[key])]
    if isinstance(value, list):
        return [found for one in value[:3] for found in _lacks(one, schema["items"])]
    return []


def test_books_balance(tmp_path: Path) -> None:
    for one in capplan.simulate(scenario(HOT, tmp_path)).resources:
        for timeline in one.timelines:
            assert timeline.totals.gap == 0
            assert dict(timeline.totals.parts)["throttled"] > 0


def test_a_table_is_followed_in_another_mode() -> None:
    found = _run("simulate", WEB_SHOP, "orders", "--mode", "auto-scaled-70", "--day", "12")
    assert found.returncode == 0
    assert "auto scaling, 70% target" in found.stdout
    assert "─ capacity" in found.stdout
    assert "burst empty after" in found.stdout
    wrong = _run("simulate", WEB_SHOP, "orders", "--mode", "auto-scaled-71")
    assert (wrong.returncode, "did you mean 'auto-scaled-70'?" in wrong.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "message"),
    [("order", "there is no resource 'order'"), ("settlement", "'settlement' cannot be simulated yet")],
)
def test_a_wrong_name_is_told(name: str, message: str) -> None:
    found = _run("simulate", WEB_SHOP, name)
    assert found.returncode == 2
    assert message in found.stderr


def test_what_is_too_large_is_refused_with_the_product(tmp_path: Path) -> None:
    huge = "tables: {big: {item_size: 100 KB, items: 3B, access: [{put: 1/s}]}}\n"
    with pytest.raises(CapplanError, match=r"40,320 minutes x .* partitions = [\d,]+, at most 1,000,000,000") as error:
        capplan.simulate(scenario(huge, tmp_path))
    assert error.value.diagnostics[0].line == 4
    assert MAX_CELLS == 10**9
