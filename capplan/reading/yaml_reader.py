"""Reads YAML safely: plain data, a position for all of it, all mistakes at once. It builds no objects, nor recurses.

PyYAML's loaders are not used: they expand aliases, recurse to death on nested brackets, keep the last of two equal keys
and turn `no` into False. The loop below walks the C parser's events itself, which is also faster.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from capplan.errors import CapplanError, Diagnostic
from capplan.reading import wording
from capplan.reading.diagnostics import FLATTER, ODD_KEYS, TOO_DEEP, Diagnostics, StopReadingError
from capplan.reading.document import Document, Mark, lines_of, mistake_between
from capplan.reading.limits import MAX_BYTES, MAX_LEVELS, MAX_VALUES, too_big
from capplan.reading.scalars import SUSPECTS, Refusal, plain_value

__all__ = ["Document", "Mark", "decode", "read_bytes", "read_leniently", "read_yaml"]


def read_bytes(raw: bytes, file: str) -> Document:
    """The document in a file's bytes. Raises CapplanError with every mistake found."""
    return read_yaml(decode(raw, file), file)


def decode(raw: bytes, file: str, limit_bytes: int = MAX_BYTES) -> str:
    """UTF-8 bytes as text, without a byte order mark. Raises CapplanError at the first byte that is not UTF-8."""
    if len(raw) > limit_bytes:
        raise CapplanError((too_big(file, len(raw), limit_bytes),))
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8")
        lines = lines_of(good)
        at = (len(lines), len(lines[-1]) + 1)
        found = f"byte {raw[error.start]:#04x} is not UTF-8"
        raise CapplanError((mistake_between(file, lines, at, at, found, "save the file as UTF-8"),)) from None


def read_yaml(text: str, file: str) -> Document:
    """The one document in a text. Raises CapplanError with every mistake found, in file order.

    Args:
        text: At most 1 MiB of it in UTF-8, 32 levels and 100,000 values.
        file: The name shown in mistakes.
    """
    document, diagnostics, _ = read_leniently(text, file)
    if document is None or diagnostics:
        raise CapplanError(diagnostics)
    return document


def read_leniently(text: str, file: str) -> tuple[Document | None, tuple[Diagnostic, ...], bool]:
    """What could be read, the mistakes, and whether the parser itself gave up (so that the rest is unread)."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES or (not text.isascii() and len(text.encode("utf-8", "replace")) > MAX_BYTES):
        return None, (too_big(file, len(text.encode("utf-8", "replace"))),), False
    if not yaml.__with_libyaml__:
        hint = "install a wheel of PyYAML: pip install --force-reinstall --only-binary :all: PyYAML"
        return None, (Diagnostic(file, 0, 0, "this PyYAML was built without its C parser", hint),), False
    notes = Diagnostics(text, file)
    notes.unreadable()
    root, broken = (None, False) if notes.diagnostics else _read(text, notes)
    if root is None and not notes.diagnostics:
        notes.at((1, 1), (1, 1), "the file is empty", "begin with: capplan: 1")
    document = None if root is None else Document(file, root[0], root[1], notes.lines)
    return document, tuple(sorted(notes.diagnostics, key=lambda m: (m.line, m.column))), broken


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """No collection while a file is read: all that is made is kept, so looking for garbage only costs time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(text: str, notes: Diagnostics) -> tuple[tuple[object, Mark] | None, bool]:
    """The root value with its mark, None when there is none; and whether the parser gave up."""
    values: list[object] = []
    places: list[Any] = []
    broken = False
    with _without_garbage_collection(), suppress(StopReadingError):
        try:
            notes.directive()
            _walk(yaml.CLoader(text).get_event, notes, values, places)
        except yaml.YAMLError as error:
            broken = True
            _note_syntax(error, notes)
    with suppress(StopReadingError):
        for bare in notes.bare:
            bare.note(notes)
    root = Mark.of(places[0]) if places else None
    return None if root is None or root.is_bare else (values[0], root), broken


def _note_syntax(error: yaml.YAMLError, notes: Diagnostics) -> None:
    """Notes where the parser gave up."""
    marked = error if isinstance(error, yaml.MarkedYAMLError) else yaml.MarkedYAMLError(problem=str(error))
    diagnostic = wording.syntax_mistake(marked, notes.file, notes.lines)
    if marked.problem == wording.NESTED_TOO_DEEP:
        diagnostic = replace(diagnostic, message=TOO_DEEP, hint=FLATTER)
    notes.diagnostics.append(diagnostic)


def _walk(next_event: Callable[[], Any], notes: Diagnostics, data: Any, places: list[Any]) -> None:  # noqa: ANN401, C901, PLR0912, PLR0915
    """Walks the parser's events and fills `data` with the root value and `places` with its place.

    One loop, its common ways written out: it runs once per key and value, and a call costs as much as all it does.
    `data`, `places` and `node` are those of the mapping or list that is open, `keyed` says which of the two it is;
    `key` and its text `name` are the key that waits for its value; the stack holds the containers around.
    """
    stack: list[tuple[Any, Any, Any, bool]] = []
    node: Any = None
    key: Any = None
    value: Any = None
    place: Any = None
    inside: list[Any] = []
    known: dict[str, Any] = {}  # what plain words mean: most stand in a file many times
    name = ""
    keyed, left = False, MAX_VALUES
    decorated = "&" in notes.text or "!" in notes.text  # without either sign no event has an anchor or a tag
    for event in iter(next_event, None):
        kind = type(event)
        if kind is ScalarEvent:
            if decorated and (event.anchor is not None or event.tag is not None):
                notes.decorated(event)
            if keyed and key is None:
                key, name = event, event.value
                continue
            value, place = event.value, event
            if value[:1] in SUSPECTS and event.implicit[0]:
                if value not in known:
                    known[value] = plain_value(value)
                value = known[value]
                if type(value) is Refusal:
                    notes.refused(event, value)
                    value = None
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node.end_mark = event.end_mark
            data, places, node, keyed = stack.pop()
            continue
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if decorated and (event.anchor is not None or event.tag is not None):
                notes.decorated(event)
            if len(stack) >= MAX_LEVELS or (keyed and key is None):
                notes.misplaced(event, is_key=len(stack) < MAX_LEVELS)
            value = {} if kind is MappingStartEvent else []
            inside = []
            place = Mark(event, inside)
        elif kind is AliasEvent:
            notes.alias(event, is_key=keyed and key is None)
            value, place = None, event
        else:
            notes.boundary(event, has_root=bool(places))
            continue

        left -= 1
        if left < 0:
            notes.stop(event, f"more than {MAX_VALUES:,} values", "keep large inputs in files of their own")
        if not keyed:
            data.append(value)
            places.append(place)
            if node is not None and node.flow_style and kind is ScalarEvent:
                notes.cut_entry(event)
        else:
            if name in data or name in ODD_KEYS or value is None:
                notes.odd_pair(key, event, node, data, places)
            if name not in data:
                data[name] = value
                places.append(key)
                places.append(place)
            key = None
        if type(place) is Mark:
            stack.append((data, places, node, keyed))
            data, places, node, keyed = value, inside, event, kind is MappingStartEvent
