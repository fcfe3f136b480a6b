"""Alarms: what they watch, billed by the hour that they exist.

Amazon CloudWatch pricing page (read 2026-11-30): an alarm is billed for each metric that it watches (anomaly detection
watches three), one of 10 or 30 seconds at three times the price, a composite alarm as one. A bill of September 2024
prorates by the hour: one alarm of 13 hours is 13/720.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from capplan.model import Charge, Demand
from capplan.quantities.fields import Share, WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType
from capplan.spec_config import SPEC_CONFIG

_PRICES = {
    "standard": "cloudwatch.alarm.standard_month",
    "high-resolution": "cloudwatch.alarm.high_resolution_month",
    "composite": "cloudwatch.alarm.composite_month",
}


class Alarm(BaseModel):
    """Alarms of CloudWatch that are alike."""

    model_config = SPEC_CONFIG

    count: Annotated[WholeCount, Field(ge=0)] = 1
    """How many alarms (1)."""
    type: Literal["standard", "high-resolution", "composite"] = "standard"
    """standard (periods of 60 s or more), high-resolution (10 or 30 s) or composite (of other alarms)."""
    watches: Annotated[WholeCount, Field(ge=1)] = 1
    """Metrics that each alarm watches (1): those of a metric math expression; 3 with anomaly detection."""
    exists: Share = Decimal(1)
    """The share of the month's hours in which they exist (100%)."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags of the alarms: {team: checkout}."""


class Usage(Record, frozen=True):
    """A month of alarms: alarms, and metrics watched in alarm-months."""

    alarms: int
    watched: Fraction


class _AlarmType(ResourceType[Alarm, Usage]):
    id = "cloudwatch.alarm"
    spec = Alarm

    def warn_if_idle(self, spec: Alarm) -> bool:
        del spec
        return False

    def meter(self, resource: DeclaredResource[Alarm], demand: Demand) -> Usage:
        del demand
        spec = resource.spec
        watched = 1 if spec.type == "composite" else spec.watches
        return Usage(spec.count, spec.count * watched * Fraction(spec.exists))

    def charge(self, resource: MeteredResource[Alarm, Usage]) -> tuple[Charge, ...]:
        usage, spec = resource.usage, resource.spec
        text = f"{usage.alarms} {spec.type} alarms" + (f" of {spec.watches} metrics" if spec.watches > 1 else "")
        price = _PRICES[spec.type]
        charge = Charge(f"{resource.name}.alarms", price, text, usage.watched, "alarm-months", frequency="recurring")
        return (charge,) if usage.watched else ()

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"alarms": usage.alarms, "alarm_months": to_quantity(usage.watched)}


ALARM = _AlarmType()
