"""Builds text answers: rows of cells, bars, wrapped text, in one of two sets of symbols."""

import unicodedata
from collections.abc import Sequence
from typing import Literal

from capplan.record import Record
from capplan.report.plain import inert, plain

_TO_ASCII = str.maketrans(
    {
        "×": "x",
        "·": "-",
        "█": "#",
        "▌": "+",
        "▏": ".",
        "░": "x",
        "─": "-",
        "│": "|",
        "…": "~",
        "●": "o",
        "≥": ">",
        "≤": "<",
        "–": "-",
        "—": "-",
        "’": "'",
        "Σ": "S",
        "√": "v",
        "−": "-",
        "✔": "+",
        "✖": "x",
        "↓": "v",
        "▶": ">",
        "→": ">",
        "½": "h",
        "━": "=",
        "┄": ".",
    }
)
"""One character for one, so that the layout is the same in both sets."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MARGIN = 80
_WIDE = 120
"""Where the widest row ends."""
COLOURS = {"red": "31", "yellow": "33", "green": "32", "cyan": "36", "bold": "1", "dim": "2"}


class Style(Record, frozen=True):
    """The width, the set of symbols, and whether there is color."""

    width: int = 80
    ascii: bool = True
    colour: bool = False

    @property
    def wide(self) -> bool:
        """Whether the columns fit that only a wide terminal gets."""
        return self.width >= _WIDE


class Cell(Record, frozen=True):
    """Text that begins at a column (left) or ends before one (right)."""

    align: Literal["left", "right"]
    column: int
    text: str
    colour: str = ""


def left(column: int, text: str, colour: str = "") -> Cell:
    """A cell that begins at a column."""
    return Cell("left", column, text, colour)


def right(column: int, text: str, colour: str = "") -> Cell:
    """A cell whose last character stands before a column."""
    return Cell("right", column, text, colour)


def row(style: Style, *cells: Cell, colour: str = "") -> list[str]:
    """Cells on one line, each safe to show; a first cell that is too long takes a line of its own.

    Later cells that are too long push the following ones to the right: figures and what can be typed are never cut.
    """
    shown = [(c, safe(c.text, style)) for c in cells if c.text]
    if len(shown) > 1 and shown[0][0].column + columns(shown[0][1]) + 1 > _begin(*shown[1]):
        first, text = shown[0]
        alone = " " * first.column + paint(text, colour or first.colour, style)
        return [alone, _line(style, shown[1:], colour)]
    return [_line(style, shown, colour)]


def _begin(cell: Cell, text: str) -> int:
    return cell.column if cell.align == "left" else cell.column - columns(text)


def _line(style: Style, shown: Sequence[tuple[Cell, str]], colour: str) -> str:
    line, used = "", 0
    for cell, text in shown:
        blanks = max(_begin(cell, text) - used, 1 if used else 0)
        line += " " * blanks + paint(text, colour or cell.colour, style)
        used += blanks + columns(text)
    return line


def safe(text: str, style: Style) -> str:
    """Text as it may be shown in this style: one line, nothing a terminal acts upon, ASCII where that is asked for."""
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    return plain(text.translate(_TO_ASCII) if style.ascii else text, ascii_only=style.ascii)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(c) for c in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def bar(part: float, cells: int, style: Style) -> str:
    """A bar for a share from 0 to 1, at most `cells` long."""
    full, rest = divmod(round(max(0.0, min(1.0, part)) * cells * 8), 8)
    if style.ascii:
        return "#" * full + ("+" if rest >= 4 else "." if rest else "")  # noqa: PLR2004  half a cell
    return "█" * full + _EIGHTHS[rest].strip()


def wrap(text: str, indent: int, style: Style, *, to: int = 79) -> list[str]:
    """Words on indented lines that end before a column; a longer word stays whole."""
    lines: list[str] = []
    used = 0
    for word in safe(text, style).split():
        size = columns(word)
        if lines and used + 1 + size <= to:
            lines[-1] += f" {word}"
            used += 1 + size
        else:
            lines.append(" " * indent + word)
            used = indent + size
    return lines


def labelled(label: str, text: str, indent: int, style: Style, *, to: int = 79, colour: str = "") -> list[str]:
    """A word at the margin and wrapped text beside it."""
    lines = wrap(text, indent, style, to=to)
    head = paint(label, colour, style) + " " * (indent - columns(label))
    return [head + lines[0].lstrip(), *lines[1:]] if lines else [head]


def paint(text: str, colour: str, style: Style) -> str:
    """Text in a color of the terminal's theme, where color is wanted."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if colour and style.colour and text else text


def finish(blocks: Sequence[Sequence[str]]) -> str:
    """Blocks with one blank line between, no trailing blanks, one line break at the end."""
    return "\n\n".join("\n".join(inert(line.rstrip()) for line in block) for block in blocks if block) + "\n"


def title(name: str, region: str, rest: str, style: Style) -> str:
    """The first line of an answer; a long name takes as many lines as it needs."""
    lines = wrap(f"{name} · {region} · {rest}", 0, style, to=_MARGIN)
    return "\n".join(paint(line, "bold", style) for line in lines)
