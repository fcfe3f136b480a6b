"""The pipeline on one page: demand, usage, limits, charges, line items, findings, verdicts. It prints and reads nothing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan import __version__
from capplan.answer import EntranceCost, Plan, PlannedResource
from capplan.gates import judge
from capplan.planning.findings import findings_of
from capplan.planning.limits import limits_of
from capplan.planning.meter import meter
from capplan.planning.price import (
    Priced,
    catalogue_of,
    cost_by_service,
    missing_prices,
    monthly,
    price,
    prices_of,
)
from capplan.planning.remarks import assumptions, excluded
from capplan.planning.runs import runs_of
from capplan.pricing.rating import rate
from capplan.quantities import to_quantity
from capplan.scenario.records import Scenario


def plan(scenario: Scenario, *, today: date | None = None, seed: int = 0, findings: bool = True) -> Plan:
    """Everything there is to say about a scenario.

    Raises:
        CapplanError: A price is missing, a loop never dies out, or a gate asks for something unknown.
    """
    priced = price(meter(scenario, seed), catalogue_of(scenario), today)
    if priced.missing:
        raise missing_prices(scenario, priced.missing)
    limits = limits_of(priced.metered)
    verdicts = judge(scenario, priced, limits)
    found, rules = findings_of(priced, today) if findings else ((), 0)
    total = priced.monthly_cost
    resources = _resources(priced)
    usual = [x for x in priced.lines if x.charge_frequency != "one_time"]
    return Plan(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        seed=seed,
        prices=prices_of(priced),
        monthly_cost=total,
        yearly_cost=total * 12,
        one_time_cost=sum((x.contracted_cost for x in priced.lines if x.charge_frequency == "one_time"), Decimal(0)),
        list_cost=sum((x.list_cost for x in usual), Decimal(0)),
        discount=scenario.account.discount,
        free_tier=scenario.account.free_tier,
        free_tier_saves=_free_tier_saves(priced, today),
        standing_cost=_standing(priced),
        cost_by_service=cost_by_service(priced),
        cost_by_tag=_cost_by_tag(resources),
        resources=resources,
        lines=priced.lines,
        entrances=_entrances(priced),
        limits=limits,
        findings=found,
        rules_looked=rules,
        assumptions=assumptions(priced),
        excluded=excluded(priced),
        gates=verdicts,
        runs=runs_of(priced),
    )


def _resources(priced: Priced) -> tuple[PlannedResource, ...]:
    costs = priced.cost_by_resource
    metered = priced.metered
    return tuple(
        PlannedResource(
            r.name,
            a,
            r.label,
            r.kind.name,
            r.kind.service,
            costs[a],
            r.kind.summary(metered.usage[a]),
            dict(getattr(r.spec, "tags", None) or {}),
            r.line,
        )
        for a, r in metered.scenario.resources.items()
    )


def _cost_by_tag(resources: Iterable[PlannedResource]) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for resource in resources:
        for key, value in resource.tags.items():
            label = f"{key}={value}"
            out[label] = out.get(label, Decimal(0)) + resource.monthly_cost
    return out


def _standing(priced: Priced) -> Decimal:
    flows = {c.id: c.flow for charges in priced.charges.values() for c in charges}
    return sum(
        (x.contracted_cost for x in priced.lines if flows[x.charge_id] is None and x.charge_frequency != "one_time"),
        Decimal(0),
    )


def _entrances(priced: Priced) -> tuple[EntranceCost, ...]:
    """What each entrance's demand causes, by the share of every driven line it drives."""
    charges = {c.id: c for cs in priced.charges.values() for c in cs}
    caused: dict[str, Fraction] = {}
    for line in priced.lines:
        flow = charges[line.charge_id].flow
        whole = flow.monthly if flow is not None else Fraction(0)
        if flow is None or not whole:
            continue
        for entrance, part in flow.by_entrance().items():
            caused[entrance] = caused.get(entrance, Fraction(0)) + Fraction(line.contracted_cost) * part / whole
    out = []
    for name, monthly_units in _entering(priced.metered.scenario).items():
        cost = to_quantity(caused.get(name, Fraction(0)))
        per = to_quantity(caused.get(name, Fraction(0)) / monthly_units * 1000) if monthly_units else Decimal(0)
        out.append(EntranceCost(name, name, monthly_units, cost, per))
    return tuple(sorted(out, key=lambda e: (-e.monthly_cost, e.entrance)))


def _entering(scenario: Scenario) -> dict[str, Fraction]:
    out = {name: flow.monthly for name, flow in scenario.shapes.items()}
    for resource in scenario.resources.values():
        for entry in resource.access:
            if entry.entrance not in scenario.shapes:
                out[entry.entrance] = out.get(entry.entrance, Fraction(0)) + entry.flow.monthly
    return out


def _free_tier_saves(priced: Priced, today: date | None) -> Decimal | None:
    scenario = priced.metered.scenario
    if scenario.account.free_tier:
        return None
    charges = [c for cs in priced.charges.values() for c in cs]
    rated = rate(charges, priced.catalogue, free_tier=True, discount=scenario.account.discount, today=today)
    return priced.monthly_cost - monthly(rated.lines)
