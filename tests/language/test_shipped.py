"""The shipped scenarios: each opens with why it is there and what to notice, and passes its gates."""

from pathlib import Path

import pytest

import capplan
from capplan.language.load import load
from tests.helpers import SCENARIOS

SHIPPED = sorted(SCENARIOS.glob("*/scenario.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_scenario_opens_with_why_and_what_to_notice(path: Path) -> None:
    opening = path.read_text(encoding="utf-8").partition("capplan: 1")[0].lower()
    assert "why" in opening
    assert "notice" in opening


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_scenario_passes_its_gates(path: Path) -> None:
    plan = capplan.plan(load(str(path)), findings=False)
    assert [g.gate for g in plan.gates if g.verdict == "fail" and g.level == "deny"] == []
    assert sum(x.contracted_cost for x in plan.lines if x.charge_frequency != "one_time") == plan.monthly_cost


def test_the_scenarios_cover_usual_workloads() -> None:
    names = {path.parent.name for path in SHIPPED}
    assert names >= {"web-shop", "iot-ingest", "data-lake", "game-chat", "side-project", "order-saga", "seoul-delivery"}
    regions = {load(str(path)).region for path in SHIPPED}
    assert "ap-northeast-2" in regions


def test_the_hot_key_reaches_its_limit_first_in_the_game() -> None:
    plan = capplan.plan(load(str(SCENARIOS / "game-chat" / "scenario.yaml")), findings=False)
    first = min((p for p in plan.limits if p.breaks_at is not None), key=lambda p: p.breaks_at or 0)
    assert first.check.resource.startswith("messages")


def test_the_side_project_fits_the_free_tier() -> None:
    plan = capplan.plan(load(str(SCENARIOS / "side-project" / "scenario.yaml")), findings=False)
    assert plan.monthly_cost < 1
    assert plan.list_cost == plan.monthly_cost, "an allowance is not a discount"
