"""The whole time of an invocation against the limits that end it: batches, cold starts, the INIT phase, redelivery."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import capplan
from capplan.pipeline.results import Plan
from capplan.services.lambda_.cold_start.month import start_of
from capplan.services.lambda_.invocation_time import cold_parts, invocation_time, needed_ms
from capplan.services.lambda_.spec import Function
from tests.helpers import scenario

SQS = "traffic: mails, via: sqs, batch: 10, window: 1 s, visibility_timeout: 1 h"


def planned(words: str, folder: Path, rate: str = "rate: 10/s", trigger: str = "mails") -> Plan:
    body = f"traffic: {{mails: {{{rate}}}}}\nfunctions:\n  f: {{memory: 1024 MB, triggers: {trigger}, {words}}}\n"
    return capplan.plan(scenario(body, folder))


def observed(plan: Plan, name: str) -> Decimal | None:
    return next(metric.value for metric in plan.observed if metric.name == f"f.{name}")


def limits(plan: Plan) -> dict[str, tuple[Decimal, Decimal]]:
    return {limit.check.limit: (limit.check.load, limit.check.quota) for limit in plan.limits}


@pytest.mark.parametrize(
    ("words", "trigger", "load_s", "timed_out"),
    [
        # a batch of ten: 0.1 + 10 x 1 s
        ("duration: 100 ms, per_record: 1 s", f"{{{SQS}}}", "10.1", 1),
        ("duration: 100 ms, per_record: 1 s, timeout: 11 s", f"{{{SQS}}}", "10.1", 0),
        # 20 messages a second and shard, batches of one: per_record counts once
        ("duration: 100 ms, per_record: 1 s", "{traffic: mails, via: kinesis, shards: 4, batch: 1}", "1.1", 0),
        # nobody knows the cold starts: the warm time
        ("duration: 2 s", "mails", "2", 0),
        # INIT is not part of the timeout
        ("duration: 2 s, init: 9 s", "mails", "2", 0),
    ],
)
def test_the_timeout_is_compared_with_the_whole_batch(
    words: str, trigger: str, load_s: str, timed_out: int, tmp_path: Path
) -> None:
    plan = planned(words, tmp_path, trigger=trigger)
    assert limits(plan)["lambda.timeout"][0] == Decimal(load_s)
    assert observed(plan, "timed_out") == observed(plan, "killed") == timed_out


@pytest.mark.parametrize(
    ("words", "load_s", "timed_out"),
    [
        # once an hour every invocation is cold: the first call counts
        ("duration: 200 ms, init: 4 s, first_call: 5 s", "5", 1),
        ("duration: 200 ms, init: 4 s, first_call: 5 s, timeout: 5 s", "5", 0),
        # an init of 12 s is ended after 10, and runs again inside the invocation: 12 + 0.2 s
        ("duration: 200 ms, init: 12 s", "12.2", 1),
        ("duration: 200 ms, init: 12 s, timeout: 13 s", "12.2", 0),
        # never with an environment kept ready
        ("duration: 200 ms, init: 12 s, provisioned_concurrency: 2", "0.2", 0),
    ],
)
def test_a_cold_start_counts_where_one_in_a_thousand_is_cold(
    words: str, load_s: str, timed_out: int, tmp_path: Path
) -> None:
    plan = planned(words, tmp_path, rate="schedule: rate(1 hour)")
    assert limits(plan)["lambda.timeout"][0] == Decimal(load_s)
    assert observed(plan, "timed_out") == timed_out


def test_an_init_that_is_ended_is_billed_and_billed_again(tmp_path: Path) -> None:
    plan = planned("duration: 200 ms, init: 12 s, timeout: 20 s", tmp_path, rate="schedule: rate(1 hour)")
    usage = next(resource.usage for resource in plan.resources if resource.name == "f")
    # 730 runs of 1 GB: 0.2 s warm; the cold start adds 10 s of INIT and 12 s of a second init
    lines = {line.id: line.consumed_quantity for line in plan.lines}
    assert usage["cold_start_share"] == 1
    assert lines["f.duration"] == Decimal(730) * Decimal("0.2")
    assert lines["f.cold-starts"] == 730 * 22


@pytest.mark.parametrize(
    ("words", "trigger", "load_s", "quota_s"),
    [
        # 9.5 s of init and 21 s: more than the 29 s of a REST API
        ("duration: 21 s, timeout: 60 s, init: 9.5 s", "{traffic: mails, via: api-gateway-rest}", "30.5", 29),
        ("duration: 21 s, timeout: 60 s, init: 9.5 s", "{traffic: mails, via: api-gateway-http}", "30.5", 30),
        # the function is ended before the source gives up: 3 s after its init
        ("duration: 40 s, init: 1 s", "{traffic: mails, via: api-gateway-http}", "4", 30),
        ("duration: 4 s, init: 2 s, timeout: 10 s", "{traffic: mails, via: cognito}", "6", 5),
    ],
)
def test_a_source_waits_for_the_init_too(words: str, trigger: str, load_s: str, quota_s: int, tmp_path: Path) -> None:
    plan = planned(words, tmp_path, rate="rate: 1/h", trigger=trigger)
    assert limits(plan)["lambda.integration_timeout"] == (Decimal(load_s), Decimal(quota_s))
    via = trigger.rpartition(" ")[2].rstrip("}")
    assert observed(plan, f"integration_timeout.{via}.load") == Decimal(load_s), "the name gates have used before"


@pytest.mark.parametrize(
    ("words", "quota_s"),
    [("", 10), ("provisioned_concurrency: 2", 130), ("provisioned_concurrency: 2, timeout: 5 min", 300)],
)
def test_provisioned_environments_have_longer_for_their_init(words: str, quota_s: int, tmp_path: Path) -> None:
    plan = planned(f"duration: 500 ms, init: 11.5 s, {words}", tmp_path, rate="rate: 2/h")
    assert limits(plan)["lambda.init"] == (Decimal("11.5"), Decimal(quota_s))


@pytest.mark.parametrize(
    ("words", "visibility", "invocations"),
    [
        # 10 messages a second in batches of ten: one invocation a second
        ("duration: 100 ms, timeout: 11 s", "", 1),
        # received again after 4 s while the first of 10.1 s still runs: 3 invocations of each batch
        ("duration: 100 ms, per_record: 1 s, timeout: 11 s", ", visibility_timeout: 4 s", 3),
        # killed each time, and received again each hour for the four days that SQS keeps a message: 4 x 24 times
        ("duration: 100 ms, per_record: 1 s", ", visibility_timeout: 1 h", 96),
        # a dead-letter queue after two more
        ("duration: 100 ms, per_record: 1 s", ", visibility_timeout: 1 h, retries: 2", 3),
    ],
)  # fmt: skip
def test_a_killed_batch_comes_back(words: str, visibility: str, invocations: int, tmp_path: Path) -> None:
    trigger = f"{{traffic: mails, via: sqs, batch: 10, window: 1 s{visibility}}}"
    plan = planned(words, tmp_path, trigger=trigger)
    requests = next(line.consumed_quantity for line in plan.lines if line.id == "f.requests")
    assert requests == 2_628_000 * invocations


@pytest.mark.parametrize(
    ("trigger", "requests"),
    [
        # nobody tries again for a caller
        ("{traffic: mails, via: function-url}", 730),
        # a schedule invokes asynchronously (Lambda Developer Guide, "Invoke a Lambda function on a schedule")
        ("mails", 3 * 730),
        # an event is tried twice more, each time in an environment that was reset
        ("{traffic: mails, via: s3}", 3 * 730),
        # the message comes again after two hours, until the four days are over: 48 times
        ("{traffic: mails, via: sqs, visibility_timeout: 2 h}", 48 * 730),
        ("{traffic: mails, via: sqs, visibility_timeout: 2 h, max_receive_count: 5}", 5 * 730),
    ],
)
def test_what_a_cold_start_kills_is_tried_again(trigger: str, requests: int, tmp_path: Path) -> None:
    words = "duration: 200 ms, init: 4 s, first_call: 5 s"
    plan = planned(words, tmp_path, rate="schedule: rate(1 hour)", trigger=trigger)
    lines = {line.id: line.consumed_quantity for line in plan.lines}
    assert lines["f.requests"] == requests
    assert observed(plan, "timed_out") == 1


@pytest.mark.parametrize(
    ("words", "success", "attempts"),
    [
        # each of three attempts is killed after 3 s
        ("duration: 5 s", "0", 3),
        # 1 - 0.1^3, after 1 + 0.1 + 0.01 attempts
        ("duration: 1 s, fails: 10%", "0.999", "1.11"),
        ("duration: 1 s", "1", 1),
    ],
)
def test_a_task_fails_with_the_function_that_it_waits_for(
    words: str, success: str, attempts: str, tmp_path: Path
) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f"},
        "End": True,
    }
    retry = {"Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]}
    definition = {"StartAt": "A", "States": {"A": {**task, **retry}}}
    (tmp_path / "m.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    body = (
        f"traffic: {{t: {{rate: 100/h}}}}\nfunctions: {{f: {{{words}}}}}\n"
        "state_machines: {m: {definition: m.asl.json, triggers: t}}\n"
    )
    plan = capplan.plan(scenario(body, tmp_path))
    assert next(m.value for m in plan.observed if m.name == "m.success") == Decimal(success)
    lines = {line.id: line.consumed_quantity for line in plan.lines}
    assert lines["f.requests"] == 73_000 * Decimal(attempts)


# --- the laws ---------------------------------------------------------------------------------------------------------

PERCENTILES = st.tuples(st.integers(50, 20_000), st.integers(2, 8))


def function(p50: int, times: int, timeout_ms: int, init: tuple[int, int]) -> Function:
    law = {"p50": f"{p50} ms", "p99": f"{p50 * times} ms"}
    of_init = {"p50": f"{init[0]} ms", "p99": f"{init[0] * init[1]} ms"}
    return Function.model_validate({"duration": law, "init": of_init, "timeout": f"{timeout_ms} ms"})


@given(PERCENTILES, PERCENTILES, st.integers(1000, 900_000), st.fractions(0, 1, max_denominator=1000))
def test_shares_are_shares_and_grow_with_the_cold_ones(
    warm: tuple[int, int], init: tuple[int, int], timeout_ms: int, cold_share: Fraction
) -> None:
    spec = function(*warm, timeout_ms, init)
    start = start_of(spec)
    assert start is not None
    parts = cold_parts(spec, start, Fraction(1))
    assert sum(part.weight for part in parts) == 1
    time = invocation_time(spec, start, cold_share, Fraction(1))
    colder = invocation_time(spec, start, (1 + cold_share) / 2, Fraction(1))
    for limit_ms in (Fraction(1000), Fraction(29_000)):
        assert 0 <= time.longer_than(limit_ms) <= colder.longer_than(limit_ms) + Fraction(1, 2_000) <= 2
    assert 0 <= time.timed_out() <= colder.timed_out() + Fraction(1, 2_000)
    assert time.high_waited_ms() >= min(time.high_ms(), Fraction(timeout_ms))
    assert needed_ms(spec, start, 0.99) >= warm[0]
