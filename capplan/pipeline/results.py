"""The records the commands answer with: a plan, its findings and verdicts, and compared modes. It computes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from capplan.model import Assumption, Excluded, LimitCheck, Pattern
from capplan.timeline import Timeline

if TYPE_CHECKING:
    from datetime import date

    from capplan.pricing.rating import LineItem


@dataclass(frozen=True, slots=True)
class PlannedResource:
    """One resource of the answer. `name` is as in the scenario; `address` adds the section; `label` is unique."""

    name: str
    address: str
    label: str
    kind: str
    service: str
    monthly_cost: Decimal
    usage: Mapping[str, Decimal | int]
    tags: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class PlannedLimit:
    """A limit check as the whole account sees it. `breaks_at` is the multiple of today's traffic, None if none."""

    check: LimitCheck
    headroom: Decimal
    breached: bool
    at: str
    breaks_at: Decimal | None


@dataclass(frozen=True, slots=True)
class FindingChange:
    """What to write: the path, what stands there now (None: nothing), and what should."""

    path: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Finding:
    """An option worth taking, or a risk, with its worth. `monthly_saving` None is a risk or is not priced."""

    rule: str
    resource: str
    severity: Literal["saving", "risk"]
    message: str
    gives_up: str
    monthly_saving: Decimal | None
    not_priced: tuple[str, ...]
    change: tuple[FindingChange, ...]


@dataclass(frozen=True, slots=True)
class WeighedAssumption:
    """An assumption; `cost_if_not` is what the month would cost more (or less) were it otherwise, None if not known."""

    assumption: Assumption
    cost_if_not: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Waived:
    """A gate's waiver on the day of the answer. It holds through the day it expires."""

    owner: str
    reason: str
    expires: "date"
    state: Literal["waived", "expired", "not needed"]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A gate that this answer could not judge, and what it needs for it."""

    gate: str
    line: int
    column: int
    level: Literal["deny", "warn"]
    needs: str


@dataclass(frozen=True, slots=True)
class Observed:
    """An observable's value today. None is unknown, and `why_unknown` says why. `floor`: more of it is better."""

    name: str
    value: Decimal | None
    unit: str
    limit: Decimal | None
    why_unknown: str
    floor: bool


@dataclass(frozen=True, slots=True)
class SuggestedFix:
    """A finding that would help a broken gate: what is observed then (None: not known), and whether the gate holds."""

    finding: Finding
    observed: Decimal | None = None
    holds: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gate judged by the comparison that decides it.

    `margin` is the share of the limit still free, negative when broken. `subject` is the observed side as written,
    `names` are the observables in the comparison; `source` is the option of the command line it came from, if any.
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
    ways: tuple[SuggestedFix, ...] | None = None
    """Ways out, each planned again; None where nobody looked."""


@dataclass(frozen=True, slots=True)
class TrafficSourceCost:
    """What 1,000 units of an entrance cause, standing cost apart."""

    traffic_source: str
    unit: str
    monthly: Fraction
    monthly_cost: Decimal
    per_thousand: Decimal


@dataclass(frozen=True, slots=True)
class RunCost:
    """What one run of a resource may cost and how it may end; no part of the month's bill.

    Attributes:
        resource: Its label.
        runs: Runs a month.
        usd: Amounts by what they are: run.expected, run.p95, run.retried, worst_run, run_hour; wasted is of a month.
        attempts: Mean attempts of a run.
        success_share: Chance that it ends well.
        waste_share: The share of the billed time that failed attempts take.
        notice_seconds: Until its final failure is told.
        notices: Failures told in a month.
        notice_cost: What the told function costs for them.
    """

    resource: str
    runs: Decimal | None
    usd: Mapping[str, Decimal | None]
    attempts: Decimal | None
    success_share: Decimal | None
    waste_share: Decimal | None
    notice_seconds: Decimal | None
    notices: Decimal | None
    notice_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class PatternCost:
    """An access pattern with what it costs; provisioned capacity falls on patterns by their units."""

    resource: str
    pattern: Pattern
    monthly_cost: Decimal
    per_million: Decimal


@dataclass(frozen=True, slots=True)
class Prices:
    """Where the prices came from, as the footer tells it."""

    sha256: str
    oldest_checked: "date | None"
    newest_checked: "date | None"
    confidences: tuple[str, ...]
    stale: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the planner knows at the end; what reports render."""

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
    observed: tuple[Observed, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    """What is written in the scenario, by path, each value as it would be written."""
    patterns: tuple[PatternCost, ...] = ()


@dataclass(frozen=True, slots=True)
class AtMultiple:
    """An option at a multiple of today's traffic; None is not priced."""

    multiple: Decimal
    monthly_cost: Decimal | None
    throttled_share: Decimal | None


@dataclass(frozen=True, slots=True)
class ModeOption:
    """One way to run a table, priced by planning it. None is not priced.

    Attributes:
        id: The mode, its class and what is committed to, such as "auto-scaled-70/reserved-1y".
        commitment: What is committed to, in words; None for nothing.
        pareto: Whether no other is both cheaper and throttles less.
        reason: What it gives up, or why it is not priced.
        at: The same settings and commitment at every multiple compared.
        throttled_range: The share refused with everything nobody publishes at its mild and at its harsh end; None where
            that was not run.
        regret: What it may cost a month, at the worst of the multiples, more than the best of those that keep the limit
            there; None where it breaks the limit at today's traffic or is not priced.
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


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """A table, or one of its indexes, under every mode.

    Attributes:
        used_read, used_write: Mean use of a capacity held at the peak.
        scaled_read, scaled_write: Mean use of the usual auto scaled capacity.
        tolerated: The share that may be refused: a gate's limit, else none.
        unless: What would have to be so for another choice, each a sentence.
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


@dataclass(frozen=True, slots=True)
class ComparedAccount:
    """All tables together, as written and as recommended, and reserved capacity shared over the account.

    Attributes:
        as_written, recommended: The month of all tables; None where one is not priced.
        pooled: For each term of reserved capacity: the years, what to reserve over all recommended provisioned tables,
            and the month with it.
    """

    as_written: Decimal | None
    recommended: Decimal | None
    pooled: tuple[tuple[int, str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Modes:
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


@dataclass(frozen=True, slots=True)
class Simulated:
    """One resource followed over time."""

    label: str
    address: str
    kind: str
    timelines: tuple[Timeline, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What `simulate` answers."""

    version: str
    name: str
    region: str
    file: str
    sha256: str
    seed: int
    timezone: str
    resources: tuple[Simulated, ...]
    skipped: tuple[str, ...]
    """Resources nothing can be followed of over time yet."""
