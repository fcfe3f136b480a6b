"""Compared modes for a person: a block a table, the choice, and the break-even. It chooses nothing."""

from decimal import Decimal

from capplan.answer import ComparedTable, ModeOption, Modes
from capplan.report import numbers
from capplan.report.document import Style, finish, labelled, left, right, row, wrap
from capplan.report.plan_text import prices_lines, title, what_to_write

_COST, _THROTTLED, _CHOOSE, _SCALE, _SCALE_CELLS = 53, 66, 68, 12, 60


def modes_text(modes: Modes, style: Style) -> str:
    """The answer of `compare-modes`."""
    head = [title(modes.name, modes.region, "USD a month, list prices, storage included", style)]
    if not modes.tables:
        return finish([head, ["No table in this scenario."]])
    foot = labelled("NOT IN HERE", "; ".join(modes.not_simulated), 13, style) if modes.not_simulated else []
    return finish([head, *(_table(t, style) for t in modes.tables), [*foot, *prices_lines(modes.prices, style)]])


def _table(table: ComparedTable, style: Style) -> list[str]:
    name = table.name + (f".{table.index}" if table.index else "")
    shares = any(o.throttled_share is not None for o in table.options)
    out = row(
        style, left(0, name), right(_COST, "USD/month"), right(_THROTTLED, "throttled" if shares else ""), colour="bold"
    )
    ranked = sorted(table.options, key=lambda o: (o.monthly_cost is None, o.monthly_cost or Decimal(0), o.id))
    for option in ranked:
        out += _option(table, option, style)
    notes = [*_choice(table, style), *_break_even(table, style)]
    return out + (["", *notes] if notes else [])


def _option(table: ComparedTable, option: ModeOption, style: Style) -> list[str]:
    label = option.id + (" (as written)" if option.id == table.as_written else "")
    cost = "not priced" if option.monthly_cost is None else numbers.usd(option.monthly_cost)
    share = "" if option.throttled_share is None else numbers.share(option.throttled_share)
    chosen = option.id == table.recommended
    out = row(
        style,
        left(0, label, "green" if chosen else ""),
        right(_COST, cost),
        right(_THROTTLED, share),
        left(_CHOOSE, "<- choose" if chosen else ""),
    )
    return out + (wrap(option.reason, 4, style) if option.monthly_cost is None else [])


def _choice(table: ComparedTable, style: Style) -> list[str]:
    """What to choose, what it saves against the scenario as written, what it gives up, and what to write."""
    by_id = {o.id: o for o in table.options}
    chosen = by_id.get(table.recommended or "")
    if chosen is None:
        return []
    before = by_id.get(table.as_written)
    if chosen is before:
        return labelled("  choose", f"{chosen.id}, as written", 11, style)
    out = labelled("  choose", f"{chosen.id}{_difference(before, chosen)}", 11, style)
    # A table class that nobody wrote is standard already.
    changes = [c for c in chosen.change if c.old != c.new and (c.old is not None or c.new != "standard")]
    out += what_to_write(((c.path, c.new) for c in changes), 11, style)
    return out + (labelled("  but", chosen.reason, 11, style) if chosen.reason else [])


def _difference(before: ModeOption | None, chosen: ModeOption) -> str:
    if before is None or before.monthly_cost is None or chosen.monthly_cost is None:
        return ""
    gap = before.monthly_cost - chosen.monthly_cost
    worth = f" saves {numbers.usd(gap)}" if gap >= 0 else f" costs {numbers.usd(-gap)} more"
    less = (before.throttled_share or Decimal(0)) - (chosen.throttled_share or Decimal(0))
    return worth + (f" and throttles {numbers.share(less)} less" if less > 0 else "")


def _break_even(table: ComparedTable, style: Style) -> list[str]:
    """A scale from 0 to 100% for each direction: the mean use of a capacity held at the peak, and the break-even."""
    out: list[str] = []
    for word, even, used in (
        ("writes", table.break_even_write, table.used_write),
        ("reads", table.break_even_read, table.used_read),
    ):
        if even is None or used is None:
            continue
        out += row(style, left(2, word), left(_SCALE, _scale(used, even, style)))
        cheaper = "on-demand" if used < even else "provisioned"
        seen = f"a capacity held at the peak is used {numbers.share(used)}, break-even {numbers.share(even)}"
        out += wrap(f"{seen}: {cheaper} is cheaper", _SCALE, style)
    return out


def _scale(used: Decimal, even: Decimal, style: Style) -> str:
    """`0 |---o------+-----| 100%`: o where the table stands, + where the two modes cost the same."""
    line = ["-" if style.ascii else "─"] * _SCALE_CELLS
    for share, mark in ((even, "+" if style.ascii else "┼"), (used, "o" if style.ascii else "●")):
        line[min(int(max(share, Decimal(0)) * _SCALE_CELLS), _SCALE_CELLS - 1)] = mark
    ends = "||" if style.ascii else "├┤"
    return ends[0] + "".join(line) + ends[1]
