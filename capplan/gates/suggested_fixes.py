"""Suggests fixes for a failed gate: recommendations that may help, each planned again to see its effect."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from capplan.errors import CapplanError
from capplan.gates.evaluate import outcome
from capplan.gates.judge import Baseline, lookup
from capplan.gates.observables import aliases, observables
from capplan.gates.observed import ObservedMetric, shown_value
from capplan.language.gate_syntax import Gate
from capplan.language.gate_tokens import GateError
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.limits import limits_of
from capplan.pipeline.price import Priced
from capplan.pipeline.results import Finding, SuggestedFix, Verdict
from capplan.pipeline.traffic_costs import traffic_costs
from capplan.pipeline.what_if import what_if
from capplan.record import replace

MAX_PLANS = 6
"""Plans for all gates of a scenario."""
_MAX_FIXES = 3


def with_suggested_fixes(
    base: Priced, verdicts: Sequence[Verdict], findings: Sequence[Finding], baseline: Baseline, today: date | None
) -> tuple[Verdict, ...]:
    """The verdicts, each failed one with up to three fixes; those that make the gate pass first."""
    scenario, replanner = base.metered.scenario, _Replanner(base, today)
    return tuple(
        verdict
        if verdict.verdict == "pass"
        else replace(verdict, fixes=_fixes(gate, verdict, _helpful(verdict, scenario, findings), replanner, baseline))
        for gate, verdict in zip(scenario.gates, verdicts, strict=True)
    )


class _Replanner:
    """Plans the scenario again with changes: once for each set of changes, and at most MAX_PLANS times."""

    def __init__(self, base: Priced, today: date | None) -> None:
        self.base, self.day = base, today
        self.plans: dict[str, tuple[Scenario, Mapping[str, ObservedMetric]] | None] = {}

    def metrics(self, finding: Finding) -> tuple[Scenario, Mapping[str, ObservedMetric]] | None:
        """The changed scenario and its metrics; None where it cannot be planned, or too many plans were made."""
        key = repr([(c.path, c.new) for c in finding.change])
        if key not in self.plans and len(self.plans) < MAX_PLANS:
            self.plans[key] = self._plan(finding)
        return self.plans.get(key)

    def _plan(self, finding: Finding) -> tuple[Scenario, Mapping[str, ObservedMetric]] | None:
        try:
            priced = what_if(self.base, [Change(c.path, c.new) for c in finding.change], self.day)
        except CapplanError:
            return None
        if priced.missing:
            return None
        scenario = priced.metered.scenario
        metrics = observables(scenario, priced, limits_of(priced.metered), traffic_costs(priced))
        return scenario, {**metrics, **aliases(scenario, metrics)}


def _helpful(verdict: Verdict, scenario: Scenario, findings: Iterable[Finding]) -> list[Finding]:
    """Savings for a gate on cost, else risks of the resource."""
    names = verdict.names
    labels = {
        r.label for r in scenario.resources.values() for n in names if n.startswith((f"{r.label}.", f"{r.address}."))
    }
    severity = "saving" if verdict.unit == "USD" or any("cost" in name for name in names) else "risk"
    return [f for f in findings if f.severity == severity and f.change and (not labels or f.resource in labels)]


def _fixes(
    gate: Gate, verdict: Verdict, findings: Sequence[Finding], replanner: _Replanner, baseline: Baseline
) -> tuple[SuggestedFix, ...]:
    fixes = [_fix(gate, verdict, finding, replanner, baseline) for finding in findings[: 2 * _MAX_FIXES]]
    return tuple(sorted(fixes, key=lambda fix: fix.holds is not True)[:_MAX_FIXES])


def _fix(gate: Gate, verdict: Verdict, finding: Finding, replanner: _Replanner, baseline: Baseline) -> SuggestedFix:
    planned = replanner.metrics(finding)
    if planned is None:
        return SuggestedFix(finding)
    try:
        result = outcome(gate.test, lookup(planned[0], planned[1], baseline))
    except GateError:
        return SuggestedFix(finding)
    same = result.subject == verdict.subject
    return SuggestedFix(finding, shown_value(result.observed, result.unit)[0] if same else None, result.passes)
