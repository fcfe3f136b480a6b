"""The resource type of AppSync's Event APIs: published events, deliveries to subscribers, handlers, connections."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from capplan import token_bucket, units
from capplan.calls import Access
from capplan.flow import DemandFlow
from capplan.leaving import to_internet
from capplan.model import (
    Admitted,
    Assumption,
    Charge,
    Demand,
    Implied,
    LimitCheck,
    Observable,
    PoolLoad,
    busiest_minute,
)
from capplan.quantities.distribution import mean
from capplan.quantities.fields import Count, Duration, Size, WholeCount
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType, Sent
from capplan.services.appsync.graphql_limits import rate_check, size_check
from capplan.services.appsync.metering import steps
from capplan.services.appsync.quotas import (
    EVENT_TOKEN_RATE,
    EVENTS_PER_PUBLISH,
    INBOUND,
    MESSAGE,
    NEW_CONNECTIONS,
    OUTBOUND,
    PUBLISH,
    REQUEST_TIME,
    SUBSCRIPTIONS,
)
from capplan.spec_config import SPEC_CONFIG
from capplan.token_bucket import Bucket
from capplan.triggers import Entrances

OPERATION = "appsync.event_operation"


class Handler(BaseModel):
    """A handler of a channel namespace; what it requests is written in it: {invoke: check-event}."""

    model_config = SPEC_CONFIG


class EventConnections(BaseModel):
    """WebSocket connections of clients that subscribe."""

    model_config = SPEC_CONFIG

    duration: Duration
    """How long one is open, such as 15 min."""
    publishes: Annotated[Count, Field(gt=0)]
    """Publish requests of the API per connection: with 10, every tenth opens one."""
    subscriptions: Annotated[WholeCount, Field(ge=1, le=SUBSCRIPTIONS.value)] = 1
    """Subscriptions that each makes, at most {SUBSCRIPTIONS} (1)."""


class EventApi(BaseModel):
    """One Event API of AppSync."""

    model_config = SPEC_CONFIG

    triggers: Entrances = ()
    """The traffic that publishes, by name, or {traffic: visits, times: 12}."""
    events: Annotated[WholeCount, Field(ge=1, le=EVENTS_PER_PUBLISH.value)] = 1
    """Events of a publish request, at most {EVENTS_PER_PUBLISH} (1)."""
    event: Size | None = None
    """The size of an event, at most {MESSAGE}: it is metered in steps of 5 KB."""
    subscribers: Count = Decimal(0)
    """Connections that an event is sent to (mean, 0)."""
    on_publish: Handler | None = None
    """A handler that each publish request runs, and what it requests: {invoke: check-event}."""
    on_subscribe: Handler | None = None
    """A handler that each subscription runs, and what it requests."""
    connections: EventConnections | None = None
    """Connections of clients that subscribe: {duration: 15 min, publishes: 10}."""
    private: bool = False
    """Whether it is reached through endpoints of a VPC only, so that nothing leaves for the internet (false)."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Labels for grouping costs."""


class Usage(Record, frozen=True):
    """A month of an Event API.

    Attributes:
        publishes: Publish requests a second that it serves.
        offered: The same as offered.
        tokens: Request tokens a second that are asked for, one for each started 5 KB of events.
        operations: Metered operations a second.
        outbound: Metered deliveries a second.
        opened: Connections opened a second.
        connected: Connections that are open.
        connection_minutes: Minutes per second that they are.
        response_bytes: Bytes of deliveries per second.
        admitted: What gets through; None where all does.
    """

    publishes: DemandFlow
    offered: DemandFlow
    tokens: DemandFlow
    operations: DemandFlow
    outbound: DemandFlow
    opened: DemandFlow
    connected: DemandFlow
    connection_minutes: DemandFlow
    response_bytes: DemandFlow
    admitted: Admitted | None = None


def _per_publish(spec: EventApi) -> Fraction:
    """Metered inbound messages of one publish request."""
    return spec.events * steps(spec.event, OPERATION)


def _opened_per_publish(spec: EventApi) -> Fraction:
    return Fraction(0) if spec.connections is None else 1 / Fraction(spec.connections.publishes)


class _EventApiType(ResourceType[EventApi, Usage]):
    id = "appsync.event_api"
    spec = EventApi
    starts_with = "publish-event"

    def sent(self, spec: EventApi, place: tuple[str, ...], access: Access) -> Sent:
        """What a handler requests: once for each publish request, or for each subscription."""
        times = Fraction(1)
        if place == ("on_subscribe",):
            subscriptions = spec.connections.subscriptions if spec.connections is not None else 0
            times = _opened_per_publish(spec) * subscriptions
        return Sent(times, access.model_copy(update={"via": "appsync", "timeout_ms": Decimal(REQUEST_TIME.value)}))

    def admit(self, resource: DeclaredResource[EventApi], demand: Demand) -> Admitted | None:
        """What the account's request tokens let through."""
        limit = demand.shared.get(EVENT_TOKEN_RATE.id)
        if limit is None:
            return None
        each, rate = _per_publish(resource.spec), EVENT_TOKEN_RATE.id
        return token_bucket.admit(
            resource.name, demand, (Bucket(limit.quota, others=limit.others, each=each, limit=rate),)
        )

    def meter(self, resource: DeclaredResource[EventApi], demand: Demand) -> Usage:
        spec, served = resource.spec, demand.flow
        inbound = served * _per_publish(spec)
        outbound = inbound * Fraction(spec.subscribers)
        opened = served * _opened_per_publish(spec)
        connected = operations = DemandFlow.zero()
        if spec.connections is not None:
            open_ms, subscriptions = mean(spec.connections.duration), spec.connections.subscriptions
            connected = opened.spread(open_ms) * (open_ms / units.MS_PER_SECOND)
            operations = opened * (1 + subscriptions * (2 if spec.on_subscribe is not None else 1))
        if spec.on_publish is not None:
            operations += served
        size = mean(spec.event) if spec.event is not None else Fraction(0)
        return Usage(
            publishes=served,
            offered=demand.offered,
            tokens=demand.offered * _per_publish(spec),
            operations=inbound + outbound + operations,
            outbound=outbound,
            opened=opened,
            connected=connected,
            connection_minutes=connected * Fraction(1, units.SECONDS_PER_MINUTE),
            response_bytes=served * (spec.events * Fraction(spec.subscribers) * size),
            admitted=demand.admitted,
        )

    def charge(self, resource: MeteredResource[EventApi, Usage]) -> tuple[Charge, ...]:
        name, use = resource.name, resource.usage
        text = "events published and delivered in steps of 5 KB, handlers, connections and subscriptions"
        charges = [Charge(f"{name}.operations", OPERATION, text, use.operations.monthly, "operations", use.operations)]
        if use.connection_minutes.terms:
            minutes = use.connection_minutes
            charges.append(
                Charge(
                    f"{name}.connection_minutes",
                    "appsync.realtime_minute",
                    "minutes of connections",
                    minutes.monthly,
                    "minutes",
                    minutes,
                )
            )
        return tuple(charges)

    def summary(self, usage: Usage) -> Mapping[str, Decimal | int]:
        return {
            "requests": to_quantity(usage.publishes.monthly),
            "operations": to_quantity(usage.operations.monthly),
            "connection_minutes": to_quantity(usage.connection_minutes.monthly),
            "peak_connections": to_quantity(sig6(usage.connected.peak().per_second)) if usage.connected.terms else 0,
            "response_gb": to_quantity(usage.response_bytes.monthly / units.BYTES_PER_GB),
        }

    def limits(self, resource: MeteredResource[EventApi, Usage]) -> tuple[LimitCheck, ...]:
        return tuple(_checks(resource.name, resource.spec, resource.usage))

    def pools(self, resource: MeteredResource[EventApi, Usage]) -> tuple[PoolLoad, ...]:
        tokens = resource.usage.tokens
        return (PoolLoad(EVENT_TOKEN_RATE.id, tokens),) if tokens.terms else ()

    def observe(self, resource: MeteredResource[EventApi, Usage]) -> Mapping[str, Observable]:
        use = resource.usage
        offered = use.offered.monthly
        rejected = 1 - use.publishes.monthly / offered if offered else Fraction(0)
        return {
            "rejected": Observable(to_quantity(rejected), "%"),
            "requests": Observable(to_quantity(use.publishes.monthly), ""),
            "requests.peak": Observable(busiest_minute(use.publishes), ""),
            "operations": Observable(to_quantity(use.operations.monthly), ""),
            "connections.peak": Observable(busiest_minute(use.connected), ""),
            "response_gb": Observable(to_quantity(use.response_bytes.monthly / units.BYTES_PER_GB), ""),
        }

    def implies(self, resource: MeteredResource[EventApi, Usage]) -> tuple[Implied, ...]:
        """What it delivers leaves for the internet, but of a private API."""
        if resource.spec.private:
            return ()
        gb = resource.usage.response_bytes * Fraction(1, units.BYTES_PER_GB)
        return tuple(to_internet(f"event_apis.{resource.name}", gb))

    def assume(self, resource: MeteredResource[EventApi, Usage]) -> tuple[Assumption, ...]:
        spec, path = resource.spec, f"event_apis.{resource.name}"
        out = []
        if spec.event is None:
            out.append(Assumption(f"{path}.event", "up to 5 KB", "each is metered in steps of 5 KB", "workload"))
        if spec.connections is None and spec.subscribers:
            reason = "events are sent to connections: give how long they are open"
            out.append(Assumption(f"{path}.connections", "no connection minutes", reason, "workload"))
        return tuple(out)


def _checks(name: str, spec: EventApi, usage: Usage) -> Iterable[LimitCheck]:
    rates = ((INBOUND, usage.tokens), (OUTBOUND, usage.outbound), (NEW_CONNECTIONS, usage.opened))
    for quota, flow in rates:
        if flow.terms:
            yield rate_check(name, quota, flow)
    if spec.event is not None:
        yield size_check(name, MESSAGE, [spec.event])
        yield size_check(name, PUBLISH, [spec.event], Fraction(spec.events))


EVENT_API = _EventApiType()
