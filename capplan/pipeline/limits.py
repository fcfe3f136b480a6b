"""Every limit of the account, own and pooled, held against its load. It prices nothing."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.breaks import breaks_at
from capplan.flow import POISSON_SIGMAS, DemandFlow
from capplan.language.scenario import Resource
from capplan.model import Context, LimitCheck, PoolLoad
from capplan.pipeline.meter import Metered
from capplan.pipeline.results import PlannedLimit
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services import QUOTAS, default_quota


def limits_of(metered: Metered) -> tuple[PlannedLimit, ...]:
    """Every limit, own and pooled, the least headroom first."""
    scenario, ctx = metered.scenario, metered.context
    own: list[LimitCheck] = []
    pools: dict[str, list[PoolLoad]] = {}
    for address, resource in scenario.resources.items():
        found = resource.type.limits(metered.resource(address))
        own += [replace(check, resource=_labelled(resource, check.resource)) for check in found]
        for load in resource.type.pools(metered.resource(address)):
            pools.setdefault(load.limit, []).append(load)
    checks = own + [c for limit, loads in pools.items() if (c := _pool_check(limit, loads, ctx)) is not None]
    planned = [_planned(check) for check in checks]
    return tuple(sorted(planned, key=lambda p: (p.headroom, p.check.resource, p.check.limit)))


def _labelled(resource: Resource, text: str) -> str:
    return resource.label + text[len(resource.name) :]


def _pool_check(limit: str, loads: Sequence[PoolLoad], ctx: Context) -> LimitCheck | None:
    quota = ctx.quotas.get(limit, default_quota(limit, ctx.region, ctx.quotas))
    flow = DemandFlow.total(load.flow for load in loads)
    if quota is None or not flow.terms:
        return None
    peak = flow.peak()
    poisson = all(load.poisson for load in loads)
    random = DemandFlow.total(load.flow for load in loads if load.poisson)
    spread = POISSON_SIGMAS * random.peak().per_second ** 0.5 if random.terms else 0.0
    held = peak.per_second + spread
    load = (math.ceil(round(held, 9)) if random.terms else held) + float(ctx.in_use.get(limit, 0))
    return LimitCheck("account", limit, to_quantity(sig6(load)), quota, QUOTAS[limit].unit, flow, poisson, peak.minute)


def _planned(check: LimitCheck) -> PlannedLimit:
    flat = not check.minute if check.flow is None else all(shape.flat for shape, _ in check.flow.terms)
    at = moment(check.minute) if check.minute is not None and not flat else ""
    return PlannedLimit(check, to_quantity(Fraction(check.headroom)), check.breached, at, _breaks_at(check))


def moment(minute: int) -> str:
    """A minute of the window as `day 12 10:00`."""
    day, rest = divmod(minute, units.MINUTES_PER_DAY)
    return f"day {day + 1} {rest // 60:02d}:{rest % 60:02d}"


def _breaks_at(check: LimitCheck) -> Decimal | None:
    """The multiple of today's traffic at which the load meets the quota; None where traffic does not move it."""
    found = breaks_at(check)
    return None if found is None else _one_decimal(found)


def _one_decimal(value: float) -> Decimal:
    """Cut, not rounded: at the printed multiple the limit still holds."""
    return Decimal(int(value * 10)) / 10
