"""Reserved capacity and Database Savings Plans applied to a table's hours: how much to commit to, and the month's cost.

Reserved capacity comes in blocks of 100 units, is paid used or not, and applies hour by hour to Standard provisioned
capacity of tables and global indexes: a block pays where the hours above the blocks below it cost more than the block. A
savings plan is an hourly commitment at its own rates; usage beyond it is at list price.

Source: DynamoDB Developer Guide, "Reserved capacity"; Savings Plans User Guide, "Database Savings Plans" (read
2026-11-23).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from capplan.commands.compare.planned_modes import Run
from capplan.pricing.catalogue import Catalogue
from capplan.pricing.savings_plans import PlanRate, database_rate
from capplan.quantities.rounding import sig6, to_quantity
from capplan.record import Record
from capplan.services.dynamodb.capacity.reserved import RESERVED_BLOCK_UNITS, Unit, reservable, reserved_unit_hour_usd
from capplan.services.dynamodb.quotas import RESERVED_UNITS_MAX
from capplan.services.dynamodb.requests import TABLE
from capplan.units import MONTH_HOURS, PERIOD_TO_MONTH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNITS: tuple[Unit, ...] = ("wcu", "rcu")


class Reservation(Record, frozen=True):
    """Blocks of reserved capacity: how many of each kind, for how many years."""

    years: int
    blocks: Mapping[Unit, int]

    def words(self) -> str:
        """In words."""
        parts = [f"{n * RESERVED_BLOCK_UNITS:,} {unit.upper()}" for unit, n in self.blocks.items() if n]
        return f"{' and '.join(parts) or 'nothing'} reserved for {self.years} year{'s' if self.years > 1 else ''}"


def hours_of(run: Run, unit: Unit) -> "NDArray[np.float64]":
    """Provisioned capacity of the table and its indexes, hour by hour. Shape (672,)."""
    import numpy as np  # noqa: PLC0415  modes are compared with numpy there

    parts = [run.usage.period.hourly(key) for key in reservable(run.usage, unit)]
    return np.asarray(sum(parts, np.zeros(len(_hour_weights(run)))))


def reserve(
    hours: "NDArray[np.float64]", list_usd: Decimal, reserved: tuple[Decimal, Decimal], years: int
) -> int:  # fmt: skip
    """How many blocks of 100 pay for themselves.

    Args:
        hours: Provisioned units in each hour of the simulated period.
        list_usd: The list price of a unit-hour.
        reserved: Upfront and hourly price of a reserved unit.
        years: The term.
    """
    import numpy as np  # noqa: PLC0415  the same

    effective = reserved_unit_hour_usd(*reserved, years)
    worth = float(effective / Fraction(list_usd)) * len(hours) * RESERVED_BLOCK_UNITS if list_usd else float("inf")
    ordered = np.sort(hours)[::-1]
    # Block k is used by clip(hours - 100 (k - 1), 0, 100): it falls with k, so the last that is worth it is found by halving.
    low, high = (
        0,
        min(int(ordered[0] // RESERVED_BLOCK_UNITS) + 1, int(RESERVED_UNITS_MAX.value) // RESERVED_BLOCK_UNITS),
    )
    while low < high:
        k = (low + high + 1) // 2
        used = float(np.clip(ordered - RESERVED_BLOCK_UNITS * (k - 1), 0, RESERVED_BLOCK_UNITS).sum())
        low, high = (k, high) if used > worth else (low, k - 1)
    return low


def prices_of_reserved(catalogue: Catalogue, unit: Unit, years: int) -> tuple[Decimal, Decimal] | None:
    """Upfront and hourly price of a reserved unit; None where there is none in this Region."""
    return catalogue.reserved(f"dynamodb.reserved.{years}yr.{unit}")


def unit_price(run: Run, unit: Unit) -> Decimal | None:
    """The list price of a unit-hour in a run; None where it has none."""
    key = f"dynamodb.provisioned.{unit}_hour.standard"
    own = _own_charges(run)
    return next((line.list_unit_price for line in run.lines if line.price_key == key and line.charge_id in own), None)


def _own_charges(run: Run) -> frozenset[str]:
    """Charges of the scenario's Region: reserved capacity is of one."""
    return frozenset(charge.id for charge in run.charges if not charge.region)


def reservation(
    hours: Mapping[Unit, "NDArray[np.float64]"],
    prices: Mapping[Unit, Decimal | None],
    catalogue: Catalogue,
    years: int,
) -> Reservation | None:
    """The blocks that pay for these hours; None where a reserved price is missing."""
    blocks: dict[Unit, int] = {}
    for unit in UNITS:
        offer, list_price = prices_of_reserved(catalogue, unit, years), prices[unit]
        if offer is None:
            return None
        blocks[unit] = 0 if list_price is None else reserve(hours[unit], list_price, offer, years)
    return Reservation(years, blocks)


def with_reservation(run: Run, reserved: Reservation, catalogue: Catalogue, discount: Decimal) -> Decimal | None:
    """The month of a run with some reserved blocks, which are paid used or not."""
    cost = run.cost
    if cost is None:
        return None
    total = Fraction(cost)
    for unit in UNITS:
        offer, list_price = prices_of_reserved(catalogue, unit, reserved.years), unit_price(run, unit)
        if offer is None or not reserved.blocks[unit]:
            continue
        units = reserved.blocks[unit] * RESERVED_BLOCK_UNITS
        total += units * MONTH_HOURS * reserved_unit_hour_usd(*offer, reserved.years)
        total -= covered_hours(run, unit, units) * Fraction(list_price or 0) * (1 - Fraction(discount))
    return to_quantity(total)


def pooled_saving(runs: Sequence[Run], reserved: Reservation, catalogue: Catalogue, discount: Decimal) -> Decimal:
    """What blocks shared by several tables save a month, less what they cost."""
    import numpy as np  # noqa: PLC0415  the same

    saved = Fraction(0)
    for unit in UNITS:
        offer, units = prices_of_reserved(catalogue, unit, reserved.years), reserved.blocks[unit] * RESERVED_BLOCK_UNITS
        list_price = next((p for run in runs if (p := unit_price(run, unit)) is not None), None)
        if offer is None or list_price is None or not units:
            continue
        hours = np.sum([hours_of(run, unit) for run in runs], axis=0)
        covered = sig6(float(np.minimum(hours, units).sum())) * PERIOD_TO_MONTH
        saved += covered * Fraction(list_price) * (1 - Fraction(discount))
        saved -= units * MONTH_HOURS * reserved_unit_hour_usd(*offer, reserved.years)
    return to_quantity(saved)


def covered_hours(run: Run, unit: Unit, units: int) -> Fraction:
    """Unit-hours a month that so many reserved units cover."""
    import numpy as np  # noqa: PLC0415  the same

    hours, weights = hours_of(run, unit), _hour_weights(run)
    own = _own_charges(run)
    billed = sum(
        (x.pricing_quantity for x in run.lines if f".{unit}_hour." in x.price_key and x.charge_id in own), Decimal(0)
    )
    if float(hours.min()) == float(hours.max()):
        return min(Fraction(units), Fraction(hours[0])) * MONTH_HOURS
    return min(Fraction(billed), sig6(float((np.minimum(hours, units) * weights).sum())))


def _hour_weights(run: Run) -> "NDArray[np.float64]":
    """How many hours of a month an hour of the simulated period stands for. Shape (672,)."""
    import numpy as np  # noqa: PLC0415  the same

    return np.asarray(run.usage.request_flow.month_weights().reshape(-1, 60).sum(axis=1) / 60)


# --- savings plans ----------------------------------------------------------------------------------------------------


Rates = Mapping[tuple[str, str], PlanRate]
"""Rates of a savings plan by Region and list price key."""


def plan_prices(run: Run, catalogue: Catalogue) -> Rates | None:
    """Savings plan rates of a run's throughput; None where one is missing."""
    keys = {(line.region, line.price_key) for line in run.lines if _eligible(line.price_key)}
    rates: dict[tuple[str, str], PlanRate] = {}
    for region, key in sorted(keys):
        found = database_rate(catalogue.of(region), key)
        if found is None:
            return None
        rates[region, key] = found
    return rates


def _eligible(key: str) -> bool:
    return key.startswith(("dynamodb.on_demand.", "dynamodb.provisioned."))


def hourly_spend(run: Run, rates: Rates) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """USD of each hour at the plan's rates and at list prices. Shapes (672,)."""
    import numpy as np  # noqa: PLC0415  the same

    plan, list_price = np.zeros(len(_hour_weights(run))), np.zeros(len(_hour_weights(run)))
    for charge, line in ((c, x) for c in run.charges for x in run.lines if x.charge_id == c.id):
        rate = rates.get((line.region, line.price_key))
        if rate is None or charge.frequency == "one_time":  # warm throughput is paid once, no spend of an hour
            continue
        flow = charge.flow
        units = (
            _hourly_capacity(run, charge.id)
            if flow is None
            else flow.rate_per_minute().reshape(-1, 60).sum(axis=1) * 60
        )
        plan += units * float(rate.usd)
        list_price += units * float(line.list_unit_price)
    return plan, list_price


def _hourly_capacity(run: Run, charge_id: str) -> "NDArray[np.float64]":
    """Provisioned capacity behind a charge in each hour, by the charge's id ("orders.by-status.write-capacity")."""
    *heads, charge = charge_id.split(".")
    usage = next((used for region, used in run.usage.replicas.items() if region in heads), run.usage)
    indexes = {index.index for index in usage.indexes}
    key = heads[-1] if heads[-1] in indexes else TABLE
    return usage.period.hourly((key, charge.partition("-")[0]))


def commit(plan: "NDArray[np.float64]", list_price: "NDArray[np.float64]", weights: "NDArray[np.float64]") -> float:
    """The hourly commitment (USD) that makes the month cheapest; 0 where none does."""
    import numpy as np  # noqa: PLC0415  the same

    candidates = np.unique(np.concatenate(([0.0], plan)))
    costs = [plan_month(float(c), plan, list_price, weights) for c in candidates]
    return float(candidates[int(np.argmin(costs))])


def plan_month(
    commitment: float, plan: "NDArray[np.float64]", list_price: "NDArray[np.float64]", weights: "NDArray[np.float64]"
) -> float:
    """The month's throughput (USD) under an hourly commitment: it is paid used or not, the rest at list prices."""
    import numpy as np  # noqa: PLC0415  the same

    beyond = list_price * np.maximum(0.0, 1 - commitment / np.maximum(plan, 1e-300))
    return commitment * MONTH_HOURS + float((beyond * weights).sum())


def with_plan(
    run: Run, commitment: float, rates: Rates, discount: Decimal
) -> Decimal | None:  # fmt: skip
    """The month of a run under a savings plan commitment (USD an hour)."""
    cost = run.cost
    if cost is None:
        return None
    plan, list_price = hourly_spend(run, rates)
    weights = _hour_weights(run)
    saved = float((list_price * weights).sum()) - plan_month(commitment, plan, list_price, weights)
    return to_quantity(Fraction(cost) - sig6(saved) * (1 - Fraction(discount)))


def best_commitment(run: Run, rates: Rates) -> Fraction:
    """The hourly commitment in USD that makes a run's month cheapest, 6 significant digits."""
    plan, list_price = hourly_spend(run, rates)
    return sig6(commit(plan, list_price, _hour_weights(run)))
