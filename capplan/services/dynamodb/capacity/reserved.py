"""Reserved capacity that is already bought: which unit-hours it covers, and what it costs whether it is used or not. It
never advises any.

It applies, hour by hour, to Standard provisioned capacity of all tables and global indexes together; what is covered, and
what it costs, falls on each in proportion to the hours it holds.

Source: DynamoDB Developer Guide, "Reserved capacity" (read 2026-11-23).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from capplan.model import Charge
from capplan.quantities.rounding import sig6, to_quantity
from capplan.services.dynamodb.requests import TABLE
from capplan.services.dynamodb.usage import Usage
from capplan.units import MONTH_HOURS, MONTHS_PER_YEAR, WINDOW_TO_MONTH

if TYPE_CHECKING:
    from numpy.typing import NDArray

Unit = Literal["wcu", "rcu"]
_DIRECTION = {"wcu": "write", "rcu": "read"}


def covered(
    charges: Mapping[str, tuple[Charge, ...]],
    usages: Mapping[str, Usage],
    unit: Unit,
    bought: Mapping[int, int],
) -> dict[str, tuple[Charge, ...]] | None:
    """The charges of every table with one kind of reserved units over them; None where nothing can be covered.

    Args:
        charges: By address.
        usages: Of the same tables.
        unit: wcu or rcu.
        bought: Units by term in years.
    """
    key = f"dynamodb.provisioned.{unit}_hour.standard"
    own = [(a, c) for a, found in charges.items() for c in found if c.price == key and c.frequency == "recurring"]
    whole = sum((charge.quantity for _, charge in own), Fraction(0))
    if not whole:
        return None
    units = sum(bought.values())
    free = min(whole, _covered_hours([usages[a] for a in dict.fromkeys(a for a, _ in own)], unit, units))
    out: dict[str, tuple[Charge, ...]] = {}
    for address, found in charges.items():
        changed: list[Charge] = []
        for charge in found:
            if charge.price == key and charge.frequency == "recurring":
                changed += _with_reserved(charge, free / whole, charge.quantity / whole, unit, bought)
            else:
                changed.append(charge)
        out[address] = tuple(changed)
    return out


def _with_reserved(
    charge: Charge, free: Fraction, part: Fraction, unit: Unit, bought: Mapping[int, int]
) -> list[Charge]:
    """A charge less what is covered, and its part of what the reserved units cost."""
    words = f"{charge.description}; {to_quantity(sig6(float(free * 100)))}% of the hours are reserved"
    out = [replace(charge, quantity=charge.quantity * (1 - free), description=words)]
    for years, units in sorted(bought.items()):
        term = f"{years} year{'s' if years > 1 else ''}"
        name = f"{charge.id.removesuffix('-capacity')}-reserved-{years}y"
        price = f"dynamodb.reserved.{years}yr.{unit}"
        told = f"its part of {units:,} {unit.upper()} reserved for {term}"
        hours, upfront = units * MONTH_HOURS * part, units * part / (MONTHS_PER_YEAR * years)
        out.append(
            Charge(
                name, f"{price}.hourly", f"{told}, by the hour", hours, f"{unit.upper()}-hour", frequency="recurring"
            )
        )
        out.append(
            Charge(f"{name}-upfront", f"{price}.upfront", f"{told}, a month of what is paid first", upfront, unit.upper(), frequency="recurring")
        )  # fmt: skip
    return out


def _covered_hours(usages: Sequence[Usage], unit: Unit, units: int) -> Fraction:
    """Unit-hours a month that so many units cover of what these tables hold together."""
    direction = _DIRECTION[unit]
    steps = [one.window.steps((arm.index or TABLE, direction)) for one in usages for arm in one.arms]
    if all(len(found) <= 1 for found in steps):
        held = sum(found[0][1] for found in steps if found)
        return Fraction(min(units, held) * MONTH_HOURS)
    import numpy as np  # noqa: PLC0415  only where capacity moves

    hours: NDArray[np.float64] = np.sum(
        [one.window.hourly((arm.index or TABLE, direction)) for one in usages for arm in one.arms], axis=0
    )
    return sig6(float(np.minimum(hours, units).sum())) * WINDOW_TO_MONTH
