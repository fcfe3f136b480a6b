"""Renders a document for a terminal, a pipe or a text file, with rich."""

from collections.abc import Iterable, Sequence
from io import StringIO

from rich import box
from rich.bar import Bar as RichBar
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel as RichPanel
from rich.table import Table as RichTable
from rich.text import Text

from capplan.plain import disarmed, inert
from capplan.report.document import (
    AmountBars,
    Bar,
    Block,
    Cell,
    Code,
    Column,
    Document,
    Facts,
    Heading,
    Interval,
    Line,
    LoadBars,
    Meter,
    Panel,
    Paragraph,
    Role,
    Row,
    Span,
    Spark,
    Table,
    TimeChart,
    visible,
)
from capplan.report.style import Style, safe

_STYLES: dict[Role, str] = {
    "": "",
    "strong": "bold",
    "dim": "bright_black",
    "good": "green",
    "warn": "yellow",
    "bad": "red",
    "accent": "cyan",
}
"""Colors of the terminal's own theme, so that they read on a light and on a dark one."""
_HEADING = "bold cyan"
_BAR_CELLS, _MAX_BAR_CELLS = 10, 30
"""A bar is so long, and longer where the screen has room to spare."""
_SENTENCE = 36
"""A column of sentences is at least so wide before an optional column goes."""
_ASCII_RULE = box.Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)
_RULE = box.Box("    \n    \n ── \n    \n    \n    \n    \n    \n")


def terminal_text(document: Document, style: Style, *, details: bool = False) -> str:
    """A document as lines of at most the style's width; only text to copy may be longer."""
    stream = StringIO()
    console = _console(stream, style)
    console.print(_with_note(_text((Span(document.title, "strong"),), style), document.subtitle, style))
    for block in document.blocks:
        if visible(block, details=details):
            _print(console, block, style, details=details)
    lines = (inert(disarmed(line.rstrip())) for line in stream.getvalue().split("\n"))
    return "\n".join(lines).rstrip("\n") + "\n"


def lines_text(lines: Iterable[Line], style: Style) -> str:
    """Lines that are laid out already, in color; none is broken."""
    stream = StringIO()
    console = _console(stream, style)
    for words in lines:
        console.print(_text(words, style), soft_wrap=True, no_wrap=True)
    return stream.getvalue()


def _console(stream: StringIO, style: Style) -> Console:
    return Console(
        file=stream,
        width=style.width,
        force_terminal=style.colour,
        color_system="standard" if style.colour else None,
        no_color=not style.colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def _print(console: Console, block: Block, style: Style, *, details: bool) -> None:
    """One block, with an empty line above."""
    if isinstance(block, Code):
        console.print()
        for line in block.text.split("\n"):
            console.print(_text((Span("  "), Span(line, "accent")), style), soft_wrap=True, no_wrap=True)
        return
    made = _renderable(block, style, details=details)
    if made is not None:
        console.print()
        console.print(made)


def _renderable(block: Block, style: Style, *, details: bool) -> RenderableType | None:  # noqa: PLR0911  a block each
    """What rich prints; None for a graph, which needs more room than a terminal has, and for bands: a table beside says the same."""
    if isinstance(block, Heading):
        out = _text((Span(block.text),), style)
        out.stylize(_HEADING if block.level == 1 else "bold")
        return _with_note(out, block.note, style)
    if isinstance(block, Table):
        return _table(block, style, details=details)
    if isinstance(block, Facts):
        return _facts(block.rows, style)
    if isinstance(block, Paragraph):
        return _text(block.line, style)
    if isinstance(block, Panel):
        return _panel(block, style)
    if isinstance(block, TimeChart):
        from capplan.report.formats.terminal_charts import time_chart  # noqa: PLC0415  where there is one

        return time_chart(block.chart, style)
    if isinstance(block, AmountBars):
        from capplan.report.formats.chart_figures import figures  # noqa: PLC0415  where there is one

        return _table(figures(block)[1], style, details=details)
    if isinstance(block, LoadBars):
        from capplan.report.formats.terminal_charts import load_bars  # noqa: PLC0415  where there is one

        return load_bars(block.bars, style)
    return None


def _with_note(text: Text, note: str, style: Style) -> Text:
    """A title with what stands beside it in a lower voice; below it where both do not fit on one line."""
    beside = _text((Span(note, "dim"),), style)
    fits = text.cell_len + 2 + beside.cell_len <= style.width
    return text.append("  " if fits else "\n").append_text(beside) if note else text


def _text(line: Line, style: Style) -> Text:
    out = Text()
    for span in line:
        out.append(safe(span.text, style), _STYLES[span.role] or None)
    return out


def _table(table: Table, style: Style, *, details: bool) -> RenderableType | None:
    rows = [row for row in table.rows if visible(row, details=details)]
    if not rows:
        return None
    shown, spare = _fitting(table, rows, style)
    bar_cells = min(_MAX_BAR_CELLS, _BAR_CELLS + spare // 2) if table.fills else _BAR_CELLS
    named = [i for i in shown if table.columns[i].title]
    stretched = [i for i in shown if table.columns[i].wraps] or named[:1]
    out = RichTable(
        box=_ASCII_RULE if style.ascii else _RULE,
        expand=table.fills,
        show_edge=False,
        header_style="bright_black" if style.colour else "",
        border_style="bright_black" if style.colour else "",
        padding=(0, 1),
    )
    for i in shown:
        column = table.columns[i]
        out.add_column(
            _text((Span(column.title),), style),
            justify=column.align,
            no_wrap=not column.wraps and (i not in stretched or not table.fills),
            overflow="fold",
            ratio=1 if table.fills and i in stretched else None,
        )
    for row in rows:
        if row.space:
            out.add_row()
        out.add_row(*(_cell(row, i, style, bar_cells) for i in shown), style=_STYLES[row.role] or None)
    return out


def _fitting(table: Table, rows: Sequence[Row], style: Style) -> tuple[list[int], int]:
    """The columns that have something in them, less optional ones until the rest fits the width; and what is spare."""
    shown = [i for i, column in enumerate(table.columns) if any(row.cells[i] for row in rows)]
    widths = {i: max(_cells_wide(row, i, table.columns[i]) for row in rows) for i in shown}
    titles = {i: cell_len(table.columns[i].title) for i in shown}
    while (used := sum(max(widths[i], titles[i]) + 3 for i in shown) - 1) > style.width:
        optional = [i for i in shown if table.columns[i].optional]
        if not optional:
            break
        shown.remove(max(optional, key=lambda i: table.columns[i].optional))
    return shown, max(0, style.width - used)


def _cells_wide(row: Row, at: int, column: Column) -> int:
    """Columns of the terminal that a cell takes; a sentence needs no more than a short line."""
    cell = row.cells[at]
    if isinstance(cell, Spark):
        return len(cell.values)
    if isinstance(cell, Bar | Interval | Meter):
        return _BAR_CELLS
    wide = sum(cell_len(span.text) for span in cell) + (2 * row.level if at == 0 else 0)
    return min(wide, _SENTENCE) if column.wraps else wide


def _cell(row: Row, at: int, style: Style, bar_cells: int) -> RenderableType:
    cell = row.cells[at]
    drawn = _drawn(cell, style, bar_cells)
    return Padding(drawn, (0, 0, 0, 2 * row.level)) if at == 0 and row.level else drawn


def _drawn(cell: Cell, style: Style, bar_cells: int) -> RenderableType:
    if isinstance(cell, Bar):
        share = min(max(cell.share, 0.0), 1.0)
        if style.ascii:
            return Text("#" * round(share * bar_cells))
        return RichBar(1, 0, share, width=bar_cells, color=_color(cell.role))
    if isinstance(cell, Interval):
        return _interval(cell, style, bar_cells)
    if isinstance(cell, Meter):
        full = round(min(max(cell.share, 0.0), 1.0) * bar_cells)
        used, free = ("=", ".") if style.ascii else ("━", "┄")
        return Text.assemble((used * full, _color(cell.role)), (free * (bar_cells - full), "bright_black"))
    if isinstance(cell, Spark):
        from capplan.report.formats.terminal_charts import spark  # noqa: PLC0415  where there is one

        return spark(cell, style)
    return _text(cell, style)


def _interval(cell: Interval, style: Style, bar_cells: int) -> Text:
    """`▒▒▒│████`: below the mark and above it differ by more than color."""
    low, mark, high = (min(max(share, 0.0), 1.0) for share in cell)
    at = min(bar_cells - 1, int(mark * bar_cells))
    first, end = min(round(low * bar_cells), at), max(round(high * bar_cells), at + 1)
    below, line, above = ("-", "|", "=") if style.ascii else ("▒", "│", "█")
    return Text.assemble(
        " " * first,
        (below * (at - first), _color("accent")),
        (line, ""),
        (above * (end - at - 1), _color("accent")),
        " " * (bar_cells - end),
    )


def _color(role: Role) -> str:
    return _STYLES[role] or "default"


def _facts(rows: Iterable[tuple[Span, Line]], style: Style) -> RenderableType:
    out = RichTable.grid(padding=(0, 3, 0, 0))
    out.add_column(no_wrap=True)
    out.add_column(overflow="fold")
    for label, words in rows:
        out.add_row(_text((label,), style), _text(words, style))
    return out


def _panel(panel: Panel, style: Style) -> RenderableType:
    content = RichTable.grid(expand=True)
    content.add_column(overflow="fold")
    if panel.facts:
        content.add_row(_facts(panel.facts, style))
    for words in panel.lines:
        content.add_row(_text(words, style))
    frame = box.ASCII if style.ascii else box.ROUNDED
    return RichPanel(content, box=frame, border_style=_STYLES[panel.role] or "none")
