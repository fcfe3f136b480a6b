"""Advice follows the cause and the place: where it helps nobody, or AWS does not take it, it is not given."""

from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Finding, Plan
from capplan.services.lambda_.advice.timeouts import _ms
from capplan.services.lambda_.cold_start import measured
from capplan.services.lambda_.runtimes import RUNTIMES, X86_ONLY, runs_on_arm64, why_unknown
from tests.helpers import scenario

QUEUE = "{traffic: t, via: sqs, batch: 1, visibility_timeout: 2 h}"
KINESIS = "{traffic: t, via: kinesis, shards: 10, batch: 10}"


def planned(words: str, folder: Path, traffic: str = "rate: 10/s", trigger: str = "t", more: str = "") -> Plan:
    return capplan.plan(
        scenario(f"{more}traffic: {{t: {{{traffic}}}}}\nfunctions:\n  f: {{triggers: {trigger}, {words}}}\n", folder)
    )


def findings(plan: Plan) -> dict[str, Finding]:
    return {finding.rule.removeprefix("lambda."): finding for finding in plan.findings if finding.resource == "f"}


# --- what helps nobody ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "traffic", "trigger", "is_given"),
    [
        # two visitors an hour wait 2 s longer, each time
        ("duration: 100 ms, init: 2 s", "rate: 2/h", "t", True),
        ("duration: 100 ms, init: 2 s", "rate: 2/h", "{traffic: t, via: api-gateway-http}", True),
        # sixty messages a day: nobody waits for a queue
        ("duration: 100 ms, init: 2 s", "rate: 60/day", QUEUE, False),
        ("duration: 100 ms, init: 2 s", "rate: 2/h", "{traffic: t, via: s3}", False),
        # nor for a schedule
        ("duration: 100 ms, init: 2 s", "schedule: rate(1 hour)", "t", False),
        # 86 ms of ten minutes
        ("duration: 10 min, init: 86 ms, timeout: 15 min", "rate: 2/h", "t", False),
    ],
)
def test_provisioned_concurrency_is_for_those_who_wait(
    words: str, traffic: str, trigger: str, *, is_given: bool, tmp_path: Path
) -> None:
    by_rule = findings(planned(f"architecture: arm64, {words}", tmp_path, traffic, trigger))
    assert ("provisioned-concurrency" in by_rule or "provisioned-scheduled" in by_rule) is is_given


@pytest.mark.parametrize(
    ("trigger", "is_given"), [("t", False), ("{traffic: t, finds: 10%}", True), ("{traffic: t, via: eventbridge}", False)]
)  # fmt: skip
def test_what_a_schedule_does_is_no_polling(trigger: str, *, is_given: bool, tmp_path: Path) -> None:
    by_rule = findings(planned("memory: 1024 MB, duration: 2 s", tmp_path, "schedule: rate(1 minute)", trigger))
    assert ("poll-to-event" in by_rule) is is_given


@pytest.mark.parametrize(
    ("concurrency", "reserved", "advised"),
    [
        # 30 of one second each need 47 (Erlang: 0.1% find all busy); 100 of the account stay unreserved
        (10, "", None),
        (140, "", None),
        (50, "reserved_concurrency: 10, ", None),
        (200, "reserved_concurrency: 10, ", 47),
    ],
)
def test_no_more_is_reserved_than_the_account_has(
    concurrency: int, reserved: str, advised: int | None, tmp_path: Path
) -> None:
    quotas = f"account: {{quotas: {{lambda.concurrency: {concurrency}}}}}\n"
    plan = planned(f"{reserved}memory: 512 MB, duration: 1 s", tmp_path, "rate: 30/s", more=quotas)
    finding = findings(plan).get("reserved-concurrency")
    assert (finding.change[0].new if finding is not None else None) == advised


# --- runtimes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runtime", "has_arm64"),
    [
        ("python3.7", False), ("python3.6", False), ("nodejs10.x", False), ("java8", False), ("dotnetcore2.1", False),
        ("ruby2.5", False), ("go1.x", False), ("provided", False), ("rust provided", False),
        ("python3.8", True), ("nodejs12.x", True), ("java8.al2", True), ("dotnetcore3.1", True), ("ruby2.7", True),
        ("provided.al2", True), ("go provided.al2023", True), ("python3.14", True), ("other", True),
    ],
)  # fmt: skip
def test_amazon_linux_1_has_no_arm64(runtime: str, *, has_arm64: bool, tmp_path: Path) -> None:
    """Lambda Developer Guide, "Lambda runtimes" (2021 to 2023: the last runtimes on Amazon Linux 1), read 2026-11-30."""
    assert runs_on_arm64(runtime) is has_arm64
    words = f"runtime: {runtime}, memory: 1024 MB, duration: 500 ms"
    assert ("arm64" in findings(planned(words, tmp_path))) is has_arm64
    if not has_arm64:
        with pytest.raises(CapplanError, match="does not run on arm64"):
            planned(f"{words}, architecture: arm64", tmp_path)


@pytest.mark.parametrize(
    ("runtime", "hint"),
    [
        ("nodejs22", "did you mean 'nodejs22.x'?"),
        ("python-3.13", "did you mean 'python3.13'?"),
        ("cobol", "write AWS's identifier, such as python3.13, or `runtime: other`"),
    ],
)
def test_a_runtime_that_lambda_does_not_know_is_an_error(runtime: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as caught:
        planned(f"runtime: {runtime}, duration: 1 s", tmp_path)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.message, diagnostic.hint) == (f"unknown runtime '{runtime}'", hint)


def test_every_runtime_that_was_measured_is_known() -> None:
    assert X86_ONLY < RUNTIMES
    assert [row.runtime for row in measured.rows("init") if why_unknown(row.runtime) is not None] == []


# --- batches ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "new_times"),
    [
        # ten shards with 100 records a second each: 10 records an invocation become 100, and so do their ten writes
        ("times: 10", Decimal(100)),
        ("chance: 50%", Decimal(10)),
    ],
)
def test_a_larger_batch_makes_the_calls_of_its_records(times: str, new_times: Decimal, tmp_path: Path) -> None:
    body = f"""traffic: {{t: {{rate: 1000/s}}}}
tables: {{d: {{item_size: 1 KB, items: 1M, ttl: e}}}}
functions:
  f:
    triggers: {KINESIS}
    architecture: arm64
    memory: 512 MB
    duration: 20 ms
    per_record: 2 ms
    logs: false
    calls: [{{put: d, {times}}}]
"""
    finding = findings(capplan.plan(scenario(body, tmp_path)))["batch"]
    changes = {change.path: change.new for change in finding.change}
    assert changes["functions.f.calls.0.times"] == new_times
    # 90 of 100 invocations a second are spared, each 0.2 USD a million and 20 ms of 0.5 GB:
    # 236.52 M x 0.2/M + 236.52 M x 0.01 GB-s x 13.3334/M = 47.30 + 31.54
    assert finding.monthly_saving is not None
    assert abs(finding.monthly_saving - Decimal("78.84")) < Decimal("0.01")


def test_a_batch_is_no_larger_than_the_timeout_holds(tmp_path: Path) -> None:
    words = "duration: 20 ms, per_record: 100 ms, memory: 512 MB, timeout: 4 s"
    finding = findings(planned(words, tmp_path, "rate: 1000/s", KINESIS))["batch"]
    assert finding.change[0].new == [
        {"traffic": "t", "via": "kinesis", "batch": 31, "window": "5 s", "shards": 10}
    ]  # (0.8 x 4,000 - 20) / 100


# --- timeouts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "traffic", "trigger", "rule", "timeout"),
    [
        # a whole batch of 100 takes 10.02 s: three times that, though a mean one has five records
        ("duration: 20 ms, per_record: 100 ms, timeout: 5 min", "rate: 50/s", "{traffic: t, via: kinesis, shards: 10}", "timeout-far", "31 s"),
        # and twice that where it does not fit
        ("duration: 20 ms, per_record: 100 ms, timeout: 9 s", "rate: 50/s", "{traffic: t, via: kinesis, shards: 10}", "timeout-near", "21 s"),
        # the first call of a cold start: 2 x 10 s is more than 3 x 100 ms
        ("duration: 100 ms, init: 1 s, first_call: 10 s, timeout: 10 min", "rate: 100/s", "t", "timeout-far", "20 s"),
        ("duration: 100 ms, init: 1 s, first_call: 10 s", "rate: 1/h", "t", "timeout-near", "20 s"),
    ],
)  # fmt: skip
def test_a_timeout_holds_a_whole_batch_and_a_cold_start(
    words: str, traffic: str, trigger: str, rule: str, timeout: str, tmp_path: Path
) -> None:
    by_rule = findings(planned(words, tmp_path, traffic, trigger))
    assert by_rule[rule].change[0].new == timeout


def test_a_longer_timeout_comes_with_a_longer_visibility_timeout(tmp_path: Path) -> None:
    trigger = "{traffic: t, via: sqs, visibility_timeout: 30 s}"
    by_rule = findings(planned("duration: 20 s, timeout: 20 s", tmp_path, "rate: 1/s", trigger))
    changes = {change.path: change.new for change in by_rule["timeout-near"].change}
    assert changes["functions.f.timeout"] == "40 s"
    assert changes["functions.f.triggers"] == [{"traffic": "t", "via": "sqs", "visibility_timeout": "240 s"}]


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.4567, "0.457 ms"), (86.4, "86.4 ms"), (4000, "4,000 ms"), (12_345.6, "12,346 ms"), (86_400, "86 s")],
)
def test_no_figure_is_a_power_of_ten(ms: float, text: str) -> None:
    assert _ms(ms) == text


def test_a_cap_that_its_queue_outgrows_is_raised_to_what_the_busiest_minute_needs(tmp_path: Path) -> None:
    # 5 a second of 30 s want 150 + 3.09 √150 = 187.8 at once: with 20, 4.33 of 5 are lost in the end; with 188 none is
    queue = "{traffic: t, via: sqs, batch: 1, maximum_concurrency: 20, visibility_timeout: 30 min}"
    words = "memory: 512 MB, duration: 30 s, timeout: 5 min"
    plan = planned(words, tmp_path, "rate: 5/s", queue)
    finding = findings(plan)["queue-cap"]
    assert (finding.severity, finding.urgency, finding.number) == ("risk", "now", 1)
    assert "the busiest minute needs 188 at once" in finding.message
    (change,) = finding.change
    assert cast("list[dict[str, object]]", change.new)[0]["maximum_concurrency"] == 188
    wide = planned(words, tmp_path, "rate: 5/s", queue.replace("20,", "188,"))
    assert "queue-cap" not in findings(wide)
    lost = {o.name: o.value for o in wide.observed}["f.dropped"]
    assert lost == 0
