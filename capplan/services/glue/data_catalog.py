"""The Data Catalog: objects stored and requests made.

Source: AWS Glue pricing page, Data Catalog; AWS counts objects (tables, table versions, partitions, indexes, statistics, databases)
and requests a month, linear above what is free; read 2026-09-20.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel

from capplan.flow import DemandFlow
from capplan.model import Assumption, Charge, Demand, Observable
from capplan.quantities.fields import Count, Rate
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.glue.quotas import OBJECTS_PER_PRICE, REQUESTS_PER_PRICE
from capplan.spec_config import SPEC_CONFIG
from capplan.triggers import Triggers


class Catalog(BaseModel):
    """The Data Catalog, or a part of it."""

    model_config = SPEC_CONFIG

    objects: Count = Decimal(0)
    """Objects stored: tables and their versions, partitions, indexes, statistics, databases; the month's mean."""
    requests: Rate | None = None
    """Requests from outside the scenario, such as 2M/month; `{request: NAME, times: 40}` under `calls` adds its own."""
    triggers: Triggers = ()
    """Traffic by name; each unit makes one request."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""


class Usage(Record, frozen=True):
    """A month of the catalog: objects, and requests as a formula."""

    objects: Decimal
    flow: DemandFlow


class _CatalogType(ResourceType[Catalog, Usage]):
    id = "glue.catalog"
    spec = Catalog
    starts_with = "request"

    def schedule(self, spec: Catalog) -> str | Fraction | None:
        return spec.requests

    def warn_if_idle(self, spec: Catalog) -> bool:
        """A catalog stores objects whether or not somebody asks for them."""
        del spec
        return False

    def meter(self, resource: DeclaredResource[Catalog], demand: Demand) -> Usage:
        return Usage(resource.spec.objects, demand.flow)

    def charge(self, resource: MeteredResource[Catalog, Usage]) -> tuple[Charge, ...]:
        """A fixed cost for storage, and requests."""
        name, usage = resource.name, resource.usage
        objects = Fraction(usage.objects) / OBJECTS_PER_PRICE
        requests = usage.flow.monthly / REQUESTS_PER_PRICE
        return (
            Charge(
                f"{name}.objects", "glue.data_catalog.storage_per_100k_objects_month", f"{usage.objects:,f} objects",
                objects, "100k objects", frequency="recurring",
            ),
            Charge(
                f"{name}.requests", "glue.data_catalog.requests_per_million", "GetTable, GetPartitions and similar",
                requests, "1M requests", usage.flow,
            ),
        )  # fmt: skip

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"objects": to_quantity(usage.objects), "requests": to_quantity(usage.flow.monthly)}

    def observe(self, resource: MeteredResource[Catalog, Usage]) -> Mapping[str, Observable]:
        usage = resource.usage
        return {
            "objects": Observable(to_quantity(usage.objects)),
            "requests": Observable(to_quantity(usage.flow.monthly)),
        }

    def assume(self, resource: MeteredResource[Catalog, Usage]) -> tuple[Assumption, ...]:
        if "objects" in resource.spec.model_fields_set:
            return ()
        path = f"catalog.{resource.name}.objects"
        return (Assumption(path, "0", "the number of stored objects is not given", "workload"),)


CATALOG = _CatalogType()
