"""Reserved capacity that is already bought: which unit-hours it covers, and what it costs whether it is used or not.

It applies, hour by hour, to Standard provisioned capacity of all tables and global indexes; what is covered, and what it
costs, falls on each in proportion to its hours.

Source: DynamoDB Developer Guide, "Reserved capacity" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from capplan.model import Charge
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import replace
from capplan.services.dynamodb.capacity.scalable_target import TargetKey
from capplan.services.dynamodb.usage import Usage
from capplan.units import DAYS_PER_YEAR, MONTH_HOURS, MONTHS_PER_YEAR, PERIOD_TO_MONTH

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESERVED_BLOCK_UNITS = 100
"""Reserved capacity is bought in blocks of so many units."""
Unit = Literal["wcu", "rcu"]
DIRECTION_OF: Mapping[Unit, str] = {"wcu": "write", "rcu": "read"}


def reserved_unit_hour_usd(upfront_usd: Decimal | Fraction, hourly_usd: Decimal | Fraction, years: int) -> Fraction:
    """What one reserved unit costs an hour over its term, used or not; prices of one unit."""
    return Fraction(upfront_usd) / (DAYS_PER_YEAR * 24 * years) + Fraction(hourly_usd)


def covered(
    charges: Mapping[str, tuple[Charge, ...]], usages: Mapping[str, Usage], unit: Unit, bought: Mapping[int, int]
) -> dict[str, tuple[Charge, ...]] | None:
    """The charges of every table with one kind of reserved units applied; None where nothing can be covered.

    Args:
        charges: By address.
        usages: Of the same tables.
        unit: wcu or rcu.
        bought: Units by term in years.
    """
    price = f"dynamodb.provisioned.{unit}_hour.standard"

    def eligible(charge: Charge) -> bool:
        return charge.price == price and charge.frequency == "recurring" and not charge.region

    hours = {a: sum((c.quantity for c in of_table if eligible(c)), Fraction(0)) for a, of_table in charges.items()}
    total = sum(hours.values(), Fraction(0))
    if not total:
        return None
    tables = [usages[address] for address, of_table in charges.items() if any(map(eligible, of_table))]
    free = min(total, _covered_hours(tables, unit, sum(bought.values())))
    return {
        address: tuple(
            out
            for charge in of_table
            for out in (
                _with_reserved(charge, free / total, charge.quantity / total, unit, bought)
                if eligible(charge)
                else [charge]
            )
        )
        for address, of_table in charges.items()
    }


def reservable(usage: Usage, unit: Unit) -> list[TargetKey]:
    """The capacity of a table that may be reserved: not what is replicated, nor that of other Regions."""
    targets = usage.indexes if usage.replicas and unit == "wcu" else usage.targets
    return [(target.key, DIRECTION_OF[unit]) for target in targets]


def _with_reserved(
    charge: Charge, free: Fraction, part: Fraction, unit: Unit, bought: Mapping[int, int]
) -> list[Charge]:
    """A charge less what is covered, and its part of what the reserved units cost."""
    words = f"{charge.description}; {to_quantity(sig6(float(free * 100)))}% of the hours are reserved"
    out = [replace(charge, quantity=charge.quantity * (1 - free), description=words)]
    for years, units in sorted(bought.items()):
        id_ = f"{charge.id.removesuffix('-capacity')}-reserved-{years}y"
        price = f"dynamodb.reserved.{years}yr.{unit}"
        what = f"its part of {units:,} {unit.upper()} reserved for {years} year{'s' if years > 1 else ''}"
        hours, upfront = units * MONTH_HOURS * part, units * part / (MONTHS_PER_YEAR * years)
        hourly_words, upfront_words = f"{what}, by the hour", f"{what}, a month of the upfront payment"
        hourly, once = f"{price}.hourly", f"{price}.upfront"
        out += [
            Charge(id_, hourly, hourly_words, hours, f"{unit.upper()}-hour", frequency="recurring"),
            Charge(f"{id_}-upfront", once, upfront_words, upfront, unit.upper(), frequency="recurring"),
        ]
    return out


def _covered_hours(usages: Sequence[Usage], unit: Unit, units: int) -> Fraction:
    """Unit-hours a month that so many reserved units cover of the capacity of all these tables."""
    keys = [(usage.period, key) for usage in usages for key in reservable(usage, unit)]
    steps = [period.steps(key) for period, key in keys]
    if all(len(series) <= 1 for series in steps):
        capacity = sum(series[0][1] for series in steps if series)
        return Fraction(min(units, capacity) * MONTH_HOURS)
    import numpy as np  # noqa: PLC0415  only where capacity moves

    hours: NDArray[np.float64] = np.sum([period.hourly(key) for period, key in keys], axis=0)
    return sig6(float(np.minimum(hours, units).sum())) * PERIOD_TO_MONTH
