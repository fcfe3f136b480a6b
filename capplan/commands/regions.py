"""Plans a scenario in other Regions: cost by service, gates and limits there, and the prices that a Region lacks."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from capplan import __version__
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.gates.judge import without_draws
from capplan.language.load import build
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.price import catalogue_of, cost_by_service, price
from capplan.pipeline.regions_alike import ByRegion
from capplan.pipeline.results import Plan
from capplan.pipeline.what_if import apply
from capplan.pricing.catalogue import regions as all_regions
from capplan.record import Record
from capplan.timeline import no_progress


class InRegion(Record, frozen=True):
    """A scenario in one Region.

    Attributes:
        region: AWS's code.
        monthly_cost: USD; None where a price is missing or the scenario cannot be planned.
        change: Monthly cost less that of the scenario's own Region, USD.
        cost_by_service: USD a month; of a Region with missing prices only what is priced.
        lacks: Price keys that the scenario needs and nobody has read there.
        failed: Gates that fail.
        exceeded: Limits that are exceeded, as resource and limit: AWS's quotas differ by Region.
        why_not: Why the scenario cannot be planned there, other than for a price.
    """

    region: str
    monthly_cost: Decimal | None
    change: Decimal | None = None
    cost_by_service: Mapping[str, Decimal] = {}
    lacks: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    exceeded: tuple[tuple[str, str], ...] = ()
    why_not: str = ""


class ComparedRegions(Record, frozen=True):
    """A scenario in several Regions: those with all prices first, the cheapest first."""

    name: str
    file: str
    sha256: str
    region: str
    version: str
    regions: tuple[InRegion, ...]
    own_prices: tuple[str, ...] = ()
    """Prices that the scenario gives itself: they are the same in every Region."""
    without_draws: tuple[str, ...] = ()
    """Gates on a percentile or a chance: they are judged at the likely values of the ranges."""


def compare_regions(
    scenario: Scenario,
    regions: Sequence[str] = (),
    *,
    seed: int = 0,
    progress: Callable[[float, str], None] = no_progress,
) -> ComparedRegions:
    """The scenario in its own Region and in others.

    Args:
        scenario: The scenario.
        regions: AWS's codes of the others; empty for every Region with prices.
        seed: Random seed.
        progress: Called with the share done and the Region.

    Raises:
        CapplanError: The scenario cannot be planned in its own Region.
    """
    by_region = ByRegion(seed)
    home = plan(scenario, seed=seed, findings=False, metered=by_region.meter(scenario))
    others = [region for region in regions or all_regions() if region != scenario.region]
    found = [_of_plan(scenario.region, home, home.monthly_cost)]
    for i, region in enumerate(others):
        progress(i / len(others), region)
        found.append(_in_region(scenario, region, seed, by_region, home.monthly_cost))
    ranked = sorted(found, key=lambda r: (r.monthly_cost is None, r.monthly_cost or 0, len(r.lacks), r.region))
    own_prices = tuple(sorted(scenario.prices))
    return ComparedRegions(
        scenario.name, scenario.file, scenario.sha256, scenario.region, __version__, tuple(ranked), own_prices,
        without_draws(home.gates),
    )  # fmt: skip


def _in_region(scenario: Scenario, region: str, seed: int, by_region: ByRegion, at_home: Decimal) -> InRegion:
    try:
        data = apply(scenario.data, [Change("region", region)])
        moved = build(scenario.doc, scenario.files, scenario.sha256, data, scenario)
        metered = by_region.meter(moved)
        priced = price(metered, catalogue_of(moved), None)
        if priced.missing:
            lacks = tuple(sorted({missing.key for missing in priced.missing}))
            return InRegion(region, None, cost_by_service=_costs(cost_by_service(priced)), lacks=lacks)
        return _of_plan(region, plan(moved, seed=seed, findings=False, metered=metered), at_home)
    except CapplanError as error:
        said = error.diagnostics[0].message if error.diagnostics else error.summary
        return InRegion(region, None, why_not=said)


def _of_plan(region: str, answer: Plan, at_home: Decimal) -> InRegion:
    return InRegion(
        region,
        answer.monthly_cost,
        answer.monthly_cost - at_home,
        _costs(answer.cost_by_service),
        failed=answer.failed_gates,
        exceeded=answer.exceeded_limits,
    )


def _costs(by_service: Mapping[str, Decimal]) -> Mapping[str, Decimal]:
    return {service: cost for service, cost in by_service.items() if cost}
