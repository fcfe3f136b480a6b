"""Messages and hints for what the YAML parser could not read."""

import re
from collections.abc import Sequence

import yaml
from yaml.error import Mark as Place
from yaml.error import MarkedYAMLError

from capplan.errors import Diagnostic
from capplan.reading.diagnostics import NO_TEMPLATE
from capplan.reading.document import diagnostic_between
from capplan.record import Record

NESTED_TOO_DEEP = "exceeded maximum nesting depth"


class _Words(Record, frozen=True):
    message: str
    hint: str
    at_start: bool = False
    """Point at where the construct began, not at where the parser stopped."""


_TAB = _Words("a tab where the line is indented", "indent with spaces")
_PAIR = re.compile(r":(?:\s|$)")
_GLUED = re.compile(r"[ \t]*(?:- )?([A-Za-z][\w-]{0,63}):[^\s:/]")
"""A key whose colon is followed by its value at once."""
_NO_COLON = "unexpected ':'"
_OPEN = "quote a value that begins with { or [ if it is meant as text"
_TEMPLATE = re.compile(r"\$\{?$|\$\{[^}]*$|\{\{")
_SIGN = "quote a value that begins with * or &; anchors and aliases are not supported"
_WORDS = {
    "found a tab character that violates indentation": _TAB,
    "found a tab character where an indentation space is expected": _TAB,
    "did not find expected ',' or '}'": _Words("expected ',' or '}'", _OPEN),
    "did not find expected ',' or ']'": _Words("expected ',' or ']'", _OPEN),
    "did not find expected key": _Words(
        "expected a key",
        "the keys of a mapping begin in the same column; nothing follows a value that is quoted or closed",
    ),
    "did not find expected '-' indicator": _Words(
        "expected '- '", "the entries of a list begin in the same column with '- '"
    ),
    "could not find expected ':'": _Words("expected 'key: value'", "put ': ' and a value after it", at_start=True),
    "found unexpected end of stream": _Words(
        "this quote is not closed", "close it, or use the other kind of quote", at_start=True
    ),
    "found unexpected document indicator": _Words("this quote is not closed", "close it", at_start=True),
    "found unknown escape character": _Words(
        "unknown escape in double quotes", "write \\\\ for a backslash, or use single quotes"
    ),
    "found invalid Unicode character escape code": _Words("no such character", "write the character itself"),
    "did not find expected hexdecimal number": _Words("expected hexadecimal digits", "write \\\\ for a backslash"),
    "block sequence entries are not allowed in this context": _Words(
        "a list cannot begin here", "begin it on a line of its own, or quote the value"
    ),
    "mapping keys are not allowed in this context": _Words("a value cannot begin with '? '", "quote it"),
    "did not find expected node content": _Words("expected a value", "remove a comma or a colon?"),
    "did not find expected <document start>": _Words("the document has ended before this", "a file has one document"),
    "did not find expected alphabetic or numeric character": _Words(
        "anchors and aliases are not supported", _SIGN, at_start=True
    ),
    "found undefined tag handle": _Words("tags such as !Ref are not supported", "write the value itself, or quote it"),
    "did not find expected comment or line break": _Words(
        "expected the end of the line", "text after | or > begins on the next line"
    ),
}


_PYTHON_PROBLEMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"mapping values are not allowed here"), "mapping values are not allowed in this context"),
    (re.compile(r"sequence entries are not allowed here"), "block sequence entries are not allowed in this context"),
    (re.compile(r"mapping keys are not allowed here"), "mapping keys are not allowed in this context"),
    (re.compile(r"expected ',' or '([}\]])', but got .*"), r"did not find expected ',' or '\1'"),
    (re.compile(r"found character .* that cannot start any token"), "found character that cannot start any token"),
    (
        re.compile(r"expected alphabetic or numeric character, .*"),
        "did not find expected alphabetic or numeric character",
    ),
    (re.compile(r"expected the node content, .*"), "did not find expected node content"),
    (re.compile(r"expected '<document start>', .*"), "did not find expected <document start>"),
    (re.compile(r"found undefined tag handle .*"), "found undefined tag handle"),
    (re.compile(r"found unknown escape character .*"), "found unknown escape character"),
    (re.compile(r"expected escape sequence of .*"), "did not find expected hexdecimal number"),
    (re.compile(r"expected a comment or a line break, .*"), "did not find expected comment or line break"),
)
"""What PyYAML's Python parser says, and how its C parser says the same."""
_CRON = re.compile(r"cron\([^)\"]{1,80}\)")
_QUESTION = _Words(
    "a '?' ends a value in { } or [ ] for this PyYAML, which was built without its C parser",
    "quote the value, or put it on its own line",
)


def _of_c_parser(problem: str, context: str) -> str:
    """A problem in the C parser's words."""
    if problem.startswith("expected <block end>"):
        return f"did not find expected {'key' if 'mapping' in context else repr('-') + ' indicator'}"
    return next(
        (pattern.sub(words, problem) for pattern, words in _PYTHON_PROBLEMS if pattern.fullmatch(problem)), problem
    )


def _ended_by_question(problem: str, mark: Place | None, lines: Sequence[str]) -> bool:
    """Whether the Python parser stopped behind a `?` in a flow mapping or list."""
    line, column = _position(mark, lines)
    before = lines[line - 1][:column] if line <= len(lines) else ""
    flow = max(before.rfind("{"), before.rfind("["))
    stops = ("did not find expected ','", "did not find expected alphabetic", "did not find expected node content")
    return not yaml.__with_libyaml__ and flow >= 0 and "?" in before[flow:] and problem.startswith(stops)


def syntax_diagnostic(error: MarkedYAMLError, file: str, lines: Sequence[str]) -> Diagnostic:
    """What the parser could not read: our message where there is one, else the parser's."""
    problem = _of_c_parser(error.problem or "not YAML", error.context or "")
    if _ended_by_question(problem, error.problem_mark, lines):
        line, column = _position(error.problem_mark, lines)
        at = lines[line - 1].rfind("?", 0, column) + 1
        schedule = next((m[0] for m in _CRON.finditer(lines[line - 1]) if m.start() < at <= m.end()), "")
        hint = f'quote it: "{schedule}"' if schedule else _QUESTION.hint
        return diagnostic_between(file, lines, (line, at), (line, at + 1), _QUESTION.message, hint)
    words = _words(problem, error, lines)
    mark = (error.context_mark if words.at_start else None) or error.problem_mark or error.context_mark
    start = _position(mark, lines)
    hint = words.hint
    opened = error.context_mark
    template = _TEMPLATE.search(lines[start[0] - 1][: start[1] + 1]) if start[0] <= len(lines) else None
    if template is not None:
        hint = NO_TEMPLATE
    elif problem.startswith("did not find expected ','") and opened is not None:
        hint = f"the {problem[-2].translate({125: '{', 93: '['})} of line {opened.line + 1} is still open; {_OPEN}"
    return diagnostic_between(file, lines, start, (start[0], start[1] + 1), words.message, hint)


def _words(problem: str, error: MarkedYAMLError, lines: Sequence[str]) -> _Words:
    line, column = _position(error.problem_mark, lines)
    if problem == "mapping values are not allowed in this context":
        return _Words(_NO_COLON, _colon_hint(lines[line - 1][: column - 1], lines[line - 2] if line > 1 else ""))
    if problem == "found character that cannot start any token":
        char = lines[line - 1][column - 1 : column]
        return _TAB if char == "\t" else _Words(f"a value cannot begin with {char}", "quote it")
    return _WORDS.get(problem) or _Words(f"not YAML: {problem}", error.context or "")


def _colon_hint(before: str, above: str) -> str:
    """The likely cause of an unexpected colon, by the text before it and the line above."""
    glued = _GLUED.match(before) or (None if _PAIR.search(above) else _GLUED.match(above))
    if glued is not None:
        return f"put a blank behind the ':' of {glued[1]}:"
    if above.lstrip().startswith("//"):
        return "a comment begins with #, not with //"
    if _PAIR.search(before):
        return "quote a value that has ': ' in it"
    if above.strip() and not above.lstrip().startswith(("-", "#")) and not _PAIR.search(above):
        return "the line above is not 'key: value'"
    return "the keys of a mapping begin in the same column"


def _position(mark: Place | None, lines: Sequence[str]) -> tuple[int, int]:
    """Line and column from 1; a place after the last line becomes its end."""
    if mark is None:
        return 1, 1
    line = min(mark.line, max(0, len(lines) - 1))
    while line and line == len(lines) - 1 and not lines[line]:
        line -= 1
    return line + 1, (mark.column if line == mark.line else len(lines[line])) + 1
