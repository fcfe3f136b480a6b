"""The places of a graph: every way ends at the boxes it joins, no boxes overlap, no box or label is run through."""

import itertools
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import capplan
from capplan.report.document import Edge, Graph, Node
from capplan.report.formats.graph_layout import Box, Layout, Way, layout
from capplan.report.formats.graph_text import LINE, width_of, wrapped
from capplan.report.views.workflow_graph import workflow_graph
from tests.helpers import HEAD
from tests.services.stepfunctions.shapes import ALL

_FOLDER = os.environ.get("CAPPLAN_FIELD_FILES")
_FILES = sorted(Path(_FOLDER).glob("**/*.asl.*")) if _FOLDER else []
_NEAR = 0.01


def graph(ways: str, label: str = "") -> Graph:
    """`a>b b>c`: nodes in the order they are named."""
    pairs = [tuple(way.split(">")) for way in ways.split()]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    return Graph("t", tuple(Node(name, name) for name in names), tuple(Edge(a, b, label) for a, b in pairs))


def check(placed: Layout) -> None:
    """What holds of every layout."""
    boxes = {box.node.id: box for box in placed.boxes}
    for way in placed.ways:
        for name, (x, y) in ((way.edge.start, way.points[0]), (way.edge.end, way.points[-1])):
            assert _on_border(boxes[name], x, y), f"{way.edge} does not touch {name}"
    held = {(outer.node.id, inner) for outer in placed.boxes for inner in _ids(outer.node)}
    for one, other in itertools.combinations(placed.boxes, 2):
        if (one.node.id, other.node.id) in held:
            assert _inside(other, one), f"{other.node.id} is not inside of {one.node.id}"
        else:
            assert not _overlap(one, other), f"{one.node.id} overlaps {other.node.id}"
    for box in placed.boxes:
        _check_room(box, placed)
    leaves = [box for box in placed.boxes if not box.node.inside]
    for way in placed.ways:
        _check_way(way, leaves)


def _check_room(box: Box, placed: Layout) -> None:
    """A box is within the drawing, and its text within the box."""
    assert min(box.x, box.y) >= -_NEAR
    assert box.x + box.width <= placed.width + _NEAR
    assert box.y + box.height <= placed.height + _NEAR
    for text in box.lines:
        half = width_of(text.text, strong=text.strong) / 2
        assert box.x <= text.x - half
        assert text.x + half <= box.x + box.width
        assert box.y + LINE / 2 <= text.y <= box.y + box.height


def _check_way(way: Way, leaves: Sequence[Box]) -> None:
    """Neither a label nor a part of a way is in a box."""
    for text in way.lines:
        half = width_of(text.text) / 2
        for box in leaves:
            beside = text.x + half <= box.x or box.x + box.width <= text.x - half
            assert beside or not box.y < text.y < box.y + box.height, f"the label of {way.edge} is in {box.node.id}"
    for (x, y), (to_x, to_y) in itertools.pairwise(way.points):
        if way.edge.start == way.edge.end:
            continue
        for box in leaves:
            beside = max(x, to_x) < box.x + _NEAR or box.x + box.width - _NEAR < min(x, to_x)
            middle = box.y + box.height / 2
            assert beside or not min(y, to_y) < middle < max(y, to_y), f"{way.edge} runs through {box.node.id}"


def _ids(node: Node) -> Iterator[str]:
    for inner in node.inside:
        for child in inner.nodes:
            yield child.id
            yield from _ids(child)


def _on_border(box: Box, x: float, y: float) -> bool:
    right, bottom = box.x + box.width, box.y + box.height
    within = box.x - _NEAR <= x <= right + _NEAR and box.y - _NEAR <= y <= bottom + _NEAR
    return within and min(abs(y - box.y), abs(y - bottom), abs(x - right)) < _NEAR


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def _inside(inner: Box, outer: Box) -> bool:
    return (
        outer.x < inner.x
        and outer.y < inner.y
        and inner.x + inner.width < outer.x + outer.width
        and inner.y + inner.height < outer.y + outer.height
    )


def order(placed: Layout) -> list[str]:
    """Names from above to below."""
    return [box.node.id for box in sorted(placed.boxes, key=lambda box: box.y)]


def test_a_node_stands_below_all_that_lead_to_it() -> None:
    """From a → b → c and a → c: c is two ranks below a, by its longest path."""
    placed = layout(graph("a>c a>b b>c"))
    check(placed)
    assert order(placed) == ["a", "b", "c"]


def test_a_way_back_lifts_nothing_and_ends_where_it_goes() -> None:
    placed = layout(graph("a>b b>c c>a c>d"))
    check(placed)
    assert order(placed) == ["a", "b", "c", "d"]
    back = next(way for way in placed.ways if (way.edge.start, way.edge.end) == ("c", "a"))
    assert back.points[0][1] > back.points[-1][1]


def test_ways_that_can_be_drawn_apart_do_not_cross() -> None:
    """Written crosswise: the order of the ranks undoes it."""
    placed = layout(graph("s>a s>b a>y b>x x>e y>e"))
    check(placed)
    at = {box.node.id: box.x + box.width / 2 for box in placed.boxes}
    assert (at["a"] < at["b"]) == (at["y"] < at["x"])


def test_two_ways_between_the_same_nodes_are_two_lines() -> None:
    placed = layout(Graph("t", (Node("a", "a"), Node("b", "b")), (Edge("a", "b"), Edge("a", "b", "E", usual=False))))
    check(placed)
    first, second = placed.ways
    assert first.points != second.points


def test_a_way_to_itself_is_at_the_side() -> None:
    placed = layout(graph("a>a a>b", "again"))
    check(placed)
    loop = next(way for way in placed.ways if way.edge.start == way.edge.end)
    assert max(x for x, _ in loop.points) > placed.boxes[0].x + placed.boxes[0].width


def test_branches_stand_side_by_side_up_to_a_width() -> None:
    """40 branches of about 190 pixels: 5 or less in a row of at most 1,000."""
    inner = tuple(Graph(f"branch {i}", (Node(f"n{i}", "x" * 80),), ()) for i in range(40))
    placed = layout(Graph("t", (Node("p", "p", inside=inner),), ()))
    check(placed)
    assert placed.width <= 1040
    assert len({box.y for box in placed.boxes[1:]}) >= 8


@pytest.mark.parametrize(
    "name", ["x" * 80, "W" * 80, "ReadTheMessages" * 5, "a b " * 20, "日本" * 40, "i" * 80, "_" * 80]
)
def test_a_name_of_80_characters_is_broken_into_lines_that_fit(name: str) -> None:
    lines = wrapped(name, 190, strong=True)
    assert all(width_of(line, strong=True) <= 190 for line in lines)
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    check(layout(Graph("t", (Node("a", name),), (Edge("a", "a", name),))))


def test_words_break_at_their_humps() -> None:
    """A capital is 0.72 em, W 0.94, m and w 0.94, a narrow letter 0.36, others 0.6; an em of a label is 14.8 pixels."""
    assert wrapped("ReadAllMessages", 80, strong=True) == ("ReadAll", "Messages")


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(1, 14), st.integers(0, 26))
def test_what_holds_of_every_layout(seed: int, nodes: int, edges: int) -> None:
    draw = random.Random(seed)  # noqa: S311  no secret
    names = [f"n{i}" for i in range(nodes)]
    inner = Graph("in", (Node("i1", "one", "start"), Node("i2", "two", "bad")), (Edge("i1", "i2", "5%"),))
    made = tuple(Node(name, name * draw.randint(1, 20), inside=(inner,) if name == "n3" else ()) for name in names)
    ways = tuple(
        Edge(draw.choice(names), draw.choice(names), draw.choice(["", "50%", "States.ALL, " * 4]), draw.random() < 0.7)
        for _ in range(edges)
    )
    kept = {(way.start, way.end if way.start == way.end else i): way for i, way in enumerate(ways)}.values()
    check(layout(Graph("t", made, tuple(kept))))


def test_a_chain_of_thousands_is_no_deep_recursion() -> None:
    began = time.process_time()
    placed = layout(graph(" ".join(f"n{i}>n{i + 1}" for i in range(3000))))
    assert len(placed.boxes) == 3001
    assert time.process_time() - began < 20


def of_file(path: Path, folder: Path) -> Graph:
    scenario = folder / "scenario.yaml"
    (folder / path.name).write_bytes(path.read_bytes())
    scenario.write_text(f"{HEAD}state_machines:\n  it: {{definition: {path.name}}}\n", encoding="utf-8")
    return workflow_graph(capplan.workflow(capplan.load(str(scenario)), draws=2))


@pytest.mark.parametrize("shape", ALL)
def test_every_shape_is_laid_out(shape: str, tmp_path: Path) -> None:
    path = tmp_path / "shape" / "it.asl.json"
    path.parent.mkdir()
    path.write_text(json.dumps(ALL[shape]), encoding="utf-8")
    check(layout(of_file(path, tmp_path)))


@pytest.mark.skipif(not _FILES, reason="CAPPLAN_FIELD_FILES is not set")
@pytest.mark.parametrize("path", [path for path in _FILES if ".invalid." not in path.name], ids=lambda path: path.name)
def test_a_real_definition_is_laid_out_in_under_a_second(path: Path, tmp_path: Path) -> None:
    made = of_file(path, tmp_path)
    began = time.process_time()
    placed = layout(made)
    assert time.process_time() - began < 1
    check(placed)
    assert len(placed.ways) >= len(made.edges)
