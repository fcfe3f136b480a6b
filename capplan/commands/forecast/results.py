"""What a forecast answers: the months to come, what breaks in them, and bands over draws of the scenario's ranges."""

from collections.abc import Mapping
from decimal import Decimal

from capplan.record import Record

Between = tuple[Decimal, Decimal]
"""Two values between which one lies with 95% confidence."""


class MonthBand(Record, frozen=True):
    """A month over all draws.

    Attributes:
        p10, p50, p90: USD that 10%, half and 90% of the draws do not exceed.
        p10_error, p90_error: Between which two values they lie with 95% confidence.
        broken: The share of draws in which a gate fails or a limit is exceeded in this month.
        breaks_by: The share of draws in which one did in this month or before.
    """

    p10: Decimal
    p50: Decimal
    p90: Decimal
    p10_error: Between
    p90_error: Between
    broken: Decimal
    breaks_by: Decimal


class ForecastBands(Record, frozen=True):
    """All months over draws.

    Attributes:
        breaks_in_p10, breaks_in_p50, breaks_in_p90: How many months hold before the first that breaks: 10%, half and 90% of
            the draws break by then. None where so many do not break within the forecast.
    """

    draws: int
    months: tuple[MonthBand, ...]
    breaks_in_p10: int | None
    breaks_in_p50: int | None
    breaks_in_p90: int | None


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
