"""Shows what a scenario hangs on: which inputs move its bill, its nearest limit and its nearest gate, and by how much."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from capplan.commands.drivers.drivers import Driver, Drivers, Moved
from capplan.commands.drivers.measured import Measure
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Interval,
    Line,
    Panel,
    Paragraph,
    Row,
    Shown,
    Span,
    Table,
    line,
    row,
    strong,
)
from capplan.report.verdicts import limit_label
from capplan.report.views.parts import signed, subtitle

MOST_SHOWN = 10
"""Inputs of a table without --details."""
_FEW = 6
"""Inputs that move a limit or a gate, without --details."""
_BILL = frozenset({"cost.monthly", "cost.yearly"})
"""A gate on these is moved as the bill is."""
_LITTLE = Decimal("0.005")
"""Less of a limit or a gate is not moved."""

_WITH_UNIT = re.compile(r"([\d.]+)((?: |%|/).+|%)")

_Value = Callable[[Moved], Decimal | None]


def drivers_document(answer: Drivers) -> Document:
    """The answer of `drivers`."""
    moved = numbers.count(len(answer.drivers) + answer.still, "input")
    ranged = any(one.given == "range" for one in answer.drivers)
    how = f"{moved}, each moved by {answer.step}" + (", ranges from P10 to P90" if ranged else "")
    blocks: list[Block] = [
        Heading("What moves the bill", f"USD {numbers.usd(answer.monthly_cost)} a month, one input at a time"),
        _bill(answer),
    ]
    if answer.measure is not None and answer.measure.fixed:
        blocks += _measure(answer.measure)
    if answer.limit is not None and answer.headroom is not None:
        blocks += _left(answer, limit_label(*answer.limit), answer.headroom, lambda side: side.headroom, "headroom")
    if answer.gate is not None and answer.margin is not None and not _BILL & set(answer.gate_names):
        blocks += _left(answer, answer.gate, answer.margin, lambda side: side.margin, "margin")
    if answer.not_moved:
        rows = tuple(row(one.path, one.why, shown="details") for one in answer.not_moved)
        count = numbers.count(len(answer.not_moved), "input")
        words = line(f"{count} could not be moved: --details")
        blocks += [
            Paragraph(words, shown="short"),
            Table((Column("Not moved"), Column("Why", wraps=True)), rows, shown="details"),
        ]
    return Document(answer.name, subtitle(answer.region, how, answer.file), (*blocks, _panel(answer)))


# --- the bill ----------------------------------------------------------------------------------------------------------


def _bill(answer: Drivers) -> Table:
    """A tornado: the largest swing first."""
    found = [one for one in answer.drivers if one.swing]
    costs = [side.monthly_cost for one in found for side in (one.low, one.high) if side is not None]
    scale = max((abs(cost - answer.monthly_cost) for cost in costs), default=Decimal(0))
    rows = [
        _bill_row(one, answer.monthly_cost, scale, shown="always" if i < MOST_SHOWN else "details")
        for i, one in enumerate(found)
    ]
    columns = (
        Column("Input", wraps=True),
        Column("Now", "right", optional=3),
        Column("Moved", "right", optional=1),
        Column("USD", "right"),
        Column("", optional=2),
        Column("USD", "right"),
    )
    return Table(columns, _with_rest(rows, len(columns)))


def _bill_row(one: Driver, today: Decimal, scale: Decimal, *, shown: Shown) -> Row:
    low, high = one.low, one.high
    costs = [side.monthly_cost if side is not None else today for side in (low, high)]
    return row(
        _named(one),
        one.value,
        _moved(one),
        _cost(low),
        _swing([float(cost - today) for cost in costs], float(scale)),
        _cost(high),
        shown=shown,
    )


def _named(one: Driver) -> Line:
    """The path, and where its value comes from if the scenario does not write it as it is."""
    return line(one.path, Span("" if one.given == "written" else f" ({one.given})", "dim"))


def _moved(one: Driver) -> str:
    """From where to where, a unit that both have only once: `1.44 to 2.16 KB`."""
    low, high = (side.text if side is not None else one.value for side in (one.low, one.high))
    figures = [_WITH_UNIT.fullmatch(text) for text in (low, high)]
    units = {figure[2] if figure else "" for figure in figures}
    return f"{figures[0][1] if figures[0] and len(units) == 1 else low} to {high}"


def _cost(side: Moved | None) -> Span:
    if side is None:
        return Span("-", "dim")
    text = numbers.usd(side.monthly_cost)
    return signed("bad", text) if side.failed or side.exceeded else Span(text)


def _swing(changes: Sequence[float], scale: float) -> Interval:
    """From the lower to the higher of two changes, today in the middle."""
    if not scale:
        return Interval(0.5, 0.5, 0.5)
    low, high = min(*changes, 0.0), max(*changes, 0.0)
    return Interval(0.5 + low / scale / 2, 0.5, 0.5 + high / scale / 2)


def _with_rest(rows: Sequence[Row], columns: int) -> tuple[Row, ...]:
    hidden = sum(one.shown == "details" for one in rows)
    if hidden == 1:
        return tuple(replace(one, shown="always") for one in rows)
    if not hidden:
        return tuple(rows)
    rest = row(f"{hidden} more: --details", *[""] * (columns - 1), role="dim", shown="short")
    return (*rows, rest)


# --- what to measure ---------------------------------------------------------------------------------------------------


def _measure(measure: Measure) -> list[Block]:
    """How far the bill lies apart with each range fixed."""
    most = max(measure.p90, *(one.p90 for one in measure.fixed))
    columns = (
        Column("Range, fixed at its likely value", wraps=True),
        Column("At", "right", optional=1),
        Column("P10", "right"),
        Column("", optional=2),
        Column("P90", "right"),
        Column("Narrower by", "right"),
    )
    rows = [row(Span("none", "dim"), "", *_ends(measure.p10, measure.p90, most), "")]
    rows += [
        row(one.path, one.at, *_ends(one.p10, one.p90, most), numbers.share(one.narrower)) for one in measure.fixed
    ]
    note = f"USD a month over {measure.draws:,} draws of all other ranges"
    return [Heading("What to measure first", note), Table(columns, tuple(rows))]


def _ends(p10: Decimal, p90: Decimal, most: Decimal) -> tuple[str, Interval, str]:
    low, high = float(p10 / most), float(p90 / most)
    return numbers.usd(p10), Interval(low, low, high), numbers.usd(p90)


# --- what is left of a limit or a gate ---------------------------------------------------------------------------------


def _left(answer: Drivers, name: str, today: Decimal, value: _Value, word: str) -> list[Block]:
    """What moves the headroom of a limit or the margin of a gate; nothing where no input does."""
    found = [
        (abs((after or today) - (before or today)), one, before, after)
        for one in answer.drivers
        for before, after in [_values(one, value)]
        if before is not None or after is not None
    ]
    moving = sorted((one for one in found if one[0] >= _LITTLE), key=lambda one: (-one[0], one[1].path))
    head = Heading(f"What moves {name}", f"{numbers.share(today)} {word} today")
    if not moving:
        return [head, Paragraph(line("No input does, by itself."))]
    scale = max((abs((side if side is not None else today) - today) for _, _, *sides in moving for side in sides))
    columns = (
        Column("Input", wraps=True),
        Column("Moved", "right", optional=1),
        Column("Left", "right"),
        Column("", optional=2),
        Column("Left", "right"),
    )
    rows = [
        row(
            _named(one),
            _moved(one),
            _share(before),
            _swing([float((side if side is not None else today) - today) for side in (before, after)], float(scale)),
            _share(after),
            shown="always" if i < _FEW else "details",
        )
        for i, (_, one, before, after) in enumerate(moving)
    ]
    return [head, Table(columns, _with_rest(rows, len(columns)))]


def _values(one: Driver, value: _Value) -> tuple[Decimal | None, Decimal | None]:
    return (
        None if one.low is None else value(one.low),
        None if one.high is None else value(one.high),
    )


def _share(left: Decimal | None) -> Span:
    if left is None:
        return Span("-", "dim")
    return signed("bad", numbers.share(left)) if left < 0 else Span(numbers.share(left))


# --- in short ----------------------------------------------------------------------------------------------------------


def _panel(answer: Drivers) -> Panel:
    facts: list[tuple[Span, Line]] = []
    bill = answer.monthly_cost
    if answer.drivers and answer.drivers[0].swing:
        first = answer.drivers[0]
        words = f" moves the bill most: {numbers.usd(first.swing)} a month between its two values"
        facts.append((strong(f"USD {numbers.usd(bill)} / month"), line(strong(first.path), words)))
    breaking = [
        (one, side) for one in answer.drivers for side in (one.low, one.high) if side is not None and _breaks(side)
    ]
    if breaking:
        one, side = breaking[0]
        what = side.failed[0] if side.failed else limit_label(*side.exceeded[0])
        more = f"; and {len(breaking) - 1} more" if len(breaking) > 1 else ""
        facts.append((signed("bad", f"{one.path} at {side.text}"), line(f"breaks {what}{more}")))
    if answer.measure is not None and answer.measure.fixed and answer.measure.fixed[0].narrower > 0:
        best, before = answer.measure.fixed[0], answer.measure
        apart = f"{numbers.usd(best.p10)} to {numbers.usd(best.p90)} instead of {numbers.usd(before.p10)} to {numbers.usd(before.p90)}"
        facts.append((strong("measure first"), line(strong(best.path), f": {apart}, if it is {best.at}")))
    if answer.gate is not None and answer.margin is not None:
        facts.append((strong("nearest gate"), line(f"{answer.gate}, {numbers.share(answer.margin)} of it left")))
    if bill:
        parts = [
            (answer.on_defaults, "with defaults that nobody gave: write them"),
            (answer.on_ranges, "with ranges"),
        ]
        for amount, words in parts:
            if amount >= Decimal("0.005"):
                label = f"{numbers.share(amount / bill)} of the bill"
                facts.append((strong(label), line(f"{numbers.usd(amount)} grow {words}")))
    return Panel("warn" if breaking else "good", tuple(facts))


def _breaks(side: Moved) -> bool:
    return bool(side.failed or side.exceeded)
