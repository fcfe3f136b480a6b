"""Dashboards, billed by the month (Amazon CloudWatch pricing page, read 2026-11-30)."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from capplan.model import Charge, Demand
from capplan.quantities.fields import WholeCount
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.spec_config import SPEC_CONFIG


class Dashboard(BaseModel):
    """Dashboards of CloudWatch."""

    model_config = SPEC_CONFIG

    count: Annotated[WholeCount, Field(ge=0)] = 1
    """How many dashboards (1)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for reports: {team: checkout}."""


class Usage(Record, frozen=True):
    """How many there are."""

    dashboards: int


class _DashboardType(ResourceType[Dashboard, Usage]):
    id = "cloudwatch.dashboard"
    spec = Dashboard

    def warn_if_idle(self, spec: Dashboard) -> bool:
        del spec
        return False

    def meter(self, resource: DeclaredResource[Dashboard], demand: Demand) -> Usage:
        del demand
        return Usage(resource.spec.count)

    def charge(self, resource: MeteredResource[Dashboard, Usage]) -> tuple[Charge, ...]:
        count = Fraction(resource.usage.dashboards)
        price = "cloudwatch.dashboard_month"
        return (Charge(f"{resource.name}.dashboards", price, "dashboards", count, "dashboards", frequency="recurring"),)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"dashboards": usage.dashboards}


DASHBOARD = _DashboardType()
