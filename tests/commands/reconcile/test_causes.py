"""Each cause, a bill of a row or two at a time. The plan is that of shop.yaml for November (test_shapes.py)."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from capplan.commands.reconcile.bill import Asked
from tests.commands.reconcile.build import API, ORDERS, SHOP, add_up, causes_of, cur_row, reconciled, write_bill

D = Decimal
REQUESTS = {"type": "Request", "id": API, "quantity": "25920000", "cost": "5.184"}
DURATION = {"type": "Lambda-GB-Second", "id": API, "quantity": "1296000", "cost": "21.6000432"}
WRITES = {"code": "AmazonDynamoDB", "type": "WriteRequestUnits", "id": ORDERS, "quantity": "25920000", "cost": "16.2"}
STORAGE = {
    "code": "AmazonDynamoDB", "type": "TimedStorage-ByteHrs", "id": ORDERS,
    "quantity": "10.4680657387", "cost": "2.6170164347",
}  # fmt: skip


class Case(NamedTuple):
    """Rows in place of those that are billed as planned, and what the difference is then made of."""

    name: str
    rows: list[dict[str, str]]
    causes: dict[str, str]
    without: tuple[str, ...] = ()


PLANNED = {"requests": REQUESTS, "duration": DURATION, "writes": WRITES, "storage": STORAGE}
CASES = (
    Case("as planned", [], {}),
    Case("volume", [REQUESTS | {"quantity": "30000000", "cost": "6"}], {"volume": "0.816"}, ("requests",)),
    Case("nothing of it", [], {"volume": "-5.184"}, ("requests",)),
    # 1,296,000 GB-s at 0.00002 = 25.92 instead of 21.6000432
    Case("price", [DURATION | {"cost": "25.92"}], {"price": "4.3199568"}, ("duration",)),
    # all of the time on Arm: as many GB-s, at 0.0000133334 (17.2800864) instead of 0.0000166667
    Case(
        "mix", [DURATION | {"type": "Lambda-GB-Second-ARM", "cost": "17.2800864"}], {"mix": "-4.3199568"}, ("duration",)
    ),
    # half of it on Arm, and half as much again: 1,944,000 GB-s; volume 648,000 x 0.0000166667 = 10.8000216; of those
    # 972,000 on Arm are 972,000 x 0.0000033333 = 3.2399676 cheaper
    Case(
        "volume and mix",
        [
            DURATION | {"quantity": "972000", "cost": "16.2000324"},
            DURATION | {"type": "Lambda-GB-Second-ARM", "quantity": "972000", "cost": "12.9600648"},
        ],
        {"volume": "10.8000216", "mix": "-3.2399676"},
        ("duration",),
    ),
    Case(
        "allowance",
        [REQUESTS | {"quantity": "24920000", "cost": "4.984"}, REQUESTS | {"quantity": "1000000", "cost": "0"}],
        {"allowance": "-0.2"},
        ("requests",),
    ),
    # a Compute Savings Plan pays 14 for what lists at 21.6000432; 0.50 of the commitment nothing used
    Case(
        "a Savings Plan",
        [
            DURATION | {"kind": "SavingsPlanCoveredUsage", "savings_plan_savings_plan_effective_cost": "14"},
            DURATION | {"kind": "SavingsPlanNegation", "cost": "-21.6000432"},
            {
                "kind": "SavingsPlanRecurringFee", "code": "ComputeSavingsPlans", "cost": "14.5",
                "savings_plan_total_commitment_to_date": "14.5", "savings_plan_used_commitment": "14",
            },
        ],
        {"commitment": "-7.1000432"},
        ("duration",),
    ),
    Case(
        "reserved capacity",
        [
            WRITES | {"kind": "DiscountedUsage", "cost": "0", "reservation_effective_cost": "9"},
            {"kind": "RIFee", "code": "AmazonDynamoDB", "cost": "12", "reservation_unused_recurring_fee": "1.5"},
        ],
        {"commitment": "-5.7"},
        ("writes",),
    ),
    # a program's 5% of 5.184, on a row of its own
    Case("a discount", [REQUESTS | {"kind": "EdpDiscount", "quantity": "", "cost": "-0.2592"}], {"discount": "-0.2592"}),
    Case(
        "a private price",
        [WRITES | {"cost": "12.96", "listed": "16.2"}],
        {"discount": "-3.24"},
        ("writes",),
    ),
    Case("a service that capplan does not have", [{"code": "AmazonRDS", "type": "InstanceUsage", "quantity": "1", "cost": "9"}],
         {"not_modeled": "9"}),
    Case("a usage type that capplan does not have", [{"type": "Lambda-Something", "quantity": "1", "cost": "2"}],
         {"not_modeled": "2"}),
    Case("what the scenario does not have", [{"code": "AmazonDynamoDB", "type": "ReadRequestUnits", "quantity": "8", "cost": "1"}],
         {"not_modeled": "1"}),
    Case("another Region", [REQUESTS | {"type": "EUC1-Request", "quantity": "5000000", "cost": "1"}], {"not_modeled": "1"}),
    Case("no quantity", [REQUESTS | {"quantity": "", "cost": "7"}], {"unexplained": "1.816"}, ("requests",)),
    Case("another unit", [REQUESTS | {"quantity": "25.92", "cost": "5.184"}], {}, ("requests",)),
    Case("above the list price", [REQUESTS | {"cost": "6.184", "listed": "5.184"}], {"unexplained": "1"}, ("requests",)),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_difference_is_made_of(case: Case, tmp_path: Path) -> None:
    rows = [row for name, row in PLANNED.items() if name not in case.without]
    answer = reconciled(SHOP, write_bill(tmp_path, [cur_row(**row) for row in [*rows, *case.rows]]))
    add_up(answer)
    assert causes_of(answer) == {cause: D(amount).normalize() for cause, amount in case.causes.items()}


def test_another_unit_is_not_explained(tmp_path: Path) -> None:
    """25.92 million, billed in millions: the price of a unit is a million times ours."""
    rows = [cur_row(**(REQUESTS | {"quantity": "25.92", "cost": "6"}))]
    line = next(x for x in reconciled(SHOP, write_bill(tmp_path, rows)).lines if x.price_key == "lambda.request.x86_64")
    assert (dict(line.causes), line.note) == (
        {"unexplained": D("0.816")},
        "the bill's unit is another than that of capplan's price",
    )


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"kind": "Tax"}, "tax"),
        ({"kind": "Credit", "cost": "-4"}, "credits"),
        ({"kind": "Refund", "cost": "-4"}, "refunds and corrections"),
        ({"kind": "Usage", "type": "Request", "quantity": "-5", "cost": "-4"}, "refunds and corrections"),
        ({"kind": "Fee", "code": "AmazonRegistrar", "cost": "12"}, "other fees and purchases"),
        ({"kind": "Fee", "reservation_reservation_a_r_n": "arn:x", "cost": "300"}, "upfront fees of commitments"),
        ({"kind": "SavingsPlanUpfrontFee", "cost": "300"}, "upfront fees of commitments"),
        ({"kind": "Usage", "code": "AWSSupportBusiness", "cost": "29"}, "AWS Support"),
        ({"kind": "Usage", "entity": "AWS Marketplace", "code": "abc123", "cost": "80"}, "AWS Marketplace"),
        ({"kind": "SomethingNew", "cost": "1"}, "a kind of charge that capplan does not know"),
        ({"period": "2026-10-01T00:00:00Z", "type": "Request"}, "of another month"),
        ({"period": "", "type": "Request"}, "no billing month"),
        ({"account": "999999999999", "type": "Request", "cost": "1"}, "of another account"),
    ],
)
def test_what_is_set_aside(cells: dict[str, str], why: str, tmp_path: Path) -> None:
    bill = write_bill(tmp_path, [cur_row(**REQUESTS), cur_row(**cells)])
    answer = reconciled(SHOP, bill, asked=Asked("2026-11", accounts=("123456789012",)))
    add_up(answer)
    assert [(one.why, one.rows) for one in answer.bill.aside] == [(why, 1)]


def test_a_part_of_a_month_is_planned_for_its_days(tmp_path: Path) -> None:
    """To November 12: 288 of 730 hours of requests, 12 of 30 days of storage."""
    rows = [cur_row(**(REQUESTS | {"end": "2026-11-13T00:00:00Z", "quantity": "10368000", "cost": "2.0736"}))]
    answer = reconciled(SHOP, write_bill(tmp_path, rows))
    add_up(answer)
    assert (answer.bill.last, answer.bill.hours, answer.bill.is_whole_month) == ("2026-11-12", D(288), False)
    lines = {line.price_key: line for line in answer.lines}
    assert lines["lambda.request.x86_64"].planned == D("2.0736")  # 10/s for 288 hours at 0.0000002
    assert lines["dynamodb.storage.standard_gb_month"].planned == D("1.0468065739")  # 10.4680657387 x 12/30 x 0.25


def test_a_bill_without_ids_is_shared_by_the_plan_and_says_so(tmp_path: Path) -> None:
    answer = reconciled(SHOP, write_bill(tmp_path, [cur_row(**(REQUESTS | {"id": ""}))]))
    assert answer.matched.rows == {"SKU alone": 1}
    assert next(x for x in answer.lines if x.price_key == "lambda.request.x86_64").difference == 0


@pytest.mark.parametrize(
    ("cells", "maps", "how"),
    [
        ({"id": API}, (), "id"),
        ({"id": "API"}, (), "id"),
        ({"id": "arn:aws:lambda:us-east-1:1:function:shop-prod-api-1A2B3C"}, (), "part of the id"),
        ({"id": "fn-77", "resource_tags": '{"aws:cloudformation:logical-id": "api"}'}, (), "tag"),
        ({"id": "fn-77"}, ("fn-*=api",), "map"),
        ({"id": "fn-77", "resource_tags": '{"user_app": "front"}'}, ("tag:app=front=api",), "map"),
        ({"id": "fn-77"}, (), "SKU alone"),
    ],
)
def test_how_a_resource_is_told(cells: dict[str, str], maps: tuple[str, ...], how: str, tmp_path: Path) -> None:
    answer = reconciled(SHOP, write_bill(tmp_path, [cur_row(**(REQUESTS | cells))]), maps=maps)
    assert answer.matched.rows == {how: 1}
    line = next(x for x in answer.lines if x.price_key == "lambda.request.x86_64")
    assert (line.resource, line.difference) == ("api", D(0))


def test_an_id_that_the_scenario_does_not_have_is_no_volume(tmp_path: Path) -> None:
    other = REQUESTS | {"id": API.replace(":api", ":other"), "quantity": "5000000", "cost": "1"}
    answer = reconciled(SHOP, write_bill(tmp_path, [cur_row(**REQUESTS), cur_row(**other)]))
    assert [(name.rpartition(":")[2], cost) for name, cost in answer.matched.unknown] == [("other", D(1))]
    assert (
        next(x for x in answer.lines if "not_modeled" in x.causes).note == "resources that the scenario does not have"
    )


def test_rows_of_a_tag_alone(tmp_path: Path) -> None:
    tagged = cur_row(**REQUESTS, resource_tags='{"user_team": "checkout"}')
    answer = reconciled(SHOP, write_bill(tmp_path, [tagged, cur_row(**WRITES)]), asked=Asked(tag=("team", "checkout")))
    assert [(one.why, one.rows) for one in answer.bill.aside] == [("without the tag team=checkout", 1)]
    assert answer.billed == D("5.184")
