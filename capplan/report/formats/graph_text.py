"""Measures and breaks the text of a graph, where no browser tells how wide it is: on the wide side of common fonts."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from capplan.plain import plain

LINE = 17.0
"""Height of a line, in pixels."""
STRONG, SMALL = 13.0, 12.0
"""Sizes of a label and of all other text, in pixels."""
_NARROW, _WIDE = frozenset("iIjlftr.,:;'|!()[]{}/ "), frozenset("mwMW@%&")
_WORD = re.compile(r"\s+|\S+")
_PART = re.compile(r"[A-Z]?[^\W_A-Z]+[^\w\s]*|[A-Z]+(?![a-z])[^\w\s]*|\S")
"""Where a word that is too wide may break: at camel's humps and after signs."""


class Text(NamedTuple):
    """A line of text by its middle and its base line."""

    x: float
    y: float
    text: str
    strong: bool = False


def width_of(text: str, *, strong: bool = False) -> float:
    """Pixels that a text takes at most in a common font without serifs."""
    return sum(map(_em, text)) * (STRONG * 1.14 if strong else SMALL)


def _em(char: str) -> float:
    if not char.isascii():
        return max(1.05 * cell_len(char) / 2, 0.62)
    return 0.36 if char in _NARROW else 0.94 if char in _WIDE else 0.72 if char.isupper() else 0.6


def wrapped(text: str, width: float, *, strong: bool = False) -> tuple[str, ...]:
    """Lines of at most a width; a word that is wider is cut. Foreign text has no control characters here."""

    def fits(part: str) -> bool:
        return width_of(part.rstrip(), strong=strong) <= width

    words = _WORD.findall(plain(text))
    parts = (part for word in words for part in ([word] if fits(word) else _PART.findall(word)))
    lines = [""]
    for piece in (piece for part in parts for piece in ([part] if fits(part) else part)):
        if not fits(lines[-1] + piece):
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return tuple(line.rstrip() for line in lines if line.strip())


def centered(lines: Sequence[tuple[str, bool]], x: float, top: float) -> tuple[Text, ...]:
    """Lines below each other, each with its middle at `x`; True stands out."""
    return tuple(Text(x, top + (i + 0.75) * LINE, text, strong) for i, (text, strong) in enumerate(lines))
