"""JSON answers: keys of the contract in its order, figures as strings, schemas that hold, saved plans read back."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from capplan.report.formats.json import to_json
from capplan.report.record import number, value_of
from capplan.report.records.modes import modes_record
from capplan.report.records.plan import plan_record
from tests.report.build import LINES, MODES, PLAN

D = Decimal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (D("1E+3"), "1000"),
        (D("0E-10"), "0"),
        (D("-0.0"), "0"),
        (D("2.50"), "2.5"),
        (D("6.25E-7"), "0.000000625"),
        (D("123456789012345678901234567890.0123456789"), "123456789012345678901234567890.0123456789"),
        (D(100), "100"),
        (None, None),
    ],
)
def test_a_number_keeps_every_digit_and_has_no_exponent(value: Decimal | None, text: str | None) -> None:
    assert number(value) == text


def test_the_contract_keys_come_first_and_in_order() -> None:
    record = value_of(plan_record(PLAN))
    assert list(record)[:17] == [
        "schema", "capplan_version", "scenario", "currency", "month_hours", "seed", "prices", "monthly_cost", "one_time_cost",
        "cost_by_service", "resources", "line_items", "limits", "findings", "assumptions", "excluded", "gates",
    ]  # fmt: skip
    assert list(record["resources"][0])[:4] == ["name", "kind", "monthly_cost", "usage"]
    assert list(record["line_items"][0])[:17] == [
        "id", "resource", "service", "sku", "description", "consumed_quantity", "consumed_unit", "pricing_quantity",
        "pricing_unit", "list_unit_price", "list_cost", "contracted_cost", "charge_frequency", "price_source",
        "price_effective", "price_confidence", "price_key",
    ]  # fmt: skip
    assert list(record["limits"][0])[:8] == ["resource", "limit", "load", "quota", "unit", "headroom", "breached", "at"]
    assert list(record["findings"][0])[:6] == ["rule", "resource", "severity", "message", "monthly_saving", "change"]
    assert list(record["assumptions"][0]) == ["path", "value", "reason", "kind", "monthly_cost_if_not"]
    assert list(record["gates"][0])[:8] == ["gate", "line", "column", "level", "observed", "limit", "margin", "verdict"]


def test_a_line_item_as_json() -> None:
    assert value_of(plan_record(PLAN))["line_items"][0] == {
        "id": "orders.writes",
        "resource": "orders",
        "service": "dynamodb",
        "sku": "FGXVD96DKJMUASY3",
        "description": "so many WRU",
        "consumed_quantity": "641320427",
        "consumed_unit": "WRU",
        "pricing_quantity": "641320427",
        "pricing_unit": "WRU",
        "list_unit_price": "0.000000625",
        "list_cost": "400.825266875",
        "contracted_cost": "400.825266875",
        "charge_frequency": "usage_based",
        "price_source": "AWS price list",
        "price_effective": None,
        "price_confidence": "verified",
        "price_key": "dynamodb.WRU",
        "price_checked": "2026-09-18",
        "stale": False,
    }


def test_unknown_is_null_and_money_a_string() -> None:
    record = json.loads(to_json(plan_record(PLAN)))
    assert record["monthly_cost"] == "419.556797875"
    assert record["month_hours"] == "730"
    assert record["findings"][1]["monthly_saving"] is None
    assert record["assumptions"][1]["monthly_cost_if_not"] is None
    assert record["resources"][0]["usage"] == {"requests": 5}
    assert record["findings"][0]["change"] == [{"path": "tables.orders.class", "from": None, "to": "standard-ia"}]


def test_modes_as_json() -> None:
    record = json.loads(to_json(modes_record(MODES)))
    assert record["schema"] == "capplan.modes/1"
    table = record["tables"][0]
    assert table["break_even_utilisation"] == {"read": "0.288889", "write": "0.288889"}
    assert [o["monthly_cost"] for o in table["options"]] == ["539.42", "274.26", None]
    assert table["options"][0]["change"][0]["to"] == {"mode": "provisioned", "write": "200"}


def test_json_is_ascii_so_that_no_text_drives_a_terminal() -> None:
    lines = (LINES[0]._replace(description="\x9b2J \u202e \x1b[2J \u2028"), *LINES[1:])
    text = to_json(plan_record(replace(PLAN, lines=lines)))
    assert text.isascii()
    assert all(c.isprintable() or c == "\n" for c in text)
    assert json.loads(text)["line_items"][0]["description"] == "\x9b2J \u202e \x1b[2J \u2028"
    assert text.endswith("}\n")


def test_not_a_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="nan has no place in JSON"):
        to_json({"x": float("nan")})
