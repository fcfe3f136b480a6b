"""Reads YAML that other tools wrote: tags kept as data, aliases expanded within bounds, a position for everything.

A tag such as `!Ref Table` becomes `{"Ref": "Table"}`, as CloudFormation has it in JSON; no tag makes an object. A plain
number stays a Decimal with its digits as written.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from capplan.errors import CapplanError
from capplan.reading.document import Document, Mark, diagnostic_between, lines_of
from capplan.reading.foreign_json import put
from capplan.reading.limits import MAX_FOREIGN_LEVELS, MAX_FOREIGN_VALUES, MAX_TEMPLATE_BYTES, too_big
from capplan.reading.scalars import shown

_TRUE, _FALSE, _NULL = {"true", "yes", "on"}, {"false", "no", "off"}, {"", "~", "null"}
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,2})?")
_STANDARD = "tag:yaml.org,2002:"
_PLAIN_FUNCTIONS = ("Ref", "Condition", "Transform")
"""Functions of CloudFormation whose long form has no `Fn::`."""


def read_foreign_yaml(text: str, file: str) -> Document:
    """The first document of a YAML text, its tags and aliases as plain data. Raises CapplanError."""
    if len(text) > MAX_TEMPLATE_BYTES:
        raise CapplanError((too_big(file, len(text), MAX_TEMPLATE_BYTES),))
    reader = _YamlReader(file, lines_of(text))
    loader = yaml.CLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        data, place = reader.read(iter(loader(text).get_event, None))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise reader.error(at, f"not YAML: {error.problem or 'cannot be read'}") from None
    except yaml.YAMLError as error:
        raise reader.error((1, 1), f"not YAML: {str(error).splitlines()[0]}") from None
    return Document(file, data, Mark.of(place), reader.lines)


class _YamlReader:
    """One pass over the parser's events, with an explicit stack: nesting takes no recursion."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file, self.lines = file, lines
        self.anchors: dict[str, tuple[object, Any, int]] = {}
        self.values = 0

    def error(self, at: tuple[int, int], message: str, hint: str = "") -> CapplanError:
        return CapplanError((diagnostic_between(self.file, self.lines, at, at, message, hint),))

    def read(self, events: Iterator[Any]) -> tuple[object, Any]:  # noqa: C901, PLR0912, PLR0915  one loop, one branch an event
        """The root's value and place."""
        root: list[object] = []
        places: list[Any] = []
        stack: list[tuple[Any, list[Any], Any, int]] = []
        data: Any = root
        node: Any = None
        key: Any = None
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                value, place = _scalar(event, self), event
            elif kind in (MappingStartEvent, SequenceStartEvent):
                if len(stack) >= MAX_FOREIGN_LEVELS:
                    raise self.error(_at(event), f"nested deeper than {MAX_FOREIGN_LEVELS} levels")
                value = {} if kind is MappingStartEvent else []
                place = Mark(event, [])
            elif kind is AliasEvent:
                if event.anchor not in self.anchors:
                    raise self.error(_at(event), f"there is no anchor &{event.anchor[:40]} before this alias")
                value, place, size = self.anchors[event.anchor]
                self._count(size, event)
            elif kind in (MappingEndEvent, SequenceEndEvent):
                node.end_mark = event.end_mark
                whole, before = data, node
                data, places, node, start = stack.pop()
                if isinstance(whole, dict) and "<<" in whole:
                    _merge(whole, places[-1].places)
                self._keep(before, whole, places, start)
                if before.tag is not None:
                    _replace_last(data, places, _tagged(before.tag, whole, self, before))
                continue
            elif kind is DocumentStartEvent and root:
                break  # further documents are left alone
            else:
                continue

            is_key = isinstance(data, dict) and key is None
            if is_key:
                if kind is not ScalarEvent and not (kind is AliasEvent and isinstance(value, str)):
                    raise self.error(_at(event), "a key must be one word")
                key = event if kind is ScalarEvent else place
                continue
            self._count(1, event)
            start = self.values
            if isinstance(data, dict):
                put(data, places, key, value, place)
                key = None
            else:
                data.append(value)
                places.append(place)
            if kind is ScalarEvent and event.anchor is not None:
                self.anchors[event.anchor] = (value, place, 1)
            if kind in (MappingStartEvent, SequenceStartEvent):
                stack.append((data, places, node, start))
                data, places, node = value, place.places, event
        if not root or root[0] is None:
            raise self.error((1, 1), "the file is empty")
        return root[0], places[0]

    def _keep(self, event: Any, value: object, places: list[Any], start: int) -> None:  # noqa: ANN401
        """Remembers an anchored mapping or list once it is whole."""
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, places[-1], self.values - start + 1)

    def _count(self, size: int, event: Any) -> None:  # noqa: ANN401
        self.values += size
        if self.values > MAX_FOREIGN_VALUES:
            raise self.error(
                _at(event), f"more than {MAX_FOREIGN_VALUES:,} values", "are aliases nested in each other?"
            )


def _merge(data: dict[str, Any], places: list[Any]) -> None:
    """Adds the keys of what stands under the merge key, one mapping or a list of them; keys of its own count first."""
    at = next(i for i in range(0, len(places), 2) if places[i].value == "<<")
    given, place = data.pop("<<"), places[at + 1]
    del places[at : at + 2]
    some = (
        [(given, place)]
        if isinstance(given, dict)
        else list(zip(given or (), getattr(place, "places", None) or (), strict=False))
    )
    for mapping, mark in some:
        marks = getattr(mark, "places", None) or []
        for i, inner in enumerate(marks[::2]):
            if isinstance(mapping, dict) and inner.value in mapping and inner.value not in data:
                data[inner.value] = mapping[inner.value]
                places += [inner, marks[2 * i + 1]]


def _replace_last(data: Any, places: list[Any], value: object) -> None:  # noqa: ANN401
    """Puts another value where the last one is; the mark of what is inside stays below the new one."""
    if isinstance(data, dict):
        data[places[-2].value] = value
    else:
        data[-1] = value


def _at(event: Any) -> tuple[int, int]:  # noqa: ANN401
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: Any, reader: _YamlReader) -> object:  # noqa: ANN401
    """The value of a word."""
    text, tag = event.value, event.tag
    if tag is not None and tag != "!":
        if tag == f"{_STANDARD}str":
            return text
        if tag.startswith(_STANDARD):
            return _tagged(tag, _plain(text), reader, event)
        return _tagged(tag, text, reader, event)
    return text if event.style or not event.implicit[0] else _plain(text)


def _plain(text: str) -> object:
    """A plain word as YAML 1.1 has it, but numbers in decimal only: `0123` and `2012-10-17` are texts."""
    lower = text.lower()
    if lower in _NULL:
        return None
    if lower in _TRUE:
        return True
    if lower in _FALSE:
        return False
    return Decimal(text) if _NUMBER.fullmatch(text) else text


def _tagged(tag: str, value: object, reader: _YamlReader, event: Any) -> object:  # noqa: ANN401
    """A tag's value in the long form of CloudFormation; no tag makes an object."""
    if tag.startswith(_STANDARD):
        if tag.removeprefix(_STANDARD) in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp"):
            return value
        raise reader.error(
            _at(event), f"unknown tag {shown(tag.replace(_STANDARD, '!!'))}", "nothing of it is executed"
        )
    name = tag.removeprefix("!")
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in _PLAIN_FUNCTIONS else f"Fn::{name}": value}
