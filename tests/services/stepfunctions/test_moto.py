"""Counted paths agree with moto's interpreter, which is another reading of AWS's language; skipped where it is missing."""

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from tests.cases.adapters.stepfunctions import read_definition, script_of
from tests.reference.stepfunctions.interpreter import Script, execute
from tests.services.stepfunctions.moto_runner import plays, record
from tests.services.stepfunctions.shapes import ALL

E = "States.TaskFailed"
_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_CASES = Path(__file__).parents[2] / "cases" / "data" / "stepfunctions-glue.yaml"


@pytest.fixture(autouse=True)
def _moto() -> Any:  # noqa: ANN401
    pytest.importorskip("moto")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # moto's and botocore's own matters
        yield


PATHS: list[tuple[str, Script]] = [
    ("saga", Script()),
    ("saga", Script(task={"Book car": [E, "ok"]})),
    ("saga", Script(task={"Book car": [E] * 3})),
    ("saga", Script(task={"Book room": [E] * 3})),
    ("polling", Script(choice={"Done?": ["Ready"]})),
    ("polling", Script(choice={"Done?": ["Pause"] * 5 + ["Ready"]})),
    ("nested", Script(items={"Orders": 3})),
    ("distributed", Script(items={"Rows": 4})),
    ("handed on", Script()),
]


@pytest.mark.parametrize(("shape", "script"), PATHS)
@pytest.mark.filterwarnings("ignore")
def test_own_paths(shape: str, script: Script) -> None:
    _agree(parse(ALL[shape], 0), script)


def _agree(definition: Definition, script: Script) -> None:
    ours, theirs = execute(definition, script), record(definition, script)
    assert (theirs.status, theirs.states_entered, theirs.retries) == (ours.status, ours.states_entered, ours.retries)
    waiting = [s.name for s in definition.states.values() if s.task is not None and s.task.pattern != "request"]
    if not any(script.task.get(name) for name in waiting):  # of a failing one moto leaves TaskSubmitted out
        assert theirs.history_events == ours.history_events


def _counted_paths() -> list[Any]:
    """Cases whose definitions lie in the folder of the environment."""
    if not _FOLDER:
        return []
    cases: list[dict[str, Any]] = []
    for path in sorted(Path(_FOLDER).glob("*-cases.yaml")):
        cases += yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    return [
        pytest.param(case, id=case["id"]) for case in cases if case["kind"] == "asl_path" and case["evidence"] == "moto"
    ]


@pytest.mark.skipif(not _FOLDER, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("case", _counted_paths())
@pytest.mark.filterwarnings("ignore")
def test_counted_paths_of_real_definitions(case: dict[str, Any]) -> None:
    definition = read_definition(Path(_FOLDER or "") / "asl" / case["inputs"]["asl"])
    if not plays(definition):
        pytest.skip("moto's interpreter has no worker for it")
    _agree(definition, script_of(case["inputs"]))
