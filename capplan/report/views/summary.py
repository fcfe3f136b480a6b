"""Shows the verdict on a plan in a frame: cost, gates, limits, and what can be saved."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.pipeline.results import Plan, PlannedLimit, Verdict
from capplan.report import numbers
from capplan.report.document import Line, Panel, Role, Span, line, strong
from capplan.report.verdicts import figure, gate_name, limit_label, verdict_word
from capplan.report.views.limits import NEAR, ranked, times
from capplan.report.views.parts import signed

Fact = tuple[Span, Line]
_LOST = ".dropped_share"
_LITTLE = Decimal("0.0005")
"""A smaller share that is lost is not said in the frame."""
_WORTH_SAYING = Decimal("0.02")
"""What is not included is said in the frame from this share of the bill on."""
_AT_LIMIT = Decimal("1.05")
_WORST: tuple[Role, ...] = ("bad", "warn", "good")


def verdict_panel(plan: Plan) -> Panel:
    """The last block of `estimate`: red when a gate fails or a limit is exceeded, amber when one is near."""
    gates, gate_facts = _gates(plan)
    limits, limit_facts = _open(plan) or _limits(plan.limits)
    lost, lost_facts = _lost(plan)
    role = min((gates, limits, lost), key=_WORST.index)
    return Panel(role, (*_cost(plan), *gate_facts, *limit_facts, *lost_facts, *_savings(plan)))


def _cost(plan: Plan) -> list[Fact]:
    parts = [f"{numbers.usd(plan.yearly_cost)} a year"]
    if plan.ranges is not None:
        band = plan.ranges.monthly_cost
        parts = [f"P10 {numbers.usd(band.p10)} to P90 {numbers.usd(band.p90)}"]
    largest = max(plan.traffic_sources, key=lambda t: t.monthly_cost, default=None)
    if plan.unit_cost is not None and plan.unit_cost.each is not None:
        parts.append(cost_per(plan.unit_cost.each, plan.unit_cost.unit))
    elif largest is not None and largest.per_thousand:
        parts.append(cost_per(largest.per_thousand / 1000, largest.traffic_source))
    if plan.discount:
        parts.append(f"{numbers.usd(plan.list_cost)} at list prices, {numbers.share(plan.discount)} off")
    if plan.one_time_cost:
        parts.append(f"one-time {numbers.usd(plan.one_time_cost)}, not in the monthly cost")
    about = sum((cost.monthly_cost_about for cost in plan.not_included if cost.monthly_cost_about), Decimal(0))
    if about >= plan.monthly_cost * _WORTH_SAYING and about:
        parts.append(f"about {numbers.usd(about)} more is not included")
    return [(strong(f"USD {numbers.usd(plan.monthly_cost)} / month"), line(" · ".join(parts)))]


def cost_per(each: Decimal, name: str) -> str:
    """`9.73 per million shoppers`: for one from a cent on, for a thousand, or for a million."""
    for size, word in ((1, ""), (1000, "1,000 "), (1_000_000, "million ")):
        if each * size >= Decimal("0.01"):
            return f"{numbers.usd(each * size)} per {word}{name}"
    return f"<0.01 per million {name}"


def per_thousand(cost: Decimal) -> str:
    """USD for 1,000 units of a traffic source: cents from a dollar on, four decimals below."""
    if cost >= 1 or not cost:
        return numbers.usd(cost)
    shown = cost.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return f"{shown:f}" if shown else "<0.0001"


def _gates(plan: Plan) -> tuple[Role, list[Fact]]:
    unjudged = [(signed("warn", "not judged"), line(f"{gate.gate}: {gate.needs}")) for gate in plan.unjudged]
    if not plan.gates:
        if unjudged:
            return "warn", unjudged
        return "good", [(Span("  no gates", "dim"), line("capplan gates SCENARIO lists what a gate can observe"))]
    role, fact = _verdicts(plan.gates)
    return ("warn" if unjudged and role == "good" else role), [fact, *unjudged]


def _verdicts(gates: Sequence[Verdict]) -> tuple[Role, Fact]:
    words = [verdict_word(gate) for gate in gates]
    failed, warned, waived = (words.count(word) for word in ("failed", "warning", "waived"))
    if failed or warned:
        role: Role = "bad" if failed else "warn"
        counts = [f"{failed} of {numbers.count(len(gates), 'gate')} failed"] if failed else []
        counts += [numbers.count(warned, "warning")] if warned else []
        first = gates[words.index("failed" if failed else "warning")]
        observed, limit = figure(first.observed, first), figure(first.limit, first)
        return role, (
            signed(role, ", ".join(counts)),
            line(strong(gate_name(first)), f" is {observed}, limit {first.operator} {limit}"),
        )
    passed = [g for g in gates if g.margin is not None and g.verdict == "pass"]
    tightest = min(passed, key=lambda g: g.margin or 0, default=None)
    role = "warn" if waived else "good"
    state = f"{len(gates) - waived} of {numbers.count(len(gates), 'gate')} pass" + (
        f", {waived} waived" if waived else ""
    )
    if tightest is None:
        return role, (signed(role, state), ())
    figures = f", {figure(tightest.observed, tightest)} of {figure(tightest.limit, tightest)}"
    return role, (signed(role, state), line("tightest: ", strong(gate_name(tightest)), figures))


def _open(plan: Plan) -> tuple[Role, list[Fact]] | None:
    """That answers are missing; None where none is."""
    needed = [question for question in plan.open_questions if question.needed]
    if not needed:
        return None
    text = "what hangs on them is not in this figure; see Open questions"
    return "warn", [(signed("warn", f"{numbers.count(len(needed), 'answer')} missing"), line(text))]


def _limits(limits: Sequence[PlannedLimit]) -> tuple[Role, list[Fact]]:
    if not limits:
        return "good", [(Span("  no limits", "dim"), line("none applies to this scenario"))]
    ordered = ranked(limits)
    exceeded = [p for p in ordered if p.breached]
    if exceeded:
        worst = exceeded[0]
        text = f"{limit_label(worst.check.resource, worst.check.limit)}, {numbers.over(worst.headroom)}"
        return "bad", [(signed("bad", f"{numbers.count(len(exceeded), 'limit')} exceeded"), line(text))]
    near = ordered[0].headroom < NEAR and ordered[0].breaks_at is not None
    role: Role = "warn" if near else "good"
    first = min((p for p in ordered if p.breaks_at is not None), key=lambda p: p.breaks_at or 0, default=None)
    if first is None:
        return role, [(signed(role, "no limit exceeded"), ())]
    name = limit_label(first.check.resource, first.check.limit)
    soon = first.breaks_at is not None and first.breaks_at < _AT_LIMIT
    tail = f"first at risk: {name}, " + ("no room left" if soon else f"exceeded at {times(first.breaks_at)} traffic")
    return role, [(signed(role, "no limit exceeded"), line(tail))]


def _lost(plan: Plan) -> tuple[Role, list[Fact]]:
    """What is thrown away, and where the most of it."""
    values = {o.name: o.value for o in plan.lost if o.value}
    shares = {name.removesuffix(_LOST): value for name, value in values.items() if name.endswith(_LOST)}
    found = {name: share for name, share in shares.items() if share and share >= _LITTLE}
    if not found:
        return "good", []
    name = max(found, key=lambda one: (found[one], one))
    count, waits = values.get(f"{name}.dropped"), values.get(f"{name}.waiting.peak")
    words = [
        f"{numbers.rate(count)} requests a month" if count else "",
        f"up to {numbers.rate(waits)} wait" if waits else "",
    ]
    more = f"; and {numbers.count(len(found) - 1, 'other')}" if len(found) > 1 else ""
    label = f"{name} loses {numbers.share(found[name])}"
    return "bad", [(signed("bad", label), line(", ".join(word for word in words if word) + more))]


def _savings(plan: Plan) -> list[Fact]:
    """What all changes that keep behavior save together, and the risks to remove."""
    risks = sum(r.group == "risk" for r in plan.recommendations)
    urgent = sum(r.group == "risk" and r.urgency == "now" for r in plan.recommendations)
    out: list[Fact] = []
    if risks:
        of = f"{urgent} of them now; " if urgent else ""
        out.append((signed("warn", numbers.count(risks, "risk")), line(f"{of}see Recommendations")))
    if plan.combined is not None and plan.combined.saving > 0:
        then = numbers.usd(plan.combined.monthly_cost)
        text = f"with all changes that keep behavior, planned together: {then} a month"
        out.append((signed("accent", f"{numbers.usd(plan.combined.saving)} possible"), line(text)))
        chosen = " ".join(map(str, plan.combined.numbers))
        out.append((Span(""), line(Span(f"capplan apply SCENARIO {chosen}", "accent"))))
    return out
