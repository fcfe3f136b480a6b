"""Edits a YAML text so that it has other data: only what differs is written, all else stays to the byte."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.document import Document, Mark
from capplan.reading.yaml_reader import read_yaml
from capplan.reading.yaml_text import after_key, entry, flow, items


class Edit(NamedTuple):
    """A part of a text, by index, and what to write in its place."""

    start: int
    end: int
    text: str


def edited(text: str, doc: Document, data: Mapping[str, Any]) -> str:
    """The text of a document with other data, its comments and layout kept.

    Args:
        text: As it was read.
        doc: The document of that text.
        data: What it shall have.

    Raises:
        CapplanError: The text cannot be edited in its place.
    """
    writer = _Writer(text)
    writer.value(doc.mark, doc.data, dict(data))
    out = text
    for start, end, new in reversed(sorted(writer.edits, key=lambda e: (e.start, e.end))):  # noqa: C413  equal ones in their order
        out = out[:start] + new + out[end:]
    try:
        again: object = read_yaml(out, doc.file).data
    except CapplanError:
        again = None
    if not same(again, data):
        message, hint = "this file cannot be edited in its place", "write the change by hand: capplan explain shows it"
        raise CapplanError((Diagnostic(doc.file, 0, 0, message, hint),))
    return out


def same(some: object, other: object) -> bool:
    """Whether two plain values are equal, as YAML has them: true is not 1."""
    if isinstance(some, Mapping) and isinstance(other, Mapping):
        return some.keys() == other.keys() and all(same(value, other[key]) for key, value in some.items())
    if isinstance(some, list) and isinstance(other, list):
        return len(some) == len(other) and all(map(same, some, other))
    return type(some) is type(other) and some == other


class _Writer:
    """Collects the edits of one text."""

    def __init__(self, text: str) -> None:
        self.text, self.edits = text, list[Edit]()
        self.line_break = "\r\n" if "\r\n" in text else "\n"

    def value(self, mark: Mark, old: Any, new: Any, key: Mark | None = None, *, inside: bool = False) -> None:  # noqa: ANN401  plain data
        """Edits a value; `inside` brackets all is on one line."""
        if same(old, new):
            return
        around, inside = inside, inside or mark.style == "flow"
        if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new and old.keys() & new.keys():
            self._mapping(mark, old, new, inside=inside)
        elif isinstance(old, list) and isinstance(new, list) and old and new:
            self._list(mark, old, new, inside=inside)
        else:
            self._replace(mark, new, key, inside=around)

    def _replace(self, mark: Mark, new: object, key: Mark | None, *, inside: bool) -> None:
        """Writes another value; a long one in lines of its own under its key, behind which a comment stays."""
        start, end = mark.span[0], self.end_of(mark)
        lines = [f" {flow(new)}"] if inside or key is None else after_key(new, key.column - 1)
        if key is None:
            self.edits.append(Edit(start, end, lines[0].lstrip()))
            return
        colon = self.text.index(":", key.span[1]) + 1
        if mark.style != "block":
            self.edits.append(Edit(colon, end, lines[0]))
            if lines[1:]:
                self._insert_lines(self._line_end(end), lines[1:])
        else:
            self.edits.append(Edit(colon, end, self.line_break.join(lines)))

    # --- mappings ---

    def _mapping(self, mark: Mark, old: Mapping[str, Any], new: Mapping[str, Any], *, inside: bool) -> None:
        keys, values = list(mark.keys.values()) if mark.keys else [], mark.items
        assert isinstance(values, dict)  # noqa: S101  a mapping's
        places = list(zip(old, keys, values.values(), strict=True))
        for name, key, value in places:
            if name in new:
                self.value(value, old[name], new[name], key, inside=inside)
        removed = [name not in new for name in old]
        for first, last in _runs(removed):
            self._remove_entries([(k, v) for _, k, v in places], first, last, inside=inside)
        added = {name: value for name, value in new.items() if name not in old}
        end = self.end_of(next(value for name, _, value in reversed(places) if name in new))
        if inside:
            self._insert(end, "".join(f", {flow({name: value})[1:-1]}" for name, value in added.items()))
        else:
            lines = [line for name, value in added.items() for line in entry(name, value, keys[0].column - 1)]
            self._insert_lines(self._line_end(end), lines)

    def _remove_entries(self, places: Sequence[tuple[Mark, Mark]], first: int, last: int, *, inside: bool) -> None:
        """Entries first to last of a mapping, of which others stay."""
        start, end = places[first][0].span[0], self.end_of(places[last][1])
        alone = not self.text[self._line_start(start) : start].strip()
        if not inside and alone:
            self._remove_lines(start, end)
        elif last + 1 < len(places):
            self.edits.append(Edit(start, places[last + 1][0].span[0], ""))
        else:
            self.edits.append(Edit(self.end_of(places[first - 1][1]), end, ""))

    # --- lists ---

    def _list(self, mark: Mark, old: list[Any], new: list[Any], *, inside: bool) -> None:
        marks = mark.items
        assert isinstance(marks, list)  # noqa: S101  a list's
        first = _shared(old, new)
        last = len(old) - _shared(old[first:][::-1], new[first:][::-1])
        middle = new[first : len(new) - (len(old) - last)]
        if len(middle) == last - first:
            for i, value in enumerate(middle, first):
                self.value(marks[i], old[i], value, inside=inside)
        elif inside:
            self._flow_items(marks, first, last, middle)
        else:
            self._block_items(marks, first, last, middle)

    def _flow_items(self, marks: Sequence[Mark], first: int, last: int, new: Sequence[Any]) -> None:
        """Items first to last - 1 of a list in brackets, replaced by others; some stay."""
        text = ", ".join(flow(value) for value in new)
        if first == last:
            at = marks[first].span[0] if first < len(marks) else self.end_of(marks[-1])
            self._insert(at, f"{text}, " if first < len(marks) else f", {text}")
        elif new:
            self.edits.append(Edit(marks[first].span[0], self.end_of(marks[last - 1]), text))
        elif last < len(marks):
            self.edits.append(Edit(marks[first].span[0], marks[last].span[0], ""))
        else:
            self.edits.append(Edit(self.end_of(marks[first - 1]), self.end_of(marks[last - 1]), ""))

    def _block_items(self, marks: Sequence[Mark], first: int, last: int, new: Sequence[Any]) -> None:
        """Items first to last - 1 of a list in lines, replaced by others; a comment behind them stays."""
        dash = self.text.rindex("-", 0, marks[min(first, len(marks) - 1)].span[0])
        lines = items(new, dash - self._line_start(dash))
        if first == last:
            before = self._line_end(self.end_of(marks[first - 1])) if first else None
            if before is None:
                self._insert(self._line_start(dash), "".join(f"{line}{self.line_break}" for line in lines))
            else:
                self._insert_lines(before, lines)
            return
        end = self.end_of(marks[last - 1])
        if not lines:
            self._remove_lines(dash, end)
        else:
            self.edits.append(Edit(self._line_start(dash), end, self.line_break.join(lines)))

    # --- text ---

    def end_of(self, mark: Mark) -> int:
        """The index just after a value; the parser's own end of a block is where the next thing starts."""
        if mark.style == "block" and mark.places:
            return self.end_of(Mark.of(mark.places[-1]))
        start, end = mark.span
        return start + len(self.text[start:end].rstrip())

    def _insert(self, at: int, text: str) -> None:
        if text:
            self.edits.append(Edit(at, at, text))

    def _insert_lines(self, at: int, lines: Sequence[str]) -> None:
        self._insert(at, "".join(f"{self.line_break}{line}" for line in lines))

    def _remove_lines(self, start: int, end: int) -> None:
        """All lines from one index to another."""
        following = self.text.find("\n", end)
        if following < 0:  # the last line: the break before it goes
            before = self._line_start(start)
            self.edits.append(Edit(max(0, before - len(self.line_break)), len(self.text), ""))
        else:
            self.edits.append(Edit(self._line_start(start), following + 1, ""))

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        end = self.text.find("\n", index)
        end = len(self.text) if end < 0 else end
        return end - 1 if end and self.text[end - 1] == "\r" else end


def _shared(some: Sequence[Any], other: Sequence[Any]) -> int:
    """How many items two lists begin with alike; one at least stays in the longer one where they differ."""
    count = 0
    while count < min(len(some), len(other)) and same(some[count], other[count]):
        count += 1
    return count


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last index of each run of true."""
    out: list[tuple[int, int]] = []
    for i, flag in enumerate(flags):
        if flag and out and out[-1][1] == i - 1:
            out[-1] = out[-1][0], i
        elif flag:
            out.append((i, i))
    return out
