"""Custom metrics: each combination of a name and dimensions is one, billed by the hour in which it gets data.

Amazon CloudWatch pricing page (read 2026-11-30): tiers over all custom metrics of the account; PutMetricData and other
requests by the thousand; metrics that GetMetricData returns, which are never free.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from pydantic import BaseModel, Field

from capplan.flow import DemandFlow
from capplan.model import Charge, Demand, PoolLoad
from capplan.quantities.fields import Count, Share
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.cloudwatch.quotas import PUT_METRIC_DATA
from capplan.spec_config import SPEC_CONFIG


class Metric(BaseModel):
    """Custom metrics of an application."""

    model_config = SPEC_CONFIG

    count: Count = Decimal(1)
    """How many metrics (1): each combination of a name and dimensions is one."""
    active: Share = Decimal(1)
    """The share of the month's hours in which they get data (100%)."""
    puts: Count = Decimal(0)
    """PutMetricData requests a month from outside the scenario (0); `calls: [{put-metric-data: NAME}]` adds those of functions."""
    reads: Count = Decimal(0)
    """Metrics that GetMetricData returns in a month (0), as other monitoring tools ask for them."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for reports: {team: checkout}."""


class Usage(Record, frozen=True):
    """A month of custom metrics: metric-months, requests from outside and of callers, metrics read."""

    metrics: Fraction
    puts: Fraction
    requests: DemandFlow
    reads: Fraction


class _MetricType(ResourceType[Metric, Usage]):
    id = "cloudwatch.metric"
    spec = Metric

    def warn_if_idle(self, spec: Metric) -> bool:
        del spec
        return False

    def meter(self, resource: DeclaredResource[Metric], demand: Demand) -> Usage:
        spec = resource.spec
        return Usage(
            Fraction(spec.count) * Fraction(spec.active), Fraction(spec.puts), demand.flow, Fraction(spec.reads)
        )

    def charge(self, resource: MeteredResource[Metric, Usage]) -> tuple[Charge, ...]:
        name, usage = resource.name, resource.usage
        request, read = "cloudwatch.api.request", "cloudwatch.api.get_metric_data_metric"
        charges = (
            Charge(
                f"{name}.metrics", "cloudwatch.metric_month", "custom metrics in the hours with data", usage.metrics,
                "metric-months", frequency="recurring",
            ),
            Charge(f"{name}.requests", request, "PutMetricData", usage.requests.monthly, "requests", usage.requests),
            Charge(f"{name}.puts", request, "PutMetricData of others", usage.puts, "requests", frequency="recurring"),
            Charge(f"{name}.reads", read, "read by GetMetricData", usage.reads, "metrics", frequency="recurring"),
        )  # fmt: skip
        return tuple(charge for charge in charges if charge.quantity)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"metrics": to_quantity(usage.metrics), "requests": to_quantity(usage.requests.monthly + usage.puts)}

    def pools(self, resource: MeteredResource[Metric, Usage]) -> tuple[PoolLoad, ...]:
        requests = resource.usage.requests
        return (PoolLoad(PUT_METRIC_DATA.id, requests, poisson=True),) if requests.terms else ()


METRIC = _MetricType()
