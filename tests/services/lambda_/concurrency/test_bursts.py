"""What schedules and callers start in the same instant: a function's peak, the account's, how a burst is told."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.bursts import Burst, most_at_once, open_by_minute
from capplan.pipeline.results import Plan
from tests.helpers import scenario


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder))


def peak(plan: Plan, name: str = "f") -> Decimal | None:
    return next(metric.value for metric in plan.observed if metric.name == f"{name}.concurrency.peak")


def of_account(plan: Plan) -> Decimal:
    return next(p.check.load for p in plan.limits if p.check.limit == "lambda.concurrency")


@pytest.mark.parametrize(
    ("schedule", "duration", "running"),
    [
        # a daily run is one, however long it takes: nothing random about it
        ("cron(0 1 * * ? *)", "2 s", 1),
        ("cron(0 1 * * ? *)", "14 min", 1),
        # 14 minutes every 5: those of 0, 5 and 10 minutes ago still run
        ("rate(5 minutes)", "14 min", 3),
        ("rate(1 minute)", "59 s", 1),
        ("rate(1 minute)", "61 s", 2),
        ("cron(50,55 23 * * ? *)", "6 min", 2),
    ],
)
def test_runs_of_a_schedule_are_counted(schedule: str, duration: str, running: int, tmp_path: Path) -> None:
    body = f"traffic: {{t: {{schedule: '{schedule}'}}}}\nfunctions:\n  f: {{triggers: t, duration: {duration}, timeout: 15 min}}\n"
    plan = planned(body, tmp_path)
    assert peak(plan) == running
    assert of_account(plan) == running


@pytest.mark.parametrize(
    ("schedule", "words", "requests", "running"),
    [
        # 43,800 runs x (1 + 0.5 + 0.25): a schedule invokes asynchronously; the retries of earlier minutes: 1.75 at once
        ("rate(1 minute)", "fails: 50%", 76_650, 2),
        ("rate(1 minute)", "fails: 50%, retries: 0", 43_800, 1),
        # 8,760 x 1.75: a retry comes a minute after its run and the next one two minutes later: nothing else runs then
        ("rate(5 minutes)", "fails: 50%", 15_330, 1),
    ],
)
@pytest.mark.parametrize("trigger", ["t", "{traffic: t, via: eventbridge}"])
def test_what_a_schedule_starts_is_tried_again(
    trigger: str, schedule: str, words: str, requests: int, running: int, tmp_path: Path
) -> None:
    body = f"traffic: {{t: {{schedule: '{schedule}'}}}}\nfunctions:\n  f: {{triggers: {trigger}, duration: 1 s, {words}}}\n"
    plan = planned(body, tmp_path)
    assert next(line.consumed_quantity for line in plan.lines if line.id == "f.requests") == requests
    assert peak(plan) == running


def test_a_caller_waits_for_what_a_schedule_starts_where_it_says_so(tmp_path: Path) -> None:
    body = (
        "traffic: {t: {schedule: rate(1 minute)}}\nfunctions:\n"
        "  f: {triggers: {traffic: t, via: function-url}, duration: 1 s, fails: 50%}\n"
    )
    assert next(line.consumed_quantity for line in planned(body, tmp_path).lines if line.id == "f.requests") == 43_800


@pytest.mark.parametrize("trigger", ["t", "{traffic: t, via: eventbridge}"])
def test_a_daily_run_that_may_fail_is_one(trigger: str, tmp_path: Path) -> None:
    # 2% come back a minute later: never beside the first, nor 500 callees beside the first 500
    body = (
        f"traffic: {{t: {{schedule: rate(1 day)}}}}\nfunctions:\n  f: {{triggers: {trigger}, duration: 1 s, fails: 2%, "
        "calls: [{invoke: g, times: 500, async: true}]}\n  g: {duration: 1 s}\n"
    )
    plan = planned(body, tmp_path)
    assert [peak(plan, name) for name in "fg"] == [1, 500]


def test_what_starts_in_one_minute_adds_up_over_the_account(tmp_path: Path) -> None:
    body = (
        'traffic: {a: {schedule: "cron(0 3 * * ? *)"}, b: {schedule: "cron(0 3 * * ? *)"}, c: {schedule: "cron(0 4 * * ? *)"}}\n'
        "functions:\n"
        "  f: {triggers: [a, b], duration: 1 s, calls: [{invoke: g, times: 20, async: true}]}\n"
        "  g: {duration: 1 s}\n"
        "  h: {triggers: a, duration: 1 s, calls: [{invoke: i, times: 300}]}\n"
        "  i: {duration: 1 s}\n"
        "  j: {triggers: c, duration: 1 s, calls: [{invoke: k, times: 200}]}\n"
        "  k: {duration: 1 s}\n"
    )
    plan = planned(body, tmp_path)
    assert [peak(plan, name) for name in "fghijk"] == [2, 40, 1, 300, 1, 200]
    assert of_account(plan) == 2 + 40 + 1 + 300  # at 03:00; 201 an hour later


def test_a_random_group_counts_whole(tmp_path: Path) -> None:
    body = (
        "traffic: {web: {rate: 1/h}}\nfunctions:\n"
        "  f: {triggers: web, duration: 1 s, calls: [{invoke: g, times: 900, async: true}]}\n  g: {duration: 1 s}\n"
    )
    plan = planned(body, tmp_path)
    assert peak(plan, "g") == 900
    assert of_account(plan) >= 900


@pytest.mark.parametrize(
    ("is_async", "message"),
    [
        ("", "3,000 invocations of work start in the same instant, and 1,000 find an environment: 2,000 are throttled"),
        # three rounds of a thousand, two seconds each
        (", async: true", "1,000 find an environment: the others wait, and the last has ended after 6 s."),
    ],
)
def test_a_burst_is_told(is_async: str, message: str, tmp_path: Path) -> None:
    body = (
        "traffic: {tick: {schedule: rate(5 minutes)}}\nfunctions:\n"
        f"  f: {{triggers: tick, duration: 2 s, timeout: 30 s, calls: [{{invoke: work, times: 3000{is_async}}}]}}\n"
        "  work: {duration: 2 s, timeout: 10 s, memory: 256 MB}\n"
    )
    found = [finding for finding in planned(body, tmp_path).findings if finding.rule == "lambda.scaling-rate"]
    assert len(found) == 1
    assert message in found[0].message


def test_bursts_that_last_meet_later_ones() -> None:
    bursts = (Burst((0, 10), Fraction(5), 12), Burst((11,), Fraction(7), 1), Burst((40_319,), Fraction(1), 2))
    open_ = open_by_minute(bursts)
    # minute 0: 5, and 1 that began in the last minute of the period; 10: 5 + 5; 11: 5 + 5 + 7; 12 to 21: 5
    assert [open_[minute] for minute in (0, 1, 10, 11, 12, 21)] == [6, 5, 10, 17, 5, 5]
    assert most_at_once(bursts, lambda minute: 100.0 if minute == 12 else 0.0, 12) == (105, 12)
