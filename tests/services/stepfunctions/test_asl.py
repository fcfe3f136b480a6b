"""The Amazon States Language: what is read, and what AWS would refuse."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capplan.services.stepfunctions.asl.definition import DefinitionError
from capplan.services.stepfunctions.asl.read import parse

PASS = {"Type": "Pass", "End": True}


def machine(**states: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"StartAt": next(iter(states)), "States": states}


def task(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True, **more}


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ([], "a definition has to be an object with StartAt and States"),
        ({"StartAt": "A"}, "States is missing"),
        ({"States": {"A": PASS}}, "StartAt is missing"),
        ({"StartAt": "B", "States": {"A": PASS}}, "StartAt names 'B', which is not a state of this level"),
        (machine(A={"Type": "Pass", "Next": "Shipp"}, Ship=PASS), "state 'A' leads to 'Shipp', which is not a state"),
        (machine(A=PASS, B=PASS), "state 'B' is never reached"),
        (machine(A={"Type": "Pass", "Next": "A"}), "no state ends the execution"),
        (machine(A={"Type": "Pass"}), "state 'A' needs either Next or End: true"),
        (machine(A={"Type": "Pass", "Next": "A", "End": True}), "state 'A' needs either Next or End: true"),
        (machine(A={"Type": "Succeed", "End": True}), "a Succeed state has no Next or End ('A')"),
        (machine(A={"Type": "Tusk", "End": True}), "state 'A' has the unknown Type 'Tusk'"),
        (machine(A={"End": True}), "state 'A' has no Type"),
        (machine(A={"Type": "Task", "End": True}), "Task 'A' has no Resource"),
        (machine(A={"Type": "Choice"}), "Choice 'A' has no Choices"),
        (machine(A={"Type": "Choice", "Choices": [{"Variable": "$.x"}]}), "a rule of Choice 'A' has no Next"),
        (machine(A={"Type": "Wait", "End": True}), "Wait 'A' needs exactly one of"),
        (machine(A={"Type": "Wait", "Seconds": "soon", "End": True}), "Seconds is not a number"),
        (machine(A={"Type": "Wait", "Seconds": float("nan"), "End": True}), "Seconds is out of range"),
        (machine(A={"Type": "Wait", "Seconds": Decimal("1e999999"), "End": True}), "Seconds is out of range"),
        (machine(A={"Type": "Parallel", "End": True}), "Parallel 'A' has no Branches"),
        (machine(A={"Type": "Map", "End": True}), "Map 'A' has no ItemProcessor"),
        (machine(A={"Type": "Map", "End": True, "Iterator": machine(A=PASS)}), "two states are called 'A'"),
        (
            machine(A=task(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["E"]}])),
            "States.ALL has to be alone in its entry",
        ),
        (machine(A=task(Retry=[{"ErrorEquals": []}])), "Retry of 'A' has no ErrorEquals"),
        (machine(A=task(Retry=[{"ErrorEquals": ["E"], "BackoffRate": 0.5}])), "BackoffRate has to be at least 1"),
        (machine(A=task(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": -1}])), "MaxAttempts has to be at least 0"),
        (machine(A=task(Catch=[{"ErrorEquals": ["E"]}])), "a catcher of 'A' has no Next"),
        (machine(A={**PASS, "Retry": [{"ErrorEquals": ["E"]}]}), "Retry of 'A' has to be a list of objects"),
    ],
)
def test_what_aws_refuses_is_named(definition: object, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(definition, 0)
    assert message in str(caught.value)


def test_all_mistakes_are_found_at_once_with_their_place_and_a_hint() -> None:
    broken = machine(A={"Type": "Pass", "Next": "Shipp"}, Ship={"Type": "Task"})
    with pytest.raises(DefinitionError) as caught:
        parse(broken, 0)
    first, *others = caught.value.problems
    assert first.path == ("States", "Ship")
    assert [p.hint for p in others if "Shipp" in p.message] == ["did you mean 'Ship'?"]


def test_a_query_language_among_the_states_is_explained() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse({"StartAt": "A", "States": {"QueryLanguage": "JSONata", "A": PASS}}, 0)
    assert caught.value.problems[0].hint == "QueryLanguage has to be beside States, not inside"


def test_a_next_that_stands_on_another_level_is_no_next() -> None:
    inner = {"Type": "Parallel", "End": True, "Branches": [machine(B={"Type": "Pass", "Next": "C"})]}
    with pytest.raises(DefinitionError, match="state 'B' leads to 'C', which is not a state"):
        parse(machine(A={"Type": "Pass", "Next": "C"}, C=inner), 0)


def test_both_spellings_of_map_mean_the_same() -> None:
    old = parse(machine(M={"Type": "Map", "End": True, "Iterator": machine(I=PASS)}), 0)
    new = parse(machine(M={"Type": "Map", "End": True, "ItemProcessor": machine(I=PASS)}), 0)
    assert old.states["M"] == new.states["M"]


def test_a_distributed_map_keeps_its_batches_and_its_tolerance() -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **machine(I=PASS)}
    found = parse(
        machine(
            M={
                "Type": "Map",
                "End": True,
                "ItemProcessor": processor,
                "ItemBatcher": {"MaxItemsPerBatch": 100},
                "ToleratedFailurePercentage": 5,
                "MaxConcurrency": 7,
            }
        ),
        0,
    )
    work = found.states["M"].map
    assert work is not None
    assert (work.distributed, work.child_type, work.items_per_batch, work.max_concurrency) == (True, "EXPRESS", 100, 7)
    assert work.tolerated_share == Fraction(1, 20)


def test_retry_has_the_defaults_of_aws() -> None:
    (entry,) = parse(machine(A=task(Retry=[{"ErrorEquals": ["E"]}])), 0).states["A"].retry
    assert [entry.interval_s, entry.max_attempts, entry.backoff_rate] == [1, 3, 2]
    assert entry.max_delay_s is None


def test_jsonata_choices_and_literal_items_are_read() -> None:
    found = parse(
        {
            "QueryLanguage": "JSONata",
            "StartAt": "C",
            "States": {
                "C": {"Type": "Choice", "Choices": [{"Condition": "{% $x %}", "Next": "M"}], "Default": "E"},
                "M": {"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": machine(I=PASS), "Next": "E"},
                "E": {"Type": "Succeed"},
            },
        },
        0,
    )
    assert found.states["C"].targets == ("M", "E")
    assert found.states["M"].map is not None
    assert found.states["M"].map.items == 3


def test_a_placeholder_where_a_number_belongs_is_noted() -> None:
    found = parse(machine(W={"Type": "Wait", "Seconds": "${pause}", "End": True}), 0)
    assert found.states["W"].wait_s is None
    assert found.unknown == (("States", "W", "Seconds"),)


@pytest.mark.parametrize(
    ("resource", "pattern"),
    [
        ("arn:aws:states:::lambda:invoke", "request"),
        ("arn:aws:states:::glue:startJobRun.sync", "sync"),
        ("arn:aws:states:::states:startExecution.sync:2", "sync"),
        ("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "callback"),
        ("arn:aws:states:us-east-1:123456789012:activity:paint", "activity"),
    ],
)
def test_a_resource_says_how_long_the_task_waits(resource: str, pattern: str) -> None:
    found = parse(machine(A=task(Resource=resource)), 0).states["A"].task
    assert found is not None
    assert found.pattern == pattern


SPEC_CONFIG = st.sampled_from(
    """StartAt States Type Next End Retry Catch Choices Branches Iterator ItemProcessor Seconds ErrorEquals MaxAttempts
    BackoffRate ProcessorConfig Mode Items ItemBatcher A B Default Resource""".split()  # noqa: SIM905  a list this long
)
TYPES = st.sampled_from(["Task", "Map", "Parallel", "Choice", "Wait", "${x}"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), SPEC_CONFIG, TYPES)
WRITTEN = st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(SPEC_CONFIG, inner), max_leaves=30)


@given(WRITTEN)
def test_whatever_is_written_gives_a_definition_or_its_mistakes(data: object) -> None:
    with suppress(DefinitionError):
        assert parse(data, 0).states
