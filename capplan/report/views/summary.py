"""Shows a plan in four lines: cost, gates, limits, savings."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import Finding, Plan, PlannedLimit, TrafficSourceCost, Verdict
from capplan.report import numbers
from capplan.report.document import Style, columns, left, row, safe, wrap
from capplan.report.verdicts import figure, gate_name, limit_name, verdict_word
from capplan.report.views.limits import times

_TEXT, _BESIDE, _WIDTH = 12, 31, 80
_MAX_COST = 65
"""Characters of the cost and of the unit cost that fit on one line."""


def summary_block(plan: Plan, style: Style) -> list[str]:
    """The summary of `estimate`."""
    out = _cost(plan, style)
    if plan.discount:
        out.append(f"            {numbers.usd(plan.list_cost)} at list prices, {numbers.share(plan.discount)} off")
    if plan.one_time_cost:
        out.append(f"  one-time  {numbers.usd(plan.one_time_cost)}, not in the monthly cost")
    return [*out, *_gates(plan, style), *_limits(plan.limits, style), _savings(plan.findings)]


def _cost(plan: Plan, style: Style) -> list[str]:
    cost = f"{numbers.usd(plan.monthly_cost)} a month   {numbers.usd(plan.yearly_cost)} a year"
    largest = max(plan.traffic_sources, key=lambda t: t.monthly_cost, default=None)
    if largest is None or not largest.per_thousand:
        return [f"  cost      {cost}"]
    unit_cost = f"{per_thousand(largest)} per 1,000 {safe(largest.traffic_source, style)}"
    if len(cost) + len(unit_cost) < _MAX_COST:
        return [f"  cost      {cost}   {unit_cost}"]
    return [f"  cost      {cost}", *wrap(unit_cost, _TEXT, style)]


def per_thousand(source: TrafficSourceCost) -> str:
    """USD for 1,000 units of a traffic source: cents from a dollar on, four decimals below."""
    if source.per_thousand >= 1 or not source.per_thousand:
        return numbers.usd(source.per_thousand)
    shown = source.per_thousand.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{shown:f}" if shown else "<0.0001"


def _gates(plan: Plan, style: Style) -> list[str]:
    out = _verdicts(plan.gates, style) if plan.gates or not plan.unjudged else ["  gates     none judged"]
    for gate in plan.unjudged:
        out += wrap(f"not judged: {gate.gate}: {gate.needs}", _TEXT, style)
    return out


def _verdicts(gates: Sequence[Verdict], style: Style) -> list[str]:
    if not gates:
        return ["  gates     none; capplan gates lists what a gate can observe"]
    words = [verdict_word(gate) for gate in gates]
    failed, warned, waived = (words.count(word) for word in ("failed", "warning", "waived"))
    if failed or warned:
        counts = [f"{failed} of {numbers.count(len(gates), 'gate')} failed"] if failed else []
        counts += [numbers.count(warned, "warning")] if warned else []
        first = gates[words.index("failed" if failed else "warning")]
        observed, limit = figure(first.observed, first), figure(first.limit, first)
        sentence = f"{gate_name(first)} is {observed}, limit {first.operator} {limit}"
        return _row("gates", ", ".join(counts), sentence, style, "red" if failed else "yellow")
    passed = [g for g in gates if g.margin is not None and g.verdict == "pass"]
    tightest = min(passed, key=lambda g: g.margin or 0, default=None)
    margin = f"tightest: {gate_name(tightest)}, {numbers.share(tightest.margin or Decimal(0))} left" if tightest else ""
    state = f"{len(gates) - waived} of {len(gates)} pass" + (f", {waived} waived" if waived else "")
    return _row("gates", state, margin, style, "yellow" if waived else "green")


def _limits(limits: Sequence[PlannedLimit], style: Style) -> list[str]:
    if not limits:
        return ["  limits    none checked"]
    exceeded = [p for p in limits if p.breached]
    if exceeded:
        name = limit_name(exceeded[0].check.resource, exceeded[0].check.limit)
        over = numbers.over(exceeded[0].headroom)
        return _row("limits", f"{len(exceeded)} exceeded", f"{name}, {over}", style, "red")
    first = min((p for p in limits if p.breaks_at is not None), key=lambda p: p.breaks_at or 0, default=None)
    tail = f"first at risk: {first.check.resource}, exceeded at {times(first.breaks_at)} traffic" if first else ""
    return _row("limits", "none exceeded", tail, style)


def _savings(findings: Sequence[Finding]) -> str:
    savings = [f.monthly_saving for f in findings if f.severity == "saving" and f.monthly_saving]
    risks = sum(f.severity == "risk" for f in findings)
    tail = f"; {numbers.count(risks, 'risk')} to remove" if risks else ""
    if not savings:
        return f"  savings   none found{tail}"
    of = "with the only recommendation" if len(savings) == 1 else f"with the best of {len(savings)} recommendations"
    return f"  savings   {numbers.usd(max(savings))} {of}{tail}"


def _row(label: str, state: str, tail: str, style: Style, colour: str = "green") -> list[str]:
    """The state, and beside it (or below, where it is long) what to look at."""
    at = max(_BESIDE, _TEXT + len(state) + 2)
    head = (left(2, label), left(_TEXT, state, colour))
    if at + columns(safe(tail, style)) <= _WIDTH:
        return row(style, *head, left(at, tail))
    return [*row(style, *head), *wrap(tail, _TEXT, style)]
