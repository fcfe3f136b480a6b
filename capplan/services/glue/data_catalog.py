"""The Data Catalog: objects that are stored, requests that are made. It knows no price.

AWS Glue pricing page, Data Catalog; AWS counts objects (tables, table versions, partitions, indexes, statistics, databases)
and requests a month, linear above what is free; read 2026-09-20.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import (
    Assumption,
    Call,
    Charge,
    Context,
    Demand,
    LimitCheck,
    Observable,
    Option,
    PoolLoad,
    ResourceType,
)
from capplan.quantities import Count, Rate, to_quantity
from capplan.services.glue.fields import Names
from capplan.services.glue.quotas import OBJECTS_PER_PRICE, REQUESTS_PER_PRICE
from capplan.spec_config import SPEC_CONFIG


class Catalog(BaseModel):
    """The Data Catalog, or a part of it that is looked at by itself."""

    model_config = SPEC_CONFIG

    objects: Count = Decimal(0)
    """Objects stored: tables and their versions, partitions, indexes, statistics, databases; the month's mean."""
    requests: Rate | None = None
    """Requests from outside the scenario, such as 2M/month; `{request: NAME, times: 40}` under `calls` adds its own."""
    triggers: Names = ()
    """Traffic of which each unit makes one request, by name."""
    tags: Mapping[str, str] = {}
    """Tags for reports."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A month of the catalog: objects, and requests as a formula."""

    objects: Decimal
    flow: DemandFlow


def _meter(name: str, spec: Catalog, demand: Demand, ctx: Context) -> Usage:  # noqa: ARG001
    return Usage(spec.objects, demand.flow)


def _charge(name: str, spec: Catalog, usage: Usage, ctx: Context) -> tuple[Charge, ...]:  # noqa: ARG001
    """Storage whatever happens, requests by what happens."""
    hundreds = Fraction(usage.objects) / OBJECTS_PER_PRICE
    millions = usage.flow.monthly / REQUESTS_PER_PRICE
    return (
        Charge(
            f"{name}.objects", "glue.data_catalog.storage_per_100k_objects_month", f"{usage.objects:,f} objects", hundreds,
            "100k objects", frequency="recurring",
        ),
        Charge(
            f"{name}.requests", "glue.data_catalog.requests_per_million", "GetTable, GetPartitions and their like", millions,
            "1M requests", usage.flow,
        ),
    )  # fmt: skip


def _summary(usage: Usage) -> Mapping[str, Decimal | int]:
    return {"objects": to_quantity(usage.objects), "requests": to_quantity(usage.flow.monthly)}


def _nothing_called(name: str, spec: Catalog, ctx: Context) -> tuple[Call, ...]:  # noqa: ARG001
    return ()


def _no_time(name: str, spec: Catalog, ctx: Context) -> Fraction:  # noqa: ARG001
    return Fraction(0)


def _no_limits(name: str, spec: Catalog, usage: Usage, ctx: Context) -> tuple[LimitCheck, ...]:  # noqa: ARG001
    return ()


def _no_pools(name: str, spec: Catalog, usage: Usage, ctx: Context) -> tuple[PoolLoad, ...]:  # noqa: ARG001
    return ()


def _no_options(name: str, spec: Catalog, usage: Usage, ctx: Context) -> tuple[Option, ...]:  # noqa: ARG001
    return ()


def _observe(name: str, spec: Catalog, usage: Usage, ctx: Context) -> dict[str, Observable]:  # noqa: ARG001
    return {
        "objects": Observable(to_quantity(usage.objects)),
        "requests": Observable(to_quantity(usage.flow.monthly)),
    }


def _assume(name: str, spec: Catalog, usage: Usage, ctx: Context) -> tuple[Assumption, ...]:  # noqa: ARG001
    if "objects" in spec.model_fields_set:
        return ()
    return (Assumption(f"catalog.{name}.objects", "0", "nobody says how many objects are stored", "workload"),)


def _no_records(spec: Catalog, access: Access) -> Fraction:  # noqa: ARG001
    return Fraction(0)


def _no_shards(usage: Usage) -> int:  # noqa: ARG001
    return 0


CATALOG: ResourceType[Catalog, Usage] = ResourceType(
    name="glue.catalog",
    section="catalog",
    service="glue",
    spec=Catalog,
    unsupported={},
    calls=_nothing_called,
    duration_ms=_no_time,
    meter=_meter,
    check=_no_limits,
    pools=_no_pools,
    charge=_charge,
    options=_no_options,
    summary=_summary,
    observe=_observe,
    assume=_assume,
    records=_no_records,
    shards=_no_shards,
    start="request",
    schedule=lambda spec: spec.requests,
    warn_if_idle=lambda _: False,
)
