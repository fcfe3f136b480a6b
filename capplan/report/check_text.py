"""Verdicts for a person: what is broken comes first, with its line and a way out."""

from capplan.answer import Plan, Verdict
from capplan.report import numbers
from capplan.report.document import Style, finish, fit, paint
from capplan.report.plain import plain
from capplan.report.plan_text import title

_RANK = {"BROKEN": 0, "warning": 1, "ok": 2}


def check_text(plan: Plan, style: Style) -> str:
    """The answer of `check` for one scenario."""
    if not plan.gates:
        lines = [
            title(plan.name, plan.region, "no gates written", style),
            "",
            "Write gates: in the scenario, or --budget 2500.",
        ]
        return finish(lines, style)
    words = [_word(g) for g in plan.gates]
    broken, warned = words.count("BROKEN"), words.count("warning")
    verdict = (
        f"{broken} of {numbers.count(len(words), 'gate')} BROKEN"
        if broken
        else f"{numbers.count(len(words), 'gate')} judged"
    )
    verdict += f", {numbers.count(warned, 'warning')}" if warned else "" if broken else ", all hold"
    head = fit("", 8) + fit("gate", 34) + "observed".rjust(12) + "limit".rjust(13) + "margin".rjust(8) + "line".rjust(5)
    lines = [title(plan.name, plan.region, verdict, style), paint(head, "bold", style)]
    ranked = sorted(plan.gates, key=lambda g: (_RANK[_word(g)], g.margin if g.margin is not None else 0, g.line))
    lines += [_row(g, style) for g in ranked]
    for gate in ranked:
        if gate.verdict == "fail":
            lines += ["", *_why(plan, gate)]
    return finish(lines, style)


def _word(gate: Verdict) -> str:
    return "ok" if gate.verdict != "fail" else "BROKEN" if gate.level == "deny" else "warning"


def _row(gate: Verdict, style: Style) -> str:
    word = _word(gate)
    name = gate.gate.split()[0]
    margin = "" if gate.margin is None else numbers.share(gate.margin)
    where = str(gate.line) if gate.line else "-"
    limit = f"{gate.operator} {numbers.value(gate.limit, gate.unit)}"
    row = (
        fit(name, 34)
        + numbers.value(gate.observed, gate.unit).rjust(12)
        + limit.rjust(13)
        + margin.rjust(8)
        + where.rjust(5)
    )
    colour = {"BROKEN": "red", "warning": "yellow", "ok": "green"}[word]
    return paint(word.ljust(8), colour, style) + row


def _why(plan: Plan, gate: Verdict) -> list[str]:
    name = gate.gate.split()[0]
    where = f"{plain(plan.file)}:{gate.line}:{gate.column}: " if gate.line else ""
    seen, limit = numbers.value(gate.observed, gate.unit), numbers.value(gate.limit, gate.unit)
    out = [f"{where}{name} is {seen}, limit {gate.operator} {limit}"]
    owner = next((r for r in plan.resources if name.startswith((f"{r.label}.", f"{r.address}."))), None)
    near = [p for p in plan.limits if owner and (p.check.resource + ".").startswith(f"{owner.label}.")]
    if near and gate.unit == "%":
        check = near[0].check
        used = f"{numbers.rate(check.load)} of {numbers.rate(check.quota)} {check.unit}"
        out.append(f"  why   {check.resource} {check.limit}: {used}" + (f", {near[0].at}" if near[0].at else ""))
    if gate.unit == "USD":
        lines = [x for x in plan.lines if owner is None or x.charge_id.startswith(f"{owner.label}.")]
        dear = sorted(lines, key=lambda x: -x.contracted_cost)[:3]
        out.append("  why   " + ", ".join(f"{x.id} {numbers.usd(x.contracted_cost)}" for x in dear))
    return out
