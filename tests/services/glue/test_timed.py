"""Crawlers, catalog, catalog tasks, Data Quality, sessions and DataBrew in whole plans; each row can be summed by hand."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from tests.helpers import scenario

D = Decimal
ONCE = """
traffic:
  monthly: {schedule: cron(0 3 1 * ? *)}
"""


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(ONCE + body, folder))


@pytest.mark.parametrize(
    ("body", "usd", "working"),
    [
        ("crawlers: {c: {triggers: monthly, duration: 30 min}}", "0.44", "AWS's example: 2 DPU x 30 min"),
        (
            "crawlers: {c: {triggers: monthly, duration: 1 min, dpus: 1}}",
            "0.0733333333",
            "1 DPU x the minimum of 10 min",
        ),
        ("catalog: {c: {objects: 1M, requests: 2M/month}}", "12", "10 x 100k objects at 1.00, 2M requests at 1.00"),
        (
            "catalog_tasks: {c: {task: column-statistics, triggers: monthly, duration: 30 s, dpus: 4}}",
            "0.0293333333",
            "4 DPU x the minimum of 1 min x 0.44",
        ),
        (
            "catalog_tasks: {c: {task: iceberg-optimization, triggers: monthly, duration: 30 min, dpus: 2}}",
            "0.44",
            "2 DPU x 30 min",
        ),
        (
            "catalog_tasks: {c: {task: materialized-view, triggers: monthly, duration: 30 min, dpus: 2}}",
            "0.44",
            "2 DPU x 30 min",
        ),
        ("data_quality: {c: {triggers: monthly, duration: 12 min}}", "0.44", "5 x G.1X x 12 min"),
        (
            "data_quality: {c: {triggers: monthly, duration: 12 min, statistics: 240, per_statistic: 15 s}}",
            "0.88",
            "and 240 statistics x 15 s x 1 DPU = 1 DPU-hour",
        ),
        ("sessions: {c: {triggers: monthly, duration: 24 min}}", "0.88", "AWS's example: 5 DPU x 24 min"),
        (
            "sessions: {c: {triggers: monthly, duration: 24 min, forgotten: 50%, idle_timeout: 36 min}}",
            "1.54",
            "half of them 60 min: 5 DPU x 42 min on average",
        ),
        ("sessions: {c: {type: ray, workers: 5, triggers: monthly, duration: 1 h}}", "4.4", "10 M-DPU x 0.44"),
        ("databrew: {c: {triggers: monthly, duration: 10 min}}", "0.4", "5 nodes x 10 min x 0.48"),
        ("databrew: {c: {triggers: monthly, duration: 30 s, nodes: 1}}", "0.008", "a started minute of one node"),
        ("databrew: {c: {type: session, triggers: monthly, duration: 70 min}}", "3", "three started half hours"),
    ],
)
def test_each_is_billed_as_aws_says(body: str, usd: str, working: str, tmp_path: Path) -> None:
    assert planned(body, tmp_path).monthly_cost == pytest.approx(D(usd), abs=D("1E-9")), working


def test_the_free_part_of_the_catalog_counts_with_the_free_tier_on(tmp_path: Path) -> None:
    body = "account: {free_tier: true}\ncatalog: {a: {objects: 1.25M}, b: {requests: 1.5M/month}}"
    assert planned(body, tmp_path).monthly_cost == D("3.0"), "250k objects and 0.5M requests past what is free"


def test_requests_and_runs_are_called_like_all_else(tmp_path: Path) -> None:
    body = """
crawlers:
  c: {duration: 4 min, calls: [{request: lake, times: 300}]}
catalog:
  lake: {objects: 1k}
jobs:
  j: {triggers: monthly, workers: 2, duration: 6 min, calls: [{run: c, times: 2}]}
"""
    usage = {r.name: r.usage for r in planned(body, tmp_path).resources}
    assert (usage["c"]["runs"], usage["lake"]["requests"]) == (2, 600)


LAKE = """
crawlers:
  hourly: {schedule: rate(1 hour), duration: 4 min}
  daily: {schedule: rate(1 day), duration: 4 min}
  long: {schedule: rate(5 minutes), duration: 8 min}
sessions:
  notebooks: {triggers: monthly, duration: 45 min}
"""


def test_a_crawler_that_crawls_all_day_is_advised_a_daily_schedule(tmp_path: Path) -> None:
    found = {f.resource: f for f in planned(LAKE, tmp_path).findings if f.rule == "glue.crawler-frequency"}
    assert found["hourly"].monthly_saving == pytest.approx(D("102.6055"), abs=D("0.001")), (
        "699.58 crawls x 2 DPU x 10 min x 0.44"
    )
    assert "daily" not in found


def test_a_crawler_at_work_is_not_started_again(tmp_path: Path) -> None:
    limits = {p.check.resource: p for p in planned(LAKE, tmp_path).limits if p.check.limit == "glue.runs_at_once"}
    assert limits["long"].breached
    assert not limits["hourly"].breached


def test_a_session_without_an_idle_time_out_is_a_risk(tmp_path: Path) -> None:
    (found,) = [f for f in planned(LAKE, tmp_path).findings if f.rule == "glue.idle-session"]
    assert found.severity == "risk"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("crawlers: {c: {triggers: monthly, duration: 0 s}}", "a run takes time"),
        ("crawlers: {c: {schedule: rate(1 days), duration: 4 min}}", "rate(1 minute)"),
        ("sessions: {c: {triggers: monthly, duration: 1 h, timeout: 49 h}}", "at most 2 days"),
        ("sessions: {c: {triggers: monthly, duration: 1 h, type: ray}}", "needs its number of workers"),
        ("data_quality: {c: {triggers: monthly, duration: 1 h, statistics: 5}}", "needs 'per_statistic'"),
        ("databrew: {c: {type: session, nodes: 5, triggers: monthly, duration: 1 h}}", "half hour"),
        ("catalog_tasks: {c: {task: column-statistics, triggers: monthly, duration: 1 h}}", "dpus"),
        ("crawlers: {c: {triggers: nightly, duration: 4 min}}", "nightly"),
    ],
)
def test_what_cannot_be_is_told(body: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as caught:
        planned(body, tmp_path)
    assert text in " ".join(f"{m.message} {m.hint}" for m in caught.value.diagnostics)


def test_a_meter_without_a_price_is_refused_by_name(tmp_path: Path) -> None:
    head = "capplan: 1\nname: Test\nregion: eu-north-1\n"
    body = ONCE + "jobs: {fold: {triggers: monthly, worker_type: R.2X, workers: 5, duration: 1 h}}"
    with pytest.raises(CapplanError) as caught:
        capplan.plan(scenario(body, tmp_path, head))
    (diagnostic,) = caught.value.diagnostics
    assert "glue.etl.m_dpu_hour.memory_optimized (fold)" in diagnostic.message
    given = capplan.plan(
        scenario(body + "\nprices: {glue.etl.m_dpu_hour.memory_optimized: 0.52 USD}\n", tmp_path, head)
    )
    assert given.monthly_cost == D("5.2"), "5 x R.2X are 10 M-DPUs"
