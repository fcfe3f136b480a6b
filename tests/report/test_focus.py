"""`-f focus`: the columns and rules of FOCUS 1.2, as data with its source, and by its own validator where it is installed.

The validator (focus-validator 2.2.1 of PyPI, its rules 1.2.0.1 with it) needs Python 3.12 and numpy 2. Where CAPPLAN_FOCUS_VALIDATOR
names the folder in which it is installed, it is asked; two of its rules cannot be kept: InvoiceId-C-005-C wants an invoice
where InvoiceId-C-004-C wants none, and CommitmentDiscountStatus-C-004-C has its condition upside down (the status must be
there where the id is null).
"""

import csv
import io
import os
import re
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from capplan.commands.plan import plan
from capplan.commands.reconcile.bill import Asked, read_bill
from capplan.commands.reconcile.compare import reconcile
from capplan.language.load import load
from capplan.pipeline.results import Plan
from capplan.report.formats.focus import HEAD, plan_focus
from tests.commands.reconcile.build import add_up
from tests.helpers import SCENARIOS, scenario

RULES = yaml.safe_load(Path(__file__).with_name("focus_1_2.yaml").read_text(encoding="utf-8"))
SHIPPED = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
RESERVED = """
commitments: [{reserved: wcu, units: 100, years: 1}, {reserved: rcu, units: 100, years: 3}]
account: {free_tier: true, discount: 5%}
tables:
  orders:
    item_size: 1 KB
    items: 40M
    tags: {team: "=cmd|' /C calc'!A0"}
    capacity: {mode: provisioned, write: 200, read: 400}
    access: [{get: 100/s}, {put: 20/s}]
"""
DAY = date(2026, 11, 30)
_VALIDATOR = os.environ.get("CAPPLAN_FOCUS_VALIDATOR")
_NOT_KEPT = {"InvoiceId-C-005-C", "CommitmentDiscountStatus-C-004-C"}


def rows_of(planned: Plan) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(plan_focus(planned, DAY))))


@pytest.fixture(name="reserved")
def _reserved(tmp_path: Path) -> Plan:
    return plan(scenario(RESERVED, tmp_path), findings=False)


def test_every_column_is_one_of_focus_or_begins_with_x() -> None:
    known = {name for key, names in RULES.items() if key != "allowed" for name in names}
    assert {name for name in HEAD if not name.startswith("x_")} <= known
    needed = {*RULES["mandatory, not null"], *RULES["mandatory, null allowed"], *RULES["recommended, not null"]}
    assert needed <= set(HEAD)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_rows_of_a_shipped_scenario_keep_the_rules(name: str) -> None:
    planned = plan(load(str(SCENARIOS / name / "scenario.yaml")), findings=False)
    check(rows_of(planned), planned)


def test_the_rows_of_reserved_capacity_keep_the_rules(reserved: Plan) -> None:
    rows = rows_of(reserved)
    check(rows, reserved)
    fees = [row for row in rows if row["ChargeCategory"] == "Purchase"]
    used = [row for row in rows if row["CommitmentDiscountStatus"] == "Used"]
    assert len(fees) == len(used) == 4
    assert all(Decimal(row["EffectiveCost"]) == 0 and row["ChargeFrequency"] == "Recurring" for row in fees)
    assert all(Decimal(row["BilledCost"]) == 0 and row["PricingCategory"] == "Committed" for row in used)


def check(rows: list[dict[str, str]], planned: Plan) -> None:
    for row in rows:
        never_null = [*RULES["mandatory, not null"], *RULES["recommended, not null"], *RULES["conditional, not null"]]
        assert [name for name in never_null if row[name] == ""] == []
        if row["ChargeCategory"] == "Usage":
            assert [name for name in RULES["usage, not null"] if row[name] == ""] == []
        for name, values in RULES["allowed"].items():
            assert row.get(name) in ("", *values), (name, row[name])
        assert re.fullmatch(r"[A-Z]{3}", row["BillingCurrency"])
        assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
        assert row["ChargeDescription"].isascii()
        listed = Decimal(row["ListUnitPrice"]) * Decimal(row["PricingQuantity"])
        assert abs(listed - Decimal(row["ListCost"])) <= Decimal("1E-10")
    total = sum((Decimal(row["BilledCost"]) for row in rows if row["ChargeFrequency"] != "One-Time"), Decimal(0))
    spread = sum((Decimal(row["EffectiveCost"]) for row in rows if row["ChargeFrequency"] != "One-Time"), Decimal(0))
    assert total == spread == planned.monthly_cost


def test_a_hostile_tag_is_no_formula(reserved: Plan) -> None:
    assert all(not cell.startswith(("=", "+", "@")) for row in rows_of(reserved) for cell in row.values())


@pytest.mark.parametrize("name", [*SHIPPED, "reserved"])
def test_a_plan_beside_its_own_rows_has_no_difference(name: str, tmp_path: Path) -> None:
    loaded = scenario(RESERVED, tmp_path) if name == "reserved" else load(str(SCENARIOS / name / "scenario.yaml"))
    planned = plan(loaded, findings=False)
    bill = tmp_path / "plan.csv"
    bill.write_text(plan_focus(planned, DAY), encoding="utf-8")
    answer = reconcile(loaded, read_bill([str(bill)], Asked()))
    add_up(answer)
    assert answer.billed == answer.planned == planned.monthly_cost
    assert [(line.resource, line.price_key, dict(line.causes)) for line in answer.lines if line.causes] == []
    assert answer.accuracy == answer.accuracy_by_sku == 1
    assert {one.why for one in answer.bill.aside} <= {"one-time usage"}


@pytest.mark.skipif(_VALIDATOR is None, reason="CAPPLAN_FOCUS_VALIDATOR names no folder")
@pytest.mark.parametrize("name", ["web-shop", "global-orders", "side-project", "reserved"])
def test_the_validator_of_the_specification_agrees(name: str, tmp_path: Path) -> None:
    loaded = scenario(RESERVED, tmp_path) if name == "reserved" else load(str(SCENARIOS / name / "scenario.yaml"))
    (tmp_path / "plan.csv").write_text(plan_focus(plan(loaded, findings=False), DAY), encoding="utf-8")
    folder = Path(str(_VALIDATOR))
    packages = next(folder.glob("lib/python3*/site-packages"))  # it opens its list of currencies from there
    done = subprocess.run(
        [
            str(folder / "bin" / "focus-validator"), "--data-file", str(tmp_path / "plan.csv"), "--validate-version", "1.2",
            "--block-download",
        ],
        cwd=packages, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    assert re.search(r"Total: 578 \| Pass: 1\d\d", done.stdout), done.stdout[-2000:]
    failed = set(re.findall(r"^❌ (\S+): FAIL", done.stdout, re.MULTILINE))
    assert failed <= _NOT_KEPT, done.stdout[-4000:]
