"""Reads plain values of a definition (texts, lists, numbers) and collects its errors."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.reading.nearest import nearest as nearest_word
from capplan.record import MutableRecord
from capplan.services.stepfunctions.asl.definition import Path, Problem, State

_SMALLEST, _LARGEST = 1e-9, 1e15
"""No field of the language is beyond these; NaN and infinity are neither."""


class Diagnostics(MutableRecord):
    """Errors, unknown numbers and states, collected while a definition is read.

    Attributes:
        problems: The errors.
        unknown: Paths of numbers that are known at run time only.
        states: States by name, all levels.
        seen: Paths of the state names met.
    """

    problems: list[Problem] = []
    unknown: list[Path] = []
    states: dict[str, State] = {}
    seen: dict[str, Path] = {}

    def add_error(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Adds an error at a path."""
        self.problems.append(Problem(path, message, hint, at_key))


def is_open(value: object) -> bool:
    """Whether a value is known at run time only: a `${Placeholder}` or a JSONata expression."""
    return isinstance(value, str) and ("${" in value or value.lstrip().startswith("{%"))


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint with the known word that is closest; empty where none is close."""
    close = nearest_word(word, known)
    return f"did you mean '{close}'?" if close else ""


def list_of(value: object) -> list[object] | None:
    """A list; None for anything else, text included."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None


def text_of(data: object, key: str) -> str | None:
    """The text under a key."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else None


def mapping_of(data: object, key: str) -> Mapping[str, object]:
    """The mapping under a key, empty where there is none."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def number_of(data: Mapping[str, object], key: str, path: Path, diagnostics: Diagnostics) -> Fraction | None:
    """A number, exact as written; None where it is missing, wrong (an error is added) or known at run time only."""
    value = data.get(key)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        size = _size(value)
        if size == 0 or _SMALLEST <= size <= _LARGEST:
            return Fraction(str(value))
        diagnostics.add_error((*path, key), f"{key} is out of range")
        return None
    if is_open(value) or f"{key}Path" in data:
        diagnostics.unknown.append((*path, key))
    elif value is not None:
        diagnostics.add_error((*path, key), f"{key} is not a number")
    return None


def _size(value: float | Decimal) -> float:
    """Magnitude of a number; infinity where a float cannot hold it."""
    try:
        return abs(float(value))
    except (OverflowError, ValueError):
        return float("inf")


def whole_of(data: Mapping[str, object], key: str, default: int, path: Path, diagnostics: Diagnostics) -> int:
    """A whole number, 0 or more; the default where it is missing or wrong."""
    value = number_of(data, key, path, diagnostics)
    if value is not None and (value < 0 or value.denominator != 1):
        diagnostics.add_error((*path, key), f"{key} has to be a whole number, 0 or more")
        return default
    return default if value is None else int(value)


def between(
    data: Mapping[str, object], key: str, low: int, high: int | Decimal | None, path: Path, diagnostics: Diagnostics
) -> Fraction | None:
    """A number within bounds (no upper one for None); an error is added where it is not."""
    value = number_of(data, key, path, diagnostics)
    if value is not None and (value < low or (high is not None and value > high)):
        bounds = f"at least {low}" + (f", at most {high}" if high is not None else "")
        diagnostics.add_error((*path, key), f"{key} has to be {bounds}")
    return value
