"""Writes plain data as YAML text that capplan reads back as the same data: on one line, or as a block."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from capplan.plain import glyph
from capplan.reading.scalars import plain_value

_PLAIN = re.compile(r"[A-Za-z0-9_./(][^,\[\]{}#&!|>'\"`\\]*")
"""A word that needs no quotes, in a block or inside brackets."""
_LONG = 60
"""A mapping or list of more characters goes on lines of its own."""


def flow(value: object) -> str:
    """A value on one line: `{mode: provisioned, write: 200}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_word(str(key))}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    return _scalar(value)


def entry(key: str, value: object, indent: int) -> list[str]:
    """A key and its value in a block, as lines without a line break."""
    after = after_key(value, indent)
    return [f"{' ' * indent}{_word(key)}:{after[0]}", *after[1:]]


def after_key(value: object, indent: int) -> list[str]:
    """What follows the colon of a key at an indentation: a short value after a blank, else lines of their own."""
    text = flow(value)
    if not isinstance(value, Mapping | list | tuple) or len(text) <= _LONG or not value:
        return [f" {text}"]
    return ["", *(_mapping(value, indent + 2) if isinstance(value, Mapping) else items(value, indent + 2))]


def items(values: Sequence[Any], indent: int) -> list[str]:
    """The items of a list in a block, one or more lines each."""
    out: list[str] = []
    for value in values:
        lines = _mapping(value, indent + 2) if isinstance(value, Mapping) and _is_long(value) else None
        out += [f"{' ' * indent}- {flow(value)}"] if not lines else [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]
    return out


def _mapping(value: Mapping[str, Any], indent: int) -> list[str]:
    return [line for key, inner in value.items() for line in entry(str(key), inner, indent)]


def _is_long(value: object) -> bool:
    return len(flow(value)) > _LONG


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "null" if value is None else _word(str(value)) if isinstance(value, str) else str(value)


def _word(text: str) -> str:
    """A text, in quotes where a reader would take it for something else."""
    needs_none = (
        text.isprintable()
        and _PLAIN.fullmatch(text)
        and text == text.strip()
        and ": " not in text
        and not text.endswith(":")
        and plain_value(text) == text
    )
    if needs_none:
        return text
    return "".join(glyph(char, ascii_only=False) for char in json.dumps(text, ensure_ascii=False))
