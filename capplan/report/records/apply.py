"""What `apply` answers as JSON: `capplan.apply/1`."""

from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.apply import Applied
from capplan.commands.saved_plan import ScenarioRecord
from capplan.pipeline.results import Recommendation
from capplan.report.record import taken


class ApplyRecord(NamedTuple):
    """What `capplan apply` answers with --format json.

    Attributes:
        scenario: As it was.
        applied: The recommendations that were written.
        monthly_cost_before: USD.
        monthly_cost: USD, with the recommendations.
        saving: USD a month; negative where it costs more.
        written: The file that was written; null where only the difference was asked for.
        diff: The change of the text, as a unified diff.
    """

    schema: Literal["capplan.apply/1"]
    capplan_version: str
    scenario: ScenarioRecord
    applied: tuple[Recommendation, ...]
    monthly_cost_before: Decimal
    monthly_cost: Decimal
    saving: Decimal
    written: str | None
    diff: str


def apply_record(applied: Applied, written: str | None) -> ApplyRecord:
    """A scenario with recommendations written into it."""
    before = applied.before
    return ApplyRecord(
        "capplan.apply/1",
        before.version,
        taken(ScenarioRecord, before),
        applied.recommendations,
        before.monthly_cost,
        applied.after.monthly_cost,
        applied.saving,
        written,
        applied.diff,
    )
