"""Makes a profile of what the printed statements answered, in CSV files or JSON lines."""

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from capplan.commands.profile.measure import Read, Rows, made_of
from capplan.commands.profile.measured import Profile
from capplan.commands.profile.printed import HASHED
from capplan.commands.profile.statements import RESULTS
from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import read_any
from capplan.reading.json_lines import read_json_lines
from capplan.reading.nearest import nearest
from capplan.reading.trace_files import matching

_MAX_BYTES = 512 * 2**20
"""A result of years of minutes, or of a key's every number of requests, is some MB."""
_TEXTS = ("reason", "operation", "target", "item_key")
_MAY_BE_NULL = ("reason", "operation", "target", "failed", "throttled", "first_at", "last_at")
_NEEDED = ("outcome", "minutes", "busiest", "mix")
"""Of the others, the totals of the outcome say whether rows are missing."""
_OF_KEYS = ("key_counts", "hottest")
"""Both have rows, or none."""
_FALLING = ("outcome", "mix", "targets", "busiest", "key_counts", "hottest")


def profile_of_results(given: Sequence[str], timezone: str) -> Profile:
    """The profile that results make. Raises CapplanError where one is missing or they do not fit together.

    Args:
        given: Their files, as paths, folders and patterns.
        timezone: Of the shape.
    """
    paths = [path for name in given for path in matching(name) or [name]]
    found: dict[str, list[tuple[Any, ...]]] = {}
    is_hashed = False
    for path in paths:
        for number, row in _rows_of(path):
            called = str(row.get("result") or "")
            name = "hottest" if called == HASHED else called
            if name not in RESULTS:
                close = nearest(name, tuple(RESULTS))
                hint = f"did you mean '{close}'?" if close else f"the results are {', '.join(RESULTS)}"
                raise _wrong(path, number, f"'{name[:60]}' is no result of a profile", hint)
            is_hashed |= called == HASHED
            found.setdefault(name, []).append(_values(path, number, row, RESULTS[name].columns))
    needed = (*_NEEDED, *(_OF_KEYS if any(name in found for name in _OF_KEYS) else ()))
    missing = [name for name in needed if name not in found]
    if missing:
        hint = "run each statement that --print-sql prints, and name the file of each answer"
        raise CapplanError((Diagnostic(paths[0], 0, 0, f"no file has the result {', '.join(missing)}", hint),))
    for name, rows in found.items():
        _check_once(paths[0], name, rows)

    def ask(name: str) -> Rows:
        return sorted(found.get(name, ()), key=lambda row: _place(name, row))

    files = {"results of a query": len(paths)}
    return made_of(ask, Read(paths[0], files, {}), timezone=timezone, is_hashed=is_hashed)


def _place(name: str, row: Sequence[Any]) -> tuple[Any, ...]:
    """Where a row stands: by its number, the largest first where the statement has it so, then by its texts."""
    numbers = [value for value in row if isinstance(value, int)]
    first = {"mix": 0, "hottest": 0, "outcome": 0, "busiest": 1}.get(name, 0)
    number = -numbers[first] if name in _FALLING else numbers[first]
    return number, *((value is None, value or "") for value in row if not isinstance(value, int)), *numbers


def _check_once(path: str, name: str, rows: Sequence[Sequence[Any]]) -> None:
    """An answer that is given twice would count twice. Raises CapplanError."""
    width = 2 if name in ("mix", "bytes", "durations") else 1
    keys = [tuple(row[:width]) for row in rows]
    if len(set(keys)) < len(keys):
        raise _wrong(path, 0, f"the result '{name}' is there more than once", "name the file of each answer once")


def _rows_of(path: str) -> list[tuple[int, Mapping[str, Any]]]:
    text = read_any(path, _MAX_BYTES)
    if text.lstrip().startswith("{"):
        rows = [(line.number, line.value) for line in read_json_lines(text, path)]
        return [(number, row) for number, row in rows if isinstance(row, dict)]
    first = text.partition("\n")[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = tuple(reader.fieldnames or ())
    if "result" not in names:
        known = [set(result.columns) <= set(names) for result in RESULTS.values()]
        hint = "leave it as the statement has it" if any(known) else "export each answer with a first line of names"
        raise _wrong(path, 1, "its first line has no column 'result'", hint)
    out: list[tuple[int, Mapping[str, Any]]] = []
    for row in reader:
        if None in row or None in row.values():
            raise _wrong(path, reader.line_num, "not as many columns as the first line", "is the file whole?")
        out.append((reader.line_num, row))
    return out


def _values(path: str, line: int, row: Mapping[str, Any], columns: Sequence[str]) -> tuple[Any, ...]:
    out: list[Any] = []
    for column in columns:
        if column not in row:
            raise _wrong(path, line, f"there is no column '{column}'", f"the result has {', '.join(columns)}")
        value = row[column]
        if value in (None, ""):
            if column not in _MAY_BE_NULL:
                raise _wrong(path, line, f"{column}: expected a whole number, found nothing", "export the answer anew")
            out.append(None)
        else:
            out.append(str(value) if column in _TEXTS else _whole(path, line, column, str(value)))
    return tuple(out)


def _whole(path: str, line: int, column: str, text: str) -> int:
    try:
        number = Decimal(text)
        if number == number.to_integral_value():
            return int(number)
    except InvalidOperation:
        pass
    raise _wrong(path, line, f"{column}: expected a whole number, found '{text[:40]}'", "export the answer anew")


def _wrong(path: str, line: int, message: str, hint: str) -> CapplanError:
    return CapplanError((Diagnostic(path, line, 1 if line else 0, message, hint),))
