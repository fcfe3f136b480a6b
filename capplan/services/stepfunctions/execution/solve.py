"""Visits of a level's states as transforms: component by component of the flow chart, loops by elimination."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from capplan.services.stepfunctions.execution.chain import Passes

if TYPE_CHECKING:
    from capplan.services.stepfunctions.execution.clock import Visit
    from capplan.services.stepfunctions.execution.grid import Wave

    Onward = Mapping[str, Mapping[str, Wave]]


_CERTAIN = 1e-14


class Flows(NamedTuple):
    """The visits of a level, and where they lead, counted loops resolved."""

    visits: "Mapping[str, Visit]"
    onward: "Onward"

    @staticmethod
    def of(visits: "Mapping[str, Visit]", counted: Mapping[str, Passes]) -> "Flows":
        """Flows of a level; a Choice that is passed a known number of times stays with a transform, not a probability."""
        onward: dict[str, Mapping[str, Wave]] = {name: visit.onward for name, visit in visits.items()}
        for choice, passes in counted.items():
            onward[choice] = _counted(choice, passes, onward)
        return Flows(visits, onward)


def _counted(choice: str, passes: Passes, onward: "Onward") -> "Mapping[str, Wave]":
    """The onward flow of a Choice that closes a loop with a known number of passes.

    With A the transform of one way back to the Choice, its visits are V = Σ P(N ≥ k) A^(k-1), of which Σ P(N > k) A^(k-1)
    go back. A geometric loop with the stay probability back / V has the same visits, so the level is solved as usual.
    """
    loop = next((part for part in components(onward) if choice in part and len(part) > 1), None)
    if loop is None:
        return onward[choice]
    leaving = {to: wave for to, wave in onward[choice].items() if to not in loop}
    back = {to: wave for to, wave in onward[choice].items() if to in loop}
    if not leaving or not back:
        return onward[choice]
    into = sum(back.values())
    cut = {name: ({} if name == choice else {t: w for t, w in onward[name].items() if t in loop}) for name in loop}
    way_back = eliminated(loop, cut, {to: wave / into for to, wave in back.items()}).get(choice, 0.0)
    all_visits = sum(float(p) * sum_of_powers(way_back, n) for n, p in passes)
    returning = sum(float(p) * sum_of_powers(way_back, n - 1) for n, p in passes)
    stay = returning / all_visits
    out = sum(leaving.values())
    return {
        **{to: wave / into * stay for to, wave in back.items()},
        **{to: wave / out * (1 - stay) for to, wave in leaving.items()},
    }


def sum_of_powers(wave: "Wave", n: int) -> "Wave":
    """1 + w + … + w^(n-1)."""
    if n <= 0:
        return 0.0
    if isinstance(wave, float | int | complex):
        return float(n) if wave == 1 else (1 - wave**n) / (1 - wave)
    import numpy as np  # noqa: PLC0415

    certain = np.abs(1 - wave) < _CERTAIN  # an amount of 0
    return np.where(certain, float(n), (1 - wave**n) / np.where(certain, 1.0, 1 - wave))


def solved(start: str, onward: "Onward") -> "Iterator[tuple[str, Wave]]":
    """Every state that is reached, with the transform of its visits."""
    inflow: dict[str, Wave] = {start: 1.0}
    for part in components(onward):
        entering = {name: inflow.pop(name) for name in part if name in inflow}
        if not entering:
            continue
        alone = len(part) == 1 and part[0] not in onward[part[0]]
        inside = {n: {t: w for t, w in onward[n].items() if t in part} for n in part}
        visits = entering if alone else eliminated(part, inside, entering)
        for name, wave in visits.items():
            yield name, wave
            for target, share in onward[name].items():
                if target not in inside:
                    inflow[target] = inflow.get(target, 0.0) + wave * share


def eliminated(names: Sequence[str], rows: "Onward", start: "Mapping[str, Wave]") -> "dict[str, Wave]":
    """V = start + v Q, one state after the other eliminated."""
    left = {name: dict(rows[name]) for name in names}
    entry: dict[str, Wave] = {name: start.get(name, 0.0) for name in names}
    incoming: dict[str, set[str]] = {name: set() for name in names}
    for name, row in left.items():
        for target in row:
            incoming[target].add(name)
    done: list[tuple[str, Wave, Wave, dict[str, Wave]]] = []
    for name in names:
        row = left.pop(name)
        stay = 1 - row.pop(name, 0.0)
        onward = {t: w / stay for t, w in row.items() if t in left}
        into = {i: left[i].pop(name) for i in incoming[name] if i in left and name in left[i]}
        done.append((name, entry[name], stay, into))
        for target, wave in onward.items():
            entry[target] = entry[target] + entry[name] * wave
            for i, share in into.items():
                left[i][target] = left[i].get(target, 0.0) + share * wave
                incoming[target].add(i)
    visits: dict[str, Wave] = {}
    for name, entered, stay, into in reversed(done):
        visits[name] = (entered + sum(visits[i] * share for i, share in into.items())) / stay
    return visits


def components(onward: Mapping[str, Mapping[str, object]]) -> list[list[str]]:
    """The strongly connected components of a flow chart, each before those it leads to (Kosaraju, without recursion)."""
    back: dict[str, list[str]] = {name: [] for name in onward}
    for name, targets in onward.items():
        for target in targets:
            if target in back:
                back[target].append(name)
    forward = {name: [target for target in targets if target in onward] for name, targets in onward.items()}
    seen: set[str] = set()
    last_first = [name for root in onward for name in _finished(root, forward, seen)][::-1]
    seen = set()
    parts = [_finished(root, back, seen) for root in last_first]
    return [part[::-1] for part in parts if part]


def _finished(root: str, targets: Mapping[str, Sequence[str]], seen: set[str]) -> list[str]:
    """What is reached from a root and was not seen before, each after all that it leads to."""
    if root in seen:
        return []
    seen.add(root)
    out: list[str] = []
    work = [(root, iter(targets[root]))]
    while work:
        name, rest = work[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            out.append(name)
            work.pop()
        else:
            seen.add(following)
            work.append((following, iter(targets[following])))
    return out
