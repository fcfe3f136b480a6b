"""Renders a document as GitHub-flavored Markdown that fits a comment: the verdict first, details folded."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from capplan.plain import inert, plain
from capplan.record import replace
from capplan.report import numbers
from capplan.report.document import (
    AmountBars,
    BandChart,
    Bar,
    Block,
    Code,
    Column,
    Document,
    Facts,
    Graph,
    Heading,
    Interval,
    Line,
    LoadBars,
    Meter,
    Panel,
    Paragraph,
    Row,
    Span,
    Spark,
    Table,
    TimeChart,
    line,
    text_of,
    visible,
)
from capplan.report.formats.chart_figures import figures
from capplan.report.markup import md

if TYPE_CHECKING:
    from capplan.timeline import Bars, Chart, Series

MAX_CHARACTERS = 60_000
"""GitHub rejects comments above 65,536 characters."""


class _Room(NamedTuple):
    """How much is written: blocks, rows of a table, rows of what is folded."""

    blocks: int
    rows: int
    details: int


_ROOMS = (_Room(400, 500, 500), _Room(200, 500, 0), _Room(60, 40, 0), _Room(20, 10, 0), _Room(0, 0, 0))
"""From the whole document to its verdict alone: the first that fits is written."""
_ALERTS = {"bad": "[!CAUTION]", "warn": "[!WARNING]"}
"""GitHub draws a quote that begins so in red or in amber; elsewhere it reads as it is."""
_DETAIL = 4
"""Columns that a screen drops so early are in the long form of a table only."""
_MAX_CELL, _MAX_TITLE = 2_000, 300
_BEGINS = re.compile(r"^(\d*)([-+=.)])")
"""What would make a line a list, an underlined heading or a rule."""


def marker(name: str) -> str:
    """The hidden first line by which a comment is found again, and replaced."""
    return f"<!-- capplan: {quote(name, safe=' ', errors='backslashreplace')} -->"


def documents_markdown(documents: Sequence[Document]) -> str:
    """One document after the other; short where they would not fit together."""
    share = MAX_CHARACTERS // max(1, len(documents))
    return "\n".join(document_markdown(document, share) for document in documents)


def document_markdown(document: Document, max_characters: int = MAX_CHARACTERS) -> str:
    """A document in at most so many characters."""
    for room in _ROOMS:
        text = _rendered(document, room)
        if len(text) <= max_characters:
            return text
    return text[:max_characters].rpartition("\n")[0] + "\n"


def _rendered(document: Document, room: _Room) -> str:
    """The title, the verdict, then the blocks; those of the long form folded."""
    panels = [block for block in document.blocks if isinstance(block, Panel)]
    others = [block for block in document.blocks if not isinstance(block, Panel)]
    name = document.title[:_MAX_TITLE]
    parts = [f"{marker(name)}\n**{md(name.strip())}** {md(document.subtitle[:_MAX_TITLE])}"]
    parts += [_panel(panel) for panel in panels]
    folded: list[str] = []
    for block in others[: room.blocks]:
        if block.shown == "details":
            folded += [_block(block, room._replace(rows=room.details, details=0))] if room.details else []
        else:
            parts += [*_fold(folded), _block(block, room)]
            folded = []
    parts += _fold(folded)
    if len(others) > room.blocks:
        parts.append("More than fits into a comment: see the command's own answer.")
    lines = "\n\n".join(part for part in parts if part).split("\n")
    return "\n".join(inert(line.rstrip()) for line in lines) + "\n"


def _fold(blocks: Sequence[str], summary: str = "Details") -> list[str]:
    inner = [block for block in blocks if block]
    return [f"<details><summary>{summary}</summary>", *inner, "</details>"] if inner else []


def _block(block: Block, room: _Room) -> str:  # noqa: C901, PLR0911  one for each block
    if isinstance(block, Heading):
        return f"##{'#' * block.level} {md(block.text)}" + (f"\n\n{md(block.note)}" if block.note else "")
    if isinstance(block, Table):
        return _table(block, room)
    if isinstance(block, Facts):
        return _facts(block.rows)
    if isinstance(block, Paragraph):
        return _sentence(block.line)
    if isinstance(block, Code):
        return _code(block)
    if isinstance(block, TimeChart):
        return _chart(block.chart)
    if isinstance(block, AmountBars):
        return _table(figures(block)[1], room)
    if isinstance(block, LoadBars):
        return _bars(block.bars)
    if isinstance(block, Graph):
        return _graph(block)
    if isinstance(block, BandChart):
        return ""  # a table beside says the same
    return _panel(block)


def _sentence(words: Line) -> str:
    """A line of its own: what would begin a list, a heading or a rule there is text."""
    return _BEGINS.sub(lambda found: f"{found[1]}\\{found[2]}", words_markdown(words).lstrip())


def words_markdown(words: Line) -> str:
    """Spans in a sentence or a cell; what stands out is bold, colors are left out."""
    out = ""
    texts = [md(span.text) for span in words]
    for i, (span, text) in enumerate(zip(words, texts, strict=True)):
        inner = text.strip(" ")
        blanks = len(text) - len(text.lstrip(" "))
        before, after = out + " " * blanks, (text + "".join(texts[i + 1 :]))[blanks + len(inner) :]
        out += text.replace(inner, f"**{inner}**", 1) if span.role == "strong" and _fits(before, inner, after) else text
    return out


def _fits(before: str, inner: str, after: str) -> bool:
    """Whether asterisks around a text are emphasis: where blanks stand before it, and blanks or a stop after it."""
    return bool(inner) and before[-1:] in ("", " ") and after[:1] in ("", " ", ",", ";", ".", ":", ")")


def _facts(rows: Iterable[tuple[Span, Line]]) -> str:
    """A list: the label in bold, its text beside it."""
    out = []
    for label, words in rows:
        name = md(label.text.strip()) if any(map(str.isalnum, label.text)) else ""
        text = words_markdown(words) if name else _sentence(words)
        out.append("- " + " ".join(part for part in (f"**{name}**" if name else "", text) if part))
    return "\n".join(out)


def _panel(panel: Panel) -> str:
    """The verdict as a quote."""
    parts = [_facts(panel.facts)] if panel.facts else []
    parts += [_sentence(words) for words in panel.lines]
    alert = _ALERTS.get(panel.role)
    text = "\n\n".join(parts)
    return "\n".join(f"> {line}".rstrip() for line in [*([alert] if alert else []), *text.split("\n")])


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(table: Table, room: _Room) -> str:
    """The short form of a table; the long one below it, folded, where it has more rows."""
    few = [i for i, column in enumerate(table.columns) if column.optional < _DETAIL]
    short = [row for row in table.rows if visible(row, details=False)]
    whole = [row for row in table.rows if visible(row, details=True)]
    if all(row.shown != "details" for row in table.rows) or not room.details:
        return _rows(table.columns, short, room.rows, range(len(table.columns)))
    every = _rows(table.columns, whole, room.details, range(len(table.columns)))
    folded = _fold([every], f"All {numbers.count(len(whole), 'row')}")
    return "\n\n".join([_rows(table.columns, short, room.rows, few), *folded])


def _rows(columns: Sequence[Column], rows: Sequence[Row], max_rows: int, wanted: Iterable[int]) -> str:
    """The columns that have text; bars stand beside figures that say the same."""
    shown = [i for i in wanted if any(_is_text(row, i) for row in rows)]
    if not shown or not max_rows:
        return ""
    cells = [[_cell(row, i) for i in shown] for row in rows[:max_rows]]
    more = len(rows) - max_rows
    if more > 0:
        cells.append([f"{more} more", *[""] * (len(shown) - 1)])
    head = [md(columns[i].title.strip()) for i in shown]
    rule = "|".join("---:" if columns[i].align == "right" else "---" for i in shown)
    return "\n".join([f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in cells)])


def _is_text(row: Row, at: int) -> bool:
    cell = row.cells[at]
    return not isinstance(cell, Bar | Interval | Meter | Spark) and bool(text_of(cell).strip())


def _cell(row: Row, at: int) -> str:
    cell = row.cells[at]
    if isinstance(cell, Bar | Interval | Meter | Spark):
        return ""
    cut = tuple(replace(span, text=span.text[:_MAX_CELL].strip(" ") if len(cell) == 1 else span.text) for span in cell)
    bold = row.role == "strong" and len(cut) == 1
    text = words_markdown(tuple(replace(span, role="strong") for span in cut) if bold else cut)
    text = text.replace(": --details", "") if row.shown == "short" else text
    indent = "&nbsp;" * (4 * row.level) if at == 0 else ""
    return indent + text


# --- code and charts -------------------------------------------------------------------------------------------------


def _code(code: Code) -> str:
    """A fence longer than any run of backticks inside it."""
    lines = [plain(line) for line in code.text.split("\n")]
    fence = "```"
    while any(fence in line for line in lines):
        fence += "`"
    return "\n".join([f"{fence}{'' if code.language == 'text' else code.language}", *lines, fence])


def _chart(chart: "Chart") -> str:
    """A table of the chart: each series' least, mean and largest value, and when that is."""
    heads = (f"{md(chart.title)}, {md(chart.series[0].unit)}", "lowest", "mean", "highest")
    rows = [[md(series.name), *_figures(series)] for series in chart.series]
    return "\n".join([f"| {' | '.join(heads)} |", "|---|---:|---:|---:|", *(f"| {' | '.join(row)} |" for row in rows)])


def _figures(series: "Series") -> list[str]:
    values = series.values
    at = series.start_s + int(values.argmax()) * series.step_s
    from capplan.timeline import moment_of  # noqa: PLC0415  a chart is there

    least, mean, highest = (
        numbers.rate(numbers.of_float(float(v))) for v in (values.min(), values.mean(), values.max())
    )
    varies = float(values.max()) > float(values.min())
    return [least, mean, highest + (f" ({moment_of(at)})" if varies else "")]


def _bars(bars: "Bars") -> str:
    """The named loads beside the limit."""
    limit = numbers.rate(numbers.of_float(bars.limit))
    rows = [
        f"| {md(name)} | {numbers.rate(numbers.of_float(value))} |"
        for name, value in zip(bars.names, bars.values, strict=False)
    ]
    if not rows:
        rows = [f"| the largest | {numbers.rate(numbers.of_float(bars.values[0]))} |"] if bars.values else []
    head = f"| {md(bars.title)} | {md(bars.unit)}, limit {limit} |"
    return "\n".join([head, "|---|---:|", *rows])


def _graph(graph: Graph) -> str:
    """A flowchart, folded, that GitHub and GitLab draw with Mermaid."""
    from capplan.report.formats.mermaid import mermaid  # noqa: PLC0415  where there is one

    return "\n\n".join(_fold([_sentence(line(graph.title)), f"```mermaid\n{mermaid(graph)}```"], "Graph"))
