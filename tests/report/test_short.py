"""The short answer: what it keeps, what it counts as left out, how paths and the largest entries are taken."""

import contextlib
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from capplan.cli.app import run as answered
from capplan.errors import CapplanError
from capplan.report.formats.compact import compact
from capplan.report.record import value_of
from capplan.report.records.plan import plan_record
from capplan.report.short import DEFAULT_TOP, short
from capplan.report.short_forms import FORMS, VERDICTS, verdict
from capplan.report.short_schema import compact_schema
from tests.cli.test_cli import run
from tests.commands.reconcile.build import BILLS
from tests.helpers import SCENARIOS
from tests.json_answers import COMMANDS, ROOT
from tests.report.build import PLAN

WHOLE: dict[str, Any] = value_of(plan_record(PLAN))
LINES = [{"id": name, "contracted_cost": cost, "sku": "S"} for name, cost in (("a", "1"), ("b", "30.005"), ("c", "4"))]
ANSWER = {
    "monthly_cost": "35.005",
    "cost_by_tag": {"team=check.out": "3"},
    "line_items": LINES,
    "account": None,
    "limits": [{"limit": "x", "headroom": "0.5"}, {"limit": "y", "headroom": None}, {"limit": "z", "headroom": "-0.1"}],
    "empty": [],
}


@pytest.mark.parametrize(
    ("fields", "top", "found"),
    [
        (["monthly_cost"], None, {"monthly_cost": "35.005"}),
        (["line_items.id"], None, {"line_items": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}),
        (["line_items.id"], 2, {"line_items": [{"id": "b"}, {"id": "c"}], "left_out": {"line_items": 1}}),
        (["limits.limit"], 2, {"limits": [{"limit": "z"}, {"limit": "x"}], "left_out": {"limits": 1}}),
        (
            ["line_items.id", "line_items.sku"],
            1,
            {"line_items": [{"id": "b", "sku": "S"}], "left_out": {"line_items": 2}},
        ),
        (["cost_by_tag.team=check.out"], None, {"cost_by_tag": {"team=check.out": "3"}}),
        (["account.saving"], None, {"account": None}),
        (["empty.id"], None, {"empty": []}),
    ],
)
def test_paths_give_all_digits_in_the_answers_own_form(fields: list[str], top: int | None, found: object) -> None:
    assert short(ANSWER, fields, top) == found


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("monthly_costs", "did you mean 'monthly_cost'?"),
        ("line_items.ids", "did you mean 'id'?"),
        ("monthly_cost.x", "'monthly_cost' has no keys"),
        ("line_items.zzz", "'line_items' has id, contracted_cost, sku"),
        ("", "the answer has monthly_cost, cost_by_tag, line_items, account, limits, empty"),
    ],
)
def test_an_unknown_path_is_an_error_with_the_keys_that_are_there(path: str, hint: str) -> None:
    with pytest.raises(CapplanError) as caught:
        short(ANSWER, [path])
    assert caught.value.diagnostics[0].hint == hint


def test_a_plan_in_short_keeps_what_decides_and_counts_the_rest() -> None:
    found = short(WHOLE)
    assert found["monthly_cost"] == "419.56"  # 419.556797875
    assert [line["contracted_cost"] for line in found["line_items"]] == sorted(
        (line["contracted_cost"] for line in found["line_items"]), key=Decimal, reverse=True
    )
    lists = {key: len(value) for key, value in WHOLE.items() if isinstance(value, list) and value}
    for key, count in lists.items():
        assert len(found.get(key, ())) + found["left_out"].get(key, 0) == count, key


def test_several_answers_are_several_short_ones() -> None:
    assert short([WHOLE, WHOLE], ["monthly_cost"]) == [{"monthly_cost": WHOLE["monthly_cost"]}] * 2


@pytest.mark.parametrize(
    ("gates", "open_", "word"),
    [
        ([], [], "no gates"),
        (["pass"], [], "pass"),
        (["waived"], [], "pass"),
        (["pass", "fail"], [], "fail"),
        (["warn"], [], "warn"),
        (["warn", "fail"], [], "fail"),
        (["pass"], ["asked"], "open"),
    ],
)
def test_one_word_says_how_the_gates_stand(gates: list[str], open_: list[str], word: str) -> None:
    as_warning = {"level": "warn", "verdict": "fail"}
    listed = [as_warning if gate == "warn" else {"level": "deny", "verdict": gate} for gate in gates]
    assert verdict({"gates": listed, "open_questions": open_}) == word


SHORT = ("estimate", "check", "compare-modes", "explain", "validate")


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*/scenario.yaml")), ids=lambda path: path.parent.name)
def test_a_short_answer_is_one_line_of_a_screenful_and_its_figures_are_those_of_the_whole(
    path: Path, tmp_path: Path
) -> None:
    for command in SHORT:
        words = (command, path.relative_to(ROOT).as_posix(), *COMMANDS.get(command, ()))
        line = said(*words, "-f", f"json={tmp_path / 'whole.json'}", "-f", "compact")
        whole = (tmp_path / "whole.json").read_text(encoding="utf-8")
        assert line == compact(json.loads(whole))
        assert line.count("\n") == 1
        assert line.isascii()
        assert len(line) < 4000, f"{command}: {len(line)} characters"
        assert len(line) < len(whole)
        if command == "estimate":
            cost = json.loads(whole)["monthly_cost"]
            assert abs(Decimal(json.loads(line)["monthly_cost"]) - Decimal(cost)) <= Decimal("0.005")


def said(*words: str) -> str:
    """What a command prints, whatever its exit code."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(out):
        answered(list(words))
    out.flush()
    return out.buffer.getvalue().decode()


RANGED = """capplan: 1
name: Orders
region: us-east-1
traffic: {buyers: {rate: {low: 50/s, likely: 100/s, high: 200/s}, growth: 10%/month}}
tables: {orders: {item_size: 1 KB, items: 0, access: [{put: buyers}], ttl: e}}
gates: [cost.monthly <= 170 USD]
"""


def test_months_are_the_first_the_last_and_those_of_a_break_and_figures_are_short(tmp_path: Path) -> None:
    path = tmp_path / "ranged.yaml"
    path.write_text(RANGED, encoding="utf-8")
    found = json.loads(said("forecast", str(path), "--months", "6", "--draws", "4", "-f", "compact"))
    # 164.25 USD a month, times 1.1 = 180.675 (above 170) and 1.1^5 = 264.53
    assert [(month["month"], month["monthly_cost"]) for month in found["months"]] == [
        ("month 1", "164.25"),
        ("month 2", "180.68"),
        ("month 6", "264.53"),
    ]
    drivers = json.loads(said("drivers", str(path), "-f", "compact"))
    assert drivers["margin"] == "0.0338235"  # 1 - 164.25 / 170, of which the answer has 20 digits


def test_each_form_names_keys_that_its_answer_has(tmp_path: Path) -> None:
    """A key that is renamed in the answer must not vanish from the short one: every list of a form is filled somewhere."""
    ranged = tmp_path / "ranged.yaml"
    ranged.write_text(RANGED, encoding="utf-8")
    shop, tickets = "scenarios/web-shop/scenario.yaml", "scenarios/live-chat/scenario.yaml"
    asked = [
        ("check", shop, "--budget", "100"),
        ("compare-modes", shop),
        ("explain", shop),
        ("explain", shop, "orders.writes"),
        ("explain", shop, "2"),
        ("explain", "dynamodb.ttl"),
        ("apply", shop, "2", "--diff"),
        ("prices", "list"),
        ("prices", "list", "us-east-1"),
        ("compare-regions", shop),
        ("simulate", tickets),
        ("drivers", str(ranged), "--draws", "40"),
        ("forecast", str(ranged), "--months", "3", "--draws", "4"),
        ("reconcile", str(BILLS / "shop.yaml"), str(BILLS / "cur_2.csv")),
    ]
    seen: dict[str, dict[str, Any]] = {}
    schema_of_short = Draft202012Validator(compact_schema())
    for words in asked:
        whole = json.loads(said(*words, "-f", "json"))
        for top in (1, None):
            made = short(whole, (), top)
            schema_of_short.validate(made)
            assert not schema_of_short.is_valid({**made, "new": 1}), "keys of a form are known"
        known = seen.setdefault(whole["schema"], {})
        for path in FORMS[whole["schema"]].fields:
            with contextlib.suppress(CapplanError):
                known[path] = short({"verdict": "", "baseline": "", **whole}, [path])
    assert seen.keys() == FORMS.keys()
    for schema, form in FORMS.items():
        missing = [path for path in form.fields if path not in seen[schema]]
        assert not missing, schema


def test_the_schema_of_short_answers_has_several_plans_errors_and_the_rest() -> None:
    schema = compact_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate([short(WHOLE), short(WHOLE)])
    validator.validate({"schema": "capplan.errors/1", "errors": []})
    validator.validate({"schema": "capplan.sweep/1", "left_out": {"points": 3}})
    assert not validator.is_valid({**short(WHOLE), "monthly_cost": 5}), "figures are strings of digits"
    assert not validator.is_valid({**short(WHOLE), "short_of": "capplan.modes/1"})
    assert schema["$defs"]["plan"]["properties"]["verdict"]["enum"] == list(VERDICTS)


def test_fields_need_the_format() -> None:
    assert DEFAULT_TOP == 5, "as the help says"
    done = run("estimate", "scenarios/orders/scenario.yaml", "--fields", "monthly_cost")
    assert done.returncode == 2
    assert "it needs --format compact" in done.stderr
