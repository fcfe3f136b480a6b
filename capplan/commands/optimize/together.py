"""Chooses a state of each resource so that all of them together are the best plan that breaks nothing."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from heapq import heappop, heappush
from math import prod

from capplan.commands.optimize.judge import Judge, Score
from capplan.commands.optimize.states import State
from capplan.errors import CapplanError
from capplan.model import Change
from capplan.pipeline.alternatives import Alternative, planned_whole, side_by_side
from capplan.pipeline.what_if import exclusive, in_order

MAX_TRIED = 96
"""Combinations that are planned: all, where there are no more."""
PATIENCE = 8
"""Combinations without anything better after which no more are tried, where there are more than can be tried."""
MAX_STATES = 8
"""States of a resource that take part, the best."""

_Best = tuple[Score, tuple[State, ...], Alternative]


def best_together(places: Sequence[Sequence[State]], judge: Judge) -> tuple[tuple[State, ...], Alternative] | None:
    """The best of the combinations, those that promise most first; None where none is better than the plan.

    Args:
        places: For each resource its states.
        judge: Of the plan.
    """
    able = [ranked[:MAX_STATES] for states in places if len(ranked := _able(states, judge)) > 1]
    apart = all(state.plan is None or state.plan.parts for states in able for state in states)
    best = _one_after_the_other(able, judge)
    few = prod(map(len, able)) <= MAX_TRIED
    in_vain = 0
    for promised, chosen in _combinations(able, judge.score(None, 0)):
        if best is not None and apart and promised >= best[0]:
            break  # no state affects another resource: what is promised is what it costs
        if in_vain == PATIENCE and not few:
            break
        found = _planned(chosen, judge)
        in_vain += 1
        if found is not None and (best is None or found[0] < best[0]):
            best, in_vain = (found[0], chosen, found[1]), 0
    if best is None or best[0][:2] >= judge.score(None, 0)[:2]:
        return None
    return best[1:]


def _one_after_the_other(places: Sequence[Sequence[State]], judge: Judge) -> _Best | None:
    """The places that promise most first, each with its best state that goes with those before it and makes it better."""
    best: _Best | None = None
    for states in sorted(places, key=lambda states: states[0].score):
        for state in states:
            if not state.steps:
                break  # those behind it promise less than nothing
            chosen = (*(best[1] if best else ()), state)
            found = _planned(chosen, judge)
            if found is not None and found[0] < (best[0] if best else judge.score(None, 0)):
                best = found[0], chosen, found[1]
                break
    return best


def _able(states: Iterable[State], judge: Judge) -> list[State]:
    """States that may be chosen, the best first; as it is stands among them."""
    fine = (s for s in states if not s.refused and all(judge.allows(step.option) for step in s.steps))
    return sorted(fine, key=lambda state: state.score)


def _combinations(places: Sequence[Sequence[State]], start: Score) -> Iterable[tuple[Score, tuple[State, ...]]]:
    """Up to MAX_TRIED choices of a state for each place, by the score that their own scores add up to."""
    waiting = [(_sum(places, at := (0,) * len(places), start), at)]
    seen = {at}
    for _ in range(MAX_TRIED):
        if not waiting:
            return
        promised, at = heappop(waiting)
        chosen = tuple(states[i] for states, i in zip(places, at, strict=True) if states[i].steps)
        if chosen:
            yield promised, chosen
        for place in range(len(places)):
            following = (*at[:place], at[place] + 1, *at[place + 1 :])
            if following[place] < len(places[place]) and following not in seen:
                seen.add(following)
                heappush(waiting, (_sum(places, following, start), following))


def _sum(places: Sequence[Sequence[State]], at: Sequence[int], start: Score) -> Score:
    scores = [states[i].score for states, i in zip(places, at, strict=True)]
    cost = start.monthly_cost + sum((s.monthly_cost - start.monthly_cost for s in scores), Decimal(0))
    return Score(start.broken + sum(s.broken - start.broken for s in scores), cost, sum(s.steps for s in scores))


def _planned(chosen: Sequence[State], judge: Judge) -> tuple[Score, Alternative] | None:
    """The states together; None where they exclude each other or break something."""
    plans = [state.plan for state in chosen if state.plan is not None]
    for i, some in enumerate(plans):
        if any(exclusive(some.changes, other.changes) for other in plans[:i]):
            return None
    changes: tuple[Change, ...] = in_order(
        judge.base.metered.scenario.data, [change for plan in plans for change in plan.changes]
    )
    try:
        plan = plans[0] if len(plans) == 1 else side_by_side(judge.base, plans, changes, judge.day)
        plan = plan or planned_whole(judge.base, changes, judge.day)
    except (CapplanError, LookupError):
        return None
    steps = [step for state in chosen for step in state.steps]
    if judge.refuses(plan, steps):
        return None
    return judge.score(plan, len(steps)), plan
