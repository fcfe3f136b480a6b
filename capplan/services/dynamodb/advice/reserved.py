"""Reserved capacity for what a table and its indexes hold in every hour of the month.

Source: DynamoDB Developer Guide, "Reserved capacity" (read 2026-11-23).
"""

from collections.abc import Iterable

from capplan.model import Change, Context, Option
from capplan.services.dynamodb.capacity.reserved import DIRECTION_OF, RESERVED_BLOCK_UNITS, Unit, reservable
from capplan.services.dynamodb.spec import Table
from capplan.services.dynamodb.usage import Usage

_YEARS = (1, 3)


def reserved(name: str, spec: Table, usage: Usage, ctx: Context) -> Iterable[Option]:
    """Blocks of 100 units that are in use all the time, for a year or for three. Not beside a commitment that is written:
    what it covers already is the account's. It is no saving to count on: a month does not show whether the table stays.
    """
    if spec.on_demand or spec.table_class != "standard" or ctx.commitments:
        return
    units = {unit: _held(usage, unit) // RESERVED_BLOCK_UNITS * RESERVED_BLOCK_UNITS for unit in DIRECTION_OF}
    bought = {unit: count for unit, count in units.items() if count}
    if not bought:
        return
    what = " and ".join(f"{count:,} {unit.upper()}" for unit, count in bought.items())
    for years in _YEARS:
        term = f"{years} year{'s' if years > 1 else ''}"
        yield Option(
            "dynamodb.reserved-capacity",
            f"{name} with its indexes holds {what} or more in every hour; reserved for {term} they cost less than by the hour.",
            (Change("commitments", [{"reserved": unit, "units": n, "years": years} for unit, n in bought.items()]),),
            f"paid for {term}, used or not, a part of it upfront; assumes that the table stays provisioned, of the standard "
            "class and at this load",
            changes_behavior=f"none of the table's; the account pays for {term}, used or not, and the load must stay",
            action=f"Reserve {what} for {term}",
            only_if_priced=True,
        )


def _held(usage: Usage, unit: Unit) -> int:
    """Units that the table and its indexes hold at least, at any time."""
    return sum(min((units for _, units in usage.period.steps(key)), default=0) for key in reservable(usage, unit))
