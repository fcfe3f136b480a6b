"""Contributor Insights: rules that exist, and events that they match.

Amazon CloudWatch pricing page (read 2026-11-30): a rule is billed by the month, and each event that matches one; rules on log
events and those that DynamoDB makes for a table have prices of their own.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from capplan.flow import DemandFlow
from capplan.model import Charge, Demand
from capplan.quantities.fields import WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.spec_config import SPEC_CONFIG

_PRICE = "cloudwatch.contributor_insights."


class InsightRules(BaseModel):
    """Contributor Insights rules of CloudWatch that see the same events."""

    model_config = SPEC_CONFIG

    rules: Annotated[WholeCount, Field(ge=1)] = 1
    """How many rules (1)."""
    on: Literal["logs", "dynamodb"] = "logs"
    """What they watch: logs, or a table of dynamodb, whose rules DynamoDB makes (logs)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the rules: {team: checkout}."""


class Usage(Record, frozen=True):
    """A month of rules, and the events that they match a second."""

    rules: int
    events: DemandFlow


class _RulesType(ResourceType[InsightRules, Usage]):
    id = "cloudwatch.insight_rules"
    spec = InsightRules

    def warn_if_idle(self, spec: InsightRules) -> bool:
        return spec.on == "logs"

    def meter(self, resource: DeclaredResource[InsightRules], demand: Demand) -> Usage:
        return Usage(resource.spec.rules, demand.flow)

    def charge(self, resource: MeteredResource[InsightRules, Usage]) -> tuple[Charge, ...]:
        usage, of = resource.usage, "dynamodb" if resource.spec.on == "dynamodb" else "log"
        name, text = resource.name, f"{usage.rules} Contributor Insights rules"
        rules = Charge(
            f"{name}.rules",
            f"{_PRICE}{of}_rule_month",
            text,
            Fraction(usage.rules),
            "rule-months",
            frequency="recurring",
        )
        if not usage.events.terms:
            return (rules,)
        text, month = "events of Contributor Insights", usage.events.monthly
        return rules, Charge(f"{name}.events", f"{_PRICE}{of}_event", text, month, "events", usage.events)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"rules": usage.rules, "events": to_quantity(usage.events.monthly)}


RULES = _RulesType()
