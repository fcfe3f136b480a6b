"""The record of observables: `capplan.gates/1`, each with its value and a gate that passes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.commands.saved_plan import ScenarioRecord
from capplan.language.gate_tokens import plain_name
from capplan.pipeline.results import Observed, Plan
from capplan.report.passing_gate import passing_gate
from capplan.report.record import taken


class ObservableRecord(NamedTuple):
    """What a gate can ask for.

    Attributes:
        value: Null where it is not known, for the reason in `why_unknown`.
        limit: What "of limit" means in a gate.
        gate: A gate that passes today, with a fifth of slack.
    """

    name: str
    value: Decimal | None
    unit: str
    limit: Decimal | None
    why_unknown: str | None
    gate: str | None


class GatesRecord(NamedTuple):
    """What `capplan gates` answers with --format json."""

    schema: Literal["capplan.gates/1"]
    scenario: ScenarioRecord
    observables: tuple[ObservableRecord, ...]


def gates_record(plan: Plan, shown: Sequence[Observed]) -> GatesRecord:
    """Observables as JSON has them."""
    observables = tuple(_observable(observed) for observed in shown)
    return GatesRecord("capplan.gates/1", taken(ScenarioRecord, plan), observables)


def _observable(observed: Observed) -> ObservableRecord:
    gate = None if observed.value is None else f"{plain_name(observed.name)} {passing_gate(observed)}"
    return taken(ObservableRecord, observed, why_unknown=observed.why_unknown or None, gate=gate)
