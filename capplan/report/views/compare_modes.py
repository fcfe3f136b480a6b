"""Shows compared capacity modes: a block for each table with the recommendation, alternatives and the break-even."""

from collections.abc import Sequence
from decimal import Decimal

from capplan.pipeline.results import ComparedAccount, ComparedTable, ModeOption, Modes
from capplan.report import numbers
from capplan.report.layout import Style, finish, labelled, left, right, row, safe, title, wrap
from capplan.report.views.line_parts import prices_lines, what_to_write

_FIRST_COLUMN, _COLUMN, _SHARE_COLUMN = 36, 10, 9
_MAX_COLUMNS = 3
_SCALE, _SCALE_CELLS = 12, 60
_MAX_ROWS = 8
_TEXT = 15
_NOT_INCLUDED = "Not included in this estimate: "


def modes_text(modes: Modes, style: Style, *, details: bool = False) -> str:
    """The answer of `compare-modes`; with `details` all options and indexes are shown."""
    head = [title(modes.name, modes.region, "USD a month, list prices, storage included", style)]
    if not modes.tables:
        return finish([head, ["No table in this scenario."]])
    shown = [t for t in modes.tables if details or t.index is None]
    foot = wrap(_NOT_INCLUDED + "; ".join(modes.not_simulated), 0, style) if modes.not_simulated else []
    blocks = [_table(t, modes.multiples, style, details=details) for t in shown]
    account = _account(modes.account, style) if modes.account is not None else []
    return finish([head, *blocks, account, [*foot, *prices_lines(modes.prices, style)]])


def _table(table: ComparedTable, multiples: Sequence[Decimal], style: Style, *, details: bool) -> list[str]:
    name = table.name + (f".{table.index}" if table.index else "")
    columns = _columns(multiples)
    heads = [right(_at(i), "USD/month" if m == 1 else f"{m:f}x") for i, m in enumerate(columns)]
    share = "throttled" if table.index is None else ""
    out = row(style, left(0, name), *heads, right(_at(len(columns) - 1) + _SHARE_COLUMN, share), colour="bold")
    ranked = sorted(table.options, key=lambda o: (o.monthly_cost is None, o.monthly_cost or Decimal(0), o.id))
    priced = [o for o in ranked if o.monthly_cost is not None]
    rows = priced if details else _unfolded(table, priced)
    for option in rows:
        out += _option(table, option, columns, style)
    out += _folded(table, ranked, rows, style)
    notes = [*_recommended(table, style), *_alternatives(table, style), *_break_even(table, style)]
    return out + (["", *notes] if notes else [])


def _columns(multiples: Sequence[Decimal]) -> list[Decimal]:
    """The multiples nearest to today's traffic, as many as fit."""
    near = sorted(multiples, key=lambda m: (m != 1, abs(m - 1)))[:_MAX_COLUMNS]
    return sorted(near)


def _at(column: int) -> int:
    return _FIRST_COLUMN + column * _COLUMN


def _unfolded(table: ComparedTable, priced: Sequence[ModeOption]) -> list[ModeOption]:
    """The recommendation, the scenario as written, the Pareto front, and the cheapest of each mode."""
    always = {table.recommended, table.as_written}
    cheapest: dict[str, str] = {}
    for option in priced:
        if option.commitment is None:
            cheapest.setdefault(option.id.partition("/")[0], option.id)
    wanted = [o for o in priced if o.id in always or o.id in cheapest.values() or (o.pareto and o.commitment is None)]
    committed = [o for o in priced if o.pareto and o.commitment is not None]
    keep = {o.id for o in wanted} | {o.id for o in committed[: max(0, _MAX_ROWS - len(wanted))]}
    return [o for o in priced if o.id in keep]


def _option(table: ComparedTable, option: ModeOption, columns: Sequence[Decimal], style: Style) -> list[str]:
    label = option.id + (" (as written)" if option.id == table.as_written else "")
    costs = {Decimal(1): option.monthly_cost, **{at.multiple: at.monthly_cost for at in option.at}}
    cells = [right(_at(i), _usd(costs.get(m))) for i, m in enumerate(columns)]
    share = "" if option.throttled_share is None else numbers.share(option.throttled_share)
    chosen = option.id == table.recommended
    end = _at(len(columns) - 1) + _SHARE_COLUMN
    note, colour = _note(table, option)
    return row(style, left(0, label, "green" if chosen else ""), *cells, right(end, share), left(end + 1, note, colour))


def _usd(cost: Decimal | None) -> str:
    return "not priced" if cost is None else numbers.usd(cost)


def _note(table: ComparedTable, option: ModeOption) -> tuple[str, str]:
    if option.id == table.recommended:
        return "<- recommended", "green"
    share = option.throttled_share or Decimal(0)
    if table.tolerated and share >= table.tolerated:
        return "fails a gate", "red"
    later = [at for at in option.at if (at.throttled_share or 0) > max(share, table.tolerated)]
    if later:
        return f"{numbers.share(later[-1].throttled_share or Decimal(0))} at {later[-1].multiple:f}x", "yellow"
    return "", ""


def _folded(table: ComparedTable, ranked: Sequence[ModeOption], rows: Sequence[ModeOption], style: Style) -> list[str]:
    """How many options are folded, and why some have no price."""
    unpriced = [o for o in ranked if o.monthly_cost is None]
    rest = len(ranked) - len(rows) - len(unpriced)
    parts = [f"{rest} more with --details"] if rest else []
    for reason in dict.fromkeys(o.reason for o in unpriced):
        same = [o for o in unpriced if o.reason == reason]
        commitments = sorted({o.id.rpartition("/")[2] for o in same})
        parts.append(f"{len(same)} not priced ({', '.join(commitments)}): {reason}")
    if table.index is not None:
        parts = [part for part in parts if "not priced" not in part]
    return [line for part in parts for line in wrap(part, 2, style)]


def _recommended(table: ComparedTable, style: Style) -> list[str]:
    """The recommendation, what it saves against the scenario as written, what to write, and its trade-off."""
    by_id = {o.id: o for o in table.options}
    chosen = by_id.get(table.recommended or "")
    if chosen is None:
        return []
    before = by_id.get(table.as_written)
    if chosen is before:
        return labelled("  recommended", f"{chosen.id}, as written", _TEXT, style)
    out = labelled("  recommended", f"{chosen.id}{_difference(before, chosen)}", _TEXT, style)
    # A table class that is not written is standard already.
    changes = [c for c in chosen.change if c.old != c.new and (c.old is not None or c.new != "standard")]
    out += what_to_write(changes, _TEXT, style)
    return out + (labelled("  trade-off", chosen.reason, _TEXT, style) if chosen.reason else [])


def _alternatives(table: ComparedTable, style: Style) -> list[str]:
    out: list[str] = []
    for i, sentence in enumerate(table.unless):
        out += labelled("  alternative" if not i else "", sentence, _TEXT, style)
    return out


def _difference(before: ModeOption | None, chosen: ModeOption) -> str:
    if before is None or before.monthly_cost is None or chosen.monthly_cost is None:
        return ""
    gap = before.monthly_cost - chosen.monthly_cost
    worth = f" saves {numbers.usd(gap)}" if gap >= 0 else f" costs {numbers.usd(-gap)} more"
    less = (before.throttled_share or Decimal(0)) - (chosen.throttled_share or Decimal(0))
    return worth + (f" and throttles {numbers.share(less)} less" if less > 0 else "")


def _account(account: ComparedAccount, style: Style) -> list[str]:
    """The cost of all tables."""
    if account.as_written is None or account.recommended is None:
        return labelled("Account", "not priced: an option of a table has no price", 11, style)
    gap = account.as_written - account.recommended
    text = f"{numbers.usd(account.as_written)} as written, {numbers.usd(account.recommended)} as recommended"
    out = labelled("Account", f"{text}, {numbers.usd(gap)} less" if gap else text, 11, style, colour="bold")
    for _, words, cost in account.pooled:
        out += wrap(f"{numbers.usd(cost)} with {words}, shared by the recommended tables", 11, style)
    return out


def _break_even(table: ComparedTable, style: Style) -> list[str]:
    """A scale from 0 to 100% for writes and for reads: utilization with capacity for the peak, with auto scaling, and
    the break-even.
    """
    out: list[str] = []
    for word, even, used, scaled in (
        ("writes", table.break_even_write, table.used_write, table.scaled_write),
        ("reads", table.break_even_read, table.used_read, table.scaled_read),
    ):
        if even is None or used is None:
            continue
        out += row(style, left(2, word), left(_SCALE, _scale(used, even, scaled, style)))
        seen = f"o provisioned for the peak, {numbers.share(used)} used"
        if scaled is not None:
            seen += f"; s auto scaled, {numbers.share(scaled)} used"
        more = f"{seen}; + break-even at {numbers.share(even)}: provisioned is cheaper to the right of it"
        out += wrap(safe(more, style), _SCALE, style)
    return out


def _scale(used: Decimal, even: Decimal, scaled: Decimal | None, style: Style) -> str:
    """`|---o------+---s-----|`: o at the peak, s auto scaled, + where the two modes cost the same."""
    line = ["-" if style.ascii else "─"] * _SCALE_CELLS
    for share, mark in ((even, "+"), (scaled, "s"), (used, "o")):
        if share is not None:
            line[min(int(max(share, Decimal(0)) * _SCALE_CELLS), _SCALE_CELLS - 1)] = mark
    ends = "||" if style.ascii else "├┤"
    return ends[0] + "".join(line) + ends[1]
