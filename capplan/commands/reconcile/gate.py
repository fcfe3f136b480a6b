"""What gates may observe of a bill beside the plan."""

from collections.abc import Mapping
from decimal import Decimal

from capplan.commands.reconcile.results import Reconciliation


def values_of(answer: Reconciliation) -> Mapping[str, Decimal | None]:
    """The metrics of a bill, by name."""
    return {
        "bill.total": answer.billed,
        "bill.planned": answer.planned,
        "bill.difference": answer.difference,
        "bill.accuracy": answer.accuracy,
        "bill.accuracy_by_sku": answer.accuracy_by_sku,
        "bill.unexplained": answer.unexplained_share,
        "bill.not_modeled": answer.not_modeled_share,
    }
