"""Bills of a few rows, as tests write them."""

import csv
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from capplan.commands.reconcile.bill import Asked, read_bill
from capplan.commands.reconcile.compare import reconcile
from capplan.commands.reconcile.results import Reconciliation
from capplan.language.load import load

BILLS = Path(__file__).parent / "bills"
SHOP = str(BILLS / "shop.yaml")
ACCOUNT = "123456789012"
API = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:api"
ORDERS = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
CUR = {
    "bill_billing_period_start_date": "2026-11-01T00:00:00Z",
    "bill_billing_entity": "AWS",
    "line_item_usage_account_id": ACCOUNT,
    "line_item_line_item_type": "Usage",
    "line_item_usage_start_date": "2026-11-01T00:00:00Z",
    "line_item_usage_end_date": "2026-12-01T00:00:00Z",
    "line_item_product_code": "AWSLambda",
    "line_item_usage_type": "",
    "line_item_operation": "",
    "line_item_resource_id": "",
    "line_item_usage_amount": "",
    "line_item_currency_code": "USD",
    "line_item_unblended_cost": "0",
    "pricing_public_on_demand_cost": "",
}
"""A row of CUR 2.0 without anything in it."""
NAMES = {
    "entity": "bill_billing_entity",
    "period": "bill_billing_period_start_date",
    "account": "line_item_usage_account_id",
    "kind": "line_item_line_item_type",
    "start": "line_item_usage_start_date",
    "end": "line_item_usage_end_date",
    "code": "line_item_product_code",
    "type": "line_item_usage_type",
    "operation": "line_item_operation",
    "id": "line_item_resource_id",
    "quantity": "line_item_usage_amount",
    "currency": "line_item_currency_code",
    "cost": "line_item_unblended_cost",
    "listed": "pricing_public_on_demand_cost",
}


def cur_row(**cells: str) -> dict[str, str]:
    """A row of CUR 2.0; its list price is its cost where nothing else is said."""
    row = CUR | {NAMES.get(name, name): value for name, value in cells.items()}
    return row if "listed" in cells else row | {"pricing_public_on_demand_cost": row["line_item_unblended_cost"]}


def write_bill(folder: Path, rows: Iterable[Mapping[str, str]], name: str = "bill.csv") -> str:
    """A CSV file of rows."""
    listed = list(rows)
    columns = list(dict.fromkeys(key for row in listed for key in row)) or list(CUR)
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(listed)
    return str(path)


def reconciled(scenario: str, *bills: str, asked: Asked | None = None, maps: tuple[str, ...] = ()) -> Reconciliation:
    """A scenario beside bills."""
    return reconcile(load(scenario), read_bill(bills, asked or Asked()), maps)


def causes_of(answer: Reconciliation) -> dict[str, Decimal]:
    """The causes that are not 0, without trailing zeros."""
    return {str(cause): amount.normalize() for cause, amount in answer.causes.items() if amount}


def add_up(answer: Reconciliation) -> None:
    """Each line's causes are its difference, the lines are the totals, and every row is compared or set aside."""
    for line in answer.lines:
        assert sum(line.causes.values(), Decimal(0)) == line.billed - line.planned, line
    assert sum(answer.causes.values(), Decimal(0)) == answer.difference
    assert sum((line.billed for line in answer.lines), Decimal(0)) == answer.billed
    assert sum((line.planned for line in answer.lines), Decimal(0)) == answer.planned
    bill = answer.bill
    assert sum(line.rows for line in bill.lines) + sum(one.rows for one in bill.aside) == bill.rows
