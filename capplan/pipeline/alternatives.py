"""Plans an alternative to a plan: the whole scenario again, or one resource of it where nothing else can change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from capplan.language.scenario import Resource
from capplan.language.specs import respec
from capplan.model import Change, Charge, Context, Demand
from capplan.pipeline.flow import alike
from capplan.pipeline.meter import Metered
from capplan.pipeline.pools import pool_check, suffices, with_loads
from capplan.pipeline.price import Priced, charges_of, is_tiered, monthly, price, rate_charges
from capplan.pipeline.what_if import apply, what_if
from capplan.pricing.rating import Rated
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource

_FLOW_KEYS = ("calls", "access", "triggers")


class Part(NamedTuple):
    """A resource of an alternative that differs from the base, and no other with it.

    `rated` are its charges; None where a price of theirs has tiers that the account shares.
    """

    resource: Resource
    usage: Any
    charges: tuple[Charge, ...]
    rated: Rated | None


@dataclass(frozen=True)
class Alternative:
    """A plan with some changes, of which only what differs is planned again.

    Attributes:
        changed: Addresses of the resources that may differ from the base.
        parts: By address, where these resources differ and no other; empty where all is planned again.
        whole: All of it, priced; None where the parts are enough.
    """

    base: Priced
    changes: tuple[Change, ...]
    changed: frozenset[str]
    monthly_cost: Decimal
    missing: tuple[str, ...]
    parts: Mapping[str, Part]
    whole: Priced | None

    @property
    def saving(self) -> Decimal | None:
        """USD a month less than the base; None where a price is missing."""
        return None if self.missing else self.base.monthly_cost - self.monthly_cost

    @property
    def context(self) -> Context:
        """What services may know in the alternative."""
        return self.base.metered.context if self.whole is None else self.whole.metered.context

    def resource_at(self, address: str) -> Resource | None:
        """A resource as the alternative declares it."""
        if address in self.parts:
            return self.parts[address].resource
        priced = self.base if self.whole is None else self.whole
        return priced.metered.scenario.resources.get(address)

    def metered(self, address: str) -> MeteredResource[Any, Any] | None:
        """A resource with its usage in the alternative; None where it is not there."""
        part = self.parts.get(address)
        if part is not None:
            return MeteredResource(part.resource.name, part.resource.spec, part.usage, self.context)
        metered = (self.base if self.whole is None else self.whole).metered
        return metered.resource(address) if address in metered.scenario.resources else None

    @cached_property
    def priced(self) -> Priced:
        """All of it, priced."""
        if self.whole is not None:
            return self.whole
        base = self.base
        replaced = {charge.id for address in self.parts for charge in base.charges[address]}
        rated = [part.rated for part in self.parts.values() if part.rated is not None]
        kept = [line for line in base.lines if line.charge_id not in replaced]
        lines = (*kept, *(line for r in rated for line in r.lines))
        charges = {**base.charges, **{address: part.charges for address, part in self.parts.items()}}
        missing = tuple(m for r in rated for m in r.missing)
        return Priced(_with(base.metered, self.changes, self.parts), base.catalogue, charges, lines, missing)


def alternative(base: Priced, address: str, changes: Sequence[Change], today: date | None) -> Alternative:
    """The scenario with a change of one resource, planned again: only that resource where nothing else can change.

    Raises:
        CapplanError: The changed scenario is invalid.
    """
    alone = _alone(base, address, changes)
    if alone is None:
        return planned_whole(base, changes, today)
    resource, usage = alone
    scenario = base.metered.scenario
    charges = charges_of(resource, usage, base.metered.context)
    shared = any(is_tiered(base.catalogue, c) for c in (*charges, *base.charges[address]))
    apart = not shared and not scenario.account.free_tier and not scenario.commitments
    rated = rate_charges(charges, scenario, base.catalogue, today) if apart else None
    return _of_parts(base, changes, {address: Part(resource, usage, charges, rated)}, today)


def side_by_side(
    base: Priced, alternatives: Sequence[Alternative], changes: Sequence[Change], today: date | None
) -> Alternative | None:
    """Alternatives of different resources together; None where one may affect what another does.

    Args:
        base: The plan.
        alternatives: Each of them alone.
        changes: All their changes, in order.
        today: As of the plan.
    """
    parts = {address: part for other in alternatives for address, part in other.parts.items()}
    if not all(other.parts for other in alternatives) or len(parts) != sum(len(o.parts) for o in alternatives):
        return None
    metered = base.metered
    pools = with_loads(metered.pools, {a: (p.resource, p.usage) for a, p in parts.items()}, metered.context)
    for limit, members in pools.items():
        check = (
            None
            if members == metered.pools.get(limit)
            else pool_check(limit, [m.load for m in members], metered.context)
        )
        if check is not None and check.breached:
            return None
    return _of_parts(base, changes, parts, today)


def _of_parts(base: Priced, changes: Sequence[Change], parts: Mapping[str, Part], today: date | None) -> Alternative:
    """The alternative in which some resources differ: their charges alone are rated again where no tier is shared."""
    rated = [part.rated for part in parts.values() if part.rated is not None]
    if len(rated) < len(parts):
        whole = price(_with(base.metered, changes, parts), base.catalogue, today, base)
        missing = tuple(m.key for m in whole.missing)
        return Alternative(base, tuple(changes), frozenset(parts), whole.monthly_cost, missing, parts, whole)
    less = sum((base.cost_by_resource[address] for address in parts), Decimal(0))
    cost = base.monthly_cost - less + sum((monthly(r.lines) for r in rated), Decimal(0))
    missing = tuple(m.key for r in rated for m in r.missing)
    return Alternative(base, tuple(changes), frozenset(parts), cost, missing, parts, None)


def planned_whole(
    base: Priced, changes: Sequence[Change], today: date | None, near: Priced | None = None
) -> Alternative:
    """The scenario with any changes, planned again as a whole, from a plan with some of them. Raises CapplanError."""
    whole = what_if(base, changes, today, near)
    missing = tuple(m.key for m in whole.missing)
    return Alternative(base, tuple(changes), _differing(base, whole), whole.monthly_cost, missing, {}, whole)


def _differing(base: Priced, whole: Priced) -> frozenset[str]:
    before, after = base.metered, whole.metered
    addresses = before.scenario.resources.keys() | after.scenario.resources.keys()
    return frozenset(
        a
        for a in addresses
        if a not in before.usage
        or a not in after.usage
        or before.usage[a] is not after.usage[a]
        or before.scenario.resources[a].spec is not after.scenario.resources[a].spec
    )


def _alone(base: Priced, address: str, changes: Sequence[Change]) -> tuple[Resource, Any] | None:
    """The changed resource and its usage, where the change affects no other; None where it may."""
    scenario, ctx = base.metered.scenario, base.metered.context
    resource = scenario.resources.get(address)
    if resource is None or resource.section.requests_in:  # a change of the account; its calls are in its spec
        return None
    if resource.type.is_linked(resource.spec):
        return None
    if any(not c.path.startswith(f"{address}.") or c.path.split(".")[2] in _FLOW_KEYS for c in changes):
        return None
    section, _, name = address.partition(".")
    spec = respec(scenario, address, apply({section: {name: scenario.data[section][name]}}, changes)[section][name])
    type_, before, after = resource.type, *(DeclaredResource(name, s, ctx) for s in (resource.spec, spec))
    demand = _served_alike(base.metered, address, after)
    if demand is None:
        return None
    usage = type_.meter(after, demand)
    used = type_.pools(base.metered.resource(address))
    if not suffices(base.metered.pools, address, used, type_.pools(MeteredResource(name, spec, usage, ctx)), ctx):
        return None
    is_read = address in base.metered.consumed
    requests = base.metered.demand[address].requests if is_read else ()
    affects_nothing_else = (
        (not is_read or type_.shards(usage) == type_.shards(base.metered.usage[address]))
        and all(
            type_.emitted_records(spec, r.access) == type_.emitted_records(resource.spec, r.access) for r in requests
        )
        and type_.calls(after) == type_.calls(before)
        and type_.duration_ms(after) == ctx.duration_ms[address]
        and type_.calls_per_unit(spec) == type_.calls_per_unit(resource.spec)
        and type_.failure_share(spec) == type_.failure_share(resource.spec)
        and type_.schedule(spec) == type_.schedule(resource.spec)
        and type_.timeout_ms(spec) == type_.timeout_ms(resource.spec)
    )
    return (replace(resource, spec=spec), usage) if affects_nothing_else else None


def _served_alike(metered: Metered, address: str, after: DeclaredResource[Any]) -> Demand | None:
    """The demand that the changed resource serves; None where it is another than before: others are then asked for less."""
    offered, before = metered.offered[address], metered.demand[address]
    admitted = metered.scenario.resources[address].type.admit(after, offered)
    if admitted is None or before.admitted is None:
        return offered if admitted is before.admitted else None
    return before if alike(before.admitted, admitted) else None


def _with(metered: Metered, changes: Sequence[Change], parts: Mapping[str, Part]) -> Metered:
    """The metered scenario with some resources in the place of their former selves."""
    scenario = replace(
        metered.scenario,
        data=apply(metered.scenario.data, changes),
        resources={**metered.scenario.resources, **{address: part.resource for address, part in parts.items()}},
    )
    usage = {**metered.usage, **{address: part.usage for address, part in parts.items()}}
    pools = with_loads(metered.pools, {a: (p.resource, p.usage) for a, p in parts.items()}, metered.context)
    return replace(metered, scenario=scenario, usage=usage, pools=pools)
