"""What `forecast` answers as JSON: `capplan.forecast/1`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.forecast import Forecast, ForecastBreak, ForecastFix, ForecastMonth
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
    """

    month: str
    monthly_cost: Decimal
    cost_by_service: Mapping[str, Decimal]
    traffic: Mapping[str, Decimal]
    hours: Decimal
    failed_gates: tuple[str, ...]
    exceeded: tuple[LimitName, ...]


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


class ForecastRecord(NamedTuple):
    """What `capplan forecast` answers with --format json."""

    schema: Literal["capplan.forecast/1"]
    capplan_version: str
    scenario: ScenarioRecord
    months: tuple[ForecastMonthRecord, ...]
    breaks: tuple[ForecastBreakRecord, ...]
    steady: tuple[str, ...]


def forecast_record(answer: Forecast) -> ForecastRecord:
    """A forecast as JSON has it."""
    return ForecastRecord(
        "capplan.forecast/1",
        answer.version,
        taken(ScenarioRecord, answer),
        tuple(map(_month, answer.months)),
        tuple(map(_break, answer.breaks)),
        answer.steady,
    )


def _month(month: ForecastMonth) -> ForecastMonthRecord:
    limits = tuple(LimitName(*limit) for limit in month.exceeded)
    hours = Decimal(month.hours)
    return taken(ForecastMonthRecord, month, hours=hours, failed_gates=month.failed, exceeded=limits)


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
