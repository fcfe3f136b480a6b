"""Reads the open questions of a scenario: commented keys with an example, as `capplan import` writes them.

`# rate: 10/s   how often?` inside an entry, three blanks before the question, says that the entry's `rate` is not known yet.
Such an entry need not be complete. The example is never counted: a traffic without its rate sends nothing, and a resource
whose needed key is open is planned as long as no request reaches it. What an answer would change is told by `estimate`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from capplan.errors import CapplanError
from capplan.reading.document import Document
from capplan.reading.yaml_reader import read_yaml
from capplan.record import Record, replace
from capplan.services import SECTIONS, resource_type

_QUESTION = re.compile(r"(?P<indent> {2,})# (?P<key>[a-z_]+): (?P<example>\S.*?) {3}(?P<asks>\S.*)")
_SECTION = re.compile(r"(?P<section>[a-z_]+):\s*(?:#.*)?")
_ENTRY = re.compile(r"(?P<indent> +)(?P<name>[A-Za-z0-9][A-Za-z0-9_-]*):(?:\s.*)?")
TRAFFIC = "traffic"
_RATES = ("rate", "schedule")
"""Keys of which a traffic needs one; it is open without, unless it names a profile."""


class Question(Record, frozen=True):
    """A key that nobody has answered yet.

    Attributes:
        section: Of the entry.
        name: The entry.
        key: What is asked for.
        example: A plausible value, as plain data.
        asks: The question.
        line: Where it stands.
        needed: Whether the entry is open without it: nothing that hangs on it is in the answer.
    """

    section: str
    name: str
    key: str
    example: object
    asks: str
    line: int
    needed: bool = False

    @property
    def address(self) -> str:
        """The section and the name."""
        return f"{self.section}.{self.name}"

    @property
    def path(self) -> str:
        """The path of the key."""
        return f"{self.address}.{self.key}"


def questions_in(lines: Sequence[str]) -> tuple[Question, ...]:
    """The questions of a text, in its order."""
    if not any("   " in line and line.lstrip().startswith("# ") for line in lines):
        return ()
    out: list[Question] = []
    section = name = ""
    depth = 0
    for number, line in enumerate(lines, 1):
        if not line.startswith((" ", "#")):
            match = _SECTION.fullmatch(line.rstrip())
            section, name, depth = (match["section"] if match is not None else ""), "", 0
            continue
        entry = _ENTRY.fullmatch(line.rstrip())
        if entry is not None and section and (not depth or len(entry["indent"]) == depth):
            name, depth = entry["name"], len(entry["indent"])
            continue
        asked = _QUESTION.fullmatch(line.rstrip())
        if asked is not None and name and len(asked["indent"]) > depth:
            example = _example(asked["example"])
            if example is not None:
                out.append(Question(section, name, asked["key"], example, asked["asks"], number))
    return tuple(out)


def _example(text: str) -> object | None:
    """An example as plain data; None for what is no value."""
    try:
        data: Any = read_yaml(f"value: {text}", "example").data
    except CapplanError:
        return None
    value: object = data.get("value")
    return value


def open_in(doc: Document, data: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of a scenario's text that its data do not answer, each with whether its entry is open without it."""
    out = []
    for question in questions_in(doc.lines):
        entries = data.get(question.section)
        if not isinstance(entries, Mapping) or question.name not in entries:
            continue
        entry = entries[question.name]
        values = entry if isinstance(entry, Mapping) else {}
        if (entry is None or isinstance(entry, Mapping)) and question.key not in values:
            needed = question.key in _needed(question.section, values, data)
            out.append(replace(question, needed=needed))
    return tuple(out)


def _needed(section: str, values: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys that an entry may leave open, and is then open."""
    if section == TRAFFIC:
        return () if any(key in values for key in (*_RATES, "profile")) else _RATES
    if section not in SECTIONS:
        return ()
    defaults = data.get("defaults")
    general = defaults.get(section) if isinstance(defaults, Mapping) else None
    merged = {**general, **values} if isinstance(general, Mapping) else values
    return tuple(key for key in resource_type(section).open_keys(merged) if key not in merged)


def with_examples(data: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """The data with the example of each needed question in a resource, so that the rest of it can be read.

    An entry that has questions only becomes an empty one.
    """
    out = dict(data)
    for question in questions:
        entries = dict(out[question.section])
        values = dict(entries[question.name] or {})
        if question.needed and question.section != TRAFFIC:
            values[question.key] = question.example
        entries[question.name] = values
        out[question.section] = entries
    return out


def answered(data: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """The data with every question answered by its example."""
    out = with_examples(data, questions)
    for question in questions:
        out[question.section] = {
            **out[question.section],
            question.name: {question.key: question.example, **out[question.section][question.name]},
        }
    return out
