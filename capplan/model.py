"""The records that pass between stages: demand, charges, limits, options, assumptions."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from capplan.bursts import Burst
from capplan.calls import Access
from capplan.errors import CapplanError, Diagnostic
from capplan.flow import DemandFlow
from capplan.quantities.distribution import Distribution
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.service import Integration, receivers

SpecT = TypeVar("SpecT", bound=BaseModel)
UsageT = TypeVar("UsageT")


class Line(Record, frozen=True):
    """A line of `access` or `calls` in the scenario.

    Attributes:
        path: The path of the request; for a member of a transaction it leads into the line's list.
        whole: The path of the line.
        written: The line as plain data.
    """

    path: tuple[str | int, ...]
    whole: tuple[str | int, ...]
    written: Mapping[str, Any]

    def at(self, key: str) -> str:
        """The path of a change to one key of the request."""
        return ".".join(str(step) for step in (*self.path, key))

    @property
    def place(self) -> str:
        """The path of a change to the whole line."""
        return ".".join(str(step) for step in self.whole)


class RequestStream(Record, frozen=True):
    """Requests of one type that one sender makes of a resource.

    Attributes:
        access: One request.
        flow: Requests per second.
        cause: Who sends them: "traffic.<name>" or an address.
        trigger: The index of the function's trigger in its list; None for a call.
        records: Records that one invocation takes from the trigger.
        line: The line of the scenario that declares them, if there is one.
        shards: Shards of the stream that the trigger reads.
        attempts: Invocations or runs that one request, or one batch, is expected to cause, retries included; `flow` has them.
        offered: What was asked for, where the resource is short and `flow` is what it served; None where they are equal.
        at_once: Requests that arrive in the same instant (a schedule's start, the items of a Map, `times: 3000`): of each
            random arrival, or where all start by a schedule, of each start. 1 is a Poisson stream of single requests;
            starts of a schedule (`LoadProfile.starts`) come at their minute and have no Poisson margin.
        open_at_most: Requests that their sender has open at once at most, such as a Map's MaxConcurrency; None for no bound.
        callers_attempts: Runs of its callers of which one is the first; `flow` has them. What is tried again comes later.
        records_of_run: Records that one run of its caller takes, where it is made for each of them; else 1. A producer
            outside that gathers messages has as many as it puts into a call.
    """

    access: Access
    flow: DemandFlow
    cause: str
    trigger: int | None = None
    records: Fraction = Fraction(1)
    line: Line | None = None
    shards: int = 1
    attempts: Fraction = Fraction(1)
    offered: DemandFlow | None = None
    at_once: Fraction = Fraction(1)
    open_at_most: Fraction | None = None
    callers_attempts: Fraction = Fraction(1)
    records_of_run: Fraction = Fraction(1)

    @property
    def all_attempts(self) -> Fraction:
        """Requests per one that comes in the first instant: its own attempts times those of its callers."""
        return self.attempts * self.callers_attempts

    @property
    def arrivals(self) -> DemandFlow:
        """What arrives, before batches and retries: calls, events, messages or records per second."""
        flow = self.flow if self.offered is None else self.offered
        return flow * (self.records / self.attempts)


class Polling(Record, frozen=True):
    """How a resource asks for what it reads.

    Attributes:
        pollers: Pollers that ask all the time, on average; 0 where what is read is delivered.
        wait_s: How long one asks at most before it gets an empty answer.
        held_ms: How long it keeps what it got until it is done with it.
        succeeds: Share of what it reads that goes well in the end. Range 0 to 1.
        pushed: Whether a stream pushes it what it reads, at a read rate of its own (enhanced fan-out).
    """

    pollers: Fraction = Fraction(0)
    wait_s: Fraction = Fraction(20)
    held_ms: Fraction = Fraction(0)
    succeeds: Fraction = Fraction(1)
    pushed: bool = False


class Reading(Record, frozen=True):
    """What a resource reads of another.

    Attributes:
        reader: The address of the one that reads.
        stream: Its invocations or runs per second, the records of each, retries included.
        share: Share of what is emitted that it takes. Range 0 to 1.
        chance: Share of it that is its own, of which a filter lets some pass. Range 0 to 1.
        polling: How it asks for them.
    """

    reader: str
    stream: RequestStream
    share: Fraction
    polling: Polling
    chance: Fraction = Fraction(1)


class AdmittedStream(Record, frozen=True):
    """What gets through of one request stream. Offered = served + waiting at the end + dropped, in arrivals a month.

    Arrivals are calls, events, messages or records, before batches and retries (`RequestStream.arrivals`).

    Attributes:
        flow: Requests, invocations or runs per second that AWS starts and bills, when it starts them; callees see them.
        served: Arrivals a month that were served, whether or not they ended well.
        dropped: Arrivals a month that never were: throttled back to the caller, rejected, expired, given up.
        waiting: Arrivals that still wait when the month ends.
        records: Mean records that one invocation takes, which a backlog raises; None for the stream's own.
        peak_open: Requests, invocations or runs that are open at once at most, where some wait for their turn; else 0.
        peak_waiting: The most arrivals that wait at one time.
        oldest_wait_s: How long the one that waited longest did, in seconds; the iterator age of a stream.
        unbounded_wait_s: How long it would have, if AWS kept everything until it is served.
        drain_s: Seconds from the peak of what waits until nothing does; None where that is not within the period.
        dead_letters: Arrivals a month that end in a dead-letter queue or an on-failure destination.
    """

    flow: DemandFlow
    served: Fraction
    dropped: Fraction = Fraction(0)
    waiting: Fraction = Fraction(0)
    records: Fraction | None = None
    peak_open: float = 0.0
    peak_waiting: float = 0.0
    oldest_wait_s: float = 0.0
    unbounded_wait_s: float = 0.0
    drain_s: float | None = 0.0
    dead_letters: Fraction = Fraction(0)


class Admitted(Record, frozen=True):
    """What gets through of a resource's demand.

    Attributes:
        streams: One for each request stream, in the demand's order.
        wanted: By limit that the account shares: what the resource would use of it, what waits included, if only its own
            caps bounded it.
    """

    streams: tuple[AdmittedStream, ...]
    wanted: Mapping[str, DemandFlow] = {}


class SharedLimit(Record, frozen=True):
    """A limit of the account that is short.

    Attributes:
        quota: What its resources share: what others use and what is reserved is taken off.
        others: What the others of them want over time.
        members: How many resources share it.
        own: What the resource itself wants, once that is settled: it gets its part by this; None while it is not.
    """

    quota: Fraction
    others: DemandFlow
    members: int = 1
    own: DemandFlow | None = None


class Demand(Record, frozen=True):
    """All requests that reach one resource.

    Attributes:
        requests: One stream for each sender.
        admitted: What got through, where the resource is short: the streams' `flow` is what was served.
        shared: Limits of the account that are short, by id; empty where none is.
        callees_fail: The further share of its invocations that fails since a call that they wait for is throttled.
    """

    requests: tuple[RequestStream, ...] = ()
    admitted: Admitted | None = None
    shared: Mapping[str, SharedLimit] = {}
    callees_fail: Fraction = Fraction(0)

    @property
    def flow(self) -> DemandFlow:
        """Requests per second of all streams: what was served."""
        return DemandFlow.total(stream.flow for stream in self.requests)

    @property
    def offered(self) -> DemandFlow:
        """Requests per second of all streams: what was asked for."""
        return DemandFlow.total(s.flow if s.offered is None else s.offered for s in self.requests)


class Context(Record, frozen=True):
    """What a service may know besides its own resource.

    Attributes:
        region: AWS's code, such as us-east-1.
        quotas: `account.quotas` of the scenario, by limit.
        in_use: `account.in_use`: what other workloads use of a limit.
        duration_ms: Mean duration of one invocation, execution or run, by address ("functions.place-order").
        addresses: Addresses by name: {"orders": ("tables.orders",)}.
        seed: Random seed.
        duration_law: The distribution of that duration, by address, where the scenario gives one.
        timeout_ms: When AWS ends an invocation or a run, by address.
        fails: Share of invocations that fail for a caller that waits for them, by address. Range 0 to 1.
        response_bytes: The largest answer of an invocation (99.9th percentile), by address, where the scenario gives it.
        integrations: By (service, action) of an ARN, in lower case: the resource that a workflow's Task calls.
        only_verbs: By section that takes one verb only: that verb.
        commitments: How many commitments the account has.
        receive: By section: the verb by which other resources deliver to it.
        with_environments: Addresses of resources in whose environments an answer may be kept: functions.
        traced: Addresses of resources whose requests X-Ray may trace.
    """

    region: str
    quotas: Mapping[str, Decimal] = {}
    in_use: Mapping[str, Decimal] = {}
    duration_ms: Mapping[str, Fraction] = {}
    addresses: Mapping[str, tuple[str, ...]] = {}
    seed: int = 0
    duration_law: Mapping[str, Distribution] = {}
    timeout_ms: Mapping[str, Fraction] = {}
    fails: Mapping[str, Fraction] = {}
    response_bytes: Mapping[str, Fraction] = {}
    integrations: Mapping[tuple[str, str], Integration] = {}
    only_verbs: Mapping[str, str] = {}
    commitments: int = 0
    receive: Mapping[str, str] = {}
    with_environments: frozenset[str] = frozenset()
    traced: frozenset[str] = frozenset()

    def receiver(self, name: str, verbs: Collection[str] = ()) -> tuple[str, str] | None:
        """The address of what receives by a name, and the verb for it; None where nothing does."""
        found = receivers(name, verbs, self.addresses, self.receive)
        return found[0] if found else None


class Call(Record, frozen=True):
    """One resource calls another `times` (mean, exact) per unit of the caller's demand, spread over `over_ms`.

    Attributes:
        at_once: Calls that one unit makes in the same instant, such as the items of a Map.
        open_at_most: Calls that one unit has open at once at most, such as a Map's MaxConcurrency; None for no bound.
        per_record: Whether it is called for each record of the unit, in place of each unit.
    """

    to: str
    times: Fraction
    access: Access
    over_ms: Fraction = Fraction(0)
    at_once: Fraction = Fraction(1)
    open_at_most: Fraction | None = None
    per_record: bool = False


def busiest_minute(flow: DemandFlow) -> Decimal:
    """The load of the busiest minute, to six digits; 0 without any."""
    return to_quantity(sig6(flow.peak().per_second)) if flow.terms else Decimal(0)


class LimitCheck(Record, frozen=True):
    """A load compared with a quota that AWS enforces.

    Attributes:
        resource: The resource's name, or "account".
        limit: The limit's id.
        load: The peak, in `unit`.
        quota: AWS's maximum, in `unit`.
        flow: The load over time, from which the multiple of traffic at which the quota is exceeded is computed.
        poisson: Whether 3.09 standard deviations of a Poisson count within the minute are added.
        minute: The minute of the peak.
        at_once: Units that arrive together: 3.09 times the root of load × `at_once` is added.
        meets: Of units that are planned one at a time, the share that meets one before it; None where load and quota
            tell how near the limit is.
        bridged: Whether what is above the quota is served all the same, as by burst capacity: near, not exceeded.
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
    meets: Decimal | None = None
    bridged: bool = False

    @classmethod
    def of_flow(
        cls, resource: str, limit: str, flow: DemandFlow, quota: Decimal, unit: str, *, poisson: bool = False,
        bridged: bool = False,
    ) -> "LimitCheck":  # fmt: skip
        """The busiest minute of a load over time against a quota."""
        peak = flow.peak()
        load = to_quantity(sig6(peak.per_second))
        return cls(resource, limit, load, quota, unit, flow, poisson, peak.minute, bridged=bridged)

    @property
    def headroom(self) -> Decimal:
        """Share of the quota that is free at the peak; negative when exceeded."""
        if self.meets is not None:
            return 1 - self.meets
        if not self.quota:
            return Decimal(0) if not self.load else -self.load
        return 1 - self.load / self.quota

    @property
    def breached(self) -> bool:
        """Whether the load is above the quota, and some of it is lost or late."""
        return self.load > self.quota and not self.bridged


class PoolLoad(Record, frozen=True):
    """What one resource uses over time of a limit that the account's resources share.

    Attributes:
        limit: The limit's id.
        flow: The load over time.
        poisson: Whether 3.09 standard deviations of a Poisson count within the minute are added.
        at_once: The most in one instant, where that is more than the flow of its minute shows.
        reserved: Whether it is kept for the resource whatever the others use, so that a short limit does not bound it.
        bursts: What schedules have open in the same instants, in place of the means of their minutes.
    """

    limit: str
    flow: DemandFlow
    poisson: bool = False
    at_once: float = 0.0
    reserved: bool = False
    bursts: tuple[Burst, ...] = ()


class Implied(Record, frozen=True):
    """What follows by itself from a resource's usage in another service: logs, traces, alarms, requests of a key.

    Attributes:
        section: The section of what is used, such as "log_groups".
        name: Its name at AWS, such as /aws/lambda/place-order. Several resources may use the same, and the scenario may
            declare it; else it becomes a resource of its own.
        settings: Keys and values of its entry, where the scenario does not declare it.
        requests: What is asked of it.
    """

    section: str
    name: str
    settings: Mapping[str, Any] = {}
    requests: tuple[RequestStream, ...] = ()


Frequency = Literal["usage_based", "recurring", "one_time"]


class Charge(Record, frozen=True):
    """A SKU and a quantity, before any price. `flow` is the demand that causes it; None for a fixed cost. `region` is AWS's
    code where its price is that of another Region than the scenario's; empty for the scenario's own.
    """

    id: str
    price: str
    description: str
    quantity: Fraction
    unit: str
    flow: DemandFlow | None = None
    frequency: Frequency = "usage_based"
    region: str = ""

    @property
    def service(self) -> str:
        """The service's id: the first word of the price key."""
        return self.price.partition(".")[0]


class RunRisk(Record, frozen=True):
    """What one run of a resource may cost, and how often it fails. Its charges are not part of the month's bill.

    Attributes:
        charges: Ids `<name>.worst_run`, `<name>.run.p95` …: gates may use each amount.
        runs: Runs a month.
        attempts: Mean attempts of a run.
        success_share: Share of runs that succeed. Range 0 to 1.
        waste_share: Share of the billed time that failed attempts take. Range 0 to 1.
        notice_s: Seconds from a run's start to the notice of its final failure.
        notices: Failure notices a month.
        notified: Address of the function that gets the notice; empty for none.
    """

    charges: tuple[Charge, ...]
    runs: Fraction | None = None
    attempts: Fraction | None = None
    success_share: Fraction | None = None
    waste_share: Fraction | None = None
    notice_s: Fraction | None = None
    notices: Fraction | None = None
    notified: str = ""


class Change(Record, frozen=True):
    """A path of the scenario and its new value (a plain YAML value; None removes the key)."""

    path: str
    to: object


Effort = Literal["low", "medium", "high"]
"""A line of configuration; code to change and deploy, or a new resource; a rewrite or a migration of data."""
Urgency = Literal["now", "soon", "possible"]
"""Something breaks today; it breaks at a little more traffic; it costs or breaks if something else goes wrong."""


class Option(Record, frozen=True):
    """A changed spec that serves the same demand, or a risk; not yet priced.

    Attributes:
        rule: The id of its rule.
        message: What is so now, and why the change helps.
        amounts: Amounts in the message: `{hour}` becomes the cost of the charge named hour.
        changes_behavior: What callers or readers would notice, with the state, table or call it happens to; empty where
            the change keeps behavior.
        action: What to do, as a sentence, where the rule's own does not say it.
        urgency: Of a risk.
        helps: Limits and observables of the resource that must be better after the change, such as
            "dynamodb.partition.write" or "throttled"; else the change is not recommended.
        worsens: Observables of which the trade-off says that there will be more, such as "timed_out".
        only_if_priced: Whether it is not offered where a price of it is missing.
        fewer_calls: Whether the resource's callees are meant to get another number of requests: attempts fall away, a cache
            answers in their place or no longer does.
        calls_factor: What the resource's `calls` are multiplied by: where one invocation takes more records, it calls
            more often.
    """

    rule: str
    message: str
    changes: tuple[Change, ...]
    gives_up: str = ""
    severity: Literal["saving", "risk"] = "saving"
    amounts: tuple[tuple[str, Charge], ...] = ()
    changes_behavior: str = ""
    action: str = ""
    urgency: Urgency = "possible"
    helps: tuple[str, ...] = ()
    worsens: tuple[str, ...] = ()
    fewer_calls: bool = False
    only_if_priced: bool = False
    calls_factor: Fraction = Fraction(1)


class Assumption(Record, frozen=True):
    """A default that the scenario does not set but the answer depends on.

    Attributes:
        path: What the scenario may write.
        value: What is assumed.
        reason: Why.
        kind: Whether it is a default of AWS's, or something of the workload that only its owner knows.
        instead: The changes by which the scenario would say otherwise: the answer names what that costs. Empty for none.
        calls_factor: What the resource's `calls` are multiplied by then.
    """

    path: str
    value: str
    reason: str
    kind: Literal["aws_default", "workload"]
    instead: tuple[Change, ...] = ()
    calls_factor: Fraction = Fraction(1)


class Pattern(Record, frozen=True):
    """An access pattern: one type of request that a resource serves, and its share of each charge.

    Attributes:
        operation: The API's operation.
        what: The request in a few words.
        cause: Who sends it: "traffic.<name>" or an address.
        index: The index it reads; None for none.
        consistency: Of a read; None for a write.
        requests: Requests a month.
        read_units, write_units: Mean units of one request, indexes included.
        parts: Its share of each charge that it causes, by the charge's id. Range 0 to 1.
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


class Observable(Record, frozen=True):
    """A value that a gate may use. None is unknown, with the reason in `why_unknown`; "of limit" refers to `limit`."""

    value: Decimal | None
    unit: str = ""
    limit: Decimal | None = None
    why_unknown: str = ""


class Excluded(Record, frozen=True):
    """A cost on the bill that this answer does not include."""

    what: str
    why: str


class NotIncluded(Record, frozen=True):
    """What a service that the plan leaves out does for a resource in a month.

    Attributes:
        what: The service.
        price: Its price key; empty where no price is known.
        monthly: How much, in `unit`.
        assuming: What the quantity assumes; empty for nothing.
        shared: Who sends it, where several resources may read the same: it is counted once; empty where it is not shared.
        because: Why it is left out.
    """

    what: str
    price: str
    monthly: Fraction
    unit: str
    assuming: str = ""
    shared: str = ""
    because: str = "not modeled yet"


class Rule(Record, frozen=True):
    """The description of a recommendation rule, for `capplan explain RULE` and the docs.

    Attributes:
        id: Such as "dynamodb.provisioned".
        title: The advice in a few words.
        looks_at: When the rule applies.
        advises: What to change, and why it helps.
        gives_up: The trade-off; empty for none.
        source: AWS's page, and the day it was read.
        action: What to do, as a sentence; `{name}` becomes the resource, or several ("3 functions").
        effort: What it takes.
        undo: How to go back, where it is more than writing the former values.
    """

    id: str
    title: str
    looks_at: str
    advises: str
    gives_up: str
    source: str
    action: str = ""
    effort: Effort = "low"
    undo: str = ""


class Problem(Record, frozen=True):
    """An error in a spec: at a path inside the resource, or (`diagnostic`) in a file that it names."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    diagnostic: Diagnostic | None = None


def problems_of(error: CapplanError, path: tuple[str | int, ...]) -> tuple[Problem, ...]:
    """The errors of a file that a spec names: at their line of that file, or at the path that names it."""
    return tuple(Problem(path, d.message, d.hint, d if d.line else None) for d in error.diagnostics)
