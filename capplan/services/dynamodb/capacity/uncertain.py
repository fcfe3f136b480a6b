"""What AWS does not publish about capacity over time: named parameters, each with a low, a central and a high value.

Sources: DynamoDB Developer Guide, "Burst and adaptive capacity" (best effort), "On-demand capacity mode" (may throttle
past double within 30 minutes), "On-demand maximum throughput" (best effort), "Managing throughput capacity
automatically"; AWS SDKs Reference Guide, "Retry behavior" (read 2026-11-23). AWS gives no figure for the delays: these
are what tables in use have shown.
"""

from typing import Any, Literal

from capplan.record import Record
from capplan.services.dynamodb.quotas import BURST_SECONDS

Case = Literal["mild", "central", "harsh"]
"""Every parameter at the end that throttles least, in the middle, or at the end that throttles most."""


class Parameter(Record, frozen=True):
    """One unpublished constant: its lowest, likely and highest value, and which end throttles more."""

    name: str
    low: float
    central: float
    high: float
    unit: str
    harsh_end: Literal["low", "high"]
    meaning: str

    def value(self, case: Case) -> float:
        """The value in a case."""
        if case == "central":
            return self.central
        at_high = (case == "harsh") == (self.harsh_end == "high")
        return self.high if at_high else self.low


PARAMETERS = (
    Parameter("burst_seconds", 0, BURST_SECONDS, BURST_SECONDS, "s", "low", "unused capacity that can be spent later"),
    Parameter(
        "maximum_burst_seconds", 0, 0, BURST_SECONDS, "s", "low", "by which an on-demand maximum may be exceeded"
    ),
    Parameter("metric_minutes", 1, 2, 3, "min", "high", "from the end of a minute until its alarm has acted"),
    Parameter("update_minutes", 0.5, 1, 1, "min", "high", "of UpdateTable up to the warm throughput"),
    Parameter("update_beyond_warm_minutes", 3, 5, 10, "min", "high", "of UpdateTable past the warm throughput"),
    Parameter("growth_minutes", 15, 30, 30, "min", "high", "between two doublings of on-demand throughput"),
    Parameter("sustained_minutes", 1, 1, 5, "min", "high", "a peak has to last to count as the previous one"),
    Parameter("retry_seconds", 0, 1, 20, "s", "low", "for which a client retries a throttled request"),
    Parameter("unseen", 0, 0, 1, "0 or 1", "high", "whether an on-demand table has never served its daily peak"),
    Parameter("uneven_seconds", 0, 0, 1, "0 or 1", "high", "whether arrivals inside a minute are Poisson's"),
)


class Constants(Record, frozen=True):
    """The values of one case, by the names of PARAMETERS; `zero_scales_in`: whether idle tables are scaled in."""

    burst_seconds: float = BURST_SECONDS
    maximum_burst_seconds: float = 0
    metric_minutes: float = 2
    update_minutes: float = 1
    update_beyond_warm_minutes: float = 5
    growth_minutes: float = 30
    sustained_minutes: float = 1
    retry_seconds: float = 1
    unseen: float = 0
    uneven_seconds: float = 0
    zero_scales_in: bool = True


def constants(case: Case = "central") -> Constants:
    """Every parameter in one case."""
    values: dict[str, Any] = {parameter.name: parameter.value(case) for parameter in PARAMETERS}
    return Constants(**values)


CENTRAL = constants()
