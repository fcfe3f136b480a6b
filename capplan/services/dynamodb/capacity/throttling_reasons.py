"""The names and answers of throttling. It never decides how much is throttled.

Source: DynamoDB Developer Guide, "Diagnosing throttling issues" (read 2026-11-23).
"""

from decimal import Decimal
from fractions import Fraction

from capplan.services.dynamodb import quotas

Number = int | Decimal | Fraction

CAUSES = {
    "partition": "KeyRangeThroughputExceeded",
    "provisioned": "ProvisionedThroughputExceeded",
    "account": "AccountLimitExceeded",
    "od-max": "MaxOnDemandThroughputExceeded",
}


def reason(resource: str, direction: str, limit: str) -> str:
    """AWS's reason: table or index; read or write; partition, provisioned, account or od-max."""
    return f"{resource.capitalize()}{direction.capitalize()}{CAUSES[limit]}"


def on_demand_reason(
    units_per_s: Number,
    direction: str,
    resource: str = "table",
    *,
    previous_peak: Number | None = None,
    maximum: Number | None = None,
) -> str | None:
    """Why evenly spread on-demand traffic throttles: the lowest ceiling it passes, or None.

    Ceilings: the user's maximum, twice the previous peak (never below a new table's), the quota of one table.
    """
    quota = quotas.TABLE_THROUGHPUT[direction].value
    floor = quotas.NEW_ON_DEMAND_THROUGHPUT[direction]
    ceilings = [(Fraction(quota), "account")]
    if previous_peak is not None:
        ceilings.append((max(2 * Fraction(previous_peak), Fraction(floor)), "partition"))
    if maximum is not None:
        ceilings.append((Fraction(maximum), "od-max"))
    lowest, limit = min(ceilings)
    return reason(resource, direction, limit) if Fraction(units_per_s) > lowest else None


def partial_failure(api: str, *, all_items: bool = False) -> tuple[str | None, bool]:
    """What a call answers when some of its items were throttled: the error (None: none), and whether unprocessed
    items come back.
    """
    if api in {"TransactWriteItems", "TransactGetItems", "ExecuteTransaction"}:
        return "TransactionCanceledException", False
    if api in {"BatchWriteItem", "BatchGetItem"} and not all_items:
        return None, True
    return "ProvisionedThroughputExceededException", False


def index_pressure(writes_per_s: Number, units_per_write: Number, index_wcu: Number) -> str | None:
    """Why a provisioned global index holds back the base table's writes once its burst is spent; None where it does
    not.
    """
    if Fraction(writes_per_s) * Fraction(units_per_write) > Fraction(index_wcu):
        return reason("index", "write", "provisioned")
    return None
