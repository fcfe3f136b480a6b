"""Computes the mean billed duration of Express executions: the mean of rounded durations, not the rounded mean.

Source: AWS Step Functions pricing page: each execution's duration is rounded up to 100 ms (read 2026-11-23).
"""

import math
from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.services.stepfunctions.asl.definition import Graph, State, graphs_in
from capplan.services.stepfunctions.execution.clock import law_of
from capplan.services.stepfunctions.execution.draws import TooManyStepsError, draw, generator, how_many
from capplan.services.stepfunctions.execution.expectation import items_of
from capplan.services.stepfunctions.execution.model import Expectation, World
from capplan.services.stepfunctions.quotas import DURATION_STEP_MS

_ROUNDING = 1e-7


def billed_ms(duration_ms: Fraction | Decimal | int) -> int:
    """Billed duration of an Express execution: rounded up to the next 100 ms, at least 100."""
    return max(1, math.ceil(Fraction(duration_ms) / DURATION_STEP_MS)) * DURATION_STEP_MS


def mean_billed_ms(graph: Graph, world: World, execution: Expectation, seed: int, name: str) -> Fraction:
    """Mean billed milliseconds: exact where every outcome can be listed, else from drawn executions.

    Where the mean duration is exact (no Parallel or Map, which take as long as their slowest branch or item), only the
    rounding is drawn; it lies between 0 and 100 ms, which keeps the noise small.

    Args:
        graph: The definition.
        world: What an execution meets.
        execution: The mean execution.
        seed: For the draws.
        name: Of the state machine: each has its own random numbers.
    """
    if not varies(graph, world):
        return Fraction(billed_ms(execution.duration_ms))
    law = law_of(graph, world)
    if law is not None:
        return sum((p * billed_ms(ms) for (ms, _), p in law.items()), Fraction(0))
    import numpy as np  # noqa: PLC0415  only where executions are drawn

    try:
        ms = draw(graph, world, how_many(execution.states_entered), generator(seed, name)).ms
    except TooManyStepsError:
        return Fraction(billed_ms(execution.duration_ms))
    billed = np.maximum(1, np.ceil(ms / DURATION_STEP_MS - _ROUNDING)) * DURATION_STEP_MS
    if side_by_side(graph):
        return sig6(float(billed.mean()))
    return execution.duration_ms + sig6(float((billed - ms).mean()))


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


def side_by_side(graph: Graph) -> bool:
    """Whether branches or items run at the same time, so that the slowest counts."""
    return any(len(state.branches) > 1 or state.map is not None for state in graph.states.values()) or any(
        side_by_side(inner) for state in graph.states.values() for inner in graphs_in(state)
    )
