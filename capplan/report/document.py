"""What a text answer is made of: lines of text in columns, and the two sets of symbols. It knows no plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from capplan.report.plain import plain

_TO_ASCII = str.maketrans(
    {"×": "x", "·": "-", "█": "#", "▌": "+", "▏": ".", "░": "x", "─": "-", "│": "|", "…": "~", "●": "o"}
)
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Style:
    """How wide, in which symbols, with or without colour."""

    width: int = 80
    ascii: bool = True
    colour: bool = False


def finish(lines: Sequence[str], style: Style) -> str:
    """The lines as they are printed: no trailing blanks, the set's symbols, one line break at the end."""
    out = "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"
    return out.translate(_TO_ASCII).encode("ascii", "replace").decode() if style.ascii else out


def bar(part: float, cells: int, style: Style) -> str:
    """A bar for a part of 1, `cells` long at most."""
    eighths = round(max(0.0, min(1.0, part)) * cells * 8)
    if style.ascii:
        full, rest = divmod(eighths, 8)
        return ("#" * full + ("+" if rest >= 4 else "." if rest else "")).ljust(cells)[:cells]  # noqa: PLR2004  half a cell
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def fit(text: str, width: int) -> str:
    """Left in its column; a longer text is kept whole: what can be typed is never cut."""
    return plain(text).ljust(width)


def wrap(text: str, width: int, indent: str, hanging: str | None = None) -> list[str]:
    """Words in lines of a width, each behind an indent; the second and later ones behind `hanging`."""
    lines: list[str] = []
    line, lead = "", indent
    for word in plain(text).split():
        if line and len(lead) + len(line) + 1 + len(word) > width:
            lines.append(lead + line)
            line, lead = word, indent if hanging is None else hanging
        else:
            line = f"{line} {word}" if line else word
    return [*lines, lead + line] if line else lines


def to_type(path: str, value: str, indent: str, style: "Style") -> list[str]:
    """A path of the scenario and what to write there; wrapped where YAML may break a line."""
    lines = wrap(f"{path}: {value}", 78, f"{indent}> ", f"{indent}    ")
    return [paint(line, "cyan", style) for line in lines]


COLOURS = {"red": "31", "yellow": "33", "green": "32", "cyan": "36", "bold": "1", "dim": "2"}


def paint(text: str, colour: str, style: Style) -> str:
    """Text in a colour of the user's own theme, where colour is wanted."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if style.colour else text
