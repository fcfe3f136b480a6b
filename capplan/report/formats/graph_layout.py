"""Places the boxes and the ways of a graph: ranks below each other, boxes of a rank side by side, boxes in boxes.

Own code, as no kept package lays out a graph without a program beside it (Graphviz, a browser). The steps are those of
Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981): ranks by the longest
path, with ways back turned round; a place in each rank that a way passes, wide enough for its label; the order with the
fewest crossings that sweeps by barycenters find; positions near the neighbors. Lengths are in pixels from the upper left.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from capplan.report.document import Edge, Graph, Node
from capplan.report.formats.graph_text import LINE, Text, centered, width_of, wrapped

BAR = 4.0
"""Height of the bar of a node's share, at the bottom of its box."""
_BOX, _LABEL = 190.0, 130.0
"""Text of a box and of a way is broken where it is wider."""
_PAD, _GAP, _ROW, _LANE, _LOOP = 10.0, 26.0, 24.0, 12.0, 24.0
"""Around text, between neighbors, between ranks, for a way that passes, for a way from a box to itself."""
_MAX_ROW = 1000.0
"""Branches stand side by side up to this width, then below each other."""
_SWEEPS = 8
_STRAIGHT, _ASIDE = 4.0, 0.03
"""How much more than a box a usual way keeps its place, and how much less one after an error: it goes round the others."""

Point = tuple[float, float]


class Box(NamedTuple):
    """A node where it stands; with a `depth` it is inside of another."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Text, ...]
    depth: int = 0


class Way(NamedTuple):
    """An edge with the points it passes, from the border of one box to that of another."""

    edge: Edge
    points: tuple[Point, ...]
    lines: tuple[Text, ...]


class Layout(NamedTuple):
    """A graph in its place; a box comes before those inside of it."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    lines: tuple[Text, ...] = ()


@dataclass(eq=False)
class _Item:
    """What takes a place in a rank: a box, or a way that passes. `x` and `y` are its middle."""

    rank: int
    width: float
    height: float
    lines: tuple[str, ...] = ()
    passes: bool = False
    weight: float = 1.0
    x: float = 0.0
    y: float = 0.0
    above: list["_Item"] = field(default_factory=list)
    below: list["_Item"] = field(default_factory=list)


class _Chain(NamedTuple):
    """An edge's ends and its places between, from above to below; `down` where that is its direction."""

    edge: Edge
    items: tuple[_Item, ...]
    down: bool


class _Row(NamedTuple):
    """The upper and the lower end of a rank."""

    top: float
    bottom: float


def layout(graph: Graph) -> Layout:
    """The graph in its place."""
    drawn = {node.id: _box(node) for node in graph.nodes}
    ranks = _ranks(graph)
    loops = {edge.start: edge for edge in graph.edges if edge.start == edge.end}
    items = {
        name: _Item(2 * ranks[name], inner.width + 2 * _beside(loops.get(name)), inner.height)
        for name, inner in drawn.items()
    }
    chains = [_chain(edge, items) for edge in graph.edges if edge.start != edge.end]
    between = [item for chain in chains for item in chain.items[1:-1]]
    rows = _ordered([*items.values(), *between])
    width, ends = _placed(rows)
    placed = [
        _moved(inner, items[name].x - inner.width / 2, items[name].y - inner.height / 2)
        for name, inner in drawn.items()
    ]
    ways = _ways(chains, {id(items[name]): inner.width for name, inner in drawn.items()}, ends)
    ways += [_loop(edge, items[name], drawn[name].width / 2) for name, edge in loops.items()]
    return Layout(
        width,
        max((row.bottom for row in ends), default=0.0),
        tuple(box for part in placed for box in part.boxes),
        (*ways, *(way for part in placed for way in part.ways)),
        tuple(text for part in placed for text in part.lines),
    )


def _moved(part: Layout, x: float, y: float, deeper: int = 0) -> Layout:
    def lines(texts: Iterable[Text]) -> tuple[Text, ...]:
        return tuple(text._replace(x=text.x + x, y=text.y + y) for text in texts)

    boxes = (
        box._replace(x=box.x + x, y=box.y + y, lines=lines(box.lines), depth=box.depth + deeper) for box in part.boxes
    )
    ways = (
        way._replace(points=tuple((px + x, py + y) for px, py in way.points), lines=lines(way.lines))
        for way in part.ways
    )
    return part._replace(boxes=tuple(boxes), ways=tuple(ways), lines=lines(part.lines))


# --- boxes ------------------------------------------------------------------------------------------------------------


def _box(node: Node) -> Layout:
    """A box with its text, and below it the graphs inside."""
    inside, width, height = _inside(node.inside)
    room = max(_BOX, width)
    first, *others = (*node.notes, "")
    notes = [" · ".join(part for part in (node.kind, first) if part), *others]
    texts = [(text, True) for text in wrapped(node.label, room, strong=True)]
    texts += [(text, False) for note in notes for text in wrapped(note, room)]
    slant = 10.0 if node.role == "choice" else 0.0
    width = max([width, *(width_of(text, strong=strong) for text, strong in texts)]) + 2 * (_PAD + slant)
    top = len(texts) * LINE + (2 * _PAD if inside else _PAD)
    box = Box(node, 0.0, 0.0, width, top + height + _PAD + BAR, centered(texts, width / 2, _PAD))
    parts = [_moved(part, x + _PAD, y + top, deeper=1) for part, x, y in inside]
    return Layout(
        width,
        box.height,
        (box, *(inner for part in parts for inner in part.boxes)),
        tuple(way for part in parts for way in part.ways),
        tuple(text for part in parts for text in part.lines),
    )


def _inside(graphs: Sequence[Graph]) -> tuple[list[tuple[Layout, float, float]], float, float]:
    """Graphs side by side, and below each other where they would be too wide; then the width and height of all."""
    out: list[tuple[Layout, float, float]] = []
    x = y = lowest = widest = 0.0
    for graph in graphs:
        part = layout(graph)
        title = LINE if graph.title else 0.0
        if x and x + part.width > _MAX_ROW:
            x, y = 0.0, lowest + _ROW
        if graph.title:
            part = _moved(part, 0.0, title)
            part = part._replace(lines=(*part.lines, *centered([(graph.title, False)], part.width / 2, 0.0)))
        out.append((part, x, y))
        x += part.width + _GAP
        widest, lowest = max(widest, x - _GAP), max(lowest, y + part.height + title)
    return out, widest, lowest


# --- ranks ------------------------------------------------------------------------------------------------------------


def _ranks(graph: Graph) -> Mapping[str, int]:
    """The longest path to each node; a way back, to where a walk comes from, does not count."""
    onward: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
    for edge in graph.edges:
        onward[edge.start].append(edge.end)
    left: list[str] = []  # nodes in the order in which the walk leaves them: each after all that follow it
    seen: set[str] = set()
    for first, following in onward.items():
        walk = [] if first in seen else [(first, iter(following))]
        seen.add(first)
        while walk:
            name, rest = walk[-1]
            unseen = next((to for to in rest if to not in seen), None)
            if unseen is None:
                left.append(name)
                walk.pop()
            else:
                seen.add(unseen)
                walk.append((unseen, iter(onward[unseen])))
    at = {name: i for i, name in enumerate(reversed(left))}
    ranks = dict.fromkeys(at, 0)
    for name, place in at.items():
        for to in onward[name]:
            if at[to] > place:
                ranks[to] = max(ranks[to], ranks[name] + 1)
    return ranks


def _chain(edge: Edge, items: Mapping[str, _Item]) -> _Chain:
    """An edge with its place in each rank between its ends; boxes stand in even ranks only, so that there is one."""
    start, end = items[edge.start], items[edge.end]
    down = start.rank < end.rank

    def place(rank: int) -> _Item:
        return _Item(rank, _LANE, 0.0, passes=True, weight=_STRAIGHT if edge.usual else _ASIDE)

    upper, lower = (start, end) if down else (end, start)
    chain = (upper, *(place(rank) for rank in range(upper.rank + 1, lower.rank)), lower)
    label = wrapped(edge.label, _LABEL)
    if label:
        nearest = chain[1] if down else chain[-2]
        nearest.lines, nearest.height = label, LINE * len(label)
        nearest.width = max(map(width_of, label)) + _LANE
    for above, below in pairwise(chain):
        above.below.append(below)
        below.above.append(above)
    return _Chain(edge, chain, down)


# --- order ------------------------------------------------------------------------------------------------------------


def _ordered(items: Iterable[_Item]) -> list[list[_Item]]:
    """The items of each rank, in the order with the fewest crossings that is found."""
    by_rank: dict[int, list[_Item]] = defaultdict(list)
    for item in items:
        by_rank[item.rank].append(item)
    rows = [by_rank[rank] for rank in range(max(by_rank, default=-1) + 1)]
    best, fewest = rows, float("inf")
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        at = {id(item): float(i) for row in rows for i, item in enumerate(row)}
        for row in rows if down else rows[::-1]:
            row.sort(key=lambda item: _middle(item.above if down else item.below, at, at[id(item)]))
            at |= {id(item): float(i) for i, item in enumerate(row)}
        crossings = sum(_crossings(row, at) for row in rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _middle(items: Sequence[_Item], at: Mapping[int, float], otherwise: float) -> float:
    return sum(at[id(item)] for item in items) / len(items) if items else otherwise


def _crossings(row: Sequence[_Item], at: Mapping[int, float]) -> int:
    """How often ways from one rank to the next cross."""
    seen: list[float] = []
    count = 0
    for item in row:
        ends = [at[id(other)] for other in item.below]
        count += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return count


# --- positions --------------------------------------------------------------------------------------------------------


def _placed(rows: Sequence[Sequence[_Item]]) -> tuple[float, list[_Row]]:
    """Gives every item its place; returns the width of all, and where each rank begins and ends."""
    ends: list[_Row] = []
    y = 0.0
    for row in rows:
        height = max((item.height for item in row), default=0.0)
        for item in row:
            item.y = y + height / 2
        ends.append(_Row(y, y + height))
        y += height + _ROW
    for row in rows:
        _apart(row, [0.0] * len(row))
    for sweep in range(_SWEEPS + 1):
        down = sweep % 2 == 0
        for row in rows if down else rows[::-1]:
            beside = [item.above if down else item.below for item in row]
            _apart(row, [_mean_x(near, item.x) for near, item in zip(beside, row, strict=True)])
    left = min((item.x - item.width / 2 for row in rows for item in row), default=0.0)
    for row in rows:
        for item in row:
            item.x -= left
    return max((item.x + item.width / 2 for row in rows for item in row), default=0.0), ends


def _mean_x(items: Sequence[_Item], otherwise: float) -> float:
    weight = sum(item.weight for item in items)
    return sum(item.x * item.weight for item in items) / weight if items else otherwise


def _apart(row: Sequence[_Item], wanted: Sequence[float]) -> None:
    """Moves the items of a rank to where they want to be, as near as order and width allow (isotonic regression)."""
    blocks: list[list[float]] = []  # sum of weighted places, weight, items
    offsets: list[float] = []
    for i, (item, place) in enumerate(zip(row, wanted, strict=True)):
        before = row[i - 1] if i else item
        gap = _LANE if item.passes or before.passes else _GAP
        offsets.append(offsets[-1] + (before.width + item.width) / 2 + gap if i else 0.0)
        blocks.append([(place - offsets[-1]) * item.weight, item.weight, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    places = [total / weight for total, weight, count in blocks for _ in range(int(count))]
    for item, place, offset in zip(row, places, offsets, strict=True):
        item.x = place + offset


# --- ways -------------------------------------------------------------------------------------------------------------


def _ways(chains: Sequence[_Chain], widths: Mapping[int, float], ends: Sequence[_Row]) -> list[Way]:
    """Every way from box to box; those that share a side of a box touch it beside each other."""
    leaving, arriving = _ports(chains, widths, 0, 1), _ports(chains, widths, -1, -2)
    out: list[Way] = []
    for i, (edge, (upper, *between, lower), down) in enumerate(chains):
        points = [(leaving[i], upper.y + upper.height / 2), (leaving[i], ends[upper.rank].bottom)]
        for item in between:
            top, bottom = ends[item.rank]
            points += [(item.x, top), (item.x, bottom)] if top < bottom else []
        points += [(arriving[i], ends[lower.rank].top), (arriving[i], lower.y - lower.height / 2)]
        points = [point for j, point in enumerate(points) if not j or point != points[j - 1]]
        lines = [
            text
            for item in between
            for text in centered([(line, False) for line in item.lines], item.x, item.y - item.height / 2)
        ]
        out.append(Way(edge, tuple(points if down else points[::-1]), tuple(lines)))
    return out


def _ports(chains: Sequence[_Chain], widths: Mapping[int, float], end: int, nearest: int) -> list[float]:
    """Where each way touches the box at one of its ends: in the order of where they come from."""
    by_box: dict[int, list[int]] = defaultdict(list)
    for i, chain in enumerate(chains):
        by_box[id(chain.items[end])].append(i)
    out = [0.0] * len(chains)
    for box, sharing in by_box.items():
        sharing.sort(key=lambda i: chains[i].items[nearest].x)
        step = min(2 * _LANE, widths[box] / (len(sharing) + 1))
        for place, i in enumerate(sharing):
            out[i] = chains[i].items[end].x + step * (place - (len(sharing) - 1) / 2)
    return out


def _beside(loop: Edge | None) -> float:
    """What a way to itself takes at the right of a box."""
    if loop is None:
        return 0.0
    return _LOOP + max(map(width_of, wrapped(loop.label, _LABEL)), default=0.0)


def _loop(edge: Edge, item: _Item, half: float) -> Way:
    """A way from a box to itself, at its right: two points on the border, and between them two that draw it out."""
    x, far = item.x + half, item.x + half + _LOOP
    label = wrapped(edge.label, _LABEL)
    middle = far + max(map(width_of, label), default=0.0) / 2
    lines = centered([(text, False) for text in label], middle, item.y - len(label) * LINE / 2)
    return Way(edge, ((x, item.y - 8), (far, item.y - 14), (far, item.y + 14), (x, item.y + 8)), lines)
