"""Invalid scenarios and their exact errors."""

from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from tests.helpers import HEAD, scenario

TABLE = "tables:\n  orders: {item_size: 1 KB, items: 1k}\n"
FUNCTION = "functions:\n  f: {duration: 10 ms}\n"


@pytest.mark.parametrize(
    ("body", "line", "column", "message", "hint"),
    [
        ("functions:\n  f: {memroy: 512 MB, duration: 1 ms}\n", 5, 7, "unknown key 'memroy'", "did you mean 'memory'?"),
        ("functions:\n  f: {duration: 22}\n", 5, 17, "22 has no unit", "expected a duration, such as 45 ms or 22 min"),
        ("functions:\n  f: {memory: 127 MB, duration: 1 ms}\n", 5, 15, "'127 MB' is too small: at least 128 MB", ""),
        ("functions:\n  f: {}\n", 5, 3, "'duration' is missing", ""),
        (FUNCTION + "    \n", 0, 0, "", ""),
        ("functions:\n  f: {duration: 1 ms, calls: [{get: order}]}\n" + TABLE, 5, 37, "there is no table 'order'", "did you mean 'orders'?"),
        ("functions:\n  f: {duration: 1 ms, calls: [{gett: orders}]}\n" + TABLE, 5, 32, "unknown request 'gett'", "did you mean 'get'?"),
        ("functions:\n  f: {duration: 1 ms, triggers: shopers}\ntraffic: {shoppers: {rate: 1/s}}\n", 5, 33,
            "there is no traffic 'shopers'", "did you mean 'shoppers'?"),
        (
            "tables:\n  t: {item_size: 1 KB, items: 1k, access: [{get: 1/s, replaces: 30%}]}\n",
            5,
            55,
            "'replaces' does not apply to 'get'",
            "it applies to put",
        ),
        ("caches: {hot: {table: orders, node: dax.r5.large, nodes: 3}}\n" + TABLE, 4, 16, "unknown key 'table'", "tables"),
        (
            "commitments: [{reserved: wcu, units: 150}]\n" + TABLE,
            4,
            38,
            "",
            "reserved capacity comes in blocks of 100 units: expected 100, 200, 300 and so on",
        ),
        ("commitments: [{reserved: wcu, units: 100, years: 2}]\n" + TABLE, 4, 50, "", "reserved capacity is for 1 or 3 years"),
        ("tabels: {}\n", 4, 1, "unknown key 'tabels'", "did you mean 'tables'?"),
        ("traffic: {t: {rate: 60}}\n", 4, 21, "60 has no unit", "expected a rate, such as 60/s or 150M/month"),
        ("traffic: {t: {}}\n", 4, 14, "traffic 't' needs either a rate or a schedule", "rate: 60/s"),
        ('traffic: {t: {rate: 1/s, daily: {peak: 3x, trough: 2x, at: "20:00"}}}\n', 4, 33, "", ""),
        (TABLE + "gates: [orders.throtled < 1%]\n", 6, 9,
            "unknown metric 'orders.throtled'", "did you mean 'orders.throttled'?"),
        (TABLE + "gates: [cost.monthly]\n", 6, 9, "a gate is a comparison: a limit is missing", "such as cost.monthly <= 2500 USD"),
        (TABLE + "gates: [orders.throttled < 5 USD]\n", 6, 9, "'orders.throttled' is a percentage, its limit is an amount", "such as 0.1%"),
        (TABLE + "gates: ['cost.monthly <= 5 USD and orders.cst < 1 USD']\n", 6, 36, "unknown metric 'orders.cst'", "did you mean 'orders.cost'?"),
        (TABLE + "gates: [{warn: cost.monthly <= 5 EUR}]\n", 6, 34, "unknown unit 'EUR'", "units are USD"),
        (TABLE + "gates: [{wran: cost.monthly <= 5 USD}]\n", 6, 10, "unknown key 'wran'", "did you mean 'warn'?"),
        (TABLE + "gates: [{warn: cost.monthly <= 5 USD, deny: cost.monthly <= 9 USD}]\n", 6, 9, "a gate needs either warn or deny", ""),
        (TABLE + "gates: [{deny: cost.monthly <= 5 USD, waiver: {owner: a, reason: b}}]\n", 6, 47, "a waiver needs 'expires'", "expires: 2026-12-01"),
        (TABLE + "gates: [{deny: cost.monthly <= 5 USD, waiver: {owner: a, reason: b, expires: 2026-13-01}}]\n", 6, 78, "'2026-13-01' is not a date", ""),
        (TABLE + "gates: [{deny: cost.monthly <= 5 USD, waiver: {ower: a}}]\n", 6, 48, "unknown key 'ower'", "did you mean 'owner'?"),
        (TABLE + "gates: [cost.monthly <= 5 USD]\ngates: []\n", 7, 1, "", ""),
        ("functions:\n  f: {duration: 1 ms, tags: {team: [1]}}\n", 5, 36, "", ""),
        ("functions:\n  f: {duration: 1 ms, tags: {team: 12}}\n", 5, 36, "", ""),
        (TABLE + "gates: [1 < 2]\n", 6, 9, "there is no metric in this comparison", "capplan gates SCENARIO"),
        (TABLE + "gates: [cost.monthly <= 5 USD or not 2 USD > 1 USD]\n", 6, 38, "there is no metric in this comparison", ""),
        (TABLE + "gates: [cost.monthly <= nan]\n", 6, 25, "unknown metric 'nan'", ""),
        ("tables:\n  orders: {item_size: 1 KB, replicas: [us-wset-2]}\n", 5, 40, "there is no Region 'us-wset-2'", "did you mean 'us-west-2'?"),
        ("tables:\n  orders: {item_size: 1 KB, replicas: [us-east-1]}\n", 5, 39, "the only replica is in us-east-1", "other Regions"),
        ("functions:\n  f: {duration: 1 ms, durable: true}\n", 5, 23, "'durable' is not supported yet", ""),
    ],
)  # fmt: skip
def test_an_error_says_where_what_and_what_to_write(
    tmp_path: Path, body: str, line: int, column: int, message: str, hint: str
) -> None:
    if not line:
        capplan.plan(scenario(body, tmp_path))
        return
    with pytest.raises(CapplanError) as caught:
        capplan.plan(scenario(body, tmp_path))
    diagnostics = caught.value.diagnostics
    assert any((d.line, d.column) == (line, column) and message in d.message and hint in d.hint for d in diagnostics), (
        diagnostics
    )


def test_all_errors_are_reported_at_once_in_file_order(tmp_path: Path) -> None:
    body = "functions:\n  f: {memroy: 1 MB, duration: 22}\n  g: {duration: 1 ms, calls: [{get: nothing}]}\n"
    with pytest.raises(CapplanError) as caught:
        scenario(body, tmp_path)
    assert [d.line for d in caught.value.diagnostics] == [5, 5, 6]


def test_a_loop_is_named(tmp_path: Path) -> None:
    body = "traffic: {t: {rate: 1/s}}\nfunctions:\n  f: {duration: 1 ms, triggers: t, calls: [{invoke: f}]}\n"
    with pytest.raises(CapplanError, match="call loop grows without bound: f -> f"):
        capplan.plan(scenario(body, tmp_path))


def test_a_missing_price_is_an_error_with_the_line_to_write(tmp_path: Path) -> None:
    (tmp_path / "m.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    body = "traffic: {t: {rate: 1/s}}\nstate_machines:\n  m: {definition: m.asl.json, triggers: t}\n"
    head = HEAD.replace("us-east-1", "eu-central-2")
    with pytest.raises(CapplanError) as caught:
        capplan.plan(scenario(body, tmp_path, head))
    assert "stepfunctions.standard.state_transition" in caught.value.summary
    priced = capplan.plan(
        scenario(body + "prices: {stepfunctions.standard.state_transition: 0.000025 USD}\n", tmp_path, head)
    )
    assert priced.monthly_cost > 0


def test_a_path_stays_inside_the_folder(tmp_path: Path) -> None:
    body = "state_machines:\n  m: {definition: ../m.asl.json}\n"
    with pytest.raises(CapplanError):
        scenario(body, tmp_path)
