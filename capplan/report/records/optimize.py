"""What `optimize` answers as JSON: `capplan.optimize/1`."""

from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.optimize.judge import Broken
from capplan.commands.optimize.optimize import NotTaken, Optimized
from capplan.commands.optimize.path import Step
from capplan.commands.optimize.weighed import UnderRanges
from capplan.commands.saved_plan import ScenarioRecord
from capplan.report.record import taken
from capplan.report.records.sweep import LimitName


class BrokenRecord(NamedTuple):
    """What does not hold: gates that fail, limits that are exceeded."""

    gates: tuple[str, ...]
    limits: tuple[LimitName, ...]


class OptimizeRecord(NamedTuple):
    """What `capplan optimize` answers with --format json.

    Attributes:
        scenario: As it was.
        monthly_cost_before: USD.
        monthly_cost: USD, after all steps.
        saving: USD a month; negative where mending costs more than is saved.
        steps: The path, in order; after each of them everything that holds today holds.
        not_taken: Recommendations that would save money or mend something, and why they are not in it.
        broken_before: What does not hold today.
        broken: Of that, what does not hold after all steps.
        allowed: What else may change, as --allow says.
        budget: USD a month to reach; null for none.
        budget_met: Whether the bill is within it; null for none.
        written: The file that was written; null where nothing was.
        diff: The change of the text, as a unified diff.
        under_ranges: The plans that were weighed over draws of the ranges; the steps are those of the chosen one. Null
            without ranges, and with a budget.
        without_draws: Gates on a percentile or a chance: they are judged at the likely values of the ranges, and in a draw at
            its own.
    """

    schema: Literal["capplan.optimize/1"]
    capplan_version: str
    scenario: ScenarioRecord
    monthly_cost_before: Decimal
    monthly_cost: Decimal
    saving: Decimal
    steps: tuple[Step, ...]
    not_taken: tuple[NotTaken, ...]
    broken_before: BrokenRecord
    broken: BrokenRecord
    allowed: tuple[str, ...]
    budget: Decimal | None
    budget_met: bool | None
    written: str | None
    diff: str
    under_ranges: UnderRanges | None
    without_draws: tuple[str, ...]


def optimize_record(answer: Optimized, written: str | None) -> OptimizeRecord:
    """The cheapest plan and the steps to it."""
    return taken(
        OptimizeRecord,
        answer,
        schema="capplan.optimize/1",
        capplan_version=answer.version,
        scenario=taken(ScenarioRecord, answer),
        broken_before=_broken(answer.broken_before),
        broken=_broken(answer.broken),
        allowed=("behavior",) if answer.allow_behavior else (),
        written=written,
        under_ranges=answer.ranges,
    )


def _broken(broken: Broken) -> BrokenRecord:
    return BrokenRecord(broken.gates, tuple(LimitName(*limit) for limit in broken.limits))
