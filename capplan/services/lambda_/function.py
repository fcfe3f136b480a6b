"""The resource type of Lambda functions."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.encryption import AWS_OWNED, key_reference
from capplan.model import (
    Admitted,
    AdmittedStream,
    Assumption,
    Charge,
    Demand,
    Excluded,
    Implied,
    LimitCheck,
    NotIncluded,
    Observable,
    Option,
    Polling,
    PoolLoad,
    Problem,
    RequestStream,
)
from capplan.reading.files import Files
from capplan.resource_type import (
    DeclaredResource,
    Destination,
    MeteredResource,
    Reference,
    ResourceType,
    Simulator,
    Source,
    Starts,
)
from capplan.services.lambda_ import destinations, limits
from capplan.services.lambda_.admission.admit import admit
from capplan.services.lambda_.advice.memory import resolve
from capplan.services.lambda_.advice.options import options
from capplan.services.lambda_.advice.rules import RULES
from capplan.services.lambda_.assumptions import assume, exclude
from capplan.services.lambda_.attempts import attempts, failing, failing_also
from capplan.services.lambda_.billing import capped_mean_ms
from capplan.services.lambda_.cold_start.fetches import starts
from capplan.services.lambda_.cost import charge
from capplan.services.lambda_.implied import implies
from capplan.services.lambda_.invocation_time import high
from capplan.services.lambda_.not_included import not_included
from capplan.services.lambda_.observables import losses, observe
from capplan.services.lambda_.quotas import SOURCE_RATES
from capplan.services.lambda_.sources import batches
from capplan.services.lambda_.sources.trigger import READS, sources
from capplan.services.lambda_.spec import ALSO_CALLED, UNSUPPORTED, Function
from capplan.services.lambda_.usage import Usage, failing_starts, meter, summary

_Metered = MeteredResource[Function, Usage]


class _FunctionType(ResourceType[Function, Usage]):
    id = "lambda.function"
    spec = Function
    unsupported = UNSUPPORTED
    also_called = ALSO_CALLED
    rules = RULES
    reads = READS

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        del values
        return ("duration",)

    def resolve(self, spec: Function, files: Files) -> tuple[Function, tuple[Problem, ...]]:
        return resolve(spec, files)

    def hangs_on_region(self, spec: Function) -> bool:
        """One whose source takes requests by a quota of another service, such as an API that the scenario does not declare."""
        return any(trigger.source in SOURCE_RATES for trigger in spec.triggers)

    def sources(self, spec: Function) -> tuple[Source, ...]:
        return sources(spec.triggers)

    def takes_batches(self, spec: Function) -> bool:
        return any(trigger.is_polled for trigger in spec.triggers)

    def attempts(
        self, spec: Function, access: Access, source: Source | None, records: Fraction = Fraction(1)
    ) -> Fraction:
        trigger = None if source is None or source.trigger is None else spec.triggers[source.trigger]
        return attempts(spec, access, trigger, records)

    def records_per_invocation(self, spec: Function, source: Source, records_per_s: Fraction, shards: int) -> Fraction:
        if source.trigger is None:
            return Fraction(1)
        return batches.records_of(spec.triggers[source.trigger], records_per_s, shards)

    def duration_ms(self, resource: DeclaredResource[Function]) -> Fraction:
        """Mean time of an invocation, cut at its time-out."""
        return capped_mean_ms(resource.spec.duration, resource.spec.timeout_ms)

    def timeout_ms(self, spec: Function) -> Fraction:
        return Fraction(spec.timeout_ms)

    def admit(self, resource: DeclaredResource[Function], demand: Demand) -> Admitted | None:
        spec = failing_also(resource.spec, demand.callees_fail)
        return admit(resource.name, spec, demand, resource.context)

    def references(self, spec: Function) -> tuple[Reference, ...]:
        return (*destinations.references(spec), *key_reference(spec.encryption, (AWS_OWNED,)))

    def why_refused(self, spec: Function, reference: Reference, other: Any) -> str:  # noqa: ANN401  any destination
        del spec, reference
        return destinations.why_refused(other)

    def destinations(self, spec: Function) -> tuple[Destination, ...]:
        return destinations.destinations(spec)

    def handed_on(
        self, spec: Function, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        return destinations.handed_on(spec, destination, stream, part)

    def polling(self, resource: _Metered, stream: RequestStream) -> Polling:
        return destinations.polling(resource.spec, resource.usage, stream)

    def failing_also(self, spec: Function, share: Fraction) -> Function:
        return failing_also(spec, share)

    def starts(self, spec: Function, usage: Usage, kept_ms: Decimal | None) -> Starts | None:
        return starts(spec, usage, kept_ms)

    def failing_starts(self, usage: Usage) -> Fraction:
        return failing_starts(usage)

    def response_bytes(self, spec: Function) -> Fraction | None:
        return high(spec.response) if spec.response is not None else None

    def failure_share(self, spec: Function) -> Fraction:
        return failing(spec)

    def meter(self, resource: DeclaredResource[Function], demand: Demand) -> Usage:
        return meter(failing_also(resource.spec, demand.callees_fail), demand)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return charge(resource.name, resource.spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return limits.check(*resource)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(resource.spec, resource.usage)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options(*resource)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return observe(resource.spec, resource.usage, resource.context)

    def losses(self, resource: _Metered) -> Mapping[str, Observable]:
        return losses(resource.spec, resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return assume(*resource)

    def traced(self, spec: Function) -> bool:
        return spec.tracing == "active"

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(*resource)

    def not_included(self, resource: _Metered) -> tuple[NotIncluded, ...]:
        return not_included(resource.spec, resource.usage)

    def exclude(self, resource: _Metered) -> tuple[Excluded, ...]:
        return exclude(resource.name, resource.spec, resource.usage)

    def simulator(self) -> Simulator[Function, Usage]:
        from capplan.services.lambda_.simulation.simulate import SIMULATOR  # noqa: PLC0415  only where one is simulated

        return SIMULATOR


FUNCTION = _FunctionType()
