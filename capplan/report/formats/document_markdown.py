"""Renders a document as GitHub-flavored Markdown that fits a comment: the verdict first, details folded."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from capplan.report import numbers
from capplan.report.document import (
    Bar,
    Block,
    Code,
    Column,
    Document,
    Facts,
    Heading,
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
    text_of,
    visible,
)
from capplan.report.markup import md
from capplan.report.plain import inert, plain

if TYPE_CHECKING:
    from capplan.timeline import Bars, Chart, Series

MAX_CHARACTERS = 60_000
"""GitHub rejects comments above 65,536 characters."""
_FITTING = ((500, 500), (500, 0), (40, 0), (10, 0), (0, 0))
"""Rows of a table, and of its details, that are tried until the text fits."""
_ALERTS = {"bad": "[!CAUTION]", "warn": "[!WARNING]"}
"""GitHub draws a quote that begins so in red or in amber; elsewhere it reads as it is."""
_MAX_CELL = 2_000


def marker(name: str) -> str:
    """The hidden first line by which a comment is found again, and replaced."""
    return f"<!-- capplan: {quote(name, safe=' ', errors='backslashreplace')} -->"


def document_markdown(document: Document, name: str = "") -> str:
    """A document; `name` is what the comment is found by, the title where it is empty."""
    for rows, detail_rows in _FITTING:
        text = _rendered(document, name or document.title, rows, detail_rows)
        if len(text) <= MAX_CHARACTERS:
            return text
    return text[:MAX_CHARACTERS]


def _rendered(document: Document, name: str, max_rows: int, max_details: int) -> str:
    """The title, the verdict, then the blocks; those of the long form folded."""
    panels = [block for block in document.blocks if isinstance(block, Panel)]
    others = [block for block in document.blocks if not isinstance(block, Panel)]
    parts = [f"{marker(name)[:400]}\n**{md(document.title)}** {md(document.subtitle)}"]
    parts += [_panel(panel) for panel in panels]
    folded: list[str] = []
    for block in others:
        if block.shown != "details":
            parts += _fold(folded)
            folded = []
            parts.append(_block(block, max_rows, max_details))
        elif max_details:
            folded.append(_block(block, max_details, 0))
    parts += _fold(folded)
    lines = "\n\n".join(part for part in parts if part).split("\n")
    return "\n".join(inert(line.rstrip()) for line in lines) + "\n"


def _fold(blocks: Sequence[str], summary: str = "Details") -> list[str]:
    inner = [block for block in blocks if block]
    return [f"<details><summary>{summary}</summary>", *inner, "</details>"] if inner else []


def _block(block: Block, max_rows: int, max_details: int) -> str:  # noqa: PLR0911  one for each block
    if isinstance(block, Heading):
        return f"### {md(block.text)}" + (f"\n\n{md(block.note)}" if block.note else "")
    if isinstance(block, Table):
        return _table(block, max_rows, max_details)
    if isinstance(block, Facts):
        return _facts(block.rows)
    if isinstance(block, Paragraph):
        return words_markdown(block.line)
    if isinstance(block, Code):
        return _code(block)
    if isinstance(block, TimeChart):
        return _chart(block.chart)
    if isinstance(block, LoadBars):
        return _bars(block.bars)
    return _panel(block)


def words_markdown(words: Line) -> str:
    """Spans in a sentence or a cell; what stands out is bold, colors are left out."""
    out = ""
    for i, span in enumerate(words):
        text = md(span.text)
        bold = span.role == "strong" and _stands_alone(words, i)
        inner = text.strip(" ")
        out += text.replace(inner, f"**{inner}**", 1) if bold and inner else text
    return out


def _stands_alone(words: Line, at: int) -> bool:
    """Whether asterisks around a span are emphasis: they are where blanks or punctuation stand around it."""
    before = words[at - 1].text[-1:] if at else " "
    after = words[at + 1].text[:1] if at + 1 < len(words) else " "
    inner = words[at].text.strip(" ")
    return bool(inner) and (inner != words[at].text or not (before + after).strip(" ,;.:()").isalnum())


def _facts(rows: Iterable[tuple[Span, Line]]) -> str:
    """A list: the label in bold, its text beside it."""
    out = []
    for label, words in rows:
        name = md(label.text.strip())
        out.append("- " + " ".join(part for part in (f"**{name}**" if name else "", words_markdown(words)) if part))
    return "\n".join(out)


def _panel(panel: Panel) -> str:
    """The verdict as a quote."""
    parts = [_facts(panel.facts)] if panel.facts else []
    parts += [words_markdown(words) for words in panel.lines]
    alert = _ALERTS.get(panel.role)
    text = "\n\n".join(parts)
    return "\n".join(f"> {line}".rstrip() for line in [*([alert] if alert else []), *text.split("\n")])


# --- tables ----------------------------------------------------------------------------------------------------------


def _table(table: Table, max_rows: int, max_details: int) -> str:
    """The short form of a table; the long one below it, folded, where it has more rows."""
    short = [row for row in table.rows if visible(row, details=False)]
    whole = [row for row in table.rows if visible(row, details=True)]
    if len(whole) <= len(short) or not max_details:
        return _rows(table.columns, short, max_rows)
    folded = _fold([_rows(table.columns, whole, max_details)], f"All {numbers.count(len(whole), 'row')}")
    return "\n\n".join([_rows(table.columns, short, max_rows), *folded])


def _rows(columns: Sequence[Column], rows: Sequence[Row], max_rows: int) -> str:
    """The columns that have text; bars stand beside figures that say the same."""
    shown = [i for i in range(len(columns)) if any(_is_text(row, i) for row in rows)]
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
    return not isinstance(cell, Bar | Meter | Spark) and bool(text_of(cell).strip())


def _cell(row: Row, at: int) -> str:
    cell = row.cells[at]
    if isinstance(cell, Bar | Meter | Spark):
        return ""
    cut = tuple(span._replace(text=span.text[:_MAX_CELL].strip(" ") if len(cell) == 1 else span.text) for span in cell)
    bold = row.role == "strong" and len(cut) == 1
    text = words_markdown(tuple(span._replace(role="strong") for span in cut) if bold else cut)
    text = text.replace(": \\-\\-details", "").replace(": --details", "") if row.shown == "short" else text
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
