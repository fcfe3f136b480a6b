"""What a forecast says of its months over draws of the scenario's ranges."""

from decimal import Decimal

from capplan.record import Record

DRAWS = 40
"""Each is planned in every month."""

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
