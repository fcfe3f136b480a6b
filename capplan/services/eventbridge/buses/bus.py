"""The resource type of EventBridge's buses."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan.calls import Access
from capplan.leaving import to_internet
from capplan.model import (
    Admitted,
    AdmittedStream,
    Assumption,
    Charge,
    Demand,
    Implied,
    LimitCheck,
    Observable,
    PoolLoad,
    Reading,
    RequestStream,
)
from capplan.resource_type import DeclaredResource, Destination, MeteredResource, Reference, ResourceType
from capplan.retries import given_up
from capplan.services.eventbridge.buses import limits
from capplan.services.eventbridge.buses.cost import charge
from capplan.services.eventbridge.buses.spec import ALSO_CALLED, Bus
from capplan.services.eventbridge.buses.usage import Usage, leaving_gb, meter, summary, with_readers

_Metered = MeteredResource[Bus, Usage]


class _BusType(ResourceType[Bus, Usage]):
    id = "eventbridge.bus"
    spec = Bus
    also_called = ALSO_CALLED
    starts_with = "put-events"
    reads = frozenset({"eventbridge", "s3"})

    def references(self, spec: Bus) -> tuple[Reference, ...]:
        return tuple(
            Reference(("api_destinations", name, "dead_letters"), d.dead_letters, None, ("send",))
            for name, d in spec.api_destinations.items()
            if d.dead_letters is not None
        )

    def emitted_records(self, spec: Bus, access: Access) -> Fraction:
        """Each event meets each rule."""
        del spec, access
        return Fraction(1)

    def destinations(self, spec: Bus) -> tuple[Destination, ...]:
        """The dead-letter queues of its API destinations; `trigger` is the destination's place."""
        return tuple(
            Destination(d.dead_letters, ("send",), trigger=place, access=Access(op="", payload=d.payload or spec.event))
            for place, d in enumerate(spec.api_destinations.values())
            if d.dead_letters is not None
        )

    def handed_on(
        self, spec: Bus, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        del stream
        api = list(spec.api_destinations.values())[destination.trigger or 0]
        served = Fraction(1)
        if part is not None and (asked := part.served + part.waiting + part.dropped):
            served = part.served / asked
        return served * Fraction(api.filter) * given_up(Fraction(api.fails), api.retries)

    def validate_request(self, spec: Bus, access: Access) -> str | None:
        return limits.why_not_put(spec, access)

    def admit(self, resource: DeclaredResource[Bus], demand: Demand) -> Admitted | None:
        return limits.admit(resource.name, demand)

    def meter(self, resource: DeclaredResource[Bus], demand: Demand) -> Usage:
        return meter(resource.spec, demand)

    def with_readers(self, resource: DeclaredResource[Bus], usage: Usage, readers: tuple[Reading, ...]) -> Usage:
        return with_readers(resource.spec, usage, readers)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        """Calls of API destinations leave for the internet."""
        return tuple(to_internet(f"buses.{resource.name}", leaving_gb(resource.spec, resource.usage)))

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return charge(resource.name, resource.spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return limits.check(*resource)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(resource.usage)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        written = "event" in resource.spec.model_fields_set
        if written or all(s.access.payload is not None for s in resource.usage.streams):
            return ()
        reason = "it decides how many 64 KB chunks are billed"
        return (Assumption(f"buses.{resource.name}.event", "1 KB", reason, "workload"),)


BUS = _BusType()
