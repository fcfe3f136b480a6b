"""Gathers the mistakes of one YAML text while it is read, and words them. It decides nothing about the data."""

import re
from contextlib import suppress
from typing import Any

from yaml.events import DocumentEndEvent, DocumentStartEvent, ScalarEvent

from capplan.errors import Diagnostic
from capplan.reading.document import Mark, Node, Place, lines_of, mistake_between
from capplan.reading.limits import MAX_LEVELS, MAX_MISTAKES
from capplan.reading.scalars import SHOWN_LENGTH, Refusal, quote, shown

TOO_DEEP = f"nested deeper than {MAX_LEVELS} levels"
FLATTER = "is a bracket left open?"
ODD_KEYS = frozenset(("", "<<"))
"""Keys that are none when they stand there plain."""

_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, line breaks that editors do not count, and marks that turn the order in which a text is seen."""
_BEFORE_CONTENT = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*|\.\.\.(?=[ \t\r\n]))*")


class StopReadingError(Exception):
    """Nothing after this can be read, or is worth reading; what is wrong has been noted."""


class Diagnostics:
    """The mistakes of one text, gathered while it is read."""

    __slots__ = ("bare", "diagnostics", "file", "lines", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = lines_of(text)
        self.diagnostics: list[Diagnostic] = []
        self.bare: list[_BareKeys] = []

    def at(self, start: tuple[int, int], end: tuple[int, int], message: str, hint: str) -> None:
        """Notes a mistake between two positions; stops the reading when there are too many."""
        if len(self.diagnostics) == MAX_MISTAKES - 1:
            message, hint = "more mistakes follow: reading stops here", "mend those above first"
        self.diagnostics.append(mistake_between(self.file, self.lines, start, end, message, hint))
        if len(self.diagnostics) >= MAX_MISTAKES:
            raise StopReadingError

    def between(self, start: Place, end: Place, message: str, hint: str) -> None:
        """Notes a mistake between two places of the parser."""
        self.at((start.line + 1, start.column + 1), (end.line + 1, end.column + 1), message, hint)

    def on(self, node: Node, message: str, hint: str) -> None:
        """Notes a mistake on one key or value."""
        self.between(node.start_mark, node.end_mark, message, hint)

    def stop(self, node: Node, message: str, hint: str) -> None:
        """Notes a mistake that nothing can be read behind."""
        start = node.start_mark
        self.between(start, start, message, hint)
        raise StopReadingError

    def unreadable(self) -> None:
        """Notes every character that no text should hold."""
        line, begin = 1, 0
        with suppress(StopReadingError):
            for found in _UNREADABLE.finditer(self.text):
                before = lines_of(self.text[begin : found.start()])
                if len(before) > 1:
                    line, begin = line + len(before) - 1, found.start() - len(before[-1])
                at = (line, found.start() - begin + 1)
                code = f"U+{ord(found[0]):04X}"
                self.at(
                    at,
                    at,
                    f"a character that cannot be seen: {code}",
                    "delete it; in double quotes it can be written as an escape",
                )

    def refused(self, node: Any, refusal: Refusal) -> None:  # noqa: ANN401  a scalar event
        """Notes a plain word that is not taken; nothing stands in its place."""
        self.on(node, refusal.message, refusal.hint)

    def misplaced(self, node: Any, *, is_key: bool) -> None:  # noqa: ANN401  the event that begins a mapping or list
        """Notes a mapping or list that stands where a key should, or too deep."""
        if is_key:
            self.stop(
                node, "a key must be one word", "a value that begins with { or [ is quoted if it is meant as text"
            )
        self.stop(node, TOO_DEEP, FLATTER)

    def alias(self, node: Any, *, is_key: bool) -> None:  # noqa: ANN401  an alias event
        """Notes an alias: expanding them is how a small file becomes a large one."""
        message = f"aliases are not read: *{node.anchor[:SHOWN_LENGTH]}"
        if is_key:
            self.stop(node, message, quote("*" + node.anchor))
        self.on(node, message, f"write the value itself, or {quote('*' + node.anchor)}")

    def boundary(self, event: Any, *, has_root: bool) -> None:  # noqa: ANN401  the start or end of a document
        """Notes a second document, and directives ahead of one."""
        kind = type(event)
        if kind is DocumentEndEvent:
            self.directive(event.end_mark.index)
        if kind is DocumentStartEvent and has_root:
            self.stop(event, "a second document begins", "one file holds one document")

    def odd_pair(self, key: Any, value: Any, node: Any, data: dict[str, Any], places: list[Any]) -> None:  # noqa: ANN401  events
        """Notes a key that has no value where one is needed, is empty, merges, or stands there already."""
        name = key.value
        if node.flow_style and type(value) is ScalarEvent and not value.value and value.implicit[0]:
            self._no_value(key, places)
        elif name in data:
            first = Mark(next(k for k in places[::2] if k.value == name))
            self.on(key, f"key {shown(name)} is written twice", f"first on line {first.line}, column {first.column}")
        elif name == "<<" and key.implicit[0]:
            self.on(key, "merge keys are not read: <<", "write the keys where they are needed")
        elif name == "" and key.implicit[0]:
            self.on(key, "expected a key before ':'", "write one")

    def _no_value(self, key: Any, places: list[Any]) -> None:  # noqa: ANN401  a scalar event
        """Notes a key without a value in a flow mapping, or adds it to the run of such keys that it ends."""
        before = Mark.of(places[-1]) if places else None
        if self.bare and self.bare[-1].places is places and before is not None and before.is_bare:
            self.bare[-1].last = key
        elif len(self.bare) < MAX_MISTAKES:
            self.bare.append(_BareKeys(key, places, before))

    def cut_entry(self, node: Any) -> None:  # noqa: ANN401  a scalar event
        """Notes an entry of a flow list that lost its end to a comma."""
        if node.implicit[0] and is_open(node.value):
            self.on(
                node,
                f"{shown(node.value)} has no ')': inside [ ] a comma ends a value",
                "quote it, or put it on its own line",
            )

    def decorated(self, node: Any) -> None:  # noqa: ANN401  any event with an anchor or a tag
        """Notes an anchor or a tag."""
        if node.anchor is not None:
            self.on(
                node,
                f"anchors are not read: &{node.anchor[:SHOWN_LENGTH]}",
                "write the value where it is needed; defaults: is for what many resources share",
            )
        if node.tag is not None:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.on(node, f"tags are not read: {tag[:SHOWN_LENGTH]}", "write the value without it, or quote all of it")

    def directive(self, index: int = 0) -> None:
        """Notes a %YAML or %TAG line ahead of a document: the parser takes square time over many of them."""
        content = _BEFORE_CONTENT.match(self.text, index)
        start = content.end() if content else index
        if self.text.startswith("%", start) and self.text[start - 1 : start] in ("", "\r", "\n"):
            line = len(lines_of(self.text[:start]))
            self.at((line, 1), (line + 1, 1), "directives such as %YAML are not read", "delete this line")
            raise StopReadingError


class _BareKeys:
    """Neighbouring keys of one flow mapping that have no value: often the pieces of one value with commas in it."""

    __slots__ = ("before", "first", "last", "places")

    def __init__(self, key: Any, places: list[Any], before: Mark | None) -> None:  # noqa: ANN401  a scalar event
        self.places = places
        self.first = self.last = key
        self.before = before

    def note(self, notes: Diagnostics) -> None:
        """Notes the keys as one mistake, with the value that was probably meant."""
        name, before = self.first.value, self.before
        message = f"{shown(name)} has no value"
        hint = f"write {name[:40]}: and a value; a list is written [a, b]"
        if before is not None and before.style == "plain":
            meant = quote(notes.text[before.span[0] : self.last.end_mark.index])
            message += ": inside { } a comma ends the value before it"
            own_line = f"{meant}, or put it on its own line"
            hint = (
                own_line
                if is_open(before.text)
                else f"write {name[:40]}: and a value; if the comma belongs to the value, {own_line}"
            )
        notes.between(self.first.start_mark, self.last.end_mark, message, hint)


def is_open(text: str) -> bool:
    """Whether a text opens more round brackets than it closes, as `cron(0 8` does."""
    return text.count("(") > text.count(")")
