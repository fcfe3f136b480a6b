"""Computes the cost that each traffic source causes, in total and per 1,000 requests; fixed costs belong to none."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from capplan.language.scenario import Scenario
from capplan.pipeline.price import Priced
from capplan.pipeline.results import TrafficSourceCost, UnitCost
from capplan.pipeline.unit_costs import in_month
from capplan.quantities.rounding import to_quantity


def traffic_costs(priced: Priced) -> tuple[TrafficSourceCost, ...]:
    """The cost of each traffic source, from its share of the demand of each line item."""
    charges = {c.id: c for cs in priced.charges.values() for c in cs}
    caused: dict[str, Fraction] = defaultdict(Fraction)
    for line in priced.lines:
        flow = charges[line.charge_id].flow
        total = flow.monthly if flow is not None else Fraction(0)
        if flow is None or not total:
            continue
        cost, parts = Fraction(line.contracted_cost), flow.by_traffic_source()
        for traffic_source, part in parts.items():
            caused[traffic_source] += cost * part / total if len(parts) > 1 else cost
    out = []
    bill = Fraction(priced.monthly_cost)
    for name, monthly_units in _incoming(priced.metered.scenario).items():
        per_thousand = to_quantity(caused[name] / monthly_units * 1000) if monthly_units else Decimal(0)
        whole = to_quantity(bill / monthly_units * 1000) if monthly_units else None
        out.append(TrafficSourceCost(name, name, monthly_units, to_quantity(caused[name]), per_thousand, whole))
    return tuple(sorted(out, key=lambda e: (-e.monthly_cost, e.traffic_source)))


def unit_cost(priced: Priced) -> UnitCost | None:
    """The monthly cost of everything by the business unit; None where the scenario names none."""
    scenario = priced.metered.scenario
    if not scenario.unit:
        return None
    monthly = in_month(scenario, scenario.unit, scenario.flows_by_name[scenario.unit].monthly)
    each = Fraction(priced.monthly_cost) / monthly if monthly else None
    exact = None if each is None else to_quantity(each)
    return UnitCost(scenario.unit, monthly, exact, None if each is None else to_quantity(each * 1_000_000))


def _incoming(scenario: Scenario) -> dict[str, Fraction]:
    """Requests a month by traffic source."""
    out = {name: flow.monthly for name, flow in scenario.flows_by_name.items()}
    for resource in scenario.resources.values():
        for entry in resource.access:
            if entry.traffic_source not in scenario.flows_by_name:
                out[entry.traffic_source] = out.get(entry.traffic_source, Fraction(0)) + entry.flow.monthly
    return {name: in_month(scenario, name, monthly) for name, monthly in out.items()}
