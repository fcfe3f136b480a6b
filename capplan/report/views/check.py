"""Shows the verdicts on gates: failures first, and in the frame each failure's cause and the fix that passes."""

from collections.abc import Sequence

from capplan.language.gate_syntax import FORECAST
from capplan.record import replace
from capplan.report.checked import Checked, cost_words
from capplan.report.document import (
    Block,
    Code,
    Column,
    Document,
    Heading,
    Line,
    Panel,
    Paragraph,
    Role,
    Row,
    Span,
    Table,
    facts,
    line,
    row,
    strong,
    with_names,
)
from capplan.report.verdicts import Fix, VerdictText, ranked, summary
from capplan.report.views.cost import cost_table
from capplan.report.views.cost_change import Change, changes_table
from capplan.report.views.parts import SIGNS, names_of, prices_line, signed, subtitle, what_to_write
from capplan.report.views.ranges import gate_ranges_blocks
from capplan.report.views.recommendations import money

_ROLES: dict[str, Role] = {"failed": "bad", "warning": "warn", "waived": "warn", "passed": "good"}
_MAX_RESOURCES = 20
_COLUMNS = (
    Column(""),
    Column("Gate"),
    Column("Observed", "right"),
    Column("Limit", "right"),
    Column("Margin", "right"),
    Column("Line", "right"),
)


_FIX_COLUMNS = (
    Column("Fix", wraps=True),
    Column("Gate"),
    Column("Then", "right"),
    Column("USD/month", "right"),
    Column("Consider", wraps=True),
)
_FEW = 3


def check_document(checked: Checked) -> Document:
    """The answer of `check` for one scenario."""
    plan = checked.plan
    gates = ranked(checked.gates)
    head = subtitle(plan.region, f"{'contracted' if plan.discount else 'list'} prices in USD", plan.file)
    if not gates:
        how = (
            "Write gates: in the scenario, or give --budget 2500. capplan gates SCENARIO lists what a gate can observe."
        )
        panel = Panel("warn", ((signed("warn", "no gates"), line(f"{cost_words(checked)}")),), (line(how),))
        return Document(plan.name, head, (panel,))
    names = names_of(plan)
    blocks: list[Block] = [Heading("Gates"), _table(gates)]
    for gate in gates:
        if gate.verdict.verdict != "pass" or gate.waiver or gate.verdict.why:
            blocks += _details(gate, names)
    blocks += [] if plan.ranges is None else gate_ranges_blocks(plan.ranges)
    blocks += [*_costs(checked), facts(("Prices", prices_line(plan.prices)))]
    return Document(plan.name, head, (*blocks, _panel(checked, gates)))


def _costs(checked: Checked) -> list[Block]:
    """In the long form: cost by resource; against a baseline by how much it changed."""
    plan, base = checked.plan, checked.base
    heading = Heading("Cost by resource", shown="details")
    if not plan.resources and base is None:
        return []
    if base is None:
        return [heading, replace(cost_table(plan, top=_MAX_RESOURCES), shown="details")]
    from capplan.commands.saved_plan import resource_costs  # noqa: PLC0415  a plan alone needs no saved one

    before, after = resource_costs(base), {r.label: r.monthly_cost for r in plan.resources}
    changes = [Change(label, before.get(label), after.get(label)) for label in dict.fromkeys([*after, *before])]
    table = changes_table("Resource", changes, base.monthly_cost, plan.monthly_cost)
    return [heading, replace(table, shown="details")]


def _table(gates: Sequence[VerdictText]) -> Table:
    return Table(_COLUMNS, tuple(row(*_cells(gate)) for gate in gates))


def _cells(gate: VerdictText) -> tuple[Line, ...]:
    role = _ROLES[gate.word]
    margin = Span(gate.margin, role if role == "bad" else "")
    return (
        (Span(f"{SIGNS[role]} {gate.word}", role),),
        line(gate.name),
        line(gate.observed),
        line(gate.limit),
        line(margin),
        line(gate.line),
    )


def _details(gate: VerdictText, names: Sequence[str]) -> list[Block]:
    """Where a gate is written, why it fails, and what helps it: the fix that passes first, as a command."""
    role = _ROLES[gate.word]
    out: list[Block] = [Paragraph(line(strong(gate.where), ": ", Span(gate.sentence, role)))]
    rows = [(word, with_names(text, names)) for word, text in (("waiver", gate.waiver), ("why", gate.why)) if text]
    if rows:
        out.append(facts(*rows))
    if gate.fixes:
        out.append(Table(_FIX_COLUMNS, tuple(_fix(fix, names) for fix in gate.fixes)))
        best = gate.fixes[0]
        out.append(Code(best.command, "console") if best.command else what_to_write(best.change))
    return out


def _fix(fix: Fix, names: Sequence[str]) -> Row:
    then: Line = ()
    if fix.holds is not None:
        role: Role = "good" if fix.holds else "warn"
        then = line(Span(f"{SIGNS[role]} {'passes' if fix.holds else 'not enough'}", role))
    return row(
        with_names(fix.action, names),
        then,
        fix.observed,
        "" if fix.saving is None else money(fix.saving),
        fix.gives_up,
    )


def _panel(checked: Checked, gates: Sequence[VerdictText]) -> Panel:
    """How many gates fail; for each what is observed, and the fix that makes it pass."""
    role = min((_ROLES[gate.word] for gate in gates), key=("bad", "warn", "good").index)
    head = (signed(role, summary(checked.plan.gates)), line(cost_words(checked)))
    failed = [gate for gate in gates if gate.word in ("failed", "warning")]
    lines = [
        line(strong(gate.name), f" is {gate.observed}, limit {gate.limit}. {_fix_words(gate)}")
        for gate in failed[:_FEW]
    ]
    if len(failed) > _FEW:
        lines.append(line(f"{len(failed) - _FEW} more above."))
    return Panel(role, (head,), tuple(lines))


def _fix_words(gate: VerdictText) -> str:
    passing = next((fix for fix in gate.fixes if fix.holds), None)
    if passing is None and any(name.startswith(FORECAST) for name in gate.verdict.names):
        return "capplan forecast shows what moves it."
    if passing is None:
        return "" if gate.verdict.fixes is None else "No recommendation makes it pass."
    return f"Fix: {passing.action[:1].lower()}{passing.action[1:]} → {passing.observed}, the gate passes."
