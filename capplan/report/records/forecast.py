"""What `forecast` answers as JSON: `capplan.forecast/1`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.forecast.results import Forecast, ForecastBreak, ForecastFix, ForecastMonth, MonthBand
from capplan.commands.saved_plan import ScenarioRecord
from capplan.report.record import taken
from capplan.report.records.sweep import LimitName


class ForecastMonthRecord(NamedTuple):
    """The plan of one month.

    Attributes:
        month: Such as 2027-03, or month 4 where no first month is given.
        monthly_cost: USD.
        cost_by_service: USD.
        traffic: What each traffic with a rate is multiplied by.
        hours: How long the month is: 730, or with a first month as the calendar has it.
        failed_gates: Gates that fail.
        exceeded: Limits that are exceeded.
        band: The month over draws of the scenario's ranges; null without any.
    """

    month: str
    monthly_cost: Decimal
    cost_by_service: Mapping[str, Decimal]
    traffic: Mapping[str, Decimal]
    hours: Decimal
    failed_gates: tuple[str, ...]
    exceeded: tuple[LimitName, ...]
    band: MonthBand | None


class SetValue(NamedTuple):
    """A path of the scenario and the value to write; null removes the key."""

    path: str
    to: object


class ForecastFixRecord(NamedTuple):
    """The cheapest recommendation that moves a break.

    Attributes:
        action: What to do.
        changes: What to write.
        monthly_cost_change: USD a month more, or less, in the month of the break.
        until: The month in which the same breaks then; null where it does not within the forecast.
        changes_behavior: What callers or readers would notice; empty for nothing.
    """

    action: str
    changes: tuple[SetValue, ...]
    monthly_cost_change: Decimal | None
    until: str | None
    changes_behavior: str


class ForecastBreakRecord(NamedTuple):
    """A gate that fails, or a limit that is exceeded, from a month on.

    Attributes:
        month: The first month.
        in_months: How many months come before it.
        fix: Null where no recommendation moves it.
    """

    month: str
    in_months: int
    gate: str | None
    limit: LimitName | None
    fix: ForecastFixRecord | None


class BreaksInRecord(NamedTuple):
    """How many months hold before the first that breaks: 10%, half and 90% of the draws break by then.

    Null where so many do not break within the forecast.
    """

    p10: int | None
    p50: int | None
    p90: int | None


class ForecastRecord(NamedTuple):
    """What `capplan forecast` answers with --format json.

    Attributes:
        draws: Of the scenario's ranges, each planned in every month; null without any.
        breaks_in: Over these draws.
    """

    schema: Literal["capplan.forecast/1"]
    capplan_version: str
    scenario: ScenarioRecord
    months: tuple[ForecastMonthRecord, ...]
    breaks: tuple[ForecastBreakRecord, ...]
    steady: tuple[str, ...]
    draws: int | None
    breaks_in: BreaksInRecord | None


def forecast_record(answer: Forecast) -> ForecastRecord:
    """A forecast as JSON has it."""
    bands = answer.bands
    return ForecastRecord(
        "capplan.forecast/1",
        answer.version,
        taken(ScenarioRecord, answer),
        tuple(_month(month, bands.months[i] if bands else None) for i, month in enumerate(answer.months)),
        tuple(map(_break, answer.breaks)),
        answer.steady,
        bands.draws if bands else None,
        BreaksInRecord(bands.breaks_in_p10, bands.breaks_in_p50, bands.breaks_in_p90) if bands else None,
    )


def _month(month: ForecastMonth, band: MonthBand | None) -> ForecastMonthRecord:
    limits = tuple(LimitName(*limit) for limit in month.exceeded)
    hours = Decimal(month.hours)
    return taken(ForecastMonthRecord, month, hours=hours, failed_gates=month.failed, exceeded=limits, band=band)


def _break(found: ForecastBreak) -> ForecastBreakRecord:
    return taken(
        ForecastBreakRecord,
        found,
        in_months=found.index,
        gate=found.gate or None,
        limit=None if found.gate else LimitName(*found.limit),
        fix=None if found.fix is None else _fix(found.fix),
    )


def _fix(fix: ForecastFix) -> ForecastFixRecord:
    changes = tuple(SetValue(path, to) for path, to in fix.changes)
    return taken(ForecastFixRecord, fix, changes=changes, until=fix.until or None)
