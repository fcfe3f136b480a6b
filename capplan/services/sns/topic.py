"""The resource type of SNS topics."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.encryption import key_reference
from capplan.model import (
    Admitted,
    AdmittedStream,
    Assumption,
    Charge,
    Demand,
    Implied,
    LimitCheck,
    NotIncluded,
    Observable,
    PoolLoad,
    Problem,
    Reading,
    RequestStream,
)
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, Destination, MeteredResource, Reference, ResourceType
from capplan.retries import given_up
from capplan.services.sns import limits
from capplan.services.sns.cost import charge
from capplan.services.sns.implied import FREE, implies
from capplan.services.sns.spec import ALSO_CALLED, Subscription, Topic
from capplan.services.sns.usage import Usage, meter, outgoing_gb, summary, with_readers

_Metered = MeteredResource[Topic, Usage]


class _TopicType(ResourceType[Topic, Usage]):
    id = "sns.topic"
    spec = Topic
    also_called = ALSO_CALLED
    starts_with = "publish"
    reads = frozenset({"eventbridge", "s3"})

    def resolve(self, spec: Topic, files: Files) -> tuple[Topic, tuple[Problem, ...]]:
        """The topic, and what does not deliver to a FIFO topic."""
        del files
        return spec, tuple(
            Problem(("triggers",), "a bucket does not deliver to a FIFO topic: write type: standard")
            for t in spec.triggers
            if spec.is_fifo and t.emitter.read_as == "s3"
        )

    def hangs_on_region(self, spec: Topic) -> bool:
        """A FIFO topic, whose messages count toward another quota in some Regions."""
        return spec.is_fifo

    def references(self, spec: Topic) -> tuple[Reference, ...]:
        return (
            *key_reference(spec.encryption, FREE),
            *(
                Reference(("subscriptions", name, "dead_letters"), s.dead_letters, None, ("send",))
                for name, s in spec.subscriptions.items()
                if s.dead_letters is not None
            ),
        )

    def emitted_records(self, spec: Topic, access: Access) -> Fraction:
        """Each message is delivered to each subscription."""
        del spec, access
        return Fraction(1)

    def destinations(self, spec: Topic) -> tuple[Destination, ...]:
        """The dead-letter queues of its subscriptions."""
        return tuple(
            Destination(s.dead_letters, ("send",), trigger=place, access=Access(op="", payload=spec.message))
            for place, s in _with_dead_letters(spec)
            if s.dead_letters is not None
        )

    def handed_on(
        self, spec: Topic, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        """What a subscription did not take at any attempt; `trigger` is the subscription's place."""
        del stream
        subscription = dict(_with_dead_letters(spec))[destination.trigger or 0]
        served = Fraction(1)
        if part is not None and (asked := part.served + part.waiting + part.dropped):
            served = part.served / asked
        return served * subscription.share * given_up(Fraction(subscription.fails), subscription.retried)

    def validate_request(self, spec: Topic, access: Access) -> str | None:
        return limits.why_not_published(spec, access)

    def admit(self, resource: DeclaredResource[Topic], demand: Demand) -> Admitted | None:
        return limits.admit(resource.name, resource.spec, demand, resource.context)

    def meter(self, resource: DeclaredResource[Topic], demand: Demand) -> Usage:
        return meter(resource.spec, demand)

    def with_readers(self, resource: DeclaredResource[Topic], usage: Usage, readers: tuple[Reading, ...]) -> Usage:
        del resource
        return with_readers(usage, readers)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(resource.name, resource.spec, resource.usage)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return charge(resource.name, resource.spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        name, spec, usage, _ = resource
        return limits.check(name, spec, usage)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(resource.spec, resource.usage, resource.context)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        written = "message" in resource.spec.model_fields_set
        if written or all(s.access.payload is not None for s in resource.usage.streams):
            return ()
        reason = "it decides how many 64 KB chunks are billed"
        return (Assumption(f"topics.{resource.name}.message", "1 KB", reason, "workload"),)

    def not_included(self, resource: _Metered) -> tuple[NotIncluded, ...]:
        """What filter policies on the payload scan, whose price nobody has read."""
        if resource.spec.filter_by != "payload":
            return ()
        scanned = outgoing_gb(resource.spec, resource.usage)
        return (
            NotIncluded(
                "SNS payload-based filtering",
                "",
                scanned,
                "GB",
                "what goes out is scanned",
                because="nobody has read its price",
            ),
        )


def _with_dead_letters(spec: Topic) -> Iterable[tuple[int, Subscription]]:
    return [(i, s) for i, s in enumerate(spec.subscriptions.values()) if s.dead_letters is not None]


TOPIC = _TopicType()
