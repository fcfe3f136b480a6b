"""Reads JSON that other tools wrote, of any size, with a position for everything: by tokens, an explicit stack, bounded."""

import json
import re
from bisect import bisect_right
from decimal import Decimal
from typing import Any

from yaml.events import MappingStartEvent, SequenceStartEvent

from capplan.errors import CapplanError
from capplan.reading.document import Document, Mark, diagnostic_between, lines_of
from capplan.reading.limits import MAX_FOREIGN_LEVELS, MAX_FOREIGN_VALUES, MAX_SAVED_BYTES, too_big
from capplan.reading.scalars import shown

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")|(?P<mark>[{}\[\],:])'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)|(?P<word>true|false|null))"
)
_WORDS = {"true": True, "false": False, "null": None}
_MAX_NUMBER = 60
"""Characters of a number; more digits are no number that a person or an API wrote."""


class _Text:
    """Where lines begin in a text."""

    __slots__ = ("starts",)

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


class _Place:
    """A place in a text, its line counted when it is asked for."""

    __slots__ = ("_text", "index")

    def __init__(self, text: _Text, index: int) -> None:
        self._text, self.index = text, index

    @property
    def line(self) -> int:
        return bisect_right(self._text.starts, self.index) - 1

    @property
    def column(self) -> int:
        return self.index - self._text.starts[self.line]


class _Word:
    """A scalar or a key of JSON as the parser's event of one: its value's text and where it is."""

    __slots__ = ("_end", "_start", "_text", "value")
    style = '"'

    def __init__(self, text: _Text, start: int, end: int, value: str) -> None:
        self._text, self._start, self._end, self.value = text, start, end, value

    @property
    def start_mark(self) -> _Place:
        return _Place(self._text, self._start)

    @property
    def end_mark(self) -> _Place:
        return _Place(self._text, self._end)


class _Mapping(MappingStartEvent):
    """The beginning of a JSON object."""


class _List(SequenceStartEvent):
    """The beginning of a JSON array."""


def read_foreign_json(text: str, file: str) -> Document:
    """A JSON text as a document with positions. Raises CapplanError at the first place that is not JSON."""
    if len(text) > MAX_SAVED_BYTES:
        raise CapplanError((too_big(file, len(text), MAX_SAVED_BYTES),))
    return _JsonReader(text, file).read()


class _JsonReader:
    """One pass over the tokens, with an explicit stack."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file, self.where, self.at = text, file, _Text(text), 0

    def error(self, index: int, message: str, hint: str = "") -> CapplanError:
        """An error at an index."""
        place = _Place(self.where, index)
        at = (place.line + 1, place.column + 1)
        return CapplanError((diagnostic_between(self.file, lines_of(self.text), at, at, message, hint),))

    def _next(self) -> tuple[str, str, int]:
        """The next word: its kind, its text, where it starts."""
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            rest = len(self.text) - len(self.text[self.at :].lstrip())
            if rest >= len(self.text):
                raise self.error(len(self.text), "not JSON: the file ends too early", "is a bracket left open?")
            hint = "is a comma, a quote or a bracket missing before this?"
            raise self.error(rest, f"not JSON: unexpected {shown(self.text[rest : rest + 10])}", hint)
        self.at = match.end()
        kind = str(match.lastgroup)
        return kind, match[kind], match.start(kind)

    def read(self) -> Document:  # noqa: C901, PLR0912  one loop over values and what follows them
        """The whole text."""
        root: list[Any] = []
        top: list[Any] = []
        stack: list[tuple[Any, list[Any], Any]] = []
        data: Any = root
        places, values = top, 0
        event: Any = None
        while True:
            kind, word, start = self._next()
            closing = kind == "mark" and word in "}]"
            if closing:  # of an empty one, or after a comma
                if event is None or data or (word == "}") != isinstance(data, dict):
                    raise self.error(start, f"not JSON: unexpected {shown(word)}")
            else:
                values += 1
                if values > MAX_FOREIGN_VALUES:
                    raise self.error(start, f"more than {MAX_FOREIGN_VALUES:,} values")
                if isinstance(data, dict):
                    key = self._key(kind, word, start)
                    kind, word, start = self._next()
                value, place = self._value(kind, word, start)
                if isinstance(data, dict):
                    put(data, places, key, value, place)
                else:
                    data.append(value)
                    places.append(place)
                if isinstance(place, Mark):
                    if len(stack) >= MAX_FOREIGN_LEVELS:
                        raise self.error(start, f"nested deeper than {MAX_FOREIGN_LEVELS} levels")
                    stack.append((data, places, event))
                    data, places, event = value, place.places or [], place._node  # noqa: SLF001  just made
                    place.places = places
                    continue
            while True:  # what follows a value: a comma, or the end of what it is in
                if closing:
                    event.end_mark = _Place(self.where, self.at)
                    data, places, event = stack.pop()
                if not stack and event is None:
                    return self._whole(root, top)
                kind, word, start = self._next()
                closing = kind == "mark" and word == ("}" if isinstance(data, dict) else "]")
                if word == "," and kind == "mark":
                    break
                if not closing:
                    raise self.error(start, f"not JSON: expected ',' before {shown(word[:20])}")

    def _whole(self, root: list[Any], top: list[Any]) -> Document:
        rest = self.text[self.at :].lstrip()
        if rest:
            raise self.error(len(self.text) - len(rest), f"not JSON: unexpected {shown(rest[:10])} after its end")
        return Document(self.file, root[0], Mark.of(top[0]), lines_of(self.text))

    def _key(self, kind: str, word: str, start: int) -> _Word:
        if kind != "string":
            raise self.error(start, f"not JSON: expected a key in quotes, found {shown(word[:20])}")
        key = _Word(self.where, start, start + len(word), self._string(word, start))
        after, colon, place = self._next()
        if after != "mark" or colon != ":":
            raise self.error(place, f"not JSON: expected ':' before {shown(colon[:20])}")
        return key

    def _value(self, kind: str, word: str, start: int) -> tuple[Any, Any]:
        """A word's value and its place; of a mapping or list, empty ones."""
        if kind == "string":
            text = self._string(word, start)
            return text, _Word(self.where, start, start + len(word), text)
        if kind == "number":
            if len(word) > _MAX_NUMBER:
                raise self.error(start, f"a number of {len(word):,} characters")
            return Decimal(word), _Word(self.where, start, start + len(word), word)
        if kind == "word":
            return _WORDS[word], _Word(self.where, start, start + len(word), word)
        if word not in "{[":
            raise self.error(start, f"not JSON: unexpected {shown(word)}")
        begin: Any = _Place(self.where, start)
        event: Any = (_Mapping if word == "{" else _List)(None, None, True, begin, begin, flow_style=True)
        return ({} if word == "{" else []), Mark(event, [])

    def _string(self, word: str, start: int) -> str:
        if "\\" not in word:
            return word[1:-1]
        try:
            return str(json.loads(word))
        except ValueError:
            raise self.error(start, "not JSON: a wrong escape in this text") from None


def put(data: dict[str, Any], places: list[Any], key: Any, value: object, place: object) -> None:  # noqa: ANN401
    """A key and its value; the last of two equal keys counts, as in CloudFormation and in JSON everywhere."""
    if key.value in data:
        at = next(i for i in range(0, len(places), 2) if places[i].value == key.value)
        del places[at : at + 2]
    data[key.value] = value
    places += [key, place]
