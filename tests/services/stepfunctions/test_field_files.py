"""Definitions people use, where the environment says they lie: all that are meant to be valid are read and planned."""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from capplan.services.stepfunctions.definition import DefinitionError
from capplan.services.stepfunctions.expectation import expect
from capplan.services.stepfunctions.records import World, fails_with
from tests.cases.adapters.stepfunctions import read_definition

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_FILES = sorted(Path(_FOLDER).glob("**/*.asl.*")) if _FOLDER else []


@pytest.mark.skipif(not _FILES, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_a_real_definition_is_read_and_planned(path: Path) -> None:
    if ".invalid." in path.name:
        with pytest.raises(DefinitionError):
            read_definition(path)
        return
    definition = read_definition(path)
    tasks = [name for name, state in definition.states.items() if state.task is not None]
    found = expect(definition.graph, World(fails={name: fails_with(Fraction(1, 7)) for name in tasks}))
    assert found.states_entered >= 1
    assert 0 < found.p_success < 1
    assert found.history_events >= found.states_entered
