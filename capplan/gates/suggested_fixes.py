"""Suggests fixes for a failed gate: recommendations that may help it, alone and together, each planned again."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from capplan.errors import CapplanError
from capplan.gates.bill import about_bill
from capplan.gates.evaluate import Outcome, outcome
from capplan.gates.judge import Baseline, lookup, over_draws
from capplan.gates.kept import metrics_of
from capplan.gates.observed import ObservedMetric, shown_value
from capplan.language.gate_syntax import Gate, names_in, percentile_of
from capplan.language.gate_tokens import GateError
from capplan.language.scenario import Scenario
from capplan.pipeline.alternatives import Alternative, alternative, planned_whole
from capplan.pipeline.combined import by_place, changes_of
from capplan.pipeline.price import Priced
from capplan.pipeline.results import Finding, Recommendation, SuggestedFix, Verdict
from capplan.pipeline.what_if import exclusive
from capplan.reading.files import STDIN_NAME
from capplan.record import replace

MAX_PLANS = 6
"""Plans of single recommendations for all gates of a scenario; each failed gate may take two more of several together."""
_MAX_FIXES = 3


class _Tried(NamedTuple):
    """Recommendations planned for a gate; `result` is None where they cannot be planned, or too many plans were made."""

    rows: tuple[Recommendation, ...]
    saving: Fraction | None = None
    result: Outcome | None = None


def with_suggested_fixes(
    base: Priced,
    verdicts: Sequence[Verdict],
    recommendations: Sequence[Recommendation],
    findings: Sequence[Finding],
    baseline: Baseline,
    today: date | None,
) -> tuple[Verdict, ...]:
    """The verdicts, each failed one with up to three fixes; those that make the gate pass first."""
    scenario, replanner = base.metered.scenario, _Replanner(base, today)
    of_draws = any(percentile_of(name.name) for gate in scenario.gates for name in names_in(gate.test))
    known = metrics_of(base) if of_draws else {}
    first = {finding.number: finding for finding in reversed(findings)}
    return tuple(
        verdict
        if verdict.verdict == "pass" or about_bill(gate) or over_draws(gate.test, known)
        else replace(verdict, fixes=_fixes(gate, verdict, recommendations, replanner, first, baseline))
        for gate, verdict in zip(scenario.gates, verdicts, strict=True)
    )


class _Replanner:
    """Plans the scenario again with some recommendations: once for each set of them, and single ones MAX_PLANS times."""

    def __init__(self, base: Priced, today: date | None) -> None:
        self.base, self.day = base, today
        self._plans: dict[tuple[int, ...], tuple[Alternative, Mapping[str, ObservedMetric]] | None] = {}

    def metrics(self, rows: Sequence[Recommendation]) -> tuple[Alternative, Mapping[str, ObservedMetric]] | None:
        """The changed plan and its metrics; None where it cannot be planned, or too many plans were made."""
        key = tuple(row.number for row in rows)
        singles = sum(len(known) == 1 for known in self._plans)
        if key not in self._plans and (len(key) > 1 or singles < MAX_PLANS):
            self._plans[key] = self._plan(rows)
        return self._plans.get(key)

    def _plan(self, rows: Sequence[Recommendation]) -> tuple[Alternative, Mapping[str, ObservedMetric]] | None:
        changes, places = changes_of(self.base, rows), {place for row in rows for place in by_place(row)}
        resources = self.base.metered.scenario.resources
        one = next((place for place in places if place in resources), None) if len(places) == 1 else None
        try:
            planned = (
                alternative(self.base, one, changes, self.day) if one else planned_whole(self.base, changes, self.day)
            )
        except CapplanError:
            return None
        return None if planned.missing else (planned, metrics_of(planned.priced))


def _fixes(
    gate: Gate,
    verdict: Verdict,
    rows: Sequence[Recommendation],
    replanner: _Replanner,
    first: Mapping[int, Finding],
    baseline: Baseline,
) -> tuple[SuggestedFix, ...]:
    """Fixes of one gate: those that make it pass, a combination that does where none does alone, then what may help."""
    scenario = replanner.base.metered.scenario
    alone = [_tried((row,), gate, replanner, baseline) for row in _helpful(verdict, scenario, rows)[: 2 * _MAX_FIXES]]
    tried = sorted(alone, key=lambda t: not _passes(t))
    if not any(map(_passes, alone)):
        together = _together(gate, verdict, alone, replanner, baseline)
        tried = [*together, *tried]
    return tuple(_fix(t, verdict, scenario, first) for t in tried[:_MAX_FIXES])


def _helpful(verdict: Verdict, scenario: Scenario, rows: Sequence[Recommendation]) -> list[Recommendation]:
    """Savings for a gate on cost, else what concerns the resource: its risks first, then its other settings."""
    names = verdict.names
    labels = {
        r.label for r in scenario.resources.values() for n in names if n.startswith((f"{r.label}.", f"{r.address}."))
    }
    of_owner = [row for row in rows if row.change and (not labels or labels & set(row.resources))]
    if verdict.unit == "USD" or any("cost" in name for name in names):
        return [row for row in of_owner if row.group != "risk"]
    account = [row for row in rows if row.change and row.resources == ("account",) and row not in of_owner]
    return sorted([*of_owner, *account], key=lambda row: row.group != "risk")


def _tried(rows: tuple[Recommendation, ...], gate: Gate, replanner: _Replanner, baseline: Baseline) -> _Tried:
    planned = replanner.metrics(rows)
    if planned is None:
        return _Tried(rows)
    plan, metrics = planned
    try:
        result = outcome(gate.test, lookup(plan.priced.metered.scenario, metrics, baseline))
    except GateError:
        return _Tried(rows)
    return _Tried(rows, Fraction(plan.saving or 0), result)


def _passes(tried: _Tried) -> bool:
    return tried.result is not None and tried.result.passes


def _together(
    gate: Gate, verdict: Verdict, alone: Sequence[_Tried], replanner: _Replanner, baseline: Baseline
) -> list[_Tried]:
    """The fewest of the largest steps that make the gate pass; where none do, all of them, to say that it is not enough."""
    now, wanted = Fraction(verdict.observed), Fraction(verdict.limit)
    steps: list[tuple[Fraction, Recommendation]] = []
    for tried in alone:
        result = tried.result
        if result is None or result.subject != verdict.subject:
            continue
        gained = (Fraction(shown_value(result.observed, result.unit)[0]) - now) * (1 if wanted > now else -1)
        if gained > 0:
            steps.append((gained, tried.rows[0]))
    chosen: list[Recommendation] = []
    enough, reached = 0, Fraction(0)
    for gained, row in sorted(steps, key=lambda step: (step[1].group == "changes_behavior", -step[0])):
        listed = by_place(row)
        if any(exclusive(listed[p], by_place(other).get(p, ())) for other in chosen for p in listed):
            continue
        chosen.append(row)
        reached += gained
        if not enough and reached >= abs(wanted - now):
            enough = len(chosen)
    sizes = dict.fromkeys(size for size in (enough, len(chosen)) if size > 1)
    for size in sizes:
        in_order = tuple(sorted(chosen[:size], key=lambda row: row.number))
        tried = _tried(in_order, gate, replanner, baseline)
        if _passes(tried) or (size == len(chosen) and tried.result is not None):
            return [tried]
    return []


def _fix(tried: _Tried, verdict: Verdict, scenario: Scenario, first: Mapping[int, Finding]) -> SuggestedFix:
    numbers = tuple(row.number for row in tried.rows)
    file = "-" if scenario.file == STDIN_NAME else shlex.quote(scenario.file)
    command = "" if scenario.is_overlaid else f"capplan apply {file} {' '.join(map(str, numbers))}"
    finding = first[numbers[0]]
    if len(tried.rows) > 1:
        trade_offs = dict.fromkeys(t for row in tried.rows for t in (row.changes_behavior or row.gives_up,) if t)
        message = f"together: {'; '.join(row.action for row in tried.rows)}."
        finding = replace(finding, message=message, gives_up="; ".join(trade_offs), monthly_saving=None)
    finding = replace(finding, change=tuple(change for row in tried.rows for change in row.change))
    result = tried.result
    if result is None:
        return SuggestedFix(finding, numbers=numbers, command=command)
    same = result.subject == verdict.subject
    observed = shown_value(result.observed, result.unit)[0] if same else None
    return SuggestedFix(finding, observed, result.passes, numbers, command)
