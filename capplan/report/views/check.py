"""Shows the verdicts on gates: failures first, and in the frame each failure's cause and the fix that passes."""

from collections.abc import Sequence

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
    Span,
    Table,
    facts,
    line,
    row,
    strong,
)
from capplan.report.verdicts import VerdictText, ranked, summary
from capplan.report.views.cost import cost_table
from capplan.report.views.cost_change import Change, changes_table
from capplan.report.views.parts import SIGNS, prices_line, signed, subtitle, what_to_write

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
    blocks: list[Block] = [Heading("Gates"), _table(gates)]
    for gate in gates:
        if gate.verdict.verdict != "pass" or gate.waiver:
            blocks += _details(gate)
    blocks += [*_costs(checked), facts(("Prices", prices_line(plan.prices)))]
    return Document(plan.name, head, (*blocks, _panel(checked, gates)))


def _costs(checked: Checked) -> list[Block]:
    """In the long form: cost by resource; against a baseline by how much it changed."""
    plan, base = checked.plan, checked.base
    heading = Heading("Cost by resource", shown="details")
    if not plan.resources and base is None:
        return []
    if base is None:
        return [heading, cost_table(plan, top=_MAX_RESOURCES)._replace(shown="details")]
    from capplan.commands.saved_plan import resource_costs  # noqa: PLC0415  a plan alone needs no saved one

    before, after = resource_costs(base), {r.label: r.monthly_cost for r in plan.resources}
    changes = [Change(label, before.get(label), after.get(label)) for label in dict.fromkeys([*after, *before])]
    table = changes_table("Resource", changes, base.monthly_cost, plan.monthly_cost)
    return [heading, table._replace(shown="details")]


def _table(gates: Sequence[VerdictText]) -> Table:
    return Table(_COLUMNS, tuple(row(*_cells(gate)) for gate in gates))


def _cells(gate: VerdictText) -> tuple[Line, ...]:
    role = _ROLES[gate.word]
    margin = Span(gate.margin.replace("-", "−"), role if role == "bad" else "")
    return (
        (Span(f"{SIGNS[role]} {gate.word}", role),),
        line(gate.name),
        line(gate.observed),
        line(gate.limit),
        line(margin),
        line(gate.line),
    )


def _details(gate: VerdictText) -> list[Block]:
    """Where a gate is written, why it fails, and what to write."""
    role = _ROLES[gate.word]
    out: list[Block] = [Paragraph(line(strong(gate.where), ": ", Span(gate.sentence, role)))]
    rows = [(word, line(text)) for word, text in (("waiver", gate.waiver), ("why", gate.why)) if text]
    if rows:
        out.append(facts(*rows))
    for i, fix in enumerate(gate.fixes):
        outcome = f" ({fix.outcome})" if fix.outcome else ""
        shown = [("or" if i else "fix", line(fix.message + outcome))]
        if fix.gives_up:
            shown.append(("consider", line(fix.gives_up)))
        out.append(facts(*shown))
        if fix.change:
            code = what_to_write(fix.change)
            out.append(Code(code.text, code.language))
    return out


def _panel(checked: Checked, gates: Sequence[VerdictText]) -> Panel:
    """How many gates fail, and for each the cause in a sentence."""
    role = min((_ROLES[gate.word] for gate in gates), key=("bad", "warn", "good").index)
    head = (signed(role, summary(checked.plan.gates)), line(cost_words(checked)))
    return Panel(role, (head,))
