"""What a scenario's functions are charged for beside requests and duration, through the whole plan."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.pipeline.results import Plan
from tests.helpers import scenario


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder))


def quantities(plan: Plan) -> dict[str, Decimal]:
    """Consumed quantity by line."""
    return {line.id: line.consumed_quantity for line in plan.lines}


def function(words: str, rate: str = "1/s", trigger: str = "web") -> str:
    return f"traffic: {{web: {{rate: {rate}}}}}\nfunctions:\n  f: {{triggers: {trigger}, memory: 1024 MB, {words}}}\n"


SECONDS = 2_628_000


@pytest.mark.parametrize(
    ("words", "trigger", "line", "quantity", "working"),
    [
        ("duration: 100 ms", "web", "f.duration", "262800", "2,628,000 x 0.1 s x 1 GB"),
        ("duration: 100 ms, fails: 10%", "web", "f.requests", "2628000", "a synchronous caller is answered"),
        ("duration: 100 ms, fails: 10%", "{traffic: web, via: s3}", "f.requests", "2917080", "x (1 + 0.1 + 0.01)"),
        ("duration: 100 ms, fails: 10%, retries: 1", "{traffic: web, via: s3}", "f.requests", "2890800", "x 1.1"),
        ("duration: 100 ms, fails: 20%", "{traffic: web, via: sqs}", "f.requests", "3285000", "x 1 / 0.8"),
        ("duration: 100 ms, fails: 20%", "{traffic: web, via: sqs, retries: 1}", "f.requests", "3153600", "x 1.2"),
        ("duration: 5 s", "{traffic: web, via: sns}", "f.requests", "7884000", "all time out at 3 s, three attempts"),
        ("duration: 5 s", "web", "f.duration", "7884000", "2,628,000 x 3 s, never the overrun"),
        ("duration: 100 ms, response: 7 MB, response_streaming: true", "web", "f.response-streaming", "2566.40625", "2,628,000 x 1 MB / 1,024"),
        ("duration: 100 ms, ephemeral_storage: 1536 MB", "web", "f.ephemeral-storage", "262800", "x 1 GB above 512 MB"),
        ("duration: 100 ms, provisioned_concurrency: 10", "web", "f.provisioned", "26280000", "10 x 2,628,000 s x 1 GB"),
        ("duration: 100 ms, provisioned_concurrency: 10", "web", "f.provisioned-duration", "262800", "none spills"),
        ("duration: 100 ms", "{traffic: web, via: sqs, pollers: {min: 5}}", "f.sqs-pollers", "3650", "5 x 730 h"),
        ("duration: 100 ms", "{traffic: web, via: kafka, pollers: {min: 20, per-unit: 10}}", "f.kafka-pollers", "1460", "20 / 10 x 730 h"),
        ("duration: 100 ms, runtime: python3.13, snap_start: true", "web", "f.snapshots", "2628000", "1 GB x 2,628,000 s"),
    ],
)  # fmt: skip
def test_a_month_is_metered_as_aws_does(
    tmp_path: Path, words: str, trigger: str, line: str, quantity: str, working: str
) -> None:
    assert quantities(planned(function(words, trigger=trigger), tmp_path))[line] == Decimal(quantity), working


def test_a_scheduled_window_is_billed_in_started_five_minutes(tmp_path: Path) -> None:
    words = "duration: 100 ms, provisioned_concurrency: {scheduled: [{at: cron(0 8 * * ? *), for: 61 min, environments: 2}]}"
    text = function(words).replace("cron(0 8 * * ? *)", '"cron(0 8 * * ? *)"')
    per_month = Decimal(365) / 12 * 2 * 65 * 60  # runs x environments x 65 min
    assert quantities(planned(text, tmp_path))["f.provisioned"] == per_month.quantize(Decimal(1))


def test_what_finds_no_ready_environment_runs_on_demand(tmp_path: Path) -> None:
    plan = planned(function("duration: 400 ms, provisioned_concurrency: 35", rate="50/s"), tmp_path)
    lines = quantities(plan)  # 20 erlang on 35 environments lose 0.07% by Erlang's loss formula
    share = lines["f.duration"] / (lines["f.duration"] + lines["f.provisioned-duration"])
    assert float(share) == pytest.approx(0.000686, rel=0.01)


def test_past_ten_requests_a_second_for_each_environment_the_rest_spills(tmp_path: Path) -> None:
    lines = quantities(planned(function("duration: 1 ms, provisioned_concurrency: 2", rate="40/s"), tmp_path))
    assert lines["f.duration"] == lines["f.provisioned-duration"]


def test_records_of_a_batch_make_an_invocation_longer(tmp_path: Path) -> None:
    trigger = "{traffic: web, via: sqs, batch: 10, window: 10 s}"
    lines = quantities(planned(function("duration: 50 ms, per_record: 5 ms", trigger=trigger), tmp_path))
    assert lines["f.requests"] == Decimal(262_800)  # 10 records each
    assert lines["f.duration"] == Decimal(26_280)  # (50 + 10 x 5) ms


def test_a_batch_ends_where_an_invocation_is_full(tmp_path: Path) -> None:
    trigger = "{traffic: web, via: kinesis, window: 100 s, payload: 1 MB}"
    assert quantities(planned(function("duration: 50 ms", trigger=trigger), tmp_path))["f.requests"] == Decimal(438_000)


def test_cold_starts_are_billed_with_their_init(tmp_path: Path) -> None:
    words = "duration: 100 ms, init: 500 ms, first_call: 200 ms"
    rare = planned(function(words, rate="1/h"), tmp_path)  # one environment, exp(-1/6) of the calls find none
    lines = quantities(rare)
    assert float(lines["f.cold-starts"]) == pytest.approx(730 * 0.8465 * 0.6, rel=0.01)  # 700 ms instead of 100
    assert float(rare.resources[0].usage["cold_start_share"]) == pytest.approx(0.8465, rel=0.01)


def test_tenants_share_no_environment(tmp_path: Path) -> None:
    words = "duration: 100 ms, init: 500 ms"
    alone, apart = (
        planned(function(words + more, rate="10/s"), tmp_path).resources[0].usage["cold_start_share"]
        for more in ("", ", tenants: 10000")
    )
    assert float(apart) == pytest.approx(0.548, rel=0.02)  # each tenant comes every 1,000 s: exp(-0.6)
    assert alone < apart / 1000


def test_unknown_starts_are_said_and_not_billed(tmp_path: Path) -> None:
    plan = planned(function("duration: 100 ms, runtime: other"), tmp_path)
    assert "f.cold-starts" not in quantities(plan)
    assert [e.why for e in plan.excluded if "cold starts" in e.what] == ["no cold-start data for runtime 'other'; write its `init` time"]  # fmt: skip


@pytest.mark.parametrize(
    ("schedule", "cold"),
    [("rate(5 minutes)", 0), ("rate(15 minutes)", 1), ("cron(0 3 * * ? *)", 1)],
)
def test_a_schedule_finds_its_environment_alive_or_not(tmp_path: Path, schedule: str, cold: int) -> None:
    text = f'traffic: {{tick: {{schedule: "{schedule}"}}}}\nfunctions:\n  f: {{triggers: tick, duration: 1 s, init: 500 ms}}\n'
    assert planned(text, tmp_path).resources[0].usage["cold_start_share"] == cold


def test_the_account_has_its_allowance_once(tmp_path: Path) -> None:
    two = (
        function("duration: 100 ms") + "  g: {triggers: web, memory: 1024 MB, duration: 100 ms, architecture: arm64}\n"
    )
    plan = planned("account: {free_tier: true}\n" + two, tmp_path)
    free = {line.id: line.consumed_quantity for line in plan.lines if line.id.endswith(".free")}
    assert sum(free[key] for key in free if "requests" in key) == 1_000_000
    assert sum(free[key] for key in free if "duration" in key) == 400_000
    assert free["f.duration.free"] == 262_800  # the dearer architecture first
