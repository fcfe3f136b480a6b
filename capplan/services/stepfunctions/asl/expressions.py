"""Checks values that AWS reads when it creates a state machine: JSONPath, JSONata, timestamps, rules of a Choice.

Sources: Amazon States Language specification; Step Functions Developer Guide, "Choice workflow state", "Wait workflow
state", "Transforming data with JSONata" (read 2026-11-23).
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from capplan.services.stepfunctions.asl.definition import Path
from capplan.services.stepfunctions.asl.values import Diagnostics, is_open, list_of, nearest

_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_TEXTS = ("Equals", "GreaterThan", "GreaterThanEquals", "LessThan", "LessThanEquals")
_OPERATORS: Mapping[str, str] = {
    **{f"String{word}": "a text" for word in (*_TEXTS, "Matches")},
    **{f"Numeric{word}": "a number" for word in _TEXTS},
    **{f"Timestamp{word}": "a timestamp" for word in _TEXTS},
    **{f"{kind}{word}Path": "a path" for kind in ("String", "Numeric", "Timestamp") for word in _TEXTS},
    "BooleanEquals": "true or false",
    "BooleanEqualsPath": "a path",
    **{f"Is{word}": "true or false" for word in ("Null", "Present", "Numeric", "String", "Boolean", "Timestamp")},
}
_JOINING = ("And", "Or")


def is_timestamp(value: object) -> bool:
    """Whether a value is a timestamp of RFC 3339, as AWS takes it."""
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return False
    month, day, hour, minute, second = (int(value[i : i + 2]) for i in (5, 8, 11, 14, 17))
    return 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61  # noqa: PLR2004  a calendar


def is_path(value: object, *, reference: bool = False) -> bool:
    """Whether a value is a JSONPath or an intrinsic function; a reference path names one node."""
    if not isinstance(value, str):
        return False
    text = value.strip()
    if text.startswith("States.") and not reference:
        return text.endswith(")") and _balanced(text)
    if not text.startswith("$") or text.endswith((".", "[")) or not _balanced(text):
        return False
    rest = text.lstrip("$")
    named = not rest or rest[0] in ".["
    return named and not (reference and any(mark in text for mark in ("..", "@", ",", ":", "?", "*")))


def is_jsonata(text: str) -> bool:
    """Whether a text that opens a JSONata expression closes it, with its brackets and quotes."""
    return text.startswith("{%") and text.endswith("%}") and bool(text[2:-2].strip()) and _balanced(text[2:-2])


def _balanced(text: str) -> bool:
    """Whether brackets and quotes close in order; what is in quotes or in a comment counts for nothing."""
    opened: list[str] = []
    quote = ""
    skip = False
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for letter in text:
        if skip:
            skip = False
        elif quote:
            skip, quote = letter == "\\", "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif letter in "([{":
            opened.append(letter)
        elif letter in ")]}" and (not opened or opened.pop() + letter not in ("()", "[]", "{}")):
            return False
    return not opened and not quote


def check_paths(name: str, data: object, path: Path, diagnostics: Diagnostics) -> None:
    """The paths of keys that end in `.$`, at any depth."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if isinstance(key, str) and key.endswith(".$") and not is_path(value) and not is_open(value):
                message = f"'{key}' of '{name}' is no JSONPath"
                diagnostics.add_error((*path, key), message, "$, $.name, $$.name or an intrinsic function, States.…")
            else:
                check_paths(name, value, (*path, key), diagnostics)
    elif (listed := list_of(data)) is not None:
        for i, value in enumerate(listed):
            check_paths(name, value, (*path, i), diagnostics)


def check_jsonata(name: str, data: object, path: Path, diagnostics: Diagnostics) -> None:
    """The expressions of a JSONata value, at any depth."""
    if isinstance(data, str):
        if data.startswith("{%") and not is_jsonata(data):
            diagnostics.add_error(path, f"'{name}' has a JSONata expression that does not end", "{% … %}")
    elif isinstance(data, Mapping):
        for key, value in data.items():
            check_jsonata(name, value, (*path, key), diagnostics)
    elif (listed := list_of(data)) is not None:
        for i, value in enumerate(listed):
            check_jsonata(name, value, (*path, i), diagnostics)


def check_rule(
    name: str, rule: Mapping[str, object], path: Path, diagnostics: Diagnostics, *, top: bool = True
) -> None:
    """A rule of a JSONPath Choice: one comparison with a value of its type, or rules joined by And, Or, Not."""
    where = f"a rule of Choice '{name}'"
    if not top and "Next" in rule:
        diagnostics.add_error((*path, "Next"), f"{where} has a Next inside of And, Or or Not", at_key=True)
    joined = [key for key in (*_JOINING, "Not") if key in rule]
    if joined:
        _check_joined(name, rule[joined[0]], joined[0], (*path, joined[0]), diagnostics)
        return
    if "Variable" not in rule:
        return
    if not is_path(rule["Variable"]) and not is_open(rule["Variable"]):
        diagnostics.add_error((*path, "Variable"), f"Variable of {where} is no JSONPath", "such as $.status")
    operators = [key for key in rule if key not in ("Variable", "Next", "Comment", "Assign", "Output")]
    if len(operators) != 1:
        diagnostics.add_error(path, f"{where} needs exactly one comparison", ", ".join(operators))
    for operator in operators[:1]:
        if operator not in _OPERATORS:
            hint = nearest(operator, _OPERATORS) or "such as StringEquals"
            diagnostics.add_error(
                (*path, operator), f"{where} has the unknown comparison '{operator}'", hint, at_key=True
            )
        elif not _fits(rule[operator], _OPERATORS[operator]):
            diagnostics.add_error((*path, operator), f"{operator} of {where} needs {_OPERATORS[operator]}")


def _check_joined(name: str, given: object, key: str, path: Path, diagnostics: Diagnostics) -> None:
    rules = [given] if key == "Not" else list_of(given) or []
    if not rules or not all(isinstance(rule, Mapping) for rule in rules):
        diagnostics.add_error(path, f"{key} of Choice '{name}' needs rules", "objects with Variable and a comparison")
        return
    for i, rule in enumerate(rules):
        if isinstance(rule, Mapping):
            check_rule(name, rule, path if key == "Not" else (*path, i), diagnostics, top=False)


def _fits(value: object, wanted: str) -> bool:
    if is_open(value):
        return True
    if wanted == "a number":
        return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if wanted == "true or false":
        return isinstance(value, bool)
    if wanted == "a path":
        return is_path(value)
    return is_timestamp(value) if wanted == "a timestamp" else isinstance(value, str)
