"""Plans the months to come: traffic that grows, is seasonal or is launched, and what is stored; and when something breaks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from capplan import __version__
from capplan.commands.judged_months import Held, JudgedMonth, judged_months
from capplan.commands.month_bands import DRAWS, ForecastBands
from capplan.commands.months_ahead import MonthAhead
from capplan.commands.plan import plan
from capplan.errors import CapplanError, Diagnostic
from capplan.language.load import build
from capplan.language.months import Month, months_from, multiples, needs_calendar
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.results import Plan, Recommendation
from capplan.pipeline.what_if import apply, in_order
from capplan.record import Record, replace
from capplan.timeline import no_progress

_MOST_TRIED = 5
"""Recommendations that are planned for a break, the cheapest first."""


class ForecastMonth(Record, frozen=True):
    """The plan of one month.

    Attributes:
        month: Such as 2027-03, or month 4.
        monthly_cost: USD.
        cost_by_service: USD.
        traffic: What each traffic with a rate is multiplied by, by name.
        hours: How long the month is: 730, or as the calendar has it.
        failed: Gates that fail.
        exceeded: Limits that are exceeded, as resource and limit.
    """

    month: str
    monthly_cost: Decimal
    cost_by_service: Mapping[str, Decimal]
    traffic: Mapping[str, Decimal]
    hours: int
    failed: tuple[str, ...] = ()
    exceeded: tuple[tuple[str, str], ...] = ()


class ForecastFix(Record, frozen=True):
    """The cheapest recommendation that moves a break.

    Attributes:
        action: What to do, as a sentence.
        monthly_cost_change: USD a month more (or less) in the month of the break.
        until: The month in which the same breaks then; empty where it does not within the forecast.
    """

    action: str
    changes: tuple[tuple[str, object], ...]
    monthly_cost_change: Decimal | None
    until: str
    changes_behavior: str = ""


class ForecastBreak(Record, frozen=True):
    """A gate or a limit that fails from a month on, and no month before.

    Attributes:
        index: Months before it: 0 for one that fails today.
        gate: The gate; empty where it is a limit.
        limit: The resource and the limit; empty where it is a gate.
        fix: None where no recommendation moves it.
    """

    month: str
    index: int
    gate: str = ""
    limit: tuple[str, str] = ("", "")
    fix: ForecastFix | None = None


class Forecast(Record, frozen=True):
    """The months to come, and what breaks in them, the first first."""

    name: str
    file: str
    sha256: str
    region: str
    version: str
    months: tuple[ForecastMonth, ...]
    breaks: tuple[ForecastBreak, ...]
    steady: tuple[str, ...] = ()
    """Traffic with a rate that neither grows nor is launched nor has seasons."""
    bands: ForecastBands | None = None
    """What the ranges of the scenario mean for each month; None where it has none."""


def forecast(  # noqa: PLR0913  an argument for each option of the command
    scenario: Scenario,
    months: int = 24,
    *,
    first: tuple[int, int] | None = None,
    mean_months: bool = False,
    today: date | None = None,
    seed: int = 0,
    fixes: bool = True,
    draws: int = DRAWS,
    progress: Callable[[float, str], None] = no_progress,
) -> Forecast:
    """The plan of each of so many months, the scenario's own the first.

    Args:
        scenario: The scenario as it is in the first month.
        months: How many. Range 1 to 120.
        first: Year and month of the first; None where the calendar does not matter. Months are then of 730 hours.
        mean_months: Whether they are of 730 hours although the first is known.
        today: The day with which the age of prices is compared.
        seed: Random seed.
        draws: Of the ranges of a scenario that has some: each is a path through all months. 0 for none.
        fixes: Whether each break is given the cheapest recommendation that moves it.
        progress: Called with the share done and the month.

    Raises:
        CapplanError: The scenario has seasons or launches of a calendar, and `first` is None; or a month cannot be planned.
    """
    path = needs_calendar(scenario)
    if path and first is None:
        hint = "give the first month: --from 2027-01"
        message = f"{path} needs a calendar"
        raise CapplanError((Diagnostic(scenario.file, 0, 0, message, hint),))
    steps = months_from(first, months, mean=mean_months)
    of_month: list[MonthAhead] = []
    shown: list[ForecastMonth] = []
    share = 0.2 if draws and scenario.ranges else 1.0
    for judged in judged_months(scenario, steps, today, seed):
        progress(judged.ahead.month.after / months * share, judged.ahead.month.label)
        shown.append(_month(scenario, judged))
        of_month.append(judged.ahead)
    breaks = tuple(_breaks(steps, shown))
    if fixes and breaks:
        breaks = tuple(map(_Fixes(scenario, of_month, steps, today, seed).of, breaks))
    bands = None
    if draws and scenario.ranges:
        from capplan.commands.forecast_bands import bands_of  # noqa: PLC0415  only where there are ranges

        bands = bands_of(
            scenario, steps, of_month, draws, today, lambda done, what: progress(share + (1 - share) * done, what)
        )
    steady = tuple(name for name, last in multiples(scenario, steps[-1]).items() if last == 1)
    moved = {name for one in shown for name, factor in one.traffic.items() if factor != 1}
    return Forecast(
        scenario.name, scenario.file, scenario.sha256, scenario.region, __version__, tuple(shown), breaks,
        tuple(name for name in steady if name not in moved), bands,
    )  # fmt: skip


def first_break(
    scenario: Scenario, months: int, *, first: tuple[int, int] | None, today: date | None, seed: int
) -> tuple[ForecastBreak | None, bool]:
    """What breaks first in so many months, None for nothing; and whether any month differs from the one before it."""
    steps = months_from(first, months)
    before: Scenario | None = None
    moves = False
    for judged in judged_months(scenario, steps, today, seed):
        if judged.ahead.scenario is before:
            continue
        moves = moves or before is not None
        month = judged.ahead.month
        found = next(_breaks([month], [_month(scenario, judged)]), None)
        if found is not None:
            return found, moves
        before = judged.ahead.scenario
    return None, moves


def _month(scenario: Scenario, judged: JudgedMonth) -> ForecastMonth:
    month = judged.ahead.month
    return ForecastMonth(
        month.label,
        judged.monthly_cost,
        {service: cost for service, cost in judged.cost_by_service.items() if cost},
        {name: Decimal(f"{float(factor):.6g}") for name, factor in multiples(scenario, month).items()},
        month.hours,
        judged.failed_gates,
        judged.exceeded_limits,
    )


def _breaks(steps: Sequence[Month], months: Iterable[ForecastMonth]) -> Iterator[ForecastBreak]:
    """The first month of each gate that fails and of each limit that is exceeded."""
    seen: set[object] = set()
    for month, shown in zip(steps, months, strict=True):
        for gate in shown.failed:
            if gate not in seen:
                seen.add(gate)
                yield ForecastBreak(month.label, month.after, gate=gate)
        for limit in shown.exceeded:
            if limit not in seen:
                seen.add(limit)
                yield ForecastBreak(month.label, month.after, limit=limit)


class _Fixes:
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
