"""Two plans side by side for a person: the bill first, then what was written, money, headroom. It compares nothing."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from capplan.commands.diff import Difference, GateChange, InputChange, LimitChange, MoneyChange
from capplan.commands.saved_plan import SnapGate, SnapLimit
from capplan.report import numbers
from capplan.report.checked import change_words
from capplan.report.document import Style, columns, finish, left, paint, right, row, safe, wrap
from capplan.report.plan_text import title

_BASE, _HEAD, _AMOUNT = 52, 66, 80
_TOP = 10
_CENT = Decimal("0.01")
_NEAR = Decimal("0.20")
_MOVED = Decimal("0.05")
"""A headroom that moved by less says nothing, unless it is near."""
_LONGEST_VALUE = 13


def diff_text(found: Difference, style: Style, *, details: bool) -> str:
    """The answer of `diff`."""
    head = title(found.head.name, found.head.region, f"{found.base_source} to {found.head_source}", style)
    return finish(
        [
            [head, *_summary(found, style)],
            _written(found, style, details=details),
            _cost("COST", found.resources, found, style, details=details),
            _cost("LINES", found.lines, found, style, details=details) if details else [],
            _headroom(found.limits, style, details=details),
            _gates(found.gates, style),
            _notes(found, style),
        ]
    )


def _summary(found: Difference, style: Style) -> list[str]:
    base, head = found.base, found.head
    change = change_words(base.monthly_cost, found.change)
    out = [f"  cost      {numbers.usd(base.monthly_cost)} to {numbers.usd(head.monthly_cost)}, {change} a month"]
    if base.one_time_cost or head.one_time_cost:
        out.append(f"  once      {numbers.usd(base.one_time_cost)} to {numbers.usd(head.one_time_cost)}")
    if base.gates or head.gates:
        out += _line("gates", f"{_verdicts(base.gates)} to {_verdicts(head.gates)}", style)
    return out + _line("limits", f"{_limits_state(base.limits)} to {_limits_state(head.limits)}", style)


def _line(label: str, text: str, style: Style) -> list[str]:
    first, *more = wrap(text, 12, style) or [""]
    return [f"  {label:10}{first.lstrip()}", *more]


def word_of(gate: SnapGate | None) -> str:
    """`ok`, `waived`, `warning`, `BROKEN`, or that it is not written."""
    if gate is None:
        return "not written"
    if gate.verdict != "fail":
        return "ok" if gate.verdict == "pass" else "waived"
    return "BROKEN" if gate.level == "deny" else "warning"


def _verdicts(gates: Mapping[str, SnapGate]) -> str:
    words = [word_of(gate) for gate in gates.values()]
    if not words:
        return "none written"
    parts = [f"{words.count('ok')} hold"] if "ok" in words else []
    parts += [f"{words.count('waived')} waived"] if "waived" in words else []
    parts += [numbers.count(words.count("warning"), "warning")] if "warning" in words else []
    broken = [name for name, gate in gates.items() if word_of(gate) == "BROKEN"]
    parts += [f"{len(broken)} BROKEN: {broken[0]}"] if broken else []
    return ", ".join(parts)


def _limits_state(limits: Mapping[tuple[str, str], SnapLimit]) -> str:
    broken = sorted((one.headroom, name) for name, one in limits.items() if one.breached)
    if not broken:
        return "all hold" if limits else "none checked"
    room, name = broken[0]
    return f"{len(broken)} BROKEN: {limit_words(*name)}, {numbers.over(room)}"


def limit_words(resource: str, limit: str) -> str:
    """`orders partition.write`, `account lambda.concurrency`."""
    return f"{resource} {limit if resource == 'account' else limit.partition('.')[2]}"


def _written(found: Difference, style: Style, *, details: bool) -> list[str]:
    if not found.inputs:
        return []
    out = _heads("WRITTEN", "", style)
    shown = found.inputs if details else found.inputs[: 2 * _TOP]
    for one in shown:
        out += _input(one, style)
    hidden = len(found.inputs) - len(shown)
    return out + (row(style, left(0, f"{hidden} more: --details"), colour="dim") if hidden else [])


def _input(one: InputChange, style: Style) -> list[str]:
    """Values beside each other where they are short, under each other where they are not; never cut."""
    base, head = (safe(x, style) if x is not None else "(none)" for x in (one.base, one.head))
    if max(columns(base), columns(head)) <= _LONGEST_VALUE:
        return row(style, left(0, one.path), right(_BASE, base), right(_HEAD, head))
    return [*row(style, left(0, one.path)), *wrap(f"base {base}", 4, style), *wrap(f"head {head}", 4, style)]


def _heads(name: str, amount: str, style: Style) -> list[str]:
    return row(style, left(0, name), right(_BASE, "base"), right(_HEAD, "head"), right(_AMOUNT, amount), colour="bold")


def _cost(name: str, rows: Sequence[MoneyChange], found: Difference, style: Style, *, details: bool) -> list[str]:
    """Money by how much it changed; what did not change folds, and the total is that of the plans."""
    if not found.change and not any(one.change for one in rows):
        return [] if name == "LINES" else [f"{name}  unchanged."]
    moved = [one for one in rows if one.change]
    shown = moved if details else moved[:_TOP]
    hidden = [one for one in rows if one not in shown]
    out = _heads(name, "USD/month", style)
    for one in shown:
        out += _money(one.label, one.base, one.head, one.change, style)
    rest = MoneyChange("", _sum(x.base for x in hidden), _sum(x.head for x in hidden))
    if hidden:
        out += _money(f"{len(hidden)} more", rest.base, rest.head, rest.change, style, colour="dim")
    parts = [*shown, *([rest] if hidden else [])]
    out += _rounding(parts, found, style)
    return out + _money("total", found.base.monthly_cost, found.head.monthly_cost, found.change, style, colour="bold")


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((v for v in values if v is not None), Decimal(0))


def _money(
    label: str, base: Decimal | None, head: Decimal | None, change: Decimal, style: Style, colour: str = ""
) -> list[str]:
    return row(
        style,
        left(0, label),
        right(_BASE, "new" if base is None else numbers.usd(base)),
        right(_HEAD, "gone" if head is None else numbers.usd(head)),
        right(_AMOUNT, numbers.usd(change, sign=True)),
        colour=colour,
    )


def _rounding(parts: Sequence[MoneyChange], found: Difference, style: Style) -> list[str]:
    """By how much the shown cents miss the shown totals."""
    base = _cents(found.base.monthly_cost) - _sum([_cents(p.base or Decimal(0)) for p in parts])
    head = _cents(found.head.monthly_cost) - _sum([_cents(p.head or Decimal(0)) for p in parts])
    change = _cents(found.change) - _sum([_cents(p.change) for p in parts])
    if not (base or head or change):
        return []
    cells = (
        right(at, numbers.usd(x, sign=True) if x else "") for at, x in ((_BASE, base), (_HEAD, head), (_AMOUNT, change))
    )
    return row(style, left(0, "rounding"), *cells, colour="dim")


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)


def _headroom(limits: Sequence[LimitChange], style: Style, *, details: bool) -> list[str]:
    """Limits that break, are mended, are near, or moved; all that changed with details."""
    changed = [x for x in limits if x.change or x.base is None or x.head is None]
    shown = [x for x in changed if details or x.breaks or x.mended or abs(x.change) >= _MOVED or _near(x)]
    shown = shown if details else [x for i, x in enumerate(shown) if i < _TOP or x.breaks]
    if not shown:
        return []
    out = _heads("HEADROOM", "", style)
    for one in shown:
        word, colour = limit_word(one)
        out += row(
            style,
            left(0, limit_words(one.resource, one.limit)),
            right(_BASE, numbers.share(one.base.headroom) if one.base else "new"),
            right(_HEAD, numbers.share(one.head.headroom) if one.head else "gone"),
            right(_AMOUNT, word, colour),
        )
    return out


def _near(one: LimitChange) -> bool:
    return one.head is not None and one.head.headroom < _NEAR


def limit_word(one: LimitChange) -> tuple[str, str]:
    """What became of a limit, and its colour."""
    if one.breaks:
        return "BREAKS", "red"
    if one.mended:
        return "holds again", "green"
    if one.head is not None and one.head.breached:
        return "BROKEN", "red"
    return ("below 20%", "yellow") if _near(one) else ("", "")


def _gates(gates: Sequence[GateChange], style: Style) -> list[str]:
    """Gates whose verdict changed."""
    changed = [x for x in gates if word_of(x.base) != word_of(x.head)]
    if not changed:
        return []
    out = [paint("GATES", "bold", style)]
    colours = {"BROKEN": "red", "warning": "yellow", "waived": "yellow", "ok": "green"}
    for one in changed:
        now, before = word_of(one.head), word_of(one.base)
        cells = row(style, left(12, one.gate))
        out += [paint(now, colours.get(now, ""), style) + cells[0][len(now) :], *cells[1:]]
        out += [f"            was {before}"]
    return out


def _notes(found: Difference, style: Style) -> list[str]:
    out: list[str] = []
    for source, one in ((found.base_source, found.base), (found.head_source, found.head)):
        if not one.inputs:
            out += wrap(f"{source} does not hold what was written, so that is not compared.", 0, style)
    if found.base.prices_sha256 != found.head.prices_sha256:
        out.append("The two were priced with different price files.")
    return out
