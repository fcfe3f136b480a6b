"""Verdicts for a person: what is broken comes first, with its line, why, and a way out. It judges nothing."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.answer import Plan, PlannedLimit, PlannedResource, Verdict
from capplan.report import numbers
from capplan.report.document import Style, columns, finish, labelled, left, paint, right, row, safe, wrap
from capplan.report.plan_text import (
    figure,
    gate_name,
    limit_name,
    lines_by_label,
    prices_lines,
    title,
    verdict_word,
    what_to_write,
)

_RANK = {"BROKEN": 0, "warning": 1, "ok": 2}
_COLOUR = {"BROKEN": "red", "warning": "yellow", "ok": "green"}
_DEAREST = 3


def check_text(plan: Plan, style: Style) -> str:
    """The answer of `check` for one scenario."""
    head = title(plan.name, plan.region, _verdict(plan.gates), style)
    ranked = sorted(
        plan.gates, key=lambda g: (_RANK[verdict_word(g)], g.margin is None, g.margin or Decimal(0), g.line)
    )
    if not ranked:
        return finish([[head], ["Write `gates:` in the scenario, or give --budget 2500."]])
    broken = [_block(plan, g, style) for g in ranked if g.verdict == "fail"]
    return finish([[head, *_table(ranked, style)], *broken, prices_lines(plan.prices, style)])


def _verdict(gates: Sequence[Verdict]) -> str:
    words = [verdict_word(g) for g in gates]
    broken, warned = words.count("BROKEN"), words.count("warning")
    if not words:
        return "no gates written"
    if not broken and not warned:
        return "the gate holds" if len(words) == 1 else f"all {len(words)} gates hold"
    first = f"{broken} of {numbers.count(len(words), 'gate')} BROKEN" if broken else f"no gate of {len(words)} broken"
    return first + (f", {numbers.count(warned, 'warning')}" if warned else "")


def _table(gates: Sequence[Verdict], style: Style) -> list[str]:
    name = min(max(columns(safe(gate_name(g), style)) for g in gates), 34) + 9
    seen, limit = max(name + 12, 45), max(name + 24, 58)
    out = row(
        style,
        left(8, "gate"),
        right(seen, "observed"),
        right(limit, "limit"),
        right(limit + 9, "margin"),
        right(limit + 15, "line"),
        colour="bold",
    )
    for gate in gates:
        word = verdict_word(gate)
        margin = "" if gate.margin is None else numbers.share(gate.margin)
        cells = row(
            style,
            left(8, gate_name(gate)),
            right(seen, figure(gate.observed, gate)),
            right(limit, f"{gate.operator} {figure(gate.limit, gate)}"),
            right(limit + 9, margin),
            right(limit + 15, str(gate.line) if gate.line else "--budget"),
        )
        out += [paint(word, _COLOUR[word], style) + cells[0][len(word) :], *cells[1:]]
    return out


def _block(plan: Plan, gate: Verdict, style: Style) -> list[str]:
    """Where it is written, what was seen, why, and what to write."""
    name = gate_name(gate)
    where = f"{plan.file}:{gate.line}:{gate.column}: " if gate.line else "--budget: "
    out = [
        safe(f"{where}{name} is {figure(gate.observed, gate)}, limit {gate.operator} {figure(gate.limit, gate)}", style)
    ]
    owner = _owner(plan, name)
    why = gate.why or _why(plan, gate, owner)
    if why:
        out += labelled("  why", why, 8, style)
    return out + _ways_out(plan, gate, owner, style)


def _owner(plan: Plan, name: str) -> PlannedResource | None:
    """The resource a gate observes, None for the whole."""
    return next((r for r in plan.resources if name.startswith((f"{r.label}.", f"{r.address}."))), None)


def _why(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> str:
    """The dearest lines for money; for everything else of a resource its tightest limit."""
    if gate.unit == "USD":
        return _dearest(plan, gate, owner)
    limits = [p for p in plan.limits if owner and f"{p.check.resource}.".startswith(f"{owner.label}.")]
    tightest = min(limits, key=lambda p: (p.headroom, p.check.limit), default=None)
    return _tightest(tightest) if tightest else ""


def _dearest(plan: Plan, gate: Verdict, owner: PlannedResource | None) -> str:
    if gate_name(gate).endswith("worst_run"):
        return ""
    lines = lines_by_label(plan)
    service = gate_name(gate).partition(".")[2]
    every = (
        lines[owner.label]
        if owner
        else [x for own in lines.values() for x in own if service in (x.service, "monthly", "yearly")]
    )
    dear = sorted(every, key=lambda x: (-x.contracted_cost, x.id))[:_DEAREST]
    return ("dearest: " if dear else "") + ", ".join(f"{x.id} {numbers.usd(x.contracted_cost)}" for x in dear)


def _tightest(limit: PlannedLimit) -> str:
    c = limit.check
    when = f"{limit.at}: " if limit.at else ""
    state = f"{numbers.share(-limit.headroom)} over" if limit.breached else f"{numbers.share(limit.headroom)} free"
    return f"{when}{limit_name(limit)} gets {numbers.rate(c.load)} {c.unit} and takes {numbers.rate(c.quota)}, {state}"


def _ways_out(plan: Plan, gate: Verdict, owner: PlannedResource | None, style: Style) -> list[str]:
    """The findings that would help: the best saving for money, the risks of the resource otherwise."""
    wanted = "saving" if gate.unit == "USD" else "risk"
    found = [
        f for f in plan.findings if f.severity == wanted and f.change and (owner is None or f.resource == owner.label)
    ]
    out: list[str] = []
    for finding in found[:_DEAREST]:
        worth = f"saves {numbers.usd(finding.monthly_saving)} a month: " if finding.monthly_saving else ""
        out += labelled("  write" if not out else "  or", worth + finding.message, 8, style)
        if finding.gives_up:
            out += wrap(f"! {finding.gives_up}", 8, style)
        out += what_to_write(((c.path, c.new) for c in finding.change), 8, style)
    return out
