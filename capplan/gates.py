"""Gates judged against a plan. An unknown name or an unknown value is an error, never a pass."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from capplan.answer import PlannedLimit, Verdict
from capplan.errors import CapplanError, Mistake
from capplan.model import Charge, Observable
from capplan.planning.price import Priced, cost_by_service, usd_of
from capplan.quantities import to_quantity
from capplan.reading.nearest import nearest
from capplan.scenario.gate_syntax import Gate
from capplan.scenario.records import Resource, Scenario

_UNIT = {"share": "%", "%": "%", "USD": "USD", "ms": "ms"}
"""How a gate writes an observable's unit; every other one is a plain number."""


def observables(scenario: Scenario, priced: Priced, limits: Sequence[PlannedLimit]) -> Mapping[str, Observable]:
    """Everything a gate may name, with its value today, except what only one resource's room knows by another name."""
    total = priced.monthly_cost
    out = {"cost.monthly": Observable(total, "USD"), "cost.yearly": Observable(total * 12, "USD")}
    out |= {f"cost.{service}": Observable(cost, "USD") for service, cost in cost_by_service(priced).items()}
    costs = priced.cost_by_resource
    for address, resource in scenario.resources.items():
        own = _of_resource(resource, priced, limits, costs[address])
        out |= {f"{address}.{key}": value for key, value in own.items()}
        if resource.label == resource.name:
            out |= {f"{resource.name}.{key}": value for key, value in own.items()}
    return out


def _of_resource(
    resource: Resource, priced: Priced, limits: Sequence[PlannedLimit], cost: Decimal
) -> dict[str, Observable]:
    usage, ctx = priced.metered.usage[resource.address], priced.metered.context
    out = {"cost": Observable(cost, "USD"), "headroom": _headroom(resource, limits)}
    seen = resource.kind.observe(resource.name, resource.spec, usage, ctx)
    out |= {key: replace(value, unit=_UNIT.get(value.unit, "")) for key, value in seen.items()}
    risk = resource.kind.risk(resource.name, resource.spec, usage, ctx)
    for charge in risk.charges if risk is not None else ():
        out[charge.id.removeprefix(f"{resource.name}.")] = _amount(charge, priced)
    return out


def _headroom(resource: Resource, limits: Sequence[PlannedLimit]) -> Observable:
    label = resource.label
    own = [p.headroom for p in limits if p.check.resource == label or p.check.resource.startswith(f"{label}.")]
    if not own:
        return Observable(None, "%", why_unknown=f"no limit is checked for {label}")
    return Observable(min(own), "%")


def _amount(charge: Charge, priced: Priced) -> Observable:
    usd = usd_of(charge, priced.metered.scenario, priced.catalogue)
    return Observable(usd, "USD", why_unknown=f"there is no price for {charge.price}")


def judge(scenario: Scenario, priced: Priced, limits: Sequence[PlannedLimit]) -> tuple[Verdict, ...]:
    """A verdict for each gate, in file order.

    Raises:
        CapplanError: A gate names something unknown, or something whose value is not known.
    """
    if not scenario.gates:
        return ()
    known = observables(scenario, priced, limits)
    mistakes: list[Mistake] = []
    verdicts: list[Verdict] = []
    for gate in scenario.gates:
        found = known.get(gate.name)
        problem = _problem(gate, found, known, scenario)
        if problem is not None:
            mistakes.append(Mistake(scenario.file, gate.line, gate.column, *problem, gate.width, gate.excerpt))
        elif found is not None:
            verdicts.append(_verdict(gate, found))
    if mistakes:
        raise CapplanError(tuple(mistakes))
    return tuple(verdicts)


def _problem(
    gate: Gate, found: Observable | None, known: Mapping[str, Observable], scenario: Scenario
) -> tuple[str, str] | None:
    if found is None:
        name = gate.name.partition(".")[0]
        several = [r.address for r in scenario.resources.values() if r.name == name and r.label != name]
        if several:
            return f"'{name}' stands in more than one section", f"write {' or '.join(several)}"
        close = nearest(gate.name, known)
        return (
            f"there is nothing called '{gate.name}' to observe",
            f"did you mean '{close}'?" if close else f"such as {', '.join(list(known)[:4])}",
        )
    if found.value is None or not found.value.is_finite():
        return f"'{gate.name}' is not known", found.why_unknown or "it cannot be computed for this resource yet"
    if gate.of_limit:
        return (
            None
            if found.limit is not None
            else (f"'{gate.name}' has no limit to take a share of", "write a plain figure")
        )
    if gate.unit != found.unit:
        wanted = {
            "%": "a percentage, such as 0.1%",
            "USD": "an amount, such as 50 USD",
            "ms": "a duration, such as 3 s",
            "": "a plain number",
        }[found.unit]
        return f"'{gate.name}' is not measured in {gate.unit or 'a plain number'}", f"expected {wanted}"
    return None


def _verdict(gate: Gate, found: Observable) -> Verdict:
    observed = found.value
    assert observed is not None  # noqa: S101  _problem has refused it
    limit = gate.limit * found.limit if gate.of_limit and found.limit is not None else gate.limit
    holds = {"<": observed < limit, "<=": observed <= limit, ">": observed > limit, ">=": observed >= limit}[
        gate.operator
    ]
    return Verdict(
        gate.text,
        gate.line,
        gate.column,
        gate.level,
        observed,
        gate.operator,
        limit,
        found.unit,
        _margin(gate, observed, limit),
        "pass" if holds else "fail",
    )


def _margin(gate: Gate, observed: Decimal, limit: Decimal) -> Decimal | None:
    """The share of the limit still free; for a floor, how far above it the figure is."""
    from fractions import Fraction  # noqa: PLC0415

    if not limit:
        return None
    free = 1 - Fraction(observed) / Fraction(limit)
    return to_quantity(free if gate.operator in ("<", "<=") else -free)
