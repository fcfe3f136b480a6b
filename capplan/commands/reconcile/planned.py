"""What a plan expects of a bill: quantities and costs by SKU and resource, for the days that the bill covers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan.commands.reconcile.bill import Bill
from capplan.language.scenario import Scenario
from capplan.model import Charge
from capplan.pipeline.meter import Metered, meter
from capplan.pipeline.price import Priced, catalogue_of, missing_prices, owners_of, price
from capplan.pricing.catalogue import Catalogue
from capplan.pricing.rating import LineItem, rate
from capplan.record import replace
from capplan.services.bills import is_monthly
from capplan.units import MONTH_HOURS

Place = tuple[str, str, str]
"""A Region, a price key and the label of a resource."""


class Planned(NamedTuple):
    """A SKU of a resource in the plan, for the days of the bill.

    Attributes:
        quantity: All usage, with what commitments and allowances pay for.
        listed: Its cost at list prices.
        commitment, allowance, discount: What each changes; 0 or less, but for what is committed.
        cost: All of it.
    """

    quantity: Fraction
    listed: Fraction
    commitment: Fraction
    allowance: Fraction
    discount: Fraction
    unit: str

    @property
    def cost(self) -> Fraction:
        """USD."""
        return self.listed + self.commitment + self.allowance + self.discount


class Expected(NamedTuple):
    """The plan: by place, and by the keys that it has only once, such as an import of data."""

    priced: Priced
    catalogue: Catalogue
    cells: Mapping[Place, Planned]
    once: frozenset[tuple[str, str]]
    monthly_cost: Decimal
    """Of a month of 730 hours, as `estimate` says it."""


def expected(scenario: Scenario, bill: Bill, today: date | None, seed: int) -> Expected:
    """The plan of a scenario for the days of a bill. Raises CapplanError where a price is missing."""
    metered = meter(scenario, seed)
    catalogue = catalogue_of(scenario)
    actual = price(metered, catalogue, today)
    if actual.missing:
        raise missing_prices(scenario, actual.missing)
    gross = actual
    if scenario.commitments and not bill.is_plan:
        gross = price(_without_commitments(metered), catalogue, today)
    account = scenario.account
    of_gross = _scaled(gross, bill, catalogue)
    of_actual = _scaled(actual, bill, catalogue)
    listed = _costs(gross, of_gross, catalogue, today, free_tier=False)
    committed = _costs(actual, of_actual, catalogue, today, free_tier=False)
    free = _costs(actual, of_actual, catalogue, today, free_tier=account.free_tier)
    paid = _costs(actual, of_actual, catalogue, today, free_tier=account.free_tier, discount=account.discount)
    quantities: dict[Place, Fraction] = {}
    units: dict[Place, str] = {}
    for place, charge in _places(gross, of_gross, catalogue):
        quantities[place] = quantities.get(place, Fraction(0)) + charge.quantity
        units[place] = charge.unit
    units |= {place: charge.unit for place, charge in _places(actual, of_actual, catalogue)}
    cells = {}
    for place, unit in units.items():
        base, with_commitments, with_free, all_of_it = (
            of.get(place, Fraction(0)) for of in (listed, committed, free, paid)
        )
        if not (base or with_commitments or quantities.get(place)):
            continue
        cells[place] = Planned(
            quantities.get(place, Fraction(0)),
            base,
            with_commitments - base,
            with_free - with_commitments,
            all_of_it - with_free,
            unit,
        )
    keys = {(region, key) for region, key, _ in cells}
    once = {
        (catalogue.of(c.region).region, c.price)
        for of_one in actual.charges.values()
        for c in of_one
        if c.frequency == "one_time"
    }
    return Expected(actual, catalogue, cells, frozenset(once - keys), actual.monthly_cost)


def used(scenario: Scenario, bill: Bill, seed: int, base: Priced | None = None) -> tuple[Priced, dict[Place, Fraction]]:
    """What a scenario uses in the days of a bill, whatever pays for it; `base` is the plan before a change of it.

    Raises:
        CapplanError: It cannot be planned.
    """
    metered = meter(scenario, seed, base=None if base is None else base.metered)
    priced = price(metered if bill.is_plan else _without_commitments(metered), catalogue_of(scenario), None, base)
    out: dict[Place, Fraction] = {}
    for place, charge in _places(priced, _scaled(priced, bill, priced.catalogue), priced.catalogue):
        out[place] = out.get(place, Fraction(0)) + charge.quantity
    return priced, out


def _places(priced: Priced, charges: Iterable[Charge], catalogue: Catalogue) -> Iterator[tuple[Place, Charge]]:
    owners = owners_of(priced.metered.scenario, priced.charges)
    for charge in charges:
        yield _place(charge.region, charge.price, owners[charge.id], catalogue), charge


def _without_commitments(metered: Metered) -> Metered:
    return replace(metered, scenario=replace(metered.scenario, commitments=()))


def _scaled(priced: Priced, bill: Bill, catalogue: Catalogue) -> list[Charge]:
    """The month's charges for the days of the bill."""
    hours, share = Fraction(bill.hours) / MONTH_HOURS, Fraction(bill.month_share)
    return [
        c
        if (by := share if monthly_unit(c.price, c.unit, c.region, catalogue) else hours) == 1
        else replace(c, quantity=c.quantity * by)
        for of_one in priced.charges.values()
        for c in of_one
        if c.frequency != "one_time"
    ]


def monthly_unit(key: str, unit: str, region: str, catalogue: Catalogue) -> bool:
    """Whether a charge is for the month, however many hours it has."""
    listed = catalogue.of(region).price(key)
    return key.endswith(".upfront") or is_monthly(key, unit) or (listed is not None and is_monthly(key, listed.unit))


def _costs(
    priced: Priced,
    charges: Sequence[Charge],
    catalogue: Catalogue,
    today: date | None,
    *,
    free_tier: bool,
    discount: Decimal = Decimal(0),
) -> dict[Place, Fraction]:
    """USD by place."""
    owners = owners_of(priced.metered.scenario, priced.charges)
    lines = rate(charges, catalogue, free_tier=free_tier, discount=discount, today=today, owners=owners).lines
    return by_place(lines, catalogue)


def by_place(lines: Iterable[LineItem], catalogue: Catalogue) -> dict[Place, Fraction]:
    """USD by place."""
    out: dict[Place, Fraction] = {}
    for line in lines:
        place = _place(line.region, line.price_key, line.resource, catalogue)
        out[place] = out.get(place, Fraction(0)) + Fraction(line.contracted_cost)
    return out


def _place(region: str, key: str, resource: str, catalogue: Catalogue) -> Place:
    return region or catalogue.region, key, resource
