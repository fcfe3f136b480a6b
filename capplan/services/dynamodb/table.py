"""The resource type of DynamoDB tables with their indexes."""

from collections.abc import Iterable, Mapping
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
    Implied,
    LimitCheck,
    Observable,
    Option,
    Pattern,
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
    UnusedCommitmentError,
)
from capplan.services.dynamodb import kinesis_capture, limits
from capplan.services.dynamodb.access_patterns import patterns
from capplan.services.dynamodb.advice.options import options
from capplan.services.dynamodb.advice.rules import RULES
from capplan.services.dynamodb.assumptions import assume
from capplan.services.dynamodb.cost import charge
from capplan.services.dynamodb.implied import implies
from capplan.services.dynamodb.keys.table_keys import with_key_files
from capplan.services.dynamodb.resolve import complete
from capplan.services.dynamodb.spec import ALSO_CALLED, Table
from capplan.services.dynamodb.usage import Usage, admit, meter, records, records_of_kinds, shards, summary
from capplan.services.dynamodb.validate_request import validate_access

_Metered = MeteredResource[Table, Usage]


class _TableType(ResourceType[Table, Usage]):
    id = "dynamodb.table"
    spec = Table
    also_called = ALSO_CALLED
    rules = RULES

    def resolve(self, spec: Table, files: Files) -> tuple[Table, tuple[Problem, ...]]:
        """The table with its key files and its example items read."""
        keyed, of_keys = with_key_files(spec, files)
        whole, of_items = complete(keyed, files)
        return whole, (*of_keys, *of_items)

    def open_keys(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The item size, where nothing is stored that would be billed by it."""
        return () if {"items", "item", "items_file"} & values.keys() else ("item_size",)

    def is_linked(self, spec: Table) -> bool:
        """A table behind a cache: the cache's hits hang on it."""
        return spec.cached is not None

    def check_region(self, spec: Table, region: str) -> tuple[Problem, ...]:
        if not spec.replicas:
            return ()
        from capplan.services.dynamodb.replicas.checks import region_problems  # noqa: PLC0415  only for global tables

        return tuple(region_problems(spec, region))

    def hangs_on_region(self, spec: Table) -> bool:
        """A global table, whose Regions share its requests."""
        return bool(spec.replicas)

    def validate_request(self, spec: Table, access: Access) -> str | None:
        return validate_access(spec, access)

    def fit_request(self, spec: Table, access: Access) -> Access:
        """An index that a definition names and the scenario does not is left out: the table itself is read."""
        known = access.index is None or access.index in spec.indexes
        return access if known else access.model_copy(update={"index": None})

    def emitted_records(self, spec: Table, access: Access) -> Fraction:
        return records(spec, access)

    def emitted_of(self, spec: Table, access: Access, kinds: tuple[str, ...]) -> Fraction:
        return records_of_kinds(spec, access, kinds)

    def references(self, spec: Table) -> tuple[Reference, ...]:
        exported = tuple(
            Reference(("exports", i, "bucket"), export.bucket, "buckets")
            for i, export in enumerate(spec.exports)
            if export.bucket is not None
        )
        return (*kinesis_capture.references(spec), *key_reference(spec.encryption, (AWS_OWNED,)), *exported)

    def destinations(self, spec: Table) -> tuple[Destination, ...]:
        return kinesis_capture.destinations(spec)

    def handed_on(
        self, spec: Table, destination: Destination, stream: RequestStream, part: AdmittedStream | None
    ) -> Fraction:
        return kinesis_capture.handed_on(spec, destination, stream, part)

    def why_silent(self, spec: Table) -> tuple[str, str] | None:
        return ("has no stream", "write stream: new-and-old-images") if spec.stream is None else None

    def shards(self, usage: Usage) -> int:
        return shards(usage)

    def same_work(self, before: Table, after: Table) -> bool:
        return before.model_copy(update={"table_class": after.table_class}) == after

    def admit(self, resource: DeclaredResource[Table], demand: Demand) -> Admitted | None:
        return admit(resource.spec, demand, resource.context)

    def meter(self, resource: DeclaredResource[Table], demand: Demand) -> Usage:
        return meter(resource.spec, demand, resource.context)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        charges = charge(resource.name, resource.spec, resource.usage, resource.context.region)
        if resource.spec.copies_itself:
            from capplan.services.dynamodb.backups.charges import backup_charges  # noqa: PLC0415  only where it is copied

            return (*charges, *backup_charges(resource.name, resource.spec, resource.usage))
        return charges

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return summary(usage)

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        return limits.check(*resource)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        return limits.pools(resource.spec, resource.usage)

    def options(self, resource: _Metered) -> tuple[Option, ...]:
        return options(*resource)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return limits.observe(*resource)

    def losses(self, resource: _Metered) -> Mapping[str, Observable]:
        if resource.spec.replicas:  # each of them throttles by itself
            return super().losses(resource)
        return limits.losses(resource.usage)

    def assume(self, resource: _Metered) -> tuple[Assumption, ...]:
        return assume(resource.name, resource.spec, resource.usage, resource.context)

    def implies(self, resource: _Metered) -> tuple[Implied, ...]:
        return implies(resource.name, resource.spec, resource.usage, resource.context.region)

    def next_month(self, resource: _Metered) -> Mapping[str, object]:
        from capplan.services.dynamodb.stored import items_after  # noqa: PLC0415  only a forecast asks

        return items_after(resource.spec, resource.usage)

    def access_patterns(self, resource: _Metered) -> tuple[Pattern, ...]:
        return patterns(resource.name, resource.spec, resource.usage)

    def commit(
        self, charges: Mapping[str, tuple[Charge, ...]], usage: Mapping[str, Usage], commitments: Iterable[Any]
    ) -> Mapping[str, tuple[Charge, ...]]:
        """Reserved capacity over the charges of all tables."""
        from capplan.services.dynamodb.capacity.reserved import covered  # noqa: PLC0415  only where something is reserved

        reserved = tuple(commitments)
        for unit in ("wcu", "rcu"):
            bought: dict[int, int] = {}
            for commitment in reserved:
                if commitment.reserved == unit:
                    bought[commitment.years] = bought.get(commitment.years, 0) + commitment.units
            if not bought:
                continue
            with_reserved = covered(charges, usage, unit, bought)
            if with_reserved is None:
                count = f"{sum(bought.values()):,} {unit.upper()}"
                raise UnusedCommitmentError(
                    f"{count} are reserved, and no table holds any that could be covered",
                    "reserved capacity applies to provisioned tables of the standard class",
                )
            charges = with_reserved
        return charges

    def simulator(self) -> Simulator[Table, Usage]:
        from capplan.services.dynamodb.simulation.simulate import SIMULATOR  # noqa: PLC0415  only where one is simulated

        return SIMULATOR


TABLE = _TableType()
