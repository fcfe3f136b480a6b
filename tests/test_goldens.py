"""Every golden file holds what is said today; `python -m tests.goldens` writes them anew."""

import re
from pathlib import Path

import pytest

from tests.goldens import HERE, WRONG, Golden, goldens, screens, wrong_scenarios
from tests.json_answers import FOLDER, json_goldens

GOLDENS = goldens()


@pytest.mark.parametrize("path", wrong_scenarios(), ids=lambda path: str(path.relative_to(HERE)))
def test_what_is_said_is_what_was_read(path: Path) -> None:
    golden: Golden = GOLDENS[path]
    assert golden() == path.read_text(encoding="utf-8"), f"read it, then: python -m tests.goldens  ({path.name})"


@pytest.mark.golden
@pytest.mark.parametrize("path", screens(), ids=lambda path: str(path.relative_to(HERE)))
def test_a_screen_is_the_one_that_was_read(path: Path) -> None:
    assert GOLDENS[path]() == path.read_text(encoding="utf-8"), f"read it, then: python -m tests.goldens  ({path.name})"


@pytest.mark.golden
@pytest.mark.parametrize("path", json_goldens(), ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_json_answer_is_the_one_that_was_read(path: Path) -> None:
    assert GOLDENS[path]() == path.read_text(encoding="utf-8"), f"read it, then: python -m tests.goldens  ({path.name})"


@pytest.mark.parametrize("path", screens(), ids=lambda path: str(path.relative_to(HERE)))
def test_a_screen_keeps_the_rules_of_all_screens(path: Path) -> None:
    """As wide as it may be, no trailing blanks, ASCII in a pipe; what is typed is never cut."""
    text = GOLDENS[path]()
    pipe = path.stem.endswith(".pipe")
    width = {"80": 80, "140": 140}.get(path.stem.rpartition(".")[2], 100)
    plain = re.sub(r"\^\[\[[0-9;]*m", "", text)
    assert path.suffix == ".md" or all(len(line) <= width for line in plain.splitlines())
    assert all(line == line.rstrip() for line in text.splitlines())
    assert text.isascii() or not pipe
    assert "~" not in text or not pipe


def test_no_golden_is_left_over() -> None:
    folders = {path.parent for path in GOLDENS}
    texts = {path for folder in folders for kind in ("*.txt", "*.md") for path in folder.glob(kind)}
    kept = texts | set(FOLDER.rglob("*.json"))
    assert kept == set(GOLDENS)


def test_every_wrong_scenario_is_refused_with_a_hint_for_each_mistake() -> None:
    told = {path.name: path.read_text(encoding="utf-8") for path in WRONG.glob("*.txt")}
    assert len(told) >= 60
    assert not [name for name, text in told.items() if "error: " not in text]
    blocks = [block for text in told.values() for block in text.split("\n\n") if ": error: " in block]
    assert not [block for block in blocks if block.endswith("^")]
    assert not [line for block in blocks for line in block.split("\n")[1:] if len(line) > 80]
