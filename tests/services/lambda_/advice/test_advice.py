"""Limits of triggers and callers, and recommendations with their worth, through the whole plan."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Finding, Plan
from capplan.services.lambda_.advice.provisioned import busy_environments
from capplan.services.lambda_.function import FUNCTION
from tests.helpers import scenario

RESULT = """{"power": "512", "cost": 0.1, "duration": 100, "stateMachine": {"executionCost": 0.0005, "lambdaCost": 0.01,
"visualization": "https://example.com/#x"}, "stats": [{"averagePrice": 1, "averageDuration": 2000.0, "value": 128},
{"averagePrice": 1, "averageDuration": 450.0, "value": 512}, {"averagePrice": 1, "averageDuration": 145, "value": 1769}]}"""


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder))


def findings(body: str, folder: Path) -> dict[str, Finding]:
    """Findings of functions by rule."""
    return {finding.rule: finding for finding in planned(body, folder).findings if finding.rule.startswith("lambda.")}


def limits(body: str, folder: Path) -> dict[str, tuple[Decimal, Decimal]]:
    """(load, quota) by limit."""
    return {limit.check.limit: (limit.check.load, limit.check.quota) for limit in planned(body, folder).limits}


def function(words: str, rate: str = "10/s", trigger: str = "web") -> str:
    return f"traffic: {{web: {{rate: {rate}}}}}\nfunctions:\n  f: {{triggers: {trigger}, {words}}}\n"


@pytest.mark.parametrize(
    ("words", "trigger", "limit", "load", "quota"),
    [
        ("duration: 20 s, timeout: 60 s", "{traffic: web, via: api-gateway-rest}", "integration_timeout", 20, 29),
        ("duration: 20 s, timeout: 60 s", "{traffic: web, via: api-gateway-rest, timeout: 60 s}", "integration_timeout", 20, 60),
        ("duration: 20 s, timeout: 60 s", "{traffic: web, via: api-gateway-http}", "integration_timeout", 20, 30),
        ("duration: 1 s, timeout: 40 s", "{traffic: web, via: sqs}", "visibility_timeout", 40, 30),
        ("duration: 1 s", "{traffic: web, via: sqs, maximum_concurrency: 15}", "event_source.sqs_standard", 15, 15),
        ("duration: 1 s", "{traffic: web, via: sqs-fifo, message_groups: 4}", "event_source.sqs_fifo", 4, 4),
        ("duration: 1 s", "{traffic: web, via: sqs, pollers: {min: 2, max: 3}}", "event_source.sqs_provisioned", 20, 30),
        ("duration: 1 s", "{traffic: web, via: kinesis, batch: 1, shards: 2, parallelization_factor: 3}", "event_source.kinesis", 6, 6),
        ("duration: 1 s, response: 7 MB", "web", "response", 7 * 2**20, 6 * 2**20),
        ("duration: 1 s, response: 20 MB, response_streaming: true", "web", "stream_time", 7, 3),
        ("duration: 1 s, init: 12 s", "web", "init", 12, 10),
        ("duration: 1 s, init: 1 s, tenants: 4000", "web", "tenant_environments", None, 2500),
    ],
)  # fmt: skip
def test_what_invokes_a_function_has_limits_of_its_own(
    tmp_path: Path, words: str, trigger: str, limit: str, load: int | None, quota: int
) -> None:
    planned_load, planned_quota = limits(function(words, trigger=trigger), tmp_path)[f"lambda.{limit}"]
    assert planned_quota == quota
    assert load is None or planned_load == load


def test_a_streams_concurrency_is_its_shards_times_the_factor(tmp_path: Path) -> None:
    body = (
        "tables:\n  t: {item_size: 1 KB, items: 1k, stream: new-image, access: [{put: 20/s}]}\n"
        "functions:\n  f: {triggers: {stream: t, batch: 1, parallelization_factor: 2}, duration: 1 s}\n"
    )
    load, quota = limits(body, tmp_path)["lambda.event_source.dynamodb_stream"]
    assert quota % 2 == 0
    assert load == quota, "20 a second of one second each wait for their shard's turn"


def test_a_sudden_rise_is_held_against_how_fast_aws_adds_environments(tmp_path: Path) -> None:
    body = (
        'traffic: {web: {rate: 100/s, spikes: [{name: s, at: "day 2 10:00", for: 30 min, times: 50x}]}}\n'
        "functions:\n  f: {triggers: web, duration: 1 s}\n"
    )
    assert limits(body, tmp_path)["lambda.scaling_rate"] == (Decimal(4900), Decimal(1000))
    message = findings(body, tmp_path)["lambda.scaling-rate"].message
    assert "for 39 to 49 s" in message  # (4,900 - 1,000) / 100 from a full bucket, 4,900 / 100 from an empty one


def test_the_quota_to_ask_for_covers_all_functions_together(tmp_path: Path) -> None:
    body = "traffic: {web: {rate: 600/s}}\nfunctions:\n" + "".join(
        f"  f{i}: {{triggers: web, duration: 1 s}}\n" for i in range(2)
    )
    finding = findings(body, tmp_path)["lambda.quota"]
    assert "need 1,308 concurrency" in finding.message  # 1,200 + 3.09 sqrt 1,200
    assert "308 too few" in finding.message
    assert finding.change[0].new == {"lambda.concurrency": 1600}


def test_provisioned_concurrency_is_taken_from_the_account_whole(tmp_path: Path) -> None:
    assert limits(function("duration: 100 ms, provisioned_concurrency: 50"), tmp_path)["lambda.concurrency"][0] == 50


# --- recommendations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "trigger", "rule", "path"),
    [
        ("duration: 100 ms, timeout: 900 s", "web", "timeout-far", "functions.f.timeout"),
        ("duration: {p50: 1 s, p99: 4 s}", "web", "timeout-near", "functions.f.timeout"),
        ("duration: 1 s, timeout: 20 s", "{traffic: web, via: sqs}", "visibility-timeout", "functions.f.triggers"),
        ("duration: 1 s, reserved_concurrency: 10", "web", "reserved-concurrency", "functions.f.reserved_concurrency"),
        ("duration: 1 s, architecture: arm64", "web", "provisioned-concurrency", "functions.f.provisioned_concurrency"),
        ("duration: 100 ms, provisioned_concurrency: 100", "web", "provisioned-idle", "functions.f.provisioned_concurrency"),
        ("duration: 100 ms, runtime: java21, init: 4 s", "web", "snap-start", "functions.f.snap_start"),
        ("duration: 20 ms, per_record: 1 ms", "{traffic: web, via: sqs}", "batch", "functions.f.triggers"),
    ],
)  # fmt: skip
def test_a_rule_says_what_to_write(tmp_path: Path, words: str, trigger: str, rule: str, path: str) -> None:
    finding = findings(function(words, trigger=trigger), tmp_path)[f"lambda.{rule}"]
    assert finding.change[0].path == path
    assert finding.severity == "risk" or finding.monthly_saving


def test_a_timeout_below_the_source_s_is_no_remedy(tmp_path: Path) -> None:
    words = "duration: {p50: 9 s, p99: 40 s}, timeout: 90 s"
    finding = findings(function(words, trigger="{traffic: web, via: api-gateway-rest}"), tmp_path)[
        "lambda.source-timeout"
    ]
    assert finding.severity == "risk"
    assert not finding.change


def test_a_sparse_function_is_offered_environments_for_its_busy_hours(tmp_path: Path) -> None:
    body = (
        'traffic: {web: {rate: 20/h, daily: {peak: 3x, trough: 0.2x, at: "12:00"}}}\n'
        "functions:\n  f: {triggers: web, duration: 1 s, init: 2 s}\n"
    )
    finding = findings(body, tmp_path)["lambda.provisioned-scheduled"]
    window = finding.change[0].new["scheduled"][0]  # type: ignore[index]
    assert window == {"at": "cron(0 7 * * ? *)", "for": "10 h", "environments": 2}
    assert "USD a month" in finding.message


def test_the_cheapest_memory_is_found_in_a_power_tuning_result(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(RESULT, encoding="utf-8")
    body = function("duration: {p50: 1800 ms, p99: 3 s}, memory: 128 MB, timeout: 9 s, power_tuning: result.json")
    finding = findings(body, tmp_path)["lambda.memory"]
    wanted = {c.path.rpartition(".")[2]: c.new for c in finding.change}
    assert wanted == {"memory": "512 MB", "duration": {"p50": "405 ms", "p99": "675 ms"}}  # x 450 / 2,000
    assert "fastest 1769 MB" in finding.message


def test_a_curve_of_two_points_is_enough(tmp_path: Path) -> None:
    words = "duration: 2 s, memory: 512 MB, power_tuning: {128 MB: 8 s, 1769 MB: 579 ms}, timeout: 20 s"
    finding = findings(function(words), tmp_path)["lambda.faster-memory"]
    assert finding.change[0].new == "1769 MB"


@pytest.mark.parametrize(
    ("text", "message"),
    [('{"a": 1}', "is not a result of Lambda Power Tuning"), ("[", ""), ('{"stats": [{"value": 64, "averageDuration": 5}]}', "no function has 64 MB")],
)  # fmt: skip
def test_a_file_that_is_not_a_result_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    with pytest.raises(CapplanError) as caught:
        planned(function("duration: 1 s, power_tuning: r.json"), tmp_path)
    assert message in str(caught.value.diagnostics[0].message)


def test_a_poll_that_finds_little_saves_the_rest(tmp_path: Path) -> None:
    body = 'traffic: {tick: {schedule: "rate(1 minute)"}}\nfunctions:\n  f: {triggers: {traffic: tick, finds: 10%}, memory: 1024 MB, duration: 2 s}\n'
    finding = findings(body, tmp_path)["lambda.poll-to-event"]
    whole = planned(body, tmp_path).monthly_cost
    assert float(finding.monthly_saving or 0) == pytest.approx(float(whole) * 0.9, rel=1e-6)


def test_calls_that_outlast_their_caller_are_a_finding(tmp_path: Path) -> None:
    body = (
        "traffic: {web: {rate: 10/s}}\nfunctions:\n"
        "  front: {triggers: web, duration: 100 ms, timeout: 5 s, calls: [{invoke: back}]}\n"
        "  back: {duration: {p50: 4 s, p99: 20 s}, timeout: 60 s}\n"
    )
    finding = findings(body, tmp_path)["lambda.caller-gives-up"]
    assert "front times out after 5 s; 37% of its calls of back run longer" in finding.message
    assert limits(body, tmp_path)["lambda.caller_timeout"][1] == 5


def test_init_before_the_handler_runs_at_full_cpu(tmp_path: Path) -> None:
    by_rule = findings(
        function("duration: 1 s, first_call: 26 s, init: 1 s, memory: 177 MB, timeout: 60 s", rate="6/h"), tmp_path
    )
    message = by_rule["lambda.init-outside-handler"].message
    assert "about 2,501 ms" in message  # 25 s x 177 / 1,769
    assert by_rule["lambda.init-outside-handler"].monthly_saving


def test_every_rule_that_speaks_is_described() -> None:
    ids = [rule.id for rule in FUNCTION.rules]
    assert len(ids) == len(set(ids)) == 19
    assert all(rule.looks_at and rule.advises and "read 20" in rule.source for rule in FUNCTION.rules)


@pytest.mark.parametrize(("offered", "size"), [(0.5, 0), (10, 7), (100, 93)])
def test_an_environment_that_is_hardly_busy_is_not_provisioned(offered: float, size: int) -> None:
    assert busy_environments(offered) == pytest.approx(size, abs=2)
