"""Reads an item of a table's export in Amazon Ion, its text form, as typed attributes.

Source: DynamoDB Developer Guide, "DynamoDB table export output format" (types, and annotations of sets); Amazon Ion's text
specification for strings, symbols, numbers, blobs and struct (the first read 2026-11-30, the second as it is known).
"""

import base64
import binascii
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from capplan.services.dynamodb.items.size import Item

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*\")|(?P<quoted>'(?:[^'\\]|\\.)*')|(?P<blob>\{\{[A-Za-z0-9+/=\s]*\}\})"
    r"|(?P<number>-?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[dDeE][+-]?[0-9]+)?(?![A-Za-z0-9_.]))"
    r"|(?P<word>[A-Za-z_$][A-Za-z0-9_$]*)|(?P<mark>::|[{}\[\]:,]))"
)
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_SETS = {"$dynamodb_SS": "SS", "$dynamodb_NS": "NS", "$dynamodb_BS": "BS"}
_MAX_LEVELS = 40
_VERSION = "$ion_1_0"


class IonError(ValueError):
    """A text that is no item in Ion."""


def ion_item(text: str) -> Item:
    """The item of a line: `$ion_1_0 {Item:{Id:103.,Authors:$dynamodb_SS::["a","b"]}}`. Raises IonError."""
    tokens = _tokens(text)
    reader = _Reader(tokens)
    if reader.peek() == ("word", _VERSION):
        reader.take()
    whole = reader.value(0)
    if reader.peek()[0] != "end" or whole.keys() != {"M"} or whole["M"].keys() != {"Item"}:
        raise IonError("no item")
    item = whole["M"]["Item"]
    if item.keys() != {"M"}:
        raise IonError("no item")
    attributes: Item = item["M"]
    return attributes


def _tokens(text: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place, end)
        if match is None or match.lastgroup is None:
            raise IonError(f"unexpected {text[place : place + 10]!r}")
        out.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return out


class _Reader:
    """Values from tokens, one after the other."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at = tokens, 0

    def peek(self) -> tuple[str, str]:
        """The next token."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def take(self) -> tuple[str, str]:
        """The next token, which is then read."""
        token = self.peek()
        self._at += 1
        return token

    def value(self, level: int) -> dict[str, Any]:
        """A typed value."""
        if level > _MAX_LEVELS:
            raise IonError("nested too deep")
        kind, text = self.take()
        if kind == "word" and self.peek() == ("mark", "::"):
            self.take()
            return self._set(text, level)
        simple: dict[str, Callable[[str], dict[str, Any]]] = {
            "string": lambda t: {"S": _plain(t)},
            "number": lambda t: {"N": _number(t)},
            "blob": lambda t: {"B": _blob(t)},
            "word": _word,
        }
        if kind in simple:
            return simple[kind](text)
        if text == "[":
            return {"L": self._listed("]", lambda: self.value(level + 1))}
        if text == "{":
            return {"M": dict(self._listed("}", lambda: self._field(level + 1)))}
        raise IonError(f"unexpected {text[:10]!r}")

    def _listed(self, closing: str, one: Callable[[], Any]) -> list[Any]:
        out: list[Any] = []
        while self.peek() != ("mark", closing):
            out.append(one())
            if self.peek() == ("mark", ","):
                self.take()
            elif self.peek() != ("mark", closing):
                raise IonError("expected a comma")
        self.take()
        return out

    def _field(self, level: int) -> tuple[str, dict[str, Any]]:
        kind, name = self.take()
        if kind not in ("string", "quoted", "word") or self.take() != ("mark", ":"):
            raise IonError("expected a name and a value")
        return name if kind == "word" else _plain(name), self.value(level)

    def _set(self, annotation: str, level: int) -> dict[str, Any]:
        of = _SETS.get(annotation)
        listed = self.value(level + 1)
        if of is None or listed.keys() != {"L"} or any(member.keys() != {of[0]} for member in listed["L"]):
            raise IonError(f"unexpected {annotation[:20]}::")
        return {of: [member[of[0]] for member in listed["L"]]}


def _plain(quoted: str) -> str:
    def unescaped(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) > 1:
            number = int(code[1:], 16)
            if number > 0x10FFFF:  # noqa: PLR2004  Unicode's last
                raise IonError("no character")
            return chr(number)
        return "" if code == "\n" else _CONTROL.get(code, code)

    return _ESCAPE.sub(unescaped, quoted[1:-1])


def _number(text: str) -> str:
    try:
        value = Decimal(text.replace("_", "").replace("d", "e").replace("D", "e"))
    except InvalidOperation:
        raise IonError(f"no number: {text[:20]}") from None
    return str(value)


def _blob(text: str) -> str:
    inside = "".join(text[2:-2].split())
    try:
        base64.b64decode(inside, validate=True)
    except binascii.Error:
        raise IonError("no base64") from None
    return inside


def _word(text: str) -> dict[str, Any]:
    if text == "null":
        return {"NULL": True}
    if text in ("true", "false"):
        return {"BOOL": text == "true"}
    raise IonError(f"unexpected {text[:10]!r}")
