"""Own definitions of the shapes people write: one of each, small enough to count by hand."""

from typing import Any

LAMBDA = "arn:aws:states:::lambda:invoke"
RETRY = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 2, "BackoffRate": 2}]


def call(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A Task that invokes a function."""
    end = {} if "Next" in more else {"End": True}
    return {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": name}, **end, **more}


def caught(to: str) -> list[dict[str, Any]]:
    """A Catch of everything."""
    return [{"ErrorEquals": ["States.ALL"], "Next": to}]


SAGA: dict[str, Any] = {
    "Comment": "Book a room and a car; undo what was booked where the next step fails",
    "StartAt": "Book room",
    "States": {
        "Book room": call("book-room", Next="Book car", Retry=RETRY, Catch=caught("Cancel room")),
        "Book car": call("book-car", Next="Done", Retry=RETRY, Catch=caught("Cancel car")),
        "Cancel car": call("cancel-car", Next="Cancel room"),
        "Cancel room": call("cancel-room", Next="Not booked"),
        "Done": {"Type": "Succeed"},
        "Not booked": {"Type": "Fail", "Error": "NotBooked"},
    },
}

POLLING: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Submit",
    "States": {
        "Submit": {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": "submit"}, "Next": "Pause"},
        "Pause": {"Type": "Wait", "Seconds": 30, "Next": "Look"},
        "Look": {"Type": "Task", "Resource": LAMBDA, "Arguments": {"FunctionName": "look"}, "Next": "Done?"},
        "Done?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.status = 'done' %}", "Next": "Ready"}],
            "Default": "Pause",
        },
        "Ready": {"Type": "Succeed"},
    },
}

NESTED: dict[str, Any] = {
    "StartAt": "Orders",
    "States": {
        "Orders": {
            "Type": "Map",
            "Iterator": {
                "StartAt": "Both",
                "States": {
                    "Both": {
                        "Type": "Parallel",
                        "Branches": [
                            {"StartAt": "Charge", "States": {"Charge": call("charge")}},
                            {"StartAt": "Reserve", "States": {"Reserve": call("reserve")}},
                        ],
                        "Next": "Tell",
                    },
                    "Tell": call("tell"),
                },
            },
            "End": True,
        }
    },
}

DISTRIBUTED: dict[str, Any] = {
    "StartAt": "Rows",
    "States": {
        "Rows": {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV"}},
            "ItemBatcher": {"MaxItemsPerBatch": 100},
            "MaxConcurrency": 50,
            "ToleratedFailurePercentage": 5,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Store",
                "States": {"Store": call("store")},
            },
            "End": True,
        }
    },
}

HANDED_ON: dict[str, Any] = {
    "StartAt": "Quick part",
    "States": {
        "Quick part": {
            "Type": "Task",
            "Resource": "arn:aws:states:::states:startExecution.sync:2",
            "Parameters": {"StateMachineArn": "${QuickPart}"},
            "Next": "Ask",
        },
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": "${Queue}"},
            "HeartbeatSeconds": 600,
            "TimeoutSeconds": 3600,
            "Next": "Load",
        },
        "Load": {
            "Type": "Task",
            "Resource": "arn:aws:states:::glue:startJobRun.sync",
            "Parameters": {"JobName": "load"},
            "End": True,
        },
    },
}

ALL = {
    "saga": SAGA,
    "polling": POLLING,
    "nested": NESTED,
    "distributed": DISTRIBUTED,
    "handed on": HANDED_ON,
}
