"""How a text answer is drawn: its width, its symbols, color; and text made safe for that."""

from capplan.plain import plain
from capplan.record import Record

_TO_ASCII = str.maketrans(
    {
        "×": "x",
        "·": "-",
        "─": "-",
        "│": "|",
        "…": "~",
        "●": "o",
        "≥": ">",
        "≤": "<",
        "–": "-",
        "—": "-",
        "−": "-",
        "’": "'",
        "Σ": "S",
        "√": "v",
        "→": ">",
        "½": ".5",
        "✔": "+",
        "✖": "x",
        "▶": ">",
        "↓": "v",
        "━": "=",
        "┄": ".",
    }
)
"""What stands for a symbol where only ASCII is shown; anything else becomes an escape."""


class Style(Record, frozen=True):
    """The width, the set of symbols, and whether there is color."""

    width: int = 80
    ascii: bool = True
    colour: bool = False


def safe(text: str, style: Style) -> str:
    """Text as it may be shown in this style: one line, nothing a terminal acts upon, ASCII where that is asked for."""
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    return plain(text.translate(_TO_ASCII) if style.ascii else text, ascii_only=style.ascii)
