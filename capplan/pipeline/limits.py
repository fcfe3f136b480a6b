"""Compares the load of each resource and of the account with their limits."""

from decimal import Decimal
from fractions import Fraction

from capplan import units
from capplan.breaks import breaks_at
from capplan.model import LimitCheck
from capplan.pipeline.meter import Metered
from capplan.pipeline.pools import pool_check
from capplan.pipeline.results import PlannedLimit
from capplan.quantities.rounding import to_quantity
from capplan.record import replace


def limits_of(metered: Metered) -> tuple[PlannedLimit, ...]:
    """The limits of the resources and of the account, least headroom first."""
    return tuple(_planned(check) for check in sorted(every_check(metered), key=least_free_first))


def least_free_first(check: LimitCheck) -> tuple[Decimal, str, str]:
    """The order in which answers list limits."""
    return headroom(check), check.resource, check.limit


def headroom(check: LimitCheck) -> Decimal:
    """What is free of a limit, as answers have it."""
    return to_quantity(Fraction(check.headroom))


def exceeded(metered: Metered) -> tuple[tuple[str, str], ...]:
    """The limits that are exceeded: resource and limit of each, once."""
    return tuple(dict.fromkeys((c.resource, c.limit) for c in every_check(metered) if c.breached))


def every_check(metered: Metered) -> list[LimitCheck]:
    """The loads of the resources and of the account beside their quotas, in the scenario's order."""
    checks: list[LimitCheck] = []
    for address in metered.scenario.resources:
        checks += _checks_of(metered, address)
    for limit, members in metered.pools.items():
        check = pool_check(limit, [member.load for member in members], metered.context)
        if check is not None:
            checks.append(check)
    return checks


def limits_of_resource(metered: Metered, address: str) -> tuple[PlannedLimit, ...]:
    """The limits of one resource alone."""
    return tuple(_planned(check) for check in _checks_of(metered, address))


def _checks_of(metered: Metered, address: str) -> list[LimitCheck]:
    resource = metered.scenario.resources[address]
    return [
        replace(check, resource=resource.label + check.resource[len(resource.name) :])
        for check in resource.type.limits(metered.resource(address))
    ]


def _planned(check: LimitCheck) -> PlannedLimit:
    flat = not check.minute if check.flow is None else all(profile.flat for profile, _ in check.flow.terms)
    at = moment(check.minute) if check.minute is not None and not flat else ""
    factor = breaks_at(check)
    # rounded down: at the shown multiple the load is still within the limit
    shown = None if factor is None else Decimal(int(factor * 10)) / 10
    return PlannedLimit(check, headroom(check), check.breached, at, shown)


def moment(minute: int) -> str:
    """A minute of the four weeks as `day 12 10:00`."""
    day, rest = divmod(minute, units.MINUTES_PER_DAY)
    return f"day {day + 1} {rest // 60:02d}:{rest % 60:02d}"
