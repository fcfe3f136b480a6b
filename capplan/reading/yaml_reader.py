"""Reads YAML safely: plain data, a position for each key and value, all errors at once.

PyYAML's loaders are not used: they expand aliases, overflow the stack on nested brackets, keep the last of two equal keys
and turn `no` into False. The loop below walks the parser's events itself, which is also faster. The parser is PyYAML's C part; where PyYAML was built
without it, its Python part, which is slower and ends a plain value in { } or [ ] at a `?`.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
from capplan.reading.diagnostics import FLATTER, ODD_KEYS, TOO_DEEP, Diagnostics, StopReadingError
from capplan.reading.document import Document, Mark, diagnostic_between, lines_of
from capplan.reading.limits import MAX_BYTES, MAX_LEVELS, MAX_VALUES, too_big
from capplan.reading.scalars import SUSPECTS, Rejection, plain_value
from capplan.record import replace

__all__ = ["Document", "Mark", "decode", "read_leniently", "read_yaml"]


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
        message = f"byte {raw[error.start]:#04x} is not UTF-8"
        raise CapplanError((diagnostic_between(file, lines, at, at, message, "save the file as UTF-8"),)) from None


def read_yaml(text: str, file: str) -> Document:
    """The only document of a text. Raises CapplanError with every error, in file order.

    Args:
        text: At most 1 MiB in UTF-8, 32 levels and 100,000 values.
        file: The name shown in errors.
    """
    document, diagnostics, _ = read_leniently(text, file)
    if document is None or diagnostics:
        raise CapplanError(diagnostics)
    return document


def read_leniently(text: str, file: str) -> tuple[Document | None, tuple[Diagnostic, ...], bool]:
    """What could be read, the errors, and whether the parser stopped, so that the rest is unread."""
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES or (not text.isascii() and len(text.encode("utf-8", "replace")) > MAX_BYTES):
        return None, (too_big(file, len(text.encode("utf-8", "replace"))),), False
    diagnostics = Diagnostics(text, file)
    diagnostics.check_characters()
    root, broken = (None, False) if diagnostics.entries else _read(text, diagnostics)
    if root is None and not diagnostics.entries:
        diagnostics.add_at((1, 1), (1, 1), "the file is empty", "begin with: capplan: 1")
    document = None if root is None else Document(file, root[0], root[1], diagnostics.lines)
    return document, tuple(sorted(diagnostics.entries, key=lambda m: (m.line, m.column))), broken


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """No garbage collection while a file is read: everything built is kept, so a collection frees nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(text: str, diagnostics: Diagnostics) -> tuple[tuple[object, Mark] | None, bool]:
    """The root value with its mark, None when there is none; and whether the parser stopped."""
    values: list[object] = []
    places: list[Any] = []
    broken = False
    with _without_garbage_collection(), suppress(StopReadingError):
        try:
            diagnostics.directive()
            loader = yaml.CLoader if yaml.__with_libyaml__ else yaml.SafeLoader
            _walk(loader(text).get_event, diagnostics, values, places)
        except yaml.YAMLError as error:
            broken = True
            _add_syntax_error(error, diagnostics)
    with suppress(StopReadingError):
        for bare in diagnostics.bare_keys:
            bare.add_to(diagnostics)
    root = Mark.of(places[0]) if places else None
    return None if root is None or root.is_bare else (values[0], root), broken


def _add_syntax_error(error: yaml.YAMLError, diagnostics: Diagnostics) -> None:
    """Adds where the parser stopped."""
    from capplan.reading import wording  # noqa: PLC0415  only where something is wrong

    marked = error if isinstance(error, yaml.MarkedYAMLError) else yaml.MarkedYAMLError(problem=str(error))
    diagnostic = wording.syntax_diagnostic(marked, diagnostics.file, diagnostics.lines)
    if marked.problem == wording.NESTED_TOO_DEEP:
        diagnostic = replace(diagnostic, message=TOO_DEEP, hint=FLATTER)
    diagnostics.entries.append(diagnostic)


def _walk(next_event: Callable[[], Any], diagnostics: Diagnostics, data: Any, places: list[Any]) -> None:  # noqa: ANN401, C901, PLR0912, PLR0915
    """Walks the parser's events and fills `data` with the root value and `places` with its place.

    One loop with its common branches written out: it runs once per key and value, and a call costs as much as its work.
    `data`, `places` and `node` are those of the open mapping or list, `keyed` is whether it is a mapping; `key` and its
    text `name` are the key that waits for its value; the stack holds the containers around it.
    """
    stack: list[tuple[Any, Any, Any, bool]] = []
    node: Any = None
    key: Any = None
    value: Any = None
    place: Any = None
    inside: list[Any] = []
    known: dict[str, Any] = {}  # values of plain words: most occur many times in a file
    name = ""
    keyed, left = False, MAX_VALUES
    decorated = (
        "&" in diagnostics.text or "!" in diagnostics.text
    )  # without either sign no event has an anchor or a tag
    for event in iter(next_event, None):
        kind = type(event)
        if kind is ScalarEvent:
            if decorated and (event.anchor is not None or event.tag is not None):
                diagnostics.decorated(event)
            if keyed and key is None:
                key, name = event, event.value
                continue
            value, place = event.value, event
            if value[:1] in SUSPECTS and event.implicit[0]:
                if value not in known:
                    known[value] = plain_value(value)
                value = known[value]
                if type(value) is Rejection:
                    diagnostics.add_rejected(event, value)
                    value = None
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node.end_mark = event.end_mark
            data, places, node, keyed = stack.pop()
            continue
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if decorated and (event.anchor is not None or event.tag is not None):
                diagnostics.decorated(event)
            if len(stack) >= MAX_LEVELS or (keyed and key is None):
                diagnostics.misplaced(event, is_key=len(stack) < MAX_LEVELS)
            value = {} if kind is MappingStartEvent else []
            inside = []
            place = Mark(event, inside)
        elif kind is AliasEvent:
            diagnostics.alias(event, is_key=keyed and key is None)
            value, place = None, event
        else:
            diagnostics.boundary(event, has_root=bool(places))
            continue

        left -= 1
        if left < 0:
            diagnostics.stop(event, f"more than {MAX_VALUES:,} values", "keep large inputs in files of their own")
        if not keyed:
            data.append(value)
            places.append(place)
            if node is not None and node.flow_style and kind is ScalarEvent:
                diagnostics.cut_entry(event)
        else:
            if name in data or name in ODD_KEYS or value is None:
                diagnostics.odd_pair(key, event, node, data, places)
            if name not in data:
                data[name] = value
                places.append(key)
                places.append(place)
            key = None
        if type(place) is Mark:
            stack.append((data, places, node, keyed))
            data, places, node, keyed = value, inside, event, kind is MappingStartEvent
