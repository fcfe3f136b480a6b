"""Charts over time and bars side by side, in characters. Each answers one question; zero is at the bottom."""

import itertools
import math
from typing import TYPE_CHECKING

from capplan.report import numbers
from capplan.report.document import Style, paint, safe, wrap
from capplan.timeline import Bars, Chart, Series
from capplan.units import SECONDS_PER_DAY, SECONDS_PER_MINUTE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CELLS = 72
ROWS = 8
_MARGIN = 7
_EIGHTHS = (" ▁▂▃▄▅▆▇█", " 12345678")
_FULL, _REFUSED, _LINE = ("█", "#"), ("░", "x"), ("─", "-")
_TICKS_S = (5, 10, 30, 60, 300, 600, 900, 1800, 3600, 10_800, 21_600, SECONDS_PER_DAY, 7 * SECONDS_PER_DAY)
_TICK_CELLS = 9
_SLACK = 1e-6
_LINE_MOST = 3
"""A line that lies higher than so many times the columns is told, not drawn."""


def chart(asked: Chart, style: Style) -> list[str]:
    """The legend, the columns with their scale, the time axis. A chart without anything is a sentence."""
    columns = _columns(asked)
    body = [f + r for f, r in zip(columns["filled"], columns["refused"], strict=True)]
    if not any(body):
        return [safe(f"{asked.title}: nothing happens.", style)]
    highest, line = max(body), max(columns["line"], default=0.0)
    top, step = _scale(max(highest, line) if line <= _LINE_MOST * highest else highest)
    unit = asked.series[0].unit
    out = [safe(f"{unit:{_MARGIN}}{_legend(asked, top, style)}", style)]
    for k in range(ROWS - 1, -1, -1):
        level = top * (k + 1) / ROWS
        label = numbers.rate(numbers.of_float(level)) if math.isclose(level % step, 0, abs_tol=step / 1e6) else ""
        cells = "".join(_cell(columns, c, k, top, style) for c in range(len(body)))
        out.append(f"{label:>{_MARGIN - 1}} {cells}".rstrip())
    return [*out, *_axis(asked.series[0], len(body), style)]


def _columns(asked: Chart) -> dict[str, list[float]]:
    """Filled, refused and line of each column: those of the step in which most is offered."""
    import numpy as np  # noqa: PLC0415  a chart is of a simulation, which has loaded it

    steps = len(asked.series[0].values)
    sums = {role: np.zeros(steps) for role in ("filled", "refused", "line")}
    for series in asked.series:
        sums[series.role] += series.values
    cells = min(CELLS, steps)
    edges = [steps * i // cells for i in range(cells + 1)]
    offered = sums["filled"] + sums["refused"]
    picks = [a + int(offered[a:b].argmax()) for a, b in itertools.pairwise(edges)]
    has_line = any(series.role == "line" for series in asked.series)
    return {
        "filled": [float(sums["filled"][i]) for i in picks],
        "refused": [float(sums["refused"][i]) for i in picks],
        "line": [float(sums["line"][i]) for i in picks] if has_line else [],
    }


def _legend(asked: Chart, top: float, style: Style) -> str:
    glyph = {"filled": _FULL, "refused": _REFUSED, "line": _LINE}
    words = []
    for series in asked.series:
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
    filled, refused = columns["filled"][c], columns["refused"][c]
    full = _eighths(filled, top)
    low = 8 * k
    if full >= low + 8:
        return _FULL[style.ascii]
    first_free = -(-full // 8)
    last = max(_eighths(filled + refused, top), 8 * first_free + 1 if refused else 0)
    if refused and k >= first_free and last > low:
        return paint(_REFUSED[style.ascii], "red", style)
    if full > low:
        return _EIGHTHS[style.ascii][full - low]
    line = columns["line"]
    if line and max(0, math.ceil(line[c] / top * ROWS - _SLACK) - 1) == k:
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


def spark(values: "NDArray[np.float64]", most: float, style: Style) -> str:
    """One character a value, its height against `most`; anything above zero shows."""
    marks = _EIGHTHS[style.ascii]
    return "".join(marks[0 if v <= 0 or most <= 0 else min(8, max(1, round(float(v) / most * 8)))] for v in values)


def bars(asked: Bars, style: Style) -> list[str]:
    """Loads from the hottest on, one character each; a full block is the limit, what is above is red and named."""
    shown = asked.values[:CELLS]
    marks = _EIGHTHS[style.ascii]
    cells = ""
    for value in shown:
        over = value > asked.limit
        mark = (
            _REFUSED[style.ascii] if over else marks[0 if value <= 0 else max(1, math.floor(value / asked.limit * 8))]
        )
        cells += paint(mark, "red", style) if over else mark
    more = len(asked.values) - len(shown)
    tail = f" {more:,} more" if more else ""
    limit = numbers.rate(numbers.of_float(asked.limit))
    head = f"{asked.title} (full block = {limit} {asked.unit}, {_REFUSED[style.ascii]} above it)"
    out = [*wrap(head, 0, style), " " * _MARGIN + cells + tail]
    for i, name in enumerate(asked.names):
        part = numbers.rate(numbers.of_float(asked.values[i]))
        out.append(safe(f"{part:>{_MARGIN - 1}} {name}", style))
    return out
