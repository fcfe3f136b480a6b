"""What EventBridge meters of a bus in a month: events in chunks, API destinations, other buses, archive, discovery."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import chunks, units
from capplan.flow import DemandFlow
from capplan.model import Admitted, Demand, Reading, RequestStream
from capplan.quantities.distribution import mean
from capplan.quantities.rounding import to_quantity
from capplan.record import Record, replace
from capplan.retries import attempts
from capplan.services.eventbridge.buses.spec import ApiDestination, Bus
from capplan.services.eventbridge.quotas import BATCH_MAX, CHUNK_BYTES, DISCOVERY_CHUNK_BYTES

FROM_A_BUS = "eventbridge"
"""How what another bus sends is read (`Access.via`)."""
_DELIVERED = frozenset({FROM_A_BUS, "s3"})
"""What comes without a PutEvents call of the account."""


class Usage(Record, frozen=True):
    """A month of a bus.

    Attributes:
        events: Events a second that come in.
        calls: PutEvents calls a second, as asked for.
        custom: Chunks a second of custom, partner and data events.
        crossing: Chunks a second that come from another bus.
        gb: GB a second that come in.
        discovered: Chunks a second that schema discovery looks at.
        api_calls: Chunks a second to each API destination, attempts included.
        api_invocations: Invocations a second of each, attempts included.
        to_others: Chunks a second to buses of other accounts.
        invocations: Invocations of targets a second: each event, rule and target.
        rules: Rules, one for each reader and target.
        streams: What puts events.
        admitted: What gets through; None where all does.
        readers: What of the scenario reads it.
    """

    events: DemandFlow
    calls: DemandFlow
    custom: DemandFlow
    crossing: DemandFlow
    gb: DemandFlow
    discovered: DemandFlow
    api_calls: Mapping[str, DemandFlow]
    api_invocations: Mapping[str, DemandFlow]
    to_others: DemandFlow
    invocations: DemandFlow
    rules: int
    streams: tuple[RequestStream, ...]
    admitted: Admitted | None = None
    readers: tuple[Reading, ...] | None = None


def batch_of(stream: RequestStream) -> Fraction:
    """Events of one PutEvents call."""
    return chunks.batch_of(stream, BATCH_MAX)


def is_called(stream: RequestStream) -> bool:
    """Whether a PutEvents call brings it, by a resource or from outside."""
    return stream.access.via not in _DELIVERED and (not stream.cause.startswith("traffic.") or stream.line is not None)


def meter(spec: Bus, demand: Demand) -> Usage:
    """What EventBridge meters of a month of demand; invocations of the scenario's own targets are left out."""
    events = demand.flow
    called = [s for s in demand.requests if is_called(s)]
    crossing = [s for s in demand.requests if s.access.via == FROM_A_BUS]
    brought = [s for s in demand.requests if s not in called and s not in crossing]
    paid = 1 - Fraction(spec.free)
    api = spec.api_destinations
    invoked = {name: events * (Fraction(d.filter) * _attempts(d)) for name, d in api.items()}
    others = sum((Fraction(b.filter) for b in spec.other_buses.values()), Fraction(0))
    per_event = _mean_chunks(spec, demand, CHUNK_BYTES)
    return Usage(
        events=events,
        calls=DemandFlow.total((s.flow if s.offered is None else s.offered) * (1 / batch_of(s)) for s in called),
        custom=DemandFlow.total([*(_chunked(spec, s) for s in called), *(_chunked(spec, s) * paid for s in brought)]),
        crossing=DemandFlow.total(_chunked(spec, s) for s in crossing),
        gb=DemandFlow.total(
            s.flow * (mean(spec.size_of(s.access.payload)) / units.BYTES_PER_GB) for s in demand.requests
        ),
        discovered=(
            events * _mean_chunks(spec, demand, DISCOVERY_CHUNK_BYTES) if spec.schema_discovery else DemandFlow.zero()
        ),
        api_calls={
            name: flow * (per_event if api[name].payload is None else chunks.chunks(api[name].payload, CHUNK_BYTES))
            for name, flow in invoked.items()
        },
        api_invocations=invoked,
        to_others=events * (others * per_event),
        invocations=events * spec.outward,
        rules=len(spec.api_destinations) + len(spec.other_buses),
        streams=demand.requests,
        admitted=demand.admitted,
    )


def _attempts(destination: ApiDestination) -> Fraction:
    return attempts(Fraction(destination.fails), destination.retries)


def _chunked(spec: Bus, stream: RequestStream) -> DemandFlow:
    """Each event counts alone, also in a batch."""
    return stream.flow * chunks.chunks(spec.size_of(stream.access.payload), CHUNK_BYTES)


def _mean_chunks(spec: Bus, demand: Demand, chunk_bytes: int) -> Fraction:
    """Chunks of an event, on average over what comes in."""
    total = demand.flow.monthly
    if not total:
        return chunks.chunks(spec.event, chunk_bytes)
    each = (
        (stream.flow.monthly, chunks.chunks(spec.size_of(stream.access.payload), chunk_bytes))
        for stream in demand.requests
    )
    return sum((volume * count for volume, count in each), Fraction(0)) / total


def with_readers(spec: Bus, usage: Usage, readers: tuple[Reading, ...]) -> Usage:
    """The usage with the invocations of what reads it in the scenario."""
    if usage.readers == readers:
        return usage
    share = sum((reading.share for reading in readers), Fraction(0))
    own = len(spec.api_destinations) + len(spec.other_buses)
    return replace(
        usage, invocations=usage.events * (spec.outward + share), rules=own + len(readers), readers=readers
    )  # fmt: skip


def leaving_gb(spec: Bus, usage: Usage) -> DemandFlow:
    """GB a second of calls of API destinations, which leave for the internet, retries included."""
    total = usage.events.monthly
    of_event = usage.gb.monthly / total if total else Fraction(0)
    out = []
    for name, flow in usage.api_invocations.items():
        payload = spec.api_destinations[name].payload
        out.append(flow * (of_event if payload is None else mean(payload) / units.BYTES_PER_GB))
    return DemandFlow.total(out)


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    return {
        "events": to_quantity(usage.events.monthly),
        "put_events_calls": to_quantity(usage.calls.monthly),
        "invocations": to_quantity(usage.invocations.monthly),
    }
