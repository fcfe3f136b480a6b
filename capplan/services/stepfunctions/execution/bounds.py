"""Finds the cheapest and the most expensive path through Choice states without probabilities.

They make a Markov decision process with additive costs. Where the outermost level has no loop and holds all of them, one
pass from the ends to the start finds the best path. Else one Choice at a time is changed until nothing improves, which
ends at the best path too; above MAX_EFFORT no bound is computed.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from capplan.record import Record, replace
from capplan.services.stepfunctions.asl.definition import Definition, Graph, moves
from capplan.services.stepfunctions.execution.chain import EndlessLoop
from capplan.services.stepfunctions.execution.expectation import expect, visits_of
from capplan.services.stepfunctions.execution.model import Expectation, World

MAX_EFFORT = 1_500
"""States times next states of open choices, for a definition with loops or nested choices."""
_MAX_ROUNDS = 20
Weigh = Callable[[Expectation], Fraction]


class TooManyPathsError(ValueError):
    """Too many choices are open to search for the best path."""

    def __init__(self, choices: int) -> None:
        super().__init__(
            f"{choices} choices have no probabilities, too many to search for the cheapest and the most expensive path"
        )


class ChoicePath(Record, frozen=True):
    """The next state of each open choice, and the weight of an execution; `loop` names a state of a loop without end."""

    goes: Mapping[str, str]
    amount: Fraction | None
    loop: str = ""


def open_choices(definition: Definition, world: World) -> tuple[str, ...]:
    """Choices with several next states and no probabilities."""
    states = definition.states.values()
    return tuple(s.name for s in states if s.type == "Choice" and len(s.targets) > 1 and s.name not in world.choices)


def cheapest(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh) -> ChoicePath:
    """The path of the least weight. Raises TooManyPathsError."""
    return _best(definition, world, choices, weigh, highest=False)


def dearest(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh) -> ChoicePath:
    """The path of the greatest weight; no amount where a loop may never be left. Raises TooManyPathsError."""
    return _best(definition, world, choices, weigh, highest=True)


def along(definition: Definition, world: World, path: ChoicePath) -> Expectation:
    """The mean execution on a path."""
    return expect(definition.graph, _fixed(world, path.goes))


def _best(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh, *, highest: bool) -> ChoicePath:
    order = _ends_first(definition.graph)
    if order is not None and all(choice in definition.graph.states for choice in choices):
        goes = _in_one_pass(definition.graph, world, choices, order, weigh, highest=highest)
        return ChoicePath(goes, weigh(expect(definition.graph, _fixed(world, goes))))
    targets = sum(len(definition.states[choice].targets) for choice in choices)
    if targets * len(definition.states) > MAX_EFFORT:
        raise TooManyPathsError(len(choices))
    return _one_by_one(definition, world, choices, weigh, highest=highest)


def _ends_first(graph: Graph) -> list[str] | None:
    """The states of a level, each after all it may lead to; None where there is a loop."""
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
    graph: Graph, world: World, choices: tuple[str, ...], order: list[str], weigh: Weigh, *, highest: bool
) -> dict[str, str]:
    visits = visits_of(graph, world)
    value: dict[str, Fraction] = {}
    goes: dict[str, str] = {}
    pick = max if highest else min
    for name in order:
        visit = visits[name]
        if name in choices:
            goes[name] = pick(graph.states[name].targets, key=lambda to: value[to])
            onward = value[goes[name]]
        else:
            onward = sum((p * value[to] for to, p in visit.onward.items()), Fraction(0))
        value[name] = weigh(visit.execution) + onward
    return goes


def _one_by_one(
    definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh, *, highest: bool
) -> ChoicePath:
    goes = _leaving(definition, world, choices)
    best = weigh(expect(definition.graph, _fixed(world, goes)))
    for _ in range(_MAX_ROUNDS):
        before = best
        for choice in choices:
            for target in definition.states[choice].targets:
                if target == goes[choice]:
                    continue
                tried = {**goes, choice: target}
                try:
                    amount = weigh(expect(definition.graph, _fixed(world, tried)))
                except EndlessLoop as loop:
                    if highest:
                        return ChoicePath(tried, None, loop.state)
                    continue
                if (amount > best) if highest else (amount < best):
                    best, goes = amount, tried
        if best == before:
            break
    return ChoicePath(goes, best)


def _fixed(world: World, goes: Mapping[str, str]) -> World:
    return replace(world, choices={**world.choices, **{name: {to: Fraction(1)} for name, to in goes.items()}})


def _leaving(definition: Definition, world: World, choices: tuple[str, ...]) -> dict[str, str]:
    """A path that ends: each choice in turn takes the target with the fewest states, the others equally likely."""
    goes: dict[str, str] = {}
    for choice in choices:
        amounts: dict[str, Fraction] = {}
        for target in definition.states[choice].targets:
            try:
                amounts[target] = expect(
                    definition.graph, _fixed(world, {**goes, choice: target}), timed=False
                ).states_entered
            except EndlessLoop:
                continue
        goes[choice] = min(amounts, key=lambda to: amounts[to])
    return goes
