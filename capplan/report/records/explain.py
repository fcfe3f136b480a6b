"""What `explain` answers as JSON: `capplan.explain/1`, `.lines/1`, `.rules/1`, `.recommendation/1`."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from capplan.commands.explain import Cause, Explained
from capplan.commands.explain_recommendation import ChangedLine, ChangedMetric, ExplainedRecommendation
from capplan.commands.saved_plan import LineRecord
from capplan.model import Rule
from capplan.pipeline.results import Finding, Recommendation
from capplan.pricing.rating import LineItem
from capplan.report.record import taken
from capplan.report.records.plan import line_record


class CauseRecord(NamedTuple):
    """Requests that drive a charge: `monthly` of them bring `quantity` to it."""

    cause: str
    request: str
    line: int | None
    monthly: Fraction
    by_entrance: Mapping[str, Fraction]
    quantity: Fraction


class ExplainRecord(NamedTuple):
    """A charge: its causes, and its lines as in a plan. `together` is what no cause brings on its own."""

    schema: str
    id: str
    resource: str
    line: int
    description: str
    quantity: Fraction
    unit: str
    causes: tuple[CauseRecord, ...]
    together: Fraction
    line_items: tuple[LineRecord, ...]
    monthly_cost: Decimal


class LinesRecord(NamedTuple):
    """Every line item that can be explained."""

    schema: str
    line_items: tuple[LineRecord, ...]


class RulesRecord(NamedTuple):
    """Rules of recommendations."""

    schema: str
    rules: tuple[Rule, ...]


class RecommendationRecord(NamedTuple):
    """A recommendation, and the plan with it beside the plan without.

    Attributes:
        monthly_cost_before: USD.
        monthly_cost: USD, with the recommendation.
        line_items: Charges that differ.
        observables: What differs besides costs.
    """

    schema: str
    recommendation: Recommendation
    rule: Rule | None
    findings: tuple[Finding, ...]
    monthly_cost_before: Decimal
    monthly_cost: Decimal
    line_items: tuple[ChangedLine, ...]
    observables: tuple[ChangedMetric, ...]


def recommendation_record(explained: ExplainedRecommendation) -> RecommendationRecord:
    """One recommendation."""
    return RecommendationRecord(
        "capplan.recommendation/1",
        explained.row,
        explained.rule,
        explained.findings,
        explained.cost_before,
        explained.cost_after,
        explained.lines,
        explained.metrics,
    )


def explain_record(explained: Explained) -> ExplainRecord:
    """One charge."""
    return taken(
        ExplainRecord,
        explained,
        schema="capplan.explain/1",
        line=explained.resource_line,
        causes=tuple(_cause(cause) for cause in explained.causes),
        line_items=tuple(line_record(line) for line in explained.lines),
        monthly_cost=explained.cost,
    )


def _cause(cause: Cause) -> CauseRecord:
    flow = cause.flow
    return CauseRecord(
        cause.cause, cause.access.op, cause.line or None, flow.monthly, flow.by_traffic_source(), cause.quantity
    )


def lines_record(lines: Sequence[LineItem]) -> LinesRecord:
    """Every line item that can be explained."""
    return LinesRecord("capplan.lines/1", tuple(line_record(line) for line in lines))


def rules_record(rules: Sequence[Rule]) -> RulesRecord:
    """Rules in full."""
    return RulesRecord("capplan.rules/1", tuple(rules))
