"""Schedules of EventBridge Scheduler: what they invoke, what that costs, what the account may invoke a second.

EventBridge Scheduler User Guide; EventBridge pricing page (read 2026-11-30): each invocation is billed, 14 million a month
are free.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.model import Call, Charge, Demand, LimitCheck, Observable, PoolLoad
from capplan.quantities.fields import Milliseconds, Size, WholeCount
from capplan.quantities.rounding import to_quantity
from capplan.quantities.text import quantity_error
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, Reference, ResourceType
from capplan.schedule import ScheduleError, read_schedule
from capplan.services.eventbridge.quotas import (
    CREATE_SCHEDULE,
    SCHEDULED_INVOCATIONS,
    SCHEDULES_MAX,
    WINDOW_MAX,
)
from capplan.spec_config import SPEC_CONFIG

_TARGETS = ("invoke", "send", "publish", "put-events", "put-records", "start", "run")


def _expression(text: str) -> str:
    try:
        read_schedule(text)
    except ScheduleError as error:
        raise quantity_error(f"'{text}' is not a schedule", str(error)) from None
    return text


class Schedule(BaseModel):
    """Schedules of one kind: one with an expression, many of them, or such as are created for one time."""

    model_config = SPEC_CONFIG

    schedule: Annotated[str, AfterValidator(_expression)] | None = None
    """When it invokes: cron(0 3 * * ? *) or rate(5 minutes); without it, schedules are created by `create-schedule` calls, for one time each."""
    count: Annotated[WholeCount, Field(ge=1)] = 1
    """Schedules with this expression (1), such as one for each customer."""
    window_ms: Annotated[Milliseconds, Field(alias="window", le=WINDOW_MAX.value)] = Decimal(0)
    """Flexible time window over which invocations are spread (0: at the time itself)."""
    target: str
    """What it invokes, by name: a function, state machine, job, queue, topic, bus or stream."""
    payload: Size | None = None
    """Size of its input."""
    tags: Mapping[str, str] = Field(default_factory=dict)
    """Tags for the reports."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.schedule is None and self.count > 1:
            raise quantity_error("`count` is of schedules with an expression", "write schedule: rate(1 day)")
        return self


class Usage(Record, frozen=True):
    """A month of schedules: invocations a second, and schedules that are created."""

    invocations: DemandFlow
    created: DemandFlow


_Metered = MeteredResource[Schedule, Usage]


class _ScheduleType(ResourceType[Schedule, Usage]):
    id = "eventbridge.schedule"
    spec = Schedule
    starts_with = "invoke"

    def references(self, spec: Schedule) -> tuple[Reference, ...]:
        return (Reference(("target",), spec.target, None, _TARGETS),)

    def schedule(self, spec: Schedule) -> str | None:
        return spec.schedule

    def validate_request(self, spec: Schedule, access: Access) -> str | None:
        del access
        return None if spec.schedule is None else "its schedule is written: remove `schedule`, or the call"

    def calls(self, resource: DeclaredResource[Schedule]) -> tuple[Call, ...]:
        """One invocation of the target by each schedule."""
        spec = resource.spec
        found = resource.context.receiver(spec.target, _TARGETS)
        if found is None:
            return ()
        address, verb = found
        count = Fraction(spec.count)
        is_async = verb == "invoke"
        access = Access(op=verb, target=address.partition(".")[2], is_async=is_async, payload=spec.payload)
        at_once = count if not spec.window_ms else Fraction(1)
        return (Call(address, count, access, Fraction(spec.window_ms), at_once),)

    def meter(self, resource: DeclaredResource[Schedule], demand: Demand) -> Usage:
        created = DemandFlow.total(s.flow for s in demand.requests if s.access.op == "create-schedule")
        return Usage(demand.flow.spread(Fraction(resource.spec.window_ms)) * Fraction(resource.spec.count), created)

    def charge(self, resource: _Metered) -> tuple[Charge, ...]:
        flow = resource.usage.invocations
        if not flow.terms:
            return ()
        price, words = "eventbridge.scheduler.invocation", f"invocations of {resource.spec.target}"
        return (Charge(f"{resource.name}.invocations", price, words, flow.monthly, "invocations", flow),)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {"invocations": to_quantity(usage.invocations.monthly)}

    def limits(self, resource: _Metered) -> tuple[LimitCheck, ...]:
        name, spec, _, ctx = resource
        quota = SCHEDULES_MAX.in_region(ctx.region)
        return (LimitCheck(name, SCHEDULES_MAX.id, Decimal(spec.count), quota, SCHEDULES_MAX.unit),)

    def pools(self, resource: _Metered) -> tuple[PoolLoad, ...]:
        usage = resource.usage
        pairs = ((SCHEDULED_INVOCATIONS.id, usage.invocations), (CREATE_SCHEDULE.id, usage.created))
        return tuple(PoolLoad(limit, flow) for limit, flow in pairs if flow.terms)

    def observe(self, resource: _Metered) -> Mapping[str, Observable]:
        return {"invocations": Observable(to_quantity(resource.usage.invocations.monthly), "invocations")}


SCHEDULE = _ScheduleType()
