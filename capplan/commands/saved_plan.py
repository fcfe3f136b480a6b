"""The record `capplan.plan/1`: what `estimate` and `check` answer as JSON, and what `diff` and a baseline compare."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from capplan.model import Excluded, Frequency
from capplan.pipeline.results import (
    Combined,
    Finding,
    FindingChange,
    NotIncludedCost,
    OpenQuestion,
    PlannedResource,
    Prices,
    Ranges,
    Recommendation,
    RunCost,
    TrafficSourceCost,
    UnitCost,
    Unjudged,
    Waived,
)
from capplan.units import MONTH_HOURS, MS_PER_SECOND

SCHEMA: Literal["capplan.plan/1"] = "capplan.plan/1"


class ScenarioRecord(NamedTuple):
    """The scenario an answer is of.

    Attributes:
        sha256: Of the file and of those it names.
    """

    name: str
    region: str
    sha256: str


class LineRecord(NamedTuple):
    """A line item: a quantity at a price, with the columns of the FinOps FOCUS specification.

    Attributes:
        consumed_quantity: As metered, such as 12345678 requests.
        pricing_quantity: In the unit of the price.
        list_unit_price: USD for one pricing unit, before any discount.
        list_cost: USD: list unit price x pricing quantity, rounded half up to 10 decimals.
        contracted_cost: USD after the account's discount.
        price_effective: The day the price began to apply; null where AWS does not publish it.
        price_checked: The day the price was last compared with AWS's page.
        stale: Nobody has checked the price in the last 24 months.
        region: Where it is used and priced.
    """

    id: str
    resource: str
    service: str
    sku: str | None
    description: str
    consumed_quantity: Decimal
    consumed_unit: str
    pricing_quantity: Decimal
    pricing_unit: str
    list_unit_price: Decimal
    list_cost: Decimal
    contracted_cost: Decimal
    charge_frequency: Frequency
    price_source: str
    price_effective: date | None
    price_confidence: str
    price_key: str = ""
    price_checked: date | None = None
    stale: bool = False
    region: str = ""


class LimitRecord(NamedTuple):
    """The peak load on a limit.

    Attributes:
        headroom: Share of the limit still free at the peak; negative when exceeded.
        at: When the peak is, such as "day 12 10:00".
        breaks_at: The multiple of today's traffic at which the limit is exceeded.
    """

    resource: str
    limit: str
    load: Decimal
    quota: Decimal
    unit: str
    headroom: Decimal
    breached: bool
    at: str | None
    breaks_at: Decimal | None = None


class AssumptionRecord(NamedTuple):
    """A default that the scenario does not write and the answer rests on.

    Attributes:
        monthly_cost_if_not: USD a month more (or less) if the assumption does not hold; null where it is not known.
    """

    path: str
    value: str
    reason: str
    kind: Literal["aws_default", "workload"]
    monthly_cost_if_not: Decimal | None


class SuggestedFixRecord(NamedTuple):
    """A change that would help a failed gate: what is observed then, and whether the gate passes.

    Attributes:
        numbers: The recommendations that are applied.
        command: What writes them.
    """

    rule: str
    change: tuple[FindingChange, ...]
    observed: Decimal | None
    holds: bool | None
    numbers: tuple[int, ...] = ()
    command: str = ""


class GateRecord(NamedTuple):
    """The verdict on a gate, by the comparison that decides it.

    Attributes:
        line, column: Where the gate is written; 0 for a gate of the command line.
        margin: Share of the limit still free; negative when the gate fails.
        observes: The observable, or the expression, that is compared with the limit.
        source: The command-line option it comes from.
        ways: Changes that would help, each planned.
    """

    gate: str
    line: int | None
    column: int | None
    level: Literal["deny", "warn"]
    observed: Decimal
    limit: Decimal
    margin: Decimal | None
    verdict: Literal["pass", "fail", "waived"]
    operator: str = ""
    unit: str = ""
    why: str = ""
    observes: str = ""
    waiver: Waived | None = None
    source: str | None = None
    ways: tuple[SuggestedFixRecord, ...] = ()


class PatternRecord(NamedTuple):
    """An access pattern: what one kind of request takes and costs."""

    resource: str
    operation: str
    what: str
    cause: str
    index_: str | None
    consistency: str | None
    requests: Decimal
    read_units: Decimal
    write_units: Decimal
    monthly_cost: Decimal
    per_million: Decimal


class ObservableRecord(NamedTuple):
    """What a gate can ask for, and its value; null with the reason where it is not known."""

    name: str
    value: Decimal | None
    unit: str
    limit: Decimal | None
    why_unknown: str | None


class PlanRecord(NamedTuple):
    """What `capplan estimate` and `capplan check` answer with --format json.

    Attributes:
        monthly_cost: USD: the sum of `contracted_cost` of all line items that are not `one_time`.
        one_time_cost: USD that is paid once, such as an upfront reservation.
        cost_by_service: USD a month.
        cost_by_tag: USD a month by "key=value".
        cost_by_region: USD a month by Region, the scenario's own first.
        open_questions: Questions of the scenario that nobody has answered, the one on which most of the bill hangs first.
        standing_cost: USD a month that does not depend on the traffic: storage, provisioned capacity.
        entrances: Cost by traffic source.
        free_tier_saves: USD a month that the Free Tier would save; null where it is applied.
        inputs: What the scenario says, by path.
        gates_not_judged: Gates that this command cannot judge, and what they need.
        recommendations: The findings as rows, in rank order: like ones of several resources are one.
        combined: All recommendations that keep behavior, planned together; null where there are none.
        ranges: The answer over all draws of the scenario's ranges; the key is left out where it has none.
    """

    schema: Literal["capplan.plan/1"]
    capplan_version: str
    scenario: ScenarioRecord
    currency: Literal["USD"]
    month_hours: Decimal
    seed: int
    prices: Prices
    monthly_cost: Decimal
    one_time_cost: Decimal
    cost_by_service: Mapping[str, Decimal]
    resources: tuple[PlannedResource, ...]
    line_items: tuple[LineRecord, ...]
    limits: tuple[LimitRecord, ...]
    findings: tuple[Finding, ...]
    assumptions: tuple[AssumptionRecord, ...]
    excluded: tuple[Excluded, ...]
    gates: tuple[GateRecord, ...]
    yearly_cost: Decimal | None = None
    list_cost: Decimal | None = None
    discount: Decimal | None = None
    standing_cost: Decimal | None = None
    cost_by_tag: Mapping[str, Decimal] = {}
    entrances: tuple[TrafficSourceCost, ...] = ()
    runs: tuple[RunCost, ...] = ()
    access_patterns: tuple[PatternRecord, ...] = ()
    free_tier: bool | None = None
    free_tier_saves: Decimal | None = None
    file: str = ""
    gates_not_judged: tuple[Unjudged, ...] = ()
    inputs: Mapping[str, str] = {}
    observables: tuple[ObservableRecord, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    combined: Combined | None = None
    not_included: tuple[NotIncludedCost, ...] = ()
    unit_cost: UnitCost | None = None
    cost_by_region: Mapping[str, Decimal] = {}
    open_questions: tuple[OpenQuestion, ...] = ()
    ranges: Ranges | None = None


def empty_plan(name: str, region: str) -> PlanRecord:
    """The plan of a scenario that did not exist yet: it cost nothing."""
    zero, prices = Decimal(0), Prices("", None)
    head = ScenarioRecord(name, region, "")
    return PlanRecord(
        SCHEMA, "", head, "USD", Decimal(MONTH_HOURS), 0, prices, zero, zero, {}, (), (), (), (), (), (), ()
    )


def resource_costs(plan: PlanRecord) -> dict[str, Decimal]:
    """USD a month by the resource's label."""
    return {r.label or r.name: r.monthly_cost for r in plan.resources}


def line_costs(plan: PlanRecord) -> dict[str, Decimal]:
    """USD a month by the line's id."""
    return {x.id: x.contracted_cost for x in plan.line_items if x.charge_frequency != "one_time"}


def limits_by_name(plan: PlanRecord) -> dict[tuple[str, str], LimitRecord]:
    """Limits by resource and limit; the tightest where a resource has one twice."""
    out: dict[tuple[str, str], LimitRecord] = {}
    for limit in plan.limits:
        known = out.get((limit.resource, limit.limit))
        if known is None or limit.headroom < known.headroom:
            out[limit.resource, limit.limit] = limit
    return out


def gates_by_text(plan: PlanRecord) -> dict[str, GateRecord]:
    """Gates by what is written."""
    return {gate.gate: gate for gate in plan.gates}


def observable_values(plan: PlanRecord) -> dict[str, Decimal]:
    """Observables by name: those that every plan's costs give, and the observables in it."""
    out = {"cost.monthly": plan.monthly_cost, "cost.yearly": plan.monthly_cost * 12}
    out |= {f"cost.{service}": cost for service, cost in plan.cost_by_service.items()}
    out |= {f"{label}.cost": cost for label, cost in resource_costs(plan).items()}
    # gates compare milliseconds
    factors = {"s": MS_PER_SECOND}
    return out | {o.name: o.value * factors.get(o.unit, 1) for o in plan.observables if o.value is not None}
