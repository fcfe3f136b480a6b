"""Mean utilization of capacity, and the utilization at which on-demand and provisioned cost the same: two planned months
compared.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan.language.scenario import Resource
from capplan.model import Charge
from capplan.pipeline.price import Priced, monthly
from capplan.pricing.rating import rate
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.dynamodb.capacity.modes import USUAL_TARGET, Mode
from capplan.services.dynamodb.cost import class_suffix
from capplan.services.dynamodb.usage import ThroughputTarget, Usage
from capplan.units import MONTH_HOURS, SECONDS_PER_HOUR

_UNITS = Fraction(1000)


def break_even(base: Priced, resource: Resource, today: date | None) -> Mapping[str, Decimal | None]:
    """The mean utilization of capacity at which on-demand costs the same, by direction: a month of each, priced."""
    suffix = class_suffix(resource.spec)
    out: dict[str, Decimal | None] = {}
    for direction, request, hour in (
        ("read", "read_request_unit", "rcu_hour"),
        ("write", "write_request_unit", "wcu_hour"),
    ):
        full = _UNITS * MONTH_HOURS * SECONDS_PER_HOUR
        on_demand = _month(base, f"dynamodb.on_demand.{request}.{suffix}", full, today)
        provisioned = _month(base, f"dynamodb.provisioned.{hour}.{suffix}", _UNITS * MONTH_HOURS, today)
        out[direction] = (
            None if not on_demand or provisioned is None else to_quantity(sig6(float(provisioned / on_demand)))
        )
    return out


def _month(base: Priced, key: str, quantity: Fraction, today: date | None) -> Decimal | None:
    charge = Charge("break-even", key, "1,000 units for a month", quantity, "unit")
    account = base.metered.scenario.account
    rated = rate([charge], base.catalogue, free_tier=False, discount=account.discount, today=today)
    return None if rated.missing else monthly(rated.lines)


def utilisation(usage: Usage, index: str | None, direction: str) -> Decimal | None:
    """Mean utilization of a capacity provisioned for the peak: what the break-even is compared with."""
    flow = _target(usage, index).flow[direction]
    peak = flow.peak().per_second if flow.terms else 0.0
    if not peak:
        return None
    return to_quantity(sig6(float(flow.monthly) / (MONTH_HOURS * SECONDS_PER_HOUR) / peak))


def scaled_use(modes: Sequence[Mode], index: str | None, direction: str) -> Decimal | None:
    """Mean utilization of the capacity under auto scaling with the usual target."""
    mode = next((mode for mode in modes if mode.id == f"auto-scaled-{USUAL_TARGET}"), None)
    if mode is None:
        return None
    target = _target(mode.usage, index)
    flow, hours = target.flow[direction], target.unit_hours.get(direction)
    if not hours or not flow.terms:
        return None
    return to_quantity(sig6(min(1.0, float(flow.monthly / (hours * SECONDS_PER_HOUR)))))


def _target(usage: Usage, index: str | None) -> ThroughputTarget:
    return next(target for target in usage.targets if target.index == index)
