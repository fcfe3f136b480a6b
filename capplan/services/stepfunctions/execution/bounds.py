"""The cheapest and the dearest way through a definition whose odds nobody gave. It knows no price: the caller weighs.

Open choices make a Markov decision process with additive costs. Where the outermost level has no loop and holds them all,
one pass from the ends to the start finds the best way. Else one choice at a time is changed until nothing gets better,
which ends at the best of all ways too; past a published effort no bound is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from capplan.services.stepfunctions.asl.definition import Definition, Graph, moves
from capplan.services.stepfunctions.execution.chain import EndlessLoop
from capplan.services.stepfunctions.execution.expectation import expect, visits_of
from capplan.services.stepfunctions.execution.model import Expectation, World

MOST_EFFORT = 1_500
"""States times ways out of open choices: past it a definition with loops or nested choices gets no bound."""
_MOST_ROUNDS = 20
Weigh = Callable[[Expectation], Fraction]


class TooManyPathsError(ValueError):
    """So many choices are open that their best way is not looked for."""

    def __init__(self, choices: int) -> None:
        super().__init__(f"{choices} choices have no odds, too many to look for the cheapest and the dearest way")


@dataclass(frozen=True, slots=True)
class ChoicePath:
    """Where each open choice goes, and what an execution then comes to; `loop` names a state it would never leave."""

    goes: Mapping[str, str]
    amount: Fraction | None
    loop: str = ""


def open_choices(definition: Definition, world: World) -> tuple[str, ...]:
    """Choices with several ways, of which nobody said how often each is taken."""
    states = definition.states.values()
    return tuple(s.name for s in states if s.type == "Choice" and len(s.targets) > 1 and s.name not in world.choices)


def cheapest(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh) -> ChoicePath:
    """The way that comes to the least. Raises TooManyPathsError."""
    return _best(definition, world, choices, weigh, dear=False)


def dearest(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh) -> ChoicePath:
    """The way that comes to the most; no amount where a loop need never be left. Raises TooManyPathsError."""
    return _best(definition, world, choices, weigh, dear=True)


def along(definition: Definition, world: World, way: ChoicePath) -> Expectation:
    """The mean execution that takes a way."""
    return expect(definition.graph, _fixed(world, way.goes))


def _best(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh, *, dear: bool) -> ChoicePath:
    order = _ends_first(definition.graph)
    if order is not None and all(choice in definition.graph.states for choice in choices):
        goes = _in_one_pass(definition.graph, world, choices, order, weigh, dear=dear)
        return ChoicePath(goes, weigh(expect(definition.graph, _fixed(world, goes))))
    ways = sum(len(definition.states[choice].targets) for choice in choices)
    if ways * len(definition.states) > MOST_EFFORT:
        raise TooManyPathsError(len(choices))
    return _one_by_one(definition, world, choices, weigh, dear=dear)


def _ends_first(graph: Graph) -> list[str] | None:
    """The states of a level so that each stands behind all it may lead to; None where there is a loop."""
    left = {name: {to for to in moves(state) if to in graph.states} for name, state in graph.states.items()}
    before: dict[str, list[str]] = {name: [] for name in graph.states}
    for name, targets in left.items():
        for to in targets:
            before[to].append(name)
    order = [name for name, targets in left.items() if not targets]
    for name in order:
        for earlier in before[name]:
            left[earlier].discard(name)
            if not left[earlier]:
                order.append(earlier)
    return order if len(order) == len(graph.states) else None


def _in_one_pass(
    graph: Graph, world: World, choices: tuple[str, ...], order: list[str], weigh: Weigh, *, dear: bool
) -> dict[str, str]:
    visits = visits_of(graph, world)
    value: dict[str, Fraction] = {}
    goes: dict[str, str] = {}
    pick = max if dear else min
    for name in order:
        visit = visits[name]
        if name in choices:
            goes[name] = pick(graph.states[name].targets, key=lambda to: value[to])
            onward = value[goes[name]]
        else:
            onward = sum((p * value[to] for to, p in visit.onward.items()), Fraction(0))
        value[name] = weigh(visit.found) + onward
    return goes


def _one_by_one(
    definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh, *, dear: bool
) -> ChoicePath:
    goes = _leaving(definition, world, choices)
    best = weigh(expect(definition.graph, _fixed(world, goes)))
    for _ in range(_MOST_ROUNDS):
        before = best
        for choice in choices:
            for target in definition.states[choice].targets:
                if target == goes[choice]:
                    continue
                tried = {**goes, choice: target}
                try:
                    amount = weigh(expect(definition.graph, _fixed(world, tried)))
                except EndlessLoop as loop:
                    if dear:
                        return ChoicePath(tried, None, loop.state)
                    continue
                if (amount > best) if dear else (amount < best):
                    best, goes = amount, tried
        if best == before:
            break
    return ChoicePath(goes, best)


def _fixed(world: World, goes: Mapping[str, str]) -> World:
    return replace(world, choices={**world.choices, **{name: {to: Fraction(1)} for name, to in goes.items()}})


def _leaving(definition: Definition, world: World, choices: tuple[str, ...]) -> dict[str, str]:
    """A way that ends: each choice by turns takes the target with which the others, equally split, end soonest."""
    goes: dict[str, str] = {}
    for choice in choices:
        amounts: dict[str, Fraction] = {}
        for target in definition.states[choice].targets:
            try:
                amounts[target] = expect(definition.graph, _fixed(world, {**goes, choice: target})).states_entered
            except EndlessLoop:
                continue
        goes[choice] = min(amounts, key=lambda to: amounts[to])
    return goes
