"""AWS's rules where two services meet, through a whole plan: each row's sum is in its comment."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import capplan
from tests.helpers import scenario

TICK = "traffic: {t: {rate: 1000/month}}\n"
NIGHT = "traffic: {t: {schedule: cron(0 3 * * ? *)}}\n"
MACHINE = "state_machines: {m: {definition: m.asl.json, triggers: t}}\n"


def task(resource: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True, **more}
    return {"StartAt": "A", "States": {"A": state}}


def invoke(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    return task("lambda:invoke", Parameters={"FunctionName": "f"}, **more)


SLOW = "functions: {f: {duration: 10 s, timeout: 20 s, init: 1 ms}}\n"
ROWS: dict[str, tuple[str, dict[str, Any] | None, str, str, float]] = {
    # States.TaskFailed matches every error but States.Timeout (Handling errors in workflows): one attempt
    "a timeout is not retried by States.TaskFailed": (
        TICK + SLOW + MACHINE,
        invoke(TimeoutSeconds=5, Retry=[{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 3}]),
        "f",
        "requests",
        1_000,
    ),
    # States.ALL matches it: 1 + 3 attempts
    "a timeout is retried by States.ALL": (
        TICK + SLOW + MACHINE,
        invoke(TimeoutSeconds=5, Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]),
        "f",
        "requests",
        4_000,
    ),
    # ten DPUs for a quarter of an hour at every second start: 4,380 / 2 x 2.5; the others meet the run before
    "every second start is rejected": (
        'jobs: {j: {glue_version: "5.0", workers: 10, schedule: rate(10 minutes), duration: 15 min, timeout: 1 h}}\n',
        None,
        "j",
        "dpu_hours",
        5_475,
    ),
    # ended after an hour, and not tried again: 730 / 24 x 10 DPUs
    "a run that reaches its timeout is not retried": (
        'jobs: {j: {glue_version: "5.0", workers: 10, schedule: cron(0 1 * * ? *), duration: 3 h, timeout: 1 h, max_retries: 3}}\n',
        None,
        "j",
        "dpu_hours",
        730 / 24 * 10,
    ),
    # 5 of the job's 10 minutes, two DPUs: 730 / 24 / 6
    "a workflow's Timeout is the run's": (
        NIGHT + MACHINE + 'jobs: {j: {glue_version: "5.0", workers: 2, duration: 10 min, timeout: 1 h}}\n',
        task("glue:startJobRun.sync", Parameters={"JobName": "j", "Timeout": 5}),
        "j",
        "dpu_hours",
        730 / 24 / 6,
    ),
    # the maximum lets 50 of 100 writes a second through, and a stream has only what was written
    "a stream has what was written": (
        (
            "tables: {t: {item_size: 1 KB, items: 1k, stream: new-image, throughput: {max_write: 50}, access: [{put: 100/s}]}}\n"
            "functions: {f: {triggers: [{stream: t, batch: 1}], duration: 10 ms}}\n"
        ),
        None,
        "f",
        "requests",
        50 * 2_628_000,
    ),
    # three receives of 26,280 messages that always fail
    "a message fails as often as it is received": (
        (
            "traffic: {x: {rate: 0.01/s}}\nfunctions: {f: {duration: 1 s, fails: 100%, triggers: "
            "[{traffic: x, via: sqs, batch: 1, max_receive_count: 3, visibility_timeout: 18 s}]}}\n"
        ),
        None,
        "f",
        "requests",
        3 * 26_280,
    ),
    # 1,000 records of 1 KB a second: a batch of 10,000 is cut at 6 MB, 6,144 records
    "a batch ends at six megabytes": (
        (
            "traffic: {x: {rate: 1000/s}}\nfunctions: {f: {duration: 1 s, timeout: 1 min, triggers: "
            "[{traffic: x, via: kinesis, shards: 1, batch: 10000, window: 60 s, payload: 1 KB}]}}\n"
        ),
        None,
        "f",
        "requests",
        2_628_000_000 / 6_144,
    ),
}


@pytest.mark.parametrize(("body", "definition", "name", "key", "expected"), ROWS.values(), ids=ROWS)
def test_usage(
    body: str, definition: dict[str, Any] | None, name: str, key: str, expected: float, tmp_path: Path
) -> None:
    if definition is not None:
        (tmp_path / "m.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    resources = {resource.name: resource for resource in capplan.plan(scenario(body, tmp_path)).resources}
    assert float(Decimal(resources[name].usage[key])) == pytest.approx(expected, rel=1e-3)
