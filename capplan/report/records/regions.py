"""What `compare-regions` answers as JSON: `capplan.regions/1`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.regions import ComparedRegions, InRegion
from capplan.commands.saved_plan import ScenarioRecord
from capplan.report.record import taken
from capplan.report.records.sweep import LimitName


class RegionRecord(NamedTuple):
    """The scenario in one Region.

    Attributes:
        monthly_cost: USD; null where a price is missing or the scenario cannot be planned there.
        change: Less the monthly cost in the scenario's own Region, USD.
        cost_by_service: USD a month; where a price is missing only what is priced.
        lacks: Price keys that nobody has read there.
        failed_gates: Gates that fail there.
        exceeded: Limits that are exceeded there.
        why_not: Why it cannot be planned there, other than for a price.
    """

    region: str
    monthly_cost: Decimal | None
    change: Decimal | None
    cost_by_service: Mapping[str, Decimal]
    lacks: tuple[str, ...]
    failed_gates: tuple[str, ...]
    exceeded: tuple[LimitName, ...]
    why_not: str | None


class RegionsRecord(NamedTuple):
    """What `capplan compare-regions` answers with --format json: the cheapest first, then those without all prices.

    Attributes:
        without_draws: Gates on a percentile or a chance: they are judged at the likely values of the ranges.
    """

    schema: Literal["capplan.regions/1"]
    capplan_version: str
    scenario: ScenarioRecord
    regions: tuple[RegionRecord, ...]
    own_prices: tuple[str, ...]
    without_draws: tuple[str, ...]


def regions_record(answer: ComparedRegions) -> RegionsRecord:
    """Compared Regions as JSON has them."""
    return RegionsRecord(
        "capplan.regions/1",
        answer.version,
        taken(ScenarioRecord, answer),
        tuple(map(_region, answer.regions)),
        answer.own_prices,
        answer.without_draws,
    )


def _region(of: InRegion) -> RegionRecord:
    limits = tuple(LimitName(*limit) for limit in of.exceeded)
    return taken(RegionRecord, of, failed_gates=of.failed, exceeded=limits, why_not=of.why_not or None)
