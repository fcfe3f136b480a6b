"""A file as read: plain data, and beside it the position of every key and value."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from yaml.events import MappingStartEvent

from capplan.errors import Diagnostic
from capplan.record import MutableRecord, Record

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Place(Protocol):
    """A place in a text: line, column and index count from 0."""

    line: int
    column: int
    index: int


class Node(Protocol):
    """The parser's event of a value: where it starts and where it ends."""

    start_mark: Place
    end_mark: Place


class _Position(MutableRecord):
    line: int = 0
    column: int = 0
    index: int = 0


class _WholeText(MutableRecord):
    """A text of which only the beginning is known."""

    start_mark: Place
    end_mark: Place


Style = Literal["plain", "quoted", "flow", "block"]


class Mark:
    """The position of a key or value, lines and columns from 1.

    `keys` and `items` mirror the data: for a mapping the marks of its keys and of its values by key, for a list only
    `items`, in order; both are None for a scalar. All is computed when asked for: most marks never are.
    """

    __slots__ = ("_index", "_node", "places")

    def __init__(self, node: Node, places: list[Any] | None = None) -> None:
        self._node = node
        self._index: dict[str, int] | None = None
        self.places = places
        """The content as the reader keeps it: a list's values, a mapping's key, value, key, value …; a scalar is the
        parser's event, a container a Mark."""

    @classmethod
    def of(cls, place: Any) -> "Mark":  # noqa: ANN401  a Mark or the parser's event of a scalar
        """The mark of what the reader keeps."""
        return place if type(place) is cls else cls(place)

    @property
    def keys(self) -> "dict[str, Mark] | None":
        """The marks of a mapping's keys."""
        if self.places is None or not self._is_mapping:
            return None
        return {key.value: Mark(key) for key in self.places[::2]}

    @property
    def items(self) -> "dict[str, Mark] | list[Mark] | None":
        """The marks of the content: by key for a mapping, in order for a list, None for a scalar."""
        if self.places is None:
            return None
        if not self._is_mapping:
            return [Mark.of(place) for place in self.places]
        return {key.value: Mark.of(place) for key, place in zip(self.places[::2], self.places[1::2], strict=True)}

    def below(self, step: str | int) -> "tuple[Mark, Mark | None] | None":
        """The mark of the value under a key or at an index, with the key's own; None where there is none."""
        places = self.places or []
        if isinstance(step, int):
            in_list = not self._is_mapping and 0 <= step < len(places)
            return (Mark.of(places[step]), None) if in_list else None
        if self._index is None:
            self._index = {key.value: n for n, key in enumerate(places[::2])} if self._is_mapping else {}
        n = self._index.get(step)
        return None if n is None else (Mark.of(places[2 * n + 1]), Mark(places[2 * n]))

    @property
    def _is_mapping(self) -> bool:
        return isinstance(self._node, MappingStartEvent)

    @property
    def line(self) -> int:
        """Line on which it starts."""
        return self._node.start_mark.line + 1

    @property
    def column(self) -> int:
        """Column at which it starts, in characters."""
        return self._node.start_mark.column + 1

    @property
    def end(self) -> tuple[int, int]:
        """Line and column just after it."""
        place = self._node.end_mark
        return place.line + 1, place.column + 1

    @property
    def span(self) -> tuple[int, int]:
        """Indexes into the text: of its first character, and just after its last."""
        return self._node.start_mark.index, self._node.end_mark.index

    @property
    def width(self) -> int:
        """Characters it takes on its line; 1 when it ends on a later one."""
        line, column = self.end
        return max(1, column - self.column) if line == self.line else 1

    @property
    def text(self) -> str:
        """A scalar's own text, as written but without quotes; empty for mappings and lists."""
        return getattr(self._node, "value", "")

    @property
    def style(self) -> Style:
        """`plain` or `quoted` (also `|` and `>`) for scalars, `flow` ({} and []) or `block` for mappings and lists."""
        if self.places is None:
            return "quoted" if getattr(self._node, "style", None) else "plain"
        return "flow" if getattr(self._node, "flow_style", False) else "block"

    @property
    def is_bare(self) -> bool:
        """Whether nothing is written there."""
        return self.places is None and self.style == "plain" and not self.text


class Document(Record, frozen=True):
    """One file: its data (dict with text keys, list, str, Decimal, bool, None), the marks beside it, its lines."""

    file: str
    data: object
    mark: Mark
    lines: Sequence[str]

    def locate(self, path: Sequence[str | int], *, key: bool = False) -> Mark:
        """The mark of the value at a path, or of its key; of the nearest ancestor where something is missing."""
        value, key_mark = self._walk(path)
        return key_mark if key and key_mark is not None else value

    def diagnostic(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> Diagnostic:
        """An error at a path, with its line quoted.

        A mapping or list in block style is pointed at by its key: its own first line is that of its first entry.
        """
        value, key_mark = self._walk(path)
        at_key = key_mark is not None and (key or value.style == "block")
        return self.diagnostic_at(key_mark if key_mark is not None and at_key else value, message, hint)

    def diagnostic_at(self, mark: Mark, message: str, hint: str = "") -> Diagnostic:
        """An error at a mark."""
        return diagnostic_between(self.file, self.lines, (mark.line, mark.column), _end_on_line(mark), message, hint)

    def _walk(self, path: Sequence[str | int]) -> tuple[Mark, Mark | None]:
        """The value's mark and its key's, as far as the path leads."""
        value: Mark = self.mark
        key_mark: Mark | None = None
        for step in path:
            marks = value.below(step)
            if marks is None:
                break
            value, key_mark = marks
        return value, key_mark


class ReplacedValues(Document, frozen=True):
    """A file of which some values were given elsewhere: an error in one of those names where it was given.

    `values` are those values by path, each as a document of its own under the key `value`; its `file` says where from.
    """

    values: Mapping[tuple[str, ...], Document]

    def locate(self, path: Sequence[str | int], *, key: bool = False) -> Mark:
        """The mark of the value at a path: in the file, or in the value that replaces it."""
        given = self._given(path)
        return super().locate(path, key=key) if given is None else given[0].locate(given[1], key=key)

    def diagnostic(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> Diagnostic:
        """An error at a path; one in a replaced value has no line."""
        given = self._given(path)
        if given is None:
            return super().diagnostic(path, message, hint, key=key)
        return Diagnostic(given[0].file, 0, 0, message, hint)

    def _given(self, path: Sequence[str | int]) -> tuple[Document, list[str | int]] | None:
        """The value that replaces the one at a path, and the path inside it; None where the file's own stands."""
        steps = [str(step) for step in path]
        for length in range(len(steps), 0, -1):
            document = self.values.get(tuple(steps[:length]))
            if document is not None:
                return document, ["value", *path[length:]]
        return None


class Under(Document, frozen=True):
    """A file whose whole content stands for the value of one key of another: `data` has that key, the file does not."""

    under: str

    def _walk(self, path: Sequence[str | int]) -> tuple[Mark, Mark | None]:
        return super()._walk(path[1:] if path and path[0] == self.under else path)


class Overlaid(Document, frozen=True):
    """A file over which others are laid: a value stands in the last file that has it, and so does an error in it."""

    overlays: tuple[Document, ...]

    def locate(self, path: Sequence[str | int], *, key: bool = False) -> Mark:
        """The mark of the value at a path, in the file that has it."""
        layer = self.layer(path)
        return super().locate(path, key=key) if layer is self else layer.locate(path, key=key)

    def diagnostic(self, path: Sequence[str | int], message: str, hint: str = "", *, key: bool = False) -> Diagnostic:
        """An error at a path, in the file that has it."""
        layer = self.layer(path)
        if layer is self:
            return super().diagnostic(path, message, hint, key=key)
        return layer.diagnostic(path, message, hint, key=key)

    def layer(self, path: Sequence[str | int]) -> Document:
        """The file that leads furthest to a path: of several the last, but the first where none has the value itself."""
        best: Document = self
        depth = _depth(self.data, path)
        for overlay in self.overlays:
            reached = _depth(overlay.data, path)
            if reached > depth or (reached == depth == len(path)):
                best, depth = overlay, reached
        return best


def _depth(data: object, path: Sequence[str | int]) -> int:
    """How many steps of a path lead somewhere in plain data."""
    for i, step in enumerate(path):
        if isinstance(data, list) and isinstance(step, int) and step < len(data):  # noqa: SIM114  mypy tells them apart
            data = data[step]
        elif isinstance(data, Mapping) and step in data:
            data = data[step]
        else:
            return i
    return len(path)


def whole_document(file: str, text: str, data: object = None) -> Document:
    """A document whose only known position is its beginning."""
    return Document(file, data, Mark(_WholeText(_Position(), _Position())), lines_of(text))


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors and the YAML parser count them: CR LF, CR and LF end one."""
    return _LINE_BREAK.split(text) if "\r" in text else text.split("\n")


def _end_on_line(mark: Mark) -> tuple[int, int]:
    """Where to stop underlining: a block's first character is enough."""
    return (mark.line, mark.column) if mark.style == "block" else mark.end


def diagnostic_between(
    file: str, lines: Sequence[str], start: tuple[int, int], end: tuple[int, int], message: str, hint: str
) -> Diagnostic:
    """An error from one (line, column) to another, both from 1; underlined to the end of the first line at most."""
    line, column = start
    excerpt = lines[line - 1] if line <= len(lines) else ""
    last = end[1] if end[0] == line else len(excerpt.rstrip()) + 1
    return Diagnostic(file, line, column, message, hint, width=max(1, last - column), excerpt=excerpt)
