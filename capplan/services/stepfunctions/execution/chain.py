"""Computes how often each state of a level is visited: an absorbing Markov chain, solved exactly."""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.execution.retries import tidy, total

_ONE = Fraction(1)
_ZERO = Fraction(0)

Moves = Mapping[str, Mapping[str, Fraction]]
"""By state: probabilities of the next states. What is missing to 1 leaves the level."""


class EndlessLoop(ValueError):  # noqa: N818  it names what is wrong
    """A loop of states that, with these probabilities, is never left."""

    def __init__(self, state: str) -> None:
        super().__init__(f"executions never leave the loop through '{state}'")
        self.state = state


def mean_visits(start_at: str, moves: Moves) -> dict[str, Fraction]:
    """Mean visits of each state: v = start + v Q, solved by sparse elimination of one state after the other.

    Raises:
        EndlessLoop: A loop is never left.
    """
    order = _order(start_at, moves)
    rows = {s: {t: p for t, p in moves[s].items() if p} for s in order}
    incoming: dict[str, set[str]] = {s: set() for s in order}
    for s, row in rows.items():
        for t in row:
            incoming[t].add(s)
    start = dict.fromkeys(order, _ZERO)
    start[start_at] = _ONE
    done: list[tuple[str, Fraction, Fraction, dict[str, Fraction]]] = []
    for s in order:
        row = rows.pop(s)
        stay = 1 - row.pop(s, _ZERO)
        if not stay:
            raise EndlessLoop(s)
        onward = {t: tidy(p / stay) for t, p in row.items() if t in rows}
        into = {i: rows[i].pop(s) for i in incoming[s] if i in rows and s in rows[i]}
        done.append((s, start[s], stay, into))
        for t, p in onward.items():
            start[t] = tidy(start[t] + start[s] * p)
            for i, q in into.items():
                rows[i][t] = tidy(rows[i].get(t, _ZERO) + q * p)
                incoming[t].add(i)
    visits: dict[str, Fraction] = {}
    for s, entry, stay, into in reversed(done):
        visits[s] = tidy((entry + total(visits[i] * q for i, q in into.items())) / stay)
    return {s: visits[s] for s in order}


def _order(start: str, moves: Moves) -> list[str]:
    """States that can be visited, breadth first."""
    order, todo = {start: None}, [start]
    while todo:
        for name, p in moves[todo.pop(0)].items():
            if p and name not in order:
                order[name] = None
                todo.append(name)
    return list(order)
