"""A strict grammar of the flowcharts that are drawn: it takes a part of Mermaid's own and nothing more.

Source: mermaid.js.org, "Flowcharts - Basic Syntax" (read 2026-11-24).
"""

import re
from dataclasses import dataclass, field

_ID = r"[A-Za-z][A-Za-z0-9]*"
_TEXT = r'"(?P<text>[^"`]*)"'
_RESERVED = frozenset({"end", "graph", "flowchart", "subgraph", "style", "class", "classdef", "click", "default"})
_NODE = re.compile(rf"(?P<id>{_ID})(?P<open>\(\[|\[\[|\[|\(|\{{){_TEXT}(?P<close>\]\)|\]\]|\]|\)|\}})")
_EDGE = re.compile(rf"(?P<a>{_ID}) (?P<arrow>-->|-\.->)(\|{_TEXT}\|)? (?P<b>{_ID})")
_START = re.compile(rf'(?P<a>{_ID})\(\["start"\]\) --> (?P<b>{_ID})')
_SUBGRAPH = re.compile(rf"subgraph (?P<id>{_ID})\[{_TEXT}\]")
_CLASS = re.compile(rf"class (?P<ids>{_ID}(,{_ID})*) failed")
_PAIRS = {"([": "])", "[[": "]]", "[": "]", "(": ")", "{": "}"}
_ENTITY = re.compile(r"#(?:[a-z]+|\d+);")


@dataclass
class Chart:
    """What a flowchart says."""

    nodes: dict[str, str] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)


def parse(text: str) -> Chart:
    """The chart. Raises ValueError with the line that is not in the grammar."""
    lines = text.splitlines()
    if not text.endswith("\n") or lines[0] != "flowchart TD":
        raise ValueError(lines[0])
    chart, depth = Chart(), 0
    for line in lines[1:]:
        depth += _line(chart, line.strip())
        if depth < 0:
            raise ValueError(line)
    if depth or any(end not in chart.nodes for a, b, _ in chart.edges for end in (a, b)):
        raise ValueError("a subgraph is left open, or an edge leads nowhere")
    return chart


def _line(chart: Chart, words: str) -> int:
    """Takes in one line; says by how many levels it goes deeper."""
    if words == "end":
        return -1
    if match := _SUBGRAPH.fullmatch(words):
        _named(chart, match["id"], match["text"])
        return 1
    if match := _START.fullmatch(words):
        _named(chart, match["a"], "start")
        chart.edges.append((match["a"], match["b"], ""))
    elif (match := _NODE.fullmatch(words)) and _PAIRS[match["open"]] == match["close"]:
        _named(chart, match["id"], match["text"])
    elif match := _EDGE.fullmatch(words):
        chart.edges.append((match["a"], match["b"], match["text"] or ""))
    elif not (words.startswith("classDef failed ") or _CLASS.fullmatch(words)):
        raise ValueError(words)
    return 0


def _named(chart: Chart, name: str, text: str) -> None:
    plain = _ENTITY.sub("", text.replace("<br/>", ""))
    if name.lower() in _RESERVED or name in chart.nodes or re.search(r"[<>#;]", plain):
        raise ValueError(f"{name}: {text}")
    chart.nodes[name] = text
