"""Writes a workflow as a Mermaid flowchart: states, transitions, probabilities, errors, costs.

Source of the syntax: mermaid.js.org, "Flowcharts - Basic Syntax" (read 2026-11-24).
"""

from fractions import Fraction

from capplan.commands.workflow.results import StateRow, Workflow
from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import lasting
from capplan.report import numbers
from capplan.report.plain import plain
from capplan.report.views.workflow import amount, per_thousand
from capplan.services.stepfunctions.asl.definition import Graph, State
from capplan.services.stepfunctions.execution.items import odds

_ENTITIES = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "`": "#96;", ";": "#59;"}
_SHAPES = {"Choice": ("{", "}"), "Succeed": ("([", "])"), "Fail": ("[[", "]]"), "Wait": ("(", ")"), "Pass": ("(", ")")}


def mermaid(answer: Workflow) -> str:
    """The flowchart; names of any kind are quoted and escaped."""
    drawing = _Drawing(answer)
    lines = ["flowchart TD", *drawing.level(answer.definition.graph, "", "  ")]
    failing = [drawing.ids[row.name] for row in answer.rows if row.type == "Fail"]
    if failing:
        lines += ["  classDef failed stroke:#b00,stroke-width:2px", f"  class {','.join(failing)} failed"]
    return "\n".join(lines) + "\n"


class _Drawing:
    """Numbers for the states, and the label of each."""

    def __init__(self, answer: Workflow) -> None:
        self.answer = answer
        self.rows = {row.name: row for row in answer.rows if row.type}
        self.ids = {name: f"s{i}" for i, name in enumerate(self.rows, 1)}
        self.ends = 0

    def level(self, graph: Graph, key: str, indent: str) -> list[str]:
        """One level of states between its own start and ends; `key` makes their names unique (`end` is a word of Mermaid's)."""
        start, end = f"begin{key}", f"finish{key}"
        lines = [f'{indent}{start}(["start"]) --> {self.ids[graph.start_at]}']
        for state in graph.states.values():
            lines += self.box(state, indent)
        for state in graph.states.values():
            lines += [f"{indent}{line}" for line in self.transitions(state, end)]
        if any(line.endswith(f" {end}") for line in lines):
            lines.append(f'{indent}{end}(["end"])')
        return lines

    def box(self, state: State, indent: str) -> list[str]:
        me, label = self.ids[state.name], self.label(self.rows[state.name])
        inner = [*state.branches, *((state.map.processor,) if state.map is not None else ())]
        if not inner:
            opens, closes = _SHAPES.get(state.type, ("[", "]"))
            return [f'{indent}{me}{opens}"{label}"{closes}']
        lines = [f'{indent}subgraph {me}["{label}"]']
        for i, graph in enumerate(inner, 1):
            lines += self.level(graph, f"{me}b{i}", indent + "  ")
        return [*lines, f"{indent}end"]

    def label(self, row: StateRow) -> str:
        words = [escaped(row.name)]
        if row.type not in ("Task", "Choice"):
            words[0] += f" ({row.type})"
        words += [escaped(", ".join(row.calls))] if row.calls else []
        figures = [escaped(amount(row.visits)) + (" visit" if row.visits == 1 else " visits")]
        figures += [lasting(row.ms)] if row.ms else []
        figures.append(f"{escaped(per_thousand(row.cost))} USD per 1,000")
        return "<br/>".join([*words, " · ".join(figures)])

    def transitions(self, state: State, end: str) -> list[str]:
        me = self.ids[state.name]
        out: list[str] = []
        if state.type == "Choice":
            shares = odds(state, self.answer.world)
            out += [f'{me} -->|"{_percent(shares.get(to, Fraction(0)))}"| {self.ids[to]}' for to in state.targets]
        elif state.next is not None:
            out.append(f"{me} --> {self.ids[state.next]}")
        else:
            out.append(f"{me} --> {end}")
        if state.retry:
            retries = max(entry.max_attempts for entry in state.retry)
            out.append(f'{me} -.->|"retry, at most {retries}"| {me}')
        for catcher in state.catch:
            caught = escaped(", ".join(catcher.errors))
            out.append(f'{me} -.->|"{caught}"| {self.ids[catcher.next]}')
        return out


def _percent(share: Fraction) -> str:
    return escaped(numbers.share(to_quantity(share)))


def escaped(text: str) -> str:
    """Text as it may stand inside quotes."""
    return "".join(_ENTITIES.get(char, char) for char in plain(text))
