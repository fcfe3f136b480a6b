"""Computes the order of magnitude of what the bill has and the answer does not: services that are not modeled yet."""

from fractions import Fraction

from capplan.model import Charge, NotIncluded
from capplan.pipeline.price import Priced, usd_of
from capplan.pipeline.results import NotIncludedCost
from capplan.quantities.text import figure, with_unit


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
    return tuple(sorted(costs, key=lambda c: (c.monthly_cost_about is None, -(c.monthly_cost_about or 0), c.what)))


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
    why = f"not modeled yet: {with_unit(figure(quantity), item.unit)} a month{assuming}{unknown}"
    return NotIncludedCost(item.what, why, about)
