"""The resource type of S3 buckets."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.encryption import key_reference
from capplan.model import Assumption, Charge, Demand, Implied, LimitCheck, Observable, Option
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.services.s3 import limits
from capplan.services.s3.advice.options import options
from capplan.services.s3.advice.rules import RULES
from capplan.services.s3.assumptions import assume
from capplan.services.s3.cost import charge
from capplan.services.s3.implied import FREE, implies
from capplan.services.s3.spec import ALSO_CALLED, UNSUPPORTED, Bucket
from capplan.services.s3.usage import PUTS, Usage, meter, summary
from capplan.services.s3.validate_request import validate

_Metered = MeteredResource[Bucket, Usage]


class _BucketType(ResourceType[Bucket, Usage]):
    id = "s3.bucket"
    spec = Bucket
    unsupported = UNSUPPORTED
    also_called = ALSO_CALLED
    rules = RULES

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The size of an object, where nothing is stored that would be billed by it."""
        return () if "objects" in values else ("object_size",)

    def validate_request(self, spec: Bucket, access: Access) -> str | None:
        return validate(spec, access)

    def emitted_records(self, spec: Bucket, access: Access) -> Fraction:
        """An event for each object that is created; a multipart upload creates one."""
        del spec
        return Fraction(access.op in PUTS)

    def emitted_of(self, spec: Bucket, access: Access, kinds: tuple[str, ...]) -> Fraction:
        del spec
        kind = "created" if access.op in PUTS else "removed" if access.op == "delete-object" else ""
        return Fraction(kind in kinds)

    def warn_if_idle(self, spec: Bucket) -> bool:
        return not spec.objects

    def meter(self, resource: DeclaredResource[Bucket], demand: Demand) -> Usage:
        return meter(resource.spec, demand)

    def references(self, spec: Bucket) -> tuple[Reference, ...]:
        return key_reference(spec.encryption, FREE)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(resource.name, resource.spec, resource.usage)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        return charge(resource.name, resource.spec, resource.usage)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return tuple(limits.check(resource.name, resource.spec, resource.usage))

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options(resource.name, resource.spec, resource.usage)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return tuple(assume(resource.name, resource.spec, resource.usage))


BUCKET = _BucketType()
