"""Sizes travel: what a source sends, what it and a workflow take back."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from tests.helpers import scenario

KB, MB = 1024, 1024**2


def limits(body: str, folder: Path) -> dict[str, tuple[Decimal, Decimal, bool]]:
    plan = capplan.plan(scenario(body, folder))
    return {p.check.limit: (p.check.load, p.check.quota, p.breached) for p in plan.limits}


@pytest.mark.parametrize(
    ("via", "size", "limit", "load", "quota", "breached"),
    [
        ("sqs", "payload: 300 KB", "message.sqs", 300 * KB, MB, False),
        ("sqs-fifo", "payload: 2 MB", "message.sqs", 2 * MB, MB, True),
        ("sns", "payload: 300 KB", "message.sns", 300 * KB, 256 * KB, True),
        ("eventbridge", "payload: 300 KB", "message.eventbridge", 300 * KB, MB, False),
        ("kinesis", "payload: 900 KB", "message.kinesis", 900 * KB, 10 * MB, False),
        # a batch of ten is cut to the six that Lambda's 6 MB hold
        ("sqs", "payload: 1 MB", "payload.sync", MB, 6 * MB, False),
        ("s3", "payload: 2 MB", "payload.async", 2 * MB, MB, True),
    ],
)
def test_what_a_source_sends_has_a_limit(
    via: str, size: str, limit: str, load: int, quota: int, *, breached: bool, tmp_path: Path
) -> None:
    body = f"traffic: {{t: {{rate: 1/s}}}}\nfunctions:\n  f: {{triggers: {{traffic: t, via: {via}, {size}}}, duration: 1 s}}\n"
    assert limits(body, tmp_path)[f"lambda.{limit}"] == (Decimal(load), Decimal(quota), breached)


@pytest.mark.parametrize(
    ("via", "limit", "quota", "breached"),
    [("alb", "response.alb", MB, True), ("appsync", "response.appsync", 5 * MB, False), ("api-gateway-rest", "response", 6 * MB, False)],
)  # fmt: skip
def test_a_source_takes_answers_up_to_its_own_limit(
    via: str, limit: str, quota: int, *, breached: bool, tmp_path: Path
) -> None:
    body = f"traffic: {{t: {{rate: 1/s}}}}\nfunctions:\n  f: {{triggers: {{traffic: t, via: {via}}}, duration: 1 s, response: 2 MB}}\n"
    assert limits(body, tmp_path)[f"lambda.{limit}"] == (Decimal(2 * MB), Decimal(quota), breached)


def task(**keys: object) -> dict[str, object]:
    arguments = {"FunctionName": "f"}
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": arguments, "End": True, **keys}


def inner(**states: object) -> dict[str, object]:
    return {"StartAt": next(iter(states)), "States": states}


def each(*, distributed: bool = False, last: dict[str, object] | None = None, **keys: object) -> dict[str, object]:
    mode = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"} if distributed else {"Mode": "INLINE"}
    return {"Type": "Map", "ItemProcessor": {"ProcessorConfig": mode, **inner(Do=last or task())}, "End": True, **keys}


@pytest.mark.parametrize(
    ("states", "kb"),
    [
        # 20 KB of a function
        ({"A": task()}, 20),
        # its part is what the output keeps; the whole result has to fit
        ({"A": task(ResultSelector={"id.$": "$.Payload.id"})}, 20),
        ({"A": task(Resource="arn:aws:states:::lambda:invoke.waitForTaskToken", Parameters={"FunctionName": "f", "x.$": "$$.Task.Token"})}, 0),
        ({"A": task(Parameters={"FunctionName": "f", "InvocationType": "Event"})}, 0),
        # a Map of 15 items collects what each ends with: 15 x 20 KB
        ({"Each": each()}, 300),
        ({"Each": each(last=task(OutputPath="$.Payload"))}, 300),
        # unless the items keep nothing of it, or a distributed Map writes results to S3
        ({"Each": each(last=task(ResultPath=None))}, 20),
        ({"Each": each(last=task(ResultSelector={"id.$": "$.Payload.id"}))}, 20),
        ({"Each": each(distributed=True)}, 300),
        ({"Two": {"Type": "Parallel", "End": True, "Branches": [inner(B=task()), inner(C=task())]}}, 40),
        # a Map in a branch hands on what it collected, through a Wait at the end
        (
            {"Two": {"Type": "Parallel", "End": True, "Branches": [
                inner(B=task()),
                inner(Each={**{k: v for k, v in each().items() if k != "End"}, "Next": "Rest"}, Rest={"Type": "Wait", "Seconds": 1, "End": True}),
            ]}},
            320,
        ),
    ],
)  # fmt: skip
def test_results_of_a_workflow_add_up(states: dict[str, object], kb: int, tmp_path: Path) -> None:
    (tmp_path / "m.asl.json").write_text(json.dumps(inner(**states)), encoding="utf-8")
    items = "states: {Each: {items: 15}}, " if "Each" in json.dumps(states) else ""
    body = (
        "traffic: {t: {rate: 10/h}}\nfunctions: {f: {duration: 1 s, response: 20 KB}}\n"
        f"state_machines: {{m: {{{items}definition: m.asl.json, triggers: t}}}}\n"
    )
    payload = limits(body, tmp_path).get("stepfunctions.payload")
    assert payload == ((Decimal(kb * KB), Decimal(262_144), kb > 256) if kb else None)


def test_a_distributed_map_that_writes_its_results_collects_nothing(tmp_path: Path) -> None:
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "b", "Prefix": "p"}}
    states = {
        "Two": {"Type": "Parallel", "End": True, "Branches": [inner(Each=each(distributed=True, ResultWriter=writer))]}
    }
    (tmp_path / "m.asl.json").write_text(json.dumps(inner(**states)), encoding="utf-8")
    body = (
        "traffic: {t: {rate: 10/h}}\nfunctions: {f: {duration: 1 s, response: 20 KB}}\n"
        "state_machines: {m: {states: {Each: {items: 15}}, definition: m.asl.json, triggers: t}}\n"
    )
    assert limits(body, tmp_path)["stepfunctions.payload"][0] == 20 * KB
