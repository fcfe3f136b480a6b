"""Plans an alternative to a plan: the whole scenario again, or one resource of it where nothing else can change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from capplan.language.scenario import Resource
from capplan.language.specs import respec
from capplan.model import Change, Charge, Context, Demand
from capplan.pipeline.flow import alike
from capplan.pipeline.meter import Metered
from capplan.pipeline.pools import suffices, with_loads
from capplan.pipeline.price import Priced, charges_of, monthly, price, rate_charges
from capplan.pipeline.what_if import apply, what_if
from capplan.pricing.catalogue import Catalogue
from capplan.pricing.rating import Rated
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource

_FLOW_KEYS = ("calls", "access", "triggers")


@dataclass(frozen=True)
class Alternative:
    """A plan with some changes, of which only what differs is planned again.

    Attributes:
        changed: Addresses of the resources that may differ from the base.
        resource: The one resource that differs, with its `usage` and `charges`; None where the whole is planned again.
        rated: Its charges, where no price of theirs has tiers that the account shares.
        whole: All of it, priced; None where `rated` is enough.
    """

    base: Priced
    changes: tuple[Change, ...]
    changed: frozenset[str]
    monthly_cost: Decimal
    missing: tuple[str, ...]
    resource: Resource | None = None
    usage: Any = None
    charges: tuple[Charge, ...] = ()
    rated: Rated | None = None
    whole: Priced | None = None

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
        if self.resource is not None and address == self.resource.address:
            return self.resource
        priced = self.base if self.whole is None else self.whole
        return priced.metered.scenario.resources.get(address)

    def metered(self, address: str) -> MeteredResource[Any, Any] | None:
        """A resource with its usage in the alternative; None where it is not there."""
        resource = self.resource_at(address)
        if resource is None:
            return None
        if resource is self.resource:
            return MeteredResource(resource.name, resource.spec, self.usage, self.context)
        return (self.base if self.whole is None else self.whole).metered.resource(address)

    @cached_property
    def priced(self) -> Priced:
        """All of it, priced."""
        if self.whole is not None:
            return self.whole
        assert self.resource is not None and self.rated is not None  # noqa: S101, PT018  else it is whole
        base, address = self.base, self.resource.address
        replaced = {charge.id for charge in base.charges[address]}
        kept = (line for line in base.lines if line.charge_id not in replaced)
        charges, lines = {**base.charges, address: self.charges}, (*kept, *self.rated.lines)
        metered = _with(base.metered, self.changes, self.resource, self.usage)
        return Priced(metered, base.catalogue, charges, lines, self.rated.missing)


def alternative(base: Priced, address: str, changes: Sequence[Change], today: date | None) -> Alternative:
    """The scenario with a change of one resource, planned again: only that resource where nothing else can change.

    Raises:
        CapplanError: The changed scenario is invalid.
    """
    alone = _alone(base, address, changes)
    if alone is None:
        return planned_whole(base, changes, today)
    resource, usage = alone
    scenario, ctx = base.metered.scenario, base.metered.context
    charges, touched = charges_of(resource, usage, ctx), frozenset({address})
    shared = any(_tiered(base.catalogue, c.price) for c in (*charges, *base.charges[address]))
    if shared or scenario.account.free_tier or scenario.commitments:
        whole = price(_with(base.metered, changes, resource, usage), base.catalogue, today)
        missing = tuple(m.key for m in whole.missing)
        return Alternative(
            base, tuple(changes), touched, whole.monthly_cost, missing, resource, usage, charges, whole=whole
        )
    rated = rate_charges(charges, scenario, base.catalogue, today)
    cost = base.monthly_cost - base.cost_by_resource[address] + monthly(rated.lines)
    missing = tuple(m.key for m in rated.missing)
    return Alternative(base, tuple(changes), touched, cost, missing, resource, usage, charges, rated)


def planned_whole(base: Priced, changes: Sequence[Change], today: date | None) -> Alternative:
    """The scenario with any changes, planned again as a whole. Raises CapplanError."""
    whole = what_if(base, changes, today)
    missing = tuple(m.key for m in whole.missing)
    return Alternative(base, tuple(changes), _differing(base, whole), whole.monthly_cost, missing, whole=whole)


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
    outside = any(not c.path.startswith(f"{address}.") or c.path.split(".")[2] in _FLOW_KEYS for c in changes)
    if resource is None or outside:
        return None
    section, _, name = address.partition(".")
    spec = respec(scenario, address, apply({section: {name: scenario.data[section][name]}}, changes)[section][name])
    type_, before, after = resource.type, *(DeclaredResource(name, s, ctx) for s in (resource.spec, spec))
    demand = _served_alike(base.metered, address, after)
    if demand is None:
        return None
    usage = type_.meter(after, demand)
    if not suffices(base.metered.pools, address, type_.pools(MeteredResource(name, spec, usage, ctx)), ctx):
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


def _tiered(catalogue: Catalogue, key: str) -> bool:
    entry = catalogue.price(key)
    return entry is not None and len(entry.tiers) > 1


def _with(metered: Metered, changes: Sequence[Change], resource: Resource, usage: Any) -> Metered:  # noqa: ANN401  each service has its own usage
    """The metered scenario with one resource in the place of its former self."""
    scenario = replace(
        metered.scenario,
        data=apply(metered.scenario.data, changes),
        resources={**metered.scenario.resources, resource.address: resource},
    )
    usages = {**metered.usage, resource.address: usage}
    pools = with_loads(metered.pools, resource, usage, metered.context)
    return replace(metered, scenario=scenario, usage=usages, pools=pools)
