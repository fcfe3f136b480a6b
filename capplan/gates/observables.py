"""Lists every metric of a plan that a gate may name, with its value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from capplan.gates.observed import ObservedMetric, metric_of
from capplan.gates.through import metrics_of
from capplan.language.gate_syntax import names_in
from capplan.language.gate_units import NUMBER, SHARE, USD
from capplan.language.scenario import Resource, Scenario
from capplan.model import Charge, Observable
from capplan.pipeline.not_included import not_included
from capplan.pipeline.price import Priced, cost_by_region, cost_by_service, cost_by_tag, usd_of
from capplan.pipeline.results import PlannedLimit, TrafficSourceCost
from capplan.pipeline.traffic_costs import unit_cost
from capplan.pipeline.unit_costs import counted, length_of_month, of_all, of_traffic, owner_and_unit
from capplan.resource_type import MeteredResource

_FLOORS = frozenset({"headroom", "holds_until", "success"})
_PER = {"requests": "request", "executions": "execution", "runs": "run"}
"""The unit of a resource's unit cost, by the name in its usage."""


def observables(
    scenario: Scenario, priced: Priced, limits: Sequence[PlannedLimit], traffic_sources: Iterable[TrafficSourceCost]
) -> dict[str, ObservedMetric]:
    """Every metric under its full name: `cost.monthly`, `orders.throttled`, `account.lambda.concurrency.used`."""
    limits_by_name = _by_name(limits)
    metrics = {**_costs(priced), **_limits(limits), **_by_limit("account", limits_by_name.get("account", []))}
    costs = priced.cost_by_resource
    for address, resource in scenario.resources.items():
        of_resource = of_one(resource, priced, limits_by_name.get(resource.label, []), costs[address])
        for key, metric in of_resource.items():
            metrics.setdefault(f"{resource.label}.{key}", metric)
    metrics |= _by_unit(priced)
    for traffic_source in traffic_sources:
        name = f"traffic.{traffic_source.traffic_source}"
        metrics[f"{name}.cost"] = _usd(traffic_source.monthly_cost)
        metrics[f"{name}.cost_per_thousand"] = _usd(traffic_source.per_thousand)
    return metrics


def losses(scenario: Scenario, priced: Priced) -> dict[str, ObservedMetric]:
    """Of resources that are short, what gets through of their demand."""
    metered = priced.metered
    return {
        f"{resource.label}.{key}": metric
        for address, resource in scenario.resources.items()
        if metered.demand[address].admitted is not None
        for key, metric in metrics_of(metered.offered[address], metered.demand[address]).items()
    }


def aliases(scenario: Scenario, metrics: Mapping[str, ObservedMetric]) -> dict[str, ObservedMetric]:
    """Other names of metrics: with the section before a resource, without `traffic` before a traffic."""
    out: dict[str, ObservedMetric] = {}
    addresses = {r.label: r.address for r in scenario.resources.values()}
    for name, metric in metrics.items():
        for head in _heads(name.rpartition(".")[0]):
            if head in addresses:
                out[addresses[head] + name[len(head) :]] = metric
    names = {r.name for r in scenario.resources.values()}
    for traffic in scenario.flows_by_name:
        if traffic not in names:
            for name in [name for name in metrics if name.startswith(f"traffic.{traffic}.")]:
                short = name.removeprefix("traffic.")
                if short not in metrics:
                    out[short] = metrics[name]
    return out


def _usd(amount: Decimal | Fraction) -> ObservedMetric:
    return ObservedMetric(Fraction(amount), USD)


def _costs(priced: Priced) -> dict[str, ObservedMetric]:
    total = priced.monthly_cost
    once = sum((x.contracted_cost for x in priced.lines if x.charge_frequency == "one_time"), Decimal(0))
    out = {"cost.monthly": _usd(total), "cost.yearly": _usd(total * 12), "cost.one_time": _usd(once)}
    out["cost.not_included"] = _not_included(priced)
    unit = unit_cost(priced)
    if unit is not None:
        each = None if unit.each is None else Fraction(priced.monthly_cost) / unit.monthly
        why = "" if each is not None else f"there is no traffic of {unit.unit}"
        out["cost.per_unit"] = ObservedMetric(each, USD, why_unknown=why)
        out["cost.per_million_units"] = ObservedMetric(each and each * 1_000_000, USD, why_unknown=why)
    out |= {f"cost.{service}": _usd(cost) for service, cost in cost_by_service(priced).items()}
    by_region = cost_by_region(priced)
    if len(by_region) > 1:
        out |= {f"cost.region.{region}": _usd(cost) for region, cost in by_region.items()}
    tags = cost_by_tag(priced)
    out |= {f"cost.tag.{key}={value}": _usd(cost) for (key, value), cost in tags.items()}
    for key in dict.fromkeys(key for key, _ in tags):
        out[f"cost.untagged.{key}"] = _usd(total - sum(cost for (k, _), cost in tags.items() if k == key))
    return out


def _by_unit(priced: Priced) -> dict[str, ObservedMetric]:
    """The bill by each unit of business; and of a resource, where a gate asks for that."""
    scenario, resources = priced.metered.scenario, counted(priced)
    labels = {scenario.resources[address].label: count for address, count in resources.items()}
    units = {**labels, **of_traffic(scenario)}
    out = {of_all(unit): _per(priced.monthly_cost, count, unit) for unit, count in units.items()}
    named = {**resources, **units}
    for name in dict.fromkeys(name.name for gate in scenario.gates for name in names_in(gate.test)):
        owner, unit = owner_and_unit(name, scenario)
        if unit in named and (owner or name not in out):
            cost = priced.cost_by_resource[owner] if owner else priced.monthly_cost
            out[name] = _per(cost, named[unit], unit)
    return out


def _not_included(priced: Priced) -> ObservedMetric:
    """The sum of what the answer leaves out and knows of; unknown where one of its prices is."""
    costs = not_included(priced)
    unknown = [cost.what for cost in costs if cost.monthly_cost_about is None]
    if unknown:
        return ObservedMetric(None, USD, why_unknown=f"no price is known of {', '.join(unknown)}")
    return _usd(sum((cost.monthly_cost_about or Decimal(0) for cost in costs), Decimal(0)))


def _limits(limits: Sequence[PlannedLimit]) -> dict[str, ObservedMetric]:
    """Of all limits: the least headroom, and how many are exceeded."""
    return {
        "limits.headroom": _headroom("this scenario", limits),
        "limits.broken": ObservedMetric(Fraction(sum(p.breached for p in limits))),
    }


def _by_name(limits: Iterable[PlannedLimit]) -> dict[str, list[PlannedLimit]]:
    """Limits by every name they count for: an index's limits are also its table's."""
    out: dict[str, list[PlannedLimit]] = {}
    for p in limits:
        for name in _heads(p.check.resource):
            out.setdefault(name, []).append(p)
    return out


def _heads(name: str) -> Iterator[str]:
    """`a.b.c`, `a.b` and `a`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _headroom(label: str, limits: Sequence[PlannedLimit]) -> ObservedMetric:
    if not limits:
        return ObservedMetric(None, SHARE, why_unknown=f"no limit is checked for {label}", floor=True)
    return ObservedMetric(Fraction(min(p.headroom for p in limits)), SHARE, floor=True)


def _by_limit(label: str, limits: Sequence[PlannedLimit]) -> dict[str, ObservedMetric]:
    """Each limit's load, and the share of the quota it uses; an index's under its name."""
    out: dict[str, ObservedMetric] = {}
    for p in limits:
        owner = p.check.resource
        limit = p.check.limit if owner == "account" else p.check.limit.partition(".")[2]
        used, load = f"{owner}.{limit}.used", f"{owner}.{limit}.load"
        share = ObservedMetric(1 - Fraction(p.headroom), SHARE)
        if used not in out or (out[used].value or 0) < (share.value or 0):
            out[used] = share
            out[load] = ObservedMetric(Fraction(p.check.load), NUMBER, Fraction(p.check.quota))
        if owner not in (label, "account"):
            out[f"{owner}.headroom"] = _headroom(owner, [q for q in limits if q.check.resource == owner])
    return out


def of_one(
    resource: Resource, priced: Priced, limits: Sequence[PlannedLimit], cost: Decimal
) -> dict[str, ObservedMetric]:
    """A resource's metrics, without its name before them."""
    usage, ctx, label = priced.metered.usage[resource.address], priced.metered.context, resource.label
    total = priced.monthly_cost
    out = {"cost": _usd(cost), "headroom": _headroom(label, limits)}
    if total:
        out["cost_share"] = ObservedMetric(Fraction(cost) / Fraction(total), SHARE)
    for word, amount in resource.type.summary(usage).items():
        if word in _PER:
            out[f"cost_per_{_PER[word]}"] = _per(cost, Fraction(amount) * length_of_month(priced), _PER[word])
    metered, address = MeteredResource(resource.name, resource.spec, usage, ctx), resource.address
    out |= metrics_of(priced.metered.offered[address], priced.metered.demand[address])
    for key, observable in resource.type.observe(metered).items():
        out[key] = metric_of(observable, floor=key.rpartition(".")[2] in _FLOORS)
    risk = resource.type.risk(metered)
    for charge in risk.charges if risk is not None else ():
        out[charge.id.removeprefix(f"{resource.name}.")] = metric_of(_amount(charge, priced))
    return out | {name[len(label) + 1 :]: value for name, value in _by_limit(label, limits).items()}


def _per(cost: Decimal, units: Fraction, word: str) -> ObservedMetric:
    if not units:
        return ObservedMetric(None, USD, why_unknown=f"there is no {word}")
    return _usd(Fraction(cost) / units)


def _amount(charge: Charge, priced: Priced) -> Observable:
    usd = usd_of(charge, priced.metered.scenario, priced.catalogue)
    return Observable(usd, "USD", why_unknown=f"there is no price for {charge.price}")
