"""docs/promises.md and the tests name each other."""

import re

from tests.promises import test_promises
from tests.promises.commands import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+)\. \*\*(.+?)\*\* .*\[`(\w+)`\]\((\S+)\) \|$", PAGE, re.MULTILINE)


def test_there_are_thirteen_and_each_names_a_test_that_is_there() -> None:
    assert [int(number) for number, *_ in ROWS] == list(range(1, 14))
    for _, sentence, test, link in ROWS:
        assert callable(getattr(test_promises, test, None)), test
        assert (ROOT / "docs" / link).resolve().is_file()
        words = re.sub(r"\W+", "_", sentence.lower()).strip("_")
        assert test == f"test_{words}", "a test is named after its sentence"
