"""Writes a chart or a graph as a table of its figures, for formats that show one behind or instead of it."""

import math

from capplan.report import numbers
from capplan.report.document import AmountBars, BandChart, Column, Graph, LoadBars, Row, Table, TimeChart, row
from capplan.timeline import Bars, Chart, moment_of

_MAX_ROWS = 48


def figures(block: TimeChart | LoadBars | AmountBars | BandChart | Graph) -> tuple[str, Table]:
    """A chart's title, and its figures."""
    if isinstance(block, Graph):
        columns = (Column("Node"), Column("Kind"), Column("Figures", wraps=True), Column("Goes to", wraps=True))
        return block.title, Table(columns, tuple(_nodes(block, 0)))
    if isinstance(block, TimeChart):
        return block.chart.title, _over_time(block.chart)
    if isinstance(block, LoadBars):
        return block.bars.title, _loads(block.bars)
    if isinstance(block, BandChart):
        return block.title, _bands(block)
    rows = tuple(row(name, numbers.rate(numbers.of_float(amount))) for name, amount in block.amounts)
    return block.title, Table((Column(""), Column(block.unit, "right")), rows)


def _over_time(chart: Chart) -> Table:
    """At most 48 rows: the highest value of each series in each part of the time."""
    first = chart.series[0]
    steps = math.ceil(len(first.values) / _MAX_ROWS) or 1
    columns = (
        Column("From"),
        *(Column(f"{series.name}, highest {series.unit}", "right") for series in chart.series),
    )
    rows = []
    for begin in range(0, len(first.values), steps):
        parts = (series.values[begin : begin + steps] for series in chart.series)
        highest = (numbers.rate(numbers.of_float(float(part.max()))) if len(part) else "" for part in parts)
        rows.append(row(moment_of(first.start_s + begin * first.step_s), *highest))
    return Table(columns, tuple(rows))


def _loads(bars: Bars) -> Table:
    limit = numbers.rate(numbers.of_float(bars.limit))
    names = (*bars.names, *(f"number {i + 1}" for i in range(len(bars.names), len(bars.values))))
    rows = [
        row(name, numbers.rate(numbers.of_float(value)), limit)
        for name, value in zip(names[:_MAX_ROWS], bars.values[:_MAX_ROWS], strict=False)
    ]
    if len(bars.values) > _MAX_ROWS:
        rows.append(row(f"{len(bars.values) - _MAX_ROWS} more", "", "", role="dim"))
    return Table((Column(""), Column(bars.unit, "right"), Column("limit", "right")), tuple(rows))


def _bands(block: BandChart) -> Table:
    shown = [(name, *(numbers.usd(numbers.of_float(x)) for x in values)) for name, *values in block.points]
    columns = (Column(""), *(Column(f"{word} {block.unit}".strip(), "right") for word in ("P10", "", "P90")))
    return Table(columns, tuple(row(*cells) for cells in shown))


def _nodes(graph: Graph, level: int) -> list[Row]:
    """A row for each node, with those inside of it below; where one starts or ends is said by where others go."""
    names = {node.id: node.label for node in graph.nodes}
    out: list[Row] = []
    for node in graph.nodes:
        onward = [
            names[edge.end] + (f" ({edge.label})" if edge.label else "")
            for edge in graph.edges
            if edge.start == node.id
        ]
        if node.kind or onward:
            out.append(row(node.label, node.kind, " · ".join(node.notes), ", ".join(onward), level=level))
        for inner in node.inside:
            out += _nodes(inner, level + 1)
    return out
