"""Mistakes as a person reads them and as a program reads them. It finds none and prints none."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate

from capplan.errors import Diagnostic
from capplan.report.plain import disarmed, glyph, inert_json, plain

_WORD = re.compile(
    r'"[^"]*"\S*|\{(?:[^{}]|\{[^{}]*\}){1,50}\}\S*|[\w.-]+ [<>]=? \S+(?: USD)?\S*|\d\S* (?:ms|s|min|h|B|KB|MB|GB|USD)\b\S*|\S+'
)
"""A word, or several that are typed together: what is quoted, a mapping, a gate, a number and its unit."""
SCHEMA = "capplan.errors/1"
WIDTH = 80
NUMBER_WIDTH = 5
CONTEXT_WIDTH = 24
"""Columns of a cut line that are kept before the caret."""
MIN_ALIKE = 4
"""From so many on, mistakes told in the same words are told once."""
MAX_PLACES = 6
"""Places of mistakes told in the same words that are named."""
MIN_HINT_WIDTH = 32
"""A hint that would get fewer columns behind the carets begins on a line of its own."""


def errors_text(diagnostics: Iterable[Diagnostic], *, ascii_only: bool, outcome: str = "Nothing was estimated.") -> str:
    """One block a mistake, in file order, and a line that counts them; no final line break. Empty without mistakes."""
    ordered = in_file_order(diagnostics)
    if not ordered:
        return ""
    told = sorted(_alike(ordered), key=lambda group: ordered.index(group[0]))
    blocks = [_group(group, ascii_only=ascii_only) for group in told]
    files = list(dict.fromkeys(m.file for m in ordered))
    where = plain(files[0], ascii_only=ascii_only) if len(files) == 1 else f"{len(files)} files"
    count = "1 mistake" if len(ordered) == 1 else f"{len(ordered)} mistakes"
    return disarmed("\n\n".join([*blocks, f"{count} in {where}. {outcome}"]))


def errors_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The mistakes by the schema `capplan.errors/1`. Line and column are null where the file as a whole is wrong."""
    errors = [
        {"file": m.file, "line": m.line or None, "column": m.column or None, "message": m.message, "hint": m.hint}
        for m in in_file_order(diagnostics)
    ]
    return inert_json(json.dumps({"schema": SCHEMA, "errors": errors}, indent=2, allow_nan=False))


def in_file_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Files as they first appear, within each by line and column; what stands at one place keeps its order."""
    given = tuple(diagnostics)
    rank = {file: n for n, file in enumerate(dict.fromkeys(m.file for m in given))}
    return tuple(sorted(given, key=lambda m: (rank[m.file], m.line, m.column)))


def _alike(ordered: Sequence[Diagnostic]) -> list[list[Diagnostic]]:
    """Mistakes of the same words in one file together, where the first of them stands."""
    groups: dict[tuple[str, str, str], list[Diagnostic]] = {}
    for diagnostic in ordered:
        groups.setdefault((diagnostic.file, diagnostic.message, diagnostic.hint), []).append(diagnostic)
    return [
        part for group in groups.values() for part in ([group] if len(group) >= MIN_ALIKE else [[m] for m in group])
    ]


def _group(alike: Sequence[Diagnostic], *, ascii_only: bool) -> str:
    """The first of some mistakes that are told in the same words, and where the others stand."""
    block = _block(alike[0], ascii_only=ascii_only)
    others = [f"{m.line}:{m.column}" for m in alike[1:] if m.line]
    if not others:
        return block
    more = f" and {len(others) - MAX_PLACES} places more" if len(others) > MAX_PLACES else ""
    return "\n".join(
        [block, *_wrapped(f"the same at {', '.join(others[:MAX_PLACES])}{more}", f"{'':{NUMBER_WIDTH}} | ")]
    )


def _block(diagnostic: Diagnostic, *, ascii_only: bool) -> str:
    """The head line, the line of the file, and the hint behind carets under what is meant."""
    place = f":{diagnostic.line}:{diagnostic.column}" if diagnostic.line else ""
    head = plain(f"{diagnostic.file}{place}: error: {diagnostic.message}", ascii_only=ascii_only)
    hint = plain(diagnostic.hint, ascii_only=ascii_only)
    if not diagnostic.line or not diagnostic.excerpt.strip():
        return "\n".join([head, *_wrapped(hint, " " * (NUMBER_WIDTH + 3))] if hint else [head])
    width = max(NUMBER_WIDTH, len(str(diagnostic.line)))
    shown, before, under = _cut(diagnostic, WIDTH - width - 3, ascii_only=ascii_only)
    gutter = f"{'':{width}} | "
    carets = gutter + " " * before + "^" * under
    return "\n".join([head, f"{diagnostic.line:{width}} | {shown}".rstrip(), *_behind(carets, hint, gutter)])


def _behind(carets: str, hint: str, gutter: str) -> list[str]:
    """The line of carets with the hint behind it, or under it where it would not fit."""
    if not hint or len(carets) + 1 + len(hint) <= WIDTH:
        return [f"{carets} {hint}".rstrip()]
    room = WIDTH - len(carets) - 1
    if room >= max(MIN_HINT_WIDTH, *map(len, _WORD.findall(hint))):
        first, *rest = _wrapped(hint, "", room)
        return [f"{carets} {first}", *(f"{gutter:{len(carets) + 1}}{line}" for line in rest)]
    return [carets, *_wrapped(hint, f"{gutter}  ")]


def _wrapped(text: str, indent: str, width: int = WIDTH) -> list[str]:
    """A text on lines of at most so many columns; a longer word, or what is quoted to be typed, stays whole."""
    lines: list[str] = []
    for word in _WORD.findall(text):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return lines


def _cut(diagnostic: Diagnostic, room: int, *, ascii_only: bool) -> tuple[str, int, int]:
    """What is shown of the mistake's line, the columns before the carets, and the number of carets.

    A line that is too long is cut on both sides of the carets, with a sign where it was cut.
    """
    start = min(diagnostic.column - 1, len(diagnostic.excerpt))
    from_char, to_char = max(0, start - room), start + room
    glyphs = [_glyph(c, ascii_only=ascii_only) for c in diagnostic.excerpt[from_char:to_char]]
    at = start - from_char
    cells = [_cells(g) for g in glyphs]
    under = max(1, sum(cells[at : at + diagnostic.width]))
    whole = from_char == 0 and to_char >= len(diagnostic.excerpt) and sum(cells) <= room
    if whole:
        before = min(sum(cells[:at]), room - 1)
        return "".join(glyphs), before, min(under, room - before)
    first = _first_shown(cells, at, room)
    sign = "~" if ascii_only else "…"
    left = sign if first > 0 or from_char > 0 else ""
    last = _last_shown(cells, first, room - len(left) - 1)
    complete = last == len(cells) and to_char >= len(diagnostic.excerpt)
    before = min(len(left) + sum(cells[first:at]), room - 1)
    return left + "".join(glyphs[first:last]) + ("" if complete else sign), before, max(1, min(under, room - before))


def _first_shown(cells: Sequence[int], at: int, room: int) -> int:
    """The first glyph to show, so that some columns stand before the carets, more where the line ends soon."""
    behind = sum(cells[at:])
    keep = max(CONTEXT_WIDTH, room - 2 - behind)
    before = list(accumulate(reversed(cells[:at])))
    return at - sum(1 for total in before if total <= keep)


def _last_shown(cells: Sequence[int], first: int, room: int) -> int:
    """One past the last glyph that fits."""
    return first + sum(1 for total in accumulate(cells[first:]) if total <= room)


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
