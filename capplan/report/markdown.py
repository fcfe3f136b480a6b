"""Answers as GitHub-flavoured Markdown that fits a comment: what is broken first, the rest folded. It judges nothing."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from urllib.parse import quote

from capplan.report import numbers
from capplan.report.checked import Checked, change_words, money
from capplan.report.markup import code, md
from capplan.report.verdicts import Told, ranked, summary
from capplan.report.yaml_value import written

MOST_CHARACTERS = 60_000
"""GitHub refuses comments above 65,536 characters."""
_GATES, _RESOURCES = 40, 20


def marker(name: str) -> str:
    """The hidden first line by which a comment is found again, and replaced."""
    return f"<!-- capplan: {quote(name, safe=' ', errors='backslashreplace')} -->"


def checked_markdown(every: Sequence[Checked]) -> str:
    """One section a scenario; short where they would not fit together."""
    whole = "\n".join(_section(one, _GATES, _RESOURCES) for one in every)
    if len(whole) <= MOST_CHARACTERS:
        return whole
    share = MOST_CHARACTERS // len(every)
    return "\n".join(_fitting(one, share) for one in every)[:MOST_CHARACTERS]


def _fitting(one: Checked, most: int) -> str:
    """A section cut down until it fits: fewer gates and resources, in the end its head alone."""
    for gates, resources in ((20, 10), (5, 0), (0, 0)):
        text = _section(one, gates, resources)
        if len(text) <= most:
            return text
    return "\n".join([marker(one.plan.name)[:200], f"{md(summary(one.plan.gates))}. {money(one)}", ""])


def _section(one: Checked, most_gates: int, most_resources: int) -> str:
    gates = ranked(one.gates)
    bad = [g for g in gates if g.verdict.verdict != "pass"]
    good = [g for g in gates if g.verdict.verdict == "pass"]
    blocks = [
        f"{marker(one.plan.name)}\n**{md(one.plan.name)}: {summary(one.plan.gates)}.** {money(one)}",
        _gates(bad[:most_gates], len(bad) - most_gates),
        *(_block(g) for g in bad[:most_gates]),
        *(f"not judged: {code(u.gate)}: {md(u.needs)}" for u in one.plan.unjudged[:most_gates]),
        _details(one, good, most_gates, most_resources),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def table(head: Sequence[str], right: str, rows: Iterable[Sequence[str]], more: int = 0) -> str:
    """A table; `right` has an r for each column whose figures stand right. Cells are escaped already."""
    lines = [
        "|" + "|".join(f" {h} " if h else " " for h in head) + "|",
        "|" + "|".join("---:" if side == "r" else "---" for side in right) + "|",
    ]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    if more > 0:
        lines.append("| " + " | ".join([f"{more} more", *[""] * (len(head) - 1)]) + " |")
    return "\n".join(lines)


def _gates(gates: Sequence[Told], more: int) -> str:
    if not gates:
        return ""
    rows = [[_word(g), code(g.name), md(g.observed), md(g.limit), g.margin, _place(g)] for g in gates]
    return table(("", "gate", "observed", "limit", "margin", "line"), "llrrrr", rows, more)


def _word(one: Told) -> str:
    return f"**{one.word}**" if one.word == "BROKEN" else one.word


def _place(one: Told) -> str:
    return str(one.verdict.line) if one.verdict.line else code(one.line)


def _block(one: Told) -> str:
    """Why, and a way out."""
    parts = [md(part) for part in (one.waiver, one.why) if part]
    if one.ways:
        way = one.ways[0]
        change = ", ".join(f"{c.path}: {written(c.new)}" for c in way.change)
        parts.append(f"Write {code(change)}" + (f": {md(way.gives)}" if way.gives else ""))
    place = f"line {one.verdict.line}" if one.verdict.line else code(one.line)
    return f"**{code(one.name)}** ({place}): {'. '.join(parts)}" if parts else ""


def _details(one: Checked, good: Sequence[Told], most_gates: int, most_resources: int) -> str:
    blocks, names = [], []
    if good and most_gates:
        names.append(f"{numbers.count(len(good), 'gate')} {'holds' if len(good) == 1 else 'hold'}")
        blocks.append(_gates(good[:most_gates], len(good) - most_gates))
    if one.plan.resources and most_resources:
        names.append("cost by resource")
        blocks.append(_resources(one, most_resources))
    if not blocks:
        return ""
    return "\n\n".join([f"<details><summary>{' · '.join(names)}</summary>", *blocks, "</details>"])


def _resources(one: Checked, most: int) -> str:
    """Resources by cost; against a baseline by how much they changed, those that are gone too."""
    costs = {r.label: r.monthly_cost for r in one.plan.resources}
    base = one.base
    if base is None:
        ranks = sorted(costs, key=lambda label: (-costs[label], label))
        rows = [[code(label), numbers.usd(costs[label])] for label in ranks[:most]]
        return table(("resource", "USD/month"), "lr", [*rows, *_total(one, len(ranks) - most)])
    labels = [*costs, *(label for label in base.resources if label not in costs)]
    zero = Decimal(0)
    changes = {label: costs.get(label, zero) - base.resources.get(label, zero) for label in labels}
    ranks = sorted(labels, key=lambda label: (-abs(changes[label]), -costs.get(label, zero), label))
    rows = [
        [
            code(label),
            numbers.usd(base.resources[label]) if label in base.resources else "new",
            numbers.usd(costs[label]) if label in costs else "gone",
            numbers.usd(changes[label], sign=True),
        ]
        for label in ranks[:most]
    ]
    return table(("resource", "base", "head", "USD/month"), "lrrr", [*rows, *_total(one, len(ranks) - most)])


def _total(one: Checked, more: int) -> list[list[str]]:
    """A row for what is folded, and the total."""
    wide = one.base is not None
    out = [[f"{more} more", *[""] * (3 if wide else 1)]] if more > 0 else []
    total = numbers.usd(one.plan.monthly_cost)
    if one.base is None or one.change is None:
        return [*out, ["**total**", f"**{total}**"]]
    base, change = numbers.usd(one.base.monthly_cost), change_words(one.base.monthly_cost, one.change)
    return [*out, ["**total**", base, f"**{total}**", change]]
