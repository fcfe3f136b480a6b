"""Explains a line item's quantity: the requests that drive it, each metered on its own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from capplan.calls import Access
from capplan.errors import CapplanError, Diagnostic
from capplan.flow import DemandFlow
from capplan.language.scenario import Resource, Scenario
from capplan.model import Charge, Demand, RequestStream
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, charges_of, missing_prices, price
from capplan.pricing.rating import LineItem
from capplan.reading.document import Overlaid
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.record import Record
from capplan.resource_type import DeclaredResource
from capplan.services import SECTIONS

_ENTRY = 2
"""Steps of the path of a whole entry."""


class Cause(Record, frozen=True):
    """Requests of one kind, and what they add to a charge.

    Attributes:
        flow: How many, by traffic source; exact.
        access: What each request is.
        cause: The address of the caller.
        quantity: What they add to the charge when metered on their own.
        line: The line of the scenario they come from; 0 for none.
        overlay: The file of that line, where it is one that is laid over the scenario; empty for the scenario's own.
        item_bytes: The size of an item, where all have one size.
    """

    flow: DemandFlow
    access: Access
    cause: str
    quantity: Fraction
    line: int
    item_bytes: Decimal | None = None
    overlay: str = ""


class Explained(Record, frozen=True):
    """A charge: its causes, the quantity that only their combination adds (`together`), and its line items, one a tier."""

    id: str
    name: str
    region: str
    resource: str
    resource_line: int
    file: str
    description: str
    quantity: Fraction
    unit: str
    causes: tuple[Cause, ...]
    together: Fraction
    lines: tuple[LineItem, ...]
    monthly_cost: Decimal
    discount: Decimal

    @property
    def cost(self) -> Decimal:
        """The charge's cost a month."""
        return sum((line.contracted_cost for line in self.lines), Decimal(0))


def explain(scenario: Scenario, line_id: str, *, today: date | None = None, seed: int = 0) -> Explained:
    """A charge, explained by the id of one of its line items.

    Raises:
        CapplanError: The id is unknown, or a price is missing.
    """
    priced = _priced(scenario, today, seed)
    address, charge = _charge(priced, line_id)
    resource = priced.metered.scenario.resources[address]
    causes = tuple(_causes(priced, resource, charge))
    return Explained(
        id=charge.id,
        name=scenario.name,
        region=scenario.region,
        resource=resource.label,
        resource_line=resource.line,
        file=scenario.file,
        description=charge.description,
        quantity=charge.quantity,
        unit=charge.unit,
        causes=causes,
        together=charge.quantity - sum((c.quantity for c in causes), Fraction(0)),
        lines=tuple(x for x in priced.lines if x.charge_id == charge.id),
        monthly_cost=priced.monthly_cost,
        discount=scenario.account.discount,
    )


def line_items(scenario: Scenario, *, today: date | None = None, seed: int = 0) -> tuple[LineItem, ...]:
    """All line items of a scenario, the largest cost first."""
    return tuple(sorted(_priced(scenario, today, seed).lines, key=lambda x: (-x.contracted_cost, x.id)))


def _priced(scenario: Scenario, today: date | None, seed: int) -> Priced:
    priced = price(meter(scenario, seed), catalogue_of(scenario), today)
    if priced.missing:
        raise missing_prices(scenario, priced.missing)
    return priced


def _charge(priced: Priced, line_id: str) -> tuple[str, Charge]:
    """The resource's address and the charge of a line item's id."""
    ids = {x.id: x.charge_id for x in priced.lines} | {x.charge_id: x.charge_id for x in priced.lines}
    charge_id = ids.get(line_id)
    for address, charges in priced.charges.items():
        for charge in charges:
            if charge.id == charge_id:
                return address, charge
    close = nearest(line_id, ids)
    of_resource = [x for x in ids if x.startswith(f"{line_id}.")]
    hint = (
        f"its line items are {', '.join(of_resource[:8])}"
        if of_resource
        else f"did you mean '{close}'?"
        if close
        else "capplan explain SCENARIO lists all"
    )
    raise CapplanError((Diagnostic(priced.metered.scenario.file, 0, 0, f"unknown line item {shown(line_id)}", hint),))


def _causes(priced: Priced, resource: Resource, charge: Charge) -> list[Cause]:
    """Each request stream metered on its own; empty where that explains nothing (a peak, a batch)."""
    streams = priced.metered.demand[resource.address].requests
    causes = [cause for stream in streams if (cause := _cause(priced, resource, charge, stream)).quantity]
    total = sum((cause.quantity for cause in causes), Fraction(0))
    if charge.flow is None or total > charge.quantity:
        return []
    return sorted(causes, key=lambda c: -c.quantity)


def _cause(priced: Priced, resource: Resource, charge: Charge, stream: RequestStream) -> Cause:
    ctx = priced.metered.context
    usage: Any = resource.type.meter(DeclaredResource(resource.name, resource.spec, ctx), Demand((stream,)))
    quantity = sum((c.quantity for c in charges_of(resource, usage, ctx) if c.id == charge.id), Fraction(0))
    scenario = priced.metered.scenario
    path = _place_of(scenario, stream)
    line = scenario.doc.locate(path, key=len(path) == _ENTRY).line if path else 0
    overlay = scenario.doc.layer(path).file if path and isinstance(scenario.doc, Overlaid) else ""
    size = stream.access.item_size or getattr(resource.spec, "item_size", None)
    item_bytes = size.points[0][1] if size is not None and size.fixed and charge.flow is not None else None
    return Cause(
        stream.flow,
        stream.access,
        stream.cause,
        quantity,
        line,
        item_bytes,
        "" if overlay == scenario.doc.file else overlay,
    )


def _place_of(scenario: Scenario, stream: RequestStream) -> list[str | int]:
    """The path of what a request stream comes from: the call, else the caller or the traffic; empty for none."""
    section, _, name = stream.cause.partition(".")
    path: list[str | int] = [section, name]
    raw = scenario.data.get(section)
    raw = raw.get(name) if isinstance(raw, Mapping) else None
    for place, listed in _lists_of_requests(raw, section):
        if isinstance(listed, list):
            inner = _call_path(listed, stream.access)
            if inner is not None:
                return [*path, *place, *inner]
    return [] if raw is None and section != "traffic" else path


def _lists_of_requests(raw: object, section: str) -> Iterator[tuple[list[str | int], object]]:
    """What of a resource lists requests, with its path: `calls`, `access`, and keys such as an API's routes."""
    if not isinstance(raw, Mapping):
        return
    for word in ("calls", "access"):
        yield [word], raw.get(word)
    for key in SECTIONS[section].requests_in if section in SECTIONS else ():
        items = raw.get(key)
        if isinstance(items, Mapping):
            yield [key], [items]
            for name, item in items.items():
                yield [key, name], [item]
                yield [key, name, "calls"], item.get("calls") if isinstance(item, Mapping) else None


def _call_path(listed: Sequence[Any], access: Access) -> list[str | int] | None:
    """The path, in a list of calls, of the call with this operation and target; inner lists are searched too."""
    for i, item in enumerate(listed):
        if not isinstance(item, Mapping):
            continue
        if item.get(access.op) == access.target:
            return [i]
        for key, value in item.items():
            inner = _call_path(value, access) if isinstance(value, list) else None
            if inner is not None:
                return [i, key, *inner]
    return None
