"""Invocations that start in the same instant: schedules, groups, and bursts against a request-by-request count."""

import heapq
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import capplan
from capplan.pipeline.results import Plan
from capplan.quantities.distribution import Distribution, fixed
from capplan.services.lambda_.concurrency.at_once import peakedness_of, serve
from tests.helpers import scenario

LOG_NORMAL = Distribution(((Decimal("0.5"), Decimal(1000)), (Decimal("0.99"), Decimal(5000))))


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
        # over midnight of the period's last day too
        ("cron(50,55 23 * * ? *)", "6 min", 2),
    ],
)
def test_runs_of_a_schedule_are_counted(schedule: str, duration: str, running: int, tmp_path: Path) -> None:
    body = f"traffic: {{t: {{schedule: '{schedule}'}}}}\nfunctions:\n  f: {{triggers: t, duration: {duration}, timeout: 15 min}}\n"
    plan = planned(body, tmp_path)
    assert peak(plan) == running
    assert of_account(plan) == running


def test_what_starts_together_counts_together(tmp_path: Path) -> None:
    body = (
        'traffic: {a: {schedule: "cron(0 3 * * ? *)"}, b: {schedule: "cron(0 3 * * ? *)"}, c: {schedule: "cron(0 4 * * ? *)"}}\n'
        "functions:\n"
        "  f: {triggers: [a, b], duration: 1 s, calls: [{invoke: g, times: 20, async: true}]}\n"
        "  g: {duration: 1 s}\n"
        "  h: {triggers: c, duration: 1 s}\n"
    )
    plan = planned(body, tmp_path)
    assert (peak(plan), peak(plan, "g"), peak(plan, "h")) == (2, 40, 1)
    assert of_account(plan) == 42  # 2 + 40 at 03:00; 1 an hour later


def test_three_thousand_at_once_are_three_thousand(tmp_path: Path) -> None:
    body = (
        "traffic: {tick: {schedule: rate(5 minutes)}}\nfunctions:\n"
        "  f: {triggers: tick, duration: 2 s, timeout: 30 s, calls: [{invoke: work, times: 3000}]}\n"
        "  work: {duration: 2 s, timeout: 10 s, memory: 256 MB}\n"
    )
    limits = {(p.check.resource, p.check.limit): p.check for p in planned(body, tmp_path).limits}
    check = limits["work", "lambda.scaling_rate"]
    assert (check.load, check.quota, check.breached) == (3000, 1000, True)


@pytest.mark.parametrize(
    ("size", "duration", "variance"),
    [
        (1, LOG_NORMAL, 1),
        (10, fixed(1000), 10),
        # two log-normal durations, sigma = ln 5 / 2.3263 = 0.6918: E[min] / E = 2 Phi(-sigma / sqrt 2) = 0.6247
        (11, LOG_NORMAL, 7.247),
    ],
)
def test_groups_vary_more_than_single_arrivals(size: int, duration: Distribution, variance: float) -> None:
    assert float(peakedness_of([(Fraction(1), Fraction(size), duration)])) == pytest.approx(variance, rel=2e-3)


@pytest.mark.parametrize(
    ("count", "duration_s", "environments", "ready", "peak", "at_once", "drain_s"),
    [
        (3000, 2, 1000, 0, 1000, 1000, 6),  # three rounds of a thousand
        (3000, 2, 5000, 0, 1400, 1000, 6),  # before 4 s: 2 x 1,000, 400 and 200 once more; then the thousand start again
        (900, 2, 1000, 0, 900, 900, 2),
        (1500, 60, 5000, 0, 1500, 1000, 65),  # the 500th new environment comes after 5 s
        (1500, 60, 5000, 500, 1500, 1500, 60),  # 500 are ready
        (10, 1, 1, 0, 1, 1, 10),
    ],
)  # fmt: skip
def test_a_burst_is_served_in_rounds(
    count: int, duration_s: float, environments: int, ready: int, peak: int, at_once: int, drain_s: float
) -> None:
    served = serve(count, duration_s, environments, ready)
    assert (served.peak, served.at_once, served.drain_s) == (peak, at_once, pytest.approx(drain_s))


def slowly(count: int, duration_s: float, environments: int, ready: int) -> tuple[int, int, float]:
    """The same, one invocation after another, on the environment that is free first."""
    first = min(count, environments, ready + 1000)
    added = min(count, environments) - first
    free = [0.0] * first + [i / 100 for i in range(1, added + 1)]
    heapq.heapify(free)
    ended, starts = 0.0, 0
    last = 0.0
    for _ in range(count):
        start = heapq.heappop(free)
        last = max(last, start)
        starts += start == 0
        ended = max(ended, start + duration_s)
        heapq.heappush(free, start + duration_s)
    used = first + sum(i / 100 <= last + 1e-9 for i in range(1, added + 1))
    return used, starts, ended


@given(
    st.integers(1, 4000), st.integers(1, 300), st.integers(1, 3000), st.integers(0, 500)
)  # fmt: skip
def test_a_burst_agrees_with_one_invocation_after_another(
    count: int, tenths: int, environments: int, ready: int
) -> None:
    duration_s = tenths / 10
    served = serve(count, duration_s, environments, ready)
    peak, at_once, drain_s = slowly(count, duration_s, environments, ready)
    assert served.at_once == at_once
    assert served.drain_s == pytest.approx(drain_s, abs=0.011)
    assert abs(served.peak - peak) <= 1
