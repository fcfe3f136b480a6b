"""Prices the charges of all resources together, as tiers apply to the account, and sums them up."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from capplan.errors import CapplanError
from capplan.language.scenario import Resource, Scenario
from capplan.model import Charge, Context
from capplan.pipeline.calendar_month import in_calendar_month
from capplan.pipeline.commitments import committed
from capplan.pipeline.implied import address_of
from capplan.pipeline.meter import Metered, sections_alike
from capplan.pipeline.results import Prices
from capplan.pricing.catalogue import Catalogue, known_since, load_prices
from capplan.pricing.rating import LineItem, MissingPrice, Rated, is_in_first_tier, rate, steps_of
from capplan.record import Record, replace
from capplan.resource_type import MeteredResource, ResourceType
from capplan.services import SERVICES


def charges_of(resource: Resource, usage: Any, ctx: Context) -> tuple[Charge, ...]:  # noqa: ANN401  each service has its own usage
    """A resource's charges, with ids that are unique in the scenario."""
    charges: tuple[Charge, ...] = resource.type.charge(MeteredResource(resource.name, resource.spec, usage, ctx))
    if resource.label == resource.name:
        return charges
    return tuple(replace(c, id=resource.label + c.id[len(resource.name) :]) for c in charges)


def priced_charges(resource: Resource, usage: Any, ctx: Context, catalogue: Catalogue) -> tuple[Charge, ...]:  # noqa: ANN401  as above
    """A resource's charges; of one that the scenario does not declare only those that have a price in the Region."""
    charges = charges_of(resource, usage, ctx)
    if not resource.implied_by:
        return charges
    return tuple(c for c in charges if catalogue.price(c.price) is not None)


def catalogue_of(scenario: Scenario) -> Catalogue:
    """The Region's prices, replaced by the scenario's own where it has some."""
    return load_prices(scenario.region, scenario.prices, scenario.prices_on)


class Priced(Record, frozen=True, dict=True):
    """A metered scenario with its line items."""

    metered: Metered
    catalogue: Catalogue
    charges: Mapping[str, tuple[Charge, ...]]
    lines: tuple[LineItem, ...]
    missing: tuple[MissingPrice, ...]

    @cached_property
    def unpriced(self) -> tuple[Charge, ...]:
        """Charges of what the scenario does not declare, which have no price in the Region: the bill has them."""
        known, metered = self.charges, self.metered
        return tuple(
            charge
            for address, resource in metered.scenario.resources.items()
            if resource.implied_by
            for charge in charges_of(resource, metered.usage[address], metered.context)
            if charge.id not in {c.id for c in known[address]}
        )

    @cached_property
    def cost_by_resource(self) -> Mapping[str, Decimal]:
        """Monthly cost by address."""
        owner = {charge.id: address for address, charges in self.charges.items() for charge in charges}
        out = dict.fromkeys(self.metered.scenario.resources, Decimal(0))
        for line in self.lines:
            if line.charge_frequency != "one_time":
                out[owner[line.charge_id]] += line.contracted_cost
        return out

    def cost_of(self, address: str) -> Decimal | None:
        """Monthly cost of one resource; None where there is none at the address."""
        return self.cost_by_resource.get(address)

    @cached_property
    def lines_by_charge(self) -> Mapping[str, tuple[LineItem, ...]]:
        """Line items by the id of their charge."""
        out: dict[str, tuple[LineItem, ...]] = {}
        for line in self.lines:
            out[line.charge_id] = (*out.get(line.charge_id, ()), line)
        return out

    @cached_property
    def causes_by_implied(self) -> Mapping[str, tuple[tuple[int, str], ...]]:
        """By the address of what is implied: the resources that imply it, each with its place among all that imply anything."""
        out: dict[str, dict[int, str]] = {}
        for place, (cause, every) in enumerate(self.metered.implied.items()):
            for implied in every:
                out.setdefault(address_of(implied), {})[place] = cause
        return {address: tuple(causes.items()) for address, causes in out.items()}

    @cached_property
    def tiered(self) -> Mapping[tuple[str, str], int]:
        """By Region and price key: what is charged of each price that has tiers, in the steps of `rating`."""
        return tiered_steps(self.catalogue, (charge for of_one in self.charges.values() for charge in of_one))

    @cached_property
    def has_unknown_tiers(self) -> bool:
        """Whether a price that is charged has a tier that nobody has read."""
        return bool(_unknown_from(self.charges, self.catalogue))

    @cached_property
    def monthly_cost(self) -> Decimal:
        """Monthly contracted cost, without one-time line items."""
        return monthly(self.lines)


def monthly(lines: Iterable[LineItem]) -> Decimal:
    """Monthly contracted cost of line items, without one-time ones."""
    return sum((x.contracted_cost for x in lines if x.charge_frequency != "one_time"), Decimal(0))


def price(
    metered: Metered,
    catalogue: Catalogue,
    today: date | None,
    base: Priced | None = None,
    unknown: Collection[str] = (),
) -> Priced:
    """The metered scenario with the line items of all charges.

    Args:
        metered: The scenario.
        catalogue: The Region's prices.
        today: The day from which a price's age is counted.
        base: The plan before a change, of the same prices and day: charges and lines that are the same are taken from it.
        unknown: Addresses of resources whose charges nobody knows yet: they have none.
    """
    scenario = metered.scenario
    if base is None or not _rates_apart(base, scenario):
        ctx = metered.context
        plain = {
            a: () if a in unknown else priced_charges(r, metered.usage[a], ctx, catalogue)
            for a, r in scenario.resources.items()
        }
        all_charges = _within_known_tiers(committed(metered, _at_least(scenario, plain)), scenario, catalogue)
        every = [c for of_one in all_charges.values() for c in of_one]
        rated = rate_charges(every, scenario, catalogue, today, owners_of(scenario, all_charges))
        return Priced(metered, catalogue, all_charges, rated.lines, rated.missing)
    sections = sections_alike(base.metered.context, metered.context)
    known = {
        a
        for a, r in scenario.resources.items()
        if r.section.key in sections and _charged_alike(base.metered, metered, a)
    }
    charges: Mapping[str, tuple[Charge, ...]] = {
        a: base.charges[a] if a in known else priced_charges(r, metered.usage[a], metered.context, catalogue)
        for a, r in scenario.resources.items()
    }
    changed: Mapping[str, tuple[Charge, ...]] = {a: of_one for a, of_one in charges.items() if a not in known}
    if base.has_unknown_tiers or _unknown_from(changed, catalogue):
        charges = changed = _within_known_tiers(charges, scenario, catalogue)
    tiers = _tiers_that_move(base, scenario, changed)
    again = changed if not tiers else charges
    anew = [c for a, of_one in again.items() for c in of_one if a not in known or (c.region, c.price) in tiers]
    rated = rate_charges(anew, scenario, catalogue, today, owners_of(scenario, again))
    lines = dict(base.lines_by_charge)
    lines.update(dict.fromkeys((c.id for c in anew), ()))
    for line in rated.lines:
        lines[line.charge_id] = (*lines[line.charge_id], line)
    in_order = tuple(line for of_one in charges.values() for c in of_one for line in lines.get(c.id, ()))
    return Priced(metered, catalogue, charges, in_order, rated.missing)


def _tiers_that_move(
    base: Priced, scenario: Scenario, changed: Mapping[str, tuple[Charge, ...]]
) -> Collection[tuple[str, str]]:
    """Prices with tiers, by Region and key, of which what is charged alike may be in other tiers than in the base.

    Within the first tier a charge costs the same whatever the others are.
    """
    if scenario.billed_month is not None:
        return base.tiered.keys()
    gone = base.metered.scenario.resources.keys() - scenario.resources.keys()
    before = tiered_steps(base.catalogue, (c for a in (*changed, *gone) for c in base.charges.get(a, ())))
    after = tiered_steps(base.catalogue, (c for of_one in changed.values() for c in of_one))
    out = set[tuple[str, str]]()
    for sku, total in base.tiered.items():
        price_ = base.catalogue.of(sku[0]).price(sku[1])
        now = total - before.get(sku, 0) + after.get(sku, 0)
        if price_ is None or not is_in_first_tier(price_, max(total, now)):
            out.add(sku)
    return out


def _at_least(scenario: Scenario, charges: Mapping[str, tuple[Charge, ...]]) -> Mapping[str, tuple[Charge, ...]]:
    """The charges with what the account is billed at least for all resources of a type."""
    out = dict(charges)
    for type_ in _with_minimum(scenario):
        of_type = {r.label: r for r in scenario.resources.values() if r.type is type_}
        specs = {label: r.spec for label, r in of_type.items()}
        after = type_.at_least(specs, {label: charges[r.address] for label, r in of_type.items()})
        out |= {r.address: after[label] for label, r in of_type.items()}
    return out


def _with_minimum(scenario: Scenario) -> Iterable[ResourceType[Any, Any]]:
    types = dict.fromkeys(resource.type for resource in scenario.resources.values())
    return [type_ for type_ in types if type(type_).at_least is not ResourceType.at_least]


def _within_known_tiers(
    charges: Mapping[str, tuple[Charge, ...]], scenario: Scenario, catalogue: Catalogue
) -> Mapping[str, tuple[Charge, ...]]:
    """The charges without those of undeclared resources that reach a tier whose price is not known in the Region."""
    unknown = _unknown_from(charges, catalogue)
    if not unknown:
        return charges
    totals: dict[str, Fraction] = {}
    for of_one in charges.values():
        for charge in of_one:
            if charge.price in unknown:
                totals[charge.price] = totals.get(charge.price, Fraction(0)) + charge.quantity
    beyond = {key for key, begin in unknown.items() if totals[key] > begin}
    return {
        a: tuple(c for c in of_one if c.price not in beyond) if scenario.resources[a].implied_by else of_one
        for a, of_one in charges.items()
    }


def _unknown_from(charges: Mapping[str, tuple[Charge, ...]], catalogue: Catalogue) -> dict[str, Decimal]:
    """Prices with a tier that nobody has read, and the quantity from which it applies."""
    out: dict[str, Decimal] = {}
    for key in {charge.price for of_one in charges.values() for charge in of_one}:
        price_ = catalogue.price(key)
        if price_ is not None and price_.tiers[-1].price is None:
            out[key] = price_.tiers[-1].begin
    return out


def _rates_apart(base: Priced, scenario: Scenario) -> bool:
    """Whether a charge of a price without tiers costs the same whatever else the account is charged."""
    before = base.metered.scenario
    return (
        not base.missing
        and not before.commitments
        and not scenario.commitments
        and not scenario.account.free_tier
        and not _with_minimum(scenario)
        and scenario.account.discount == before.account.discount
        and before.account.free_tier == scenario.account.free_tier
    )


def _charged_alike(before: Metered, after: Metered, address: str) -> bool:
    """Whether a resource is the same, with the same usage."""
    old, new = before.scenario.resources.get(address), after.scenario.resources[address]
    return (
        old is not None
        and old.spec is new.spec
        and old.label == new.label
        and before.usage[address] is after.usage[address]
    )


def tiered_steps(catalogue: Catalogue, charges: Iterable[Charge]) -> dict[tuple[str, str], int]:
    """By Region and price key: what charges take of each price that has tiers."""
    out: dict[tuple[str, str], int] = {}
    for charge in charges:
        if is_tiered(catalogue, charge):
            sku = charge.region, charge.price
            out[sku] = out.get(sku, 0) + steps_of(charge)
    return out


def is_tiered(catalogue: Catalogue, charge: Charge) -> bool:
    """Whether its price has tiers, which all charges of the account share."""
    entry = catalogue.of(charge.region).price(charge.price)
    return entry is not None and len(entry.tiers) > 1


MAX_USD = 10**12
"""A month's cost of one line item: more is a typing error. With at most 100,000 lines, totals keep all 28 digits."""


def owners_of(scenario: Scenario, charges: Mapping[str, Sequence[Charge]]) -> dict[str, str]:
    """The resource's label, by charge id."""
    return {c.id: scenario.resources[address].label for address, of_address in charges.items() for c in of_address}


def rate_charges(
    charges: Sequence[Charge],
    scenario: Scenario,
    catalogue: Catalogue,
    today: date | None,
    owners: Mapping[str, str] | None = None,
) -> Rated:
    """Charges, rated with the account's Free Tier and discount."""
    account = scenario.account
    discount = account.discount
    if scenario.billed_month is not None:
        charges = in_calendar_month(charges, scenario.billed_month)
    day = today or catalogue.day
    rated = rate(charges, catalogue, free_tier=account.free_tier, discount=discount, today=day, owners=owners)
    beyond = next((line for line in rated.lines if line.list_cost > MAX_USD), None)
    if beyond is not None:
        raise _beyond(scenario, beyond)
    return rated


def _beyond(scenario: Scenario, line: LineItem) -> CapplanError:
    """An error for a line that costs more than is taken."""
    written = (r for r in scenario.resources.values() if r.label == line.resource and not r.implied_by)
    place = next(([r.section.key, r.name] for r in written), ["name"])
    message = f"{line.id} costs more than {MAX_USD:,} USD a month"
    return CapplanError((scenario.doc.diagnostic(place, message, "a rate, a size or a price is too large", key=True),))


def usd_of(charge: Charge, scenario: Scenario, catalogue: Catalogue) -> Decimal | None:
    """The cost of a charge alone, without the Free Tier; None where it has no price."""
    rated = rate([charge], catalogue, free_tier=False, discount=scenario.account.discount, today=None)
    return None if rated.missing else sum((x.contracted_cost for x in rated.lines), Decimal(0))


def missing_prices(scenario: Scenario, missing: Sequence[MissingPrice]) -> CapplanError:
    """An error with all missing prices, and the lines of YAML that supply them."""
    day = scenario.prices_on
    width = max(len(m.key) for m in missing)
    own = [m for m in missing if m.region in ("", scenario.region)]
    others = sorted({m.region for m in missing if m not in own})
    diagnostics = tuple(
        scenario.doc.diagnostic(
            ["region"],
            f"no price in {m.region or scenario.region} for {m.key} ({', '.join(m.resources)})"
            + ("" if day is None else f" on {day}{_known_since(m.region or scenario.region, m.key)}"),
            f"write under prices: {m.key}: <price> USD"
            if m in own
            else f"write under prices: {m.region}: {{{m.key}: <price> USD}}",
        )
        for m in missing
    )
    needed = [f"  {m.key:{width}}  {', '.join(m.resources)}" for m in missing]
    lines = [f"  {m.key}: <price> USD" for m in own]
    for other in others:
        lines += [f"  {other}:", *(f"    {m.key}: <price> USD" for m in missing if m.region == other)]
    named = ", ".join([*([scenario.region] if own else []), *others])
    text = [f"prices missing in {named}, no total:", *needed, "add to the scenario:", "prices:", *lines]
    return CapplanError(diagnostics, "\n".join(text))


def _known_since(region: str, key: str) -> str:
    """Since when a price is known that is not on the day that was asked for."""
    first = known_since(region, key)
    return "" if first is None else f": it is known since {first}"


def cost_by_service(priced: Priced) -> dict[str, Decimal]:
    """Monthly cost by service, including services without cost."""
    out = dict.fromkeys((service.id for service in SERVICES), Decimal(0))
    for line in priced.lines:
        if line.charge_frequency != "one_time":
            out[line.service] += line.contracted_cost
    return out


def cost_by_region(priced: Priced) -> dict[str, Decimal]:
    """Monthly cost by Region, the scenario's own first."""
    out = {priced.metered.scenario.region: Decimal(0)}
    for line in priced.lines:
        if line.charge_frequency != "one_time":
            out[line.region] = out.get(line.region, Decimal(0)) + line.contracted_cost
    return out


def cost_by_tag(priced: Priced) -> dict[tuple[str, str], Decimal]:
    """Monthly cost by tag: (key, value)."""
    out: dict[tuple[str, str], Decimal] = {}
    costs = priced.cost_by_resource
    for address, resource in priced.metered.scenario.resources.items():
        for pair in (getattr(resource.spec, "tags", None) or {}).items():
            out[pair] = out.get(pair, Decimal(0)) + costs[address]
    return out


def prices_of(priced: Priced) -> Prices:
    """The source and age of the prices of a plan."""
    catalogue, lines = priced.catalogue, priced.lines
    used = sorted({(x.region, x.price_key) for x in lines})
    checked = sorted(
        p.checked
        for region, key in used
        if (p := catalogue.of(region).price(key)) is not None and p.checked is not None
    )
    others = {region for region, _ in used} - {catalogue.region}
    confidences = tuple(sorted({x.price_confidence for x in lines}))
    stale = tuple(sorted({x.price_key for x in lines if x.stale}))
    return Prices(
        catalogue.fingerprint(others),
        checked[0] if checked else None,
        checked[-1] if checked else None,
        confidences,
        stale,
        catalogue.day,
    )
