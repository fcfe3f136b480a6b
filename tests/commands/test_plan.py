"""The whole pipeline: figures computed by hand, totals that add up, recommendations that save what they say."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

import capplan
from capplan.language.load import build, load
from capplan.model import Change
from capplan.pipeline.results import Plan
from capplan.pipeline.what_if import apply
from capplan.report.formats.json import to_json
from capplan.report.records.modes import modes_record
from capplan.report.records.plan import plan_record
from tests.helpers import WEB_SHOP, scenario

D = Decimal


@pytest.fixture(scope="module")
def shop() -> Plan:
    return capplan.plan(load(WEB_SHOP))


CALLS = 60 * (2_628_000 + D("14080.4"))


@pytest.mark.parametrize(
    ("line", "quantity", "working"),
    [
        ("place-order.requests", CALLS, "60/s x (2,628,000 s + 14,080.4 s of the sale)"),
        ("products.reads", CALLS * 3 * D("0.5"), "3 eventual gets of 3 KB: half a unit each"),
        ("stock.writes", CALLS * 2, "300 B in a transaction: 2 units"),
        (
            "charge-card.requests",
            CALLS * D("0.02") * D("1.02040800"[:10]),
            "2 % start; attempts 1 + .02 + .0004 + .000008",
        ),
        ("settlement.dpu-hours", None, ""),
    ],
)
def test_quantities_by_hand(shop: Plan, line: str, quantity: Decimal | None, working: str) -> None:
    item = next(x for x in shop.lines if x.id == line)
    if quantity is not None:
        assert item.consumed_quantity == quantity, working


def test_line_items_and_totals_add_up_to_the_last_digit(shop: Plan) -> None:
    for line in shop.lines:
        exact = line.pricing_quantity * line.list_unit_price
        assert line.list_cost == exact.quantize(D("1E-10"), ROUND_HALF_UP), line.id
    assert shop.monthly_cost == sum(x.contracted_cost for x in shop.lines if x.charge_frequency != "one_time")
    assert shop.monthly_cost == sum(shop.cost_by_service.values()) == sum(r.monthly_cost for r in shop.resources)
    assert len({x.id for x in shop.lines}) == len(shop.lines)


def test_traffic_sources_and_fixed_cost_add_up_to_the_bill(shop: Plan) -> None:
    caused = sum((e.monthly_cost for e in shop.traffic_sources), D(0))
    assert caused + shop.fixed_cost == pytest.approx(shop.monthly_cost, abs=D("1E-8"))


@pytest.mark.parametrize(
    "key", ["stepfunctions.express-fits", "dynamodb.scheduled-scaling", "glue.flex", "lambda.arm64"]
)
def test_a_recommendation_applied_saves_what_it_says(shop: Plan, key: str) -> None:
    web_shop = load(WEB_SHOP)
    findings = [f for f in shop.findings if f.rule == key]
    assert findings, key
    for finding in findings:
        changes = [Change(c.path, c.new) for c in finding.change]
        changed = build(web_shop.doc, web_shop.files, web_shop.sha256, apply(web_shop.data, changes))
        after = capplan.plan(changed, findings=False)
        assert shop.monthly_cost - after.monthly_cost == finding.monthly_saving


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (to_json(plan_record(capplan.plan(load(WEB_SHOP)))) for _ in range(2))
    assert first == second


def test_json_has_the_keys_of_the_contract(shop: Plan) -> None:
    record = json.loads(to_json(plan_record(shop)))
    assert record["schema"] == "capplan.plan/1"
    assert {"name", "region", "sha256"} <= record["scenario"].keys()
    assert {
        "capplan_version", "currency", "month_hours", "seed", "prices", "monthly_cost", "one_time_cost", "cost_by_service",
        "resources", "line_items", "limits", "findings", "assumptions", "excluded", "gates",
    } <= record.keys()  # fmt: skip
    assert all(isinstance(x["list_cost"], str) and "E" not in x["list_cost"] for x in record["line_items"])
    modes = json.loads(to_json(modes_record(capplan.compare_modes(load(WEB_SHOP)))))
    assert modes["schema"] == "capplan.modes/1"
    orders = next(t for t in modes["tables"] if t["name"] == "orders" and t["index"] is None)
    assert {o["id"] for o in orders["options"]} >= {"on-demand", "provisioned-peak", "auto-scaled-70"}
    assert D(orders["break_even_utilisation"]["write"]) == D("0.288889"), "0.00065 / 3600 / 0.000000625"


SMALL = """tables:
  orders:
    item_size: 1 KB
    items: 1M
    access:
      - {get: 100/s}
      - {put: 20/s}
"""


def test_the_smallest_scenario_by_hand(tmp_path: Path) -> None:
    plan = capplan.plan(scenario(SMALL, tmp_path))
    costs = {x.id: x.list_cost for x in plan.lines}
    assert costs["orders.reads"] == D("16.425"), "262.8M gets x half a unit x 0.125/M"
    assert costs["orders.writes"] == D("32.85"), "52.56M puts x 0.625/M"
    assert costs["orders.storage"] == (D(1124) * 10**6 / 2**30 * D("0.25")).quantize(D("1E-10"), ROUND_HALF_UP)


@pytest.mark.parametrize("factor", [2, 10])
def test_more_traffic_never_costs_less(tmp_path: Path, factor: int) -> None:
    base = capplan.plan(scenario(SMALL, tmp_path)).monthly_cost
    more = capplan.plan(scenario(SMALL.replace("20/s", f"{20 * factor}/s"), tmp_path)).monthly_cost
    assert more > base


def test_a_discount_changes_contracted_cost_only(tmp_path: Path) -> None:
    plan = capplan.plan(scenario(SMALL + "account: {discount: 10%}\n", tmp_path))
    assert plan.list_cost > plan.monthly_cost
    for line in plan.lines:
        assert line.contracted_cost == (line.list_cost * D("0.9")).quantize(D("1E-10"), ROUND_HALF_UP)


def test_zero_traffic_leaves_only_fixed_cost(tmp_path: Path) -> None:
    plan = capplan.plan(scenario(SMALL.replace("100/s", "0/s").replace("20/s", "0/s"), tmp_path))
    assert [x.id for x in plan.lines] == ["orders.storage"]
    assert plan.monthly_cost == plan.fixed_cost


def test_the_total_concurrency_is_compared_with_the_quota_of_the_account(tmp_path: Path) -> None:
    body = "traffic: {t: {rate: 600/s}}\nfunctions:\n"
    body += "".join(f"  {n}: {{duration: 1000 ms, triggers: t}}\n" for n in ("one", "two"))
    plan = capplan.plan(scenario(body, tmp_path))
    pool = next(p for p in plan.limits if p.check.limit == "lambda.concurrency" and p.check.resource == "account")
    assert pool.breached, "600 + 600 do not fit 1,000, though each does"


def test_a_stream_function_that_writes_back_is_solved(tmp_path: Path) -> None:
    body = """traffic: {t: {rate: 10/s}}
tables:
  a: {item_size: 1 KB, items: 1k, stream: new-image}
functions:
  in: {duration: 10 ms, triggers: t, calls: [{put: a}]}
  back: {duration: 10 ms, triggers: [{stream: a, batch: 1, filter: 50%}], calls: [{update: a}]}
"""
    plan = capplan.plan(scenario(body, tmp_path))
    writes = next(x for x in plan.lines if x.id == "a.writes")
    assert writes.consumed_quantity == 10 * 2_628_000 * 2, "each write causes half a write more: 1 / (1 - 1/2)"


def test_the_throttled_share_is_what_a_hot_key_cannot_serve(tmp_path: Path) -> None:
    body = """tables:
  hot:
    item_size: 1 KB
    items: 1k
    partition_key: {name: id, distinct: 1}
    access: [{put: 2000/s}]
gates: ["hot.throttled < 0.1%"]
"""
    plan = capplan.plan(scenario(body, tmp_path))
    assert plan.gates[0].observed == D("0.5"), "one key takes 1,000 of 2,000 a second"
    assert plan.gates[0].verdict == "fail"


def test_what_a_workflow_calls_outside_the_scenario_is_listed_as_not_included(tmp_path: Path) -> None:
    (tmp_path / "m.asl.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", '
        '"Parameters": {"TableName": "elsewhere"}, "End": true}}}'
    )
    body = "traffic: {t: {rate: 1/s}}\nstate_machines:\n  m: {definition: m.asl.json, triggers: t}\n"
    plan = capplan.plan(scenario(body, tmp_path))
    assert ("m: A", "'elsewhere' is not declared under tables") in [(e.what, e.why) for e in plan.excluded]


def test_each_trigger_has_its_own_payload(tmp_path: Path) -> None:
    body = """traffic: {t: {rate: 1/s}}
functions:
  f:
    duration: 10 ms
    triggers:
      - {traffic: t, via: s3, payload: 512 KB}
      - {traffic: t, via: api-gateway-http}
"""
    line = next(x for x in capplan.plan(scenario(body, tmp_path)).lines if x.id == "f.requests")
    assert line.consumed_quantity == 2_628_000 * (5 + 1), "256 KB and four more steps of 64 KB, and a plain request"


def test_a_schedule_drives_its_job_exactly(tmp_path: Path) -> None:
    body = """traffic: {nightly: {schedule: cron(0 3 * * ? *)}}
jobs:
  j: {triggers: nightly, workers: 10, worker_type: G.1X, glue_version: "5.0", duration: 30 min, timeout: 1 h, max_retries: 3, fails: {chance: 50%, after: 50%}}
"""
    line = next(x for x in capplan.plan(scenario(body, tmp_path)).lines if x.id == "j.dpu-hours")
    per_run = D("0.9375") * 5 + D("0.9375") * D("2.5")
    assert line.consumed_quantity == pytest.approx(per_run * 365 / 12), "success 15/16 x 5 DPU-h, failures 15/16 x half"
