"""Compared modes for a person: one block a table, the choice, and where the table stands against the break-even."""

from decimal import Decimal

from capplan.answer import ComparedTable, ModeOption, Modes
from capplan.report import numbers
from capplan.report.document import Style, finish, fit, paint, to_type, wrap
from capplan.report.plain import plain
from capplan.report.plan_text import title
from capplan.report.yaml_value import written


def modes_text(modes: Modes, style: Style) -> str:
    """The answer of `compare-modes`."""
    lines = [title(modes.name, modes.region, "USD a month, storage included", style)]
    if not modes.tables:
        return finish([*lines, "No table in this scenario."], style)
    for table in modes.tables:
        lines += ["", *_table(table, style)]
    lines += ["", *wrap("NOT SIMULATED YET  " + "; ".join(modes.not_simulated), 78, "")]
    return finish(lines, style)


def _table(table: ComparedTable, style: Style) -> list[str]:
    name = plain(table.name) + (f".{plain(table.index)}" if table.index else "")
    throttled = "throttled" if table.index is None else ""
    out = [paint(fit(name, 44) + "USD/month".rjust(13) + throttled.rjust(11), "bold", style)]
    ranked = sorted(table.options, key=lambda o: (o.monthly_cost is None, o.monthly_cost or Decimal(0), o.id))
    for option in ranked:
        out.append(_row(table, option))
        if option.monthly_cost is None:
            out += wrap(option.reason, 78, "    ")
    return out + _choice(table, style) + _break_even(table)


def _row(table: ComparedTable, option: ModeOption) -> str:
    label = option.id + (" (as written)" if option.id == table.as_written else "")
    cost = "not priced" if option.monthly_cost is None else numbers.usd(option.monthly_cost)
    share = "" if option.throttled_share is None else numbers.share(option.throttled_share)
    return (
        "  "
        + fit(label, 42)
        + cost.rjust(13)
        + share.rjust(11)
        + ("  <- choose" if option.id == table.recommended else "")
    )


def _choice(table: ComparedTable, style: Style) -> list[str]:
    chosen = next((o for o in table.options if o.id == table.recommended), None)
    if chosen is None:
        return []
    before = next((o for o in table.options if o.id == table.as_written), None)
    if before is chosen:
        return [f"  choose   {chosen.id}, as written"]
    saved = ""
    if before and before.monthly_cost is not None and chosen.monthly_cost is not None:
        saved = f" saves {numbers.usd(before.monthly_cost - chosen.monthly_cost)}"
    out = [f"  choose   {chosen.id}{saved}; the cheapest that throttles least"]
    for c in chosen.change:
        if c.old != c.new and (c.old is not None or c.new != "standard"):
            out += to_type(c.path, written(c.new), "           ", style)
    return [*out, f"  unless   {chosen.reason}"] if chosen.reason else out


def _break_even(table: ComparedTable) -> list[str]:
    out = []
    for word, even, used in (
        ("write", table.break_even_write, table.used_write),
        ("read", table.break_even_read, table.used_read),
    ):
        if even is not None and used is not None:
            side = "on-demand" if used < even else "provisioned"
            text = f"  {word:6} {numbers.share(used)} of the peak is used, break-even {even * 100:.1f}%:"
            out.append(f"{text} {side} beats a flat peak")
    return out
