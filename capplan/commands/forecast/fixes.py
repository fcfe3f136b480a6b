"""Finds the cheapest recommendation that moves what breaks in a forecast to a later month, or away."""

from collections.abc import Sequence
from datetime import date

from capplan.commands.forecast.months_ahead import months_ahead
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


def with_fix(
    scenario: Scenario, at: Scenario, steps: Sequence[Month], found: ForecastBreak, today: date | None, seed: int
) -> ForecastBreak:
    """The break with the cheapest recommendation of its month, `at`, that moves it to a later one, or away."""
    answer = plan(at, today=today, seed=seed)
    for row in _candidates(answer, found):
        changes = tuple(Change(change.path, change.new) for change in row.change)
        try:
            data = apply(scenario.data, in_order(scenario.data, changes))
            changed = replace(
                build(scenario.doc, scenario.files, scenario.sha256, data, scenario), gates=scenario.gates
            )
            until = _breaks_again(changed, steps, found, seed)
        except (CapplanError, LookupError, TypeError, ValueError):  # a path that only the later month has
            continue
        if until is None or until.after > found.index:
            cost = None if row.monthly_saving is None else -row.monthly_saving
            written = tuple((change.path, change.to) for change in changes)
            fix = ForecastFix(row.action, written, cost, until.label if until else "", row.changes_behavior)
            return replace(found, fix=fix)
    return found


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


def _breaks_again(scenario: Scenario, steps: Sequence[Month], found: ForecastBreak, seed: int) -> Month | None:
    """The first month in which the same breaks; None where it does not."""
    for ahead in months_ahead(scenario, steps, seed):
        answer = plan(ahead.scenario, seed=seed, findings=False)
        if (found.gate and found.gate in answer.failed_gates) or (
            found.limit[0] and found.limit in answer.exceeded_limits
        ):
            return ahead.month
    return None
