"""Reserved capacity that is already bought: what it covers and what it costs, by hand."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from tests.helpers import scenario

D = Decimal
TABLES = """tables:
  orders: {item_size: 1 KB, capacity: {mode: provisioned, write: 300, read: 1}, access: [{put: 100/s}]}
  stock: {item_size: 1 KB, capacity: {mode: provisioned, write: 100, read: 1}, access: [{put: 50/s}]}
"""


def costs(reserved: str, folder: Path) -> dict[str, Decimal]:
    plan = capplan.plan(scenario(f"commitments: [{reserved}]\n{TABLES}", folder))
    assert plan.monthly_cost == sum(line.list_cost for line in plan.lines)
    assert plan.monthly_cost == sum(resource.monthly_cost for resource in plan.resources)
    return {line.id: line.list_cost for line in plan.lines}


def test_a_reservation_covers_and_costs_by_the_hours_each_table_holds(tmp_path: Path) -> None:
    found = costs("{reserved: wcu, units: 200}", tmp_path)
    assert found["orders.write-capacity"] == D("71.175"), "half of 300 x 730 h is left at 0.00065"
    assert found["stock.write-capacity"] == D("23.725")
    assert found["orders.write-reserved-1y"] == D("14.016"), "three quarters of 200 x 730 h x 0.000128"
    assert found["orders.write-reserved-1y-upfront"] == D("18.75"), "three quarters of 200 x 1.5 / 12"
    assert found["stock.write-reserved-1y-upfront"] == pytest.approx(D("6.25"), abs=D("1E-9"))


def test_what_is_not_used_is_paid(tmp_path: Path) -> None:
    found = costs("{reserved: wcu, units: 500, years: 3}", tmp_path)
    assert found.get("orders.write-capacity", D(0)) == 0
    assert found["orders.write-reserved-3y"] + found["stock.write-reserved-3y"] == D("29.565"), "500 x 730 x 0.000081"


def test_two_terms_cover_together(tmp_path: Path) -> None:
    found = costs("{reserved: wcu, units: 100}, {reserved: wcu, units: 100, years: 3}", tmp_path)
    assert found["orders.write-capacity"] == D("71.175")
    assert {"orders.write-reserved-1y", "orders.write-reserved-3y"} <= found.keys()


def test_a_saving_counts_the_reservation(tmp_path: Path) -> None:
    body = f"commitments: [{{reserved: wcu, units: 400, years: 3}}]\n{TABLES}"
    plan = capplan.plan(scenario(body, tmp_path))
    modes = [f for f in plan.findings if f.rule == "dynamodb.capacity-mode" and f.monthly_saving is not None]
    assert all((f.monthly_saving or D(0)) < plan.monthly_cost for f in modes)


def test_nothing_to_cover_is_an_error(tmp_path: Path) -> None:
    body = "commitments: [{reserved: rcu, units: 100}]\ntables: {orders: {item_size: 1 KB, access: [{get: 1/s}]}}\n"
    with pytest.raises(CapplanError) as caught:
        capplan.plan(scenario(body, tmp_path))
    assert "100 RCU are reserved, and no table holds any that could be covered" in caught.value.diagnostics[0].message
