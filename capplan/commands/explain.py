"""Where a line's quantity comes from: every request that drives it, metered alone. It rates nothing and words no report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from capplan.reading.nearest import nearest
from capplan.reading.scalars import shown
from capplan.resource_type import DeclaredResource


@dataclass(frozen=True, slots=True)
class Cause:
    """Requests of one kind, and what they bring to a line.

    Attributes:
        flow: How many, by entrance; exact.
        access: What each request is.
        cause: The address of who sends them.
        quantity: What they bring to the line when they come alone.
        line: Where the scenario says so; 0 where it does not.
        item_bytes: The size of an item, where one size is said.
    """

    flow: DemandFlow
    access: Access
    cause: str
    quantity: Fraction
    line: int
    item_bytes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """One charge: its causes, what is left when they are added up, and its lines, one a tier."""

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
    """A line item, explained.

    Raises:
        CapplanError: There is no such line, or a price is missing.
    """
    priced = _priced(scenario, today, seed)
    address, charge = _charge(priced, line_id)
    resource = scenario.resources[address]
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


def line_ids(scenario: Scenario, *, today: date | None = None, seed: int = 0) -> tuple[LineItem, ...]:
    """Every line of a scenario, the dearest first."""
    return tuple(sorted(_priced(scenario, today, seed).lines, key=lambda x: (-x.contracted_cost, x.id)))


def _priced(scenario: Scenario, today: date | None, seed: int) -> Priced:
    priced = price(meter(scenario, seed), catalogue_of(scenario), today)
    if priced.missing:
        raise missing_prices(scenario, priced.missing)
    return priced


def _charge(priced: Priced, line_id: str) -> tuple[str, Charge]:
    """The address and the charge of a line's id."""
    ids = {x.id: x.charge_id for x in priced.lines} | {x.charge_id: x.charge_id for x in priced.lines}
    wanted = ids.get(line_id)
    for address, charges in priced.charges.items():
        for charge in charges:
            if wanted is not None and charge.id == wanted:
                return address, charge
    close = nearest(line_id, ids)
    own = [x for x in ids if x.startswith(f"{line_id}.")]
    hint = (
        f"its lines are {', '.join(own[:8])}"
        if own
        else f"did you mean '{close}'?"
        if close
        else "capplan explain SCENARIO, without a line, names all"
    )
    raise CapplanError((Diagnostic(priced.metered.scenario.file, 0, 0, f"there is no line {shown(line_id)}", hint),))


def _causes(priced: Priced, resource: Resource, charge: Charge) -> list[Cause]:
    """Each kind of request metered alone. What depends on all together (a peak, a batch) is left over."""
    works = priced.metered.demand[resource.address].requests
    found = [_alone(priced, resource, charge, work) for work in works]
    causes = [cause for cause in found if cause.quantity]
    whole = sum((c.quantity for c in causes), Fraction(0))
    if charge.flow is None or whole > charge.quantity:
        return []
    return sorted(causes, key=lambda c: -c.quantity)


def _alone(priced: Priced, resource: Resource, charge: Charge, work: RequestStream) -> Cause:
    ctx = priced.metered.context
    usage: Any = resource.type.meter(DeclaredResource(resource.name, resource.spec, ctx), Demand((work,)))
    quantity = sum((c.quantity for c in charges_of(resource, usage, ctx) if c.id == charge.id), Fraction(0))
    line = line_of(priced.metered.scenario, work)
    size = work.access.item_size or getattr(resource.spec, "item_size", None)
    item_bytes = size.points[0][1] if size is not None and size.fixed and charge.flow is not None else None
    return Cause(work.flow, work.access, work.cause, quantity, line, item_bytes)


def line_of(scenario: Scenario, work: RequestStream) -> int:
    """The line of the scenario that asks for some work: the call, else the caller or the traffic."""
    section, _, name = work.cause.partition(".")
    path: list[str | int] = [section, name]
    raw = scenario.data.get(section)
    raw = raw.get(name) if isinstance(raw, Mapping) else None
    for word in ("calls", "access"):
        listed = raw.get(word) if isinstance(raw, Mapping) else None
        if isinstance(listed, list):
            inner = _call_path(listed, work.access)
            if inner is not None:
                return scenario.doc.locate([*path, word, *inner]).line
    if raw is None and section != "traffic":
        return 0
    return scenario.doc.locate(path, key=True).line


def _call_path(listed: Sequence[Any], access: Access) -> list[str | int] | None:
    """Where in a list of calls one of an operation and a target stands, its lists searched too."""
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
