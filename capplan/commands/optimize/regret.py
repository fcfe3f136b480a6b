"""Chooses among plans under the ranges of a scenario: the one that is never far above the best, and when another is better."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from capplan.commands.optimize.judge import broken_in
from capplan.commands.optimize.weighed import UnderRanges, Weighed
from capplan.commands.ranges.draws import drawn
from capplan.errors import CapplanError
from capplan.language.ranges import RangedInput, at
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, price
from capplan.pipeline.what_if import what_if
from capplan.record import replace
from capplan.timeline import no_progress

DRAWS = 24
"""Draws at which each choice is planned."""
_TOLD_APART = 0.9
"""The share of draws that one value must tell apart to be a condition."""


class Choice(NamedTuple):
    """A plan that may be chosen: its name, what is done, and what is changed."""

    name: str
    actions: tuple[str, ...]
    changes: tuple[Change, ...]


class _Outcome(NamedTuple):
    """What a choice costs at a draw, and how much is broken then."""

    broken: int
    monthly_cost: Decimal


def weighed(
    root: Priced,
    scenario: Scenario,
    inputs: Sequence[RangedInput],
    choices: Sequence[Choice],
    today: date | None,
    progress: Callable[[float, str], None] = no_progress,
) -> UnderRanges:
    """The choices at draws of the ranges, each planned.

    Args:
        root: The plan at the likely values.
        scenario: What it is a plan of.
        inputs: Its ranges that are more than one value.
        choices: The choices.
        today: As of the plan.
        progress: Called with the share done.

    Raises:
        CapplanError: The scenario cannot be planned with some values of its ranges.
    """
    seed = root.metered.context.seed
    values = drawn(inputs, DRAWS, seed)
    outcomes: list[list[_Outcome]] = []
    for i, row in enumerate(values):
        progress(i / len(values), f"draw {i + 1} of {len(values)}")
        written = {one.name: one.value.rounded(float(value)) for one, value in zip(inputs, row, strict=True)}
        metered = meter(at(scenario, inputs, written), seed, base=root.metered)
        base = price(metered, root.catalogue, today, root)
        outcomes.append([_outcome(base, choice.changes, today) for choice in choices])
    at_likely = [_outcome(root, choice.changes, today) for choice in choices]
    best = [min(of_draw) for of_draw in outcomes]
    found = [_weighed(choice, k, at_likely[k].monthly_cost, outcomes, best) for k, choice in enumerate(choices)]
    chosen = min(
        range(len(found)),
        key=lambda k: (at_likely[k].broken, found[k].breaks_in, found[k].regret, found[k].monthly_cost),
    )
    told = [_told(one, k, chosen, outcomes, inputs, values) for k, one in enumerate(found)]
    return UnderRanges(len(values), tuple(told), chosen)


def _outcome(base: Priced, changes: Sequence[Change], today: date | None) -> _Outcome:
    try:
        priced = what_if(base, changes, today) if changes else base
    except CapplanError:  # the choice cannot be written with these values
        return _Outcome(1_000_000, Decimal(0))
    return _Outcome(broken_in(priced).number, priced.monthly_cost)


def _weighed(
    choice: Choice, k: int, at_likely: Decimal, outcomes: Sequence[Sequence[_Outcome]], best: Sequence[_Outcome]
) -> Weighed:
    costs = sorted(of_draw[k].monthly_cost for of_draw in outcomes)
    p10, p50, p90 = (costs[min(len(costs) - 1, int(share * len(costs)))] for share in (0.1, 0.5, 0.9))
    holding = [
        (of_draw[k], top) for of_draw, top in zip(outcomes, best, strict=True) if of_draw[k].broken == top.broken
    ]
    return Weighed(
        choice.name, choice.actions, at_likely, p10, p50, p90,
        sum(mine == top for mine, top in holding), len(outcomes) - len(holding),
        max((mine.monthly_cost - top.monthly_cost for mine, top in holding), default=Decimal(0)),
    )  # fmt: skip


def _told(
    one: Weighed,
    k: int,
    chosen: int,
    outcomes: Sequence[Sequence[_Outcome]],
    inputs: Sequence[RangedInput],
    values: "np.typing.NDArray[np.float64]",
) -> Weighed:
    """With the value beyond which it is better than the chosen one, where one range tells."""
    better = np.array([of_draw[k] < of_draw[chosen] for of_draw in outcomes])
    if k == chosen or not better.any():
        return one
    told = max(_conditions(better, inputs, values), default=(0.0, ""))[1]
    return replace(one, better_in=int(better.sum()), better_if=told)


def _conditions(
    better: "np.typing.NDArray[np.bool_]", inputs: Iterable[RangedInput], values: "np.typing.NDArray[np.float64]"
) -> Iterable[tuple[float, str]]:
    """Each range with the value that tells best in which draws a choice is better, if it tells nine of ten apart."""
    for i, one in enumerate(inputs):
        order = np.argsort(values[:, i])
        for n in range(1, len(order)):
            low, high = better[order[:n]], better[order[n:]]
            for word, right in (("above", (~low).sum() + high.sum()), ("below", low.sum() + (~high).sum())):
                share = float(right) / len(order)
                if share >= _TOLD_APART and share > max(better.mean(), 1 - better.mean()):
                    middle = one.value.rounded(float(values[order[n - 1 : n + 1], i].mean()))
                    yield share, f"{one.name} is {word} {one.text(middle)}"
