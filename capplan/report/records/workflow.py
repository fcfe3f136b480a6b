"""The record of a workflow: `capplan.workflow/1`. USD of one execution have 16 decimals, times are in milliseconds."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan.commands.saved_plan import LimitRecord, ScenarioRecord
from capplan.commands.workflow.results import Measure, PathBound, StateRow, TypeChoice, Workflow
from capplan.model import Assumption, Excluded
from capplan.quantities.rounding import to_quantity
from capplan.report.record import taken
from capplan.report.records.plan import limit_record

_SPREAD = ("mean", "least", "p50", "p90", "p99", "most")


class CheckedPrices(NamedTuple):
    """The prices, and the day of the oldest check."""

    sha256: str
    oldest_checked: object


class StateRecord(NamedTuple):
    """One state in the mean of all executions; state and type are null for what belongs to none (start and end)."""

    state: str | None
    type: str | None
    depth: int
    calls: tuple[str, ...]
    visits: Fraction
    retries: Fraction
    ms: Fraction
    failed: Fraction
    cost_per_execution: Decimal
    cost_by_service: Mapping[str, Decimal]


class MeasureRecord(NamedTuple):
    """A figure of one execution: its mean, and its distribution where executions were drawn."""

    name: str
    unit: str | None
    mean: Decimal
    exact: bool
    drawn: Mapping[str, Decimal] | None


class BoundRecord(NamedTuple):
    """An execution's cost if every choice without odds went one way; null where a loop need not end."""

    cost_per_execution: Decimal | None
    choices: Mapping[str, str]
    endless_loop: str | None


class TypeRecord(NamedTuple):
    """The workflow as Standard or as Express."""

    type: str
    as_written: bool
    eligible: bool
    obstacles: tuple[str, ...]
    warnings: tuple[str, ...]
    cost_per_execution: Decimal
    monthly_cost: Decimal


class HistoryRecord(NamedTuple):
    """How much of a loop or a Map fits into an execution's event history."""

    state: str
    unit: str
    events_fixed: Fraction
    events_each: Fraction
    most: int
    now: Fraction


class WorkflowRecord(NamedTuple):
    """What `capplan workflow` answers with --format json."""

    schema: str
    capplan_version: str
    scenario: ScenarioRecord
    currency: str
    seed: int
    prices: CheckedPrices
    state_machine: str
    type: str
    transition_overhead: int
    executions: Fraction
    cost_per_execution: Decimal
    cost_by_service: Mapping[str, Decimal]
    success: Fraction
    errors: Mapping[str, Fraction]
    states: tuple[StateRecord, ...]
    measures: tuple[MeasureRecord, ...]
    draws: int
    not_drawn: str | None
    open_choices: tuple[str, ...]
    cheapest: BoundRecord | None
    dearest: BoundRecord | None
    types: tuple[TypeRecord, ...]
    express_break_even_ms: int | None
    express_memory_mb: int
    history_room: tuple[HistoryRecord, ...]
    limits: tuple[LimitRecord, ...]
    assumptions: tuple[Assumption, ...]
    excluded: tuple[Excluded, ...]
    standing: tuple[str, ...]


def workflow_record(answer: Workflow) -> WorkflowRecord:
    """A workflow as JSON has it."""
    return taken(
        WorkflowRecord,
        answer,
        schema="capplan.workflow/1",
        capplan_version=answer.version,
        scenario=taken(ScenarioRecord, answer),
        currency="USD",
        prices=taken(CheckedPrices, answer.prices),
        state_machine=answer.label,
        transition_overhead=answer.overhead,
        cost_per_execution=_usd(answer.cost),
        cost_by_service=_by_service(answer.cost_by_service),
        success=answer.p_success,
        states=tuple(_state(row) for row in answer.rows),
        measures=tuple(_measure(measure) for measure in answer.measures),
        not_drawn=answer.not_drawn or None,
        cheapest=_bound(answer.cheapest),
        dearest=_bound(answer.dearest),
        types=tuple(_type(choice) for choice in answer.types),
        express_break_even_ms=answer.break_even_ms or None,
        history_room=tuple(taken(HistoryRecord, room, now=room.present) for room in answer.rooms),
        limits=tuple(limit_record(limit) for limit in answer.limits),
        standing=answer.fixed_resources,
    )


def _usd(value: Fraction) -> Decimal:
    """Sixteen decimals: a thousandth of a state transition still shows."""
    return to_quantity(value * 10**6).scaleb(-6)


def _by_service(amounts: Mapping[str, Fraction]) -> dict[str, Decimal]:
    return {service: _usd(amount) for service, amount in amounts.items()}


def _state(row: StateRow) -> StateRecord:
    return taken(
        StateRecord,
        row,
        state=row.name or None,
        type=row.type or None,
        cost_per_execution=_usd(row.cost),
        cost_by_service=_by_service(row.cost_by_service),
    )


def _measure(measure: Measure) -> MeasureRecord:
    figure = _usd if measure.unit == "USD" else to_quantity
    spread = measure.spread
    drawn = None if spread is None else {name: figure(getattr(spread, name)) for name in _SPREAD}
    name, unit = measure.name.replace(" ", "_"), measure.unit or None
    return MeasureRecord(name, unit, figure(measure.mean), measure.exact, drawn)


def _bound(bound: PathBound | None) -> BoundRecord | None:
    if bound is None:
        return None
    return BoundRecord(None if bound.cost is None else _usd(bound.cost), bound.goes, bound.loop or None)


def _type(choice: TypeChoice) -> TypeRecord:
    verdict, cost = choice.verdict, _usd(choice.each)
    eligibility = {"eligible": verdict.eligible, "obstacles": verdict.obstacles, "warnings": verdict.warnings}
    return taken(TypeRecord, choice, cost_per_execution=cost, **eligibility)
