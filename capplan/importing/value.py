"""Reads a value of another tool's file as what it must be; what is something else is an error with line, column and path."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from capplan.errors import CapplanError
from capplan.importing.times import seconds_of
from capplan.reading.document import Document
from capplan.record import Record

_MAX_DIGITS, _MAX_EXPONENT = 40, 40
_SHOWN = 40

Path = tuple[str | int, ...]


class Value(Record, frozen=True):
    """A value, where it is, and how to read it."""

    data: object
    document: Document
    path: Path = ()

    def get(self, *keys: str) -> "Value":
        """What is under the first of some keys; a value of None where there is none, or where this is no mapping."""
        if isinstance(self.data, Mapping):
            for key in keys:
                if self.data.get(key) is not None:
                    return Value(self.data[key], self.document, (*self.path, key))
        return Value(None, self.document, (*self.path, keys[0]))

    def at(self, *path: str) -> "Value":
        """What is under one key after another."""
        value = self
        for key in path:
            value = value.get(key)
        return value

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.data is not None

    def items(self) -> list["Value"]:
        """The values of a list; none where there is none. Raises CapplanError for anything else."""
        if self.data is None:
            return []
        if not isinstance(self.data, list):
            self.wrong("a list")
        return [Value(item, self.document, (*self.path, i)) for i, item in enumerate(self.data)]

    def entries(self) -> Iterator[tuple[str, "Value"]]:
        """Keys and values of a mapping; none where there is none. Raises CapplanError for anything else."""
        if self.data is None:
            return
        if not isinstance(self.data, Mapping):
            self.wrong("a mapping")
        for key, value in self.data.items():
            yield str(key), Value(value, self.document, (*self.path, str(key)))

    def text(self, default: str | None = None) -> str:
        """A text. Raises CapplanError where there is none and no default, and for anything else."""
        if self.data is None and default is not None:
            return default
        if not isinstance(self.data, str):
            self.wrong("a text")
        return self.data

    def number(self) -> Decimal:
        """A finite number, also one written as a text. Raises CapplanError for anything else."""
        if not isinstance(self.data, Decimal | str):
            self.wrong("a number")
        try:
            value = Decimal(self.data.strip() if isinstance(self.data, str) else self.data)
        except InvalidOperation:
            self.wrong("a number")
        digits, exponent = value.as_tuple()[1:]
        if not isinstance(exponent, int) or len(digits) > _MAX_DIGITS or abs(exponent + len(digits)) > _MAX_EXPONENT:
            self.wrong("a number of a usual size")
        return value

    def count(self) -> Decimal:
        """A number of 0 or more. Raises CapplanError for anything else."""
        value = self.number()
        if value < 0:
            self.wrong("a number of 0 or more")
        return value

    def whole(self) -> int:
        """A whole number of 0 or more, also one written as a text or as 10.0. Raises CapplanError for anything else."""
        value = self.count()
        if value != value.to_integral_value():
            self.wrong("a whole number")
        return int(value)

    def properties(self, *whole: str) -> dict[str, Any]:
        """A mapping in the words of a template; keys that are whole numbers where they are given. Raises CapplanError."""
        out = {key: value.data for key, value in self.entries()}
        for key in whole:
            if self.get(key).known:
                out[key] = Decimal(self.get(key).whole())
        return out

    def seconds(self) -> Decimal:
        """A time in seconds since 1970. Raises CapplanError for anything else."""
        found = seconds_of(str(self.data)) if isinstance(self.data, Decimal | str) else None
        if found is None:
            self.wrong("a time such as 2026-11-01T00:05:00+00:00")
        return found

    @property
    def line(self) -> int:
        """The line it is on, from 1."""
        return self.document.locate(self.path, key=True).line

    def wrong(self, expected: str, hint: str = "") -> NoReturn:
        """Raises CapplanError: here is something else than what is expected."""
        self.fail(f"expected {expected} at {path_text(self.path) or 'the top'}, found {_shown(self.data)}", hint)

    def fail(self, message: str, hint: str = "") -> NoReturn:
        """Raises CapplanError at this value."""
        raise CapplanError((self.document.diagnostic(self.path, message, hint),))


def path_text(path: Path) -> str:
    """A path as people write it: `JobRuns[0].ExecutionTime`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _shown(data: object) -> str:
    if data is None:
        return "nothing"
    if isinstance(data, Mapping):
        return "a mapping"
    if isinstance(data, list):
        return "a list"
    if isinstance(data, bool):
        return str(data).lower()
    text = str(data)
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]} ...'"
