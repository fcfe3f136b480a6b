"""Solves a graph of calls as a linear system: the demand at every node, loops included."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from capplan.flow import DemandFlow
from capplan.record import Record


class Edge(Record, frozen=True):
    """One request at `source` causes `times` requests at `target`, spread over `over_ms`."""

    source: str
    target: str
    times: Fraction
    over_ms: Fraction = Fraction(0)


class LoopError(ValueError):
    """A call loop that grows without bound; `nodes` are its members in order."""

    def __init__(self, nodes: Sequence[str]) -> None:
        super().__init__(" -> ".join(nodes))
        self.nodes = tuple(nodes)


def arrivals(incoming: Mapping[str, DemandFlow], edges: Iterable[Edge]) -> dict[str, DemandFlow]:
    """The flow at every node: its incoming flow, and that of the edges to it.

    Raises:
        LoopError: A loop in which a request causes one more request or more.
    """
    listed = list(edges)
    outgoing: dict[str, list[Edge]] = {}
    for edge in listed:
        if edge.times:
            outgoing.setdefault(edge.source, []).append(edge)
    nodes = dict.fromkeys(incoming) | {e.source: None for e in listed} | {e.target: None for e in listed}
    edges_into: dict[str, list[DemandFlow]] = {node: [] for node in nodes}
    for node, flow in incoming.items():
        edges_into[node].append(flow)
    solved: dict[str, DemandFlow] = {}
    for group in components(list(nodes), outgoing):
        flows = {node: DemandFlow.total(edges_into[node]) for node in group}
        inner = [e for node in group for e in outgoing.get(node, ()) if e.target in flows]
        solved.update(_solve_loop(group, flows, inner) if inner else flows)
        for node in group:
            for edge in outgoing.get(node, ()):
                if edge.target not in flows:
                    edges_into[edge.target].append((solved[node] * edge.times).spread(edge.over_ms))
    return solved


def _solve_loop(
    group: Sequence[str], incoming: Mapping[str, DemandFlow], inner: Sequence[Edge]
) -> dict[str, DemandFlow]:
    """Solves x = b + A x by elimination; the pivots stay above 0 exactly when the loop's gain is below 1."""
    size = len(group)
    at = {node: i for i, node in enumerate(group)}
    rows = [
        [Fraction(int(i == j)) for j in range(size)] + [Fraction(int(i == j)) for j in range(size)] for i in range(size)
    ]
    for edge in inner:
        rows[at[edge.target]][at[edge.source]] -= edge.times
    for i in range(size):
        if rows[i][i] <= 0:
            raise LoopError(_loop_path(group, inner))
        pivot = rows[i][i]
        rows[i] = [value / pivot for value in rows[i]]
        for j in range(size):
            if j != i and rows[j][i]:
                factor = rows[j][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return {
        node: DemandFlow.total(
            incoming[other] * rows[i][size + j] for j, other in enumerate(group) if rows[i][size + j]
        )
        for i, node in enumerate(group)
    }


def _loop_path(group: Sequence[str], inner: Sequence[Edge]) -> list[str]:
    """The nodes of one cycle, along the edges with the most requests."""
    strongest: dict[str, Edge] = {}
    for edge in inner:
        if edge.source not in strongest or edge.times > strongest[edge.source].times:
            strongest[edge.source] = edge
    path = [group[0]]
    while (following := strongest[path[-1]].target) not in path:
        path.append(following)
    return [*path[path.index(following) :], following]


def components(nodes: Sequence[str], outgoing: Mapping[str, Sequence[Edge]]) -> list[list[str]]:  # noqa: C901  a single algorithm
    """Strongly connected components, callers first (Tarjan's algorithm without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: dict[str, None] = {}
    components: list[list[str]] = []
    for root in nodes:
        if root in index:
            continue
        stack: list[tuple[str, int]] = [(root, 0)]
        while stack:
            node, step = stack.pop()
            if step == 0:
                index[node] = low[node] = len(index)
                on_stack[node] = None
            targets = outgoing.get(node, ())
            if step > 0:
                low[node] = min(low[node], low[targets[step - 1].target])
            while step < len(targets):
                target = targets[step].target
                step += 1
                if target not in index:
                    stack.append((node, step))
                    stack.append((target, 0))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                if low[node] == index[node]:
                    group: list[str] = []
                    while True:
                        member, _ = on_stack.popitem()
                        group.append(member)
                        if member == node:
                            break
                    components.append(group[::-1])
    return components[::-1]
