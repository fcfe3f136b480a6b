"""Compares the load of each resource and of the account with their limits."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.breaks import breaks_at
from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.pipeline.meter import Metered
from capplan.pipeline.results import PlannedLimit
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import replace
from capplan.services import QUOTAS, default_quota


def limits_of(metered: Metered) -> tuple[PlannedLimit, ...]:
    """The limits of the resources and of the account, least headroom first."""
    scenario, ctx = metered.scenario, metered.context
    checks: list[LimitCheck] = []
    pools: dict[str, list[PoolLoad]] = {}
    for address, resource in scenario.resources.items():
        checks += _checks_of(metered, address)
        for load in resource.type.pools(metered.resource(address)):
            pools.setdefault(load.limit, []).append(load)
    checks += [c for limit, loads in pools.items() if (c := pool_check(limit, loads, ctx)) is not None]
    planned = [_planned(check) for check in checks]
    return tuple(sorted(planned, key=lambda p: (p.headroom, p.check.resource, p.check.limit)))


def limits_of_resource(metered: Metered, address: str) -> tuple[PlannedLimit, ...]:
    """The limits of one resource alone."""
    return tuple(_planned(check) for check in _checks_of(metered, address))


def _checks_of(metered: Metered, address: str) -> list[LimitCheck]:
    resource = metered.scenario.resources[address]
    return [
        replace(check, resource=resource.label + check.resource[len(resource.name) :])
        for check in resource.type.limits(metered.resource(address))
    ]


def pool_check(limit: str, loads: Sequence[PoolLoad], ctx: Context) -> LimitCheck | None:
    """A limit that the account's resources share, with their total load; None without a quota or a load."""
    quota = ctx.quotas.get(limit, default_quota(limit, ctx.region, ctx.quotas))
    flow = DemandFlow.total(load.flow for load in loads)
    if quota is None or not flow.terms:
        return None
    peak = flow.peak()
    poisson = all(load.poisson for load in loads)
    random = DemandFlow.total(load.flow for load in loads if load.poisson)
    spread = POISSON_SIGMAS * random.peak().per_second ** 0.5 if random.terms else 0.0
    total = peak.per_second + spread
    load = (math.ceil(round(total, 9)) if random.terms else total) + float(ctx.in_use.get(limit, 0))
    return LimitCheck("account", limit, to_quantity(sig6(load)), quota, QUOTAS[limit].unit, flow, poisson, peak.minute)


def _planned(check: LimitCheck) -> PlannedLimit:
    flat = not check.minute if check.flow is None else all(profile.flat for profile, _ in check.flow.terms)
    at = moment(check.minute) if check.minute is not None and not flat else ""
    factor = breaks_at(check)
    # rounded down: at the shown multiple the load is still within the limit
    shown = None if factor is None else Decimal(int(factor * 10)) / 10
    return PlannedLimit(check, to_quantity(Fraction(check.headroom)), check.breached, at, shown)


def moment(minute: int) -> str:
    """A minute of the four weeks as `day 12 10:00`."""
    day, rest = divmod(minute, units.MINUTES_PER_DAY)
    return f"day {day + 1} {rest // 60:02d}:{rest % 60:02d}"
