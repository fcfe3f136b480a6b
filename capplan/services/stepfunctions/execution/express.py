"""Computes the mean billed duration of Express executions: the mean of rounded durations, not the rounded mean.

Source: AWS Step Functions pricing page: each execution's duration is rounded up to 100 ms (read 2026-11-23).
"""

import math
from collections import deque
from decimal import Decimal
from fractions import Fraction

from capplan.quantities.rounding import sig6
from capplan.services.stepfunctions.asl.definition import Graph
from capplan.services.stepfunctions.execution.clock import Clock
from capplan.services.stepfunctions.execution.items import varies
from capplan.services.stepfunctions.execution.model import Expectation, World
from capplan.services.stepfunctions.quotas import DURATION_STEP_MS

_ROUNDING = 1e-7
_RECENT: deque[tuple[Graph, World, Fraction]] = deque(maxlen=16)
"""The last answers: another month, or a change of something else, asks for the same again."""


def billed_ms(duration_ms: Fraction | Decimal | int) -> int:
    """Billed duration of an Express execution: rounded up to the next 100 ms, at least 100."""
    return max(1, math.ceil(Fraction(duration_ms) / DURATION_STEP_MS)) * DURATION_STEP_MS


def mean_billed_ms(graph: Graph, world: World, execution: Expectation) -> Fraction:
    """Mean billed milliseconds: the sum of the probabilities that a further 100 ms is started.

    Args:
        graph: The definition.
        world: What an execution meets.
        execution: The mean execution.
    """
    if not varies(graph, world):
        return Fraction(billed_ms(execution.duration_ms))
    for known_graph, known_world, known in _RECENT:
        if known_graph is graph and known_world == world:
            return execution.duration_ms + known
    more = _rounded_up_ms(graph, world)
    _RECENT.append((graph, world, more))
    return execution.duration_ms + more


def _rounded_up_ms(graph: Graph, world: World) -> Fraction:
    """Mean milliseconds that rounding adds to an execution that varies."""
    import numpy as np  # noqa: PLC0415  only where a duration varies

    clock = Clock(world, Fraction(DURATION_STEP_MS))
    law = clock.law(graph)
    whole, places = law.whole(), np.arange(law.size) * law.step / DURATION_STEP_MS
    steps = float(whole @ np.maximum(1, np.ceil(places - _ROUNDING)) / whole.sum())
    # a duration that varies continuously is above a step's end as often as below it where its point is that end
    ends = np.abs(places - np.round(places)) < _ROUNDING
    ends[:1] = False
    smooth = whole - clock.fixed_part(graph, law) if clock.smooth(graph) else whole * 0
    return sig6((steps + float(smooth[ends].sum()) / 2) * DURATION_STEP_MS - law.mean())
