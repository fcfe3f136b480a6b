"""Reads rows of AWS's Cost and Usage Report: CUR 2.0 and legacy.

Columns: https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-line-item.html and
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/enhanced-lineitem-columns.html (read 2026-11-30). What a
commitment costs is spread as AWS's Well-Architected labs do (cost queries for amortized cost, read 2026-11-30).
"""

import json
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from capplan.commands.reconcile.known_rows import KnownRows
from capplan.commands.reconcile.rows import (
    CREDIT,
    FEE,
    MARKETPLACE,
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

_FIELDS = {
    "type": ("line_item_line_item_type",),
    "end": ("line_item_usage_end_date",),
    "month": ("bill_billing_period_start_date", "billing_period"),
    "entity": ("bill_billing_entity",),
    "account": ("line_item_usage_account_id",),
    "currency": ("line_item_currency_code",),
    "service": ("line_item_product_code",),
    "usage_type": ("line_item_usage_type",),
    "operation": ("line_item_operation",),
    "sku": ("product_sku",),
    "region": ("product_region_code", "product_region"),
    "resource": ("line_item_resource_id",),
    "quantity": ("line_item_usage_amount",),
    "billed": ("line_item_unblended_cost",),
    "net": ("line_item_net_unblended_cost",),
    "listed": ("pricing_public_on_demand_cost",),
    "plan_effective": ("savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost"),
    "plan_total": ("savings_plan_total_commitment_to_date",),
    "plan_used": ("savings_plan_used_commitment",),
    "reserved_effective": ("reservation_net_effective_cost", "reservation_effective_cost"),
    "reserved_unused": ("reservation_unused_recurring_fee",),
    "reserved_unused_upfront": ("reservation_unused_amortized_upfront_fee_for_billing_period",),
    "reservation": ("reservation_reservation_a_r_n", "reservation_reservation_arn"),
    "tags": ("resource_tags",),
}
_STILL = (
    "type", "entity", "month", "account", "currency", "service", "usage_type", "operation", "sku", "region", "resource",
    "tags",
)  # fmt: skip
_NEEDED = ("type", "billed", "usage_type")
_DISCOUNTS = ("Discount", "BundledDiscount", "EdpDiscount", "PrivateRateDiscount", "RiVolumeDiscount", "SppDiscount")
_ASIDE = {"Tax": TAX, "Credit": CREDIT, "Refund": REFUND, "SavingsPlanUpfrontFee": UPFRONT}


def snake(column: str) -> str:
    """A column of the legacy report as later ones name it: lineItem/UsageAmount is line_item_usage_amount."""
    return "_".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", part).lower() for part in column.split("/"))


def told(columns: Sequence[str]) -> bool:
    """Whether the columns are those of a report."""
    names = {snake(column) for column in columns}
    return all(names & set(_FIELDS[field]) for field in _NEEDED)


class CurRows:
    """Rows of one file."""

    label = "Cost and Usage Report"

    def __init__(self, columns: Sequence[str]) -> None:
        by_name = {snake(column): column for column in columns}
        found = {
            field: next((by_name[name] for name in names if name in by_name), None) for field, names in _FIELDS.items()
        }
        legacy = [column for column in columns if column.startswith(("resourceTags/", "resource_tags_"))]
        self.columns: tuple[str, ...] = tuple(
            dict.fromkeys([*(column for column in found.values() if column is not None), *legacy])
        )
        at = {column: i for i, column in enumerate(self.columns)}
        self.at = {field: at[column] for field, column in found.items() if column is not None}
        self.tag_columns = [(re.sub(r"^resource(?:Tags/|_tags_)", "", column), at[column]) for column in legacy]
        still = [self.at[field] for field in _STILL if field in self.at] + [i for _, i in self.tag_columns]
        self.known = KnownRows(still)

    def __call__(self, cells: Sequence[str]) -> BillRow:
        """The row. Raises NotANumberError."""
        at = self.at

        def get(field: str) -> str:
            return filled(cells[at[field]]) if field in at else ""

        row = self.known.row(cells, lambda: self._told(cells, get))
        what = get("type")
        unblended = amount(get("billed"))
        net = get("net") if "net" in at else ""
        billed = number(net) if net else None if "net" in at else unblended
        kind, aside, counted, covered = self._counted(what, row.service, unblended, billed, get)
        aside = aside or row.aside
        used = kind == "usage"
        return row._replace(
            kind=kind,
            aside=aside,
            end=end_day(get("end")),
            quantity=number(get("quantity")) if used else None,
            billed=unblended if billed is None else billed,
            amount=counted,
            listed=number(get("listed")) if used and not aside else None,
            covered=covered,
        )

    def _told(self, cells: Sequence[str], get: Callable[[str], str]) -> BillRow:
        """What many rows have in common: all but times and figures."""
        return BillRow(
            kind="usage",
            aside=MARKETPLACE if get("entity") == "AWS Marketplace" else "",
            month=get("month")[:7],
            end="",
            account=get("account"),
            currency=get("currency"),
            service=get("service"),
            usage_type=get("usage_type"),
            operation=get("operation"),
            sku=get("sku"),
            key="",
            region=get("region"),
            resource=get("resource"),
            tags=self._tags(cells, get("tags")),
            quantity=None,
            billed=ZERO,
            amount=ZERO,
            listed=None,
        )

    def _counted(  # noqa: C901, PLR0911  a line a kind
        self,
        what: str,
        service: str,
        unblended: Decimal,
        net: Decimal | None,
        get: Callable[[str], str],
    ) -> tuple[Kind, str, Decimal, bool]:
        """The kind, why it is set aside, what is compared, and whether a commitment pays for it."""
        cost = unblended if net is None else net
        if what in _ASIDE:
            return "usage", _ASIDE[what], cost, False
        if service.startswith(("AWSSupport", "OCBPremiumSupport")):
            return "usage", SUPPORT, cost, False
        if what == "Usage":
            return "usage", REFUND if unblended < 0 else "", cost, False
        if what == "SavingsPlanCoveredUsage":
            spread = number(get("plan_effective"))
            return "usage", "", cost if spread is None else spread, True
        if what == "DiscountedUsage":
            spread = number(get("reserved_effective"))
            return "usage", "", cost if spread is None else spread, True
        if what == "SavingsPlanNegation":  # takes back the list price of covered usage, which is spread instead
            return "commitment", "", ZERO if "plan_effective" in self.at else cost, False
        if what == "SavingsPlanRecurringFee":
            unused = amount(get("plan_total")) - amount(get("plan_used"))
            return "commitment", "", unused if "plan_effective" in self.at else cost, False
        if what == "RIFee":
            unused = amount(get("reserved_unused")) + amount(get("reserved_unused_upfront"))
            return "commitment", "", unused if "reserved_effective" in self.at else cost, False
        if what in _DISCOUNTS:
            return "discount", "", (net or ZERO) if "net" in self.at else unblended, False
        if what == "Fee":
            return "usage", UPFRONT if get("reservation") else FEE, cost, False
        return "usage", UNKNOWN_KIND, cost, False

    def _tags(self, cells: Sequence[str], written: str) -> tuple[tuple[str, str], ...]:
        tags: dict[str, object] = {name: filled(cells[i]) for name, i in self.tag_columns}
        if written.startswith("{"):
            try:
                data = json.loads(written)
            except (ValueError, RecursionError):
                data = {}
            tags |= data if isinstance(data, dict) else {}
        return tags_of(tags)
