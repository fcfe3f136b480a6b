"""The limits that an account's resources share: what each uses of them, and whether they suffice."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from capplan.bursts import most_at_once
from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.language.scenario import Resource, Scenario
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.quantities.rounding import sig6, to_quantity
from capplan.resource_type import MeteredResource
from capplan.services import QUOTAS, default_quota


class PoolMember(NamedTuple):
    """What a resource uses of a shared limit."""

    address: str
    load: PoolLoad


Pools = Mapping[str, Sequence[PoolMember]]
"""By limit."""


def pools_of(
    scenario: Scenario, usage: Mapping[str, Any], ctx: Context, known: Mapping[str, Sequence[PoolLoad]] | None = None
) -> Pools:
    """What every resource uses of the limits that the account shares; of some resources it is `known`."""
    out: dict[str, list[PoolMember]] = {}
    for address, resource in scenario.resources.items():
        loads = known.get(address) if known else None
        if loads is None:
            loads = resource.type.pools(MeteredResource(resource.name, resource.spec, usage[address], ctx))
        for load in loads:
            out.setdefault(load.limit, []).append(PoolMember(address, load))
    return out


def loads_by_address(scenario: Scenario, pools: Pools) -> dict[str, list[PoolLoad]]:
    """What each resource uses of them."""
    out: dict[str, list[PoolLoad]] = {address: [] for address in scenario.resources}
    for members in pools.values():
        for address, load in members:
            out[address].append(load)
    return out


def with_loads(pools: Pools, changed: Mapping[str, tuple[Resource, Any] | None], ctx: Context) -> Pools:
    """The pools with what some resources, by address with their usage, use of them replaced; None for one that is gone."""
    out: dict[str, list[PoolMember]] = {
        limit: [member for member in members if member.address not in changed] for limit, members in pools.items()
    }
    for address, now in changed.items():
        if now is None:
            continue
        resource, usage = now
        for load in resource.type.pools(MeteredResource(resource.name, resource.spec, usage, ctx)):
            out.setdefault(load.limit, []).append(PoolMember(address, load))
    return out


def pool_check(limit: str, loads: Sequence[PoolLoad], ctx: Context) -> LimitCheck | None:
    """A limit that the account's resources share, with their total load; None without a quota or a load."""
    quota = ctx.quotas.get(limit, default_quota(limit, ctx.region, ctx.quotas))
    flow = DemandFlow.total(load.flow for load in loads)
    if quota is None or not flow.terms:
        return None
    peak = flow.peak()
    poisson = all(load.poisson for load in loads)
    random = flow if poisson else DemandFlow.total(load.flow for load in loads if load.poisson)
    spread = POISSON_SIGMAS * random.peak().per_second ** 0.5 if random.terms else 0.0
    at_once = max((load.at_once for load in loads), default=0.0)
    total = max(peak.per_second + spread, at_once)
    bursts = [burst for load in loads for burst in load.bursts]
    minute = peak.minute
    if bursts:  # those of several resources may come in the same minute
        beside = DemandFlow.total(load.flow for load in loads if not load.bursts)
        open_, busiest = most_at_once(
            bursts, lambda m: beside.at(m) + POISSON_SIGMAS * math.sqrt(random.at(m)), peak.minute
        )
        total, minute = max((total, minute), (open_, busiest))
    load = (math.ceil(round(total, 9)) if random.terms or at_once or bursts else total) + float(
        ctx.in_use.get(limit, 0)
    )
    return LimitCheck("account", limit, to_quantity(sig6(load)), quota, QUOTAS[limit].unit, flow, poisson, minute)


_CLEARLY = 1.001
"""More than rounding makes of a load."""


def at_most(loads: Iterable[PoolLoad]) -> float:
    """What loads take together at most, before a spread: as if all had their peaks in one minute. Without end where some
    come in bursts.
    """
    return sum(math.inf if load.bursts else load.flow.peak().per_second + load.at_once for load in loads)


def clearly_suffices(limit: str, most: float, ctx: Context) -> bool:
    """Whether a shared limit is not exceeded even if loads take `most` (`at_most`) of it, and the spread of random ones."""
    quota = ctx.quotas.get(limit, default_quota(limit, ctx.region, ctx.quotas))
    whole = 1 + float(ctx.in_use.get(limit, 0))
    return quota is None or (
        0 <= most < math.inf and (most + POISSON_SIGMAS * most**0.5) * _CLEARLY + whole < float(quota)
    )


def is_exceeded(limit: str, loads: Sequence[PoolLoad], ctx: Context) -> bool:
    """Whether resources want more of a shared limit than there is."""
    if clearly_suffices(limit, at_most(loads), ctx):
        return False
    check = pool_check(limit, loads, ctx)
    return check is not None and check.breached


def suffices(pools: Pools, address: str, before: Sequence[PoolLoad], loads: Sequence[PoolLoad], ctx: Context) -> bool:
    """Whether every shared limit still suffices if one resource uses other amounts of them than `before`."""
    for limit in {load.limit for load in (*before, *loads)}:
        after = [load for load in loads if load.limit == limit]
        if after == [load for load in before if load.limit == limit]:
            continue
        others = [load for owner, load in pools.get(limit, ()) if owner != address]
        if is_exceeded(limit, [*others, *after], ctx):
            return False
    return True
