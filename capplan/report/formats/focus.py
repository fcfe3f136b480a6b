"""Writes a plan as rows of FOCUS 1.2, as a bill of that month would have them.

Columns, their order and when they may be null: FOCUS_Spec v1.2, specification/columns (read 2026-11-30). A column that
FOCUS does not have begins with x_.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from capplan.pipeline.results import Plan, PlannedResource
from capplan.plain import plain
from capplan.pricing.catalogue import location
from capplan.pricing.rating import LineItem
from capplan.report.formats.csv import cell
from capplan.report.record import number
from capplan.services.bills import Billed, billed
from capplan.units import MONTH_HOURS

HEAD = (
    "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency",
    "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory",
    "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
    "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus", "CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit",
    "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "InvoiceId", "InvoiceIssuerName", "ListCost",
    "ListUnitPrice", "PricingCategory", "PricingCurrency", "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost", "PricingCurrencyListUnitPrice", "PricingQuantity", "PricingUnit", "ProviderName",
    "PublisherName", "RegionId", "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory",
    "ServiceName", "ServiceSubcategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId",
    "SubAccountName", "SubAccountType", "Tags", "x_LineId", "x_MonthHours", "x_PriceKey", "x_ServiceCode",
)  # fmt: skip
ACCOUNT = "plan"
"""A plan has no account."""
_PROVIDER = "AWS"
_FREQUENCY = {"usage_based": "Usage-Based", "recurring": "Recurring", "one_time": "One-Time"}
_UNITS = {
    "GB-Mo": "GB-Months", "Hrs": "Hours", "Lambda-GB-Second": "GB-Seconds", "Node-hour": "Node-Hours", "DPU-Hour": "DPU-Hours",
    "M-DPU-Hour": "M-DPU-Hours", "ShardHour": "Shard-Hours", "StreamHr": "Stream-Hours", "ConsumerHour": "Consumer-Hours",
    "Request": "Requests", "minutes": "Minutes", "traces": "Traces", "spans": "Spans",
    "100,000 objects-month": "100000 Object-Months", "1,000,000 requests": "1000000 Requests",
}  # fmt: skip
"""AWS's names of units as FOCUS's UnitFormat asks for them: a capital at the beginning, several of them."""


def plan_focus(plan: Plan, month: date) -> str:
    """The rows of a plan, in the billing period of the month in which a day is."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEAD)
    resources = {resource.label: resource for resource in plan.resources}
    known = billed()
    period = _period(month)
    for item in plan.lines:
        for row in _rows(item, plan, resources.get(item.resource), known[item.service], period):
            writer.writerow([row.get(name, "") for name in HEAD])
    return out.getvalue()


def _period(day: date) -> tuple[str, str]:
    first = day.replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return f"{first}T00:00:00Z", f"{after}T00:00:00Z"


def _rows(
    item: LineItem, plan: Plan, resource: PlannedResource | None, service: Billed, period: tuple[str, str]
) -> Iterator[Mapping[str, str]]:
    """One row; of reserved capacity two: the fee that is invoiced, and the usage over which it is spread."""
    row = _usage(item, plan, resource, service, period)
    if ".reserved." not in item.price_key:
        yield row
        return
    name = {"CommitmentDiscountId": cell(item.charge_id), "CommitmentDiscountName": cell(item.description)}
    kind = {"CommitmentDiscountCategory": "Usage", "CommitmentDiscountType": "Reserved Capacity"}
    amount = {"CommitmentDiscountQuantity": row["PricingQuantity"], "CommitmentDiscountUnit": row["PricingUnit"]}
    spread = {"EffectiveCost": _figure(Decimal(0))}
    fee = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring", "ConsumedQuantity": "", "ConsumedUnit": ""}
    yield row | name | kind | amount | spread | fee
    used = {"CommitmentDiscountStatus": "Used", "PricingCategory": "Committed", "BilledCost": _figure(Decimal(0))}
    yield row | name | kind | amount | used


def _usage(
    item: LineItem, plan: Plan, resource: PlannedResource | None, service: Billed, period: tuple[str, str]
) -> dict[str, str]:
    region = item.region or plan.region
    unit = _UNITS.get(item.pricing_unit, item.pricing_unit.replace("Hrs", "Hours"))
    price = item.list_unit_price * (1 - plan.discount)
    tags = dict(resource.tags) if resource is not None else {}
    sku = item.sku or item.price_key
    start, end = period
    return {
        "BilledCost": _figure(item.contracted_cost),
        "BillingAccountId": ACCOUNT,
        "BillingAccountName": cell(plan.name),
        "BillingAccountType": "Plan",
        "BillingCurrency": "USD",
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "ChargeCategory": "Usage",
        "ChargeDescription": _ascii(item.description),
        "ChargeFrequency": _FREQUENCY[item.charge_frequency],
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "ConsumedQuantity": _figure(item.consumed_quantity),
        "ConsumedUnit": unit,
        "ContractedCost": _figure(item.contracted_cost),
        "ContractedUnitPrice": _figure(price),
        "EffectiveCost": _figure(item.contracted_cost),
        "InvoiceIssuerName": _PROVIDER,
        "ListCost": _figure(item.list_cost),
        "ListUnitPrice": _figure(item.list_unit_price),
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "PricingCurrencyContractedUnitPrice": _figure(price),
        "PricingCurrencyEffectiveCost": _figure(item.contracted_cost),
        "PricingCurrencyListUnitPrice": _figure(item.list_unit_price),
        "PricingQuantity": _figure(item.pricing_quantity),
        "PricingUnit": unit,
        "ProviderName": _PROVIDER,
        "PublisherName": _PROVIDER,
        "RegionId": region,
        "RegionName": location(region) or region,
        "ResourceId": cell(item.resource),
        "ResourceName": cell(item.resource),
        "ResourceType": resource.kind if resource is not None else item.service,
        "ServiceCategory": service.category,
        "ServiceName": service.names[0],
        "ServiceSubcategory": service.subcategory,
        "SkuId": sku,
        "SkuMeter": item.price_key.partition(".")[2],
        "SkuPriceId": f"{sku}.{item.id.rpartition('.')[2]}" if item.id != item.charge_id else sku,
        "Tags": cell(json.dumps(tags, ensure_ascii=False)) if tags else "",
        "x_LineId": cell(item.id),
        "x_MonthHours": str(MONTH_HOURS),
        "x_PriceKey": item.price_key,
        "x_ServiceCode": service.codes[0],
    }


def _ascii(text: str) -> str:
    """A description: FOCUS's StringHandling wants ASCII of this column's validators."""
    return plain(cell(text.replace("×", "x")), ascii_only=True)


def _figure(value: Decimal) -> str:
    """All digits, and a decimal point always: a column of nothing but 0 stays one of decimals where its type is guessed."""
    text = number(value) or "0"
    return text if "." in text else f"{text}.0"
