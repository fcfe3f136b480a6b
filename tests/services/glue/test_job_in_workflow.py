"""Step Functions retries on top of Glue's, the notice of a failure and its price: whole plans, summed by hand."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.pipeline.results import Plan
from capplan.report.formats.terminal import terminal_text
from capplan.report.record import value_of
from capplan.report.records.plan import plan_record
from capplan.report.style import Style
from capplan.report.views.estimate import plan_document
from tests.helpers import scenario

D = Decimal
FLOW = {
    "StartAt": "Fold",
    "States": {
        "Fold": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName": "fold"},
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}],
            "End": True,
        }
    },
}
BODY = """
traffic:
  monthly: {schedule: cron(0 3 1 * ? *)}
functions:
  tell: {memory: 128 MB, duration: 100 ms}
state_machines:
  nightly: {triggers: monthly, definition: nightly.asl.json}
jobs:
  fold:
    glue_version: "6.0"
    workers: 10
    duration: 30 min
    timeout: 1 h
    max_retries: 1
    fails: {chance: 20%, after: 50%}
    on_failure: tell
"""


def planned(folder: Path, words: str = "") -> Plan:
    (folder / "nightly.asl.json").write_text(json.dumps(FLOW), encoding="utf-8")
    return capplan.plan(scenario(BODY + words, folder))


def fold(plan: Plan) -> dict[str, Decimal]:
    return {key: D(value) for key, value in next(r.usage for r in plan.resources if r.name == "fold").items()}


@pytest.mark.parametrize(
    ("words", "starts", "working"),
    [
        ("    sync_follows_retries: true\n", "1.0416", "q = 0.04: 1 + q + q², six attempts at most"),
        ("", "1.24", "the state sees p = 0.2 fail: 1 + p + p², and Glue retries each of the three by itself"),
    ],
)
def test_a_workflow_starts_the_job_again(words: str, starts: str, working: str, tmp_path: Path) -> None:
    usage = fold(planned(tmp_path, words))
    assert usage["runs"] == D(starts), working
    attempts = usage["runs"] * usage["expected_attempts"]
    assert attempts == (D("1.24992") if words else D("1.488")), "runs x 1.2 attempts"
    hours = usage["runs"] * 10 * (D("0.96") * 1800 + D("0.24") * 900) / 3600
    assert usage["dpu_hours"] == pytest.approx(hours, abs=D("1E-9"))


def test_runs_that_may_go_on_twice_are_warned_of(tmp_path: Path) -> None:
    (risk,) = [f for f in planned(tmp_path).findings if f.rule == "glue.double-retries"]
    assert risk.message.startswith("nightly starts it")
    assert [(c.path, c.new) for c in risk.change] == [("jobs.fold.max_retries", 0)]
    quiet = planned(tmp_path, "    sync_follows_retries: true\n")
    assert not [f for f in quiet.findings if f.rule == "glue.double-retries"]


def test_what_the_state_says_itself_goes_before_what_its_job_does(tmp_path: Path) -> None:
    body = BODY.replace("nightly.asl.json}", "nightly.asl.json, states: {Fold: {fails: 0%}}}")
    (tmp_path / "nightly.asl.json").write_text(json.dumps(FLOW), encoding="utf-8")
    assert fold(capplan.plan(scenario(body, tmp_path)))["runs"] == 1


def test_one_run_its_retries_its_notice_and_what_they_cost(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    (run,) = [r for r in plan.runs if r.resource == "fold"]
    hour = 10 * D("0.308")
    assert run.usd["run.expected"] == pytest.approx(hour * (D("0.96") * 1800 + D("0.24") * 900) / 3600, abs=D("1E-9"))
    assert run.usd["run.p95"] == hour * 2700 / 3600, "one failure at 15 min, then 30"
    assert run.usd["run.retried"] == hour * 2700 / 3600, "R F + S = 45 min, n F = 30 min"
    assert run.usd["worst_run"] == hour * 2, "two attempts to the time-out of an hour"
    assert (run.success_share, run.notice_seconds) == (D("0.96"), D(1800)), "1 - 0.2²; two failures at 15 min"
    assert run.notices == D("0.0496"), "1.24 runs x 0.2²"
    per_notice = D("0.0000002") + D("0.0125") * D("0.0000166667")
    assert run.notice_cost == pytest.approx(D("0.0496") * per_notice, abs=D("1E-9")), "128 MB x 100 ms, and a request"


def test_the_answer_shows_runs(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    text = terminal_text(plan_document(plan), Style(140), details=True)
    head, _, row = text[text.index("Cost per job run") :].splitlines()[:3]
    columns = "Cost per job run   Mean   p95   All retries   Worst case   Succeeds   Waste   Notice after   Attempts"
    assert head.split() == [*columns.split(), "Notices/month"]
    assert row.split() == ["fold", "1.66", "2.31", "2.31", "6.16", "96%", "11%", "30", "min", "1.2", "0.0496"]
    (record,) = value_of(plan_record(plan))["runs"]
    assert record["cost"]["worst_run"] == "6.16"


def test_a_run_that_never_fails_is_never_told(tmp_path: Path) -> None:
    body = "traffic: {m: {schedule: cron(0 3 1 * ? *)}}\njobs: {j: {triggers: m, workers: 2, duration: 6 min}}\n"
    (run,) = capplan.plan(scenario(body, tmp_path)).runs
    assert (run.notices, run.success_share) == (D(0), D(1))
    assert run.notice_cost is None
    assert Fraction(run.usd["worst_run"] or 0) == Fraction("7.04"), "2 DPUs x 8 h x 0.44"


def test_a_workflow_starts_a_crawler_too(tmp_path: Path) -> None:
    crawl = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:startCrawler", "Parameters": {"Name": "c"}}
    flow = {"StartAt": "Crawl", "States": {"Crawl": {**crawl, "End": True}}}
    (tmp_path / "m.asl.json").write_text(json.dumps(flow), encoding="utf-8")
    body = """
traffic: {monthly: {schedule: cron(0 3 1 * ? *)}}
state_machines: {m: {triggers: monthly, definition: m.asl.json}}
crawlers: {c: {duration: 30 min}}
"""
    usage = {r.name: r.usage for r in capplan.plan(scenario(body, tmp_path)).resources}
    assert (usage["c"]["runs"], usage["c"]["dpu_hours"]) == (1, 1)


def test_a_workflow_starts_an_evaluation_of_data_quality(tmp_path: Path) -> None:
    run = "arn:aws:states:::aws-sdk:glue:startDataQualityRulesetEvaluationRun"
    check = {"Type": "Task", "Resource": run, "Parameters": {"RulesetNames": ["checks"]}, "End": True}
    (tmp_path / "m.asl.json").write_text(json.dumps({"StartAt": "C", "States": {"C": check}}), encoding="utf-8")
    body = """
traffic: {monthly: {schedule: cron(0 3 1 * ? *)}}
state_machines: {m: {triggers: monthly, definition: m.asl.json}}
data_quality: {checks: {duration: 30 min}}
"""
    usage = {r.name: r.usage for r in capplan.plan(scenario(body, tmp_path)).resources}
    assert (usage["checks"]["runs"], usage["checks"]["dpu_hours"]) == (1, D("2.5")), "5 DPUs for half an hour"
