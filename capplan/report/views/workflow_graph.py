"""Makes the graph of a workflow: states, transitions with their chances, and what runs inside of Map and Parallel."""

from fractions import Fraction
from typing import Literal

from capplan.commands.workflow.results import StateRow, Workflow
from capplan.quantities.text import lasting
from capplan.report.document import Edge, Graph, Node
from capplan.report.views.workflow_figures import amount, per_thousand, share
from capplan.services.stepfunctions.asl.definition import Graph as Level
from capplan.services.stepfunctions.asl.definition import State, graphs_in
from capplan.services.stepfunctions.execution.items import odds

_ROLES: dict[str, Literal["plain", "choice", "end", "bad", "soft"]] = {
    "Choice": "choice",
    "Succeed": "end",
    "Fail": "bad",
    "Wait": "soft",
    "Pass": "soft",
}


def workflow_graph(answer: Workflow) -> Graph:
    """The graph of the outermost states; nodes of other levels are inside of theirs."""
    return _Walk(answer).level(answer.definition.graph, "", f"Workflow graph of {answer.label}")


class _Walk:
    """The states of a workflow with their rows and a number each."""

    def __init__(self, answer: Workflow) -> None:
        self.answer = answer
        self.rows = {row.name: row for row in answer.rows if row.type}
        self.ids = {name: f"s{i}" for i, name in enumerate(self.rows, 1)}

    def level(self, states: Level, key: str, title: str) -> Graph:
        """One level of states between its own start and end; `key` makes their names unique."""
        start, end = f"begin{key}", f"finish{key}"
        edges = [Edge(start, self.ids[states.start_at])]
        for state in states.states.values():
            edges += self.ways(state, end)
        nodes = [Node(start, "start", "start"), *(self.node(state) for state in states.states.values())]
        if any(edge.end == end for edge in edges):
            nodes.append(Node(end, "end", "end"))
        return Graph(title, tuple(nodes), tuple(edges))

    def node(self, state: State) -> Node:
        """A state, with what runs inside of it."""
        me, row = self.ids[state.name], self.rows[state.name]
        parts = graphs_in(state)
        inside = (
            self.level(graph, f"{me}b{i}", f"branch {i}" if len(parts) > 1 else "") for i, graph in enumerate(parts, 1)
        )
        part = row.cost / self.answer.cost if self.answer.cost else Fraction(0)
        role = _ROLES.get(row.type, "plain")
        notes = ((", ".join(row.calls),) if row.calls else ()) + _figures(row)
        return Node(me, row.name, role, row.type, notes, _hover(row, part), float(part), tuple(inside))

    def ways(self, state: State, end: str) -> list[Edge]:
        """Where it goes on: branches with their chances, retries, caught errors."""
        me = self.ids[state.name]
        out: list[Edge] = []
        if state.type == "Choice":
            chances = odds(state, self.answer.world)
            out += [Edge(me, self.ids[to], share(chances.get(to, Fraction(0)))) for to in state.targets]
        else:
            out.append(Edge(me, end if state.next is None else self.ids[state.next]))
        if state.retry:
            retries = max(entry.max_attempts for entry in state.retry)
            out.append(Edge(me, me, f"retry, at most {retries}", usual=False))
        for catcher in state.catch:
            out.append(Edge(me, self.ids[catcher.next], ", ".join(catcher.errors), usual=False))
        return out


def _figures(row: StateRow) -> tuple[str, str]:
    visits = f"{_visits(row)} · {lasting(row.ms)}" if row.ms else _visits(row)
    return visits, f"{per_thousand(row.cost)} USD per 1,000"


def _visits(row: StateRow) -> str:
    visits = amount(row.visits)
    return visits + (" visit" if visits == "1" else " visits")


def _hover(row: StateRow, part: Fraction) -> str:
    """All figures of a state, each per execution."""
    calls = [f"calls {', '.join(row.calls)}"] if row.calls else []
    figures = [f"{_visits(row)} per execution"]
    figures += [f"{amount(row.retries)} retries"] if row.retries else []
    figures += [f"takes {lasting(row.ms)}"] if row.ms else []
    figures += [f"{share(row.failed)} of visits fail"] if row.failed and row.type != "Fail" else []
    cost = f"{per_thousand(row.cost)} USD per 1,000 executions, {share(part)} of the cost"
    return f"{row.name} ({row.type}): {', '.join([*calls, *figures, cost])}"
