"""Reads an answer of Cost Explorer, GetCostAndUsage: a row for each group of each period.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html (read 2026-11-30).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from capplan.commands.reconcile.rows import (
    CREDIT,
    FEE,
    REFUND,
    SUPPORT,
    TAX,
    UPFRONT,
    BillRow,
    Kind,
    NotANumberError,
    end_day,
    number,
)
from capplan.errors import CapplanError, Diagnostic

_RECORD_TYPES: Mapping[str, tuple[Kind, str]] = {
    "Usage": ("usage", ""),
    "Tax": ("usage", TAX),
    "Credit": ("usage", CREDIT),
    "Refund": ("usage", REFUND),
    "Upfront": ("usage", UPFRONT),
    "Recurring": ("commitment", ""),
    "Recurring reservation fee": ("commitment", ""),
    "RIFee": ("commitment", ""),
    "SavingsPlanRecurringFee": ("commitment", ""),
    "SavingsPlanNegation": ("commitment", ""),
    "SavingsPlanUpfrontFee": ("usage", UPFRONT),
    "SavingsPlanCoveredUsage": ("usage", ""),
    "DiscountedUsage": ("usage", ""),
    "Support": ("usage", SUPPORT),
    "Other": ("usage", FEE),
    "Enterprise Discount Program Discount": ("discount", ""),
    "Discount": ("discount", ""),
}
_COVERED = ("SavingsPlanCoveredUsage", "DiscountedUsage")


def told(data: Mapping[str, Any]) -> bool:
    """Whether a document is such an answer."""
    return isinstance(data.get("ResultsByTime"), list)


def rows(data: Mapping[str, Any], path: str) -> Iterator[BillRow | str]:
    """Its rows; a text for one that cannot be read. Raises CapplanError for a document of another form."""
    try:
        named = [(str(d["Type"]), str(d["Key"])) for d in data.get("GroupDefinitions") or ()]
        for result in data["ResultsByTime"]:
            period = result["TimePeriod"]
            groups = result.get("Groups") or []
            if not groups and result.get("Total"):
                yield _row({}, period, result["Total"])
            for group in groups:
                keys = dict(zip(named, group["Keys"], strict=False))
                yield _row(keys, period, group["Metrics"])
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        message = f"not of the form of GetCostAndUsage: {type(error).__name__} {error}"[:160]
        raise CapplanError((Diagnostic(path, 0, 0, message, "aws ce get-cost-and-usage … > bill.json"),)) from None


def _row(keys: Mapping[tuple[str, str], str], period: Mapping[str, str], metrics: Mapping[str, Any]) -> BillRow | str:
    def of(name: str) -> str:
        return str(keys.get(("DIMENSION", name), ""))

    cost = next((metrics[name] for name in ("NetUnblendedCost", "UnblendedCost") if name in metrics), None)
    spread = next((metrics[name] for name in ("NetAmortizedCost", "AmortizedCost") if name in metrics), None)
    given = cost if cost is not None else spread
    if given is None:
        raise KeyError("UnblendedCost or AmortizedCost")
    try:
        billed = number(str(given["Amount"])) or Decimal(0)
        amount = billed if spread is None else number(str(spread["Amount"])) or Decimal(0)
        quantity = number(str(metrics["UsageQuantity"]["Amount"])) if "UsageQuantity" in metrics else None
    except NotANumberError as error:
        return f"not a number: '{str(error)[:40]}'"
    service, record = of("SERVICE"), of("RECORD_TYPE")
    kind, aside = _RECORD_TYPES.get(record, ("usage", ""))
    if service == "Tax":
        aside = TAX
    elif service.startswith("AWS Support"):
        aside = SUPPORT
    elif not aside and kind == "usage" and billed < 0:
        aside = REFUND if record else CREDIT
    is_used = kind == "usage" and not aside and bool(of("USAGE_TYPE"))
    return BillRow(
        kind=kind,
        aside=aside,
        month=str(period["Start"])[:7],
        end=end_day(str(period["End"])),
        account=of("LINKED_ACCOUNT"),
        currency=str(given.get("Unit", "")),
        service=service,
        usage_type=of("USAGE_TYPE"),
        operation=of("OPERATION"),
        sku="",
        key="",
        region="" if of("REGION") in ("NoRegion", "global") else of("REGION"),
        resource=of("RESOURCE_ID"),
        tags=tuple((key, value.partition("$")[2]) for (type_, key), value in keys.items() if type_ == "TAG"),
        quantity=quantity if is_used else None,
        billed=billed,
        amount=amount,
        listed=None,
        covered=record in _COVERED,
    )
