"""Alarms, custom metrics and dashboards, and the alarms that auto scaling makes."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from tests.helpers import scenario

TABLE = "traffic: {{t: {{rate: 10/s}}}}\ntables: {{orders: {{item_size: 1 KB, capacity: {capacity}, access: [{{put: t}}]}}}}\n"


def cost(body: str, folder: Path) -> Decimal:
    plan = capplan.plan(scenario(body, folder), findings=False)
    return plan.cost_by_service["cloudwatch"]


@pytest.mark.parametrize(
    ("body", "usd"),
    [
        ("alarms: {a: {count: 12}}", "1.2"),
        ("alarms: {a: {count: 2, watches: 3}}", "0.6"),  # anomaly detection: three metrics each
        ("alarms: {a: {count: 2, type: high-resolution}}", "0.6"),
        ("alarms: {a: {count: 2, type: composite, watches: 9}}", "1"),
        ("alarms: {a: {count: 10, exists: 50%}}", "0.5"),
        ("metrics: {m: {count: 260k}}", "27500"),  # 10,000 x 0.30 + 240,000 x 0.10 + 10,000 x 0.05
        ("metrics: {m: {count: 10, active: 50%, puts: 2M, reads: 100k}}", "22.5"),  # 1.50 + 20 + 1
        ("dashboards: {d: {count: 5}}", "15"),
        ("account: {free_tier: true}\ndashboards: {d: {count: 5}}", "6"),
        ("account: {free_tier: true}\nalarms: {a: {count: 31}}", "2.1"),
    ],
)
def test_what_is_declared(body: str, usd: str, tmp_path: Path) -> None:
    assert cost(f"{body}\n", tmp_path) == Decimal(usd)


@pytest.mark.parametrize(
    ("capacity", "alarms"),
    [
        ("on-demand", 0),
        ("{mode: provisioned, write: 10, read: 10}", 0),
        ("{mode: provisioned, write: {min: 5, max: 50}, read: 10}", 4),
        ("{mode: provisioned, write: {min: 5, max: 50}, read: {min: 5, max: 50}}", 8),
    ],
)
def test_auto_scaling_makes_four_alarms_for_each_direction(capacity: str, alarms: int, tmp_path: Path) -> None:
    plan = capplan.plan(scenario(TABLE.format(capacity=capacity), tmp_path), findings=False)
    made = {r.name: r for r in plan.resources if r.kind == "cloudwatch.alarm"}
    assert sum(int(r.usage["alarms"]) for r in made.values()) == alarms
    assert plan.cost_by_service["cloudwatch"] == Decimal(alarms) / 10
    assert set(made) <= {"TargetTracking-table/orders"}


def test_metrics_that_a_function_puts_are_requests(tmp_path: Path) -> None:
    """1/s x 2,628,000 s at 0.01 per thousand, and the metric's 0.30."""
    body = (
        "traffic: {t: {rate: 1/s}}\nmetrics: {m: {count: 1}}\nfunctions:\n"
        "  f: {duration: 10 ms, triggers: t, calls: [{put-metric-data: m}]}\n"
    )
    assert cost(body, tmp_path) == Decimal("26.28") + Decimal("0.3")
    plan = capplan.plan(scenario(body.replace("rate: 1/s", "rate: 600/s"), tmp_path), findings=False)
    assert next(p for p in plan.limits if p.check.limit == "cloudwatch.put_metric_data").breached
