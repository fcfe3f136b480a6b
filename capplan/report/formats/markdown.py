"""Writes verdicts and differences as GitHub-flavored Markdown that fits a comment: failures first, the rest folded."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote

from capplan.report import numbers
from capplan.report.checked import Checked, cost_words
from capplan.report.markup import code, md
from capplan.report.verdicts import VerdictText, limit_name, ranked, summary, verdict_word
from capplan.report.yaml_value import change_words

if TYPE_CHECKING:
    from capplan.commands.diff import CostChange, Difference, InputChange, LimitChange

MAX_CHARACTERS = 60_000
"""GitHub rejects comments above 65,536 characters."""
_MAX_GATES, _MAX_RESOURCES = 40, 20
_MAX_VALUE = 200


def marker(name: str) -> str:
    """The hidden first line by which a comment is found again, and replaced."""
    return f"<!-- capplan: {quote(name, safe=' ', errors='backslashreplace')} -->"


def table(head: Sequence[str], align: str, rows: Iterable[Sequence[str]], more: int = 0) -> str:
    """A table; `align` has an r for each column of right-aligned figures. Cells are escaped already."""
    lines = [
        "|" + "|".join(f" {h} " if h else " " for h in head) + "|",
        "|" + "|".join("---:" if letter == "r" else "---" for letter in align) + "|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    if more > 0:
        lines.append("| " + " | ".join([f"{more} more", *[""] * (len(head) - 1)]) + " |")
    return "\n".join(lines)


# --- check -----------------------------------------------------------------------------------------------------------


def checked_markdown(every: Sequence[Checked]) -> str:
    """A section for each scenario; short where they would not fit together."""
    whole = "\n".join(_checked(checked, _MAX_GATES, _MAX_RESOURCES) for checked in every)
    if len(whole) <= MAX_CHARACTERS:
        return whole
    share = MAX_CHARACTERS // len(every)
    return "\n".join(_fitting(checked, share) for checked in every)[:MAX_CHARACTERS]


def _fitting(checked: Checked, max_characters: int) -> str:
    """A section with fewer gates and resources until it fits; at last its head alone."""
    for gates, resources in ((20, 10), (5, 0), (0, 0)):
        text = _checked(checked, gates, resources)
        if len(text) <= max_characters:
            return text
    return "\n".join([marker(checked.plan.name)[:200], f"{md(summary(checked.plan.gates))}. {cost_words(checked)}", ""])


def _checked(checked: Checked, max_gates: int, max_resources: int) -> str:
    plan, gates = checked.plan, ranked(checked.gates)
    failed = [g for g in gates if g.verdict.verdict != "pass"]
    passed = [g for g in gates if g.verdict.verdict == "pass"]
    blocks = [
        f"{marker(plan.name)}\n**{md(plan.name)}: {summary(plan.gates)}.** {cost_words(checked)}",
        _gates(failed[:max_gates], len(failed) - max_gates),
        *(_cause(gate) for gate in failed[:max_gates]),
        *(f"not judged: {code(gate.gate)}: {md(gate.needs)}" for gate in plan.unjudged[:max_gates]),
        _details(checked, passed, max_gates, max_resources),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _gates(gates: Sequence[VerdictText], more: int) -> str:
    if not gates:
        return ""
    rows = [[_word(g), code(g.name), md(g.observed), md(g.limit), g.margin, _place(g)] for g in gates]
    return table(("", "gate", "observed", "limit", "margin", "line"), "llrrrr", rows, more)


def _word(gate: VerdictText) -> str:
    return f"**{gate.word}**" if gate.word == "failed" else gate.word


def _place(gate: VerdictText) -> str:
    return str(gate.verdict.line) if gate.verdict.line else code(gate.line)


def _cause(gate: VerdictText) -> str:
    """Why a gate fails, and a fix."""
    parts = [md(part) for part in (gate.waiver, gate.why) if part]
    if gate.fixes:
        fix = gate.fixes[0]
        parts.append(f"Write {code(change_words(fix.change))}" + (f": {md(fix.outcome)}" if fix.outcome else ""))
    place = f"line {gate.verdict.line}" if gate.verdict.line else code(gate.line)
    return f"**{code(gate.name)}** ({place}): {'. '.join(parts)}" if parts else ""


def _details(checked: Checked, passed: Sequence[VerdictText], max_gates: int, max_resources: int) -> str:
    blocks, names = [], []
    if passed and max_gates:
        names.append(f"{numbers.count(len(passed), 'gate')} {'passes' if len(passed) == 1 else 'pass'}")
        blocks.append(_gates(passed[:max_gates], len(passed) - max_gates))
    if checked.plan.resources and max_resources:
        names.append("cost by resource")
        blocks.append(_resources(checked, max_resources))
    if not blocks:
        return ""
    return "\n\n".join([f"<details><summary>{' · '.join(names)}</summary>", *blocks, "</details>"])


def _resources(checked: Checked, max_rows: int) -> str:
    """Resources by cost; against a baseline by how much they changed, removed ones too."""
    costs = {r.label: r.monthly_cost for r in checked.plan.resources}
    if checked.base is None:
        labels = sorted(costs, key=lambda label: (-costs[label], label))
        rows = [[code(label), numbers.usd(costs[label])] for label in labels[:max_rows]]
        return table(("resource", "USD/month"), "lr", [*rows, *_total(checked, len(labels) - max_rows)])
    from capplan.commands.saved_plan import resource_costs  # noqa: PLC0415  a plan alone needs no saved one

    zero, base = Decimal(0), resource_costs(checked.base)
    changes = {label: costs.get(label, zero) - base.get(label, zero) for label in [*costs, *base]}
    labels = sorted(changes, key=lambda label: (-abs(changes[label]), -costs.get(label, zero), label))
    rows = [
        [
            code(label),
            numbers.usd(base[label]) if label in base else "new",
            numbers.usd(costs[label]) if label in costs else "removed",
            numbers.usd(changes[label], sign=True),
        ]
        for label in labels[:max_rows]
    ]
    return table(("resource", "base", "head", "USD/month"), "lrrr", [*rows, *_total(checked, len(labels) - max_rows)])


def _total(checked: Checked, more: int) -> list[list[str]]:
    """A row for what is folded, and the total."""
    total = numbers.usd(checked.plan.monthly_cost)
    cells = ["**total**", f"**{total}**"]
    if checked.base is not None and checked.change is not None:
        base = checked.base.monthly_cost
        cells = ["**total**", numbers.usd(base), f"**{total}**", numbers.change(base, checked.change)]
    return [*([[f"{more} more", *[""] * (len(cells) - 1)]] if more > 0 else []), cells]


# --- diff ------------------------------------------------------------------------------------------------------------


def diff_markdown(difference: "Difference") -> str:
    """The cost in one line, then what changed in the scenario and what that changes; cut to the size of a comment."""
    for max_rows in (40, 10, 0):
        text = _difference(difference, max_rows)
        if len(text) <= MAX_CHARACTERS:
            return text
    return text[:MAX_CHARACTERS]


def _difference(difference: "Difference", max_rows: int) -> str:
    base, head = difference.base.monthly_cost, difference.head.monthly_cost
    name, change = difference.head.scenario.name, numbers.change(base, difference.change)
    costs = [_cost(x) for x in difference.resources if x.change]
    limits = [_limit(x) for x in difference.limits if x.breaks or x.resolved]
    verdicts = [(x.gate, verdict_word(x.base), verdict_word(x.head)) for x in difference.gates]
    gates = [[code(gate), before, now] for gate, before, now in verdicts if before != now]
    sections = (
        (("changed in the scenario", "base", "head"), "lrr", [_input(x) for x in difference.inputs]),
        (("resource", "base", "head", "USD/month"), "lrrr", costs),
        (("headroom", "base", "head", ""), "lrrl", limits),
        (("gate", "base", "head"), "lll", gates),
    )
    amounts = f"{numbers.usd(base)} to {numbers.usd(head)}"
    blocks = [f"{marker(name)}\n**{md(name)}: {change} USD a month**, {amounts}"]
    blocks += [
        table(columns, align, rows[:max_rows], len(rows) - max_rows)
        for columns, align, rows in sections
        if rows and max_rows
    ]
    return "\n\n".join(blocks) + "\n"


def _input(given: "InputChange") -> list[str]:
    return [code(given.path), *("(none)" if x is None else code(x[:_MAX_VALUE]) for x in (given.base, given.head))]


def _cost(cost: "CostChange") -> list[str]:
    base = "new" if cost.base is None else numbers.usd(cost.base)
    head = "removed" if cost.head is None else numbers.usd(cost.head)
    return [code(cost.label), base, head, numbers.usd(cost.change, sign=True)]


def _limit(limit: "LimitChange") -> list[str]:
    headroom = [numbers.share(x.headroom) if x else "" for x in (limit.base, limit.head)]
    return [code(limit_name(limit.resource, limit.limit)), *headroom, "exceeded" if limit.breaks else "within limits"]
