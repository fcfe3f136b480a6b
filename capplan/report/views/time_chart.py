"""Draws charts over time and bars side by side, in characters. A chart answers one question; zero is at the bottom."""

import itertools
import math
from typing import TYPE_CHECKING

from capplan.report import numbers
from capplan.report.layout import Style, paint, safe, wrap
from capplan.timeline import Bars, Chart, Series
from capplan.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELLS = 72
ROWS = 8
_MARGIN = 7
_EIGHTHS = (" ▁▂▃▄▅▆▇█", " 12345678")
_FULL, _THROTTLED, _LINE = ("█", "#"), ("░", "x"), ("─", "-")
_TICKS_S = (5, 10, 30, 60, 300, 600, 900, 1800, 3600, 10_800, 21_600, SECONDS_PER_DAY, 7 * SECONDS_PER_DAY)
_TICK_CELLS = 9
_EPSILON = 1e-6
_MAX_LINE = 3
"""A line more than this many times above the columns is named, not drawn."""


def chart(question: Chart, style: Style) -> list[str]:
    """The legend, the columns with their scale, the time axis; a sentence where all values are 0."""
    columns = _columns(question)
    body = [f + r for f, r in zip(columns["filled"], columns["refused"], strict=True)]
    if not any(body):
        return [safe(f"{question.title}: nothing to show.", style)]
    highest, line = max(body), max(columns["line"], default=0.0)
    top, step = _scale(max(highest, line) if line <= _MAX_LINE * highest else highest)
    unit = question.series[0].unit
    out = [safe(f"{unit:{_MARGIN}}{_legend(question, top, style)}", style)]
    for k in range(ROWS - 1, -1, -1):
        level = top * (k + 1) / ROWS
        label = numbers.rate(numbers.of_float(level)) if math.isclose(level % step, 0, abs_tol=step / 1e6) else ""
        cells = "".join(_cell(columns, c, k, top, style) for c in range(len(body)))
        out.append(f"{label:>{_MARGIN - 1}} {cells}".rstrip())
    return [*out, *_axis(question.series[0], len(body), style)]


def _columns(question: Chart) -> dict[str, list[float]]:
    """The filled, throttled and line values of each column: those of the step with the most offered."""
    import numpy as np  # noqa: PLC0415  a chart is of a simulation, which has loaded it

    steps = len(question.series[0].values)
    sums = {role: np.zeros(steps) for role in ("filled", "refused", "line")}
    for series in question.series:
        sums[series.role] += series.values
    cells = min(CELLS, steps)
    edges = [steps * i // cells for i in range(cells + 1)]
    offered = sums["filled"] + sums["refused"]
    picks = [a + int(offered[a:b].argmax()) for a, b in itertools.pairwise(edges)]
    has_line = any(series.role == "line" for series in question.series)
    return {
        "filled": [float(sums["filled"][i]) for i in picks],
        "refused": [float(sums["refused"][i]) for i in picks],
        "line": [float(sums["line"][i]) for i in picks] if has_line else [],
    }


def _legend(question: Chart, top: float, style: Style) -> str:
    glyph = {"filled": _FULL, "refused": _THROTTLED, "line": _LINE}
    words = []
    for series in question.series:
        lowest = float(series.values.min())
        above = series.role == "line" and lowest > top
        words.append(
            f"{series.name} {numbers.rate(numbers.of_float(lowest))}, above the chart"
            if above
            else f"{glyph[series.role][style.ascii]} {series.name}"
        )
    return "   ".join(words)


def _scale(highest: float) -> tuple[float, float]:
    """The top of the chart and the distance of its labels: four labelled lines of round numbers."""
    raw = highest / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if f * power >= raw * (1 - 1e-12))
    return 4 * step, step


def _cell(columns: dict[str, list[float]], c: int, k: int, top: float, style: Style) -> str:
    filled, throttled = columns["filled"][c], columns["refused"][c]
    full = _eighths(filled, top)
    low = 8 * k
    if full >= low + 8:
        return _FULL[style.ascii]
    first_free = -(-full // 8)
    last = max(_eighths(filled + throttled, top), 8 * first_free + 1 if throttled else 0)
    if throttled and k >= first_free and last > low:
        return paint(_THROTTLED[style.ascii], "red", style)
    if full > low:
        return _EIGHTHS[style.ascii][full - low]
    line = columns["line"]
    if line and max(0, math.ceil(line[c] / top * ROWS - _EPSILON) - 1) == k:
        return _LINE[style.ascii]
    return " "


def _eighths(value: float, top: float) -> int:
    return 0 if value <= 0 else max(1, round(value / top * ROWS * 8))


def _axis(series: Series, cells: int, style: Style) -> list[str]:
    """Ticks at round times, with their labels."""
    per_cell = series.step_s * len(series.values) / cells
    tick_s = next((t for t in _TICKS_S if t / per_cell >= _TICK_CELLS), _TICKS_S[-1])
    corner, tick, flat = ("+", "+", "-") if style.ascii else ("└", "┴", "─")
    line, labels = [flat] * cells, [" "] * (cells + 8)
    end = series.start_s + series.step_s * len(series.values)
    first = -(-series.start_s // tick_s) * tick_s
    for at in range(first, end, tick_s):
        c = int((at - series.start_s) / per_cell)
        line[c] = tick
        text = _clock(at, tick_s)
        if c + len(text) <= cells + 1:
            labels[c : c + len(text)] = text
    return [" " * (_MARGIN - 1) + corner + "".join(line), " " * _MARGIN + "".join(labels).rstrip()]


def _clock(second: int, tick_s: int) -> str:
    day, rest = divmod(second, SECONDS_PER_DAY)
    if tick_s >= SECONDS_PER_DAY:
        return f"day {day + 1}"
    minutes, seconds = divmod(rest, SECONDS_PER_MINUTE)
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{clock}:{seconds:02d}" if tick_s < SECONDS_PER_MINUTE else clock


def spark(values: "NDArray[np.float64]", highest: float, style: Style) -> str:
    """One character a value, its height relative to `highest`; anything above zero shows."""
    marks = _EIGHTHS[style.ascii]
    return "".join(
        marks[0 if v <= 0 or highest <= 0 else min(8, max(1, round(float(v) / highest * 8)))] for v in values
    )


def bars(loads: Bars, style: Style) -> list[str]:
    """Loads from the largest on, one character each; a full block is the limit, what is above it is red."""
    shown = loads.values[:CELLS]
    marks = _EIGHTHS[style.ascii]
    cells = ""
    for value in shown:
        over = value > loads.limit
        mark = (
            _THROTTLED[style.ascii] if over else marks[0 if value <= 0 else max(1, math.floor(value / loads.limit * 8))]
        )
        cells += paint(mark, "red", style) if over else mark
    more = len(loads.values) - len(shown)
    tail = f" {more:,} more" if more else ""
    limit = numbers.rate(numbers.of_float(loads.limit))
    head = f"{loads.title} (full block = {limit} {loads.unit}, {_THROTTLED[style.ascii]} above it)"
    out = [*wrap(head, 0, style), " " * _MARGIN + cells + tail]
    for i, name in enumerate(loads.names):
        part = numbers.rate(numbers.of_float(loads.values[i]))
        out.append(safe(f"{part:>{_MARGIN - 1}} {name}", style))
    return out
