"""How many loop passes and Map items fit into one execution's history. It runs no execution.

Source: Step Functions Developer Guide, "Service quotas": 25,000 events an execution (read 2026-11-23).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from capplan.services.stepfunctions.asl.definition import Definition, Graph, State, graphs_in, reachable
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.quotas import HISTORY_EVENTS

MOST_ROOMS = 25
"""Loops and Maps that are looked at: each takes a few solutions of the whole chain."""


@dataclass(frozen=True, slots=True)
class Room:
    """What one state may do before the history is full, in an execution that gets there without an error.

    Attributes:
        state: A Choice that closes a loop, or an inline Map.
        unit: What is counted: passes of the loop, items of the Map.
        events_fixed: Events without any.
        events_each: Events one more adds.
        most: The largest number that fits.
        present: As the scenario has it, in the mean.
    """

    state: str
    unit: Literal["passes", "items"]
    events_fixed: Fraction
    events_each: Fraction
    most: int
    present: Fraction


def level_of(graph: Graph, name: str) -> Graph | None:
    """The level of states a state stands on."""
    if name in graph.states:
        return graph
    inner = (graph_in for state in graph.states.values() for graph_in in graphs_in(state))
    return next((found for one in inner if (found := level_of(one, name)) is not None), None)


def looping(definition: Definition, state: State) -> tuple[str, ...]:
    """The ways of a Choice that lead back to it."""
    level = level_of(definition.graph, state.name)
    return tuple(t for t in state.targets if level is not None and state.name in reachable(level, t))


def passes(definition: Definition, state: State, times: Fraction, weights: Amounts) -> dict[str, Fraction]:
    """Odds of a loop's Choice that make it `times` passes in the mean; within each side by weights, else equally."""
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
    choices = dict(world.choices)
    for choice in graph.states.values():
        on = tuple(t for t in choice.targets if level_name in reachable(graph, t))
        back = choice.name in reachable(graph, level_name)
        if choice.type == "Choice" and on and len(on) < len(choice.targets) and not back:
            choices[choice.name] = _shares(on, choices.get(choice.name, {}), Fraction(1))
    found = replace(world, choices=choices, fails={})
    for inner in graphs_in(graph.states[level_name]) if level_name != name else ():
        if level_of(inner, name) is not None:
            found = _arriving(inner, name, found)
    return found


def _holds(state: State, name: str) -> bool:
    return any(level_of(inner, name) is not None for inner in graphs_in(state))


def rooms(definition: Definition, world: World) -> tuple[Room, ...]:
    """Every loop and inline Map whose number decides whether the history is full; children have their own history."""
    found: list[Room] = []
    for name in _in_own_history(definition.graph):
        if len(found) == MOST_ROOMS:
            break
        state = definition.states[name]
        certain = _arriving(definition.graph, name, world)
        if state.type == "Choice":
            back = looping(definition, state)
            if back and len(back) < len(state.targets):
                found += _room(definition, certain, state, "passes")
        elif state.map is not None and not state.map.distributed:
            found += _room(definition, certain, state, "items")
    return tuple(found)


def _in_own_history(graph: Graph) -> list[str]:
    names: list[str] = []
    for name, state in graph.states.items():
        names.append(name)
        if state.map is None or not state.map.distributed:
            for inner in graphs_in(state):
                names += _in_own_history(inner)
    return names


def _room(definition: Definition, world: World, state: State, unit: Literal["passes", "items"]) -> list[Room]:
    """Two points of the straight line in n, the others' numbers held at their mean."""

    def events(n: int) -> Fraction:
        return expect(definition.graph, _with(definition, world, state, unit, Fraction(n))).history_events

    two, three = events(2), events(3)
    each = three - two
    if each <= 0 or events(4) - three != each:
        return []
    fixed = two - 2 * each
    present = (expect(definition.graph, world).history_events - fixed) / each
    return [Room(state.name, unit, fixed, each, max(0, math.floor((HISTORY_EVENTS - fixed) / each)), present)]


def _with(definition: Definition, world: World, state: State, unit: str, n: Fraction) -> World:
    if unit == "items":
        return replace(world, items={**world.items, state.name: n})
    given: Mapping[str, Fraction] = world.choices.get(state.name, {})
    return replace(world, choices={**world.choices, state.name: passes(definition, state, n, given)})
