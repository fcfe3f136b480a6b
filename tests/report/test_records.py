"""JSON answers: keys of the contract in its order, figures as strings, schemas that hold, saved plans read back."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from capplan.commands.apply import Applied
from capplan.commands.diff import difference
from capplan.commands.drivers.drivers import drivers
from capplan.commands.drivers.inputs import Step
from capplan.commands.forecast.forecast import forecast
from capplan.commands.import_files import imported
from capplan.commands.regions import compare_regions
from capplan.commands.saved_plan import PlanRecord, empty_plan, resource_costs
from capplan.commands.sweep import SweptSetting, sweep
from capplan.errors import Diagnostic
from capplan.language.load import load
from capplan.pipeline.results import Simulated, Simulation
from capplan.record import replace
from capplan.report.formats.json import to_json
from capplan.report.record import RecordError, answer_schema, number, record_from, value_of
from capplan.report.records.answers import ANSWERS
from capplan.report.records.apply import apply_record
from capplan.report.records.diff import diff_record
from capplan.report.records.drivers import drivers_record
from capplan.report.records.errors import errors_record
from capplan.report.records.forecast import forecast_record
from capplan.report.records.gates import gates_record
from capplan.report.records.import_ import import_record
from capplan.report.records.modes import modes_record
from capplan.report.records.plan import plan_record
from capplan.report.records.regions import regions_record
from capplan.report.records.simulation import simulation_record
from capplan.report.records.sweep import sweep_record
from capplan.timeline import Bars, Chart, Event, Series, Timeline, Totals
from tests.helpers import SCENARIOS
from tests.report.build import LINES, MODES, PLAN

D = Decimal
ORDERS = load(str(SCENARIOS / "orders" / "scenario.yaml"))


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
        "region": "",
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
    lines = (replace(LINES[0], description="\x9b2J \u202e \x1b[2J \u2028"), *LINES[1:])
    text = to_json(plan_record(replace(PLAN, lines=lines)))
    assert text.isascii()
    assert all(c.isprintable() or c == "\n" for c in text)
    assert json.loads(text)["line_items"][0]["description"] == "\x9b2J \u202e \x1b[2J \u2028"
    assert text.endswith("}\n")


def test_not_a_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="nan has no place in JSON"):
        to_json({"x": float("nan")})


def simulation() -> Simulation:
    """A table over three minutes."""
    series = Series("served", "u/s", np.array([1, 0, 2.5]))
    totals = Totals("u", D(210), (("served", D(210)),))
    charts, bars = (Chart("writes", (series,)),), (Bars("partitions", "u/s", 1000, (3.5, 1), ("key 1",)),)
    events = (Event(60, "a rise", "a reason", bad=True),)
    line = Timeline("orders writes", "on-demand", 2, totals, (series,), charts, bars, events, ("A note.",))
    one = Simulated("orders", "tables.orders", "dynamodb.table", (line,))
    return Simulation("0", "Shop", "us-east-1", "s.yaml", "", 0, "UTC", (one,), ("fulfil",))


def test_figures_of_a_simulation_are_strings_of_six_digits() -> None:
    (timeline,) = value_of(simulation_record(simulation()))["resources"][0]["timelines"]
    assert timeline["books"] == {"unit": "u", "offered": "210", "served": "210"}
    assert timeline["month"][0]["values"] == ["1", "0", "2.5"]
    assert timeline["bars"][0]["limit"] == "1000"
    assert timeline["events"][0]["at"] == "day 1 00:01"


def test_every_answer_of_a_scenario_holds_to_its_schema(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}}\n")
    plan = plan_record(PLAN)
    records: dict[str, object] = {
        "plan": plan,
        "modes": modes_record(MODES),
        "diff": diff_record(difference(empty_plan("Web shop", "us-east-1"), plan, "a", "b")),
        "gates": gates_record(PLAN, ()),
        "simulation": simulation_record(simulation()),
        "apply": apply_record(Applied(PLAN, PLAN, PLAN.recommendations, "text", "diff"), None),
        "errors": errors_record([Diagnostic("a.yaml", 0, 0, "message", "hint")]),
        "forecast": forecast_record(forecast(ORDERS, 2, fixes=False)),
        "drivers": drivers_record(drivers(ORDERS, Step(Fraction(4, 5), Fraction(6, 5), "20%"))),
        "sweep": sweep_record(sweep(lambda _: ORDERS, [SweptSetting("region", ("us-east-1", "us-east-1"))])),
        "regions": regions_record(compare_regions(ORDERS, ["eu-west-1", "ap-south-2"])),
        "import": import_record(imported([str(template)], None), None),
    }
    beside = {
        "optimize",
        "profile",
        "reconcile",
        "verify",
        "prices-verify",
        "prices-age",
        "prices-diff",
        "prices-refresh",
    }
    assert {*records, *beside} == set(ANSWERS), "those beside are held to their schemas where they are made"
    for name, record in records.items():
        schema = answer_schema(name, ANSWERS[name])
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(to_json(record)), schema)


def test_a_schema_says_what_a_field_is_and_which_must_be_there() -> None:
    schema = answer_schema("plan", PlanRecord)
    assert (schema["title"], schema["description"]) == (
        "capplan plan",
        "What `capplan estimate` and `capplan check` answer with --format json.",
    )
    assert schema["required"] == [
        "schema", "capplan_version", "scenario", "currency", "month_hours", "seed", "prices", "monthly_cost", "one_time_cost",
        "cost_by_service", "resources", "line_items", "limits", "findings", "assumptions", "excluded", "gates",
    ]  # fmt: skip
    properties = schema["properties"]
    assert properties["schema"] == {"const": "capplan.plan/1"}
    assert properties["free_tier_saves"]["description"].startswith("USD a month that the Free Tier would save")
    assert properties["cost_by_service"]["additionalProperties"]["pattern"] == r"^-?[0-9]+(\.[0-9]+)?$"
    assert list(properties["findings"]["items"]["properties"]["change"]["items"]["properties"]) == [
        "path",
        "from",
        "to",
    ]
    assert properties["limits"]["items"]["properties"]["at"] == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "description": 'When the peak is, such as "day 12 10:00".',
    }


def saved() -> dict[str, Any]:
    """A plan's JSON."""
    record: dict[str, Any] = json.loads(to_json(plan_record(PLAN)))
    return record


def test_a_record_is_read_back_as_it_was() -> None:
    record = saved() | {"a_key_of_tomorrow": 1}
    assert record_from(PlanRecord, record) == plan_record(PLAN)


def test_a_plan_with_the_keys_of_the_contract_alone_is_read() -> None:
    record = {key: value for key, value in saved().items() if key in answer_schema("plan", PlanRecord)["required"]}
    for part in ("resources", "line_items", "limits", "gates"):
        keys = answer_schema("plan", PlanRecord)["properties"][part]["items"]["required"]
        record[part] = [{key: entry[key] for key in keys} for entry in record[part]]
    plan = record_from(PlanRecord, record)
    assert plan.inputs == {}
    assert plan.resources[0].label == ""
    assert resource_costs(plan) == {"orders": D("418.922717875"), "charge": D("0.63408")}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("monthly_cost", 1.5),
        ("monthly_cost", True),
        ("monthly_cost", "1e99"),
        ("monthly_cost", None),
        ("limits.0.load", "much"),
        ("limits.1.breached", "false"),
        ("limits.1.at", 5),
        ("gates.0.level", "ask"),
        ("resources.0.name", None),
        ("resources.1.usage.requests", []),
        ("cost_by_service", []),
        ("line_items", {}),
        ("line_items.0.price_checked", "soon"),
        ("prices", "cheap"),
        ("seed", "0"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(path: str, value: object) -> None:
    record: Any = saved()
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    inner = record
    for step in steps:
        inner = inner[step]
    inner[last] = value
    with pytest.raises(RecordError) as error:
        record_from(PlanRecord, record)
    assert error.value.path == path


def test_a_missing_key_is_named_by_its_path() -> None:
    record = saved()
    del record["line_items"][2]["list_cost"]
    with pytest.raises(RecordError) as error:
        record_from(PlanRecord, record)
    assert error.value.path == "line_items.2.list_cost"


class Odd(NamedTuple):
    """A record of every form a field may have.

    Attributes:
        share: Of the whole.
            On two lines.
    """

    share: Fraction
    pair: tuple[Decimal, str]
    either: int | Decimal
    day: date
    by_name: Mapping[str, float]
    list_: tuple[str, ...] = ()


def test_every_form_of_a_field_is_written_described_and_read() -> None:
    odd = Odd(Fraction(1, 4), (D(1), "a"), D("0.5"), date(2026, 11, 30), {"x": 0.125}, ("y",))
    value = {
        "share": "0.25",
        "pair": ["1", "a"],
        "either": "0.5",
        "day": "2026-11-30",
        "by_name": {"x": "0.125"},
        "list": ["y"],
    }
    assert value_of(odd) == value
    assert record_from(Odd, value) == odd
    schema = answer_schema("odd", Odd)
    assert schema["required"] == ["share", "pair", "either", "day", "by_name"]
    assert schema["properties"]["share"]["description"] == "Of the whole. On two lines."
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(value, schema)
    assert not jsonschema.Draft202012Validator(schema).is_valid(value | {"pair": ["1"]})
    for wrong in (["1"], "1", ["1", 2]):
        with pytest.raises(RecordError):
            record_from(Odd, value | {"pair": wrong})
