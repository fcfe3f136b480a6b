"""One scripted execution in moto's interpreter: what its history holds. For tests only, where moto is installed.

A definition is brought down to its control flow first: which task fails when, where a Choice goes and how many items a Map
has is the script's, so no input, path or expression of the definition is needed.
"""

import importlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from capplan.services.stepfunctions.asl.definition import Catcher, Definition, Graph, Retrier, State
from tests.reference.stepfunctions.interpreter import OK, Script

_RESOURCES = {
    "request": ("arn:aws:states:::sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "{}"}),
    "sync": ("arn:aws:states:::glue:startJobRun.sync", {"JobName": "j"}),
    "callback": ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", {"QueueUrl": "u", "MessageBody": "{}"}),
}
_PARSER = "moto.stepfunctions.parser"
_PATIENCE_S = 60


@dataclass(frozen=True)
class Recorded:
    """What moto's interpreter did."""

    status: str
    states_entered: int
    retries: int
    history_events: int


def plays(definition: Definition) -> bool:
    """Whether moto's interpreter can play a definition so: it has no worker for activities."""
    return all(s.task is None or s.task.pattern in _RESOURCES for s in definition.states.values())


def record(definition: Definition, script: Script) -> Recorded:
    """The history of one execution."""
    boto3, moto = importlib.import_module("boto3"), importlib.import_module("moto")
    items = {name: list(range(n)) for name, n in _items(definition, script).items()}
    keys = {name: f"k{i}" for i, name in enumerate(items)}
    flow = _graph(definition.graph, keys)
    given = json.dumps({keys[name]: listed for name, listed in items.items()})
    with moto.mock_aws(config={"stepfunctions": {"execute_state_machine": True}}), _scripted(definition, script):
        client = boto3.client(
            "stepfunctions",
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",  # noqa: S106  nobody's
        )
        arn = client.create_state_machine(
            name="it", definition=json.dumps(flow), roleArn="arn:aws:iam::123456789012:role/it"
        )["stateMachineArn"]
        started = client.start_execution(stateMachineArn=arn, input=given)["executionArn"]
        status = _finished(client, started)
        events = client.get_execution_history(executionArn=started, maxResults=1000)["events"]
    return _counted(status, Counter(event["type"] for event in events))


def _finished(client: Any, arn: str) -> str:  # noqa: ANN401
    for _ in range(_PATIENCE_S * 20):
        status = str(client.describe_execution(executionArn=arn)["status"])
        if status != "RUNNING":
            return status
        time.sleep(0.05)
    raise TimeoutError(arn)


def _counted(status: str, events: Counter[str]) -> Recorded:
    entered = sum(n for kind, n in events.items() if kind.endswith("StateEntered"))
    begun = events["TaskScheduled"] + events["ParallelStateStarted"] + events["MapStateStarted"]
    visits = events["TaskStateEntered"] + events["ParallelStateEntered"] + events["MapStateEntered"]
    return Recorded(status, entered, begun - visits, events.total())


def _items(definition: Definition, script: Script) -> dict[str, int]:
    maps = [s for s in definition.states.values() if s.map is not None]
    return {s.name: script.items.get(s.name, s.map.items or 0) for s in maps if s.map is not None}


# --- the control flow -------------------------------------------------------------------------------------------------


def _graph(graph: Graph, keys: Mapping[str, str]) -> dict[str, Any]:
    return {"StartAt": graph.start_at, "States": {name: _state(state, keys) for name, state in graph.states.items()}}


def _state(state: State, keys: Mapping[str, str]) -> dict[str, Any]:
    if state.type in ("Task", "Parallel", "Map"):
        return _guarded(state, keys)
    onward: dict[str, Any] = {"Next": state.next} if state.next is not None else {"End": True}
    if state.type == "Choice":
        return {"Type": "Choice", "Choices": [{"Variable": "$", "IsPresent": True, "Next": to} for to in state.targets]}
    if state.type in ("Succeed", "Fail"):
        return {"Type": state.type, **({"Error": state.error or "E", "Cause": ""} if state.type == "Fail" else {})}
    if state.type == "Wait":
        return {"Type": "Wait", "Seconds": 0, **onward}
    return {"Type": "Pass", **onward}


def _guarded(state: State, keys: Mapping[str, str]) -> dict[str, Any]:
    guarded = {
        "ResultPath": None,
        **({"Retry": [_retrier(r) for r in state.retry]} if state.retry else {}),
        **({"Catch": [_catcher(c) for c in state.catch]} if state.catch else {}),
        **({"Next": state.next} if state.next is not None else {"End": True}),
    }
    if state.task is not None:
        resource, parameters = _RESOURCES[state.task.pattern]
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, **guarded}
    if state.map is None:
        return {"Type": "Parallel", "Branches": [_graph(branch, keys) for branch in state.branches], **guarded}
    processor = _graph(state.map.processor, keys)
    if state.map.distributed:
        processor["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return {
        "Type": "Map",
        "ItemsPath": f"$.{keys[state.name]}",
        "ItemSelector": {f"{key}.$": f"$.{key}" for key in keys.values()},
        "ItemProcessor": processor,
        "MaxConcurrency": state.map.max_concurrency,
        **guarded,
    }


def _retrier(entry: Retrier) -> dict[str, Any]:
    return {"ErrorEquals": list(entry.errors), "IntervalSeconds": 1, "MaxAttempts": entry.max_attempts}


def _catcher(entry: Catcher) -> dict[str, Any]:
    return {"ErrorEquals": list(entry.errors), "Next": entry.next, "ResultPath": None}


# --- the script -------------------------------------------------------------------------------------------------------


def _failure(env: Any, error: str) -> Exception:  # noqa: ANN401
    """A failed task with one of the language's own errors."""
    names = f"{_PARSER}.asl.component.common.error_name"
    event = importlib.import_module(f"{names}.failure_event")
    own = importlib.import_module(f"{names}.states_error_name").StatesErrorName
    kinds = importlib.import_module(f"{names}.states_error_name_type").StatesErrorNameType
    kind = next(k for k in kinds if k.to_name() == error)
    api = importlib.import_module(f"{_PARSER}.api")
    detail = importlib.import_module(f"{_PARSER}.asl.eval.event.event_detail").EventDetails
    details = detail(taskFailedEventDetails=api.TaskFailedEventDetails(error=error, cause=""))
    failed: Exception = event.FailureEventException(
        event.FailureEvent(
            env=env, error_name=own(typ=kind), event_type=api.HistoryEventType.TaskFailed, event_details=details
        )
    )
    return failed


@contextmanager
def _scripted(definition: Definition, script: Script) -> Iterator[None]:
    """Answers of tasks and choices from the script; no retry waits."""
    lock = threading.Lock()
    answered: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    mocked = importlib.import_module(f"{_PARSER}.mocking.mock_config")

    def is_mocked(env: Any) -> bool:  # noqa: ANN401
        state = definition.states.get(env.next_state_name)
        return state is not None and state.task is not None

    def answer(env: Any) -> Any:  # noqa: ANN401
        name = env.next_state_name
        answers = script.task.get(name, ())
        with lock:
            i = answered[name]
            answered[name] += 1
        found = answers if isinstance(answers, str) else answers[i] if i < len(answers) else OK
        if found == OK:
            return mocked.MockedResponseReturn(0, 0, {})
        if found.startswith("States."):
            raise _failure(env, found)
        return mocked.MockedResponseThrow(0, 0, found, "")

    def choose(state: Any, env: Any) -> None:  # noqa: ANN401
        targets = definition.states[state.name].targets
        answers = script.choice.get(state.name) or targets
        with lock:
            i = min(chosen[state.name], len(answers) - 1)
            chosen[state.name] += 1
        env.stack.append(answers[i])

    state_choice = importlib.import_module(f"{_PARSER}.asl.component.state.choice.state_choice")
    environment = importlib.import_module(f"{_PARSER}.asl.eval.environment")
    retrier = importlib.import_module(f"{_PARSER}.asl.component.common.retry.retrier_decl")
    with ExitStack() as stack:
        stack.enter_context(patch.object(environment.Environment, "is_mocked_mode", is_mocked))
        stack.enter_context(patch.object(environment.Environment, "get_current_mocked_response", answer))
        stack.enter_context(patch.object(state_choice.StateChoice, "_eval_state", choose))
        stack.enter_context(
            patch.object(retrier.time, "sleep", lambda seconds: None if seconds >= 1 else _nap(seconds))
        )
        yield


_nap = time.sleep
