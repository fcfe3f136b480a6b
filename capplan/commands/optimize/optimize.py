"""Finds the cheapest plan that recommendations lead to, and writes it into the scenario's text."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from capplan import __version__
from capplan.commands.apply import difference
from capplan.commands.optimize.judge import Broken, Judge, broken_in
from capplan.commands.optimize.path import Path, Step, path_of, shown_as
from capplan.commands.optimize.search import CHANGES_BEHAVIOR, Found, search
from capplan.commands.optimize.weighed import UnderRanges
from capplan.gates.judge import over_draws
from capplan.gates.kept import metrics_of
from capplan.language.load import load_source
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, missing_prices, price
from capplan.pipeline.recommendations import worth_it
from capplan.pipeline.results import Recommendation
from capplan.reading.edit import edited
from capplan.reading.files import Source
from capplan.record import Record
from capplan.timeline import no_progress

_ANOTHER = "another choice in its place saves more"
_TOO_LITTLE = "saves too little to act on, after the steps before it"
_NOT_NEEDED = "the budget is met without it"


class NotTaken(Record, frozen=True):
    """A recommendation that would save money and is not in the plan.

    Attributes:
        recommendation: What it changes; `monthly_saving` is what it saves by itself, before the steps of its round.
        why: What it would break, or what else keeps it out.
        behavior: Whether it is left out because it changes behavior.
    """

    recommendation: Recommendation
    why: str
    behavior: bool


class Optimized(Record, frozen=True):
    """What optimize answers.

    Attributes:
        monthly_cost_before, monthly_cost: USD.
        steps: The path, in order; after each of them everything that holds today holds.
        not_taken: What would save money and was refused.
        broken_before: What does not hold today.
        broken: What does not hold at the end.
        allow_behavior: Whether options that change behavior may be steps.
        budget: USD a month to reach; None for none.
        text: The whole new text.
        diff: The change of the text, as a unified diff.
        ranges: The plans that were weighed over draws of the ranges; None where there are none.
    """

    version: str
    name: str
    region: str
    file: str
    sha256: str
    monthly_cost_before: Decimal
    monthly_cost: Decimal
    steps: tuple[Step, ...]
    not_taken: tuple[NotTaken, ...]
    broken_before: Broken
    broken: Broken
    allow_behavior: bool
    budget: Decimal | None
    text: str
    diff: str
    ranges: UnderRanges | None = None
    without_draws: tuple[str, ...] = ()
    """Gates on a percentile or a chance: they are judged at the likely values of the ranges, and in a draw at its own."""

    @property
    def saving(self) -> Decimal:
        """USD a month; negative where mending costs more than is saved."""
        return self.monthly_cost_before - self.monthly_cost

    @property
    def budget_met(self) -> bool | None:
        """Whether the bill is within the budget; None without one."""
        return None if self.budget is None else self.monthly_cost <= self.budget


def optimize(
    source: Source,
    *,
    allow_behavior: bool = False,
    budget: Decimal | None = None,
    today: date | None = None,
    seed: int = 0,
    progress: Callable[[float, str], None] = no_progress,
) -> Optimized:
    """The cheapest plan that a scenario's recommendations lead to.

    Args:
        source: The scenario's text.
        allow_behavior: Whether recommendations that change behavior may be in it.
        budget: USD a month: steps that are not needed to reach it are left out.
        today: The day with which the age of prices is compared.
        seed: Random seed.
        progress: Called with the share done and what is being looked at.

    Raises:
        CapplanError: The scenario is wrong, a price is missing, or the text cannot be edited in its place.
    """
    scenario = load_source(source)
    progress(0, "demand and capacity")
    metered = meter(scenario, seed)
    root = price(metered, catalogue_of(scenario), today)
    if root.missing:
        raise missing_prices(scenario, root.missing)
    found = search(root, today, allow_behavior=allow_behavior, progress=progress)
    path = path_of(root, found.taken, Judge(root, today, allow_behavior=allow_behavior), budget)
    robust = None
    if scenario.ranges and budget is None:
        from capplan.commands.optimize.under_ranges import under_ranges  # noqa: PLC0415  only where there are ranges

        robust = under_ranges(scenario, root, path, today, allow_behavior=allow_behavior, progress=progress)
        path = path if robust is None else robust.path
    text = edited(source.text, scenario.doc, path.data) if path.steps else source.text
    return Optimized(
        version=__version__,
        name=scenario.name,
        region=scenario.region,
        file=scenario.file,
        sha256=scenario.sha256,
        monthly_cost_before=root.monthly_cost,
        monthly_cost=path.plan.monthly_cost,
        steps=path.steps,
        not_taken=tuple(_not_taken(found, path, root.monthly_cost, budget)),
        broken_before=broken_in(root),
        broken=path.broken,
        allow_behavior=allow_behavior,
        budget=budget,
        ranges=None if robust is None else robust.ranges,
        without_draws=_without_draws(root) if scenario.ranges else (),
        text=text,
        diff=difference(source.text, text, scenario.file),
    )


def _without_draws(root: Priced) -> tuple[str, ...]:
    gates = root.metered.scenario.gates
    metrics = metrics_of(root) if gates else {}
    return tuple(gate.text for gate in gates if over_draws(gate.test, metrics))


def _not_taken(found: Found, path: Path, bill: Decimal, budget: Decimal | None) -> Iterable[NotTaken]:
    """What was refused, the largest saving first; then what was found, and left out of the path as it is."""
    refused = []
    done = {recommendation.action for step in path.steps for recommendation in step.recommendations}
    for taken, why, at in found.refused:
        (row,) = shown_as([taken], at)
        if row.action in done:  # it is in a path that was found at other values of the ranges
            continue
        if taken.mends or row.monthly_saving is None or worth_it(row.monthly_saving, bill):
            refused.append(NotTaken(row, why or _ANOTHER, why.startswith(CHANGES_BEHAVIOR)))
    yield from sorted(refused, key=lambda n: -(n.recommendation.monthly_saving or Decimal(0)))
    found_elsewhere = bool(path.steps) and not path.taken
    left = [] if found_elsewhere else [one for one in found.taken if not any(one is some for some in path.taken)]
    why = _TOO_LITTLE if budget is None or path.plan.monthly_cost > budget else _NOT_NEEDED
    for row in shown_as(left, path.plan):
        if why == _NOT_NEEDED or (row.monthly_saving and worth_it(row.monthly_saving, bill)):
            yield NotTaken(row, why, behavior=False)
