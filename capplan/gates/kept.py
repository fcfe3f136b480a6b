"""Says whether an alternative keeps the gates that pass in the plan, and which of those that fail it mends."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from capplan.gates.bill import about_bill
from capplan.gates.evaluate import outcome
from capplan.gates.judge import Baseline, lookup
from capplan.gates.observables import aliases, observables, of_one
from capplan.gates.observed import ObservedMetric, shown_value
from capplan.language.gate_syntax import Gate, names_in, percentile_of
from capplan.language.gate_tokens import GateError
from capplan.language.gate_units import USD
from capplan.language.scenario import Resource, Scenario
from capplan.pipeline.alternatives import Alternative
from capplan.pipeline.limits import limits_of, limits_of_resource
from capplan.pipeline.price import Priced, cost_by_service
from capplan.pipeline.traffic_costs import traffic_costs

_SHARED = ("cost", "limits", "account", "traffic")
"""First words of metrics that any change may move."""
_TOTALS = {"cost.monthly": 1, "cost.yearly": 12}
"""Metrics that follow from the bill, and how many months of it they are."""


class KeptGates:
    """Judges the gates that pass in a plan on its alternatives; gates on a change need a baseline and are left out."""

    def __init__(self, base: Priced, metrics: Mapping[str, ObservedMetric]) -> None:
        self._metrics = metrics
        scenario = base.metered.scenario
        judged = [
            (g, [name.name for name in names_in(g.test)], _judged(g, scenario, metrics))
            for g in scenario.gates
            if not about_bill(g)
        ]
        self._gates = [(gate, names) for gate, names, passes in judged if passes]
        self._failing = [(gate, names) for gate, names, passes in judged if passes is False]
        self._labels = {a: r.label for a, r in scenario.resources.items()}

    def __call__(self, alternative: Alternative) -> bool:
        """Whether all of them pass."""
        affected, scenario, metrics = self._judged_again(self._gates, alternative)
        return all(_passes(gate, scenario, metrics) for gate in affected)

    def failing(self, alternative: Alternative) -> tuple[str, ...]:
        """Those that fail then, each with what is observed; and any that can no longer be judged."""
        affected, scenario, metrics = self._judged_again([*self._gates, *self._failing], alternative)
        failed = {id(gate) for gate, _ in self._failing}
        return tuple(
            said(gate, scenario, metrics)
            for gate in affected
            if not (passes := _judged(gate, scenario, metrics)) and (passes is None or id(gate) not in failed)
        )

    def left(self, alternative: Alternative) -> tuple[str, ...]:
        """Of the gates that fail in the plan, those that still do."""
        affected, scenario, metrics = self._judged_again(self._failing, alternative)
        mended = {id(gate) for gate in affected if _passes(gate, scenario, metrics)}
        return tuple(gate.text for gate, _ in self._failing if id(gate) not in mended)

    def _judged_again(
        self, gates: Iterable[tuple[Gate, list[str]]], alternative: Alternative
    ) -> tuple[list[Gate], Scenario, Mapping[str, ObservedMetric]]:
        """The gates that a change may move, with the scenario and the metrics that they are judged by."""
        affected = [(gate, names) for gate, names in gates if self._may_differ(names, alternative)]
        if not affected:
            return [], alternative.base.metered.scenario, {}
        metrics = self._after(frozenset(name for _, names in affected for name in names), alternative)
        scenario = (
            alternative.base.metered.scenario if alternative.whole is None else alternative.priced.metered.scenario
        )
        return [gate for gate, _ in affected], scenario, metrics

    def _may_differ(self, names: Iterable[str], alternative: Alternative) -> bool:
        """Whether a change may move one of the names."""
        if not alternative.parts:
            return True
        heads = {f"{head}." for a in alternative.changed for head in (a, self._labels.get(a, a))}
        return any(
            name.partition(".")[0] in _SHARED or name.endswith(".cost_share") or name.startswith(tuple(heads))
            for name in names
        )

    def _after(self, names: frozenset[str], alternative: Alternative) -> Mapping[str, ObservedMetric]:
        """The metrics of the alternative: all of them, or where that is enough only those that are asked for."""
        some = some_metrics(names, alternative.priced, Fraction(alternative.monthly_cost))
        return {**self._metrics, **some}


def some_metrics(names: Iterable[str], priced: Priced, bill: Fraction | None = None) -> Mapping[str, ObservedMetric]:
    """Metrics of a plan, at least those that are asked for; `bill` is its monthly cost where that is known."""
    total = Fraction(priced.monthly_cost) if bill is None else bill
    out = {name: ObservedMetric(total * months, USD) for name, months in _TOTALS.items()}
    for name in names:
        of = percentile_of(name)
        plain = of[0] if of is not None else name
        if plain.startswith("cost.") and plain not in out:
            costs = cost_by_service(priced)
            out |= {f"cost.{service}": ObservedMetric(Fraction(cost), USD) for service, cost in costs.items()}
        if name in out or plain in out:
            continue
        resource = _owner(name, priced)
        if resource is None:
            return metrics_of(priced)
        limits = limits_of_resource(priced.metered, resource.address)
        of_resource = of_one(resource, priced, limits, priced.cost_by_resource[resource.address])
        for key, metric in of_resource.items():
            out[f"{resource.label}.{key}"] = out[f"{resource.address}.{key}"] = metric
        if name not in out and plain not in out:
            return metrics_of(priced)
    return out


def _owner(name: str, priced: Priced) -> Resource | None:
    """The resource whose metric it is; None where it is not one resource's alone, as its cost by a unit."""
    if name.endswith(")"):
        return None
    for address, resource in priced.metered.scenario.resources.items():
        if name.startswith((f"{resource.label}.", f"{address}.")):
            return resource if name.partition(".")[0] not in _SHARED else None
    return None


def metrics_of(priced: Priced) -> dict[str, ObservedMetric]:
    """Every metric of a plan, under all its names."""
    scenario = priced.metered.scenario
    metrics = observables(scenario, priced, limits_of(priced.metered), traffic_costs(priced))
    return {**metrics, **aliases(scenario, metrics)}


def failing(priced: Priced) -> Iterator[Gate]:
    """The gates of a plan that fail, one by one: whoever wants to know whether any does computes no metrics after the first.

    Those that cannot be judged without a baseline are left out.
    """
    scenario = priced.metered.scenario
    metrics: dict[str, ObservedMetric] = {}
    for gate in scenario.gates:
        metrics |= some_metrics([n.name for n in names_in(gate.test) if n.name not in metrics], priced)
        if _judged(gate, scenario, metrics) is False:
            yield gate


def said(gate: Gate, scenario: Scenario, metrics: Mapping[str, ObservedMetric]) -> str:
    """A gate, with what is observed where it can be judged."""
    try:
        result = outcome(gate.test, lookup(scenario, metrics, Baseline()))
    except GateError:
        return f"{gate.text}: it could no longer be judged"
    value, unit = shown_value(result.observed, result.unit)
    number = f"{float(value):,.2f} USD" if unit == "USD" else f"{float(value):.4g} {unit}".strip()
    return f"{gate.text}: it would be {number}"


def _judged(gate: Gate, scenario: Scenario, metrics: Mapping[str, ObservedMetric]) -> bool | None:
    try:
        return outcome(gate.test, lookup(scenario, metrics, Baseline())).passes
    except GateError:
        return None


def _passes(gate: Gate, scenario: Scenario, metrics: Mapping[str, ObservedMetric]) -> bool:
    return bool(_judged(gate, scenario, metrics))
