"""Plans the months to come: traffic that grows, is seasonal or is launched, and what is stored; and when something breaks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from capplan import __version__
from capplan.commands.forecast.fixes import Fixes
from capplan.commands.forecast.judged_months import JudgedMonth, judged_months
from capplan.commands.forecast.months_ahead import MonthAhead
from capplan.commands.forecast.results import Forecast, ForecastBreak, ForecastMonth
from capplan.errors import CapplanError, Diagnostic
from capplan.language.months import Month, months_from, multiples, needs_calendar
from capplan.language.scenario import Scenario
from capplan.timeline import no_progress

DRAWS = 40
"""Of the ranges; each is planned in every month."""


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
        breaks = tuple(map(Fixes(scenario, of_month, steps, today, seed).of, breaks))
    bands = None
    if draws and scenario.ranges:
        from capplan.commands.forecast.bands import bands_of  # noqa: PLC0415  only where there are ranges

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
