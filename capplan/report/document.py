"""What a command shows, as blocks that every format of `report/formats` renders."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from capplan.record import Record

if TYPE_CHECKING:
    from capplan import timeline

Role = Literal["", "strong", "dim", "good", "warn", "bad", "accent"]
"""What a piece of text means; each format decides how it looks. A word or a sign says the same."""
Shown = Literal["always", "short", "details"]
"""Whether a row or block is shown always, only in the short form, or only with all details."""


class Span(Record, frozen=True):
    """Text with one meaning. It may be foreign: the format that writes it makes it inert."""

    text: str
    role: Role = ""


Line = tuple[Span, ...]
Words = str | Span | Line
"""What a caller may give where a line is due."""


class Bar(Record, frozen=True):
    """A share of the whole as a bar. Range 0 to 1."""

    share: float
    role: Role = "accent"


class Interval(NamedTuple):
    """What a figure may be, from `low` to `high`, with a mark inside. Range 0 to 1: the column is the whole scale."""

    low: float
    mark: float
    high: float


class Meter(Record, frozen=True):
    """How much of a limit is used; 1 and more is full. Range 0 and up."""

    share: float
    role: Role = "good"


class Spark(Record, frozen=True):
    """One mark a value, as high as its share of the highest. `bad` marks those that stand out in red."""

    values: tuple[float, ...]
    bad: tuple[bool, ...]


Cell = Line | Bar | Interval | Meter | Spark


class Column(Record, frozen=True):
    """A column of a table.

    Attributes:
        title: Its heading.
        align: Figures stand right.
        optional: On a screen too narrow for all columns, the one with the highest number goes first; 0 never goes.
        wraps: Whether its text may take several lines; all others are never broken.
    """

    title: str
    align: Literal["left", "right"] = "left"
    optional: int = 0
    wraps: bool = False


class Row(Record, frozen=True):
    """A row of a table: a cell for each column. `level` indents it under the row above of a lower level."""

    cells: tuple[Cell, ...]
    level: int = 0
    role: Role = ""
    shown: Shown = "always"
    space: bool = False
    """Whether an empty line separates it from the row above."""


class Heading(Record, frozen=True):
    """Opens a section; one of level 2 or 3 is part of the one above. `note` stands beside it, in a lower voice."""

    text: str
    note: str = ""
    shown: Shown = "always"
    level: Literal[1, 2, 3] = 1


class Table(Record, frozen=True):
    """Rows under columns. `fills`: it takes the whole width."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    fills: bool = True
    shown: Shown = "always"


class Facts(Record, frozen=True):
    """Labels with text beside them."""

    rows: tuple[tuple[Span, Line], ...]
    shown: Shown = "always"


class Paragraph(Record, frozen=True):
    """A sentence or more."""

    line: Line
    shown: Shown = "always"


class Code(Record, frozen=True):
    """Text to copy: never broken."""

    text: str
    language: Literal["yaml", "console", "text"] = "text"
    shown: Shown = "always"


class TimeChart(Record, frozen=True):
    """Series over time. A table of its figures stands behind it where a format can fold one."""

    chart: "timeline.Chart"
    shown: Shown = "always"


class LoadBars(Record, frozen=True):
    """Loads side by side with their limit."""

    bars: "timeline.Bars"
    shown: Shown = "always"


class AmountBars(Record, frozen=True):
    """Amounts side by side, such as the cost of each service."""

    title: str
    unit: str
    amounts: tuple[tuple[str, float], ...]
    shown: Shown = "always"


class BandChart(Record, frozen=True):
    """A figure from step to step, with the two between which it lies. A table beside says the same.

    Attributes:
        points: The step, the lower value, the figure, the upper value.
    """

    title: str
    unit: str
    points: tuple[tuple[str, float, float, float], ...]
    shown: Shown = "always"


class Node(Record, frozen=True):
    """A box of a graph.

    Attributes:
        id: Unique in the whole graph, and a word.
        label: What it is called.
        role: How it stands in the graph: where one begins or ends, a decision, a step without work, a failure.
        kind: What it is, in a word.
        notes: Lines below the label.
        hover: All that is known of it, in a sentence.
        share: Its share of the whole, as a bar. Range 0 to 1.
        inside: Graphs that run within it.
    """

    id: str
    label: str
    role: Literal["plain", "start", "end", "choice", "soft", "bad"] = "plain"
    kind: str = ""
    notes: tuple[str, ...] = ()
    hover: str = ""
    share: float = 0.0
    inside: tuple["Graph", ...] = ()


class Edge(Record, frozen=True):
    """A way from one node of a graph to another, or back to itself. `usual`: not after an error."""

    start: str
    end: str
    label: str = ""
    usual: bool = True


class Graph(Record, frozen=True):
    """Nodes and the ways between them. Only formats that can draw it show it: a table says the same beside it."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    shown: Shown = "always"


class Panel(Record, frozen=True):
    """A frame around the verdict, the last thing shown: facts, then sentences."""

    role: Role
    facts: tuple[tuple[Span, Line], ...] = ()
    lines: tuple[Line, ...] = ()
    shown: Shown = "always"


Block = Heading | Table | Facts | Paragraph | Code | TimeChart | LoadBars | AmountBars | BandChart | Graph | Panel


class Document(Record, frozen=True):
    """What one command answers: a title with what stands beside it, and blocks."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]


def line(*words: Words) -> Line:
    """Spans one after the other; a plain text is one without a role."""
    out: list[Span] = []
    for word in words:
        if isinstance(word, str):
            out.append(Span(word))
        elif isinstance(word, Span):
            out.append(word)
        else:
            out.extend(word)
    return tuple(span for span in out if span.text)


def strong(text: str) -> Span:
    """Text that stands out."""
    return Span(text, "strong")


def dim(text: str) -> Span:
    """Text that stands back."""
    return Span(text, "dim")


def row(
    *cells: Words | Bar | Interval | Meter | Spark,
    level: int = 0,
    role: Role = "",
    shown: Shown = "always",
    space: bool = False,
) -> Row:
    """A row; a plain text becomes a cell of one span."""
    made = tuple(cell if isinstance(cell, Bar | Interval | Meter | Spark) else line(cell) for cell in cells)
    return Row(made, level, role, shown, space)


def facts(*rows: tuple[str | Span, Words], shown: Shown = "always") -> Facts:
    """Labels and texts; a plain label stands back."""
    return Facts(tuple((fact(label), line(words)) for label, words in rows), shown)


def fact(label: str | Span) -> Span:
    """A label; a plain one stands back."""
    return label if isinstance(label, Span) else dim(label)


def with_names(text: str, names: Iterable[str]) -> Line:
    """A sentence in which the names of resources stand out."""
    known = sorted((name for name in names if name and name in text), key=len, reverse=True)
    if not known:
        return line(text)
    pattern = re.compile(r"(?<![\w.-])((?:" + "|".join(map(re.escape, known)) + r")(?:\.[\w-]*\w)?)(?![\w-])")
    return tuple(Span(part, "strong" if i % 2 else "") for i, part in enumerate(pattern.split(text)) if part)


def text_of(words: Line) -> str:
    """The text alone."""
    return "".join(span.text for span in words)


def visible(block_or_row: Block | Row, *, details: bool) -> bool:
    """Whether it is shown in the short form, or with all details."""
    return block_or_row.shown == "always" or (block_or_row.shown == "details") == details
