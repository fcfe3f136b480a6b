"""JSON values one after another, as JSON lines hold them, each with the line it starts on. It never says what they mean."""

import json
from dataclasses import dataclass
from decimal import Decimal

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.document import lines_of, mistake_between
from capplan.reading.json_strict import RefusedError, check_depth, unique_keys
from capplan.reading.limits import MAX_SAMPLE_LEVELS

_LONGEST_NUMBER = 200
"""Characters; DynamoDB keeps 38 digits."""


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON value (dict, list, str, Decimal, bool, None) and the line it starts on, from 1."""

    line: int
    value: object


def _number(text: str) -> Decimal:
    """A number with all its digits."""
    if len(text) > _LONGEST_NUMBER:
        raise RefusedError(f"a number of {len(text):,} characters")
    return Decimal(text)


def _no_number(text: str) -> Decimal:
    raise RefusedError(f"not JSON: {text}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=unique_keys, parse_float=_number, parse_int=_number, parse_constant=_no_number
)
_BLANK = " \t\r\n"


def read_records(text: str, file: str) -> tuple[Record, ...]:
    """Every JSON value of a text: one value over several lines, JSON lines, or one after another.

    Raises:
        CapplanError: The first place that is not JSON.
    """
    text = text.removeprefix("\ufeff")
    out: list[Record] = []
    at, line, counted = 0, 1, 0
    while True:
        while at < len(text) and text[at] in _BLANK:
            at += 1
        if at == len(text):
            return tuple(out)
        line += text.count("\n", counted, at)
        counted = at
        value, at = _value(text, at, line, file)
        out.append(Record(line, value))


def _value(text: str, at: int, line: int, file: str) -> tuple[object, int]:
    try:
        value, end = _DECODER.raw_decode(text, at)
        check_depth(value, MAX_SAMPLE_LEVELS)
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        raise _mistake(text, file, place, f"not JSON: {error.msg[0].lower()}{error.msg[1:]}") from None
    except RefusedError as error:
        raise _mistake(text, file, (line, 1), str(error)) from None
    except RecursionError:
        raise _mistake(text, file, (line, 1), f"nested deeper than {MAX_SAMPLE_LEVELS} levels") from None
    return value, end


def _mistake(text: str, file: str, place: tuple[int, int], message: str) -> CapplanError:
    hint = "expected JSON: one item, or one item a line"
    return CapplanError((_short(mistake_between(file, lines_of(text), place, place, message, hint)),))


_SHOWN = 120


def _short(diagnostic: Diagnostic) -> Diagnostic:
    """Without its excerpt where that is a long line: an item may be 400 KB."""
    if len(diagnostic.excerpt) <= _SHOWN:
        return diagnostic
    return Diagnostic(diagnostic.file, diagnostic.line, diagnostic.column, diagnostic.message, diagnostic.hint)
