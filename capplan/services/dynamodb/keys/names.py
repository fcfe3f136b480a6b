"""Names of partition keys: lists, and patterns such as `user#{1..100000}` or `{date}#{0..9}`.

Braces as in a shell: `{1..100}` counts, `{01..12}` keeps its zeros, `{new,paid}` lists; the last pair runs fastest.
`{month}`, `{date}`, `{hour}` and `{minute}` stand for the moment of the request: such keys come and go, and only those of
the moment are in use.
"""

import itertools
import math
import re
from datetime import datetime, timedelta

from capplan.record import Record
from capplan.units import MINUTES_PER_DAY

TIME_MINUTES = {"month": 28 * MINUTES_PER_DAY, "date": MINUTES_PER_DAY, "hour": 60, "minute": 1}
_TIME_FORMAT = {"month": "%Y-%m", "date": "%Y-%m-%d", "hour": "%Y-%m-%dT%H", "minute": "%Y-%m-%dT%H:%M"}
_FIRST_DAY = datetime(2024, 1, 1)  # noqa: DTZ001  a Monday, as day 1 of the simulated period is; only its digits are used
_BRACE = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d{1,15})\.\.(\d{1,15})")
_MAX_CHOICES = 10_000
_PATTERN_MAX = 1000
MAX_KEYS = 10**15
HINT = "expected a pattern such as user#{1..100000}, {new,paid,shipped} or {date}#{0..9}"


class PatternError(ValueError):
    """A pattern that cannot be read; its text says what was expected."""


class NumberRange(Record, frozen=True):
    """Whole numbers from `low` to `high`, padded with zeros to `width`."""

    low: int
    high: int
    width: int

    def __len__(self) -> int:
        return self.high - self.low + 1

    def at(self, i: int) -> str:
        """The i-th of them."""
        return str(self.low + i).zfill(self.width)


class Choice(Record, frozen=True):
    """Words, one of which stands here."""

    words: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.words)

    def at(self, i: int) -> str:
        """The i-th of them."""
        return self.words[i]


class KeyNames(Record, frozen=True):
    """Key names by rank, without a list of them all.

    Attributes:
        parts: Text that is always there (str), and what varies; a time word is a Choice of itself in braces.
        time: The shortest time word, "" without one.
    """

    parts: tuple[str | NumberRange | Choice, ...]
    time: str = ""

    def __len__(self) -> int:
        """How many keys are in use at one moment."""
        return math.prod(len(part) for part in self.parts if not isinstance(part, str))

    def at(self, rank: int, minute: int = 0) -> str:
        """The key of a rank (0 the first) at a minute of the simulated period."""
        out: list[str] = []
        for part in reversed(self.parts):
            if isinstance(part, str):
                out.append(part)
                continue
            rank, i = divmod(rank, len(part))
            out.append(part.at(i))
        name = "".join(reversed(out))
        return _in_time(name, minute) if self.time else name

    def first(self, count: int, minute: int = 0) -> list[str]:
        """The names of the first so many keys, without counting each from the start."""
        pools = [
            (_in_time(part, minute),) if isinstance(part, str) else [part.at(i) for i in range(min(len(part), count))]
            for part in self.parts
        ]
        return ["".join(words) for words in itertools.islice(itertools.product(*pools), count)]


def _in_time(name: str, minute: int) -> str:
    now = _FIRST_DAY + timedelta(minutes=minute)
    for word, form in _TIME_FORMAT.items():
        name = name.replace(f"{{{word}}}", now.strftime(form))
    return name


def read_names(text: str) -> KeyNames:
    """Names from a pattern. Raises PatternError."""
    parts: list[str | NumberRange | Choice] = []
    times: list[str] = []
    done = 0
    for brace in _BRACE.finditer(text):
        parts.append(text[done : brace.start()])
        done = brace.end()
        if brace[1] in TIME_MINUTES:
            times.append(brace[1])
            parts.append(brace[0])
        else:
            parts.append(_varying(brace[1]))
    parts.append(text[done:])
    if any("{" in part or "}" in part for part in parts if isinstance(part, str) and part[1:-1] not in TIME_MINUTES):
        raise PatternError("a brace is not closed")
    if not text or len(text) > _PATTERN_MAX:
        raise PatternError("the pattern is empty" if not text else "the pattern is too long")
    count = math.prod(len(part) for part in parts if not isinstance(part, str))
    if count > MAX_KEYS:
        raise PatternError(f"the pattern stands for {count:,} keys, more than {MAX_KEYS:,}")
    shortest = min(times, key=TIME_MINUTES.__getitem__, default="")
    return KeyNames(tuple(part for part in parts if part), shortest)


def _varying(inside: str) -> NumberRange | Choice:
    run = _RANGE.fullmatch(inside)
    if run is not None:
        low, high = int(run[1]), int(run[2])
        if low > high:
            raise PatternError(f"{{{inside}}} counts down: write {{{run[2]}..{run[1]}}}")
        padded = run[1].startswith("0") and len(run[1]) > 1
        return NumberRange(low, high, len(run[1]) if padded else 0)
    words = tuple(inside.split(","))
    if len(words) > 1 and all(words) and len(words) <= _MAX_CHOICES:
        return Choice(words)
    raise PatternError(f"{{{inside}}} is neither a range, a list nor {', '.join(TIME_MINUTES)}")


def listed(words: tuple[str, ...]) -> KeyNames:
    """Names from a plain list."""
    return KeyNames((Choice(words),))
