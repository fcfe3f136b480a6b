"""Reads JSON values one after another, such as JSON lines, each with the line it starts on."""

import json
from decimal import Decimal

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.document import diagnostic_between, lines_of
from capplan.reading.json_rules import RejectedError, check_depth, unique_keys
from capplan.reading.limits import MAX_SAMPLE_LEVELS
from capplan.record import Record

_MAX_NUMBER_LENGTH = 200
"""Characters; DynamoDB keeps 38 digits."""
_MAX_EXCERPT_LENGTH = 120


class JsonLine(Record, frozen=True):
    """A JSON value (dict, list, str, Decimal, bool, None) and the line it starts on, from 1."""

    number: int
    value: object


def _number(text: str) -> Decimal:
    """A number with all its digits."""
    if len(text) > _MAX_NUMBER_LENGTH:
        raise RejectedError(f"a number of {len(text):,} characters")
    return Decimal(text)


def _reject(text: str) -> Decimal:
    raise RejectedError(f"not JSON: {text}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=unique_keys, parse_float=_number, parse_int=_number, parse_constant=_reject
)
_BLANK = " \t\r\n"


def read_json_lines(text: str, file: str) -> tuple[JsonLine, ...]:
    """Every JSON value of a text: one value over several lines, JSON lines, or one after another.

    Raises:
        CapplanError: The first place that is not JSON.
    """
    text = text.removeprefix("\ufeff")
    values: list[JsonLine] = []
    at, line, counted = 0, 1, 0
    while True:
        while at < len(text) and text[at] in _BLANK:
            at += 1
        if at == len(text):
            return tuple(values)
        line += text.count("\n", counted, at)
        counted = at
        value, at = _value(text, at, line, file)
        values.append(JsonLine(line, value))


def _value(text: str, at: int, line: int, file: str) -> tuple[object, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
        check_depth(value, MAX_SAMPLE_LEVELS)
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        raise _error(text, file, place, f"not JSON: {error.msg[0].lower()}{error.msg[1:]}") from None
    except RejectedError as error:
        raise _error(text, file, (line, 1), str(error)) from None
    except RecursionError:
        raise _error(text, file, (line, 1), f"nested deeper than {MAX_SAMPLE_LEVELS} levels") from None
    return value, end


def _error(text: str, file: str, place: tuple[int, int], message: str) -> CapplanError:
    hint = "expected JSON: one item, or one item per line"
    diagnostic = diagnostic_between(file, lines_of(text), place, place, message, hint)
    if len(diagnostic.excerpt) > _MAX_EXCERPT_LENGTH:  # an item may be 400 KB
        diagnostic = Diagnostic(file, *place, message, hint)
    return CapplanError((diagnostic,))
