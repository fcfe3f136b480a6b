"""A table under one mode at several multiples of its traffic: what it costs and what it throttles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource
from capplan.model import Charge, Demand
from capplan.pipeline.implied import address_of, following, implied_by
from capplan.pipeline.price import Priced, charges_of, monthly, priced_charges, rate_charges
from capplan.pricing.rating import LineItem
from capplan.record import Record, replace
from capplan.services.dynamodb.capacity.modes import Mode, in_class
from capplan.services.dynamodb.capacity.uncertain import Case, constants
from capplan.services.dynamodb.usage import Usage, meter, meter_with

Multiple = Fraction
AS_TODAY = Fraction(1)


class Run(Record, frozen=True, eq=False):
    """One mode, one class, one multiple of the traffic.

    Attributes:
        usage: What AWS would meter.
        charges: Under which prices: the table's, and those of what follows from the mode, such as alarms.
        lines: Their line items; empty where a price is missing.
        missing: Missing prices.
    """

    usage: Usage
    charges: tuple[Charge, ...]
    lines: tuple[LineItem, ...]
    missing: tuple[str, ...] = ()

    @property
    def cost(self) -> Decimal | None:
        """The month of the table with all its indexes; None where a price is missing."""
        return None if self.missing else monthly(self.lines)

    def cost_of(self, prefix: str) -> Decimal | None:
        """The month of the charges whose id begins with a prefix."""
        return None if self.missing else monthly(x for x in self.lines if x.charge_id.startswith(prefix))


class Runs(Record, frozen=True, eq=False):
    """A mode in a class at every multiple; the capacity settings stay as planned for today's traffic."""

    mode: Mode
    table_class: str
    at: Mapping[Multiple, Run] = {}

    @property
    def base(self) -> Run:
        """At today's traffic."""
        return self.at[AS_TODAY]


def scaled(demand: Demand, multiple: Multiple) -> Demand:
    """The demand with traffic multiplied, schedules as they are."""
    return Demand(tuple(replace(stream, flow=_scaled(stream.flow, multiple)) for stream in demand.requests))


def _scaled(flow: DemandFlow, multiple: Multiple) -> DemandFlow:
    return DemandFlow(tuple((shape, m * multiple if shape.recurring else m) for shape, m in flow.terms))


def usages(mode: Mode, demand: Demand, base: Priced, multiples: Sequence[Multiple]) -> dict[Multiple, Usage]:
    """The mode's usage at every multiple."""
    ctx = base.metered.context
    return {m: mode.usage if m == AS_TODAY else meter(mode.spec, scaled(demand, m), ctx) for m in multiples}


def runs_of(
    base: Priced,
    resource: Resource,
    mode: Mode,
    used: Mapping[Multiple, Usage],
    table_class: str,
    today: date | None,
    of_modes: Collection[str],
) -> Runs:
    """A mode in a class at every multiple, priced with what follows from it, `of_modes`."""
    mode = in_class(mode, resource.name, "standard" if table_class == "standard" else "standard-ia")
    return Runs(mode, table_class, {m: _run(base, resource, mode, usage, today, of_modes) for m, usage in used.items()})


def follow_from_modes(base: Priced, resource: Resource, modes: Iterable[Mode]) -> frozenset[str]:
    """Addresses of what follows from the table in some modes and not in others: a mode's cost is that of both."""
    ctx = base.metered.context
    found = [
        frozenset(map(address_of, implied_by(replace(resource, spec=mode.spec), mode.usage, ctx))) for mode in modes
    ]
    return frozenset().union(*found) - found[0].intersection(*found) - base.metered.as_declared.resources.keys()


def _run(
    base: Priced, resource: Resource, mode: Mode, usage: Usage, today: date | None, of_modes: Collection[str]
) -> Run:
    scenario, ctx = base.metered.scenario, base.metered.context
    planned = replace(resource, spec=mode.spec)
    charges = charges_of(planned, usage, ctx)
    if of_modes:
        causes = {resource.address: implied_by(planned, usage, ctx)}
        after = following(base.metered.as_declared, {}, causes, ctx, lambda *_: None, of_modes)
        charges += tuple(
            c for one in after.values() for c in priced_charges(one.resource, one.usage, ctx, base.catalogue)
        )
    others: list[Charge] = []
    if scenario.account.free_tier:
        own = {resource.address, *of_modes}
        others = [c for address, charges in base.charges.items() if address not in own for c in charges]
    rated = rate_charges([*others, *charges], scenario, base.catalogue, today)
    ids, prices = {charge.id for charge in charges}, {charge.price for charge in charges}
    missing = tuple(price.key for price in rated.missing if price.key in prices)
    return Run(usage, charges, tuple(line for line in rated.lines if line.charge_id in ids), missing)


def throttled_in(mode: Mode, demand: Demand, base: Priced, case: Case) -> Fraction:
    """The share throttled today when everything AWS does not publish is at one end."""
    return meter_with(mode.spec, demand, base.metered.context, constants(case)).throttled
