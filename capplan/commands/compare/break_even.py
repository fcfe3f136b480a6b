"""How much of a capacity is used, and at which use on-demand and provisioned cost the same: two plans of a month,
compared. It holds no formula of a price.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from capplan.flow import DemandFlow
from capplan.language.scenario import Resource
from capplan.model import Charge
from capplan.pipeline.price import Priced, monthly
from capplan.pricing.rating import rate
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.dynamodb.capacity.modes import USUAL_TARGET, Mode
from capplan.services.dynamodb.usage import Usage
from capplan.units import MONTH_HOURS, SECONDS_PER_HOUR

_UNITS = Fraction(1000)


def break_even(base: Priced, resource: Resource, today: date | None) -> Mapping[str, Decimal | None]:
    """The mean use of a capacity at which paying per request costs the same, by direction: a month of each, rated."""
    suffix = "standard" if resource.spec.table_class == "standard" else "ia"
    out: dict[str, Decimal | None] = {}
    for direction, request, hour in (
        ("read", "read_request_unit", "rcu_hour"),
        ("write", "write_request_unit", "wcu_hour"),
    ):
        full = _UNITS * MONTH_HOURS * SECONDS_PER_HOUR
        on_demand = _month(base, f"dynamodb.on_demand.{request}.{suffix}", full, today)
        provisioned = _month(base, f"dynamodb.provisioned.{hour}.{suffix}", _UNITS * MONTH_HOURS, today)
        even = None if not on_demand or provisioned is None else to_quantity(sig6(float(provisioned / on_demand)))
        out[direction] = even
    return out


def _month(base: Priced, key: str, quantity: Fraction, today: date | None) -> Decimal | None:
    charge = Charge("break-even", key, "1,000 units for a month", quantity, "unit")
    account = base.metered.scenario.account
    rated = rate([charge], base.catalogue, free_tier=False, discount=account.discount, today=today)
    return None if rated.missing else monthly(rated.lines)


def utilisation(usage: Usage, index: str | None, direction: str) -> Decimal | None:
    """Mean use of a capacity held at the peak: what the break-even is held against."""
    flow = _flow(usage, index, direction)
    peak = flow.peak().per_second if flow is not None and flow.terms else 0.0
    if flow is None or not peak:
        return None
    return to_quantity(sig6(float(flow.monthly) / (MONTH_HOURS * SECONDS_PER_HOUR) / peak))


def scaled_use(modes: Sequence[Mode], index: str | None, direction: str) -> Decimal | None:
    """Mean use of the capacity that the usual auto scaling held."""
    mode = next((one for one in modes if one.id == f"auto-scaled-{USUAL_TARGET}"), None)
    if mode is None:
        return None
    arm = next(one for one in mode.usage.arms if one.index == index)
    flow, hours = (arm.write, arm.wcu_hours) if direction == "write" else (arm.read, arm.rcu_hours)
    if not hours or not flow.terms:
        return None
    return to_quantity(sig6(min(1.0, float(flow.monthly / (hours * SECONDS_PER_HOUR)))))


def _flow(usage: Usage, index: str | None, direction: str) -> DemandFlow | None:
    for one in usage.arms:
        if one.index == index:
            return one.write if direction == "write" else one.read
    return None
