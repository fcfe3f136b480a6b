"""The hooks of a resource type, one per stage, each with a default. A small service implements `meter` and `charge`."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import (
    Admitted,
    AdmittedStream,
    Assumption,
    Call,
    Charge,
    Context,
    Demand,
    Excluded,
    Implied,
    LimitCheck,
    NotIncluded,
    Observable,
    Option,
    Pattern,
    Polling,
    PoolLoad,
    Problem,
    Reading,
    RequestStream,
    Rule,
    RunRisk,
)
from capplan.reading.files import Files
from capplan.record import Record
from capplan.timeline import SimulationRequest, Size, Timeline
from capplan.triggers import Trigger

SpecT = TypeVar("SpecT", bound=BaseModel)
UsageT = TypeVar("UsageT")


_LOSSES = frozenset({"throttled", "timed_out", "killed", "dropped", "dropped_share", "overlap", "dead_letters"})
"""Last words of the names of values that are better small."""


class DeclaredResource(NamedTuple, Generic[SpecT]):
    """A resource as the scenario declares it, before demand is known."""

    name: str
    spec: SpecT
    context: Context


class MeteredResource(NamedTuple, Generic[SpecT, UsageT]):
    """A resource with its usage of a month."""

    name: str
    spec: SpecT
    usage: UsageT
    context: Context


class Source(Record, frozen=True):
    """A trigger of a resource: a traffic, or a stream or queue that another resource emits.

    Attributes:
        name: The name of the traffic, or the address of the emitting resource.
        emitted: Whether `name` is a resource's address.
        cause: Its name in answers.
        share: Share of the arriving records that cause an invocation or a run. Range 0 to 1.
        access: The request that it makes; None for the type's `starts_with`.
        trigger: Its index in the resource's list of triggers; None for types whose triggers are all alike.
        scheduled: The request that it makes where the traffic is a schedule; None where that is no other.
        read_as: How the emitting resource is read (`Emits.read_as`); empty for a traffic.
        chance: The part of `share` that says how much of what is emitted, or of a traffic, is its own. Range 0 to 1.
        kinds: The kinds of change that it reads (`Emits.kinds`); empty for all that is read without saying so.
    """

    name: str
    emitted: bool = False
    cause: str = ""
    share: Fraction = Fraction(1)
    access: Access | None = None
    trigger: int | None = None
    scheduled: Access | None = None
    read_as: str = ""
    kinds: tuple[str, ...] = ()
    chance: Fraction = Fraction(1)


class Reference(Record, frozen=True):
    """A resource that a spec names.

    Attributes:
        path: The path of the name.
        name: The name; where something is delivered to it, an address too.
        section: The section it must be in; None for any.
        delivers: The verbs by which AWS may deliver to it: a resource of any section that receives by one of them.
    """

    path: tuple[str | int, ...]
    name: str
    section: str | None
    delivers: tuple[str, ...] = ()


class Destination(Record, frozen=True):
    """Where AWS hands on what a resource took: a dead-letter queue, a destination.

    Attributes:
        to: The name of what receives it, or its address.
        verbs: The verbs by which AWS may deliver to it.
        succeeded: Whether it gets what went well; else what failed for good.
        trigger: The trigger whose records it gets; None for what is called, and for events that are delivered.
        access: What is delivered, without its verb and its target: its payload.
    """

    to: str
    verbs: tuple[str, ...]
    succeeded: bool = False
    trigger: int | None = None
    access: Access = Access(op="")


class Starts(Record, frozen=True):
    """How often what a resource keeps in its environments is fetched.

    Attributes:
        flow: Fetches per second.
        at_once: The most in one second.
    """

    flow: DemandFlow
    at_once: Fraction = Fraction(1)


class Sent(Record, frozen=True):
    """A request that is written inside a spec, such as at an API's route.

    Attributes:
        times: How often it is made per unit of demand.
        access: The request as the resource sends it.
        problem: Why the resource cannot send it, with a hint after a colon; empty where it can.
    """

    times: Fraction
    access: Access
    problem: str = ""


class Simulator(Record, Generic[SpecT, UsageT], frozen=True):
    """How a resource is simulated over time.

    Attributes:
        size: How large the simulation would be.
        run: The simulation.
        modes: The resource in its other modes, by id of compare-modes; None where it has one mode only.
    """

    size: Callable[[UsageT], Size]
    run: Callable[[MeteredResource[SpecT, UsageT], SimulationRequest], tuple[Timeline, ...]]
    modes: Callable[[MeteredResource[SpecT, UsageT], Demand], Mapping[str, tuple[SpecT, UsageT]]] | None = None


class ResourceType(Generic[SpecT, UsageT]):
    """One type of AWS resource.

    Attributes:
        id: Service and type, such as "sqs.queue": `kind` in JSON.
        spec: The pydantic model of an entry of the scenario.
        unsupported: Known keys that are not supported yet, with what each would configure.
        also_called: Words by which AWS and other tools call a key of the spec, in lower case without `_` and `-`:
            a hint for whoever writes one.
        rules: The rules of its recommendations.
        starts_with: The verb of `calls` that a trigger makes: `run` a job, `start` a workflow, `send` to a queue; None
            where `sources` is overridden.
        reads: How what its triggers read is read (`Emits.read_as`); empty where only traffic triggers it.
        waits_for_callees: Whether its duration includes that of what it calls.
    """

    id: str
    spec: type[SpecT]
    unsupported: Mapping[str, str] = {}
    also_called: Mapping[str, str] = {}
    rules: tuple[Rule, ...] = ()
    starts_with: str | None = None
    reads: frozenset[str] = frozenset()
    waits_for_callees = False

    # --- the spec ---

    def resolve(self, spec: SpecT, files: Files) -> tuple[SpecT, tuple[Problem, ...]]:
        """The spec completed from the files that it names, and its errors."""
        return spec, ()

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Keys that only a person knows, which a scenario may leave open until a request reaches the resource.

        `values` is the entry as written. What does not hang on requests, such as storage, must not hang on these keys.
        """
        return ()

    def link(self, specs: Mapping[str, Any]) -> Mapping[str, Any]:
        """The specs that change since a resource of this type stands before others, by address; `specs` are those of all
        valid resources.
        """
        return {}

    def is_linked(self, spec: SpecT) -> bool:
        """Whether `link` made it: it is read again with each change, and a change of it is planned as a whole."""
        return False

    def sees(self, spec: SpecT) -> tuple[str, ...]:
        """Addresses of the resources whose requests reach this one too, as a cache's do."""
        return ()

    def check_region(self, spec: SpecT, region: str) -> tuple[Problem, ...]:
        """What is wrong with a spec in the scenario's Region."""
        return ()

    def hangs_on_region(self, spec: SpecT) -> bool:
        """Whether what it is asked for, serves, uses or shares hangs on the Region by more than the quotas of its service.

        What follows from it, its charges and its limits may in any case.
        """
        return False

    def validate_request(self, spec: SpecT, access: Access) -> str | None:
        """Why the resource does not accept a request; None where it does."""
        return None

    def fit_request(self, spec: SpecT, access: Access) -> Access:
        """A request of a workflow's definition, adapted to this resource."""
        return access

    def references(self, spec: SpecT) -> tuple[Reference, ...]:
        """Other resources that the spec names, except sources and calls."""
        return ()

    def why_refused(self, spec: SpecT, reference: Reference, other: Any) -> str:  # noqa: ANN401  any service's spec
        """Why AWS does not deliver to what a reference names, with a hint after a colon; empty where it does."""
        return ""

    def sources(self, spec: SpecT) -> tuple[Source, ...]:
        """Its triggers: demand besides the calls of other resources."""
        triggers: tuple[Trigger, ...] = getattr(spec, "triggers", ()) if self.starts_with else ()
        return tuple(_source(trigger, place, self.starts_with or "") for place, trigger in enumerate(triggers))

    def schedule(self, spec: SpecT) -> str | Fraction | None:
        """A schedule expression, or starts per second, for a resource that starts without a trigger."""
        return None

    def takes_batches(self, spec: SpecT) -> bool:
        """Whether one unit of its demand may have several records, for which `calls` may be made one by one."""
        return False

    def warn_if_idle(self, spec: SpecT) -> bool:
        """Whether an answer notes that nothing triggers or calls it."""
        return True

    # --- demand ---

    def calls(self, resource: DeclaredResource[SpecT]) -> tuple[Call, ...]:
        """Calls per unit of its demand, in addition to those under `calls`, which the language reads."""
        return ()

    def sent(self, spec: SpecT, place: tuple[str, ...], access: Access) -> Sent:
        """A request that is written at a place inside the spec, such as ("routes", "GET /orders")."""
        return Sent(Fraction(1), access)

    def same_work(self, before: SpecT, after: SpecT) -> bool:
        """Whether a changed spec is metered like the one before, and only its prices differ."""
        return False

    def calls_per_unit(self, spec: SpecT) -> Fraction:
        """How often `calls` are made per unit of demand: retries make them again."""
        return Fraction(1)

    def attempts(self, spec: SpecT, access: Access, source: Source | None, records: Fraction = Fraction(1)) -> Fraction:
        """Mean invocations or runs that one request, or one batch of so many records, causes, retries included."""
        return Fraction(1)

    def duration_ms(self, resource: DeclaredResource[SpecT]) -> Fraction:
        """Mean duration of one invocation or run; its calls are spread over it."""
        return Fraction(0)

    def timeout_ms(self, spec: SpecT) -> Fraction | None:
        """When AWS ends an invocation or a run; None for never."""
        return None

    def failure_share(self, spec: SpecT) -> Fraction:
        """Share of its invocations that fail for a caller that waits for them. Range 0 to 1."""
        return Fraction(0)

    def response_bytes(self, spec: SpecT) -> Fraction | None:
        """Bytes of its largest answer to a caller that waits, such as a workflow; None where it is not known."""
        return None

    def emitted_records(self, spec: SpecT, access: Access) -> Fraction:
        """Records that one request adds to what the resource emits: its stream, its queue."""
        return Fraction(0)

    def emitted_of(self, spec: SpecT, access: Access, kinds: tuple[str, ...]) -> Fraction:
        """The same of some kinds of change (`Emits.kinds`), of a type that tells them apart."""
        return self.emitted_records(spec, access)

    def why_silent(self, spec: SpecT) -> tuple[str, str] | None:
        """Why nothing can be read from it, and the key to add; None where it emits."""
        return None

    def destinations(self, spec: SpecT) -> tuple[Destination, ...]:
        """Where AWS hands on what it took, in addition to its calls."""
        return ()

    def handed_on(
        self, spec: SpecT, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        """Deliveries to a destination for each arrival of a stream: each call, event, message or record.

        `part` is what got through of the stream; None where everything did.
        """
        return Fraction(0)

    def polling(self, resource: "MeteredResource[SpecT, UsageT]", stream: RequestStream) -> Polling:
        """How it asks for what a trigger reads; `stream` is what it takes of it."""
        return Polling()

    def with_readers(self, resource: DeclaredResource[SpecT], usage: UsageT, readers: tuple[Reading, ...]) -> UsageT:
        """Its usage with what its readers cause: receives of a queue, reads of a stream."""
        return usage

    def shards(self, usage: UsageT) -> int:
        """Shards of its stream."""
        return 1

    def records_per_invocation(self, spec: SpecT, source: Source, records_per_s: Fraction, shards: int) -> Fraction:
        """Mean records of a source that one invocation takes, at the month's mean rate."""
        return Fraction(1)

    def admit(self, resource: DeclaredResource[SpecT], demand: Demand) -> Admitted | None:
        """What gets through of its demand, where its limits or `demand.shared` bound it; None where everything does."""
        return None

    def failing_also(self, spec: SpecT, share: Fraction) -> SpecT:
        """The spec if a further share of its invocations failed, since what they call is throttled."""
        return spec

    def starts(self, spec: SpecT, usage: UsageT, kept_ms: Decimal | None) -> Starts | None:
        """How often its environments start, or also fetch again what they keep for `kept_ms`; None for types without any."""
        return None

    def failing_starts(self, usage: UsageT) -> Fraction:
        """Share of its invocations that fail, and are tried again, since they start cold; `attempts` cannot know of it."""
        return Fraction(0)

    # --- usage, limits, cost ---

    def meter(self, resource: DeclaredResource[SpecT], demand: Demand) -> UsageT:
        """What AWS meters in a month."""
        raise NotImplementedError

    def charge(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Charge, ...]:
        """What is billed, before any price."""
        raise NotImplementedError

    def at_least(
        self, specs: Mapping[str, SpecT], charges: Mapping[str, tuple[Charge, ...]]
    ) -> Mapping[str, tuple[Charge, ...]]:
        """The charges of all resources of the type, by label, with what an account is billed for them at least."""
        return charges

    def summary(self, usage: UsageT) -> Mapping[str, Decimal | int]:
        """The month's usage in a few numbers, by their JSON keys."""
        return {}

    def limits(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[LimitCheck, ...]:
        """The limits of this resource alone, each with its load."""
        return ()

    def pools(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[PoolLoad, ...]:
        """Its use of limits that the account's resources share."""
        return ()

    def options(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Option, ...]:
        """Changed specs that serve the same demand, and risks; the pipeline prices them."""
        return ()

    def observe(self, resource: MeteredResource[SpecT, UsageT]) -> Mapping[str, Observable]:
        """Values that gates may use, by name."""
        return {}

    def losses(self, resource: MeteredResource[SpecT, UsageT]) -> Mapping[str, Observable]:
        """Those values of `observe` of which no change should cause more; override it where they are found faster alone."""
        return {name: value for name, value in self.observe(resource).items() if name.rpartition(".")[2] in _LOSSES}

    def assume(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Assumption, ...]:
        """Defaults that the scenario does not set but the answer depends on."""
        return ()

    def exclude(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Excluded, ...]:
        """Costs on the bill that the answer does not include; `resource.name` is its label."""
        return ()

    def implies(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Implied, ...]:
        """What follows from its usage by itself in other services, and is never part of its own cost."""
        return ()

    def traced(self, spec: SpecT) -> bool:
        """Whether X-Ray may trace its requests, and those it makes."""
        return False

    def not_included(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[NotIncluded, ...]:
        """What services that are not modeled do for it, of which a price gives the order of magnitude."""
        return ()

    def access_patterns(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Pattern, ...]:
        """Its access patterns, for types whose requests cost differently."""
        return ()

    def next_month(self, resource: MeteredResource[SpecT, UsageT]) -> Mapping[str, object]:
        """Keys of its entry that a month changes, such as the items that it leaves in store, with their values then."""
        return {}

    def risk(self, resource: MeteredResource[SpecT, UsageT]) -> RunRisk | None:
        """What one run may cost and how often it fails; None for types without runs."""
        return None

    def commit(
        self,
        charges: Mapping[str, tuple[Charge, ...]],
        usage: Mapping[str, UsageT],
        commitments: Iterable[Any],
    ) -> Mapping[str, tuple[Charge, ...]]:
        """The charges of all resources of the type, by address, with the account's commitments applied.

        Raises:
            UnusedCommitmentError: A commitment applies to none of them.
        """
        return charges

    def simulator(self) -> Simulator[SpecT, UsageT] | None:
        """How it is simulated over time, imported on first use; None where it is not simulated."""
        return None


def _source(trigger: Trigger, place: int, verb: str) -> Source:
    """A trigger as what brings demand; of several alike, each is told by its place."""
    if trigger.stream is None:
        name = trigger.traffic or ""
        return Source(name, cause=f"traffic.{name}", share=trigger.share, trigger=None)
    address = f"{trigger.emitter.section}.{trigger.stream}"
    access = Access(op=verb, payload=trigger.payload, via=trigger.emitter.read_as)
    return Source(
        address, emitted=True, cause=address, share=trigger.share, access=access, trigger=place,
        chance=Fraction(trigger.chance), read_as=trigger.emitter.read_as, kinds=trigger.on,
    )  # fmt: skip


class UnusedCommitmentError(ValueError):
    """A commitment that applies to no resource; `message` and `hint` are for the user."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
