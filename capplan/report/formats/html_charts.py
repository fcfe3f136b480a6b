"""Draws the charts of an HTML page with plotly, which the extra `charts` installs."""

import json
from collections.abc import Mapping
from typing import Any

from capplan.plain import plain
from capplan.report.document import AmountBars, BandChart, LoadBars, TimeChart
from capplan.timeline import Bars, Chart, Series

_INK, _GRID = "#808890", "rgba(128,136,144,0.25)"
"""Read on a light and on a dark page."""
_COLORS: Mapping[str, str] = {"filled": "#3b82b6", "refused": "#d1495b", "line": "#e09f3e"}
_PALETTE = ("#3b82b6", "#8a6fb0", "#4c9f70", "#b07d3b", "#5f9ea0", "#c06c84")
_HEIGHT = 320
_MAX_POINTS = 1500
_MAX_LOADS = 200


def scripts() -> str | None:
    """Plotly's own script; None where the extra is not installed."""
    try:
        from plotly.offline import get_plotlyjs  # noqa: PLC0415  an extra
    except ImportError:
        return None
    return str(get_plotlyjs())


def chart_html(block: TimeChart | LoadBars | AmountBars | BandChart, at: str) -> str:
    """An element and the script that draws into it. The data are JSON in which no text can end the script."""
    figure = _figure(block)
    data = json.dumps(figure, allow_nan=False).replace("<", "\\u003c")
    options = json.dumps({"displayModeBar": False, "responsive": True})
    return (
        f'<div class="chart" id="{at}" role="img" aria-label="chart; its figures are in the table below"></div>'
        f"<script>{{const f={data};Plotly.newPlot({json.dumps(at)},f.data,f.layout,{options})}}</script>"
    )


def _figure(block: TimeChart | LoadBars | AmountBars | BandChart) -> dict[str, Any]:
    if isinstance(block, TimeChart):
        return _over_time(block.chart)
    if isinstance(block, LoadBars):
        return _loads(block.bars)
    if isinstance(block, BandChart):
        return _bands(block)
    names, amounts = [_text(name) for name, _ in block.amounts], [amount for _, amount in block.amounts]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": names[::-1],
        "x": amounts[::-1],
        "marker": {"color": _COLORS["filled"]},
        "hovertemplate": f"%{{y}}: %{{x:,.2f}} {block.unit}<extra></extra>",
    }
    return {"data": [trace], "layout": _layout({}, {"title": {"text": block.unit}}, height=120 + 32 * len(names))}


def _bands(block: BandChart) -> dict[str, Any]:
    """A line, and the band around it where the two values differ."""
    names = [_text(name) for name, *_ in block.points]
    low, middle, high = ([point[i] for point in block.points] for i in (1, 2, 3))
    line = {"type": "scatter", "mode": "lines", "x": names}
    hover = f"%{{x}}: %{{y:,.2f}} {block.unit}<extra></extra>"
    traces: list[dict[str, Any]] = []
    if low != high:
        thin = {"width": 0.5, "color": _COLORS["filled"]}
        traces = [
            {**line, "y": low, "name": "P10", "line": thin, "hovertemplate": hover},
            {**line, "y": high, "name": "P90", "line": thin, "fill": "tonexty", "fillcolor": "rgba(59,130,182,0.25)",
             "hovertemplate": hover},
        ]  # fmt: skip
    traces.append(
        {**line, "mode": "lines+markers", "y": middle, "name": "likely", "line": {"color": _COLORS["line"]},
         "hovertemplate": hover}
    )  # fmt: skip
    return {
        "data": traces,
        "layout": _layout({"title": {"text": block.unit}, "rangemode": "tozero"}, {"type": "category"}),
    }


def _over_time(chart: Chart) -> dict[str, Any]:
    """Columns on top of each other for what is served and throttled, lines for capacity; days of a Monday's month."""
    filled = [series for series in chart.series if series.role != "line"]
    traces = [_trace(series, number, several=len(filled) > 2) for number, series in enumerate(chart.series)]  # noqa: PLR2004  served and throttled have colors of their own
    unit = chart.series[0].unit
    return {"data": traces, "layout": _layout({"title": {"text": _text(unit)}, "rangemode": "tozero"}, _axis(chart))}


def _axis(chart: Chart) -> dict[str, Any]:
    first = chart.series[0]
    hours = len(first.values) * first.step_s / 3600
    title = "day" if hours > 48 else "hour of the day" if hours > 2 else "minute of the hour"  # noqa: PLR2004  the unit that is read at a glance
    return {"title": {"text": title}}


def _trace(series: Series, number: int, *, several: bool) -> dict[str, Any]:
    values, step_s = _thinned(series)
    unit_s = _unit_s(len(series.values) * series.step_s)
    offset = series.start_s if unit_s > 3600 else series.start_s % (24 * 3600 if unit_s == 3600 else 3600)  # noqa: PLR2004  an hour
    x = [round((offset + i * step_s) / unit_s + (1 if unit_s > 3600 else 0), 4) for i in range(len(values))]  # noqa: PLR2004  days count from 1
    color = _PALETTE[number % len(_PALETTE)] if several and series.role == "filled" else _COLORS[series.role]
    out: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines",
        "name": _text(series.name),
        "x": x,
        "y": [float(f"{value:.6g}") for value in values],
        "line": {"color": color, "width": 1.5, "shape": "hv"},
        "hovertemplate": f"%{{y:,.4~g}} {_text(series.unit)}",
    }
    if series.role == "line":
        out["line"]["dash"] = "dash"
        return out
    edge = 0.5 if series.values.any() else 0  # nothing throttled is no red line
    return {**out, "stackgroup": "load", "fillcolor": color, "line": {"color": color, "width": edge, "shape": "hv"}}


def _unit_s(length_s: int) -> int:
    """Seconds of the unit of the time axis: days, hours or minutes."""
    return 86_400 if length_s > 48 * 3600 else 3600 if length_s > 2 * 3600 else 60


def _thinned(series: Series) -> tuple[list[float], int]:
    """At most 1,500 points: the highest of each few, so that no peak is lost."""
    import numpy as np  # noqa: PLC0415  a series is there

    every = -(-len(series.values) // _MAX_POINTS)
    if every <= 1:
        return series.values.tolist(), series.step_s
    padded = np.pad(series.values, (0, -len(series.values) % every), mode="edge")
    return padded.reshape(-1, every).max(axis=1).tolist(), series.step_s * every


def _loads(bars: Bars) -> dict[str, Any]:
    values = [float(f"{value:.6g}") for value in bars.values[:_MAX_LOADS]]
    names = [_text(bars.names[i]) if i < len(bars.names) else f"number {i + 1}" for i in range(len(values))]
    over = [_COLORS["refused"] if value > bars.limit else _COLORS["filled"] for value in values]
    trace = {
        "type": "bar",
        "x": list(range(1, len(values) + 1)),
        "y": values,
        "text": names,
        "textposition": "none",
        "marker": {"color": over},
        "hovertemplate": f"%{{text}}: %{{y:,.4~g}} {_text(bars.unit)}<extra></extra>",
    }
    layout = _layout({"title": {"text": _text(bars.unit)}, "rangemode": "tozero"}, {"title": {"text": "hottest first"}})
    line = {"color": _COLORS["line"], "dash": "dash"}
    limit = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": bars.limit, "y1": bars.limit, "line": line}
    return {"data": [trace], "layout": {**layout, "shapes": [limit]}}


def _layout(y: dict[str, Any], x: dict[str, Any], *, height: int = _HEIGHT) -> dict[str, Any]:
    axis = {"gridcolor": _GRID, "zerolinecolor": _GRID, "automargin": True}
    return {
        "height": height,
        "margin": {"l": 60, "r": 20, "t": 10, "b": 45},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": _INK, "family": "system-ui, sans-serif"},
        "hovermode": "x unified" if y else "closest",
        "hoverlabel": {"bgcolor": "#ffffff", "font": {"color": "#1b1f24"}},
        "legend": {"orientation": "h", "y": 1.12},
        "xaxis": {**axis, **x},
        "yaxis": {**axis, **y},
    }


def _text(text: str) -> str:
    """Foreign text for plotly, which reads tags in labels: no angle brackets, no control characters."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
