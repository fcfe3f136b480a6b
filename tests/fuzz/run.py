"""Runs numbered cases and reduces what fails to the smallest files that still do."""

import copy
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.fuzz.answers import Answer, answer
from tests.fuzz.cases import Case, lay_out
from tests.fuzz.corpus import case_of
from tests.fuzz.laws import broken, broken_law
from tests.fuzz.mutate import at, places

_AGAIN = 0.25
_ONCE = frozenset({"-o", "--apply", "--hash-keys"})
"""A written file is an input of the next run, which may answer otherwise; each run hashes keys with a secret of its own."""
_MOST_TRIES = 150


class Counts(NamedTuple):
    """How many cases were run, and how many of them were answered: the others ended in an error of the input."""

    run: int = 0
    answered: int = 0

    def __add__(self, other: "Counts") -> "Counts":  # type: ignore[override]
        return Counts(self.run + other.run, self.answered + other.answered)


class Failure(NamedTuple):
    """A case that broke a law."""

    number: int
    case: Case
    wrong: str
    trace: str

    @property
    def signature(self) -> str:
        """Failures with the same one are one finding."""
        return f"{self.case.words[0]}: {self.wrong}" if self.wrong == "slow" else self.wrong.split(": ")[0][:80]


def failure_of(seed: int, number: int, kinds: tuple[str, ...] = ()) -> Failure | None:
    """What the case with a number breaks."""
    case = case_of(seed, number, kinds)
    wrong, found = judged(case, seed, number)
    return Failure(number, case, wrong, found.trace) if wrong else None


def judged(case: Case, seed: int, number: int) -> tuple[str, Answer]:
    """What is wrong with a case's answer, and the answer."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(case, folder)
        found = answer(case.words, folder)
        rng = Random(f"{seed}/{number}/laws")  # noqa: S311  drawn cases, no secret
        wrong = broken(case, found)
        if not wrong and not _ONCE & set(case.words) and rng.random() < _AGAIN:
            wrong = _changed(found, answer(case.words, folder))
        if not wrong:
            wrong = broken_law(case, found, folder, rng)
    return wrong, found


def _changed(first: Answer, second: Answer) -> str:
    """A second run gives the same bytes."""
    if second.crash == "slow":
        return ""
    return "" if first[:3] == second[:3] else "another answer when run again"


def reduced(failure: Failure, seed: int) -> Failure:
    """The same failure with as little in its files as a bounded number of tries finds."""
    best, tries = failure, 0
    moved = True
    while moved and tries < _MOST_TRIES:
        moved = False
        for case in _smaller(best.case):
            tries += 1
            wrong, found = judged(case, seed, failure.number)
            smaller = Failure(failure.number, case, wrong, found.trace)
            if wrong and smaller.signature == failure.signature:
                best, moved = smaller, True
                break
            if tries >= _MOST_TRIES or wrong == "slow":
                break
    return best


def _smaller(case: Case) -> Iterator[Case]:
    """The case without one part, the largest parts first."""
    for name, content in case.files.items():
        if isinstance(content, str | bytes):
            yield from (_with(case, name, part) for part in _halves(content))
            continue
        found = sorted((path for path in places(content) if path), key=len)
        for path in found:
            smaller = copy.deepcopy(content)
            parent = at(smaller, path[:-1])
            del parent[path[-1]]
            yield _with(case, name, smaller)


def _halves(text: str | bytes) -> Iterator[Any]:
    """The text without each of its quarters."""
    step = max(1, len(text) // 4)
    for start in range(0, len(text), step):
        rest: Any = text[:start]
        yield rest + text[start + step :]


def _with(case: Case, name: str, content: object) -> Case:
    return case._replace(files={**case.files, name: content})


def batch(seed: int, start: int, count: int, kinds: tuple[str, ...], until: float) -> tuple[Counts, list[Failure]]:
    """Some cases in a row, up to a time of the monotonic clock, and what failed."""
    failures: list[Failure] = []
    counts = Counts()
    for number in range(start, start + count):
        if time.monotonic() >= until:
            break
        case = case_of(seed, number, kinds)
        wrong, found = judged(case, seed, number)
        counts += Counts(1, int(found.code in (0, 3, 4) and not found.crash))
        failures += [Failure(number, case, wrong, found.trace)] if wrong else []
    return counts, failures
