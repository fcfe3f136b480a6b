"""README and docs/ say what is so: their commands run, their scenarios are planned, their tables are the program's."""

import contextlib
import re
from pathlib import Path

import pytest
import yaml

import capplan
from capplan.language.load import load
from tests.make_docs import CONSOLE, PAGES, PICTURE, ROOT, YAML, examples, picture, run
from tests.make_docs import page as page_anew

TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
COMMANDS = sorted(
    {
        (page, command)
        for page, text in TEXTS.items()
        for block in CONSOLE.findall(text)
        for command, _ in examples(block)
    }
)
FRAGMENTS = [(page, block) for page, text in TEXTS.items() for block in YAML.findall(text)]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_every_command_of_the_docs_runs(page: str, command: str) -> None:
    done = run(command)
    expected = (2,) if "/wrong/" in command else (0, 3)
    assert done.returncode in expected, f"{page}: {done.stderr}"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("page", "block"), FRAGMENTS, ids=[page for page, _ in FRAGMENTS])
def test_every_scenario_of_the_docs_is_planned(page: str, block: str) -> None:
    if "\ncapplan: 1\n" not in f"\n{block}":
        assert list(yaml.compose_all(block)), page
        return
    with contextlib.chdir(ROOT / "scenarios" / "web-shop"):  # where the definition lies
        assert capplan.plan(load("-", text=block)).monthly_cost > 0, page


@pytest.mark.golden
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_says_what_the_program_says_today(path: Path) -> None:
    assert page_anew(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8"), "python -m tests.make_docs"


@pytest.mark.golden
def test_the_picture_shows_what_the_screen_shows_today() -> None:
    assert picture() == PICTURE.read_text(encoding="utf-8"), "python -m tests.make_docs"
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", PICTURE.read_text(encoding="utf-8")).split("<style>")[1]


def test_readme_is_read_in_three_minutes() -> None:
    text = TEXTS["README.md"]
    words = [word for word in YAML.sub("", CONSOLE.sub("", text)).split() if any(map(str.isalnum, word))]
    assert len(words) <= 3 * 250


def test_no_sentence_of_the_docs_names_a_command_that_is_not_there() -> None:
    named = {word for text in TEXTS.values() for word in re.findall(r"`capplan ([a-z-]+)", text)}
    missing = [word for word in sorted(named) if run(f"capplan {word} --help").returncode]
    assert not missing
