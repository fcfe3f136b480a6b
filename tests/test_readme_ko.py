"""README.ko.md says what README.md says: the same blocks, commands, figures and links, section by section."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest

import pytest

from tests.make_docs import KOREAN, ROOT

ENGLISH_TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN_TEXT = KOREAN.read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_WORDS = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)


def sections(text: str) -> list[str]:
    """The parts of a README: what stands before the first heading, then each heading with its text."""
    return re.split(r"^(?=## )", text, flags=re.MULTILINE)


def prose(text: str) -> str:
    """A text without its blocks, and without the line that leads to the other language."""
    return re.sub(r"^.*\]\(README(\.ko)?\.md\).*$", "", _BLOCK.sub("", text), flags=re.MULTILINE)


def code(text: str) -> list[str]:
    """Code inside of sentences and tables: commands, options, files."""
    return re.findall(r"`([^`\n]+)`", prose(text))


def links(text: str) -> list[str]:
    """Where links and pictures lead."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(text))


def figures(text: str) -> list[str]:
    """Numbers outside of code and links; an English number word counts as its figure, which Korean writes."""
    words = re.sub(r"`[^`\n]*`|\]\([^)]*\)", " ", prose(text))
    return re.findall(r"\d+(?:[.,]\d+)*", _WORD.sub(lambda m: _WORDS[m[1].lower()], words))


def difference(of: Callable[[str], Sequence[str]], english: str, korean: str) -> list[str]:
    """What only one of the two has, section by section."""
    out = []
    for one, other in zip_longest(sections(english), sections(korean), fillvalue=""):
        here, there = Counter(of(one)), Counter(of(other))
        title = (one or other).split("\n", 1)[0]
        out += [f"{title}: README.ko.md lacks {found}" for found in (here - there).elements()]
        out += [f"{title}: README.ko.md has {found}, README.md has not" for found in (there - here).elements()]
    return out


def test_both_have_the_same_sections() -> None:
    titles = [[part.split("\n", 1)[0] for part in sections(text)] for text in (ENGLISH_TEXT, KOREAN_TEXT)]
    assert len(titles[0]) == len(titles[1]), f"a section is in one of them only: {titles}"


def test_both_have_the_same_blocks() -> None:
    pairs = zip_longest(_BLOCK.findall(ENGLISH_TEXT), _BLOCK.findall(KOREAN_TEXT), fillvalue="(none)")
    for n, (english, korean) in enumerate(pairs, 1):
        assert english == korean, f"block {n} of README.ko.md is not README.md's: python -m tests.make_docs copies it"


@pytest.mark.parametrize("of", [code, links, figures], ids=lambda of: of.__name__)
def test_both_have_the_same_commands_links_and_figures(of: Callable[[str], Sequence[str]]) -> None:
    found = difference(of, ENGLISH_TEXT, KOREAN_TEXT)
    assert not found, "\n".join(found)


def test_tables_have_the_same_rows() -> None:
    rows = [
        [line.split("|")[1].strip() for line in prose(t).split("\n") if line.startswith("| `")]
        for t in (ENGLISH_TEXT, KOREAN_TEXT)
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("36개", "35개"), "36"),
        (("`--strict`", "`--strcit`"), "--strict"),
        (("docs/glue.md", "docs/gleu.md"), "docs/glue.md"),
    ],
)
def test_a_difference_is_named(change: tuple[str, str], said: str) -> None:
    assert change[0] in KOREAN_TEXT
    found = [
        line for of in (code, links, figures) for line in difference(of, KOREAN_TEXT, KOREAN_TEXT.replace(*change))
    ]
    assert len(found) == 2
    assert said in found[0]
    assert "README.ko.md lacks" in found[0]
