"""What the commands answer with: a plan with its recommendations and verdicts, compared modes, a simulation.

Most of these are written to JSON field by field, in this order (report/record.py); `key` is a key that is not the field's
name.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import field

from capplan.model import Assumption, Effort, Excluded, LimitCheck, Pattern, Urgency
from capplan.record import Record
from capplan.timeline import Timeline

if TYPE_CHECKING:
    from capplan.pricing.rating import LineItem


class PlannedResource(Record, frozen=True):
    """A resource with its cost and its usage.

    Attributes:
        name: As in the scenario.
        kind: The resource type, such as dynamodb.table.
        monthly_cost: USD.
        label: The name, with the section before it where two resources share a name.
        address: The section and the name, such as tables.orders.
        line: Where the scenario declares it, or what it follows from.
        implied_by: Addresses of the resources from which it follows by itself; empty where the scenario declares it.
    """

    name: str
    kind: str
    monthly_cost: Decimal
    usage: Mapping[str, int | Decimal]
    label: str = ""
    address: str = ""
    service: str = ""
    tags: Mapping[str, str] = {}
    line: int = 0
    implied_by: tuple[str, ...] = ()


class PlannedLimit(Record, frozen=True):
    """A limit and the peak load on it, over the whole account.

    Attributes:
        headroom: Share of the limit still free at the peak; negative when exceeded.
        at: When the peak is, such as "day 12 10:00"; empty where the load is constant.
        breaks_at: The multiple of today's traffic at which the limit is exceeded; None for never.
    """

    check: LimitCheck
    headroom: Decimal
    breached: bool
    at: str
    breaks_at: Decimal | None


class FindingChange(Record, frozen=True):
    """A change of the scenario: the path, its value now and the value to write; None is a key that is not there."""

    path: str
    old: object = field(name="from")
    new: object = field(name="to")


Group = Literal["risk", "saving", "changes_behavior"]
"""What breaks, with its fix; savings that keep behavior; savings that change it."""


class Finding(Record, frozen=True):
    """A recommendation for one resource: a change that saves money, or one that removes a risk.

    Attributes:
        monthly_saving: USD a month that the change saves on its own; None for a risk without a change, or where a price
            is missing.
        gives_up: The trade-off.
        not_priced: Price keys that are missing for the changed scenario.
        number: The number of its recommendation: like ones of several resources share one.
        share_of_bill: The saving, of the monthly cost.
        joined_with: The other resources of the same recommendation.
        undo: How to go back.
        changes_behavior: What callers or readers would notice, and where; empty for nothing.
    """

    rule: str
    resource: str
    severity: Literal["saving", "risk"]
    message: str
    monthly_saving: Decimal | None
    change: tuple[FindingChange, ...]
    gives_up: str = ""
    not_priced: tuple[str, ...] = ()
    group: Group = "saving"
    number: int = 0
    effort: Effort = "low"
    undo: str = ""
    share_of_bill: Decimal | None = None
    joined_with: tuple[str, ...] = ()
    changes_behavior: str = ""
    urgency: Urgency = "possible"
    action: str = ""


class Recommendation(Record, frozen=True):
    """A row of the answer: one finding, or like ones of several resources, applied together.

    Attributes:
        number: Its rank, from 1.
        action: What to do, as a sentence.
        message: What is so now, and why the change helps; of the largest finding where there are several.
        monthly_saving: USD a month that the row saves on its own; None where nothing is changed or a price is missing.
        change: All changes of the row.
    """

    number: int
    group: Group
    rule: str
    resources: tuple[str, ...]
    action: str
    message: str
    monthly_saving: Decimal | None
    share_of_bill: Decimal | None
    effort: Effort
    urgency: Urgency
    gives_up: str
    changes_behavior: str
    undo: str
    change: tuple[FindingChange, ...]
    not_priced: tuple[str, ...] = ()


class Combined(Record, frozen=True):
    """Risks removed and savings that keep behavior, all planned together, without those that exclude one before them.

    Attributes:
        monthly_cost: USD.
        saving: USD a month; negative where removing the risks costs more than is saved.
        numbers: The recommendations in it, in the order in which they are applied.
    """

    monthly_cost: Decimal
    saving: Decimal
    numbers: tuple[int, ...]


class RangeInput(Record, frozen=True):
    """An input that is a range: its ends (or percentiles) and its likely value, as written.

    Attributes:
        percentiles: Whether the ends are percentiles of what is known, not bounds.
    """

    path: str
    low: str
    likely: str
    high: str
    percentiles: bool


class Band(Record, frozen=True):
    """A figure over all draws of a scenario's ranges.

    Attributes:
        point: Its value at the likely values.
        p10, p50, p90: What 10%, half and 90% of the draws do not exceed.
        p10_error, p50_error, p90_error: Between which two values it lies with 95% confidence.
        largest_difference: The most that plans of draws differ from it, as a share.
    """

    point: Decimal
    p10: Decimal
    p50: Decimal
    p90: Decimal
    p10_error: tuple[Decimal, Decimal]
    p50_error: tuple[Decimal, Decimal]
    p90_error: tuple[Decimal, Decimal]
    largest_difference: Decimal


class LimitRange(Record, frozen=True):
    """The headroom of a limit over its draws, and the share of them in which it is exceeded, with its 95% interval."""

    resource: str
    limit: str
    draws: int
    headroom: Band
    exceeded: Decimal
    exceeded_error: tuple[Decimal, Decimal]


class GateRange(Record, frozen=True):
    """The share of draws in which a gate passes, with its 95% interval; None for one on a percentile or a chance."""

    gate: str
    line: int
    draws: int
    passes: Decimal | None
    passes_error: tuple[Decimal, Decimal] | None
    why_none: str = ""


class Ranges(Record, frozen=True):
    """What the ranges of a scenario mean for its answer.

    Attributes:
        draws: How many draws. A limit or a gate that columns do not tell well enough has fewer: those planned one by one.
        plans: Plans that were made for them.
        method: Whether the figures of the draws come from columns made of plans, or each draw was planned.
        checked: Draws planned whole, beside those that the columns are made of.
        largest_difference: The most that the monthly cost of one of these differs, as a share.
        monthly_cost: USD.
        limits: The nearest first.
        note: Why each draw was planned where that is not what was asked for; empty otherwise.
    """

    draws: int
    seed: int
    plans: int
    method: Literal["columns", "plans"]
    checked: int
    largest_difference: Decimal
    inputs: tuple[RangeInput, ...]
    monthly_cost: Band
    limits: tuple[LimitRange, ...]
    gates: tuple[GateRange, ...]
    note: str = ""


class WeighedAssumption(Record, frozen=True):
    """An assumption, and USD a month more (or less) if it does not hold; None where that is not known."""

    assumption: Assumption
    cost_if_not: Decimal | None = None


class Waived(Record, frozen=True):
    """A gate's waiver on the day of the answer. It is valid through the day it expires."""

    owner: str
    reason: str
    expires: date
    state: Literal["waived", "expired", "not_needed"]


class Unjudged(Record, frozen=True):
    """A gate that the command cannot judge, and what it needs to."""

    gate: str
    line: int
    column: int
    level: Literal["deny", "warn"]
    needs: str


class Observed(Record, frozen=True):
    """An observable's value; None is unknown, for the reason in `why_unknown`. `floor`: more of it is better."""

    name: str
    value: Decimal | None
    unit: str
    limit: Decimal | None
    why_unknown: str
    floor: bool


class SuggestedFix(Record, frozen=True):
    """Recommendations that would help a failed gate: what is observed then, and whether the gate passes; None: unknown.

    Attributes:
        finding: The recommendation; of several together, the first with the changes and the words of all.
        numbers: The recommendations that are applied.
        command: What writes them.
    """

    finding: Finding
    observed: Decimal | None = None
    holds: bool | None = None
    numbers: tuple[int, ...] = ()
    command: str = ""


class Verdict(Record, frozen=True):
    """A gate judged by the comparison that decides it.

    Attributes:
        margin: Share of the limit still free; negative when the gate fails.
        subject: The compared expression as written.
        names: The observables in the comparison.
        source: The command-line option it comes from; empty for a gate of the scenario.
        fixes: Suggested changes, each planned; None where none were looked for.
    """

    gate: str
    line: int
    column: int
    level: Literal["deny", "warn"]
    observed: Decimal
    operator: str
    limit: Decimal
    unit: str
    margin: Decimal | None
    verdict: Literal["pass", "fail", "waived"]
    why: str = ""
    subject: str = ""
    names: tuple[str, ...] = ()
    source: str = ""
    width: int = 1
    waiver: Waived | None = None
    fixes: tuple[SuggestedFix, ...] | None = None


class TrafficSourceCost(Record, frozen=True):
    """What the requests of a traffic source cost; fixed cost is not in it.

    Attributes:
        monthly: Units a month.
        monthly_cost: USD.
        per_thousand: USD for 1,000 units.
        bill_per_thousand: USD of the whole bill, fixed cost and all, for 1,000 units; None where there are none.
    """

    traffic_source: str = field(name="entrance")
    unit: str
    monthly: Fraction
    monthly_cost: Decimal
    per_thousand: Decimal
    bill_per_thousand: Decimal | None = None


class NotIncludedCost(Record, frozen=True):
    """A service that is on the bill and not in the answer.

    Attributes:
        monthly_cost_about: USD a month at list prices, an order of magnitude; None where no price is known.
    """

    what: str
    why: str
    monthly_cost_about: Decimal | None


class UnitCost(Record, frozen=True):
    """The monthly cost of everything, by the traffic that the scenario names as its business unit.

    Attributes:
        unit: The traffic's name.
        monthly: Its units a month.
        each, per_million: USD; None where there is no such traffic.
    """

    unit: str
    monthly: Fraction
    each: Decimal | None
    per_million: Decimal | None


class RunCost(Record, frozen=True):
    """What one run of a resource can cost, and how it can end. The month's bill does not include these amounts.

    Attributes:
        resource: Its label.
        runs: Runs a month.
        usd: USD of run.expected, run.p95, run.retried, worst_run and run_hour; `wasted` is USD a month.
        attempts: Mean attempts of a run.
        success_share: Probability that a run succeeds.
        waste_share: Share of the billed time that failed attempts take.
        notice_seconds: Time until the failure notice of a run.
        notices: Failure notices a month.
        notice_cost: USD a month of the notified function.
    """

    resource: str
    runs: Decimal | None
    usd: Mapping[str, Decimal | None] = field(name="cost")
    attempts: Decimal | None
    success_share: Decimal | None
    waste_share: Decimal | None
    notice_seconds: Decimal | None
    notices: Decimal | None
    notice_cost: Decimal | None


class PatternCost(Record, frozen=True):
    """An access pattern and its cost, USD; provisioned capacity is shared among patterns by their units."""

    resource: str
    pattern: Pattern
    monthly_cost: Decimal
    per_million: Decimal


class Prices(Record, frozen=True):
    """The prices an answer rests on.

    Attributes:
        oldest_checked, newest_checked: When prices were compared with AWS's pages.
        stale: Price keys that nobody has checked in the last 24 months.
        on: The day whose prices they are; null for the newest.
    """

    sha256: str
    oldest_checked: date | None
    newest_checked: date | None = None
    confidences: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    on: date | None = None


class OpenQuestion(Record, frozen=True):
    """A question of the scenario that nobody has answered yet.

    Attributes:
        path: The key that it asks for, such as traffic.shoppers.rate.
        line: Where it stands.
        asks: The question.
        example: The example beside it, which is not counted.
        needed: Whether what hangs on it is left out of this answer.
        monthly_cost_at_stake: USD a month that hang on it, if every question had its example for an answer; None where
            that cannot be planned.
    """

    path: str
    line: int
    asks: str
    example: str
    needed: bool
    monthly_cost_at_stake: Decimal | None


class Plan(Record, frozen=True):
    """Everything a plan of a scenario answers.

    Attributes:
        observed: Every metric.
        lost: Of resources that are short, the metrics of what gets through.
        inputs: What the scenario says, by path, as it would be written.
    """

    version: str
    name: str
    region: str
    file: str
    sha256: str
    seed: int
    prices: Prices
    monthly_cost: Decimal
    yearly_cost: Decimal
    one_time_cost: Decimal
    list_cost: Decimal
    discount: Decimal
    free_tier: bool
    free_tier_saves: Decimal | None
    fixed_cost: Decimal
    cost_by_service: Mapping[str, Decimal]
    cost_by_tag: Mapping[str, Decimal]
    resources: tuple[PlannedResource, ...]
    lines: "tuple[LineItem, ...]"
    traffic_sources: tuple[TrafficSourceCost, ...]
    limits: tuple[PlannedLimit, ...]
    findings: tuple[Finding, ...]
    rules_looked: int
    assumptions: tuple[WeighedAssumption, ...]
    excluded: tuple[Excluded, ...]
    gates: tuple[Verdict, ...]
    runs: tuple[RunCost, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    observed: Sequence[Observed] = ()
    lost: tuple[Observed, ...] = ()
    inputs: Mapping[str, str] = {}
    patterns: tuple[PatternCost, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    combined: Combined | None = None
    not_included: tuple[NotIncludedCost, ...] = ()
    unit_cost: UnitCost | None = None
    cost_by_region: Mapping[str, Decimal] = {}
    open_questions: tuple[OpenQuestion, ...] = ()
    ranges: Ranges | None = None

    @property
    def failed_gates(self) -> tuple[str, ...]:
        """The gates that fail, as written."""
        return tuple(gate.gate for gate in self.gates if gate.verdict == "fail")

    @property
    def exceeded_limits(self) -> tuple[tuple[str, str], ...]:
        """The limits that are exceeded: resource and limit of each."""
        return tuple((limit.check.resource, limit.check.limit) for limit in self.limits if limit.breached)


class AtMultiple(Record, frozen=True):
    """An option at a multiple of today's traffic; a monthly cost of None is not priced."""

    multiple: Decimal
    monthly_cost: Decimal | None
    throttled_share: Decimal | None


class ModeOption(Record, frozen=True):
    """A capacity mode of a table, planned and priced; a monthly cost of None is not priced.

    Attributes:
        id: The mode, its table class and its commitment, such as "auto-scaled-70/reserved-1y".
        commitment: The commitment in words; None for none.
        monthly_cost: USD.
        pareto: Whether no other option is both cheaper and throttles less.
        reason: The trade-off, or why it is not priced.
        at: The same settings and commitment at each multiple of the traffic.
        throttled_range: The throttled share with everything that AWS does not publish at its mild end and at its harsh
            end; None where that was not simulated.
        regret: USD a month more than the best option, at the worst of the multiples, among options within the limit
            there; None where it is above the limit at today's traffic or is not priced.
    """

    id: str
    mode: Literal["on_demand", "provisioned"]
    table_class: str
    settings: Mapping[str, object]
    commitment: str | None
    monthly_cost: Decimal | None
    throttled_share: Decimal | None
    pareto: bool
    reason: str
    change: tuple[FindingChange, ...]
    at: tuple[AtMultiple, ...] = ()
    throttled_range: tuple[Decimal, Decimal] | None = None
    regret: Decimal | None = None


class ComparedTable(Record, frozen=True):
    """A table, or one of its indexes, under every capacity mode.

    Attributes:
        used_read, used_write: Mean utilization of a capacity provisioned for the peak.
        scaled_read, scaled_write: Mean utilization of auto scaled capacity at the default target.
        tolerated: The share that may be throttled: a gate's limit, else 0.
        unless: When another mode would be the better one, each a sentence.
    """

    name: str
    index: str | None
    as_written: str
    break_even_read: Decimal | None
    break_even_write: Decimal | None
    used_read: Decimal | None
    used_write: Decimal | None
    recommended: str | None
    options: tuple[ModeOption, ...]
    scaled_read: Decimal | None = None
    scaled_write: Decimal | None = None
    tolerated: Decimal = Decimal(0)
    unless: tuple[str, ...] = ()


class ComparedAccount(Record, frozen=True):
    """All tables of the account, as written and as recommended, and with reserved capacity that they share.

    Attributes:
        as_written, recommended: USD a month of all tables; None where one is not priced.
        pooled: For each term of reserved capacity: the years, what to reserve for all recommended provisioned tables,
            and USD a month with it.
    """

    as_written: Decimal | None
    recommended: Decimal | None
    pooled: tuple[tuple[int, str, Decimal], ...]


class Modes(Record, frozen=True):
    """What compare-modes answers."""

    name: str
    region: str
    file: str
    sha256: str
    prices: Prices
    tables: tuple[ComparedTable, ...]
    not_simulated: tuple[str, ...]
    multiples: tuple[Decimal, ...] = (Decimal(1),)
    account: ComparedAccount | None = None


class Simulated(Record, frozen=True):
    """A resource, simulated over time."""

    label: str = field(name="name")
    address: str
    kind: str
    timelines: tuple[Timeline, ...]


class Simulation(Record, frozen=True):
    """What `simulate` answers.

    Attributes:
        skipped: Resources that have no simulation.
        ranges: Paths of ranges, of which the likely value is simulated; None where the scenario has none.
    """

    version: str
    name: str
    region: str
    file: str
    sha256: str
    seed: int
    timezone: str
    resources: tuple[Simulated, ...]
    skipped: tuple[str, ...]
    ranges: tuple[str, ...] | None = None
