"""Reads a JSON text of any length a value at a time, in memory for one value."""

import json
from collections.abc import Iterator

from capplan.reading.json_rules import RejectedError, unique_keys
from capplan.reading.scalars import shown

MAX_VALUE_CHARACTERS = 16 * 2**20
"""The longest value that is read whole."""
_SPACE = " \t\n\r"
_BEGINS_NUMBER = "-0123456789"
_ENDS_NUMBER = f"{_SPACE},:}}]"


class JsonStream:
    """A JSON text that comes in pieces. What is not JSON raises ValueError."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces, self._text, self._at, self._is_whole = pieces, "", 0, False
        self._decoder = json.JSONDecoder(object_pairs_hook=unique_keys)

    def members(self) -> Iterator[str]:
        """The keys of an object, in order. After each, its value is taken: with `value`, or with `members` if it is one."""
        self._take("{")
        if self._peek() == "}":
            self._take("}")
            return
        while True:
            key = self.value()
            if not isinstance(key, str):
                raise ValueError("not JSON: a key is no text")  # noqa: TRY004  wrong text, not a wrong call
            self._take(":")
            yield key
            if self._take(",}") == "}":
                return

    def value(self) -> object:
        """The next value, whole."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RejectedError:
                raise
            except RecursionError:
                raise ValueError("nested too deep") from None
            except json.JSONDecodeError as error:
                if self._is_whole:
                    said = error.msg.removesuffix(" starting at")
                    raise ValueError(f"not JSON: {said[0].lower()}{said[1:]}") from None
            else:
                after = self._text[end : end + 1]
                is_number = self._text[self._at] in _BEGINS_NUMBER  # it may go on in the next piece: 12, 12.5, 12.5e3
                if not is_number or (after and after in _ENDS_NUMBER) or self._is_whole:
                    self._at = end
                    return value
            held = len(self._text) - self._at
            if held > MAX_VALUE_CHARACTERS:
                raise ValueError(f"a value has more than {MAX_VALUE_CHARACTERS:,} characters")
            self._more(held)

    def end(self) -> None:
        """Nothing may follow."""
        if rest := self._peek():
            raise ValueError(f"not JSON: {shown(rest)} after its end")

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text) or self._is_whole:
                return self._text[self._at : self._at + 1]
            self._more(1)

    def _take(self, wanted: str) -> str:
        """The next character, one of those wanted."""
        found = self._peek()
        if not found or found not in wanted:
            at = shown(found) if found else "the end of the file"
            raise ValueError(f"not JSON: expected {' or '.join(wanted)}, found {at}")
        self._at += 1
        return found

    def _more(self, least: int) -> None:
        """Adds at least so many characters: twice what a long value has so far, so that it is not decoded too often."""
        parts, size = [self._text[self._at :]], 0
        while size < least:
            piece = next(self._pieces, None)
            if piece is None:
                self._is_whole = True
                break
            parts.append(piece)
            size += len(piece)
        self._text, self._at = "".join(parts), 0
