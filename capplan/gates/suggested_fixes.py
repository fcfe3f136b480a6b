"""Ways out of a broken gate: the findings that would help, each planned again to see what it gives. It finds none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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

MOST_PLANS = 6
"""How many other plans are made at most, for all gates together."""
_WAYS = 3


def with_suggested_fixes(
    base: Priced, verdicts: Sequence[Verdict], findings: Sequence[Finding], baseline: Baseline, today: date | None
) -> tuple[Verdict, ...]:
    """The verdicts, each that fails with up to three ways out: what mends it first, then what comes nearest."""
    scenario, again = base.metered.scenario, _Again(base, today)
    return tuple(
        verdict
        if verdict.verdict == "pass"
        else replace(verdict, fixes=_ways(gate, verdict, _helpful(verdict, scenario, findings), again, baseline))
        for gate, verdict in zip(scenario.gates, verdicts, strict=True)
    )


class _Again:
    """The scenario planned again with some changes, once for each set of them, and no more often than is bearable."""

    def __init__(self, base: Priced, today: date | None) -> None:
        self.base, self.day = base, today
        self.done: dict[str, tuple[Scenario, Mapping[str, ObservedMetric]] | None] = {}

    def known(self, finding: Finding) -> tuple[Scenario, Mapping[str, ObservedMetric]] | None:
        """The changed scenario and its observables; None where it cannot be planned, or not any more."""
        key = repr([(c.path, c.new) for c in finding.change])
        if key not in self.done and len(self.done) < MOST_PLANS:
            self.done[key] = self._plan(finding)
        return self.done.get(key)

    def _plan(self, finding: Finding) -> tuple[Scenario, Mapping[str, ObservedMetric]] | None:
        try:
            priced = what_if(self.base, [Change(c.path, c.new) for c in finding.change], self.day)
        except CapplanError:
            return None
        if priced.missing:
            return None
        scenario = priced.metered.scenario
        known = observables(scenario, priced, limits_of(priced.metered), traffic_costs(priced))
        return scenario, {**known, **aliases(scenario, known)}


def _helpful(verdict: Verdict, scenario: Scenario, findings: Iterable[Finding]) -> list[Finding]:
    """Savings for money, risks of the resource otherwise."""
    names = verdict.names
    labels = {
        r.label for r in scenario.resources.values() for n in names if n.startswith((f"{r.label}.", f"{r.address}."))
    }
    wanted = "saving" if verdict.unit == "USD" or any("cost" in name for name in names) else "risk"
    return [f for f in findings if f.severity == wanted and f.change and (not labels or f.resource in labels)]


def _ways(
    gate: Gate, verdict: Verdict, findings: Sequence[Finding], again: _Again, baseline: Baseline
) -> tuple[SuggestedFix, ...]:
    found = [_way(gate, verdict, finding, again, baseline) for finding in findings[: 2 * _WAYS]]
    return tuple(sorted(found, key=lambda way: way.holds is not True)[:_WAYS])


def _way(gate: Gate, verdict: Verdict, finding: Finding, again: _Again, baseline: Baseline) -> SuggestedFix:
    planned = again.known(finding)
    if planned is None:
        return SuggestedFix(finding)
    try:
        found = outcome(gate.test, lookup(planned[0], planned[1], baseline))
    except GateError:
        return SuggestedFix(finding)
    same = found.subject == verdict.subject
    return SuggestedFix(finding, shown_value(found.observed, found.unit)[0] if same else None, found.holds)
