"""What a tag must be: the version of the package, with a section of CHANGELOG.

`python -m tests.release v0.2.0` prints that section, the notes of the release, or says what is wrong.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

import capplan

CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"
UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## (\S+?)(?: - (\d{4}-\d{2}-\d{2}))?$", re.MULTILINE)


class Section(NamedTuple):
    """A section of CHANGELOG: a version with its day, or what is unreleased, without one."""

    version: str
    day: str | None
    text: str


def sections(text: str) -> list[Section]:
    """The sections, in their order."""
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    return [Section(h[1], h[2], text[h.end() : end].strip()) for h, end in zip(headings, ends, strict=True)]


def notes(tag: str, version: str, text: str) -> str:
    """The section of a tag. Raises ValueError that says why the tag is no release."""
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and capplan.__version__ is {version}: tag v{version}")
    found = next((section for section in sections(text) if section.version == version), None)
    if found is None or found.day is None:
        raise ValueError(f"CHANGELOG has no section '## {version} - YYYY-MM-DD'")
    if not found.text:
        raise ValueError(f"the section of {version} in CHANGELOG is empty")
    return found.text + "\n"


def main(tag: str) -> None:
    """Print the notes of a tag; exit 1 where it is no release."""
    try:
        sys.stdout.write(notes(tag, capplan.__version__, CHANGELOG.read_text(encoding="utf-8")))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
