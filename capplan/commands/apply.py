"""Writes recommendations into a scenario's text, its comments and layout kept, and plans the result."""

import difflib
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from capplan.commands.plan import plan
from capplan.errors import CapplanError, Diagnostic
from capplan.language.load import load_source
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.combined import by_place
from capplan.pipeline.results import Plan, Recommendation
from capplan.pipeline.what_if import apply, exclusive, in_order
from capplan.reading.edit import edited
from capplan.reading.files import Source
from capplan.record import Record, replace


class Applied(Record, frozen=True):
    """A scenario with some recommendations written into it.

    Attributes:
        before: Its plan as it was.
        after: Its plan with the recommendations.
        recommendations: What was applied, in the order of their numbers.
        text: The whole new text.
        diff: The change of the text, as a unified diff.
    """

    before: Plan
    after: Plan
    recommendations: tuple[Recommendation, ...]
    text: str
    diff: str

    @property
    def saving(self) -> Decimal:
        """USD a month; negative where it costs more."""
        return self.before.monthly_cost - self.after.monthly_cost


def applied(source: Source, numbers: Iterable[int], *, today: date | None = None, seed: int = 0) -> Applied:
    """The scenario of a text with the recommendations of some numbers.

    Raises:
        CapplanError: The scenario is wrong, a number is unknown, changes nothing or excludes another, or the text cannot
            be edited in its place.
    """
    scenario = load_source(source)
    before = plan(scenario, today=today, seed=seed)
    chosen = tuple(recommendation(before, number) for number in sorted(set(numbers)))
    _check(before, chosen)
    changes = [Change(c.path, c.new) for row in chosen for c in row.change]
    text = with_changes(source, scenario, changes)
    after = plan(_loaded(source, text, chosen), today=today, seed=seed, findings=False)
    return Applied(before, after, chosen, text, difference(source.text, text, before.file))


def recommendation(planned: Plan, number: int) -> Recommendation:
    """The recommendation of a number. Raises CapplanError."""
    rows = planned.recommendations
    if 1 <= number <= len(rows):
        return rows[number - 1]
    hint = f"capplan estimate shows 1 to {len(rows)}" if rows else "capplan estimate shows that there are none"
    raise CapplanError((Diagnostic(planned.file, 0, 0, f"there is no recommendation {number}", hint),))


def _check(planned: Plan, chosen: Sequence[Recommendation]) -> None:
    wrong = [
        (
            f"recommendation {row.number} has nothing to write: {row.action}",
            f"capplan explain SCENARIO {row.number} says what to do",
        )
        for row in chosen
        if not row.change
    ]
    for some, other in combinations(chosen, 2):
        mine, theirs = by_place(some), by_place(other)
        places = [place for place, listed in mine.items() if exclusive(listed, theirs.get(place, ()))]
        if places:
            message = f"recommendations {some.number} and {other.number} exclude each other: both change {places[0]}"
            wrong.append((message, f"apply one of them, then look again: {some.number} or {other.number}"))
    if wrong:
        raise CapplanError(tuple(Diagnostic(planned.file, 0, 0, message, hint) for message, hint in wrong))


def with_changes(source: Source, scenario: Scenario, changes: Iterable[Change]) -> str:
    """The text of a scenario with some changes. Raises CapplanError where it cannot be edited in its place."""
    ordered = in_order(scenario.data, changes)
    return edited(source.text, scenario.doc, apply(scenario.data, ordered))


def _loaded(source: Source, text: str, chosen: Sequence[Recommendation]) -> Scenario:
    """The scenario of the new text; recommendations that are fine alone may make a wrong one together."""
    try:
        return load_source(replace(source, text=text))
    except CapplanError as error:
        first, numbers = error.diagnostics[0], " and ".join(str(row.number) for row in chosen)
        message = f"recommendations {numbers} do not go together: {first.message}"
        raise CapplanError((Diagnostic(source.display, 0, 0, message, "apply one, then look again"),)) from None


def difference(before: str, after: str, file: str) -> str:
    """A unified diff of two texts."""
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
