"""What AWS meters of a GraphQL API in a month: operations, updates, connection minutes, answers that leave."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.leaving import from_outside
from capplan.model import Admitted, Charge, Demand
from capplan.quantities.distribution import Distribution, mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.services.appsync.graphql_spec import GraphqlApi, Operation, shares, tokens_each
from capplan.services.appsync.metering import steps

UPDATE = "appsync.graphql_realtime_update"


class Usage(Record, frozen=True):
    """A month of a GraphQL API.

    Attributes:
        operations: Queries and mutations a second that it serves.
        offered: The same as offered.
        tokens: Request tokens a second that are asked for.
        messages: Updates a second to clients, one for each subscriber.
        updates: Metered updates a second, with what opens connections and subscriptions.
        opened: Connections opened a second.
        connected: Connections that are open.
        connection_minutes: Minutes per second that they are.
        response_bytes: Bytes of answers and updates per second.
        leaving_bytes: Those of them that go to somebody outside of the Region: all updates do.
        admitted: What gets through; None where all does.
    """

    operations: DemandFlow
    offered: DemandFlow
    tokens: DemandFlow
    messages: DemandFlow
    updates: DemandFlow
    opened: DemandFlow
    connected: DemandFlow
    connection_minutes: DemandFlow
    response_bytes: DemandFlow
    leaving_bytes: DemandFlow
    admitted: Admitted | None = None


def meter(spec: GraphqlApi, demand: Demand) -> Usage:
    """What AWS meters of a month of demand."""
    served, none = demand.flow, DemandFlow.zero()
    sent = [(share * Fraction(o.subscribers), _update(spec, o)) for o, share in _parts(spec)]
    messages = sum((times for times, _ in sent), Fraction(0))
    updates = served * sum((times * steps(size, UPDATE) for times, size in sent), Fraction(0))
    answers = sum((share * _bytes(_response(spec, o)) for o, share in _parts(spec)), Fraction(0))
    updated = served * sum((times * _bytes(size) for times, size in sent), Fraction(0))
    opened = connected = minutes = none
    if spec.connections is not None:
        open_ms = mean(spec.connections.duration)
        opened = served * (1 / Fraction(spec.connections.operations))
        connected = opened.spread(open_ms) * (open_ms / units.MS_PER_SECOND)
        minutes = connected * Fraction(1, units.SECONDS_PER_MINUTE)
        updates += opened * (1 + spec.connections.subscriptions)
    return Usage(
        operations=served,
        offered=demand.offered,
        tokens=demand.offered * tokens_each(spec),
        messages=served * messages,
        updates=updates,
        opened=opened,
        connected=connected,
        connection_minutes=minutes,
        response_bytes=served * answers + updated,
        leaving_bytes=from_outside(demand) * answers + updated,
        admitted=demand.admitted,
    )


def _parts(spec: GraphqlApi) -> list[tuple[Operation, Fraction]]:
    parts = [(spec.operations[name], share) for name, share in shares(spec).items()]
    rest = 1 - sum((share for _, share in parts), Fraction(0))
    return [*parts, (Operation(), rest)] if rest else parts


def _response(spec: GraphqlApi, operation: Operation) -> Distribution | None:
    return spec.response if operation.response is None else operation.response


def _update(spec: GraphqlApi, operation: Operation) -> Distribution | None:
    return _response(spec, operation) if operation.update is None else operation.update


def _bytes(size: Distribution | None) -> Fraction:
    return Fraction(0) if size is None else mean(size)


def charge(name: str, usage: Usage) -> Iterable[Charge]:
    """The charges, before any price."""
    operations, updates, minutes = usage.operations, usage.updates, usage.connection_minutes
    yield Charge(
        f"{name}.operations", "appsync.graphql_request", "queries and mutations", operations.monthly, "operations", operations
    )  # fmt: skip
    if updates.terms:
        text = "updates to subscribers in steps of 5 KB, and what opens their connections"
        yield Charge(f"{name}.updates", UPDATE, text, updates.monthly, "updates", updates)
    if minutes.terms:
        yield Charge(
            f"{name}.connection_minutes", "appsync.realtime_minute", "minutes of connections", minutes.monthly, "minutes", minutes
        )  # fmt: skip


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    out: dict[str, Decimal | int] = {
        "requests": to_quantity(usage.operations.monthly),
        "response_gb": to_quantity(usage.response_bytes.monthly / units.BYTES_PER_GB),
    }
    if usage.updates.terms:
        out["updates"] = to_quantity(usage.updates.monthly)
    if usage.connection_minutes.terms:
        out["connection_minutes"] = to_quantity(usage.connection_minutes.monthly)
        out["peak_connections"] = to_quantity(sig6(usage.connected.peak().per_second))
    return out
