"""Reads rows of FOCUS 1.0 and 1.2, with the columns that AWS adds.

Columns: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-2-aws-columns.html and FOCUS_Spec v1.2,
specification/columns (read 2026-11-30).
"""

import json
from collections.abc import Callable, Sequence

from capplan.commands.reconcile.known_rows import KnownRows
from capplan.commands.reconcile.rows import (
    CREDIT,
    FEE,
    MARKETPLACE,
    ONE_TIME,
    REFUND,
    SUPPORT,
    TAX,
    UNKNOWN_KIND,
    UPFRONT,
    ZERO,
    BillRow,
    Kind,
    amount,
    end_day,
    filled,
    number,
    tags_of,
)

_FIGURES = (
    "BilledCost", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "EffectiveCost", "ListCost", "PricingQuantity",
)  # fmt: skip
_FIELDS = (
    "BilledCost", "BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeFrequency",
    "ChargePeriodEnd", "ChargePeriodStart", "CommitmentDiscountId", "CommitmentDiscountStatus", "ConsumedQuantity",
    "EffectiveCost", "ListCost", "PricingQuantity", "PublisherName", "RegionId", "ResourceId", "ServiceName", "SkuId",
    "SubAccountId", "Tags", "x_MonthHours", "x_Operation", "x_PriceKey", "x_ServiceCode", "x_UsageType", "SkuMeter",
)  # fmt: skip
_STILL = tuple(name for name in _FIELDS if name not in _FIGURES)
_NEEDED = ("BilledCost", "ChargeCategory", "ServiceName")
_ASIDE = {"Tax": TAX, "Credit": CREDIT, "Adjustment": REFUND}


def told(columns: Sequence[str]) -> bool:
    """Whether the columns are FOCUS's."""
    return all(name in columns for name in _NEEDED)


class FocusRows:
    """Rows of one file."""

    label = "FOCUS"

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(name for name in _FIELDS if name in columns)
        self.at = {name: i for i, name in enumerate(self.columns)}
        self.known = KnownRows([self.at[name] for name in _STILL if name in self.at])

    def __call__(self, cells: Sequence[str]) -> BillRow:
        """The row. Raises NotANumberError."""
        at = self.at

        def get(name: str) -> str:
            return filled(cells[at[name]]) if name in at else ""

        row = self.known.row(cells, lambda: _told(get))
        billed = amount(get("BilledCost"))
        used = row.kind == "usage"
        spread = number(get("EffectiveCost")) if row.covered or not used else None
        quantity = number(get("PricingQuantity"))
        return row._replace(
            aside=row.aside or (REFUND if billed < 0 and used and not row.covered else ""),
            end=end_day(get("ChargePeriodEnd")),
            quantity=(number(get("ConsumedQuantity")) if quantity is None else quantity) if used else None,
            billed=billed,
            amount=billed if spread is None else spread,
            listed=number(get("ListCost")) if used else None,
        )


def _told(get: Callable[[str], str]) -> BillRow:
    """What many rows have in common: all but times and figures."""
    kind, aside, covered = _counted(*map(get, _DECIDES))
    return BillRow(
        kind=kind,
        aside=aside,
        month=get("BillingPeriodStart")[:7],
        end="",
        account=get("SubAccountId"),
        currency=get("BillingCurrency"),
        service=get("x_ServiceCode") or get("ServiceName"),
        usage_type=get("x_UsageType") or get("SkuMeter"),
        operation=get("x_Operation"),
        sku=get("SkuId"),
        key=get("x_PriceKey"),
        region=get("RegionId"),
        resource=get("ResourceId"),
        tags=_tags(get("Tags")),
        quantity=None,
        billed=ZERO,
        amount=ZERO,
        listed=None,
        covered=covered,
        hours=get("x_MonthHours"),
    )


_DECIDES = (
    "ChargeCategory", "ChargeClass", "ChargeFrequency", "CommitmentDiscountId", "CommitmentDiscountStatus",
    "PublisherName", "ServiceName",
)  # fmt: skip


def _counted(  # noqa: PLR0911  a line a kind
    category: str,
    charge_class: str,
    frequency: str,
    commitment: str,
    status: str,
    publisher: str,
    service: str,
) -> tuple[Kind, str, bool]:
    """The kind, why it is set aside, and whether a commitment pays for it."""
    if charge_class == "Correction":
        return "usage", REFUND, False
    if category in _ASIDE:
        return "usage", _ASIDE[category], False
    if publisher and not publisher.lower().startswith(("amazon", "aws")):
        return "usage", MARKETPLACE, False
    if service.startswith("AWS Support"):
        return "usage", SUPPORT, False
    if category == "Purchase":
        if not commitment:
            return "usage", FEE, False
        return ("usage", UPFRONT, False) if frequency == "One-Time" else ("commitment", "", False)
    if category != "Usage":
        return "usage", UNKNOWN_KIND, False
    if frequency == "One-Time":
        return "usage", ONE_TIME, False
    if commitment:
        return ("commitment", "", False) if status == "Unused" else ("usage", "", True)
    return "usage", "", False


def _tags(written: str) -> tuple[tuple[str, str], ...]:
    if not written.startswith("{"):
        return ()
    try:
        data = json.loads(written)
    except (ValueError, RecursionError):
        return ()
    return tags_of(data) if isinstance(data, dict) else ()
