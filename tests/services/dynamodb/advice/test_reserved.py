"""Reserved capacity as advice: what it saves by hand, its terms exclude each other, and where it is not offered."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from capplan.commands.plan import plan
from capplan.pipeline.results import Finding, Plan
from tests.helpers import HEAD, scenario

STATIC = "tables: {t: {item_size: 1 KB, capacity: {mode: provisioned, write: 750, read: 50}, access: [{put: 700/s}]}}\n"


def reserved(found: Plan) -> list[Finding]:
    return [f for f in found.findings if f.rule == "dynamodb.reserved-capacity"]


def bought(finding: Finding) -> dict[str, int]:
    """The commitment that a recommendation adds."""
    (only,) = cast("list[dict[str, int]]", finding.change[0].new)
    return only


def test_blocks_in_use_all_the_time_are_offered_for_each_term(tmp_path: Path) -> None:
    """700 of 750 WCU: 7 x 100 x 730 h x 0.00065 less 7 x (150 / 12 + 730 x 0.0128), or 7 x (180 / 36 + 730 x 0.0081)."""
    found = plan(scenario(STATIC, tmp_path))
    by_term = {bought(f)["years"]: f for f in reserved(found)}
    at_list = 700 * 730 * Decimal("0.00065")
    assert by_term[1].monthly_saving == pytest.approx(
        at_list - 7 * (Decimal("12.5") + 730 * Decimal("0.0128")), abs=Decimal("0.0001")
    )
    assert by_term[3].monthly_saving == pytest.approx(
        at_list - 7 * (5 + 730 * Decimal("0.0081")), abs=Decimal("0.0001")
    )
    assert by_term[1].change[0].new == [{"reserved": "wcu", "units": 700, "years": 1}]
    assert {f.group for f in reserved(found)} == {"changes_behavior"}, "neither leads, nor is counted on"


@pytest.mark.parametrize(("body", "region", "working"), [
    ("tables: {t: {item_size: 1 KB, access: [{put: 700/s}]}}\n", "us-east-1", "on-demand"),
    (STATIC.replace("item_size", "class: standard-ia, item_size"), "us-east-1", "not of the standard class"),
    (STATIC.replace("750", "99").replace("700", "90"), "us-east-1", "less than a block"),
    ("commitments: [{reserved: wcu, units: 100}]\n" + STATIC, "us-east-1", "some is bought already"),
])  # fmt: skip
def test_where_it_is_not_offered(body: str, region: str, working: str, tmp_path: Path) -> None:
    assert not reserved(plan(scenario(body, tmp_path, HEAD.replace("us-east-1", region)))), working


def test_auto_scaling_reserves_what_its_quietest_minute_holds(tmp_path: Path) -> None:
    body = """traffic: {x: {rate: 600/s, daily: {peak: 2x, trough: 0.5x, at: "20:00"}}}
tables: {t: {item_size: 1 KB, capacity: {mode: provisioned, write: {min: 100, max: 4000}, read: 5}, access: [{put: x}]}}
"""
    (one, _) = reserved(plan(scenario(body, tmp_path)))
    units = bought(one)["units"]
    assert 300 <= units <= 430, "300 a second at 70% are 429, rounded down to blocks of 100"
    assert units % 100 == 0
