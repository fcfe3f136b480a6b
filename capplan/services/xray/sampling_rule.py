"""Sampling rules, and the traces that X-Ray records by each.

AWS X-Ray pricing page (read 2026-11-30): traces recorded, traces retrieved or scanned, and traces that X-Ray Insights
processes, each by the million.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from capplan import units
from capplan.flow import DemandFlow
from capplan.model import Assumption, Charge, Demand, Observable, PoolLoad
from capplan.quantities.fields import Count, Share, WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.services.xray.quotas import RATE, RESERVOIR_PER_S, SEGMENTS
from capplan.services.xray.sampling import recorded_a_month
from capplan.spec_config import SPEC_CONFIG
from capplan.tracing import ROOT


class SamplingRule(BaseModel):
    """A sampling rule of X-Ray: which of the traced requests are recorded."""

    model_config = SPEC_CONFIG

    reservoir: Annotated[WholeCount, Field(ge=0)] = RESERVOIR_PER_S
    """Requests that are recorded in each second before `rate` applies (1)."""
    rate: Share = Decimal(RATE)
    """The share of the other requests that is recorded (5%)."""
    insights: bool = False
    """Whether X-Ray Insights processes the traces (false)."""
    read: Count = Decimal(0)
    """Traces that are retrieved or scanned in a month (0)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the rule: {team: checkout}."""


class Usage(Record, frozen=True):
    """A month of a rule.

    Attributes:
        requests: Requests per second of which X-Ray decides.
        traces: Traces recorded, per second.
        segments: Segments sent, per second.
        read: Traces retrieved or scanned a month.
    """

    requests: DemandFlow
    traces: DemandFlow
    segments: DemandFlow
    read: Fraction


class _SamplingRuleType(ResourceType[SamplingRule, Usage]):
    id = "xray.sampling_rule"
    spec = SamplingRule

    def warn_if_idle(self, spec: SamplingRule) -> bool:
        del spec
        return False

    def meter(self, resource: DeclaredResource[SamplingRule], demand: Demand) -> Usage:
        spec = resource.spec
        roots = DemandFlow.total(s.flow for s in demand.requests if s.access.op == ROOT)
        everyone = demand.flow
        monthly = recorded_a_month(roots, spec.reservoir, Fraction(spec.rate)) if roots.terms else Fraction(0)
        share = monthly / roots.monthly if roots.monthly else Fraction(0)
        return Usage(roots, roots * share, everyone * share, Fraction(spec.read))

    def charge(self, resource: MeteredResource[SamplingRule, Usage]) -> tuple[Charge, ...]:
        name, spec, usage = resource.name, resource.spec, resource.usage
        traces = usage.traces
        text = f"the first {spec.reservoir} of each second and {to_quantity(Fraction(spec.rate) * 100)}% of the others"
        charges = [
            Charge(f"{name}.traces", "xray.trace_recorded", text, traces.monthly, "traces", traces),
            Charge(
                f"{name}.read", "xray.trace_retrieved_or_scanned", "retrieved or scanned", usage.read, "traces",
                frequency="recurring",
            ),
        ]  # fmt: skip
        if spec.insights:
            price = "xray.insights_trace"
            charges.append(Charge(f"{name}.insights", price, "processed by Insights", traces.monthly, "traces", traces))
        return tuple(charge for charge in charges if charge.quantity)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"traces": to_quantity(usage.traces.monthly), "sampled_requests": to_quantity(usage.requests.monthly)}

    def pools(self, resource: MeteredResource[SamplingRule, Usage]) -> tuple[PoolLoad, ...]:
        segments = resource.usage.segments
        return (PoolLoad(SEGMENTS.id, segments),) if segments.terms else ()

    def observe(self, resource: MeteredResource[SamplingRule, Usage]) -> Mapping[str, Observable]:
        per_second = resource.usage.traces.monthly / units.MONTH_SECONDS
        return {"traces_per_second": Observable(to_quantity(per_second))}

    def assume(self, resource: MeteredResource[SamplingRule, Usage]) -> tuple[Assumption, ...]:
        if not resource.usage.requests.terms or resource.spec.model_fields_set & {"reservoir", "rate"}:
            return ()
        reason = "X-Ray's default rule, and Lambda's: decided where a request enters; one reservoir for all of them"
        return (Assumption(f"sampling_rules.{resource.name}", "1/s and 5% of the rest", reason, "aws_default"),)


SAMPLING_RULE = _SamplingRuleType()
