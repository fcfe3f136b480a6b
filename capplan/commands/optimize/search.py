"""Searches for the cheapest plan that recommendations lead to: round after round, until a round finds nothing better."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from capplan.commands.optimize.judge import Judge, Taken
from capplan.commands.optimize.states import ACCOUNT, Options, State, states_of
from capplan.commands.optimize.together import best_together
from capplan.pipeline.alternatives import planned_whole
from capplan.pipeline.price import Priced

MAX_ROUNDS = 12
"""Each applies what it found best, which opens new options to the next."""
CHANGES_BEHAVIOR = "changes behavior"


class Refused(NamedTuple):
    """An option that would save, as it was looked at, and why it was not taken; empty where another was better."""

    taken: Taken
    why: str
    at: Priced


class Found(NamedTuple):
    """The options that a search chose, in the order in which they were found, and those that it did not."""

    taken: tuple[Taken, ...]
    refused: tuple[Refused, ...]


def search(root: Priced, today: date | None, *, allow_behavior: bool, progress: Callable[[float, str], None]) -> Found:
    """The options of the cheapest plan that breaks nothing of what holds in a plan.

    Args:
        root: The plan.
        today: As of the plan.
        allow_behavior: Whether options may change behavior.
        progress: Called with the share done and what is being looked at.
    """
    options, base = Options(), root
    taken: list[Taken] = []
    refused: dict[tuple[str, str], Refused] = {}
    for round_ in range(MAX_ROUNDS):
        judge = Judge(base, today, allow_behavior=allow_behavior)
        places: list[Sequence[State]] = []
        for address, share in _addresses(judge):
            progress(1 - (1 - share / 2) / 2**round_, f"round {round_ + 1}, {address.partition('.')[2] or address}")
            places.append(states_of(address, judge, options))
        for states in places:
            for out in _alone(states, judge):
                refused.setdefault((out.taken.address, out.taken.option.rule), out)
        found = best_together(places, judge)
        if found is None:
            break
        chosen, plan = found
        taken += [step for state in chosen for step in state.steps]
        base = planned_whole(base, plan.changes, today).priced
    done = {(one.address, one.option.rule) for one in taken}
    return Found(tuple(taken), tuple(out for key, out in refused.items() if key not in done))


def _addresses(judge: Judge) -> Iterator[tuple[str, float]]:
    """What options are asked of, with the share of a round that is done."""
    every = [*judge.base.metered.scenario.resources, *([ACCOUNT] if judge.broken.limits else [])]
    for i, address in enumerate(every):
        yield address, i / len(every)


def _alone(states: Sequence[State], judge: Judge) -> Iterator[Refused]:
    """The options of a resource, each alone, that would save money or mend something."""
    for state in states:
        if len(state.steps) != 1:
            continue
        one = state.steps[0]
        if one.finding.monthly_saving is not None and one.saving <= Decimal(0) and not one.mends:
            continue
        noticed = one.option.changes_behavior if not judge.allows(one.option) else ""
        why = state.refused or (f"{CHANGES_BEHAVIOR}: {noticed}" if noticed else "")
        yield Refused(one, why, judge.base)
