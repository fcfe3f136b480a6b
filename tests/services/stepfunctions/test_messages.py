"""Tasks that send, publish and put events: what they reach, by queue URL, ARN or bus, and how many messages a call has."""

import json
from pathlib import Path
from typing import Any

import pytest

from capplan.pipeline.meter import meter
from capplan.services.stepfunctions.asl.integrations import bare_name
from capplan.units import MONTH_SECONDS
from tests.helpers import scenario

BODY = (
    "traffic: {web: {rate: 10/s}}\n"
    "state_machines:\n  m: {definition: m.json, triggers: web%s}\n"
    "queues:\n  orders: {}\ntopics:\n  sales: {}\nbuses:\n  shop: {}\n  default: {}\n"
)
ENTRY = {"Detail.$": "$", "DetailType": "a", "Source": "b"}


def reached(task: dict[str, Any], folder: Path, keys: str = "") -> dict[str, tuple[float, int | None]]:
    """Messages a second at what a Task reaches, and how many a call has."""
    states = {"Do": {"Type": "Task", "End": True, **task}}
    (folder / "m.json").write_text(json.dumps({"StartAt": "Do", "States": states}), encoding="utf-8")
    demand = meter(scenario(BODY % keys, folder), 0).demand
    return {
        address.partition(".")[2]: (float(of_one.flow.monthly / MONTH_SECONDS), of_one.requests[0].access.batch)
        for address, of_one in demand.items()
        if of_one.requests and not address.startswith("state_machines")
    }


def task(action: str, **arguments: object) -> dict[str, Any]:
    return {"Resource": f"arn:aws:states:::{action}", "Parameters": arguments}


URL = "https://sqs.us-east-1.amazonaws.com/111122223333/orders"


@pytest.mark.parametrize(
    ("action", "arguments", "expected"),
    [
        ("sqs:sendMessage", {"QueueUrl": URL}, {"orders": (10, None)}),
        ("sqs:sendMessage.waitForTaskToken", {"QueueUrl": URL + ".fifo"}, {"orders": (10, None)}),
        ("aws-sdk:sqs:sendMessageBatch", {"QueueUrl": URL, "Entries": [{}, {}, {}]}, {"orders": (30, 3)}),
        ("sns:publish", {"TopicArn": "arn:aws:sns:us-east-1:111122223333:sales"}, {"sales": (10, None)}),
        ("sns:publish", {"TopicArn": "${sales}"}, {"sales": (10, None)}),
        ("events:putEvents", {"Entries": [{**ENTRY, "EventBusName": "shop"}]}, {"shop": (10, None)}),
        (
            "events:putEvents",
            {"Entries": [{**ENTRY, "EventBusName": "arn:aws:events:us-east-1:111122223333:event-bus/shop"}, ENTRY]},
            {"shop": (20, 2)},
        ),
        ("events:putEvents", {"Entries": [ENTRY]}, {"default": (10, None)}),
        ("events:putEvents.waitForTaskToken", {"Entries": [{**ENTRY, "EventBusName": "shop"}]}, {"shop": (10, None)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_task_reaches_a_queue_a_topic_or_a_bus(
    action: str, arguments: dict[str, object], expected: dict[str, tuple[float, int | None]], tmp_path: Path
) -> None:
    assert reached(task(action, **arguments), tmp_path) == expected


def test_a_retried_task_sends_again(tmp_path: Path) -> None:
    # half of the attempts fail, three at most: 1 + 1/2 + 1/4
    retried = {**task("sqs:sendMessage", QueueUrl=URL), "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]}
    assert reached(retried, tmp_path, ", states: {Do: {fails: 50%}}") == {"orders": (17.5, None)}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("orders", "orders"),
        ("arn:aws:sqs:us-east-1:111122223333:orders.fifo", "orders"),
        ("https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "orders"),
        ("arn:aws:lambda:us-east-1:111122223333:function:charge:prod", "charge"),
        ("arn:aws:states:us-east-1:111122223333:stateMachine:fulfil", "fulfil"),
        ("arn:aws:events:us-east-1:111122223333:event-bus/shop", "shop"),
        ("{% $states.input.queue %}", None),
    ],
)
def test_the_bare_name_of_what_is_called(written: str, name: str | None) -> None:
    assert bare_name(written) == name
