"""Cost Explorer grouped otherwise, commitments in FOCUS, and what each form says in its own way.

The plan is that of shop.yaml for November: Lambda 26.7840432 (5.184 + 21.6000432), DynamoDB 18.8170164347.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reconcile.build import API, SHOP, add_up, causes_of, reconciled, write_bill

D = Decimal


def explorer(folder: Path, keys: list[str], groups: list[tuple[list[str], dict[str, str]]], **period: str) -> str:
    """An answer of Cost Explorer."""
    data: dict[str, Any] = {
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": key} for key in keys],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"} | period,
                "Groups": [
                    {
                        "Keys": names,
                        "Metrics": {metric: {"Amount": amount, "Unit": "USD"} for metric, amount in of.items()},
                    }
                    for names, of in groups
                ],
            }
        ],
    }
    path = folder / "explorer.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def test_by_service_alone_nothing_of_the_difference_is_explained(tmp_path: Path) -> None:
    groups = [(["AWS Lambda"], {"UnblendedCost": "30"}), (["Amazon DynamoDB"], {"UnblendedCost": "18.8170164347"})]
    answer = reconciled(SHOP, explorer(tmp_path, ["SERVICE"], groups))
    add_up(answer)
    assert causes_of(answer) == {"unexplained": D("3.2159568")}  # 30 - 26.7840432
    assert answer.unexplained_share == D("0.065878")  # 3.2159568 / 48.8170164347


def test_the_amortized_cost_is_compared_and_the_rest_is_said(tmp_path: Path) -> None:
    usage = {"UnblendedCost": "0", "AmortizedCost": "4", "UsageQuantity": "25920000"}
    fee = {"UnblendedCost": "4.5", "AmortizedCost": "0"}
    groups = [
        (["AWS Lambda", "Request", "SavingsPlanCoveredUsage"], usage),
        (["Savings Plans for AWS Compute usage", "ComputeSP", "SavingsPlanRecurringFee"], fee),
    ]
    answer = reconciled(SHOP, explorer(tmp_path, ["SERVICE", "USAGE_TYPE", "RECORD_TYPE"], groups))
    add_up(answer)
    requests = next(line for line in answer.lines if line.price_key == "lambda.request.x86_64")
    assert dict(requests.causes) == {"commitment": D("-1.184")}  # 4 for what lists at 5.184
    assert answer.spread == D("0.5")  # 4.5 were invoiced, 4 are compared


def test_a_part_of_a_month_of_cost_explorer(tmp_path: Path) -> None:
    groups = [(["AWS Lambda", "Request"], {"UnblendedCost": "1.728", "UsageQuantity": "8640000"})]
    answer = reconciled(SHOP, explorer(tmp_path, ["SERVICE", "USAGE_TYPE"], groups, End="2026-11-11"))
    assert (answer.bill.last, answer.bill.hours) == ("2026-11-10", D(240))
    requests = next(line for line in answer.lines if line.price_key == "lambda.request.x86_64")
    assert requests.difference == 0  # 10/s for 240 hours at 0.0000002


FOCUS = {
    "BilledCost": "0",
    "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-11-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeFrequency": "Usage-Based",
    "ChargePeriodEnd": "2026-12-01T00:00:00Z",
    "ChargePeriodStart": "2026-11-01T00:00:00Z",
    "CommitmentDiscountId": "",
    "CommitmentDiscountStatus": "",
    "EffectiveCost": "",
    "ListCost": "",
    "PricingQuantity": "",
    "PublisherName": "Amazon Web Services, Inc.",
    "RegionId": "us-east-1",
    "ResourceId": API,
    "ServiceName": "AWS Lambda",
    "SkuId": "",
    "x_ServiceCode": "AWSLambda",
    "x_UsageType": "Request",
}
REQUESTS = {"PricingQuantity": "25920000", "BilledCost": "5.184", "EffectiveCost": "5.184", "ListCost": "5.184"}
FEE = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring", "CommitmentDiscountId": "sp-1", "ServiceName": "Savings Plans",
       "x_ServiceCode": "ComputeSavingsPlans", "x_UsageType": "", "ResourceId": "", "BilledCost": "4.5", "EffectiveCost": "0"}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "causes"),
    [
        ([REQUESTS], {}),
        ([REQUESTS | {"BilledCost": "4.9248", "EffectiveCost": "4.9248"}], {"discount": "-0.2592"}),  # 5% off the list
        ([REQUESTS | {"ListCost": "6", "BilledCost": "6"}], {"price": "0.816"}),
        ([REQUESTS | {"BilledCost": "0", "EffectiveCost": "4", "CommitmentDiscountId": "sp-1",
                      "CommitmentDiscountStatus": "Used"}, FEE], {"commitment": "-1.184"}),
        ([REQUESTS | {"BilledCost": "0", "EffectiveCost": "4", "CommitmentDiscountId": "sp-1", "CommitmentDiscountStatus": "Used"},
          FEE | {"ChargeCategory": "Usage", "CommitmentDiscountStatus": "Unused", "BilledCost": "0", "EffectiveCost": "0.5"}],
         {"commitment": "-0.684"}),
        ([REQUESTS | {"PricingQuantity": "20000000", "BilledCost": "4", "ListCost": "4"},
          REQUESTS | {"PricingQuantity": "5920000", "BilledCost": "0", "ListCost": "0", "EffectiveCost": "0"}], {"allowance": "-1.184"}),
    ],
)  # fmt: skip
def test_causes_of_focus(rows: list[dict[str, str]], causes: dict[str, str], tmp_path: Path) -> None:
    answer = reconciled(SHOP, write_bill(tmp_path, [FOCUS | row for row in rows]))
    add_up(answer)
    lines = [line for line in answer.lines if line.price_key == "lambda.request.x86_64" or not line.price_key]
    found: dict[str, Decimal] = {}
    for line in lines:
        for cause, amount in line.causes.items():
            found[cause] = found.get(cause, D(0)) + amount
    assert {cause: amount.normalize() for cause, amount in found.items()} == {
        c: D(a).normalize() for c, a in causes.items()
    }


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"ChargeCategory": "Tax"}, "tax"),
        ({"ChargeCategory": "Credit", "BilledCost": "-4"}, "credits"),
        ({"ChargeCategory": "Adjustment"}, "refunds and corrections"),
        ({"ChargeClass": "Correction"}, "refunds and corrections"),
        ({"BilledCost": "-4", "PricingQuantity": "1"}, "refunds and corrections"),
        ({"ChargeCategory": "Purchase", "ChargeFrequency": "One-Time"}, "other fees and purchases"),
        (FEE | {"ChargeFrequency": "One-Time"}, "upfront fees of commitments"),
        ({"ServiceName": "AWS Support (Business)"}, "AWS Support"),
        ({"PublisherName": "Some Vendor"}, "AWS Marketplace"),
        ({"ChargeFrequency": "One-Time"}, "one-time usage"),
    ],
)
def test_what_focus_sets_aside(cells: dict[str, str], why: str, tmp_path: Path) -> None:
    answer = reconciled(SHOP, write_bill(tmp_path, [FOCUS | REQUESTS, FOCUS | cells]))
    add_up(answer)
    assert [(one.why, one.rows) for one in answer.bill.aside] == [(why, 1)]
