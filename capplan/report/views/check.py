"""Verdicts for a person: what is broken comes first, with its line, why, and a way out. It judges nothing."""

from collections.abc import Sequence

from capplan.report.checked import Checked, money
from capplan.report.document import Style, columns, finish, labelled, left, paint, right, row, safe, wrap
from capplan.report.views.estimate import prices_lines, title, what_to_write
from capplan.report.verdicts import Told, ranked, summary

_COLOUR = {"BROKEN": "red", "warning": "yellow", "waived": "yellow", "ok": "green"}
_WIDEST_NAME = 34


def check_text(checked: Checked, style: Style) -> str:
    """The answer of `check` for one scenario."""
    plan = checked.plan
    head = title(plan.name, plan.region, summary(plan.gates), style)
    gates = ranked(checked.gates)
    if not gates:
        how = "Write `gates:` in the scenario, or give --budget 2500. capplan gates lists what can be asked."
        return finish([[head], wrap(how, 0, style), [f"{money(checked)}."]])
    blocks = [_block(one, style) for one in gates if one.verdict.verdict != "pass" or one.waiver]
    foot = [f"{money(checked)}.", *prices_lines(plan.prices, style)]
    return finish([[head, *_table(gates, style)], *blocks, foot])


def _table(gates: Sequence[Told], style: Style) -> list[str]:
    name = min(max(columns(safe(one.name, style)) for one in gates), _WIDEST_NAME) + 9
    seen = max(name + 12, 45)
    limit = max(name + 24, 58, *(seen + 1 + len(one.limit) for one in gates if len(one.limit) < 20))  # noqa: PLR2004  what 80 columns leave
    out = row(
        style,
        left(8, "gate"),
        right(seen, "observed"),
        right(limit, "limit"),
        right(limit + 9, "margin"),
        right(limit + 15, "line"),
        colour="bold",
    )
    for one in gates:
        cells = row(
            style,
            left(8, one.name),
            right(seen, one.observed),
            right(limit, one.limit),
            right(limit + 9, one.margin),
            right(limit + 15, one.line),
        )
        out += [paint(one.word, _COLOUR[one.word], style) + cells[0][len(one.word) :], *cells[1:]]
    return out


def _block(one: Told, style: Style) -> list[str]:
    """Where it is written, what was seen, why, and what to write."""
    out = [safe(f"{one.where}: {one.sentence}", style)]
    if one.waiver:
        out += labelled("  note", one.waiver, 8, style)
    if one.why:
        out += labelled("  why", one.why, 8, style)
    for i, way in enumerate(one.ways):
        out += labelled("  or" if i else "  write", way.message, 8, style)
        if way.gives_up:
            out += wrap(f"! {way.gives_up}", 8, style)
        out += what_to_write(((c.path, c.new) for c in way.change), 8, style)
        if way.gives:
            out += wrap(way.gives, 10, style)
    return out
