"""Collects the errors of a YAML text while it is read, with their messages and hints."""

import re
from contextlib import suppress
from typing import Any

from yaml.events import DocumentEndEvent, DocumentStartEvent, ScalarEvent

from capplan.errors import Diagnostic
from capplan.reading.document import Mark, Node, Place, diagnostic_between, lines_of
from capplan.reading.limits import MAX_ERRORS, MAX_LEVELS
from capplan.reading.scalars import SHOWN_LENGTH, Rejection, quote, shown

TOO_DEEP = f"nested deeper than {MAX_LEVELS} levels"
FLATTER = "is a bracket left open?"
NO_TEMPLATE = (
    "variables and templates are not filled in: write the value, and change it for one run with --set PATH=VALUE"
)
ODD_KEYS = frozenset(("", "<<"))
"""Not keys when they are unquoted."""

_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, line breaks that editors do not count, and marks that reverse the displayed order of text."""
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+\b[^,]*")
"""A number with commas between its thousands, and its unit."""
_BEFORE_CONTENT = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*|\.\.\.(?=[ \t\r\n]))*")


class StopReadingError(Exception):
    """Nothing after this can be read, or is worth reading; the error has been added."""


class Diagnostics:
    """The errors of one text, collected while it is read."""

    __slots__ = ("bare_keys", "entries", "file", "lines", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = lines_of(text)
        self.entries: list[Diagnostic] = []
        self.bare_keys: list[_BareKeys] = []

    def add_at(self, start: tuple[int, int], end: tuple[int, int], message: str, hint: str) -> None:
        """Adds an error between two positions; stops the reading when there are too many."""
        if len(self.entries) == MAX_ERRORS - 1:
            message, hint = "more errors follow: reading stops here", "fix the errors above first"
        self.entries.append(diagnostic_between(self.file, self.lines, start, end, message, hint))
        if len(self.entries) >= MAX_ERRORS:
            raise StopReadingError

    def add_between(self, start: Place, end: Place, message: str, hint: str) -> None:
        """Adds an error between two places of the parser."""
        self.add_at((start.line + 1, start.column + 1), (end.line + 1, end.column + 1), message, hint)

    def add(self, node: Node, message: str, hint: str) -> None:
        """Adds an error at a key or value."""
        self.add_between(node.start_mark, node.end_mark, message, hint)

    def stop(self, node: Node, message: str, hint: str) -> None:
        """Adds an error after which nothing can be read."""
        start = node.start_mark
        self.add_between(start, start, message, hint)
        raise StopReadingError

    def check_characters(self) -> None:
        """Adds an error for every invisible character."""
        line, begin = 1, 0
        with suppress(StopReadingError):
            for match in _UNREADABLE.finditer(self.text):
                before = lines_of(self.text[begin : match.start()])
                if len(before) > 1:
                    line, begin = line + len(before) - 1, match.start() - len(before[-1])
                at = (line, match.start() - begin + 1)
                hint = "delete it; in double quotes it can be written as an escape"
                self.add_at(at, at, f"invisible character U+{ord(match[0]):04X}", hint)

    def add_rejected(self, node: Any, rejection: Rejection) -> None:  # noqa: ANN401  a scalar event
        """Adds a plain word that is rejected; its value is None."""
        self.add(node, rejection.message, rejection.hint)

    def misplaced(self, node: Any, *, is_key: bool) -> None:  # noqa: ANN401  the event that begins a mapping or list
        """Adds a mapping or list in place of a key, or nested too deep."""
        if is_key:
            index = node.start_mark.index
            doubled = self.text[max(0, index - 1) : index + 1] == "{{"
            hint = NO_TEMPLATE if doubled else "quote a value that begins with { or [ if it is meant as text"
            self.stop(node, "a key must be one word", hint)
        self.stop(node, TOO_DEEP, FLATTER)

    def alias(self, node: Any, *, is_key: bool) -> None:  # noqa: ANN401  an alias event
        """Adds an alias: expanding aliases can make a small file huge."""
        message = f"aliases are not supported: *{node.anchor[:SHOWN_LENGTH]}"
        if is_key:
            self.stop(node, message, quote("*" + node.anchor))
        self.add(node, message, f"write the value itself, or {quote('*' + node.anchor)}")

    def boundary(self, event: Any, *, has_root: bool) -> None:  # noqa: ANN401  the start or end of a document
        """Adds a second document, and directives before a document."""
        kind = type(event)
        if kind is DocumentEndEvent:
            self.directive(event.end_mark.index)
        if kind is DocumentStartEvent and has_root:
            self.stop(event, "a second document begins", "a file has one document")

    def odd_pair(self, key: Any, value: Any, node: Any, data: dict[str, Any], places: list[Any]) -> None:  # noqa: ANN401  events
        """Adds a key without a value in a flow mapping, an empty key, a merge key, or a duplicate."""
        name = key.value
        if node.flow_style and type(value) is ScalarEvent and not value.value and value.implicit[0]:
            self._no_value(key, places)
        elif name in data:
            first = Mark(next(k for k in places[::2] if k.value == name))
            self.add(key, f"duplicate key {shown(name)}", f"first on line {first.line}, column {first.column}")
        elif name == "<<" and key.implicit[0]:
            self.add(key, "merge keys are not supported: <<", "write the keys where they are needed")
        elif name == "" and key.implicit[0]:
            self.add(key, "expected a key before ':'", "write a key")

    def _no_value(self, key: Any, places: list[Any]) -> None:  # noqa: ANN401  a scalar event
        """Adds a key without a value in a flow mapping, or extends the run of such keys before it."""
        before = Mark.of(places[-1]) if places else None
        if self.bare_keys and self.bare_keys[-1].places is places and before is not None and before.is_bare:
            self.bare_keys[-1].last = key
        elif len(self.bare_keys) < MAX_ERRORS:
            self.bare_keys.append(_BareKeys(key, places, before))

    def cut_entry(self, node: Any) -> None:  # noqa: ANN401  a scalar event
        """Adds an entry of a flow list that was cut by a comma."""
        if node.implicit[0] and is_open(node.value):
            self.add(
                node,
                f"{shown(node.value)} has no ')': inside [ ] a comma ends a value",
                "quote it, or put it on its own line",
            )

    def decorated(self, node: Any) -> None:  # noqa: ANN401  any event with an anchor or a tag
        """Adds an anchor or a tag."""
        if node.anchor is not None:
            self.add(
                node,
                f"anchors are not supported: &{node.anchor[:SHOWN_LENGTH]}",
                "write the value where it is needed, or under defaults: if resources share it",
            )
        if node.tag is not None:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.add(
                node,
                f"tags are not supported: {tag[:SHOWN_LENGTH]}",
                "write the value without the tag, or quote all of it",
            )

    def directive(self, index: int = 0) -> None:
        """Adds a %YAML or %TAG line: many of them take the parser quadratic time."""
        content = _BEFORE_CONTENT.match(self.text, index)
        start = content.end() if content else index
        if self.text.startswith("%", start) and self.text[start - 1 : start] in ("", "\r", "\n"):
            line = len(lines_of(self.text[:start]))
            self.add_at((line, 1), (line + 1, 1), "directives such as %YAML are not supported", "delete this line")
            raise StopReadingError


class _BareKeys:
    """Adjacent keys of a flow mapping without values: often one value with commas in it."""

    __slots__ = ("before", "first", "last", "places")

    def __init__(self, key: Any, places: list[Any], before: Mark | None) -> None:  # noqa: ANN401  a scalar event
        self.places = places
        self.first = self.last = key
        self.before = before

    def add_to(self, diagnostics: Diagnostics) -> None:
        """Adds the keys as one error, with the value that was probably meant."""
        name, before = self.first.value, self.before
        message = f"{shown(name)} has no value"
        grouped = (
            _GROUPED.fullmatch(f"{before.text},{name}") if before is not None and before.style == "plain" else None
        )
        if grouped is not None:
            message = f"{shown(grouped[0])}: inside {{ }} a comma ends a value"
            diagnostics.add_between(
                self.first.start_mark, self.last.end_mark, message, f"write {grouped[0].replace(',', '')}"
            )
            return
        hint = f"write {name[:40]}: and a value; a list is written [a, b]"
        if before is not None and before.style == "plain":
            meant = quote(diagnostics.text[before.span[0] : self.last.end_mark.index])
            message += ": inside { } a comma ends the value before it"
            own_line = f"{meant}, or put it on its own line"
            hint = (
                own_line
                if is_open(before.text)
                else f"write {name[:40]}: and a value; if the comma belongs to the value, {own_line}"
            )
        diagnostics.add_between(self.first.start_mark, self.last.end_mark, message, hint)


def is_open(text: str) -> bool:
    """Whether a text opens more round brackets than it closes, as `cron(0 8` does."""
    return text.count("(") > text.count(")")
