"""Finds plans for other values of a scenario's ranges, weighs all of them over draws, and takes the one with the least regret."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from capplan.commands.optimize.judge import Broken, Judge, broken_in
from capplan.commands.optimize.path import Path, Step, path_of
from capplan.commands.optimize.regret import Choice, weighed
from capplan.commands.optimize.search import search
from capplan.commands.optimize.weighed import UnderRanges
from capplan.errors import CapplanError
from capplan.language.ranges import RangedInput, at, ranged_inputs
from capplan.language.scenario import Scenario
from capplan.model import Change
from capplan.pipeline.data_changes import data_changes
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, price
from capplan.pipeline.what_if import apply, in_order, what_if
from capplan.record import replace

_ENDS = ((0.1, "cheapest where every range is low"), (0.9, "cheapest where every range is high"))
"""Where else plans are searched for: the 10th percentile of all ranges, and the 90th."""
LIKELY, AS_IT_IS = "cheapest at the likely values", "as it is"


class Robust(NamedTuple):
    """The path that is taken, with all that was weighed."""

    path: Path
    ranges: UnderRanges


def under_ranges(
    scenario: Scenario,
    root: Priced,
    path: Path,
    today: date | None,
    *,
    allow_behavior: bool,
    progress: Callable[[float, str], None],
) -> Robust | None:
    """The path with the least regret over the ranges; None where there is no range.

    Args:
        scenario: The scenario.
        root: The plan at the likely values.
        path: The path to the plan that is cheapest there.
        today: As of the plan.
        allow_behavior: Whether steps may change behavior.
        progress: Called with the share done and what is being done.
    """
    inputs = tuple(one for one in ranged_inputs(scenario) if not one.value.fixed)
    if not inputs:
        return None
    found = [(LIKELY, path.steps, _changes(root, path))]
    for i, (share, name) in enumerate(_ENDS):
        elsewhere = _searched(scenario, root, inputs, share, today, allow_behavior=allow_behavior)
        progress((i + 1) / 4, name)
        if elsewhere is not None and all(_differs(elsewhere[1], changes) for _, _, changes in found):
            found.append((name, *elsewhere))
    if path.steps:
        found.append((AS_IT_IS, (), ()))
    choices = [Choice(name, tuple(_actions(steps)), changes) for name, steps, changes in found]
    ranges = weighed(root, scenario, inputs, choices, today, lambda done, what: progress((1 + done) / 2, what))
    _, steps, changes = found[ranges.chosen]
    if not ranges.chosen:
        return Robust(path, ranges)
    return Robust(_restated(root, steps, changes, today, allow_behavior=allow_behavior), ranges)


def _changes(root: Priced, path: Path) -> tuple[Change, ...]:
    return tuple(data_changes(root.metered.scenario.data, path.data))


def _differs(changes: Sequence[Change], others: Sequence[Change]) -> bool:
    return {(c.path, repr(c.to)) for c in changes} != {(c.path, repr(c.to)) for c in others}


def _actions(steps: Sequence[Step]) -> list[str]:
    return [recommendation.action for step in steps for recommendation in step.recommendations]


def _searched(
    scenario: Scenario,
    root: Priced,
    inputs: Sequence[RangedInput],
    share: float,
    today: date | None,
    *,
    allow_behavior: bool,
) -> tuple[tuple[Step, ...], tuple[Change, ...]] | None:
    """The steps to the cheapest plan with every range at a percentile, and what they change; None where it has none."""
    values = {one.name: one.value.rounded(float(one.value.at(np.array([share]))[0])) for one in inputs}
    try:
        metered = meter(at(scenario, inputs, values), root.metered.context.seed, base=root.metered)
        here = price(metered, root.catalogue, today, root)
        found = search(here, today, allow_behavior=allow_behavior, progress=lambda _share, _what: None)
        path = path_of(here, found.taken, Judge(here, today, allow_behavior=allow_behavior), None)
    except CapplanError:
        return None
    return path.steps, _changes(here, path)


def _restated(
    root: Priced, steps: Sequence[Step], changes: Sequence[Change], today: date | None, *, allow_behavior: bool
) -> Path:
    """A path that was found elsewhere, with what its steps do at the likely values."""
    judge = Judge(root, today, allow_behavior=allow_behavior)
    before, data, plan = root.metered.scenario.data, root.metered.scenario.data, root
    out: list[Step] = []
    for step in steps:
        written = [Change(c.path, c.new) for r in step.recommendations for c in r.change]
        data = apply(data, in_order(data, written))
        after = what_if(root, data_changes(before, data), today)
        out.append(
            replace(step, saving=plan.monthly_cost - after.monthly_cost, monthly_cost=after.monthly_cost, mends=())
        )
        plan = after
    whole = what_if(root, tuple(changes), today) if changes else root
    left = broken_in(whole)
    still = Broken(
        tuple(gate for gate in left.gates if gate in judge.broken.gates),
        tuple(x for x in left.limits if x in judge.broken.limits),
    )
    return Path(tuple(out), apply(before, in_order(before, changes)), whole, still, ())
