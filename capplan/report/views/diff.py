"""Shows two plans compared: what changed in the scenario, the cost, limits and gates that changed state, the verdict."""

from collections.abc import Mapping, Sequence

from capplan.commands.diff import CostChange, Difference, GateChange, InputChange, LimitChange
from capplan.commands.saved_plan import GateRecord, LimitRecord, PlanRecord, gates_by_text, limits_by_name
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Line,
    Panel,
    Paragraph,
    Role,
    Row,
    Shown,
    Span,
    Table,
    line,
    row,
    strong,
)
from capplan.report.verdicts import limit_label, verdict_word
from capplan.report.views.cost_change import Change, changes_table
from capplan.report.views.limits import NEAR
from capplan.report.views.parts import SIGNS, signed, subtitle

_FEW = 10
_LINES = "Line items"
_VERDICT_ROLES: dict[str, Role] = {"failed": "bad", "warning": "warn", "waived": "warn", "passed": "good"}


def diff_document(difference: Difference) -> Document:
    """The answer of `diff`."""
    head = difference.head.scenario
    blocks: list[Block] = [
        *_inputs(difference.inputs),
        *_costs("Cost by resource", difference.resources, difference),
        *(replace(block, shown="details") for block in _costs(_LINES, difference.lines, difference)),
        *_limits(difference.limits),
        *_gates(difference.gates),
        *_notes(difference),
        _panel(difference),
    ]
    sources = f"{difference.base_source} → {difference.head_source}"
    return Document(head.name, subtitle(head.region, "list prices in USD", sources), tuple(blocks))


# --- the scenario ----------------------------------------------------------------------------------------------------


def _inputs(inputs: Sequence[InputChange]) -> list[Block]:
    """Each changed value, what it was in red and what it is in green."""
    if not inputs:
        return []
    folds = len(inputs) > 2 * _FEW + 1
    rows: list[Row] = []
    for i, change in enumerate(inputs):
        shown: Shown = "details" if folds and i >= 2 * _FEW else "always"
        rows.append(
            row(
                change.path,
                Span(f"− {change.base}", "bad") if change.base is not None else "",
                Span(f"+ {change.head}", "good") if change.head is not None else "",
                shown=shown,
            )
        )
    if folds:
        rows.append(row(f"{len(inputs) - 2 * _FEW} more: --details", "", "", role="dim", shown="short"))
    columns = (Column("Key"), Column("Before", wraps=True), Column("After", wraps=True))
    return [Heading("Changed in the scenario"), Table(columns, tuple(rows))]


# --- costs -----------------------------------------------------------------------------------------------------------


def _costs(title: str, costs: Sequence[CostChange], difference: Difference) -> list[Block]:
    """Costs by how much they changed."""
    if not difference.change and not any(cost.change for cost in costs):
        return [Heading(title, "unchanged")]
    changes = [Change(cost.label, cost.base, cost.head) for cost in costs]
    head = "Line item" if title == _LINES else "Resource"
    return [
        Heading(title),
        changes_table(head, changes, difference.base.monthly_cost, difference.head.monthly_cost),
    ]


# --- limits and gates ------------------------------------------------------------------------------------------------


def _limits(limits: Sequence[LimitChange]) -> list[Block]:
    """Limits that changed their state; all that moved with details."""
    rows: list[Row] = []
    for change in limits:
        if change.change or change.base is None or change.head is None:
            changed = _state(change.base) != _state(change.head)
            rows.append(_limit(change, "always" if changed else "details"))
    if not rows:
        return []
    columns = (
        Column("Limit"),
        Column("Used before", "right"),
        Column("Used after", "right"),
        Column("State before", optional=1),
        Column("State after"),
    )
    shown: Shown = "always" if any(made.shown == "always" for made in rows) else "details"
    return [Heading("Capacity at peak", shown=shown), Table(columns, tuple(rows), shown=shown)]


def _limit(change: LimitChange, shown: Shown) -> Row:
    return row(
        limit_label(change.resource, change.limit),
        numbers.share(1 - change.base.headroom) if change.base else "new",
        numbers.share(1 - change.head.headroom) if change.head else "removed",
        _state(change.base),
        _state(change.head),
        shown=shown,
    )


def _state(limit: LimitRecord | None) -> Span:
    """Exceeded, near, or neither."""
    if limit is None:
        return Span("")
    if limit.breached:
        return signed("bad", "exceeded")
    return signed("warn", "near") if limit.headroom < NEAR else signed("good", "within limits")


def _gates(gates: Sequence[GateChange]) -> list[Block]:
    """Gates whose verdict changed."""
    verdicts = [(x.gate, verdict_word(x.base), verdict_word(x.head)) for x in gates]
    rows = [row(gate, _verdict(before), _verdict(now)) for gate, before, now in verdicts if before != now]
    columns = (Column("Gate"), Column("Before"), Column("After"))
    return [Heading("Gates"), Table(columns, tuple(rows))] if rows else []


def _verdict(word: str) -> Span:
    role = _VERDICT_ROLES.get(word)
    return Span(word, "dim") if role is None else Span(f"{SIGNS[role]} {word}", role)


def _notes(difference: Difference) -> list[Block]:
    out: list[Block] = []
    for source, plan in ((difference.base_source, difference.base), (difference.head_source, difference.head)):
        if not plan.inputs:
            out.append(Paragraph(line(f"{source} has no copy of its scenario, so scenarios are not compared.")))
    if difference.base.prices.sha256 != difference.head.prices.sha256:
        out.append(Paragraph((Span("The two were priced with different price files.", "warn"),)))
    return out


# --- the verdict -----------------------------------------------------------------------------------------------------


def _panel(difference: Difference) -> Panel:
    """What the change costs, and what it does to gates and limits."""
    base, head = difference.base, difference.head
    change = numbers.change(base.monthly_cost, difference.change)
    words = "costs the same" if change == "unchanged" else f"USD {change} / month"
    amounts = f"{numbers.usd(base.monthly_cost)} → {numbers.usd(head.monthly_cost)} a month"
    rows: list[tuple[Span, Line]] = [(strong(words), line(amounts))]
    if base.one_time_cost or head.one_time_cost:
        once = f"{numbers.usd(base.one_time_cost)} → {numbers.usd(head.one_time_cost)}"
        rows.append((Span("  one-time"), line(once)))
    roles: list[Role] = []
    if base.gates or head.gates:
        role, label = _verdicts(gates_by_text(head))
        roles.append(role)
        rows.append((signed(role, label), line(f"before: {_verdicts(gates_by_text(base))[1]}")))
    role, label, more = _limits_state(head)
    roles.append(role)
    before = _limits_state(base)
    rows.append((signed(role, label), line(more, "; " if more else "", f"before: {before[1]}")))
    return Panel(min(roles, key=("bad", "warn", "good").index), tuple(rows))


def _verdicts(gates: Mapping[str, GateRecord]) -> tuple[Role, str]:
    words = {name: verdict_word(gate) for name, gate in gates.items()}
    if not words:
        return "good", "no gates"
    failed = [name for name, word in words.items() if word == "failed"]
    warned, waived = (sum(word == kind for word in words.values()) for kind in ("warning", "waived"))
    parts = [f"{len(failed)} of {numbers.count(len(words), 'gate')} failed: {failed[0]}"] if failed else []
    parts += [numbers.count(warned, "warning")] if warned else []
    parts += [f"{waived} waived"] if waived else []
    if not parts:
        return "good", f"{len(words)} of {numbers.count(len(words), 'gate')} pass"
    return ("bad" if failed else "warn"), ", ".join(parts)


def _limits_state(plan: PlanRecord) -> tuple[Role, str, str]:
    limits = limits_by_name(plan)
    exceeded = sorted((limit.headroom, name) for name, limit in limits.items() if limit.breached)
    if not exceeded:
        return "good", "no limit exceeded" if limits else "no limits", ""
    headroom, name = exceeded[0]
    return "bad", f"{numbers.count(len(exceeded), 'limit')} exceeded", f"{limit_label(*name)}, {numbers.over(headroom)}"
