"""What AWS meters of an API in a month: requests, messages, connection minutes, hours of a cache, answers that leave."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.flow import DemandFlow
from capplan.leaving import from_outside
from capplan.model import Admitted, Demand
from capplan.quantities.distribution import Distribution, expected_blocks, mean
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.services.api_gateway.quotas import METERED_STEP_BYTES, REQUEST_RATE
from capplan.services.api_gateway.spec import Api, Route, denied, shares

_HTTP, _MESSAGE = "api_gateway.http.request", "api_gateway.websocket.message"
_STREAMED = "api_gateway.rest.streamed_request"


class Usage(Record, frozen=True):
    """A month of an API.

    Attributes:
        requests: Requests a second that it serves, or connections a second that a WebSocket API opens.
        offered: The same as offered.
        wanted: What it asks of the account's requests a second: those of a connection are its messages too.
        billed: Metered requests or messages per second; refused and rejected ones are not billed.
        connected: Connections that are open.
        connection_minutes: Minutes per second that they are.
        response_bytes: Bytes of answers, or of messages to clients, per second.
        leaving_bytes: Those of them that answer somebody outside of the Region.
        cache_hours: Hours a month that it has a cache.
        admitted: What gets through; None where all does.
    """

    requests: DemandFlow
    offered: DemandFlow
    wanted: DemandFlow
    billed: DemandFlow
    connected: DemandFlow
    connection_minutes: DemandFlow
    response_bytes: DemandFlow
    leaving_bytes: DemandFlow
    cache_hours: Fraction
    admitted: Admitted | None = None


def meter(spec: Api, demand: Demand) -> Usage:
    """What AWS meters of a month of demand."""
    served, none = demand.flow, DemandFlow.zero()
    if spec.connections is None:
        passing = served * (1 - denied(spec))
        return Usage(
            requests=served,
            offered=demand.offered,
            wanted=_wanted(demand),
            billed=passing * _metered(spec),
            connected=none,
            connection_minutes=none,
            response_bytes=passing * _response_bytes(spec),
            leaving_bytes=from_outside(demand) * ((1 - denied(spec)) * _response_bytes(spec)),
            cache_hours=Fraction(units.MONTH_HOURS) if spec.cache is not None else Fraction(0),
            admitted=demand.admitted,
        )
    open_ms = mean(spec.connections.duration)
    sends, receives = Fraction(spec.connections.sends), Fraction(spec.connections.receives)
    opened = served * (1 - denied(spec))
    over = opened.spread(open_ms)
    sent_bytes = over * (receives * (mean(spec.response) if spec.response is not None else 0))
    received = steps(spec.response, _MESSAGE) * receives
    sent = sum((steps(_request(spec, route), _MESSAGE) * times for route, times in _sent(spec)), Fraction(0))
    if not spec.routes:
        sent = steps(spec.request, _MESSAGE) * sends
    return Usage(
        requests=served,
        offered=demand.offered,
        wanted=_wanted(demand, open_ms, 1 + sends + receives),
        billed=over * (sent + received),
        connected=over * (open_ms / units.MS_PER_SECOND),
        connection_minutes=over * (open_ms / (units.MS_PER_SECOND * units.SECONDS_PER_MINUTE)),
        response_bytes=sent_bytes,
        leaving_bytes=sent_bytes,
        cache_hours=Fraction(0),
        admitted=demand.admitted,
    )


def _wanted(demand: Demand, over_ms: Fraction = Fraction(0), each: Fraction = Fraction(1)) -> DemandFlow:
    """What it asks the account for: all that its own throttle lets through."""
    admitted = demand.admitted
    if admitted is None:
        return demand.offered.spread(over_ms) * each
    if REQUEST_RATE.id in admitted.wanted:
        return admitted.wanted[REQUEST_RATE.id]
    return demand.flow.spread(over_ms) * each


def _sent(spec: Api) -> list[tuple[Route, Fraction]]:
    """Messages that a client sends, by route."""
    sends = Fraction(spec.connections.sends) if spec.connections is not None else Fraction(0)
    return [(spec.routes[name], share * sends) for name, share in shares(spec).items()]


def _request(spec: Api, route: Route) -> Distribution | None:
    return spec.request if route.request is None else route.request


def _response(spec: Api, route: Route) -> Distribution | None:
    return spec.response if route.response is None else route.response


def _parts(spec: Api) -> list[tuple[Fraction, Route]]:
    """Shares of requests with their routes; what takes none has the API's sizes."""
    parts = [(share, spec.routes[name]) for name, share in shares(spec).items()]
    rest = 1 - sum((share for share, _ in parts), Fraction(0))
    return [*parts, (rest, Route())] if rest else parts


def steps(size: Distribution | None, what: str) -> Fraction:
    """Metered units of one request or message; one where its size is not known."""
    return Fraction(1) if size is None else max(Fraction(1), expected_blocks(size, METERED_STEP_BYTES[what]))


def _metered(spec: Api) -> Fraction:
    """Metered units of a mean request: of an HTTP API by the larger of request and answer, of a REST API one."""
    if spec.type == "http":
        return sum(
            (s * max(steps(_request(spec, r), _HTTP), steps(_response(spec, r), _HTTP)) for s, r in _parts(spec)),
            Fraction(0),
        )
    if spec.streamed:
        return sum((s * steps(_response(spec, r), _STREAMED) for s, r in _parts(spec)), Fraction(0))
    return Fraction(1)


def _response_bytes(spec: Api) -> Fraction:
    """Bytes of a mean answer; 0 where the scenario does not say."""
    sizes = ((share, _response(spec, route)) for share, route in _parts(spec))
    return sum((share * mean(size) for share, size in sizes if size is not None), Fraction(0))


def summary(usage: Usage) -> Mapping[str, Decimal | int]:
    """The figures of JSON's `usage`."""
    gb = usage.response_bytes.monthly / units.BYTES_PER_GB
    out: dict[str, Decimal | int] = {"requests": to_quantity(usage.requests.monthly), "response_gb": to_quantity(gb)}
    if usage.connection_minutes.terms:
        out = {
            "connections": to_quantity(usage.requests.monthly),
            "messages": to_quantity(usage.billed.monthly),
            "connection_minutes": to_quantity(usage.connection_minutes.monthly),
            "peak_connections": to_quantity(sig6(usage.connected.peak().per_second)),
            "response_gb": to_quantity(gb),
        }
    return out
