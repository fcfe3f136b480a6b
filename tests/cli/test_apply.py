"""`capplan apply` writes what it says, where it says, and nothing else."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.commands.apply import applied
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.reading.files import read_source
from tests.cli.test_cli import run
from tests.helpers import HEAD, SCENARIOS, WEB_SHOP

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
TABLE = (
    HEAD + "traffic: {web: {rate: 100/s}}\n"
    "tables:\n"
    "  t:  # all of it\n"
    "    item_size: 1 KB  # measured\n"
    "    items: 1M\n"
    "    indexes: {by-day: {partition_key: day}}\n"
    "    access: [{put: web}]\n"
    "functions:\n  f: {triggers: web, duration: 90 ms, memory: 512 MB}\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(TABLE, encoding="utf-8")
    return path


def number_of(path: Path, rule: str) -> int:
    return next(r.number for r in capplan.plan(load(str(path))).recommendations if rule in r.rule)


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_planned_together_is_written_together(name: str) -> None:
    """The combined bill is that of the file that `apply` writes for its numbers."""
    path = str(SCENARIOS / name / "scenario.yaml")
    plan = capplan.plan(load(path))
    if plan.combined is None:
        pytest.skip("nothing to apply")
    done = applied(read_source(path), plan.combined.numbers)
    assert done.after.monthly_cost == plan.combined.monthly_cost
    assert done.saving == plan.combined.saving
    assert not [
        g.gate for g, was in zip(done.after.gates, plan.gates, strict=True) if g.verdict != was.verdict == "pass"
    ]


def test_it_writes_the_scenario_and_keeps_its_comments(file: Path) -> None:
    number = number_of(file, "arm64")
    done = run("apply", str(file), str(number))
    assert done.returncode == 0, done.stderr
    assert file.read_text(encoding="utf-8") == TABLE.replace("memory: 512 MB}", "memory: 512 MB, architecture: arm64}")
    assert "Run f on arm64" in done.stdout


def test_a_diff_writes_nothing(file: Path) -> None:
    done = run("apply", str(file), str(number_of(file, "unread-index")), "--diff")
    assert done.returncode == 0
    assert file.read_text(encoding="utf-8") == TABLE
    lines = done.stdout.splitlines()
    assert [line for line in lines[3:] if line[0] in "+-"] == [
        "-    indexes: {by-day: {partition_key: day}}",
        "+    indexes: {}",
    ]


def test_another_file_and_standard_input(file: Path, tmp_path: Path) -> None:
    number = str(number_of(file, "arm64"))
    other = tmp_path / "new.yaml"
    assert run("apply", str(file), number, "-o", str(other)).returncode == 0
    assert file.read_text(encoding="utf-8") == TABLE
    assert "architecture: arm64" in other.read_text(encoding="utf-8")
    done = run("apply", "-", number, text=TABLE)
    assert done.stdout == other.read_text(encoding="utf-8")


def test_its_json(file: Path) -> None:
    number = number_of(file, "arm64")
    record = json.loads(run("apply", str(file), str(number), "--diff", "-f", "json").stdout)
    assert record["schema"] == "capplan.apply/1"
    assert [row["number"] for row in record["applied"]] == [number]
    assert record["written"] is None
    assert Decimal(record["monthly_cost_before"]) - Decimal(record["monthly_cost"]) == Decimal(record["saving"])
    # 262.8M x 0.09 s x 0.5 GB = 11.826M GB-s x (0.0000166667 - 0.0000133334)
    assert Decimal(record["saving"]) == pytest.approx(Decimal("39.42"), abs=Decimal("0.01"))


def test_what_cannot_be_applied_is_an_error_and_writes_nothing(file: Path) -> None:
    done = run("apply", str(file), "99")
    assert done.returncode == 2
    assert "there is no recommendation 99" in done.stderr
    assert "nothing applied" in done.stderr
    assert file.read_text(encoding="utf-8") == TABLE


def test_those_that_do_not_go_together_are_named(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    text = (
        "traffic: {hourly: {schedule: rate(1 hour)}}\njobs:\n  tiny: {triggers: hourly, workers: 2, duration: 3 min}\n"
    )
    path.write_text(HEAD + text, encoding="utf-8")
    source = read_source(str(path))
    shell, function, flex = (number_of(path, rule) for rule in ("python-shell", "glue.function", "flex"))
    moved = applied(source, [shell, function])  # the job goes, and with it what was written into it
    assert "jobs: {}" in moved.text
    with pytest.raises(CapplanError, match="do not go together"):
        applied(source, [shell, flex])
    text = "traffic: {x: {rate: 2500/s}}\ntables:\n  t:\n    item_size: 1 KB\n    items: 1M\n    access: [{put: x}]\n"
    hot = "    partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 60%}}}\n"
    path.write_text(HEAD + text + hot, encoding="utf-8")
    with pytest.raises(CapplanError, match="has nothing to write"):
        applied(read_source(str(path)), [number_of(path, "throttled")])


def test_a_number_twice_is_once() -> None:
    source = read_source(WEB_SHOP)
    assert applied(source, [2, 2]).text == applied(source, [2]).text
