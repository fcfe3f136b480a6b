"""Computes how often each state of a level is visited: an absorbing Markov chain, solved exactly."""

from collections.abc import Mapping
from fractions import Fraction

from capplan.services.stepfunctions.execution.retries import power, tidy, total

_ONE = Fraction(1)
_ZERO = Fraction(0)

Moves = Mapping[str, Mapping[str, Fraction]]
"""By state: probabilities of the next states. What is missing to 1 leaves the level."""


Passes = tuple[tuple[int, Fraction], ...]
"""How often a counted loop passes its Choice: number -> probability."""


class EndlessLoop(ValueError):  # noqa: N818  it names what is wrong
    """A loop of states that, with these probabilities, is never left."""

    def __init__(self, state: str) -> None:
        super().__init__(
            f"executions never leave the loop through '{state}': if an error ends it, write `fails` for its Task"
        )
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


def with_counted(moves: Moves, counted: Mapping[str, Passes]) -> Moves:
    """The same chain, in which Choices that are passed a known number of times have a probability of the same mean.

    A is the probability of one way back to the Choice. Its visits are V = Σ P(N ≥ k) A^(k-1), of which Σ P(N > k) A^(k-1)
    go back; a geometric loop that stays with their ratio has the same visits everywhere.
    """
    out = dict(moves)
    for choice, passes in counted.items():
        loop = {n for n in _order(choice, out) if choice in _order(n, out)}
        back = {to: p for to, p in out[choice].items() if to in loop}
        leaving = {to: p for to, p in out[choice].items() if to not in loop}
        into, onward = total(back.values()), total(leaving.values())
        if not into or not onward:
            continue
        cut: dict[str, Mapping[str, Fraction]] = {n: {} if n == choice else out[n] for n in out}
        start = "way back"
        cut[start] = {to: p / into for to, p in back.items()}
        way_back = mean_visits(start, cut).get(choice, _ZERO)
        visits = total(p * _powers(way_back, n) for n, p in passes)
        stay = total(p * _powers(way_back, n - 1) for n, p in passes) / visits
        out[choice] = {
            **{to: tidy(p / into * stay) for to, p in back.items()},
            **{to: tidy(p / onward * (1 - stay)) for to, p in leaving.items()},
        }
    return out


def _powers(base: Fraction, n: int) -> Fraction:
    """1 + a + … + a^(n-1)."""
    return Fraction(max(0, n)) if base == 1 else (1 - power(base, max(0, n))) / (1 - base)


def _order(start: str, moves: Moves) -> list[str]:
    """States that can be visited, breadth first."""
    order, todo = {start: None}, [start]
    while todo:
        for name, p in moves[todo.pop(0)].items():
            if p and name not in order:
                order[name] = None
                todo.append(name)
    return list(order)
