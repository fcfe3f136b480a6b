"""The nouns that pass between stages: demand, charges, limits, options, assumptions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from capplan.calls import Access
from capplan.errors import CapplanError, Diagnostic
from capplan.flow import DemandFlow
from capplan.quantities.distribution import Distribution
from capplan.service import Integration
from capplan.timeline import SimulationRequest, Size, Timeline

SpecT = TypeVar("SpecT", bound=BaseModel)
UsageT = TypeVar("UsageT")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of `access` or `calls`: where it stands, and what is written there.

    Attributes:
        path: The request's own place; of a transaction's member it leads into the list.
        whole: The place of the line.
        written: The line as plain data.
    """

    path: tuple[str | int, ...]
    whole: tuple[str | int, ...]
    written: Mapping[str, Any]

    def at(self, word: str) -> str:
        """A word of the request as a change's path."""
        return ".".join(str(step) for step in (*self.path, word))

    @property
    def place(self) -> str:
        """The whole line as a change's path."""
        return ".".join(str(step) for step in self.whole)


@dataclass(frozen=True, slots=True)
class RequestStream:
    """Requests of one kind that reach a resource: what each is, how many, and who sends them (an address).

    `trigger` is the place of a function's trigger in its list, `records` how many an invocation takes from it, `shards`
    how many shards its stream has. `line` is what says so in the scenario, where one line does.
    """

    access: Access
    flow: DemandFlow
    cause: str
    trigger: int | None = None
    records: Fraction = Fraction(1)
    line: Line | None = None
    shards: int = 1


@dataclass(frozen=True, slots=True)
class Demand:
    """All that reaches one resource."""

    requests: tuple[RequestStream, ...] = ()

    @property
    def flow(self) -> DemandFlow:
        """All requests together."""
        return DemandFlow.total(work.flow for work in self.requests)


@dataclass(frozen=True, slots=True)
class Context:
    """What a room may know beside its own resource.

    Attributes:
        region: AWS's code, such as us-east-1.
        quotas: `account.quotas` of the scenario, by limit.
        in_use: `account.in_use`: what other workloads take of a limit.
        duration_ms: Mean time of one unit of work, by address ("functions.place-order").
        addresses: Addresses by bare name: {"orders": ("tables.orders",)}.
        seed: For everything drawn.
        fails: Chance that one unit of work fails, as a caller that waits for it sees it, by address.
        duration_law: How that time varies, by address, where the user said so.
        timeout_ms: When a function is ended, by address.
        integrations: By (service, action) of an ARN, in lower case: the resource that a workflow's Task calls.
    """

    region: str
    quotas: Mapping[str, Decimal] = field(default_factory=dict)
    in_use: Mapping[str, Decimal] = field(default_factory=dict)
    duration_ms: Mapping[str, Fraction] = field(default_factory=dict)
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seed: int = 0
    duration_law: Mapping[str, Distribution] = field(default_factory=dict)
    timeout_ms: Mapping[str, Fraction] = field(default_factory=dict)
    fails: Mapping[str, Fraction] = field(default_factory=dict)
    integrations: Mapping[tuple[str, str], Integration] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One resource asks another for work: `times` (expected, exact) per unit of the caller's own demand."""

    to: str
    times: Fraction
    access: Access
    over_ms: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """A load held against a quota AWS enforces.

    `flow` is the load as a formula, for "breaks at 2x traffic"; `poisson` adds 3.09 standard deviations of a Poisson
    number inside the minute. `at_once` does so for units that come in lumps: 3.09 times the root of load × lump.
    """

    resource: str
    limit: str
    load: Decimal
    quota: Decimal
    unit: str
    flow: DemandFlow | None = None
    poisson: bool = False
    minute: int | None = None
    at_once: Fraction = Fraction(0)

    @property
    def headroom(self) -> Decimal:
        """Share of the limit still free at the peak; negative when exceeded."""
        if not self.quota:
            return Decimal(0) if not self.load else -self.load
        return 1 - self.load / self.quota

    @property
    def breached(self) -> bool:
        """Whether the load is above the quota."""
        return self.load > self.quota


@dataclass(frozen=True, slots=True)
class PoolLoad:
    """What one resource takes, moment by moment, of a limit that the whole account shares."""

    limit: str
    flow: DemandFlow
    poisson: bool = False


Frequency = Literal["usage_based", "recurring", "one_time"]


@dataclass(frozen=True, slots=True)
class Charge:
    """A SKU and a quantity, before any price. `flow` is what drives it; None is a standing cost."""

    id: str
    price: str
    description: str
    quantity: Fraction
    unit: str
    flow: DemandFlow | None = None
    frequency: Frequency = "usage_based"

    @property
    def service(self) -> str:
        """The price key's first word."""
        return self.price.partition(".")[0]


@dataclass(frozen=True, slots=True)
class RunRisk:
    """What one run of a resource may cost, and how it may end. Its charges are no part of the month's bill.

    Attributes:
        charges: Ids `<name>.worst_run`, `<name>.run.p95` …: each is an amount that gates may ask for.
        runs: Runs a month.
        attempts: Mean attempts of a run.
        success_share: Chance that a run ends well. Range 0 to 1.
        waste_share: The share of the billed time that failed attempts take.
        notice_s: Seconds until its final failure is told.
        notices: Failures told in a month.
        told: Address of the function that is told; empty where nobody is.
    """

    charges: tuple[Charge, ...]
    runs: Fraction | None = None
    attempts: Fraction | None = None
    success_share: Fraction | None = None
    waste_share: Fraction | None = None
    notice_s: Fraction | None = None
    notices: Fraction | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A path of the scenario and what to write there (plain YAML value; None takes the key away)."""

    path: str
    to: object


@dataclass(frozen=True, slots=True)
class Option:
    """Other settings that would do the same work, not yet priced."""

    rule: str
    message: str
    changes: tuple[Change, ...]
    gives_up: str = ""
    severity: Literal["saving", "risk"] = "saving"
    amounts: tuple[tuple[str, Charge], ...] = ()
    """Amounts in the message: `{hour}` is what the charge named hour costs."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A default the user did not write but the answer rests on."""

    path: str
    value: str
    reason: str
    kind: Literal["aws_default", "workload"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of request that a resource serves, and what part of each charge it causes.

    Attributes:
        operation: The API's word.
        what: The request in a few words.
        cause: Who sends it: "traffic.<name>" or an address.
        index: The index it reads; None for none.
        consistency: Of a read; None for a write.
        requests: How many a month.
        read_units, write_units: Expected units of one, indexes included.
        parts: Its part, from 0 to 1, of each charge it drives, by the charge's id.
    """

    operation: str
    what: str
    cause: str
    index: str | None
    consistency: str | None
    requests: Fraction
    read_units: Fraction
    write_units: Fraction
    parts: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Observable:
    """What a gate may ask for. None is unknown, and `why_unknown` says why; `limit` is what "of limit" means."""

    value: Decimal | None
    unit: str = ""
    limit: Decimal | None = None
    why_unknown: str = ""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Something the bill will hold and this answer does not."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What a recommendation's rule looks at and says; `capplan explain RULE` and the docs are made of it.

    Attributes:
        id: "dynamodb.provisioned".
        title: What it advises, in a few words.
        looks_at: What has to be so for it to speak.
        advises: What to change, and why that helps.
        gives_up: What the change costs beside money; empty where nothing.
        source: AWS's page, and the day it was read.
    """

    id: str
    title: str
    looks_at: str
    advises: str
    gives_up: str
    source: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a spec says that cannot be: at a path inside the resource, or (`mistake`) in a file it names."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    diagnostic: Diagnostic | None = None


def problems_of(error: CapplanError, path: tuple[str | int, ...]) -> tuple[Problem, ...]:
    """What went wrong in a file that a spec names: at the file's own line where it has one, else where it is named."""
    return tuple(Problem(path, m.message, m.hint, m if m.line else None) for m in error.diagnostics)


def has_no_modes(name: str, spec: object, usage: object, demand: Demand, ctx: Context) -> Mapping[str, Any]:  # noqa: ARG001
    """For a resource that is run in one way."""
    return {}


@dataclass(frozen=True, slots=True)
class Simulator(Generic[SpecT, UsageT]):
    """How a room follows a resource over time: how large that would be, the doing, and other ways to run it by id."""

    size: Callable[[str, SpecT, UsageT, Context, SimulationRequest], Size]
    run: Callable[[str, SpecT, UsageT, Context, SimulationRequest], tuple[Timeline, ...]]
    modes: Callable[[str, SpecT, UsageT, Demand, Context], Mapping[str, tuple[SpecT, UsageT]]] = has_no_modes
