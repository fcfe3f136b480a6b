"""Plans an alternative to a plan: the whole scenario again, or one resource of it where nothing else can change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from capplan.language.scenario import Resource
from capplan.language.specs import respec
from capplan.model import Change, Charge, Context, Demand, Implied
from capplan.pipeline.flow import alike
from capplan.pipeline.implied import address_of, following, implied_by
from capplan.pipeline.meter import Metered, sections_alike, with_implied
from capplan.pipeline.pools import is_exceeded, suffices, with_loads
from capplan.pipeline.price import Priced, is_tiered, monthly, price, priced_charges, rate_charges
from capplan.pipeline.what_if import apply, what_if
from capplan.pricing.rating import Rated
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource, ResourceType

_FLOW_KEYS = ("calls", "access", "triggers")


class Part(NamedTuple):
    """A resource of an alternative that differs from the base, and no other with it but what follows from it.

    Attributes:
        resource: The resource.
        usage: What AWS meters of it.
        charges: Its charges.
        rated: Their line items; None where a price of theirs has tiers that the account shares.
        implied: What follows from it in other services.
        follows: By address, the parts of what follows that differ; None for what follows no more.
    """

    resource: Resource
    usage: Any
    charges: tuple[Charge, ...]
    rated: Rated | None
    implied: tuple[Implied, ...] = ()
    follows: Mapping[str, "Part | None"] = {}


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

    @cached_property
    def _every(self) -> Mapping[str, Part | None]:
        return _with_follows(self.parts)

    def resource_at(self, address: str) -> Resource | None:
        """A resource as the alternative declares it."""
        if address in self._every:
            part = self._every[address]
            return None if part is None else part.resource
        priced = self.base if self.whole is None else self.whole
        return priced.metered.scenario.resources.get(address)

    def metered(self, address: str) -> MeteredResource[Any, Any] | None:
        """A resource with its usage in the alternative; None where it is not there."""
        if address in self._every:
            part = self._every[address]
            return part and MeteredResource(part.resource.name, part.resource.spec, part.usage, self.context)
        metered = (self.base if self.whole is None else self.whole).metered
        return metered.resource(address) if address in metered.scenario.resources else None

    def cost_alone(self, address: str) -> Decimal | None:
        """Monthly cost of a part that is asked for what it was before, and rated apart; None of any other resource."""
        part, metered = self.parts.get(address), self.base.metered
        if part is None or part.rated is None or address in metered.joined:
            return None
        if any(address in other.follows for other in self.parts.values()):
            return None
        return monthly(part.rated.lines)

    @cached_property
    def priced(self) -> Priced:
        """All of it, priced."""
        if self.whole is not None:
            return self.whole
        base = self.base
        every = self._every
        replaced = {charge.id for address in every for charge in base.charges.get(address, ())}
        rated = [part.rated for part in every.values() if part is not None and part.rated is not None]
        kept = [line for line in base.lines if line.charge_id not in replaced]
        lines = (*kept, *(line for r in rated for line in r.lines))
        gone = {address for address, part in every.items() if part is None}
        charges = {a: charges for a, charges in base.charges.items() if a not in gone}
        charges |= {address: part.charges for address, part in every.items() if part is not None}
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
    implied = implied_by(resource, usage, base.metered.context)
    follows = _follows(base, address, implied, today)
    part = _part(base, resource, usage, today)._replace(implied=implied, follows=follows)
    return _of_parts(base, changes, {address: part}, today)


def _part(base: Priced, resource: Resource, usage: Any, today: date | None) -> Part:  # noqa: ANN401  any service's usage
    """A resource with its charges, rated where no other's depend on them."""
    scenario = base.metered.scenario
    charges = priced_charges(resource, usage, base.metered.context, base.catalogue)
    before = base.charges.get(resource.address, ())
    shared = any(is_tiered(base.catalogue, c) for c in (*charges, *before))
    apart = not shared and not scenario.account.free_tier and not scenario.commitments
    owners = {charge.id: resource.label for charge in charges}
    rated = rate_charges(charges, scenario, base.catalogue, today, owners) if apart else None
    return Part(resource, usage, charges, rated)


def _follows(base: Priced, address: str, implied: tuple[Implied, ...], today: date | None) -> Mapping[str, Part | None]:
    """What differs of what follows from a resource, now that `implied` does."""
    metered = base.metered
    before = metered.implied.get(address, ())
    if implied == before:
        return {}
    moved = {address_of(i) for i in (*before, *implied)}
    places = {a: base.causes_by_implied.get(a, ()) for a in moved}
    known = {cause: place for of_one in places.values() for place, cause in of_one}
    in_order = sorted({*known, address}, key=lambda cause: known.get(cause, len(metered.implied)))
    causes = {cause: implied if cause == address else metered.implied[cause] for cause in in_order}
    own = metered.as_declared
    demand = {a: metered.own_demand_of(a) for a in moved if a in own.resources}
    found = following(own, demand, causes, metered.context, lambda *_: None, moved)
    out: dict[str, Part | None] = {a: _part(base, f.resource, f.usage, today) for a, f in found.items()}
    for left in moved - found.keys():
        resource = own.resources.get(left)
        out[left] = None if resource is None else _part(base, resource, _unjoined(metered, resource), today)
    return out


def _unjoined(metered: Metered, resource: Resource) -> Any:  # noqa: ANN401  any service's usage
    """The usage of a declared resource from which nothing follows any more."""
    declared = DeclaredResource(resource.name, resource.spec, metered.context)
    return resource.type.meter(declared, metered.own_demand_of(resource.address))


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
    touched = [len(_with_follows(other.parts)) for other in alternatives]
    if not all(other.parts for other in alternatives) or len(_with_follows(parts)) != sum(touched):
        return None
    metered = base.metered
    pools = with_loads(metered.pools, _changed(parts), metered.context)
    for limit, members in pools.items():
        moved = members != metered.pools.get(limit)
        if moved and is_exceeded(limit, [m.load for m in members], metered.context):
            return None
    return _of_parts(base, changes, parts, today)


def on_top(
    base: Priced,
    whole: Alternative,
    alternatives: Sequence[Alternative],
    more: Sequence[Change],
    changes: Sequence[Change],
    today: date | None,
) -> Alternative | None:
    """Alternatives of single resources on top of one that was planned as a whole; None where they may affect it.

    Args:
        base: The plan.
        whole: Planned as a whole; none of the others' resources is asked for other requests in it than in the plan.
        alternatives: Each of them alone.
        more: Their changes, in order.
        changes: Those of all, in order.
        today: As of the plan.
    """
    known = sections_alike(base.metered.context, whole.context)
    moved = {address for other in alternatives for address in _with_follows(other.parts)}
    if moved & whole.changed or any(address.partition(".")[0] not in known for address in moved):
        return None
    together = side_by_side(whole.priced, alternatives, more, today)
    if together is None:
        return None
    priced = together.priced
    return Alternative(
        base, tuple(changes), _differing(base, priced), together.monthly_cost, together.missing, {}, priced
    )


def _of_parts(base: Priced, changes: Sequence[Change], parts: Mapping[str, Part], today: date | None) -> Alternative:
    """The alternative in which some resources differ: their charges alone are rated again where no tier is shared."""
    every = _with_follows(parts)
    rated = [part.rated for part in every.values() if part is not None and part.rated is not None]
    if len(rated) < sum(part is not None for part in every.values()):
        whole = price(_with(base.metered, changes, parts), base.catalogue, today, base)
        missing = tuple(m.key for m in whole.missing)
        return Alternative(base, tuple(changes), frozenset(every), whole.monthly_cost, missing, parts, whole)
    less = sum((base.cost_by_resource.get(address, Decimal(0)) for address in every), Decimal(0))
    cost = base.monthly_cost - less + sum((monthly(r.lines) for r in rated), Decimal(0))
    missing = tuple(m.key for r in rated for m in r.missing)
    return Alternative(base, tuple(changes), frozenset(every), cost, missing, parts, None)


def _with_follows(parts: Mapping[str, Part]) -> dict[str, Part | None]:
    """Parts, and those that follow from them; None for what follows no more."""
    out: dict[str, Part | None] = dict(parts)
    for part in parts.values():
        out |= part.follows
    return out


def _changed(parts: Mapping[str, Part]) -> dict[str, tuple[Resource, Any] | None]:
    """The resources of parts with their usage."""
    return {a: None if p is None else (p.resource, p.usage) for a, p in _with_follows(parts).items()}


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
    if resource is None or resource.implied_by or resource.section.requests_in:
        # a change of the account, or of what a resource implies; calls that are in the spec
        return None
    if (
        resource.type.is_linked(resource.spec)  # another resource is part of it
        or type(resource.type).with_readers is not ResourceType.with_readers  # or what its readers cause
        or any(not c.path.startswith(f"{address}.") or c.path.split(".")[2] in _FLOW_KEYS for c in changes)
    ):
        return None
    section, _, name = address.partition(".")
    spec = respec(scenario, address, apply({section: {name: scenario.data[section][name]}}, changes)[section][name])
    type_, before, after = resource.type, *(DeclaredResource(name, s, ctx) for s in (resource.spec, spec))
    if type_.same_work(resource.spec, spec):
        return replace(resource, spec=spec), base.metered.usage[address]
    demand = _served_alike(base.metered, address, after)
    if demand is None:
        return None
    usage = type_.meter(after, demand)
    used = type_.pools(base.metered.resource(address))
    if not suffices(base.metered.pools, address, used, type_.pools(MeteredResource(name, spec, usage, ctx)), ctx):
        return None
    is_read = address in base.metered.consumed
    with_readers = (
        is_read and type(type_).with_readers is not ResourceType.with_readers
    )  # its usage has what they cause
    requests = base.metered.demand[address].requests if is_read else ()
    affects_nothing_else = (
        not with_readers
        and (not is_read or type_.shards(usage) == type_.shards(base.metered.usage[address]))
        and all(
            type_.emitted_records(spec, r.access) == type_.emitted_records(resource.spec, r.access) for r in requests
        )
        and type_.calls(after) == type_.calls(before)
        and type_.duration_ms(after) == ctx.duration_ms[address]
        and type_.calls_per_unit(spec) == type_.calls_per_unit(resource.spec)
        and type_.failure_share(spec) == type_.failure_share(resource.spec)
        and type_.schedule(spec) == type_.schedule(resource.spec)
        and type_.timeout_ms(spec) == type_.timeout_ms(resource.spec)
        and type_.destinations(spec) == type_.destinations(resource.spec)
        and _starts_alike(base.metered, resource, spec, usage)
        and _polls_alike(base.metered, resource, MeteredResource(name, spec, usage, ctx))
    )
    return (replace(resource, spec=spec), usage) if affects_nothing_else else None


def _starts_alike(metered: Metered, resource: Resource, spec: Any, usage: Any) -> bool:  # noqa: ANN401  any service's
    """Whether the environments of a changed resource start as often as before, where calls are made as they do."""
    type_, address = resource.type, resource.address
    kept = {call.access.cache_ms for call in resource.calls if call.per_start}
    return all(
        type_.starts(spec, usage, kept_ms) == type_.starts(resource.spec, metered.usage[address], kept_ms)
        for kept_ms in kept
    )


def _polls_alike(metered: Metered, resource: Resource, after: MeteredResource[Any, Any]) -> bool:
    """Whether a changed resource asks what it reads for records as before."""
    before, type_ = metered.resource(resource.address), resource.type
    streams = metered.demand[resource.address].requests
    return all(type_.polling(after, stream) == type_.polling(before, stream) for stream in streams)


def _served_alike(metered: Metered, address: str, after: DeclaredResource[Any]) -> Demand | None:
    """The demand that the changed resource serves; None where it is another than before: others are then asked for less."""
    offered, before = metered.offered[address], metered.demand[address]
    admitted = metered.scenario.resources[address].type.admit(after, offered)
    if admitted is None or before.admitted is None:
        return offered if admitted is before.admitted else None
    return before if alike(before.admitted, admitted) else None


def _with(metered: Metered, changes: Sequence[Change], parts: Mapping[str, Part]) -> Metered:
    """The metered scenario with some resources in the place of their former selves."""
    data = apply(metered.scenario.data, changes)
    own = metered.as_declared
    resources = {**own.resources, **{address: part.resource for address, part in parts.items()}}
    causes = {**metered.implied, **{address: part.implied for address, part in parts.items()}}
    usage = {**metered.usage, **{a: part.usage for a, part in _with_follows(parts).items() if part is not None}}
    gone = {a for a, part in _with_follows(parts).items() if part is None}
    pools = with_loads(metered.pools, _changed(parts), metered.context)
    usage = {a: u for a, u in usage.items() if a not in gone}
    changed = replace(
        metered,
        scenario=replace(own, data=data, resources=resources),
        usage=usage,
        rounds=(),
        demand=metered.own_demand,
        offered={**metered.offered, **metered.joined},
        pools=pools,
        implied={},
        joined={},
        declared=None,
    )
    return with_implied(changed, {a: implied for a, implied in causes.items() if implied}, metered)
