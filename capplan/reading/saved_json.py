"""Reads JSON that capplan itself has saved: large files, strings for numbers."""

import json
from pathlib import Path

from capplan.errors import CapplanError, Diagnostic
from capplan.reading.files import bytes_of
from capplan.reading.json_rules import RejectedError, unique_keys
from capplan.reading.limits import MAX_SAVED_BYTES
from capplan.reading.yaml_reader import decode


def read_saved_json(path: str, hint: str = "") -> object:
    """The data of a JSON file; `hint` says how to make one. Raises CapplanError."""
    name = Path(path).as_posix()
    return parse_saved_json(decode(bytes_of(Path(path), name, MAX_SAVED_BYTES), name, MAX_SAVED_BYTES), name, hint)


def parse_saved_json(text: str, name: str, hint: str = "") -> object:
    """The data of a JSON text: no NaN, no duplicate keys; `hint` says how to make one. Raises CapplanError."""
    try:
        data: object = json.loads(text, object_pairs_hook=unique_keys, parse_constant=_reject)
    except json.JSONDecodeError as error:
        raise _error(name, f"not JSON: {error.msg.lower()}", error.lineno, error.colno, hint) from None
    except RejectedError as error:
        raise _error(name, str(error)) from None
    except RecursionError:
        raise _error(name, "nested too deep") from None
    return data


def _reject(word: str) -> object:
    raise RejectedError(f"{word} is not a number")


def _error(name: str, message: str, line: int = 0, column: int = 0, hint: str = "") -> CapplanError:
    return CapplanError((Diagnostic(name, line, column, message, hint),))
