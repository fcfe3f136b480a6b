"""Definitions people use, where the environment says they lie: every file is read and planned, or refused for a reason."""

import os
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.commands.workflow.results import Workflow
from capplan.errors import CapplanError, Diagnostic
from capplan.report.formats.mermaid import mermaid
from capplan.report.views.workflow_graph import workflow_graph
from capplan.services.stepfunctions.asl.definition import DefinitionError
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.retries import DEFAULT_ERROR
from tests.cases.adapters.stepfunctions import read_definition
from tests.helpers import HEAD
from tests.report.mermaid_grammar import parse

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_FILES = sorted(Path(_FOLDER).glob("**/*.asl.*")) if _FOLDER else []
_OTHERS = sorted(Path(_FOLDER).glob("inputs/stepfunctions/*.json")) if _FOLDER else []


@pytest.mark.skipif(not _FILES, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_a_real_definition_is_read_and_planned(path: Path) -> None:
    if ".invalid." in path.name:
        with pytest.raises(DefinitionError):
            read_definition(path)
        return
    definition = read_definition(path)
    tasks = [name for name, state in definition.states.items() if state.task is not None]
    found = expect(definition.graph, World(fails={name: {DEFAULT_ERROR: Fraction(1, 7)} for name in tasks}))
    assert found.states_entered >= 1
    assert 0 < found.p_success < 1
    assert found.history_events >= found.states_entered


def _scenario(path: Path, folder: Path) -> str:
    shutil.copy(path, folder / path.name)
    written = folder / "scenario.yaml"
    written.write_text(f"{HEAD}state_machines:\n  it: {{definition: {path.name}}}\n", encoding="utf-8")
    return str(written)


@pytest.mark.skipif(not _FILES, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("path", [*_FILES, *_OTHERS], ids=lambda path: path.name)
def test_a_scenario_over_it_answers_or_says_where_and_why_not(path: Path, tmp_path: Path) -> None:
    answer, diagnostics = _asked(_scenario(path, tmp_path))
    if ".invalid." in path.name or path in _OTHERS:
        assert answer is None
        assert all(m.line and m.file.endswith(path.name) and m.message and m.hint for m in diagnostics)
        return
    assert answer is not None, diagnostics
    assert answer.cost > 0
    assert parse(mermaid(workflow_graph(answer))).edges


def _asked(path: str) -> tuple[Workflow | None, tuple[Diagnostic, ...]]:
    try:
        return capplan.workflow(capplan.load(path), draws=200), ()
    except CapplanError as error:
        return None, tuple(error.diagnostics)
