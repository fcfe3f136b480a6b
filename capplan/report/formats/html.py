"""Renders documents as one HTML page to mail or to attach: no network, and no script from elsewhere."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from importlib import resources

from capplan import __version__
from capplan.plain import plain
from capplan.record import replace
from capplan.report.document import (
    AmountBars,
    BandChart,
    Bar,
    Block,
    Cell,
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
    Role,
    Row,
    Shown,
    Span,
    Spark,
    Table,
    TimeChart,
    text_of,
)
from capplan.report.formats.chart_figures import figures

Charts = Callable[[TimeChart | LoadBars | AmountBars | BandChart, str], str]
"""Draws a chart into an element with an id, as HTML; the script it needs is `scripts`."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"
"""The browser loads nothing from anywhere, whatever the page contains."""
_CLASSES: dict[Role, str] = {
    "": "",
    "strong": "strong",
    "dim": "dim",
    "good": "t-good",
    "warn": "t-warn",
    "bad": "t-bad",
    "accent": "t-accent",
}
_SPARKS = " ▁▂▃▄▅▆▇█"
_NUMBER = re.compile(r"[<>]?([+−-]?[\d,]+(?:\.\d+)?)")
_OPTION = re.compile(r"(: --details| \(--details\))$")
_FACTORS = {"k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


def html_page(documents: Sequence[Document], charts: Charts | None = None, scripts: str = "") -> str:
    """The page: each document with its verdict first, then its sections.

    Args:
        documents: One, or several below each other.
        charts: How charts are drawn; None where the extra is not installed: a table stands for each.
        scripts: What the charts need, as the text of one script.
    """
    title = ", ".join(document.title for document in documents)
    body = "\n".join(_Page(document, charts, f"d{i}").written() for i, document in enumerate(documents, 1))
    script = f"<script>{_inline(scripts)}</script>\n" if scripts else ""
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}: capplan</title>\n<style>{_shipped('page.css')}</style>\n{script}</head>\n"
        f"<body>\n{body}\n<footer>capplan {escape(__version__)}. Every figure: capplan explain.</footer>\n"
        f"<script>{_shipped('page.js')}</script>\n</body>\n</html>\n"
    )


def draws(document: Document) -> bool:
    """Whether a document has a chart."""
    return any(isinstance(block, TimeChart | LoadBars | AmountBars | BandChart) for block in document.blocks)


class _Page:
    """Writes one document; sections and charts get ids that are unique in the page."""

    def __init__(self, document: Document, charts: Charts | None, prefix: str) -> None:
        self._document, self._charts, self._prefix = document, charts, prefix
        self._drawn = 0
        self._sections: list[tuple[str, str]] = []

    def written(self) -> str:
        document = self._document
        panels = [block for block in document.blocks if isinstance(block, Panel)]
        rest = [block for block in document.blocks if not isinstance(block, Panel)]
        content = "\n".join(self._block(block) for block in rest)
        links = "".join(f'<a href="#{at}">{_text(name)}</a>' for at, name in self._sections)
        more = '<button type="button" class="more" aria-pressed="false" hidden>Show all rows</button>'
        return (
            f"<header>\n<h1>{_text(document.title)}</h1>\n<p>{_text(document.subtitle)}</p>\n</header>\n<main>\n"
            + "\n".join(_panel(panel) for panel in panels)
            + (f'\n<nav aria-label="Sections">{links}</nav>' if len(self._sections) > 1 else "")
            + f"\n{more if _folds(rest) else ''}\n{content}\n</main>"
        )

    def _block(self, block: Block) -> str:
        made = self._shown(block)
        return f'<div class="detail">{made}</div>' if block.shown == "details" else made

    def _shown(self, block: Block) -> str:  # noqa: PLR0911  a block each
        if isinstance(block, Heading):
            return self._heading(block)
        if isinstance(block, Table):
            return _table(block)
        if isinstance(block, Facts):
            return _facts(block.rows)
        if isinstance(block, Paragraph):
            return f"<p>{_line(block.line)}</p>"
        if isinstance(block, Code):
            return f"<pre><code>{_code(block.text)}</code></pre>"
        if isinstance(block, TimeChart | LoadBars | AmountBars | BandChart | Graph):
            return self._chart(block)
        return _panel(block)

    def _heading(self, heading: Heading) -> str:
        """A main section is in the list of sections."""
        note = f" <small>{_text(heading.note)}</small>" if heading.note else ""
        tag, anchor = f"h{heading.level + 1}", ""
        if heading.level == 1 and heading.shown == "always":
            at = f"{self._prefix}-{len(self._sections) + 1}"
            self._sections.append((at, heading.text))
            anchor = f' id="{at}"'
        return f"<{tag}{anchor}>{_text(heading.text)}{note}</{tag}>"

    def _chart(self, block: TimeChart | LoadBars | AmountBars | BandChart | Graph) -> str:
        """The chart, and behind it a table with its figures."""
        self._drawn += 1
        title, table = figures(block)
        drawn = self._drawing(block, f"{self._prefix}-chart-{self._drawn}")
        opened = "" if drawn else " open"
        return (
            f"<figure><figcaption>{_text(title)}</figcaption>{drawn}"
            f"<details{opened}><summary>Figures</summary>{_table(table)}</details></figure>"
        )

    def _drawing(self, block: TimeChart | LoadBars | AmountBars | BandChart | Graph, at: str) -> str:
        if isinstance(block, Graph):
            from capplan.report.formats.html_graph import graph_svg  # noqa: PLC0415  where there is one

            return graph_svg(block, at)
        return "" if self._charts is None else self._charts(block, at)


def _folds(blocks: Iterable[Block]) -> bool:
    """Whether anything is shown only with all rows."""
    return any(
        block.shown == "details" or (isinstance(block, Table) and any(row.shown == "details" for row in block.rows))
        for block in blocks
    )


def _panel(panel: Panel) -> str:
    lines = "".join(f"<p>{_line(words)}</p>" for words in panel.lines)
    facts = _facts(panel.facts) if panel.facts else ""
    return f'<section class="verdict {panel.role}" aria-label="Verdict">{facts}{lines}</section>'


def _facts(rows: Iterable[tuple[Span, Line]]) -> str:
    pairs = (f"<dt>{_line((label,))}</dt><dd>{_line(_without_option_in(words))}</dd>" for label, words in rows)
    return f"<dl>{''.join(pairs)}</dl>"


# --- tables -----------------------------------------------------------------------------------------------------------


def _table(table: Table) -> str:
    tree = any(row.level for row in table.rows)
    head = "".join(f'<th scope="col"{_aligned(column)}>{_text(column.title)}</th>' for column in table.columns)
    body = "\n".join(_row(row, table.columns) for row in table.rows)
    kind = "tree" if tree else "flat"
    return f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def _aligned(column: Column) -> str:
    return ' class="right"' if column.align == "right" else ""


def _row(row: Row, columns: Sequence[Column]) -> str:
    shown: dict[Shown, str] = {"always": "", "short": " short", "details": " detail"}
    role = " total" if row.role == "strong" else f" {_CLASSES[row.role]}" if row.role else ""
    cells = "".join(
        f"<td{_aligned(column)}{_value(cell)}>{_cell(_without_option(cell) if row.shown == 'short' else cell)}</td>"
        for cell, column in zip(row.cells, columns, strict=True)
    )
    return f'<tr class="l{row.level}{shown[row.shown]}{role}" data-level="{row.level}">{cells}</tr>'


def _without_option(cell: Cell) -> Cell:
    """The command's option for more is a button in a page."""
    if isinstance(cell, Bar | Interval | Meter | Spark):
        return cell
    return _without_option_in(cell)


def _without_option_in(words: Line) -> Line:
    return tuple(replace(span, text=_OPTION.sub("", span.text)) for span in words)


def _value(cell: Cell) -> str:
    """The number that a cell is sorted by."""
    if isinstance(cell, Bar | Meter):
        return f' data-value="{cell.share:.6g}"'
    if isinstance(cell, Interval):
        return f' data-value="{cell.high - cell.low:.6g}"'
    if isinstance(cell, Spark):
        return ""
    text = text_of(cell)
    found = _NUMBER.match(text)
    if found is None:
        return ""
    figure = float(found[1].replace(",", "").replace("−", "-"))
    return f' data-value="{figure * _FACTORS.get(text[found.end() : found.end() + 1], 1):.10g}"'


def _cell(cell: Cell) -> str:
    if isinstance(cell, Bar | Meter):
        share = min(max(cell.share, 0.0), 1.0)
        role = cell.role if isinstance(cell, Meter) else ""
        label = f"{share * 100:.0f}%"
        return f'<span class="bar {role}" role="img" aria-label="{label}"><span style="width:{label}"></span></span>'
    if isinstance(cell, Interval):
        return _interval(cell)
    if isinstance(cell, Spark):
        highest = max(cell.values, default=0.0) or 1.0
        marks = (
            (_SPARKS[min(8, round(value / highest * 8))], bad) for value, bad in zip(cell.values, cell.bad, strict=True)
        )
        return "".join(f'<span class="t-bad">{mark}</span>' if bad else mark for mark, bad in marks)
    return _line(cell)


def _interval(cell: Interval) -> str:
    """A bar that begins where the interval does, with a line at the mark."""
    low, mark, high = (min(max(share, 0.0), 1.0) * 100 for share in cell)
    label = f"{low:.0f}% to {high:.0f}%, mark at {mark:.0f}%"
    return (
        f'<span class="interval" role="img" aria-label="{label}">'
        f'<span style="left:{low:.1f}%;width:{high - low:.1f}%"></span><i style="left:{mark:.1f}%"></i></span>'
    )


# --- text -------------------------------------------------------------------------------------------------------------


def _line(words: Line) -> str:
    return "".join(
        f'<span class="{_CLASSES[span.role]}">{_text(span.text)}</span>' if span.role else _text(span.text)
        for span in words
    )


def _text(text: str) -> str:
    """Foreign text, inert: no markup, no control character."""
    return escape(plain(text))


def _code(text: str) -> str:
    return "\n".join(_text(line) for line in text.split("\n"))


def _inline(script: str) -> str:
    """A script's text that cannot end its element."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _shipped(name: str) -> str:
    return resources.files("capplan.report.formats.page").joinpath(name).read_text(encoding="utf-8")
