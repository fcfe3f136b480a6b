"""What a resource type does at every stage: hooks, each with a default. A small service writes `meter` and `charge`."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from capplan.calls import Access
from capplan.model import (
    Assumption,
    Call,
    Charge,
    Context,
    Demand,
    Excluded,
    LimitCheck,
    Observable,
    Option,
    Pattern,
    PoolLoad,
    Problem,
    Rule,
    RunRisk,
    Simulator,
)
from capplan.reading.files import Files

SpecT = TypeVar("SpecT", bound=BaseModel)
UsageT = TypeVar("UsageT")


class DeclaredResource(NamedTuple, Generic[SpecT]):
    """A resource as the scenario declares it, before any demand."""

    name: str
    spec: SpecT
    context: Context


class MeteredResource(NamedTuple, Generic[SpecT, UsageT]):
    """A resource with what AWS would meter of it in a month."""

    name: str
    spec: SpecT
    usage: UsageT
    context: Context


class Source(NamedTuple):
    """What brings demand to a resource beside the calls of others: a traffic, or what another resource emits.

    Attributes:
        name: Of a traffic, or the address of the resource that emits.
        emitted: Whether `name` is a resource's address.
        cause: What answers name as its cause.
        share: The part of what arrives that causes work. Range 0 to 1.
        access: What one piece of work is; None for the type's `starts_with`.
        trigger: Its place in the resource's list of triggers; None where the type tells its sources not apart.
    """

    name: str
    emitted: bool = False
    cause: str = ""
    share: Fraction = Fraction(1)
    access: Access | None = None
    trigger: int | None = None


class Reference(NamedTuple):
    """A resource that a spec names: where, which, and in which section it has to be; None for any section."""

    path: tuple[str | int, ...]
    name: str
    section: str | None


class ResourceType(Generic[SpecT, UsageT]):
    """One type of AWS resource.

    Attributes:
        id: Service and type, such as "sqs.queue": `kind` in JSON.
        spec: The pydantic model of what a scenario declares about one.
        unsupported: Keys that are refused by name, with what they would be.
        rules: The rules behind its recommendations.
        starts_with: The word of `calls` for what a trigger starts: `run` a job, `start` a workflow; None where
            `sources` says more.
        writes_logs: Whether AWS writes logs of its work that are billed apart.
        waits_for_callees: Whether its work lasts as long as what it calls.
    """

    id: str
    spec: type[SpecT]
    unsupported: Mapping[str, str] = {}
    rules: tuple[Rule, ...] = ()
    starts_with: str | None = None
    writes_logs = False
    waits_for_callees = False

    # --- what the scenario says ---

    def resolve(self, spec: SpecT, files: Files) -> tuple[SpecT, tuple[Problem, ...]]:
        """The spec with what the files it names hold, and everything that does not fit together."""
        return spec, ()

    def validate_request(self, spec: SpecT, access: Access) -> str | None:
        """Why a request cannot be made of the resource; None where it can."""
        return None

    def fit_request(self, spec: SpecT, access: Access) -> Access:
        """A request of a workflow's definition as this resource takes it."""
        return access

    def references(self, spec: SpecT) -> tuple[Reference, ...]:
        """Other resources that the spec names, sources and calls apart."""
        return ()

    def sources(self, spec: SpecT) -> tuple[Source, ...]:
        """What brings demand beside the calls of others."""
        names: tuple[str, ...] = getattr(spec, "triggers", ()) if self.starts_with else ()
        return tuple(Source(name, cause=f"traffic.{name}") for name in names)

    def schedule(self, spec: SpecT) -> str | Fraction | None:
        """A schedule expression, or starts a second, by which it starts without a trigger."""
        return None

    def warn_if_idle(self, spec: SpecT) -> bool:
        """Whether an answer says so when nothing triggers or calls it."""
        return True

    # --- demand ---

    def calls(self, resource: DeclaredResource[SpecT]) -> tuple[Call, ...]:
        """What one unit of its work calls beside its `calls`, which the language reads."""
        return ()

    def calls_per_unit(self, spec: SpecT) -> Fraction:
        """How often what stands in `calls` happens per unit of demand: retries run it again."""
        return Fraction(1)

    def attempts(self, spec: SpecT, access: Access, source: Source | None) -> Fraction:
        """Units of its work that one request, or one batch of a source, is expected to cause, retries included."""
        return Fraction(1)

    def duration_ms(self, resource: DeclaredResource[SpecT]) -> Fraction:
        """Mean time of one unit of its work, over which its calls are spread."""
        return Fraction(0)

    def timeout_ms(self, spec: SpecT) -> Fraction | None:
        """When AWS ends one unit of its work; None for never."""
        return None

    def failure_share(self, spec: SpecT) -> Fraction:
        """Share of its work that fails, as a caller that waits for it sees it. Range 0 to 1."""
        return Fraction(0)

    def emitted_records(self, spec: SpecT, access: Access) -> Fraction:
        """Records that one request puts where others read them: a stream, a queue."""
        return Fraction(0)

    def why_silent(self, spec: SpecT) -> tuple[str, str] | None:
        """Why nothing can be read from it, and what to write; None where something can."""
        return None

    def shards(self, usage: UsageT) -> int:
        """Shards of what it emits."""
        return 1

    def records_per_invocation(self, spec: SpecT, source: Source, records_per_s: Fraction, shards: int) -> Fraction:
        """Records of a source that one unit of work takes, at the month's mean rate."""
        return Fraction(1)

    # --- usage and what follows from it ---

    def meter(self, resource: DeclaredResource[SpecT], demand: Demand) -> UsageT:
        """What AWS would meter in a month."""
        raise NotImplementedError

    def charge(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Charge, ...]:
        """What is billed, before any price."""
        raise NotImplementedError

    def summary(self, usage: UsageT) -> Mapping[str, Decimal | int]:
        """The month's usage in a few numbers, by the names of the contract."""
        return {}

    def limits(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[LimitCheck, ...]:
        """Its own limits, each with its load."""
        return ()

    def pools(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[PoolLoad, ...]:
        """What it takes of limits that the account shares."""
        return ()

    def options(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Option, ...]:
        """Other settings that would do the same work, and risks; planning prices them."""
        return ()

    def observe(self, resource: MeteredResource[SpecT, UsageT]) -> Mapping[str, Observable]:
        """What gates may ask for."""
        return {}

    def assume(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Assumption, ...]:
        """Defaults that nobody wrote and the answer rests on."""
        return ()

    def exclude(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Excluded, ...]:
        """What the bill will hold and the answer does not; `resource.name` is its label."""
        return ()

    def access_patterns(self, resource: MeteredResource[SpecT, UsageT]) -> tuple[Pattern, ...]:
        """Each kind of request apart, where they cost differently."""
        return ()

    def risk(self, resource: MeteredResource[SpecT, UsageT]) -> RunRisk | None:
        """What one run may cost and how it may end; None where nothing runs."""
        return None

    def commit(
        self,
        charges: Mapping[str, tuple[Charge, ...]],
        usage: Mapping[str, UsageT],
        commitments: Iterable[Any],
    ) -> Mapping[str, tuple[Charge, ...]]:
        """The charges of all resources of the type, by address, with the account's commitments over them.

        Raises:
            UnusedCommitmentError: A commitment covers none of them.
        """
        return charges

    def simulator(self) -> Simulator[SpecT, UsageT] | None:
        """How it is simulated over time, loaded when asked for; None where it is not."""
        return None


class UnusedCommitmentError(ValueError):
    """A commitment that covers nothing: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint
