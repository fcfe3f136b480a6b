"""Whatever stands on a bill: causes add up to the last digit, rows are counted, and cents on the screen add up too."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from capplan.report.views.reconcile import cents
from capplan.services.bills import billed
from tests.commands.reconcile.build import API, ORDERS, SHOP, add_up, cur_row, reconciled, write_bill
from tests.commands.reconcile.test_causes import PLANNED
from tests.helpers import SCENARIOS

KINDS = ["Usage"] * 8 + [
    "Tax", "Credit", "Refund", "Fee", "EdpDiscount", "SavingsPlanCoveredUsage", "SavingsPlanNegation",
    "SavingsPlanRecurringFee", "DiscountedUsage", "RIFee", "Unheard",
]  # fmt: skip
IDS = ["", API, ORDERS, "shop-prod-orders-1A", "other", "arn:aws:logs:us-east-1:1:log-group:/aws/lambda/mail-out"]
REGIONS = ["", "EUC1-", "USE1-", "Global-", "eu-west-1-", "XX9-"]


def random_row(draw: random.Random) -> dict[str, str]:
    service = draw.choice(list(billed().values()))
    types = [one.name for one in service.usage_types] or ["Something"]
    amount = draw.choice(["0", "0.0000000001", f"{draw.random() * 1000:.10f}", str(draw.randrange(10**9)), "1e-12", ""])
    return cur_row(
        kind=draw.choice(KINDS),
        code=draw.choice([service.codes[0], service.names[0], "AmazonRDS"]),
        type=draw.choice(REGIONS) + draw.choice([*types, "Unheard", ""]),
        id=draw.choice(IDS),
        quantity=amount,
        cost=draw.choice(["0", f"{draw.random() * 100:.10f}", f"-{draw.random():.6f}", "x"]),
        listed=draw.choice(["", "0", f"{draw.random() * 100:.10f}"]),
        end=f"2026-11-{draw.randrange(1, 31):02}T{draw.randrange(24):02}:00:00Z",
        savings_plan_savings_plan_effective_cost=draw.choice(["", f"{draw.random() * 10:.8f}"]),
        reservation_effective_cost=draw.choice(["", f"{draw.random() * 10:.8f}"]),
    )


@pytest.mark.parametrize("seed", range(12))
def test_any_bill_adds_up(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)  # noqa: S311
    rows = [random_row(draw) for _ in range(draw.randrange(1, 400))]
    bill = write_bill(tmp_path, [*(cur_row(**row) for row in PLANNED.values()), *rows])
    name = draw.choice(["web-shop", "seoul-delivery", "data-lake", ""])
    answer = reconciled(str(SCENARIOS / name / "scenario.yaml") if name else SHOP, bill)
    add_up(answer)
    assert answer.bill.rows == len(rows) + len(PLANNED)
    assert {line.note for line in answer.lines if "not_modeled" in line.causes} <= {
        "a service that capplan does not model", "a usage type that capplan does not know", "the scenario has none of it",
        "resources that the scenario does not have", "commitments that nothing used",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        (["0.005", "0.005"], "0.01", ["0.00", "0.01"]),  # each alone rounds to 0.01
        (["1.004", "1.004", "1.004"], "3.012", ["1.01", "1.00", "1.00"]),
        (["1.004", "2.004", "1.004"], "4.012", ["1.00", "2.01", "1.00"]),
        (["10", "-3.333", "-3.333", "-3.334"], "0", ["9.99", "-3.33", "-3.33", "-3.33"]),
        ([], "0", []),
    ],
)
def test_cents_add_up(parts: list[str], total: str, shown: list[str]) -> None:
    done = cents([Decimal(part) for part in parts], Decimal(total))
    assert sum(done, Decimal(0)) == Decimal(total).quantize(Decimal("0.01"))
    assert [str(amount) for amount in done] == shown
