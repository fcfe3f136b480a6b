"""The record of a plan: `capplan.plan/1`, and how it compares with a baseline."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from capplan.commands.saved_plan import (
    SCHEMA,
    AssumptionRecord,
    GateRecord,
    LimitRecord,
    LineRecord,
    ObservableRecord,
    PatternRecord,
    PlanRecord,
    ScenarioRecord,
    SuggestedFixRecord,
)
from capplan.errors import CapplanError, Diagnostic
from capplan.pipeline.results import Observed, PatternCost, Plan, PlannedLimit, WeighedAssumption
from capplan.pricing.rating import LineItem
from capplan.quantities.rounding import to_quantity
from capplan.report.record import RecordError, record_from, taken, value_of
from capplan.report.verdicts import VerdictText, verdict_texts
from capplan.units import MONTH_HOURS


class BaselineRecord(NamedTuple):
    """The month's cost against a baseline, USD; the share is null where the baseline costs nothing."""

    sha256: str | None
    monthly_cost: Decimal
    change: Decimal
    change_share: Decimal | None


def plan_record(plan: Plan) -> PlanRecord:
    """A plan as JSON has it."""
    return taken(
        PlanRecord,
        plan,
        schema=SCHEMA,
        capplan_version=plan.version,
        scenario=taken(ScenarioRecord, plan),
        currency="USD",
        month_hours=Decimal(MONTH_HOURS),
        line_items=tuple(line_record(line) for line in plan.lines),
        limits=tuple(limit_record(limit) for limit in plan.limits),
        assumptions=tuple(_assumption(weighed) for weighed in plan.assumptions),
        gates=tuple(_gate(verdict) for verdict in verdict_texts(plan)),
        standing_cost=plan.fixed_cost,
        entrances=plan.traffic_sources,
        access_patterns=tuple(_pattern(cost) for cost in plan.patterns),
        gates_not_judged=plan.unjudged,
        observables=tuple(observable_record(observed) for observed in plan.observed),
    )


def checked_record(plan: Plan, base: PlanRecord | None) -> Any:  # noqa: ANN401  plain JSON
    """A plan, and where there is a baseline the difference to it, as a JSON value."""
    record = value_of(plan_record(plan))
    if base is not None:
        change = plan.monthly_cost - base.monthly_cost
        share = to_quantity(Fraction(change) / Fraction(base.monthly_cost)) if base.monthly_cost else None
        record["baseline"] = value_of(BaselineRecord(base.scenario.sha256 or None, base.monthly_cost, change, share))
    return record


def line_record(line: LineItem) -> LineRecord:
    """A line item."""
    return taken(LineRecord, line)


def limit_record(limit: PlannedLimit) -> LimitRecord:
    """A limit."""
    planned = {"headroom": limit.headroom, "breached": limit.breached, "breaks_at": limit.breaks_at}
    return taken(LimitRecord, limit.check, at=limit.at or None, **planned)


def observable_record(observed: Observed) -> ObservableRecord:
    """An observable."""
    return taken(ObservableRecord, observed, why_unknown=observed.why_unknown or None)


def _assumption(weighed: WeighedAssumption) -> AssumptionRecord:
    return taken(AssumptionRecord, weighed.assumption, monthly_cost_if_not=weighed.cost_if_not)


def _gate(text: VerdictText) -> GateRecord:
    gate = text.verdict
    ways = tuple(
        taken(SuggestedFixRecord, fix, rule=fix.finding.rule, change=fix.finding.change) for fix in gate.fixes or ()
    )
    return taken(GateRecord, gate, why=text.why, observes=text.name, source=gate.source or None, ways=ways)


def _pattern(cost: PatternCost) -> PatternRecord:
    pattern = cost.pattern
    units = {name: to_quantity(getattr(pattern, name)) for name in ("requests", "read_units", "write_units")}
    costs = {"resource": cost.resource, "monthly_cost": cost.monthly_cost, "per_million": cost.per_million}
    return taken(PatternRecord, pattern, index_=pattern.index, **costs, **units)


# --- saved plans -----------------------------------------------------------------------------------------------------


def saved_plans(data: object, file: str) -> tuple[PlanRecord, ...]:
    """The plans in a saved JSON: one, or several of one run.

    Raises:
        CapplanError: It is not an answer of `estimate` or `check`.
    """
    records = data if isinstance(data, list) else [data]
    if not records:
        raise _not_a_plan(file, "it holds no plan")
    return tuple(_saved_plan(record, file) for record in records)


def _saved_plan(data: object, file: str) -> PlanRecord:
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        why = f"its schema is '{schema[:40]}'" if isinstance(schema, str) else "it has no schema"
        raise _not_a_plan(file, why)
    try:
        return record_from(PlanRecord, data)
    except RecordError as error:
        raise _not_a_plan(file, f"'{error.path}' is missing or not what it should be") from None


def _not_a_plan(file: str, why: str) -> CapplanError:
    hint = "save one with capplan estimate SCENARIO --format json=plan.json"
    return CapplanError((Diagnostic(file, 0, 0, f"not a saved plan: {why}", hint),))
