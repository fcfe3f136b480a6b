"""Computes how many loop passes and Map items fit into one execution's history."""

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from capplan.record import Record, replace
from capplan.services.stepfunctions.asl.definition import Definition, Graph, State, graphs_in, moves, reachable
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.execution.solve import components
from capplan.services.stepfunctions.quotas import HISTORY_EVENTS

MAX_CAPACITIES = 25
"""Loops and Maps that are computed: each solves the whole chain a few times."""


MAX_EFFORT = 5_000
"""Loops and Maps times states: in a large definition fewer are computed."""


class HistoryCapacity(Record, frozen=True):
    """How often one state may run before the history is full, in an execution that reaches it without an error.

    Attributes:
        state: A Choice that closes a loop, or an inline Map.
        unit: What is counted: passes of the loop, items of the Map.
        events_fixed: Events beside them.
        events_each: Events of one pass or item.
        most: The largest number that fits.
        present: The mean number in the scenario.
    """

    state: str
    unit: Literal["passes", "items"]
    events_fixed: Fraction
    events_each: Fraction
    most: int
    present: Fraction


def level_of(graph: Graph, name: str) -> Graph | None:
    """The graph that holds a state directly, nested ones searched too; None where none does."""
    if name in graph.states:
        return graph
    inner = (level_of(nested, name) for state in graph.states.values() for nested in graphs_in(state))
    return next((level for level in inner if level is not None), None)


def looping(definition: Definition, state: State) -> tuple[str, ...]:
    """The next states of a Choice from which an execution can come back to it."""
    loop = loops_of(definition).get(state.name, frozenset())
    return tuple(target for target in state.targets if target in loop)


@lru_cache(maxsize=64)
def loops_of(definition: Definition) -> Mapping[str, frozenset[str]]:
    """By state of a loop: the states from which an execution can come to it and back, on its level."""
    out: dict[str, frozenset[str]] = {}
    todo = [definition.graph]
    while todo:
        graph = todo.pop()
        following = {name: dict.fromkeys(moves(state)) for name, state in graph.states.items()}
        for part in components(following):
            if len(part) > 1 or part[0] in following[part[0]]:
                out.update(dict.fromkeys(part, frozenset(part)))
        todo += [inner for state in graph.states.values() for inner in graphs_in(state)]
    return out


def passes(definition: Definition, state: State, times: Fraction, weights: Amounts) -> dict[str, Fraction]:
    """Probabilities of a loop's Choice for a mean of `times` passes; staying and leaving are split by weights, else equally."""
    back = looping(definition, state)
    leave = tuple(t for t in state.targets if t not in back)
    stay = 1 - 1 / times
    return {**_shares(back, weights, stay), **_shares(leave, weights, 1 - stay)}


def _shares(targets: tuple[str, ...], given: Amounts, whole: Fraction) -> dict[str, Fraction]:
    """`whole` split among targets in proportion to the given shares, equally without any."""
    weights = {t: given.get(t, Fraction(0)) for t in targets}
    weight = sum(weights.values(), Fraction(0))
    if not weight:
        return dict.fromkeys(targets, whole / max(1, len(targets)))
    return {t: whole * w / weight for t, w in weights.items()}


def _arriving(graph: Graph, name: str, world: World) -> World:
    """The world of an execution in which nothing fails and every choice before the state leads on to it."""
    level_name = next((n for n, s in graph.states.items() if n == name or _holds(s, name)), name)
    before, after = _leading_to(graph, level_name), reachable(graph, level_name)
    choices = dict(world.choices)
    for choice in graph.states.values():
        onward = tuple(t for t in choice.targets if t in before)
        if choice.type == "Choice" and onward and len(onward) < len(choice.targets) and choice.name not in after:
            choices[choice.name] = _shares(onward, choices.get(choice.name, {}), Fraction(1))
    arriving = replace(world, choices=choices, fails={})
    for inner in graphs_in(graph.states[level_name]) if level_name != name else ():
        if level_of(inner, name) is not None:
            arriving = _arriving(inner, name, arriving)
    return arriving


def _leading_to(graph: Graph, name: str) -> frozenset[str]:
    """The state and all states of the level from which an execution may come to it."""
    before: dict[str, list[str]] = {n: [] for n in graph.states}
    for state in graph.states.values():
        for target in moves(state):
            before.get(target, []).append(state.name)
    reached, todo = {name}, [name]
    while todo:
        for earlier in before[todo.pop()]:
            if earlier not in reached:
                reached.add(earlier)
                todo.append(earlier)
    return frozenset(reached)


def _holds(state: State, name: str) -> bool:
    return any(level_of(inner, name) is not None for inner in graphs_in(state))


def history_capacities(definition: Definition, world: World) -> tuple[HistoryCapacity, ...]:
    """Every loop and inline Map of the execution's own history; children have their own."""
    out: list[HistoryCapacity] = []
    for name in _in_own_history(definition.graph):
        if len(out) == MAX_CAPACITIES or len(out) * len(definition.states) > MAX_EFFORT:
            break
        state = definition.states[name]
        back = looping(definition, state) if state.type == "Choice" else ()
        if back and len(back) < len(state.targets):
            out += _capacity(definition, _arriving(definition.graph, name, world), state, "passes")
        elif state.map is not None and not state.map.distributed:
            out += _capacity(definition, _arriving(definition.graph, name, world), state, "items")
    return tuple(out)


def _in_own_history(graph: Graph) -> list[str]:
    names: list[str] = []
    for name, state in graph.states.items():
        names.append(name)
        if state.map is None or not state.map.distributed:
            for inner in graphs_in(state):
                names += _in_own_history(inner)
    return names


def _capacity(
    definition: Definition, world: World, state: State, unit: Literal["passes", "items"]
) -> list[HistoryCapacity]:
    """From the straight line of events in n, all other numbers at their mean; empty where it is not straight."""

    def events(n: int) -> Fraction:
        return expect(definition.graph, _with(definition, world, state, unit, Fraction(n)), timed=False).history_events

    two, three = events(2), events(3)
    each = three - two
    if each <= 0 or events(4) - three != each:
        return []
    fixed = two - 2 * each
    present = (expect(definition.graph, world, timed=False).history_events - fixed) / each
    most = max(0, math.floor((int(HISTORY_EVENTS.value) - fixed) / each))
    return [HistoryCapacity(state.name, unit, fixed, each, most, present)]


def _with(definition: Definition, world: World, state: State, unit: str, n: Fraction) -> World:
    if unit == "items":
        return replace(world, items={**world.items, state.name: n})
    given: Mapping[str, Fraction] = world.choices.get(state.name, {})
    return replace(world, choices={**world.choices, state.name: passes(definition, state, n, given)})
