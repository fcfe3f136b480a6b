"""Plain values of a definition: texts, lists, numbers, and the notes taken on the way. It knows no state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from capplan.reading.nearest import nearest as nearest_word
from capplan.services.stepfunctions.asl.definition import Path, Problem, State

_SMALLEST, _LARGEST = 1e-9, 1e15
"""No field of the language is beyond these; NaN and infinity are neither."""


@dataclass(slots=True)
class Diagnostics:
    """What is found on the way through a definition."""

    problems: list[Problem] = field(default_factory=list)
    unknown: list[Path] = field(default_factory=list)
    states: dict[str, State] = field(default_factory=dict)
    seen: dict[str, Path] = field(default_factory=dict)

    def wrong(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> None:
        """Notes a mistake."""
        self.problems.append(Problem(path, message, hint, at_key))


def is_open(value: object) -> bool:
    """Whether a value is only known later: a `${Placeholder}` or a JSONata expression."""
    return isinstance(value, str) and ("${" in value or value.lstrip().startswith("{%"))


def nearest(word: str, known: Iterable[str]) -> str:
    """'did you mean …?' for a word that is close to a known one, else nothing."""
    close = nearest_word(word, known)
    return f"did you mean '{close}'?" if close else ""


def list_of(value: object) -> list[object] | None:
    """A list as one; None for anything else, text included."""
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else None


def text_of(data: object, key: str) -> str | None:
    """The text under a key."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) else None


def mapping_of(data: object, key: str) -> Mapping[str, object]:
    """The mapping under a key, empty where there is none."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def number_of(data: Mapping[str, object], key: str, path: Path, notes: Diagnostics) -> Fraction | None:
    """A number, exact as written; None where it is missing or only known later (then it is noted)."""
    value = data.get(key)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        size = _size(value)
        if size == 0 or _SMALLEST <= size <= _LARGEST:
            return Fraction(str(value))
        notes.wrong((*path, key), f"{key} is out of any range")
        return None
    if is_open(value) or f"{key}Path" in data:
        notes.unknown.append((*path, key))
    elif value is not None:
        notes.wrong((*path, key), f"{key} is not a number")
    return None


def _size(value: float | Decimal) -> float:
    """Magnitude of a number; infinity where a float cannot hold it."""
    try:
        return abs(float(value))
    except (OverflowError, ValueError):
        return float("inf")


def whole_of(data: Mapping[str, object], key: str, default: int, path: Path, notes: Diagnostics) -> int:
    """A whole number, 0 or more."""
    value = number_of(data, key, path, notes)
    if value is not None and (value < 0 or value.denominator != 1):
        notes.wrong((*path, key), f"{key} is a whole number, 0 or more")
        return default
    return default if value is None else int(value)


def between(
    data: Mapping[str, object], key: str, low: int, high: int | Decimal | None, path: Path, notes: Diagnostics
) -> Fraction | None:
    """A number within bounds."""
    value = number_of(data, key, path, notes)
    if value is not None and (value < low or (high is not None and value > high)):
        span = f"from {low}" + (f" to {high}" if high is not None else "")
        notes.wrong((*path, key), f"{key} goes {span}")
    return value
