"""Draws a graph of an HTML page as inline SVG, which needs no script: boxes, ways, and a hover on each."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

from capplan.plain import plain
from capplan.report.document import Graph
from capplan.report.formats.graph_layout import BAR, Box, Layout, Point, Way, layout
from capplan.report.formats.graph_text import SMALL, STRONG, Text

_MARGIN = 6.0
_HEAD = "M0 0L8 4L0 8z"


def graph_svg(graph: Graph, at: str) -> str:
    """The drawing; `at` is unique in the page. Its table says the same to who cannot see it."""
    placed = layout(graph)
    wide, high = placed.width + 2 * _MARGIN, placed.height + 2 * _MARGIN
    heads = "".join(
        f'<marker id="{at}-{role}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path class="head {role}" d="{_HEAD}"/></marker>'
        for role in ("usual", "caught")
    )
    label = f"{graph.title}: {len(graph.nodes)} nodes; its table is below"
    return (
        f'<div class="wide"><svg class="graph" role="img" aria-label="{_text(label)}" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="{-_MARGIN:g} {-_MARGIN:g} {wide:.1f} {high:.1f}"><defs>{heads}</defs>\n{_drawn(placed, at, _labels(graph))}'
        "</svg></div>"
    )


def _labels(graph: Graph) -> dict[str, str]:
    out = {node.id: node.label for node in graph.nodes}
    for node in graph.nodes:
        for inner in node.inside:
            out |= _labels(inner)
    return out


def _drawn(placed: Layout, at: str, labels: dict[str, str]) -> str:
    """Boxes with the boxes inside of them above them, then ways, then what stands beside ways."""
    boxes = "\n".join(map(_box, placed.boxes))
    ways = "\n".join(_way(way, at, labels) for way in placed.ways)
    texts = "".join(_words(way.lines, "way") for way in placed.ways)
    return f"{boxes}\n{ways}\n{texts}{_words(placed.lines, 'way')}"


def _box(box: Box) -> str:
    node = box.node
    hover = f"<title>{_text(node.hover)}</title>" if node.hover else ""
    outer = " group" if node.inside else ""
    radius = {"start": 14, "end": 14, "soft": 10}.get(node.role, 4)
    at = f'x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    shape = f'<rect class="shape" {at} rx="{radius}"/>' if node.role != "choice" else _hexagon(box)
    inset = 12.0
    full = (box.width - 2 * inset) * min(max(node.share, 0.0), 1.0)
    share = f'<rect class="share" x="{box.x + inset:.1f}" y="{box.y + box.height - BAR - 3:.1f}" width="{full:.1f}" height="{BAR:g}"/>'
    return f'<g class="node {node.role}{outer}">{hover}{shape}{share if full >= 1 else ""}{_words(box.lines, "")}</g>'


def _hexagon(box: Box) -> str:
    left, right, cut = box.x, box.x + box.width, 10.0
    top, middle, bottom = box.y, box.y + box.height / 2, box.y + box.height
    corners = (
        (left + cut, top),
        (right - cut, top),
        (right, middle),
        (right - cut, bottom),
        (left + cut, bottom),
        (left, middle),
    )
    return f'<polygon class="shape" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}"/>'


def _way(way: Way, at: str, labels: dict[str, str]) -> str:
    edge = way.edge
    role = "usual" if edge.usual else "caught"
    hover = f"{labels[edge.start]} → {labels[edge.end]}" + (f": {edge.label}" if edge.label else "")
    path = _curve(way.points) if edge.start != edge.end else _arc(way.points)
    return f'<path class="way {role}" d="{path}" marker-end="url(#{at}-{role})"><title>{_text(hover)}</title></path>'


def _curve(points: Sequence[Point]) -> str:
    """A path that is upright at each point, so that it passes other boxes straight."""
    out = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        straight = f"L{to_x:.1f} {to_y:.1f}"
        out += straight if abs(x - to_x) < 1 else f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}"
    return out


def _arc(points: Sequence[Point]) -> str:
    (x, y), *drawn = points
    return f"M{x:.1f} {y:.1f}C" + " ".join(f"{to_x:.1f} {to_y:.1f}" for to_x, to_y in drawn)


def _words(lines: Sequence[Text], role: str) -> str:
    return "".join(
        f'<text class="{"label" if line.strong else role or "note"}" x="{line.x:.1f}" y="{line.y:.1f}" '
        f'font-size="{STRONG if line.strong else SMALL:g}">{_text(line.text)}</text>'
        for line in lines
    )


def _text(text: str) -> str:
    """Foreign text, inert."""
    return escape(plain(text))
