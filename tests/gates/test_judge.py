"""Verdicts on whole scenarios: what is observed, against what, with a baseline and with a waiver."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import capplan
from capplan.errors import CapplanError
from capplan.gates.judge import Baseline
from capplan.language.gate_syntax import Gate, read_gate
from capplan.language.gate_tokens import plain_name
from capplan.language.scenario import with_gates
from capplan.pipeline.results import Plan
from capplan.report.passing_gate import passing_gate
from tests.helpers import WEB_SHOP, scenario

D = Decimal
BODY = """\
traffic:
  shoppers: {rate: 50/s}
tables:
  orders: {item_size: 1 KB, items: 1M, tags: {team: shop, env: "a b"}}
  stock: {item_size: 1 KB, items: 1M, tags: {team: warehouse}}
functions:
  place: {triggers: shoppers, duration: 100 ms, memory: 128 MB, calls: [{put: orders}, {get: stock}]}
"""


def planned(gates: str, folder: Path, baseline: Mapping[str, Decimal] | None = None, today: date | None = None) -> Plan:
    loaded = scenario(BODY + gates, folder)
    return capplan.plan(loaded, today=today, findings=False, baseline=Baseline(baseline), allow_unjudged=False)


def verdict(gate: str, folder: Path, baseline: Mapping[str, Decimal] | None = None) -> str:
    return planned(f"gates:\n  - {gate}\n", folder, baseline).gates[0].verdict


def value(name: str, plan: Plan) -> Decimal:
    found = next(o.value for o in plan.observed if o.name == name)
    assert found is not None
    return found


def test_money_adds_up_in_every_cut(tmp_path: Path) -> None:
    plan = planned("", tmp_path)
    total = value("cost.monthly", plan)
    assert total == plan.monthly_cost
    assert (
        sum(value(f"cost.{s}", plan) for s in ("dynamodb", "lambda", "stepfunctions", "glue", "cloudwatch_logs"))
        == total
    )
    assert sum(value(f"{name}.cost", plan) for name in ("orders", "stock", "place", "/aws/lambda/place")) == total
    teams = value("cost.tag.team=shop", plan) + value("cost.tag.team=warehouse", plan)
    assert teams + value("cost.untagged.team", plan) == total
    assert value("cost.untagged.team", plan) == value("place.cost", plan) + value("/aws/lambda/place.cost", plan)
    assert value("cost.tag.env=a b", plan) == value("orders.cost", plan)


def test_per_request_is_the_cost_by_the_requests(tmp_path: Path) -> None:
    plan = planned("", tmp_path)
    requests = D(50 * 2_628_000)
    assert abs(value("place.cost_per_request", plan) * requests - value("place.cost", plan)) < D("1e-9")
    per_thousand = value("traffic.shoppers.cost_per_thousand", plan)
    assert abs(per_thousand * requests / 1000 - value("traffic.shoppers.cost", plan)) < D("1e-4")


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ("cost.monthly <= 1000 USD and limits.broken == 0", "pass"),
        ("cost.tag.team=shop < cost.tag.team=warehouse", "fail"),
        ("'`cost.tag.env=a b` > 1 USD'", "pass"),
        ("tables.orders.cost > 1 USD", "pass"),
        ("shoppers.cost_per_thousand < 1 USD", "pass"),
        ("orders.cost / cost.monthly > 10%", "pass"),
        ("orders.cost_share > 10%", "pass"),
        ("orders.partition.write.used <= 10%", "pass"),
        ("account.lambda.concurrency.used < 80%", "pass"),
        ("account.lambda.concurrency.load < 80% of limit", "pass"),
        ("place.concurrency.peak < 1% of limit", "fail"),
        ("limits.headroom > 0%", "pass"),
    ],
)
def test_a_gate_asks_for_anything_the_plan_knows(gate: str, expected: str, tmp_path: Path) -> None:
    assert verdict(gate, tmp_path) == expected


def test_every_observable_of_the_web_shop_has_a_gate_that_holds() -> None:
    loaded = capplan.load(WEB_SHOP)
    plan = capplan.plan(loaded, findings=False)
    texts = [f"{plain_name(o.name)} {passing_gate(o)}" for o in plan.observed if o.value is not None]
    assert len(texts) > 100
    gates = [Gate(text, read_gate(text), "deny", n, 1) for n, text in enumerate(texts, 1)]
    judged = capplan.plan(with_gates(loaded, *gates), findings=False, allow_unjudged=False).gates[len(loaded.gates) :]
    assert [g.gate for g in judged if g.verdict != "pass"] == []


# --- against a baseline ----------------------------------------------------------------------------------------------


def test_a_change_is_in_money_and_in_per_cent(tmp_path: Path) -> None:
    now = planned("", tmp_path).monthly_cost
    base = {"cost.monthly": now - 10, "orders.cost": D(1), "orders.headroom": D("0.9")}
    assert verdict("cost.change <= 10 USD", tmp_path, base) == "pass"
    assert verdict("cost.change < 10 USD", tmp_path, base) == "fail"
    assert verdict("cost.monthly.change < 10 USD", tmp_path, base) == "fail"
    assert verdict("cost.change_percent <= 100%", tmp_path, base) == "pass"
    assert verdict("orders.cost.change > 1 USD and orders.cost.change_percent > 100%", tmp_path, base) == "pass"
    assert verdict("orders.headroom.change < 10%", tmp_path, base) == "pass"
    assert verdict("stock.cost.change > 0 USD", tmp_path, base) == "pass", "it is new: it did cost nothing"


@pytest.mark.parametrize(
    ("gate", "base", "message", "hint"),
    [
        ("cost.change < 5 USD", None, "'cost.change' is not known", "give --baseline plan.json"),
        ("stock.cost.change_percent < 5%", {}, "'stock.cost.change_percent' is not known", "it is 0 in the baseline"),
        ("stock.headroom.change < 5%", {}, "'stock.headroom.change' is not known", "the baseline does not have it"),
        ("stock.cst.change < 5 USD", {}, "unknown metric 'stock.cst.change'", "stock.cost"),
        (
            "cost.changed < 5 USD",
            {},
            "unknown metric 'cost.changed'",
            "did you mean 'cost.change'?",
        ),
        ("stcok.throttled < 5%", {}, "unknown metric 'stcok.throttled'", "'stock.throttled'?"),
        ("stock.throtled < 5%", {}, "unknown metric 'stock.throtled'", "'stock.throttled'?"),
    ],
)
def test_what_is_not_known_never_passes(
    gate: str, base: Mapping[str, Decimal] | None, message: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(CapplanError) as error:
        verdict(gate, tmp_path, base)
    diagnostic = error.value.diagnostics[0]
    assert (diagnostic.line, diagnostic.column) == (12, 5)
    assert diagnostic.message == message
    assert hint in diagnostic.hint


def test_an_estimate_lists_what_it_cannot_judge(tmp_path: Path) -> None:
    loaded = scenario(BODY + "gates: [cost.change < 5 USD, cost.monthly < 1 USD]\n", tmp_path)
    plan = capplan.plan(loaded, findings=False)
    assert [g.gate for g in plan.gates] == ["cost.monthly < 1 USD"]
    assert [(u.gate, u.line, u.column) for u in plan.unjudged] == [("cost.change < 5 USD", 11, 9)]
    assert "--baseline" in plan.unjudged[0].needs


# --- waivers ---------------------------------------------------------------------------------------------------------

WAIVED = """\
gates:
  - deny: cost.monthly < 1 USD
    waiver: {owner: checkout, reason: until the sale is over, expires: 2026-12-01}
"""


@pytest.mark.parametrize(
    ("today", "expected", "state"),
    [
        (date(2026, 11, 30), "waived", "waived"),
        (date(2026, 12, 1), "waived", "waived"),
        (date(2026, 12, 2), "fail", "expired"),
    ],
)
def test_a_waiver_holds_through_its_last_day(today: date, expected: str, state: str, tmp_path: Path) -> None:
    gate = planned(WAIVED, tmp_path, today=today).gates[0]
    assert gate.verdict == expected
    assert gate.waiver is not None
    assert (gate.waiver.owner, gate.waiver.state) == ("checkout", state)


def test_a_waiver_of_a_gate_that_holds_is_not_needed(tmp_path: Path) -> None:
    gate = planned(WAIVED.replace("< 1 USD", "< 9000 USD"), tmp_path, today=date(2026, 11, 30)).gates[0]
    assert gate.verdict == "pass"
    assert gate.waiver is not None
    assert gate.waiver.state == "not_needed"


def test_a_waiver_without_a_day_is_an_error_in_check_and_listed_in_an_estimate(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        planned(WAIVED, tmp_path)
    diagnostic = error.value.diagnostics[0]
    assert (diagnostic.line, diagnostic.column) == (12, 11)
    assert diagnostic.message == "its waiver ends with 2026-12-01, and today is not known"
    assert diagnostic.hint == "give --today, such as --today 2026-12-01"
    plan = capplan.plan(scenario(BODY + WAIVED, tmp_path), findings=False)
    assert not plan.gates
    assert "--today" in plan.unjudged[0].needs


@given(st.decimals(0, 10**6, places=4), st.decimals(0, 10**6, places=4))
def test_a_change_is_what_must_be_added_to_the_baseline(now: Decimal, was: Decimal) -> None:
    from fractions import Fraction

    from capplan.gates.judge import change
    from capplan.gates.observed import ObservedMetric
    from capplan.language.gate_units import USD

    seen, base = ObservedMetric(Fraction(now), USD), Baseline({"x.cost": was})
    amount, percent = (change("x.cost", seen, base, percent=p).value for p in (False, True))
    assert amount is not None
    assert amount + Fraction(was) == Fraction(now)
    if was:
        assert percent is not None
        assert Fraction(was) * (1 + percent) == Fraction(now)
    else:
        assert percent == (0 if not now else None)
