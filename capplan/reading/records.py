"""Reads JSON that capplan itself has saved: large files, strings for numbers. It knows no record."""

import json
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import bytes_of
from capplan.reading.yaml_reader import decode

MAX_RECORD_BYTES = 64 * 2**20
"""Bytes of one saved answer."""


def read_record(path: str) -> object:
    """The data of a JSON file. Raises CapplanError."""
    name = Path(path).as_posix()
    text = decode(bytes_of(Path(path), name, MAX_RECORD_BYTES), name, MAX_RECORD_BYTES)
    return record_of(text, name)


def record_of(text: str, name: str) -> object:
    """The data of a JSON text: no NaN, no key twice. Raises CapplanError."""
    try:
        data: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise _wrong(name, f"not JSON: {error.msg.lower()}", error.lineno, error.colno) from None
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, ValueError) else "nested too deep"
        raise _wrong(name, why, 0, 0) from None
    return data


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key '{twice[:40]}' is written twice")
    return found


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is no number")


def _wrong(name: str, message: str, line: int, column: int) -> CapplanError:
    return CapplanError((Diagnostic(name, line, column, message, ""),))
