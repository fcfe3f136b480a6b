"""Computes the monthly cost of each access pattern, from its share of the line items that it causes."""

from decimal import Decimal
from fractions import Fraction

from capplan.language.scenario import Resource
from capplan.model import Pattern
from capplan.pipeline.price import Priced
from capplan.pipeline.results import PatternCost
from capplan.quantities.rounding import to_quantity

_MILLION = 10**6


def patterns_of(priced: Priced) -> tuple[PatternCost, ...]:
    """Every access pattern of every resource, largest costs first."""
    costs: dict[str, Decimal] = {}
    for line in priced.lines:
        if line.charge_frequency != "one_time":
            costs[line.charge_id] = costs.get(line.charge_id, Decimal(0)) + line.contracted_cost
    metered = priced.metered
    out = [
        _cost(resource, pattern, costs)
        for address, resource in metered.scenario.resources.items()
        for pattern in resource.type.access_patterns(metered.resource(address))
    ]
    return tuple(sorted(out, key=lambda p: (-p.monthly_cost, p.resource, p.pattern.what, p.pattern.cause)))


def _cost(resource: Resource, pattern: Pattern, costs: dict[str, Decimal]) -> PatternCost:
    shares = ((resource.label + charge[len(resource.name) :], share) for charge, share in pattern.parts.items())
    cost = sum((Fraction(costs.get(charge, Decimal(0))) * share for charge, share in shares), Fraction(0))
    per_million = to_quantity(cost / pattern.requests * _MILLION) if pattern.requests else Decimal(0)
    return PatternCost(resource.label, pattern, to_quantity(cost), per_million)
