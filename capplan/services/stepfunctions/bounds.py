"""The cheapest and the dearest way through a definition whose odds nobody gave. It knows no price: the caller weighs.

Open choices make a Markov decision process with additive costs: changing one choice at a time until nothing gets better
ends at the best of all ways. Source of the rule for Choice states: Step Functions Developer Guide, "Choice workflow
state" (read 2026-11-23).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from capplan.services.stepfunctions.definition import Definition
from capplan.services.stepfunctions.expectation import EndlessLoop, expect
from capplan.services.stepfunctions.records import Expectation, World

_MOST_ROUNDS = 20
Weigh = Callable[[Expectation], Fraction]


@dataclass(frozen=True, slots=True)
class Way:
    """Where each open choice goes, and what an execution then comes to; `loop` names a state it would never leave."""

    goes: Mapping[str, str]
    amount: Fraction | None
    loop: str = ""


def open_choices(definition: Definition, world: World) -> tuple[str, ...]:
    """Choices with several ways, of which nobody said how often each is taken."""
    states = definition.states.values()
    return tuple(s.name for s in states if s.type == "Choice" and len(s.targets) > 1 and s.name not in world.choices)


def cheapest(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh) -> Way:
    """The way that comes to the least."""
    return _best(definition, world, choices, lambda found: -weigh(found))


def dearest(definition: Definition, world: World, choices: tuple[str, ...], weigh: Weigh) -> Way:
    """The way that comes to the most; without an amount where a loop need never be left."""
    return _best(definition, world, choices, weigh, endless=True)


def _best(
    definition: Definition,
    world: World,
    choices: tuple[str, ...],
    score: Weigh,
    *,
    endless: bool = False,
) -> Way:
    goes = _leaving(definition, world, choices)
    found = expect(definition.graph, _fixed(world, goes))
    best = score(found)
    for _ in range(_MOST_ROUNDS):
        before = best
        for choice in choices:
            for target in definition.states[choice].targets:
                tried = {**goes, choice: target}
                try:
                    amount = score(expect(definition.graph, _fixed(world, tried)))
                except EndlessLoop as loop:
                    if endless:
                        return Way(tried, None, loop.state)
                    continue
                if amount > best:
                    best, goes = amount, tried
        if best == before:
            break
    return Way(goes, abs(best))


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
