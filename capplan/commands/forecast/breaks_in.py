"""Computes `forecast.breaks_in` where gates name it: the months before the first in which something breaks."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from capplan.gates.observed import ObservedMetric
from capplan.language.gate_syntax import FORECAST, forecast_comparisons, on_forecast
from capplan.language.gate_units import MONTH
from capplan.language.months import needs_calendar
from capplan.language.scenario import Scenario
from capplan.pipeline.results import Verdict
from capplan.record import replace

BREAKS_IN = f"{FORECAST}breaks_in"


class Ahead(NamedTuple):
    """The metric under its name, and in words what breaks, or that nothing does."""

    metrics: Mapping[str, ObservedMetric]
    why: str = ""


def unplanned(why: str = "it is planned only where a gate names it") -> Ahead:
    """That it is not known."""
    return Ahead({BREAKS_IN: ObservedMetric(None, MONTH, why_unknown=why, floor=True)})


def ahead_of(scenario: Scenario, today: date | None, seed: int, verdicts: Sequence[Verdict], *, drawn: bool) -> Ahead:
    """How long every other gate and every limit holds: as far as the gates that ask need to know.

    Where nothing breaks until then, the value is the first month that was not planned: every bound that a gate sets is below.

    Args:
        scenario: The scenario of today.
        today: As of the plan.
        seed: As of the plan.
        verdicts: Today's, on the gates that are not on months to come.
        drawn: Whether these are over draws of ranges; months to come are planned at the likely values only.
    """
    asked = [
        figure.value for gate in scenario.gates for _, figure in forecast_comparisons(gate.test) if figure is not None
    ]
    if not asked:
        return unplanned()
    path = needs_calendar(scenario)
    if path and today is None:
        return unplanned(f"{path} needs a calendar: give --today, such as --today 2027-01-15")
    failing = next((verdict.gate for verdict in verdicts if verdict.verdict == "fail"), None)
    if failing is not None:
        return Ahead({BREAKS_IN: ObservedMetric(Fraction(0), MONTH, floor=True)}, f"breaks today: {failing}")
    from capplan.commands.forecast.forecast import first_break  # noqa: PLC0415  a forecast is many plans, each made by `plan`

    months = int(max(asked)) + 1
    first = None if not path or today is None else (today.year, today.month)
    passing = {verdict.gate for verdict in verdicts}
    untold: list[str] = []
    while True:
        found, moves = first_break(scenario, months, first=first, today=today, seed=seed)
        if not drawn or found is None or found.index or found.gate not in passing:
            break
        untold.append(found.gate)  # it holds today over the draws, and the likely values alone would fail it
        scenario = replace(scenario, gates=tuple(gate for gate in scenario.gates if gate.text != found.gate))
    if found is not None:
        what = found.gate or " ".join(found.limit)
        when = "today" if found.index == 0 else f"in {found.month}"
        value, why = found.index, f"breaks {when}: {what}"
    else:
        value = months
        why = f"nothing breaks in {months} months" if moves else "nothing grows, and nothing is broken today"
    if scenario.ranges:
        why += " (months to come at the likely values, not over draws)" if drawn else " (at the likely values)"
    if untold:
        why += f"; not judged in months to come: {', '.join(untold)}"
    return Ahead({BREAKS_IN: ObservedMetric(Fraction(value), MONTH, floor=True)}, why)


def with_why(verdicts: Sequence[Verdict], scenario: Scenario, ahead: Ahead) -> tuple[Verdict, ...]:
    """The verdicts, those on months to come with what breaks first; recommendations are not planned for them."""
    asking = {(gate.text, gate.line, gate.column) for gate in scenario.gates if on_forecast(gate)}
    return tuple(
        replace(verdict, why=ahead.why, fixes=() if verdict.verdict != "pass" else verdict.fixes)
        if (verdict.gate, verdict.line, verdict.column) in asking
        else verdict
        for verdict in verdicts
    )
