"""Shows errors: a block for each, with the line of the file, carets and a hint."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate

from capplan.errors import Diagnostic
from capplan.plain import disarmed, glyph, plain
from capplan.report import numbers
from capplan.report.document import Line, Span, dim, line, strong, text_of
from capplan.report.records.errors import in_file_order

_WORD = re.compile(
    r'"[^"]*"\S*|\{(?:[^{}]|\{[^{}]*\}){1,50}\}\S*|[\w.-]+ [<>]=? \S+(?: USD)?\S*|\d\S* (?:ms|s|min|h|B|KB|MB|GB|USD)\b\S*|\S+'
)
"""A word, or several that are typed together: what is quoted, a mapping, a gate, a number and its unit."""
WIDTH = 80
NUMBER_WIDTH = 5
CONTEXT_WIDTH = 24
"""Columns of a cut line that are kept before the caret."""
MIN_ALIKE = 4
"""From this number on, errors with the same words are shown once."""
MAX_PLACES = 6
"""Places that are named of errors with the same words."""
MIN_HINT_WIDTH = 32
"""A hint with fewer columns behind the carets begins on a line of its own."""


def errors_text(diagnostics: Iterable[Diagnostic], *, ascii_only: bool, outcome: str = "no estimate produced") -> str:
    """A block for each error, in file order, and a line that counts them; no final line break. Empty without errors."""
    lines = error_lines(diagnostics, ascii_only=ascii_only, outcome=outcome)
    return disarmed("\n".join(text_of(words) for words in lines))


def error_lines(diagnostics: Iterable[Diagnostic], *, ascii_only: bool, outcome: str) -> list[Line]:
    """The same as lines whose parts have roles: place and message stand out, what to write is in the accent's color."""
    ordered = in_file_order(diagnostics)
    if not ordered:
        return []
    out: list[Line] = []
    for group in sorted(_alike(ordered), key=lambda group: ordered.index(group[0])):
        out += [*_group(group, ascii_only=ascii_only), ()]
    files = list(dict.fromkeys(m.file for m in ordered))
    where = plain(files[0], ascii_only=ascii_only) if len(files) == 1 else f"{len(files)} files"
    return [*out, line(strong(where), ": ", Span(numbers.count(len(ordered), "error"), "bad"), f", {outcome}")]


def _alike(ordered: Sequence[Diagnostic]) -> list[list[Diagnostic]]:
    """Errors with the same words in one file, grouped at the first of them."""
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for diagnostic in ordered:
        groups.setdefault((diagnostic.file, diagnostic.message, diagnostic.hint), []).append(diagnostic)
    return [
        part for group in groups.values() for part in ([group] if len(group) >= MIN_ALIKE else [[m] for m in group])
    ]


def _group(alike: Sequence[Diagnostic], *, ascii_only: bool) -> list[Line]:
    """The first of some errors with the same words, and where the others are."""
    block = _block(alike[0], ascii_only=ascii_only)
    others = [f"{m.line}:{m.column}" for m in alike[1:] if m.line]
    if not others:
        return block
    more = f" and {len(others) - MAX_PLACES} more places" if len(others) > MAX_PLACES else ""
    gutter = f"{'':{NUMBER_WIDTH}} | "
    return [*block, *_below(gutter, _wrapped(f"the same at {', '.join(others[:MAX_PLACES])}{more}", gutter))]


def _block(diagnostic: Diagnostic, *, ascii_only: bool) -> list[Line]:
    """The message, the line of the file, and the hint behind carets under the wrong part."""
    head = _head(diagnostic, ascii_only=ascii_only)
    hint = _words(diagnostic.hint, ascii_only=ascii_only)
    if not diagnostic.line or not diagnostic.excerpt.strip():
        indent = " " * (NUMBER_WIDTH + 3)
        return [head, *_below(indent, _wrapped(hint, indent))] if hint else [head]
    width = max(NUMBER_WIDTH, len(str(diagnostic.line)))
    shown, before, under = _cut(diagnostic, WIDTH - width - 3, ascii_only=ascii_only)
    gutter = f"{'':{width}} | "
    excerpt = line(dim(f"{diagnostic.line:{width}} |"), f" {shown}".rstrip())
    return [head, excerpt, *_behind(gutter, before, under, hint)]


def _words(text: str, *, ascii_only: bool) -> str:
    """Words of an error as they are shown; an ellipsis is three dots where only ASCII is."""
    return plain(text.replace("…", "...") if ascii_only else text, ascii_only=ascii_only)


def _head(diagnostic: Diagnostic, *, ascii_only: bool) -> Line:
    place = f":{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    return line(
        strong(plain(f"{diagnostic.file}{place}", ascii_only=ascii_only)),
        ": ",
        Span("error", "bad"),
        ": ",
        strong(_words(diagnostic.message, ascii_only=ascii_only)),
    )


def _behind(gutter: str, before: int, under: int, hint: str) -> list[Line]:
    """The line of carets with the hint behind it, or under it where it would not fit."""
    start = line(dim(gutter), " " * before, Span("^" * under, "bad"))
    used = len(gutter) + before + under
    if not hint:
        return [start]
    if used + 1 + len(hint) <= WIDTH:
        return [line(start, Span(f" {hint}".rstrip(), "accent"))]
    available = WIDTH - used - 1
    if available >= max(MIN_HINT_WIDTH, *map(len, _WORD.findall(hint))):
        first, *rest = _wrapped(hint, "", available)
        indent = " " * (used + 1 - len(gutter))
        return [line(start, Span(f" {first}", "accent")), *(line(dim(gutter), indent, Span(x, "accent")) for x in rest)]
    return [start, *_below(gutter, _wrapped(hint, f"{gutter}  "))]


def _below(gutter: str, lines: Sequence[str]) -> list[Line]:
    """Lines of a hint below a gutter that stands back."""
    return [line(dim(gutter), Span(text[len(gutter) :], "accent")) for text in lines]


def _wrapped(text: str, indent: str, width: int = WIDTH) -> list[str]:
    """A text on lines of at most so many columns; a longer word, or what is quoted to be typed, stays whole."""
    lines: list[str] = []
    for word in _WORD.findall(text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return lines


def _cut(diagnostic: Diagnostic, available: int, *, ascii_only: bool) -> tuple[str, int, int]:
    """What is shown of the wrong line, the columns before the carets, and the number of carets.

    A line that is too long is cut on both sides of the carets, with a sign where it was cut.
    """
    start = min(diagnostic.column - 1, len(diagnostic.excerpt))
    from_char, to_char = max(0, start - available), start + available
    glyphs = [_glyph(c, ascii_only=ascii_only) for c in diagnostic.excerpt[from_char:to_char]]
    at = start - from_char
    cells = [_cells(g) for g in glyphs]
    under = max(1, sum(cells[at : at + diagnostic.width]))
    whole = from_char == 0 and to_char >= len(diagnostic.excerpt) and sum(cells) <= available
    if whole:
        before = min(sum(cells[:at]), available - 1)
        return "".join(glyphs), before, min(under, available - before)
    first = _first_shown(cells, at, available)
    sign = "~" if ascii_only else "…"
    left = sign if first > 0 or from_char > 0 else ""
    last = _last_shown(cells, first, available - len(left) - 1)
    complete = last == len(cells) and to_char >= len(diagnostic.excerpt)
    before = min(len(left) + sum(cells[first:at]), available - 1)
    return (
        left + "".join(glyphs[first:last]) + ("" if complete else sign),
        before,
        max(1, min(under, available - before)),
    )


def _first_shown(cells: Sequence[int], at: int, available: int) -> int:
    """The first glyph to show, so that some columns stand before the carets, more where the line ends soon."""
    behind = sum(cells[at:])
    keep = max(CONTEXT_WIDTH, available - 2 - behind)
    before = list(accumulate(reversed(cells[:at])))
    return at - sum(1 for total in before if total <= keep)


def _last_shown(cells: Sequence[int], first: int, available: int) -> int:
    """One past the last glyph that fits."""
    return first + sum(1 for total in accumulate(cells[first:]) if total <= available)


def _glyph(char: str, *, ascii_only: bool) -> str:
    """One character of a quoted line; a tab as one blank, so that carets stay under what they mean."""
    return " " if char == "\t" else glyph(char, ascii_only=ascii_only)


def _cells(shown: str) -> int:
    """Columns a glyph takes on a terminal: two for wide ones, none for marks that combine."""
    if len(shown) > 1 or shown.isascii():
        return len(shown)
    if unicodedata.combining(shown) or unicodedata.category(shown) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(shown) in {"W", "F"} else 1
