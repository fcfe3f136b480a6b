"""The resource type of SQS queues."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.encryption import key_reference
from capplan.model import (
    Admitted,
    AdmittedStream,
    Assumption,
    Charge,
    Demand,
    Excluded,
    Implied,
    LimitCheck,
    Observable,
    Option,
    Problem,
    Reading,
    RequestStream,
)
from capplan.reading.files import Files
from capplan.resource_type import DeclaredResource, Destination, MeteredResource, Reference, ResourceType
from capplan.retries import given_up
from capplan.services.sqs import assumptions, limits
from capplan.services.sqs.admission import admit
from capplan.services.sqs.advice.options import options
from capplan.services.sqs.advice.rules import RULES
from capplan.services.sqs.cost import charge
from capplan.services.sqs.implied import FREE, implies
from capplan.services.sqs.spec import ALSO_CALLED, Queue
from capplan.services.sqs.usage import Usage, meter, summary, with_readers

_Metered = MeteredResource[Queue, Usage]


class _QueueType(ResourceType[Queue, Usage]):
    id = "sqs.queue"
    spec = Queue
    also_called = ALSO_CALLED
    rules = RULES
    starts_with = "send"
    reads = frozenset({"sns", "sns-fifo", "eventbridge", "s3"})

    def resolve(self, spec: Queue, files: Files) -> tuple[Queue, tuple[Problem, ...]]:
        """The queue, and what AWS does not deliver to a FIFO queue."""
        del files
        refused = {"sns": "a standard topic", "s3": "a bucket"}
        return spec, tuple(
            Problem(
                ("triggers",), f"{refused[t.emitter.read_as]} does not deliver to a FIFO queue: write type: standard"
            )
            for t in spec.triggers
            if spec.is_fifo and t.emitter.read_as in refused
        )

    def references(self, spec: Queue) -> tuple[Reference, ...]:
        key = key_reference(spec.encryption, FREE)
        if spec.dead_letters is None:
            return key
        return (Reference(("dead_letters",), spec.dead_letters, None, ("send",)), *key)

    def why_refused(self, spec: Queue, reference: Reference, other: Any) -> str:  # noqa: ANN401  another queue
        del reference
        if getattr(other, "type", spec.type) == spec.type:
            return ""
        return f"the dead-letter queue of a {spec.type} queue is {spec.type} too: write type: {spec.type} there"

    def emitted_records(self, spec: Queue, access: Access) -> Fraction:
        """Each message can be received."""
        del spec, access
        return Fraction(1)

    def destinations(self, spec: Queue) -> tuple[Destination, ...]:
        """Dead letters of its `consumers`; those of a function are the function's to hand on."""
        if spec.dead_letters is None or spec.consumers is None or not spec.consumers.fails:
            return ()
        return (Destination(spec.dead_letters, ("send",), access=Access(op="", moved=True, payload=spec.message)),)

    def handed_on(
        self, spec: Queue, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        del destination, stream
        asked = part.served + part.waiting + part.dropped if part is not None else Fraction(0)
        served = part.served / asked if part is not None and asked else Fraction(1)
        consumers = spec.consumers
        if consumers is None:
            return Fraction(0)
        return served * Fraction(consumers.chance) * given_up(Fraction(consumers.fails), spec.receives - 1)

    def validate_request(self, spec: Queue, access: Access) -> str | None:
        return limits.why_not_sent(spec, access)

    def admit(self, resource: DeclaredResource[Queue], demand: Demand) -> Admitted | None:
        return admit(resource.name, resource.spec, demand, resource.context)

    def meter(self, resource: DeclaredResource[Queue], demand: Demand) -> Usage:
        return meter(resource.spec, demand)

    def with_readers(self, resource: DeclaredResource[Queue], usage: Usage, readers: tuple[Reading, ...]) -> Usage:
        return with_readers(resource.spec, usage, readers)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return charge(resource.name, resource.spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return limits.check(*resource)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options(*resource)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return assumptions.assume(resource.name, resource.spec, resource.usage)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(resource.name, resource.spec, resource.usage)

    def exclude(self, resource: _Metered) -> tuple[Excluded, ...]:
        return assumptions.exclude(resource.name, resource.usage)


QUEUE = _QueueType()
