"""Numbers that several computations of an execution share: items of a Map, odds of a Choice, what varies.

Source: Step Functions Developer Guide, "Map state", "Choice state" (read 2026-11-23).
"""

import math
from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.record import replace
from capplan.services.stepfunctions.asl.definition import Graph, MapDefinition, State, graphs_in
from capplan.services.stepfunctions.execution.model import Amounts, World
from capplan.services.stepfunctions.execution.retries import power, tidy, total

_ONE = Fraction(1)
_ZERO = Fraction(0)
_LISTED_CHILDREN = 300


def odds(state: State, world: World) -> Amounts:
    """Probabilities of a Choice's next states; equal where none are given."""
    given = world.choices.get(state.name)
    return given if given is not None else dict.fromkeys(state.targets, Fraction(1, len(state.targets)))


def items_of(state: State, world: World) -> Fraction:
    """Iterations of a Map (children of a Distributed Map) each time it is entered; 1 where the number is not given."""
    known = state.map.items if state.map is not None else None
    if known is not None and state.map is not None and state.map.distributed:
        known = math.ceil(Fraction(known, state.map.items_per_batch))
    return world.items.get(state.name, _ONE if known is None else Fraction(known))


def run_fails(definition: MapDefinition, p: Fraction, n: Fraction) -> Fraction:
    """Probability that more children fail (each with probability `p`) than are tolerated; a fractional mean number mixes its two neighbours."""
    low = math.floor(n)
    part = n - low
    chances = [_more_fail(k, p, definition.tolerated(k)) for k in (low, low + 1)]
    return tidy((1 - part) * chances[0] + part * chances[1]) if part else chances[0]


def _more_fail(n: int, p: Fraction, tolerated: Fraction) -> Fraction:
    """P(a binomial number exceeds a bound): exact for a bound of 0 or few children, else by the normal approximation."""
    limit = math.floor(tolerated)
    if limit >= n or not p:
        return _ZERO
    if not limit:
        return 1 - power(1 - p, n)
    if p == 1:
        return _ONE
    if n <= _LISTED_CHILDREN:
        fine = total(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(limit + 1))
        return tidy(1 - fine)
    spread = math.sqrt(n * float(p) * float(1 - p))
    return sig6(0.5 * math.erfc((limit + 0.5 - float(n * p)) / (spread * math.sqrt(2))))


def varies(graph: Graph, world: World) -> bool:
    """Whether the duration of executions varies."""
    return any(_varies(state, world) for state in graph.states.values())


def _varies(state: State, world: World) -> bool:
    given = world.choices.get(state.name)
    several = len(state.targets) > 1 if given is None else sum(1 for p in given.values() if p) > 1
    return (
        (state.type == "Choice" and several)
        or bool(world.fails.get(state.name))
        or state.name in world.attempt_law
        or (state.map is not None and items_of(state, world).denominator != 1)
        or any(varies(inner, world) for inner in graphs_in(state))
    )


def map_of(state: State, world: World) -> MapDefinition | None:
    """How a Map processes its items, with the scenario's type of its children."""
    child_type = world.children.get(state.name)
    if state.map is None or child_type is None or child_type == state.map.child_type:
        return state.map
    return replace(state.map, child_type=child_type)


def drawn_in(graph: Graph, world: World) -> bool:
    """Whether a duration is drawn: that of items which vary and wait for a free slot."""
    return any(
        (
            state.map is not None
            and items_of(state, world) > state.map.at_once > 1
            and varies(state.map.processor, world)
        )
        or any(drawn_in(inner, world) for inner in graphs_in(state))
        for state in graph.states.values()
    )
