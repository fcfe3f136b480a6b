"""Computes the order of magnitude of what the bill has and the answer does not: what is left out, prices that nobody has read."""

from fractions import Fraction

from capplan.model import Charge, NotIncluded
from capplan.pipeline.price import Priced, usd_of
from capplan.pipeline.results import NotIncludedCost
from capplan.quantities.text import figure, with_unit
from capplan.services import SERVICES


def not_included(priced: Priced) -> tuple[NotIncludedCost, ...]:
    """Each service with its cost, the largest first; a message that several resources read is counted once."""
    metered = priced.metered
    usage: dict[tuple[str, str], tuple[NotIncluded, Fraction]] = {}
    for address, resource in metered.scenario.resources.items():
        for item in resource.type.not_included(metered.resource(address)):
            key = (item.what, item.shared)
            _, known = usage.get(key, (item, Fraction(0)))
            usage[key] = (item, max(known, item.monthly) if item.shared else known + item.monthly)
    whole: dict[str, tuple[NotIncluded, Fraction]] = {}
    for item, quantity in usage.values():
        whole[item.what] = (item, whole.get(item.what, (item, Fraction(0)))[1] + quantity)
    costs = [_cost(priced, item, quantity) for item, quantity in whole.values() if quantity]
    costs += _unpriced(priced)
    return tuple(sorted(costs, key=lambda c: (c.monthly_cost_about is None, -(c.monthly_cost_about or 0), c.what)))


def _unpriced(priced: Priced) -> list[NotIncludedCost]:
    """What follows by itself and has no price in the Region, one for each price."""
    by_price: dict[str, list[Charge]] = {}
    for charge in priced.unpriced:
        by_price.setdefault(charge.price, []).append(charge)
    labels = {service.id: service.label for service in SERVICES}
    region, out = priced.metered.scenario.region, []
    for key, charges in by_price.items():
        quantity = with_unit(figure(sum((c.quantity for c in charges), Fraction(0))), charges[0].unit)
        what = f"{labels[charges[0].service]}: {charges[0].description}"
        out.append(NotIncludedCost(what, f"{quantity} a month; no price of {key} is known in {region}", None))
    return out


def _cost(priced: Priced, item: NotIncluded, quantity: Fraction) -> NotIncludedCost:
    scenario = priced.metered.scenario
    alone = Charge(item.what, item.price, item.what, quantity, item.unit)
    about = usd_of(alone, scenario, priced.catalogue) if item.price else None
    unknown = (
        ""
        if about is not None
        else f"; no price of it is known in {scenario.region}"
        if item.price
        else "; its price is not known"
    )
    assuming = f" ({item.assuming})" if item.assuming else ""
    why = f"{item.because}: {with_unit(figure(quantity), item.unit)} a month{assuming}{unknown}"
    return NotIncludedCost(item.what, why, about)
