"""Computes how often a polling loop is passed that waits for something of known duration.

The first check comes when the loop's Choice is reached, the next after each further pass; the loop is left at the first
check after the end: 1 + ceil((T - first) / pass) passes, not a geometric number.
"""

import math
from collections.abc import Mapping
from fractions import Fraction

from capplan.quantities.distribution import Distribution, quantile, share_above
from capplan.quantities.rounding import sig6
from capplan.services.stepfunctions.asl.definition import Definition, State
from capplan.services.stepfunctions.execution.chain import EndlessLoop, Passes, mean_visits
from capplan.services.stepfunctions.execution.expectation import visits_of
from capplan.services.stepfunctions.execution.history import level_of, looping, loops_of
from capplan.services.stepfunctions.execution.model import World

_ALMOST_ALL = 1 - 1e-6
_LISTED = 400


def is_polling(definition: Definition, state: State) -> bool:
    """Whether a Choice closes a loop of a Wait and a Task."""
    back = looping(definition, state)
    if not back or len(back) == len(state.targets):
        return False
    loop = [definition.states[name] for name in loops_of(definition)[state.name]]
    return any(s.type == "Wait" for s in loop) and any(s.task is not None for s in loop)


def passes_until(
    definition: Definition, state: State, until_ms: Distribution | Fraction, world: World
) -> Passes | None:
    """The law of the passes through a Choice; None where a pass takes no time."""
    level = level_of(definition.graph, state.name)
    if level is None:
        return None
    visits, loop = visits_of(level, world, timed=False), loops_of(definition).get(state.name, frozenset())
    moves = {name: visit.onward for name, visit in visits.items()}
    back = {to: p for to, p in moves[state.name].items() if to in loop}
    weight = sum(back.values(), Fraction(0))
    if not weight:
        return None
    cut: dict[str, Mapping[str, Fraction]] = {**moves, state.name: {}}
    again = {**cut, "way back": {to: p / weight for to, p in back.items()}}
    try:
        first, following = mean_visits(level.start_at, cut), mean_visits("way back", again)
    except EndlessLoop:
        return None

    def lasting_ms(times: Mapping[str, Fraction]) -> Fraction:
        inside = (n for n in times if n in loop and n != state.name)
        whole = sum((times[n] * visits[n].execution.duration_ms for n in inside), Fraction(0))
        return whole / (times.get(state.name) or 1)

    first_ms, pass_ms = lasting_ms(first), lasting_ms(following)
    return _counted(until_ms, first_ms, pass_ms) if pass_ms else None


def _counted(until_ms: Distribution | Fraction, first_ms: Fraction, pass_ms: Fraction) -> Passes:
    def number(ms: Fraction) -> int:
        return 1 + max(0, math.ceil((ms - first_ms) / pass_ms))

    if isinstance(until_ms, Fraction):
        return ((number(until_ms), Fraction(1)),)
    most = number(sig6(quantile(until_ms, _ALMOST_ALL)))
    step = max(1, most // _LISTED)
    out: list[tuple[int, Fraction]] = []
    above = Fraction(1)
    for n in range(step, most + step, step):
        beyond = sig6(share_above(until_ms, first_ms + (n - 1) * pass_ms)) if n < most else Fraction(0)
        if above - beyond > 0:
            out.append((n - (step - 1) // 2, above - beyond))
        above = beyond
    return tuple(out)


def mean_passes(passes: Passes) -> Fraction:
    """The mean number of passes."""
    return sum((n * p for n, p in passes), Fraction(0))
