"""Draws charts over time, loads side by side and sparks, in characters. Zero is at the bottom of a chart.

Ours, not plotext's (5.3.2 and 6.1.0 tried on the web shop's day with auto scaling, 2026-11-30): its bars end at whole
cells where ours end at eighths, so a throttled minute beside a peak is not drawn; served and throttled differ in color
alone; its ticks stand at any figure (323.2, 2.4 h) unless each is placed by hand; it has no ASCII; and it takes its
width from the terminal, which a file has not. Its lines in quarter cells are finer than ours, its canvas is not needed.
"""

import itertools
import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from capplan.report import numbers
from capplan.report.document import Spark
from capplan.report.style import Style, safe
from capplan.timeline import Bars, Chart, Series
from capplan.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from rich.console import RenderableType

ROWS = 8
_MARGIN = 8
_MAX_CELLS = 160
_EIGHTHS = (" ▁▂▃▄▅▆▇█", " 12345678")
_FULL, _THROTTLED, _LINE = ("█", "#"), ("▒", "x"), ("─", "-")
_PARTS = (" ▏▎▍▌▋▊▉", "        ")
_SERVED_STYLE, _THROTTLED_STYLE, _LINE_STYLE, _DIM = "cyan", "red", "yellow", "bright_black"
_TICKS_S = (5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, SECONDS_PER_DAY, 7 * SECONDS_PER_DAY)
_TICK_CELLS = 9
_EPSILON = 1e-6
_MAX_LINE = 3
"""A line more than this many times above the columns is named, not drawn."""
_LOAD_CELLS = 30
_MAX_LOADS = 8


def time_chart(chart: Chart, style: Style) -> "RenderableType":
    """The title, the unit with the legend, the columns with their scale, the time axis; a sentence where all is 0."""
    title = Text(safe(f"  {_capital(chart.title)}", style), "bold")
    cells, tick_s = _cells(chart.series[0], style.width - _MARGIN)
    columns = _Columns(chart, cells)
    highest = max(columns.tops)
    if highest <= 0:
        return Group(title, Text(safe(f"  nothing {chart.series[0].name} in this time", style), _DIM))
    line = max(columns.line, default=0.0)
    top, step = _scale(max(highest, line) if line <= _MAX_LINE * highest else highest)
    out: list[Text] = [title, _legend(chart, top, style)]
    for k in range(ROWS - 1, -1, -1):
        level = top * (k + 1) / ROWS
        label = numbers.rate(numbers.of_float(level)) if math.isclose(level % step, 0, abs_tol=step / 1e6) else ""
        drawn = Text(f"{label:>{_MARGIN - 1}} ", _DIM)
        for c in range(cells):
            drawn.append(*_cell(columns, c, k, top, style))
        out.append(drawn)
    return Group(*out, *_axis(chart.series[0], cells, tick_s, style))


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


class _Columns:
    """The filled, throttled and line values of each column: those of the step in which most is offered."""

    def __init__(self, chart: Chart, cells: int) -> None:
        import numpy as np  # noqa: PLC0415  a chart is of a simulation, which has loaded it

        steps = len(chart.series[0].values)
        sums = {role: np.zeros(steps) for role in ("filled", "refused", "line")}
        for series in chart.series:
            sums[series.role] += series.values
        offered = sums["filled"] + sums["refused"]
        edges = [steps * i // cells for i in range(cells + 1)]
        picks = [a + int(offered[a:b].argmax()) for a, b in itertools.pairwise(edges)]
        self.filled = [float(sums["filled"][i]) for i in picks]
        self.throttled = [float(sums["refused"][i]) for i in picks]
        has_line = any(series.role == "line" for series in chart.series)
        self.line = [float(sums["line"][i]) for i in picks] if has_line else []
        self.tops = [a + b for a, b in zip(self.filled, self.throttled, strict=True)]


def _cells(series: Series, available: int) -> tuple[int, int]:
    """As many columns as fit, the same number between two ticks; and the seconds between two ticks."""
    steps = len(series.values)
    length_s = series.step_s * steps
    available = min(available, steps, _MAX_CELLS)
    tick_s = next((t for t in _TICKS_S if available * t / length_s >= _TICK_CELLS), _TICKS_S[-1])
    ticks, rest = divmod(length_s, tick_s)
    return (available // ticks * ticks if ticks and not rest and ticks <= available else available), tick_s


def _legend(chart: Chart, top: float, style: Style) -> Text:
    glyphs = {"filled": (_FULL, _SERVED_STYLE), "refused": (_THROTTLED, _THROTTLED_STYLE), "line": (_LINE, _LINE_STYLE)}
    out = Text(f"{safe(chart.series[0].unit, style):>{_MARGIN - 1}} ", _DIM)
    for series in chart.series:
        glyph, color = glyphs[series.role]
        lowest, highest = float(series.values.min()), float(series.values.max())
        if series.role == "line" and lowest > top:
            out.append(safe(f"{series.name} {numbers.rate(numbers.of_float(lowest))}, above the chart   ", style), _DIM)
            continue
        if series.role == "refused" and highest <= 0:
            out.append(safe(f"nothing {series.name}   ", style), _DIM)
            continue
        out.append(glyph[style.ascii], color)
        out.append(safe(f" {series.name}   ", style))
    return out


def _scale(highest: float) -> tuple[float, float]:
    """The top of the chart and the distance of its labels: four labelled lines of round numbers."""
    raw = highest / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if f * power >= raw * (1 - 1e-12))
    return 4 * step, step


def _cell(columns: _Columns, c: int, k: int, top: float, style: Style) -> tuple[str, str]:
    """The character of a column in a row, and its color."""
    filled, throttled = columns.filled[c], columns.throttled[c]
    full, low = _eighths(filled, top), 8 * k
    line = columns.line
    on_line = bool(line) and max(0, math.ceil(line[c] / top * ROWS - _EPSILON) - 1) == k
    if full >= low + 8:
        return _FULL[style.ascii], _SERVED_STYLE
    first_free = -(-full // 8)
    last = max(_eighths(filled + throttled, top), 8 * first_free + 1 if throttled else 0)
    if throttled and k >= first_free and last > low:
        return _THROTTLED[style.ascii], _THROTTLED_STYLE
    if full > low:
        return _EIGHTHS[style.ascii][full - low], _SERVED_STYLE
    return (_LINE[style.ascii], _LINE_STYLE) if on_line else (" ", "")


def _eighths(value: float, top: float) -> int:
    return 0 if value <= 0 else max(1, round(value / top * ROWS * 8))


def _axis(series: Series, cells: int, tick_s: int, style: Style) -> list[Text]:
    """Ticks at round times, with their labels."""
    per_cell = series.step_s * len(series.values) / cells
    corner, tick, flat = ("+", "+", "-") if style.ascii else ("└", "┴", "─")
    line, labels = [flat] * cells, [" "] * cells
    end = series.start_s + series.step_s * len(series.values)
    first = -(-series.start_s // tick_s) * tick_s
    for at in range(first, end, tick_s):
        c = int((at - series.start_s) / per_cell)
        line[c] = tick
        text = _clock(at, tick_s)
        if c + len(text) <= cells:
            labels[c : c + len(text)] = text
    marks = [" " * (_MARGIN - 1) + corner + "".join(line), " " * _MARGIN + "".join(labels).rstrip()]
    return [Text(text, _DIM) for text in marks]


def _clock(second: int, tick_s: int) -> str:
    day, rest = divmod(second, SECONDS_PER_DAY)
    if tick_s >= SECONDS_PER_DAY:
        return f"day {day + 1}"
    minutes, seconds = divmod(rest, SECONDS_PER_MINUTE)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{clock}:{seconds:02d}" if tick_s < SECONDS_PER_MINUTE else clock


def spark(cell: Spark, style: Style) -> Text:
    """One character a value, its height relative to the highest; anything above zero shows."""
    out = Text()
    highest = max(cell.values, default=0.0)
    for value, bad in zip(cell.values, cell.bad, strict=True):
        height = 0 if value <= 0 or highest <= 0 else min(8, max(1, round(value / highest * 8)))
        glyph = _THROTTLED[style.ascii] if bad and not style.colour else _EIGHTHS[style.ascii][height]
        out.append(glyph, _THROTTLED_STYLE if bad else _SERVED_STYLE)
    return out


def load_bars(bars: Bars, style: Style) -> "RenderableType":
    """Each named load as a bar whose whole length is the limit; then all of them as sparks."""
    limit = numbers.rate(numbers.of_float(bars.limit))
    title = Text(safe(f"  {_capital(bars.title)}", style), "bold")
    note = safe(f"  the whole bar is the limit, {limit} {bars.unit}", style)
    title.append(note if title.cell_len + len(note) <= style.width else f"\n{note}", _DIM)
    rows = RichTable.grid(padding=(0, 1))
    rows.add_column(justify="right", no_wrap=True, min_width=_MARGIN - 2)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold")
    for name, value in list(zip(bars.names, bars.values, strict=False))[:_MAX_LOADS]:
        over = value > bars.limit
        figure = Text(numbers.rate(numbers.of_float(value)), _THROTTLED_STYLE if over else "")
        words = safe(name + (", above the limit" if over else ""), style)
        rows.add_row(figure, _load(value / bars.limit if bars.limit else 0.0, style), Text(words))
    every = f"all {len(bars.values):,}" if bars.names else ""
    shown = bars.values[: max(1, style.width - _MARGIN - len(every) - 12)]
    heights = Text(" " * _MARGIN)
    marks = _EIGHTHS[style.ascii]
    for value in shown:
        over = value > bars.limit
        height = 0 if value <= 0 else max(1, min(8, math.floor(value / bars.limit * 8))) if bars.limit else 8
        heights.append(_THROTTLED[style.ascii] if over else marks[height], _THROTTLED_STYLE if over else _SERVED_STYLE)
    hidden = len(bars.values) - len(shown)
    heights.append(f"  {every}" + (f", {hidden:,} of them not drawn" if hidden else ""), _DIM)
    return Group(title, Padding(rows, (0, 0, 0, 0)), *([heights] if len(bars.values) > 1 else []))


def _load(share: float, style: Style) -> Text:
    """A bar of a share of the limit; full and hatched above it."""
    if share > 1:
        return Text(_THROTTLED[style.ascii] * _LOAD_CELLS, _THROTTLED_STYLE)
    full, rest = divmod(round(max(0.0, share) * _LOAD_CELLS * 8), 8)
    bar = _FULL[style.ascii] * full + (_PARTS[style.ascii][rest].strip() if full < _LOAD_CELLS else "")
    out = Text(bar, _SERVED_STYLE)
    return out.append(("." if style.ascii else "·") * (_LOAD_CELLS - len(bar)), _DIM)
