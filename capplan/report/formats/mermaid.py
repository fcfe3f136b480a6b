"""Writes a graph as a Mermaid flowchart: boxes in boxes, ways with their labels.

Source of the syntax: mermaid.js.org, "Flowcharts - Basic Syntax" (read 2026-11-24).
"""

from collections.abc import Iterator

from capplan.plain import plain
from capplan.report.document import Edge, Graph, Node

_ENTITIES = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "`": "#96;", ";": "#59;"}
_SHAPES = {"choice": ("{", "}"), "start": ("([", "])"), "end": ("([", "])"), "bad": ("[[", "]]"), "soft": ("(", ")")}


def mermaid(graph: Graph) -> str:
    """The flowchart; names of any kind are quoted and escaped."""
    lines = ["flowchart TD", *_level(graph, "  ")]
    failing = [node.id for node in every_node(graph) if node.role == "bad"]
    if failing:
        lines += ["  classDef failed stroke:#b00,stroke-width:2px", f"  class {','.join(failing)} failed"]
    return "\n".join(lines) + "\n"


def every_node(graph: Graph) -> Iterator[Node]:
    """The nodes of a graph, each before those inside of it."""
    for node in graph.nodes:
        yield node
        for inner in node.inside:
            yield from every_node(inner)


def _level(graph: Graph, indent: str) -> list[str]:
    lines: list[str] = []
    for node in graph.nodes:
        lines += _box(node, indent)
    return lines + [f"{indent}{_way(edge)}" for edge in graph.edges]


def _box(node: Node, indent: str) -> list[str]:
    if not node.inside:
        opens, closes = _SHAPES.get(node.role, ("[", "]"))
        return [f'{indent}{node.id}{opens}"{_label(node)}"{closes}']
    lines = [f'{indent}subgraph {node.id}["{_label(node)}"]']
    for graph in node.inside:
        lines += _level(graph, indent + "  ")
    return [*lines, f"{indent}end"]


def _label(node: Node) -> str:
    kind = f" ({_escaped(node.kind)})" if node.kind not in ("", "Task", "Choice") else ""
    return "<br/>".join([_escaped(node.label) + kind, *map(_escaped, node.notes)])


def _way(edge: Edge) -> str:
    label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
    return f"{edge.start} {'-->' if edge.usual else '-.->'}{label} {edge.end}"


def _escaped(text: str) -> str:
    """Text as it may stand inside quotes."""
    return "".join(_ENTITIES.get(char, char) for char in plain(text))
