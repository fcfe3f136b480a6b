"""Shows two plans compared: cost first, then changes of the scenario, costs, limits and gates."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.commands.diff import CostChange, Difference, GateChange, InputChange, LimitChange
from capplan.commands.saved_plan import GateRecord, LimitRecord, PlanRecord, gates_by_text, limits_by_name
from capplan.report import numbers
from capplan.report.layout import Style, columns, finish, left, paint, right, row, safe, title, wrap
from capplan.report.verdicts import limit_name, verdict_word

_BASE, _HEAD, _AMOUNT = 52, 66, 80
_MAX_ROWS = 10
_CENT = Decimal("0.01")
_NEAR = Decimal("0.20")
_MOVED = Decimal("0.05")
"""A headroom that changed by less is not shown, unless it is near."""
_MAX_VALUE = 13
_TEXT = 12

VERDICT_COLOURS = {"failed": "red", "warning": "yellow", "waived": "yellow", "passed": "green"}


def diff_text(difference: Difference, style: Style, *, details: bool) -> str:
    """The answer of `diff`."""
    head, sources = difference.head.scenario, f"{difference.base_source} to {difference.head_source}"
    return finish(
        [
            [title(head.name, head.region, sources, style), *_summary(difference, style)],
            _inputs(difference.inputs, style, details=details),
            _costs("Cost", difference.resources, difference, style, details=details),
            _costs("Line items", difference.lines, difference, style, details=details) if details else [],
            _limits(difference.limits, style, details=details),
            _gates(difference.gates, style),
            _notes(difference, style),
        ]
    )


def _summary(difference: Difference, style: Style) -> list[str]:
    base, head = difference.base, difference.head
    change = numbers.change(base.monthly_cost, difference.change)
    out = [f"  cost      {numbers.usd(base.monthly_cost)} to {numbers.usd(head.monthly_cost)}, {change} a month"]
    if base.one_time_cost or head.one_time_cost:
        out.append(f"  one-time  {numbers.usd(base.one_time_cost)} to {numbers.usd(head.one_time_cost)}")
    if base.gates or head.gates:
        out += _line("gates", f"{_verdicts(gates_by_text(base))} to {_verdicts(gates_by_text(head))}", style)
    return out + _line("limits", f"{_limits_state(base)} to {_limits_state(head)}", style)


def _line(label: str, text: str, style: Style) -> list[str]:
    first, *more = wrap(text, _TEXT, style) or [""]
    return [f"  {label:10}{first.lstrip()}", *more]


def _verdicts(gates: Mapping[str, GateRecord]) -> str:
    words = {name: verdict_word(gate) for name, gate in gates.items()}
    if not words:
        return "no gates"
    counts = {word: sum(w == word for w in words.values()) for word in ("passed", "waived", "warning", "failed")}
    parts = [f"{counts[word]} {word}" for word in ("passed", "waived") if counts[word]]
    parts += [numbers.count(counts["warning"], "warning")] if counts["warning"] else []
    failed = [name for name, word in words.items() if word == "failed"]
    parts += [f"{len(failed)} failed: {failed[0]}"] if failed else []
    return ", ".join(parts)


def _limits_state(plan: PlanRecord) -> str:
    limits = limits_by_name(plan)
    exceeded = sorted((limit.headroom, name) for name, limit in limits.items() if limit.breached)
    if not exceeded:
        return "none exceeded" if limits else "none checked"
    headroom, name = exceeded[0]
    return f"{len(exceeded)} exceeded: {limit_name(*name)}, {numbers.over(headroom)}"


def _inputs(inputs: Sequence[InputChange], style: Style, *, details: bool) -> list[str]:
    if not inputs:
        return []
    out = _heads("Changed in the scenario", "", style)
    shown = inputs if details else inputs[: 2 * _MAX_ROWS]
    for change in shown:
        out += _input(change, style)
    hidden = len(inputs) - len(shown)
    return out + (row(style, left(0, f"{hidden} more: --details"), colour="dim") if hidden else [])


def _input(change: InputChange, style: Style) -> list[str]:
    """Values side by side where they are short, else one below the other; never cut."""
    base, head = (safe(x, style) if x is not None else "(none)" for x in (change.base, change.head))
    if max(columns(base), columns(head)) <= _MAX_VALUE:
        return row(style, left(0, change.path), right(_BASE, base), right(_HEAD, head))
    return [*row(style, left(0, change.path)), *wrap(f"base {base}", 4, style), *wrap(f"head {head}", 4, style)]


def _heads(name: str, amount: str, style: Style) -> list[str]:
    return row(style, left(0, name), right(_BASE, "base"), right(_HEAD, "head"), right(_AMOUNT, amount), colour="bold")


def _costs(name: str, costs: Sequence[CostChange], difference: Difference, style: Style, *, details: bool) -> list[str]:
    """Costs by how much they changed; what did not change folds, and the total is that of the plans."""
    changed = [cost for cost in costs if cost.change]
    if not difference.change and not changed:
        return [] if details and name != "Cost" else [f"{name}  unchanged."]
    shown = changed if details else changed[:_MAX_ROWS]
    hidden = [cost for cost in costs if cost not in shown]
    out = _heads(name, "USD/month", style)
    for cost in shown:
        out += _cost(cost, style)
    rest = [CostChange(f"{len(hidden)} more", _sum(x.base for x in hidden), _sum(x.head for x in hidden))]
    if hidden:
        out += _cost(rest[0], style, "dim")
    out += _rounding([*shown, *(rest if hidden else [])], difference, style)
    total = CostChange("total", difference.base.monthly_cost, difference.head.monthly_cost)
    return out + _cost(total, style, "bold")


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((v for v in values if v is not None), Decimal(0))


def _cost(cost: CostChange, style: Style, colour: str = "") -> list[str]:
    return row(
        style,
        left(0, cost.label),
        right(_BASE, "new" if cost.base is None else numbers.usd(cost.base)),
        right(_HEAD, "removed" if cost.head is None else numbers.usd(cost.head)),
        right(_AMOUNT, numbers.usd(cost.change, sign=True)),
        colour=colour,
    )


def _rounding(shown: Sequence[CostChange], difference: Difference, style: Style) -> list[str]:
    """The difference of the shown cents to the shown totals."""
    base = _cents(difference.base.monthly_cost) - _sum(_cents(x.base or Decimal(0)) for x in shown)
    head = _cents(difference.head.monthly_cost) - _sum(_cents(x.head or Decimal(0)) for x in shown)
    change = _cents(difference.change) - _sum(_cents(x.change) for x in shown)
    if not (base or head or change):
        return []
    amounts = ((_BASE, base), (_HEAD, head), (_AMOUNT, change))
    cells = (right(at, numbers.usd(x, sign=True) if x else "") for at, x in amounts)
    return row(style, left(0, "rounding"), *cells, colour="dim")


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _limits(limits: Sequence[LimitChange], style: Style, *, details: bool) -> list[str]:
    """Limits that are exceeded or resolved now, are near, or changed; all that changed with details."""
    changed = [x for x in limits if x.change or x.base is None or x.head is None]
    if not details:
        changed = [x for x in changed if x.breaks or x.resolved or abs(x.change) >= _MOVED or _near(x.head)]
        changed = [x for i, x in enumerate(changed) if i < _MAX_ROWS or x.breaks]
    if not changed:
        return []
    out = _heads("Headroom", "", style)
    for change in changed:
        out += row(
            style,
            left(0, limit_name(change.resource, change.limit)),
            right(_BASE, numbers.share(change.base.headroom) if change.base else "new"),
            right(_HEAD, numbers.share(change.head.headroom) if change.head else "removed"),
            right(_AMOUNT, *_limit_word(change)),
        )
    return out


def _near(limit: LimitRecord | None) -> bool:
    return limit is not None and limit.headroom < _NEAR


def _limit_word(change: LimitChange) -> tuple[str, str]:
    """What became of a limit, and its color."""
    if change.breaks:
        return "exceeded", "red"
    if change.resolved:
        return "within limits", "green"
    if change.head is not None and change.head.breached:
        return "still exceeded", "red"
    return ("below 20%", "yellow") if _near(change.head) else ("", "")


def _gates(gates: Sequence[GateChange], style: Style) -> list[str]:
    """Gates whose verdict changed."""
    verdicts = [(x.gate, verdict_word(x.base), verdict_word(x.head)) for x in gates]
    changed = [verdict for verdict in verdicts if verdict[1] != verdict[2]]
    if not changed:
        return []
    out = [paint("Gates", "bold", style)]
    for gate, before, now in changed:
        first, *more = row(style, left(_TEXT, gate))
        out += [paint(now, VERDICT_COLOURS.get(now, ""), style) + first[len(now) :], *more]
        out += [f"{' ' * _TEXT}was {before}"]
    return out


def _notes(difference: Difference, style: Style) -> list[str]:
    out: list[str] = []
    for source, plan in ((difference.base_source, difference.base), (difference.head_source, difference.head)):
        if not plan.inputs:
            out += wrap(f"{source} has no copy of its scenario, so scenarios are not compared.", 0, style)
    if difference.base.prices.sha256 != difference.head.prices.sha256:
        out.append("The two were priced with different price files.")
    return out
