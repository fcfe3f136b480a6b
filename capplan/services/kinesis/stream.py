"""The resource type of Kinesis data streams."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.encryption import key_reference
from capplan.model import (
    Admitted,
    Assumption,
    Charge,
    Demand,
    Implied,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    Reading,
)
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.services.kinesis import limits
from capplan.services.kinesis.advice.options import options
from capplan.services.kinesis.advice.rules import RULES
from capplan.services.kinesis.assumptions import assume
from capplan.services.kinesis.cost import charge, with_minimum
from capplan.services.kinesis.implied import FREE, implies
from capplan.services.kinesis.records import per_request
from capplan.services.kinesis.spec import ALSO_CALLED, UNSUPPORTED, Stream
from capplan.services.kinesis.usage import Usage, admit, meter, summary, with_readers

_Metered = MeteredResource[Stream, Usage]


class _StreamType(ResourceType[Stream, Usage]):
    id = "kinesis.stream"
    spec = Stream
    unsupported = UNSUPPORTED
    also_called = ALSO_CALLED
    rules = RULES
    starts_with = "put-records"
    reads = frozenset({"eventbridge"})

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        del values
        return ("record",)

    def emitted_records(self, spec: Stream, access: Access) -> Fraction:
        del spec
        return per_request(access)

    def shards(self, usage: Usage) -> int:
        return usage.shards

    def admit(self, resource: DeclaredResource[Stream], demand: Demand) -> Admitted | None:
        return admit(resource.name, resource.spec, demand)

    def meter(self, resource: DeclaredResource[Stream], demand: Demand) -> Usage:
        return meter(resource.spec, demand)

    def with_readers(self, resource: DeclaredResource[Stream], usage: Usage, readers: tuple[Reading, ...]) -> Usage:
        return with_readers(resource.spec, usage, readers)

    def references(self, spec: Stream) -> tuple[Reference, ...]:
        return key_reference(spec.encryption, FREE)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(resource.name, resource.spec, resource.usage)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return charge(resource.name, resource.spec, resource.usage)

    def at_least(
        self, specs: Mapping[str, Stream], charges: Mapping[str, tuple[Charge, ...]]
    ) -> Mapping[str, tuple[Charge, ...]]:
        return with_minimum(specs, charges)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(limits.check(*resource))

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(resource.spec, resource.usage)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options(resource.name, resource.spec, resource.usage)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.spec, resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return tuple(assume(resource.name, resource.spec, resource.usage))


STREAM = _StreamType()
