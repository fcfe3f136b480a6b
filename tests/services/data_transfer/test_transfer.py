"""What leaves for the internet in tiers, between zones in each direction, and to other Regions by pair."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario


def planned(body: str, tmp_path: Path) -> Plan:
    return capplan.plan(scenario(body, tmp_path), findings=False)


@pytest.mark.parametrize(
    ("transfer", "usd"),
    [
        ("{data: 10240 GB}", "921.60"),  # 10,240 × 0.09
        ("{data: 57000 GB}", "4809.20"),  # 921.60 + 40,960 × 0.085 + 5,800 × 0.07
        ("{to: zones, data: 10240 GB}", "204.80"),  # each direction at 0.01
        ("{to: us-east-2, data: 500 GB}", "5.00"),  # a pair with a price of its own
        ("{to: eu-west-1, data: 750 GB}", "15.00"),  # any other Region: 0.02
    ],
)
def test_what_leaves_is_billed_by_where_it_goes(transfer: str, usd: str, tmp_path: Path) -> None:
    assert planned(f"data_transfer: {{x: {transfer}}}\n", tmp_path).monthly_cost == Decimal(usd)


def test_the_first_100_gb_are_free_for_the_whole_account(tmp_path: Path) -> None:
    # 395.8 - 100 at 0.09, as on a real bill of August 2026
    plan = planned("account: {free_tier: true}\ndata_transfer: {a: {data: 195.8 GB}, b: {data: 200 GB}}\n", tmp_path)
    assert plan.monthly_cost.quantize(Decimal("0.01")) == Decimal("26.62")


def test_calls_transfer_what_they_carry(tmp_path: Path) -> None:
    text = """\
traffic: {t: {rate: 10/s}}
functions: {f: {triggers: t, duration: 10 ms, calls: [{transfer: partners, payload: 1 MB, times: 2}]}}
data_transfer: {partners: {}}
"""
    plan = planned(text, tmp_path)
    gb = sum((Fraction(x.consumed_quantity) for x in plan.lines if x.charge_id == "partners.gb"), Fraction(0))
    assert gb == Fraction(10 * MONTH_SECONDS * 2, 1024)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data_transfer: {x: {to: us-west-9, data: 1 GB}}\n", "there is no Region 'us-west-9'"),
        (
            """\
traffic: {t: {rate: 1/s}}
data_transfer: {x: {}}
functions: {f: {triggers: t, calls: [{transfer: x}], duration: 1 s}}
""",
            "a transfer needs its size",
        ),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        planned(text, tmp_path)
    assert said in str(error.value)
