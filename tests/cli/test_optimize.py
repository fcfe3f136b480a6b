"""`capplan optimize` writes only where it is told to, and its exit code says whether a budget is met."""

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import run
from tests.helpers import HEAD

TEXT = (
    HEAD + "traffic: {web: {rate: 100/s}}\n"
    "tables:\n"
    "  t:  # all of it\n"
    "    item_size: 1 KB  # measured\n"
    "    items: 1M\n"
    "    access: [{put: web}]\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_it_shows_the_path_and_writes_nothing(file: Path) -> None:
    done = run("optimize", str(file))
    assert done.returncode == 0, done.stderr
    assert "Provision t" in done.stdout
    assert "undo: " in done.stdout
    assert file.read_text(encoding="utf-8") == TEXT


def test_it_writes_the_scenario_with_its_comments(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "cheaper.yaml"
    assert run("optimize", str(file), "-o", str(other)).returncode == 0
    text = other.read_text(encoding="utf-8")
    assert "  t:  # all of it\n    item_size: 1 KB  # measured\n" in text
    assert "mode: provisioned" in text
    again = json.loads(run("optimize", str(other), "-f", "json").stdout)
    assert (again["steps"], again["diff"]) == ([], "")


def test_the_json_adds_up(file: Path) -> None:
    answer = json.loads(run("optimize", str(file), "-f", "json").stdout)
    assert answer["schema"] == "capplan.optimize/1"
    saved = sum(float(step["saving"]) for step in answer["steps"])
    assert saved == pytest.approx(float(answer["monthly_cost_before"]) - float(answer["monthly_cost"]))
    assert answer["steps"][-1]["monthly_cost"] == answer["monthly_cost"]
    assert (answer["budget"], answer["written"], answer["allowed"]) == (None, None, [])
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(answer, json.loads(run("schema", "--for", "optimize").stdout))


@pytest.mark.parametrize(("budget", "code", "met"), [("1000", 0, True), ("0.01", 3, False)])
def test_a_budget_is_met_or_not(file: Path, budget: str, code: int, met: bool) -> None:  # noqa: FBT001
    done = run("optimize", str(file), "--budget", budget, "-f", "json")
    assert done.returncode == code, done.stderr
    assert json.loads(done.stdout)["budget_met"] is met


def test_what_is_wrong_is_told(file: Path, tmp_path: Path) -> None:
    assert run("optimize", str(file), "--allow", "everything").returncode == 2
    missing = run("optimize", str(tmp_path / "none.yaml"))
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr
