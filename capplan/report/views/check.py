"""Shows the verdicts on gates: failures first, each with its line, cause and fix."""

from collections.abc import Sequence

from capplan.report.checked import Checked, cost_words
from capplan.report.document import Style, columns, finish, labelled, left, paint, right, row, safe, title, wrap
from capplan.report.verdicts import VerdictText, ranked, summary
from capplan.report.views.parts import prices_lines, what_to_write

VERDICT_COLOURS = {"failed": "red", "warning": "yellow", "waived": "yellow", "passed": "green"}
_MAX_NAME = 34
_MAX_LIMIT = 20
"""A longer limit does not widen its column."""
_TEXT = 8


def check_text(checked: Checked, style: Style) -> str:
    """The answer of `check` for one scenario."""
    plan = checked.plan
    head = title(plan.name, plan.region, summary(plan.gates), style)
    gates = ranked(checked.gates)
    if not gates:
        how = "Write `gates:` in the scenario, or give --budget 2500. capplan gates lists what a gate can observe."
        return finish([[head], wrap(how, 0, style), [f"{cost_words(checked)}."]])
    blocks = [_block(gate, style) for gate in gates if gate.verdict.verdict != "pass" or gate.waiver]
    foot = [f"{cost_words(checked)}.", *prices_lines(plan.prices, style)]
    return finish([[head, *_table(gates, style)], *blocks, foot])


def _table(gates: Sequence[VerdictText], style: Style) -> list[str]:
    name = min(max(columns(safe(gate.name, style)) for gate in gates), _MAX_NAME) + 9
    observed = max(name + 12, 45)
    limit = max(name + 24, 58, *(observed + 1 + len(gate.limit) for gate in gates if len(gate.limit) < _MAX_LIMIT))

    def cells(name: str, seen: str, bound: str, margin: str, line: str, colour: str = "") -> list[str]:
        return row(
            style,
            left(_TEXT, name),
            right(observed, seen),
            right(limit, bound),
            right(limit + 9, margin),
            right(limit + 15, line),
            colour=colour,
        )

    out = cells("gate", "observed", "limit", "margin", "line", "bold")
    for gate in gates:
        first, *more = cells(gate.name, gate.observed, gate.limit, gate.margin, gate.line)
        out += [paint(gate.word, VERDICT_COLOURS[gate.word], style) + first[len(gate.word) :], *more]
    return out


def _block(gate: VerdictText, style: Style) -> list[str]:
    """Where the gate is written, what is observed, why, and what to write."""
    out = [safe(f"{gate.where}: {gate.sentence}", style)]
    if gate.waiver:
        out += labelled("  note", gate.waiver, _TEXT, style)
    if gate.why:
        out += labelled("  why", gate.why, _TEXT, style)
    for i, fix in enumerate(gate.fixes):
        out += labelled("  or" if i else "  write", fix.message, _TEXT, style)
        if fix.gives_up:
            out += wrap(f"! {fix.gives_up}", _TEXT, style)
        out += what_to_write(fix.change, _TEXT, style)
        if fix.outcome:
            out += wrap(fix.outcome, _TEXT + 2, style)
    return out
