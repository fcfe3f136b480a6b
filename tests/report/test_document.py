"""Every kind of block, in every renderer: foreign text stays text, and nothing is wider than the screen."""

import re
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from capplan.record import replace
from capplan.report.document import (
    Bar,
    Block,
    Code,
    Column,
    Document,
    Edge,
    Graph,
    Heading,
    Interval,
    LoadBars,
    Meter,
    Node,
    Panel,
    Paragraph,
    Span,
    Spark,
    Table,
    TimeChart,
    facts,
    line,
    row,
    strong,
)
from capplan.report.formats.document_markdown import document_markdown
from capplan.report.formats.terminal import terminal_text
from capplan.report.style import Style
from capplan.timeline import Bars, Chart, Series
from tests.report.hostile import HOSTILE

RENDERERS: Mapping[str, Callable[[Document], str]] = {
    "pipe": lambda d: terminal_text(d, Style(100), details=True),
    "terminal": lambda d: terminal_text(d, Style(80, ascii=False), details=True),
    "color": lambda d: terminal_text(d, Style(120, ascii=False, colour=True), details=True),
    "markdown": document_markdown,
}


def everything(text: str) -> Document:
    """A document with every kind of block and cell, in which every text is that text."""
    series = tuple(Series(text, text, np.linspace(0, 9, 1440), role) for role in ("filled", "refused", "line"))
    cells = (
        strong(text),
        Bar(0.3),
        Interval(0.2, 0.5, 0.9),
        Meter(0.9, "warn"),
        Spark((1.0, 2.0), (False, True)),
        line(Span(text, "bad"), text),
    )
    titles = (text, "bar", "interval", "meter", "spark", text)
    columns = tuple(Column(title, wraps=i == 5) for i, title in enumerate(titles))
    blocks: tuple[Block, ...] = (
        Heading(text, text),
        Table(columns, (row(*cells), row(*cells, level=2, role="dim"), row(*cells, shown="details"))),
        facts((text, text), (Span(text, "good"), line(text, strong(text)))),
        Paragraph(line(text)),
        Paragraph(line(strong(text), ": ", text), shown="details"),
        Code(text, "yaml"),
        TimeChart(Chart(text, series)),
        LoadBars(Bars(text, text, 5.0, (9.0, 1.0), (text,))),
        Graph(text, (Node("n1", text, "choice", text, (text,), text),), (Edge("n1", "n1", text),)),
        Panel("bad", ((strong(text), line(text)),), (line(text),)),
    )
    return Document(text, text, blocks)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", RENDERERS)
def test_hostile_text_is_only_text(name: str, text: str) -> None:
    shown = RENDERERS[name](everything(text))
    shown.encode("utf-8")
    if name == "color":
        shown = re.sub(r"\x1b\[[\d;]*m", "", shown)
    for char in shown:
        assert char == "\n" or char.isprintable(), f"{char!r} reaches the reader"
    for found in shown.splitlines():
        assert not re.search(r"##\w*\[", found), "a command of a build agent"
        assert not found.strip().startswith("::"), "a workflow command"
    assert name != "pipe" or shown.isascii()


@pytest.mark.parametrize("name", ["pipe", "terminal", "color"])
def test_brackets_and_colons_are_no_markup(name: str) -> None:
    shown = re.sub(r"\x1b\[[\d;]*m", "", RENDERERS[name](everything("[red]x[/red] [link=http://x]y[/link] :smile:")))
    assert shown.count("[red]x[/red]") >= 15
    assert ":smile:" in shown


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown_has_the_tags_that_harmless_text_has(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")

    def tags(words: str) -> list[str]:
        html = markdown_it.MarkdownIt("commonmark").enable("table").render(document_markdown(everything(words)))
        return re.findall(r"</?(?!strong)\w+", re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))

    assert tags(text) == tags("harmless")


@pytest.mark.parametrize("width", [80, 100, 120, 160])
@pytest.mark.parametrize("text", ["name", "a-long-name-of-a-resource", "words of a sentence that wraps " * 4])
def test_nothing_is_wider_than_the_screen_but_text_to_copy(width: int, text: str) -> None:
    document = everything(text)
    blocks = tuple(block for block in document.blocks if not isinstance(block, Code))
    shown = terminal_text(replace(document, blocks=blocks), Style(width, ascii=False), details=True)
    assert max(map(len, shown.splitlines())) <= width


def test_text_to_copy_is_never_broken() -> None:
    document = Document("a", "b", (Code("key: " + "x" * 300, "yaml"),))
    assert f"  key: {'x' * 300}" in terminal_text(document, Style(80)).splitlines()
    assert f"key: {'x' * 300}" in document_markdown(document).splitlines()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- a", r"\- a"),
        ("+ a", r"\+ a"),
        ("12. a", r"12\. a"),
        ("3) a", r"3\) a"),
        ("---", r"\---"),
        ("===", r"\==="),
        ("    code", "code"),
        ("# a", "#<!-- --> a"),
    ],
)
def test_a_paragraph_is_no_list_heading_or_rule(text: str, shown: str) -> None:
    assert document_markdown(Document("t", "s", (Paragraph(line(text)),))).splitlines()[3] == shown


def test_markdown_folds_what_the_short_form_hides() -> None:
    rows = (row("a"), row("b", shown="details"), row("1 more: --details", shown="short"))
    text = document_markdown(Document("t", "s", (Table((Column("Name"),), rows),)))
    short, _, folded = text.partition("<details><summary>All 2 rows</summary>")
    assert "| a |" in short
    assert "| 1 more |" in short
    assert "| b |" not in short
    assert "| b |" in folded


def test_a_graph_is_a_flowchart_in_markdown_and_nothing_on_a_screen() -> None:
    graph = Graph("Ways", (Node("a", "first"), Node("b", "second", "bad")), (Edge("a", "b", "5%"),))
    document = Document("t", "s", (graph,))
    assert terminal_text(document, Style(100)).splitlines() == ["t  s"]
    assert '```mermaid\nflowchart TD\n  a["first"]\n  b[["second"]]\n  a -->|"5%"| b\n' in document_markdown(document)


def test_a_part_of_a_section_has_a_lower_heading_in_markdown() -> None:
    document = Document("t", "s", (Heading("Section"), Heading("Part", level=2)))
    assert document_markdown(document).splitlines()[3:] == ["### Section", "", "#### Part"]
