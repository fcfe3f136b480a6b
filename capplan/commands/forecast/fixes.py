"""Finds the cheapest recommendation that moves what breaks in a forecast to a later month, or away."""

from collections.abc import Iterator, Sequence
from datetime import date

from capplan.commands.forecast.judged_months import judged_months
from capplan.commands.forecast.months_ahead import MonthAhead
from capplan.commands.forecast.results import ForecastBreak, ForecastFix
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.load import build
from capplan.language.months import Month
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.results import Plan, Recommendation
from capplan.pipeline.what_if import apply, in_order
from capplan.record import replace

_MOST_TRIED = 5
"""Recommendations that are planned for a break, the cheapest first."""


class Held:
    """How long gates and limits of a changed scenario hold: its months are planned as far as anybody asks."""

    def __init__(self, scenario: Scenario, steps: Sequence[Month], seed: int) -> None:
        self._months = judged_months(scenario, steps, None, seed)
        self._known: list[tuple[Month, frozenset[object]]] = []
        self._error: Exception | None = None

    def until(self, what: object) -> Month | None:
        """The first month in which a gate fails, or a limit is exceeded; None where none does.

        Raises:
            CapplanError: A month before cannot be planned, or another error of a change that does not fit.
        """
        return next((month for month, broken in self._every() if what in broken), None)

    def _every(self) -> Iterator[tuple[Month, frozenset[object]]]:
        yield from self._known
        if self._error is not None:
            raise self._error
        try:
            for one in self._months:
                self._known.append((one.ahead.month, frozenset((*one.failed_gates, *one.exceeded_limits))))
                yield self._known[-1]
        except Exception as error:
            self._error = error
            raise


class Fixes:
    """The cheapest recommendation of a month for what breaks in it. Each month, and each change, is planned once."""

    def __init__(
        self, scenario: Scenario, of_month: Sequence[MonthAhead], steps: Sequence[Month], today: date | None, seed: int
    ) -> None:
        self._scenario, self._of_month, self._steps, self._today, self._seed = scenario, of_month, steps, today, seed
        self._planned: dict[int, Plan] = {}
        self._held: list[tuple[tuple[Change, ...], Held]] = []

    def of(self, found: ForecastBreak) -> ForecastBreak:
        """The break with the cheapest recommendation of its month that moves it to a later one, or away."""
        what = found.gate or found.limit
        for row in _candidates(self._plan(found.index), found):
            changes = tuple(Change(change.path, change.new) for change in row.change)
            try:
                until = self._with(changes).until(what)
            except (CapplanError, LookupError, TypeError, ValueError):  # a path that only the later month has
                continue
            if until is None or until.after > found.index:
                cost = None if row.monthly_saving is None else -row.monthly_saving
                written = tuple((change.path, change.to) for change in changes)
                fix = ForecastFix(row.action, written, cost, until.label if until else "", row.changes_behavior)
                return replace(found, fix=fix)
        return found

    def _plan(self, index: int) -> Plan:
        if index not in self._planned:
            self._planned[index] = plan(self._of_month[index].scenario, today=self._today, seed=self._seed)
        return self._planned[index]

    def _with(self, changes: tuple[Change, ...]) -> Held:
        known = next((held for known, held in self._held if known == changes), None)
        if known is not None:
            return known
        of = self._scenario
        data = apply(of.data, in_order(of.data, changes))
        changed = replace(build(of.doc, of.files, of.sha256, data, of), gates=of.gates)
        self._held.append((changes, Held(changed, self._steps, self._seed)))
        return self._held[-1][1]


def _candidates(answer: Plan, found: ForecastBreak) -> list[Recommendation]:
    """Recommendations that concern what breaks, the cheapest first: savings for a gate on cost, else the resource's own."""
    rows = [row for row in answer.recommendations if row.change and row.monthly_saving is not None]
    if found.limit[0]:
        name = found.limit[0]
        rows = [r for r in rows if name == "account" or any(f"{name}.".startswith(f"{of}.") for of in r.resources)]
    else:
        gate = next(gate for gate in answer.gates if gate.gate == found.gate)
        if gate.unit != "USD":
            labels = {name.partition(".")[0] for name in gate.names}
            rows = [row for row in rows if labels & set(row.resources)]
    return sorted(rows, key=lambda row: -(row.monthly_saving or 0))[:_MOST_TRIED]
