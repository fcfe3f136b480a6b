"""Says in plain words what the YAML parser could not read. It knows nothing about scenarios."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from yaml.error import Mark as Place
from yaml.error import MarkedYAMLError

from capplan.errors import Diagnostic
from capplan.reading.document import mistake_between

NESTED_TOO_DEEP = "exceeded maximum nesting depth"


class _Words(NamedTuple):
    message: str
    hint: str
    at_start: bool = False
    """Point at where the thing began, not at where the parser gave up."""


_TAB = _Words("a tab where the line is indented", "indent with spaces")
_PAIR = re.compile(r":(?:\s|$)")
_NO_COLON = "no ':' can stand here"
_OPEN = "a value that begins with { or [ is quoted if it is meant as text"
_SIGN = "quote a value that begins with * or &; anchors and aliases are not read"
_WORDS = {
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "did not find expected ',' or '}'": _Words("expected ',' or '}'", _OPEN),
    "did not find expected ',' or ']'": _Words("expected ',' or ']'", _OPEN),
    "did not find expected key": _Words(
        "expected a key",
        "the keys of one mapping begin in one column; nothing follows a value that is quoted or closed",
    ),
    "did not find expected '-' indicator": _Words(
        "expected '- '", "the entries of one list begin in one column with '- '"
    ),
    "could not find expected ':'": _Words("expected 'key: value'", "put ': ' and a value behind it", at_start=True),
    "found unexpected end of stream": _Words(
        "this quote is never closed", "close it, or quote with the other kind", at_start=True
    ),
    "found unexpected document indicator": _Words("this quote is never closed", "close it", at_start=True),
    "found unknown escape character": _Words(
        "no such escape in double quotes", "write \\\\ for a backslash, or use single quotes"
    ),
    "found invalid Unicode character escape code": _Words("no such character", "write the character itself"),
    "did not find expected hexdecimal number": _Words("expected hexadecimal digits", "write \\\\ for a backslash"),
    "block sequence entries are not allowed in this context": _Words(
        "no list can begin here", "begin it on a line of its own, or quote the value"
    ),
    "mapping keys are not allowed in this context": _Words("a value cannot begin with '? '", "quote it"),
    "did not find expected node content": _Words("expected a value", "is there a comma or a colon too many?"),
    "did not find expected <document start>": _Words(
        "the document has ended before this", "one file holds one document"
    ),
    "did not find expected alphabetic or numeric character": _Words(
        "anchors and aliases are not read", _SIGN, at_start=True
    ),
    "found undefined tag handle": _Words("tags such as !Ref are not read", "write the value itself, or quote it"),
    "did not find expected comment or line break": _Words(
        "expected the end of the line", "text after | or > begins on the next line"
    ),
}


def syntax_mistake(error: MarkedYAMLError, file: str, lines: Sequence[str]) -> Diagnostic:
    """What the parser could not read, in our words where we have some, else in its own."""
    problem = error.problem or "not YAML"
    words = _words(problem, error, lines)
    mark = (error.context_mark if words.at_start else None) or error.problem_mark or error.context_mark
    start = _position(mark, lines)
    hint = words.hint
    opened = error.context_mark
    if problem.startswith("did not find expected ','") and opened is not None:
        hint = f"the {problem[-2].translate({125: '{', 93: '['})} of line {opened.line + 1} is still open; {_OPEN}"
    return mistake_between(file, lines, start, (start[0], start[1] + 1), words.message, hint)


def _words(problem: str, error: MarkedYAMLError, lines: Sequence[str]) -> _Words:
    line, column = _position(error.problem_mark, lines)
    if problem == "mapping values are not allowed in this context":
        return _Words(_NO_COLON, _colon_hint(lines[line - 1][: column - 1], lines[line - 2] if line > 1 else ""))
    if problem == "found character that cannot start any token":
        char = lines[line - 1][column - 1 : column]
        return _TAB if char == "\t" else _Words(f"a value cannot begin with {char}", "quote it")
    return _WORDS.get(problem) or _Words(f"not YAML: {problem}", error.context or "")


def _colon_hint(before: str, above: str) -> str:
    """What a colon too many is likely to come from, by what stands before it and on the line above."""
    if _PAIR.search(before):
        return "quote a value that has ': ' in it"
    if above.strip() and not above.lstrip().startswith(("-", "#")) and not _PAIR.search(above):
        return "the line above is not 'key: value'"
    return "the keys of one mapping begin in one column"


def _position(mark: Place | None, lines: Sequence[str]) -> tuple[int, int]:
    """Line and column from 1, moved from behind the last line onto its end."""
    if mark is None:
        return 1, 1
    line = min(mark.line, max(0, len(lines) - 1))
    while line and line == len(lines) - 1 and not lines[line]:
        line -= 1
    return line + 1, (mark.column if line == mark.line else len(lines[line])) + 1
