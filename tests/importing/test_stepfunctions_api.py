"""Histories of executions give odds, counts, durations and errors; several add up; pages of one are joined."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from capplan.importing.histories import starts_at
from tests.importing.drafts import entry, imported, text_of

Event = dict[str, Any]


class _History:
    """Builds the events of an execution."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: str, at: float = 0, previous: int | None = None, **details: object) -> int:
        number = len(self.events) + 1
        before = number - 1 if previous is None else previous
        event: Event = {"id": number, "type": kind, "timestamp": 1_700_000_000 + at, "previousEventId": before}
        if "name" in details:
            word = "stateEnteredEventDetails" if kind.endswith("Entered") else "stateExitedEventDetails"
            event[word] = {"name": details.pop("name")}
        if details:
            event[f"{kind[0].lower()}{kind[1:]}EventDetails"] = details
        self.events.append(event)
        return number

    def choice(self, name: str, after: str, kind: str = "Pass") -> None:
        self.add("ChoiceStateEntered", name=name)
        self.add("ChoiceStateExited", name=name)
        self.add(f"{kind}StateEntered", name=after)

    def file(self) -> Event:
        return {"events": self.events}


def _chosen(*ways: str) -> list[Event]:
    out = []
    for way in ways:
        history = _History()
        history.add("ExecutionStarted")
        history.choice("In stock?", way)
        history.add("ExecutionSucceeded")
        out.append(history.file())
    return out


def _states(tmp_path: Path, *files: object) -> Any:  # noqa: ANN401  plain data
    """What histories add to a machine that starts at their first state."""
    every: list[Any] = [event for file in files for event in cast("Event", file)["events"]]
    first = min((event for event in every if event["type"].endswith("StateEntered")), key=lambda event: event["id"])
    start = first["stateEnteredEventDetails"]["name"]
    definition = json.dumps({"StartAt": start, "States": {start: {"Type": "Succeed"}}})
    machine = {"stateMachineArn": "arn:aws:states:eu-west-1:1:stateMachine:m", "name": "m", "definition": definition}
    return entry(imported(tmp_path, machine, *files), "m").values["states"]


@pytest.mark.parametrize(
    ("ways", "odds", "working"),
    [
        (["Pack"] * 3 + ["Backorder"], {"Pack": "75%", "Backorder": "25%"}, "3 of 4"),
        (["A", "B", "C"], {"A": "33.34%", "B": "33.33%", "C": "33.33%"}, "they add up to 100%"),
        (["Pack"], {"Pack": "100%"}, "one execution"),
    ],
)
def test_several_histories_add_up_to_the_odds_of_a_choice(
    ways: list[str], odds: dict[str, str], working: str, tmp_path: Path
) -> None:
    assert _states(tmp_path, *_chosen(*ways))["In stock?"]["next"] == odds, working


def test_a_task_that_is_tried_again_has_attempts_with_durations_and_errors(tmp_path: Path) -> None:
    history = _History()
    history.add("ExecutionStarted")
    history.add("TaskStateEntered", name="Charge")
    for at, end, error in ((0, 1, "Declined"), (2, 4, "Declined"), (5, 6, ""), (10, 13, "")):
        history.add("TaskScheduled", at)
        history.add("TaskStarted", at + 0.2)
        if error:
            history.add("TaskFailed", end, error=error)
        else:
            history.add("TaskSucceeded", end)
    found = _states(tmp_path, history.file())["Charge"]
    assert found == {"duration": "2 s", "errors": {"Declined": "50%"}}, (
        "1 s and 3 s succeeded, from when scheduled; 2 of 4 failed"
    )


def test_events_of_branches_belong_to_the_state_they_come_from(tmp_path: Path) -> None:
    history = _History()
    history.add("ExecutionStarted")
    parallel = history.add("ParallelStateEntered", name="Both")
    left = history.add("LambdaStateEntered", previous=parallel, name="Left")
    right = history.add("TaskStateEntered", previous=parallel, name="Right")
    one = history.add("LambdaFunctionScheduled", 0, previous=left)
    two = history.add("LambdaFunctionScheduled", 0, previous=right)
    history.add("LambdaFunctionSucceeded", 5, previous=two)
    history.add("LambdaFunctionTimedOut", 9, previous=one)
    found = _states(tmp_path, history.file())
    assert found == {"Right": {"duration": "5 s"}, "Left": {"errors": {"States.Timeout": "100%"}}}


def test_items_of_a_map_are_the_mean_of_its_executions(tmp_path: Path) -> None:
    files = []
    for length in (2, 5):
        history = _History()
        history.add("ExecutionStarted")
        history.add("MapStateEntered", name="Pack items")
        history.add("MapStateStarted", length=length)
        files.append(history.file())
    assert str(_states(tmp_path, *files)["Pack items"]["items"]) == "3.5"


def test_pages_of_one_execution_are_joined_in_whatever_order_they_are_read(tmp_path: Path) -> None:
    history = _chosen("Pack")[0]["events"]
    pages = [{"events": history[:2], "nextToken": "x"}, {"events": history[2:][::-1]}]
    assert _states(tmp_path, *pages)["In stock?"]["next"] == {"Pack": "100%"}


def test_a_history_alone_only_adds_to_what_another_file_declares(tmp_path: Path) -> None:
    draft = imported(tmp_path, *_chosen("Pack"))
    assert not draft.entries
    assert "no file given says its definition" in draft.unused[0].why


def test_a_later_page_alone_is_told(tmp_path: Path) -> None:
    draft = imported(tmp_path, {"events": _chosen("Pack")[0]["events"][2:]})
    assert [row.why for row in draft.unused] == ["it is a later page without the one before"]


def test_a_history_adds_to_the_machine_that_starts_at_its_first_state(tmp_path: Path) -> None:
    definition = (
        '{"StartAt": "In stock?", "States": {"In stock?": {"Type": "Choice", "Choices": '
        '[{"Variable": "$.n", "NumericEquals": 1, "Next": "Pack"}], "Default": "Pack"}, "Pack": {"Type": "Pass", "End": true}}}'
    )
    arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:fulfil"
    machine = {"stateMachineArn": arn, "name": "fulfil", "type": "EXPRESS", "definition": definition}
    draft = imported(tmp_path, *_chosen("Pack"), machine)
    found = entry(draft, "fulfil").values
    assert found == {
        "type": "express",
        "definition": "fulfil.asl.json",
        "states": {"In stock?": {"next": {"Pack": "100%"}}},
    }
    assert draft.beside == {"fulfil.asl.json": definition}
    assert draft.region == "eu-west-1"
    assert "# measured: 1 execution" in text_of(draft)


@pytest.mark.parametrize(
    "text", ["StartAt: In stock?\nStates:\n  In stock?: {Type: Succeed}\n", '{"StartAt": "In stock?"}', "{"]
)
def test_a_definition_says_where_it_starts(text: str) -> None:
    assert starts_at(text) == ("" if text == "{" else "starts at In stock?")


def test_a_history_that_may_be_of_two_machines_is_told(tmp_path: Path) -> None:
    definition = '{"StartAt": "In stock?", "States": {"In stock?": {"Type": "Succeed"}}}'
    resource = {"mode": "managed", "type": "aws_sfn_state_machine"}
    two = [
        {
            **resource,
            "address": f"aws_sfn_state_machine.{name}",
            "name": name,
            "values": {"name": name, "definition": definition},
        }
        for name in ("eu", "us")
    ]
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": two}}}
    draft = imported(tmp_path, *_chosen("Pack"), plan)
    assert [row.why for row in draft.unused if row.what.startswith("state_machines")] == ["it may be any of eu, us"]
    assert all("states" not in one.values for one in draft.entries)
