"""`verify`: a saved plan added up again; every kind of wrong figure is found, and foreign keys disturb nothing."""

import copy
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from capplan.commands.plan import plan
from capplan.commands.verify import Verified, verify
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.report.formats.json import to_json
from capplan.report.record import answer_schema
from capplan.report.records.plan import plan_record
from capplan.report.records.verify import VerifyRecord

TEXT = """\
capplan: 1
name: Orders
region: us-east-1
account: {discount: 10%}
traffic: {buyers: {rate: 100/s}}
tables:
  orders: {item_size: 1 KB, items: 1M, tags: {team: shop}, access: [{put: buyers}]}
functions:
  pay: {duration: 200 ms, memory: 512 MB, tags: {team: shop}, triggers: buyers}
gates: [cost.monthly <= 300 USD]
"""
PLAN: dict[str, Any] = json.loads(to_json(plan_record(plan(load("-", text=TEXT)))))


def of(data: object) -> Verified:
    (found,) = verify(data, "plan.json")
    return found


def broken(data: object) -> set[str]:
    """Where something differs."""
    return {mismatch.where for check in of(data).checks for mismatch in check.mismatches}


def changed(path: str, to: object) -> dict[str, Any]:
    """The plan with one value changed, at keys and numbers joined by slashes."""
    out = copy.deepcopy(PLAN)
    at: Any = out
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in parents:
        at = at[part]
    assert at[last] != to
    at[last] = to
    return out


def test_a_plan_adds_up_and_what_was_checked_is_told() -> None:
    found = of(PLAN)
    assert found.adds_up
    counts = {check.rule: check.checked for check in found.checks}
    assert counts["list cost = quantity × unit price, half up at 10 decimals"] == len(PLAN["line_items"])
    assert counts["each resource costs the sum of its line items"] == len(PLAN["resources"])
    assert counts["cost by tag is the sum of its resources"] == 1


@pytest.mark.parametrize(
    ("path", "to", "where"),
    [
        ("monthly_cost", "1", "monthly_cost"),
        ("yearly_cost", "1", "yearly_cost"),
        ("list_cost", "1", "list_cost"),
        ("one_time_cost", "0.0000000001", "one_time_cost"),
        ("discount", "0.2", "orders.writes contracted_cost"),
        ("line_items/0/list_unit_price", "0.000000626", "orders.writes list_cost"),
        ("line_items/0/pricing_quantity", "1", "orders.writes list_cost"),
        ("line_items/0/contracted_cost", "NaN", "orders.writes contracted_cost"),
        ("line_items/0/contracted_cost", None, "orders.writes contracted_cost"),
        ("line_items/1/id", "orders.writes", "line item orders.writes"),
        ("line_items/0/resource", "nobody", "line items of nobody"),
        ("line_items/0/service", "lambda", "cost_by_service dynamodb"),
        ("line_items/0/region", "eu-west-1", "cost_by_region eu-west-1"),
        ("line_items/0/charge_frequency", "one_time", "monthly_cost"),
        ("resources/0/monthly_cost", "0", "orders monthly_cost"),
        ("cost_by_service/lambda", "0", "cost_by_service lambda"),
        ("cost_by_region/us-east-1", "0", "cost_by_region us-east-1"),
        ("cost_by_tag/team=shop", "0", "cost_by_tag team=shop"),
        ("gates/0/observed", "1", "gate cost.monthly <= 300 USD"),
        ("limits/0/headroom", "-0.5", "{resource} {limit}"),
        ("line_items/0/resource", ["orders"], "line items of ['orders']"),
        ("limits/0/load", "1" + "0" * 20, "{resource} {limit}"),
    ],
)
def test_each_kind_of_wrong_figure_is_found(path: str, to: object, where: str) -> None:
    first = PLAN["limits"][0]
    assert where.format(resource=first["resource"], limit=first["limit"]) in broken(changed(path, to))


def test_what_is_offered_is_served_dropped_or_waits() -> None:
    names = [row["name"] for row in PLAN["observables"]]
    at = names.index("pay.served")
    less = str(Decimal(PLAN["observables"][at]["value"]) * Decimal("0.999"))
    assert broken(changed(f"observables/{at}/value", less)) == {"pay.offered"}


def test_recommendations_together() -> None:
    assert PLAN["combined"] is not None
    assert broken(changed("combined/saving", "0")) == {"combined monthly_cost + saving"}
    assert broken(changed("combined/numbers", [99])) == {"combined 99"}
    assert broken(changed("combined/numbers", [[1]])) == {"combined [1]"}


def test_a_half_is_rounded_up_by_hand() -> None:
    """0.0000000001 × 0.5 = 0.00000000005 -> 0.0000000001 half up (half even would be 0)."""
    line = dict(PLAN["line_items"][0], id="x", pricing_quantity="0.0000000001", list_unit_price="0.5")
    for cost, is_right in (("0.0000000001", True), ("0", False)):
        data = {
            "schema": "capplan.plan/1",
            "monthly_cost": cost,
            "resources": [],
            "line_items": [line | {"list_cost": cost}],
        }
        assert ("x list_cost" not in broken(data)) is is_right


def test_unknown_keys_and_missing_parts_are_passed_over() -> None:
    more = PLAN | {"new_total": "1", "line_items": [line | {"new": {}} for line in PLAN["line_items"]]}
    assert of(more).adds_up
    least = {key: PLAN[key] for key in ("schema", "monthly_cost", "line_items", "resources")}
    assert of(least).adds_up
    assert [v.adds_up for v in verify([PLAN, changed("monthly_cost", "1")], "plans.json")] == [True, False]


@pytest.mark.parametrize("figure", ["1e999999999", "9" * 5000, "1/3", "Infinity", True, [], {}])
def test_a_hostile_figure_is_a_mismatch(figure: object) -> None:
    assert "monthly_cost" in broken(PLAN | {"monthly_cost": figure})


@pytest.mark.parametrize("data", [None, [], {}, 3, {"schema": "capplan.modes/1"}, {"schema": "capplan.plan/1"}, [[]]])
def test_what_is_no_plan_is_an_error(data: object) -> None:
    with pytest.raises(CapplanError, match="not a saved plan"):
        verify(data, "plan.json")


def test_the_module_shares_no_arithmetic() -> None:
    text = Path("capplan/commands/verify.py").read_text(encoding="utf-8")
    imported = {line for line in text.splitlines() if line.startswith(("import capplan", "from capplan"))}
    assert imported == {"from capplan.errors import CapplanError, Diagnostic"}


def capplan(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "capplan", *arguments], capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


def test_the_command_prints_first_and_ends_with_3(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(PLAN))
    bad.write_text(json.dumps(changed("monthly_cost", "1")))
    code, out = capplan("verify", str(good), "-f", "json")
    assert (code, json.loads(out)["adds_up"], json.loads(out)["schema"]) == (0, True, "capplan.verify/1")
    jsonschema.validate(json.loads(out), answer_schema("verify", VerifyRecord))
    code, out = capplan("verify", str(bad))
    assert code == 3
    assert "What differs" in out
    assert capplan("verify", str(tmp_path / "none.json"))[0] == 2
