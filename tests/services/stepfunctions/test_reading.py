"""Definitions as AWS reads them: what a deployment tool fills in, query languages, and values that AWS refuses."""

from fractions import Fraction
from typing import Any

import pytest

from capplan.services.stepfunctions.asl.definition import DefinitionError, MapDefinition
from capplan.services.stepfunctions.asl.expressions import is_jsonata, is_path, is_timestamp
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.asl.substitute import substituted
from tests.services.stepfunctions.shapes import call

TENTH = Fraction(1, 10)
PASS = {"Type": "Pass", "End": True}
ITEM = {"StartAt": "I", "States": {"I": PASS}}
DISTRIBUTED = {**ITEM, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}


def one(**state: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"StartAt": "A", "States": {"A": state}}


def task(resource: object = "arn:aws:states:::lambda:invoke", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return one(Type="Task", Resource=resource, End=True, **more)


def choice(**rule: Any) -> dict[str, Any]:  # noqa: ANN401
    states = {"A": {"Type": "Choice", "Choices": [{"Next": "B", **rule}], "Default": "B"}, "B": PASS}
    return {"StartAt": "A", "States": states}


def items(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    return one(Type="Map", End=True, **({"ItemProcessor": ITEM} | more))


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (task(TimeoutSeconds=5, TimeoutSecondsPath="$.t"), "'A' has both TimeoutSeconds and TimeoutSecondsPath"),
        (task(HeartbeatSeconds=5, HeartbeatSecondsPath="$.t"), "both HeartbeatSeconds and HeartbeatSecondsPath"),
        (items(MaxConcurrency=5, MaxConcurrencyPath="$.t"), "both MaxConcurrency and MaxConcurrencyPath"),
        (items(Iterator=ITEM), "'A' has both ItemProcessor and Iterator"),
        (items(ItemSelector={}, Parameters={}), "'A' has both ItemSelector and Parameters"),
        (one(Type="Fail", Error="E", ErrorPath="$.e"), "'A' has both Error and ErrorPath"),
        (one(**PASS, InputPath="order"), "InputPath of 'A' is no JSONPath"),
        (one(**PASS, OutputPath="$.a["), "OutputPath of 'A' is no JSONPath"),
        (one(**PASS, ResultPath="$.a[*]"), "ResultPath of 'A' is no JSONPath"),
        (task(Parameters={"Payload": {"id.$": "id"}}), "'id.$' of 'A' is no JSONPath"),
        (task(Parameters={"id.$": "States.Format('{}', $.a"}), "'id.$' of 'A' is no JSONPath"),
        (
            one(**PASS, QueryLanguage="JSONata", Output="{% $states.input.(a %}"),
            "a JSONata expression that does not end",
        ),
        (one(**PASS, QueryLanguage="JSONata", Output={"a": ["{% 1 + 1"]}), "a JSONata expression that does not end"),
        (one(Type="Wait", Timestamp="tomorrow", End=True), "Timestamp of 'A' is no timestamp"),
        (one(Type="Wait", Timestamp="2027-13-01T00:00:00Z", End=True), "Timestamp of 'A' is no timestamp"),
        (choice(Variable="$.a"), "needs exactly one comparison"),
        (choice(Variable="$.a", IsNull=True, IsPresent=True), "needs exactly one comparison"),
        (choice(Variable="$.a", StringEqual="x"), "the unknown comparison 'StringEqual'"),
        (choice(Variable="$.a", StringEquals=5), "StringEquals of a rule of Choice 'A' needs a text"),
        (choice(Variable="$.a", NumericEquals="5"), "NumericEquals of a rule of Choice 'A' needs a number"),
        (choice(Variable="$.a", BooleanEquals="yes"), "needs true or false"),
        (choice(Variable="$.a", TimestampLessThan="soon"), "needs a timestamp"),
        (choice(Variable="a", IsNull=True), "Variable of a rule of Choice 'A' is no JSONPath"),
        (choice(And=[]), "And of Choice 'A' needs rules"),
        (choice(Not={"Variable": "$.a", "IsNull": True, "Next": "B"}), "has a Next inside of And, Or or Not"),
        (task("arn:aws:states:::dynamodb:query"), "dynamodb:query is no optimized integration"),
        (task("arn:aws:states:::sqs:receiveMessage"), "sqs:receivemessage is no optimized integration"),
        ({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}, "this is a CloudFormation template"),
        ({"Resources": {"M": {"Type": "AWS::Serverless::StateMachine"}}}, "this is a CloudFormation template"),
    ],
)
def test_what_aws_refuses_is_refused(definition: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(definition, 0)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "definition",
    [
        one(**PASS, InputPath=None, ResultPath=None, OutputPath="$$.Execution.Id"),
        one(**PASS, ResultPath="$['a b'].c", InputPath="$..book[?(@.price < 10)]"),
        task(Parameters={"a.$": "States.Array($.a, States.UUID())", "b.$": "$"}),
        task("arn:aws:states:::aws-sdk:dynamodb:query"),
        task(Retry=[{"ErrorEquals": ["E"], "IntervalSeconds": 0}]),
        choice(And=[{"Variable": "$.a", "IsPresent": True}, {"Not": {"Variable": "$.b", "NumericLessThan": 1}}]),
        choice(Variable="$.a", StringEqualsPath="$.b"),
        one(Type="Wait", Timestamp="2027-01-31T08:00:00+01:00", End=True),
        items(Label="orders"),
        one(**PASS, QueryLanguage="JSONata", Output="{% $map($states.input.a, function($v) { $v.b & ')' }) %}"),
    ],
)
def test_what_aws_takes_is_taken(definition: dict[str, Any]) -> None:
    assert parse(definition, 0).graph.start_at == "A"


def test_the_query_language_of_a_state_is_not_handed_down() -> None:
    inner = {"StartAt": "T", "States": {"T": call("t", OutputPath="$.Payload")}}
    for outer in ({"Type": "Map", "ItemProcessor": inner, "Items": [1]}, {"Type": "Parallel", "Branches": [inner]}):
        assert parse(one(**outer, QueryLanguage="JSONata", End=True), 0).states["T"].task is not None
    wrong = {"StartAt": "T", "States": {"T": {**PASS, "Output": "{% 1 %}"}}}
    parallel = one(Type="Parallel", Branches=[wrong], QueryLanguage="JSONata", End=True)
    with pytest.raises(DefinitionError, match="is for JSONata"):
        parse(parallel, 0)


@pytest.mark.parametrize(
    ("given", "values", "read"),
    [
        ({"Fn::GetAtt": ["Charge", "Arn"]}, {}, "${Charge.Arn}"),
        ({"Ref": "Table"}, {}, "${Table}"),
        ({"Fn::Sub": "arn:${AWS::Partition}:x"}, {}, "arn:${AWS::Partition}:x"),
        ({"Fn::Join": [":", ["arn", {"Ref": "P"}, "x"]]}, {}, "arn:${P}:x"),
        ("${Retry}", {"Retry": [{"ErrorEquals": ["E"]}]}, [{"ErrorEquals": ["E"]}]),
        ("${Batch}", {"Batch": 500}, 500),
        ("prefix-${Stage}", {"Stage": "test"}, "prefix-test"),
        ("${Other}", {"Batch": 500}, "${Other}"),
    ],
)
def test_what_a_deployment_tool_fills_in(given: object, values: dict[str, object], read: object) -> None:
    assert substituted({"a": [given]}, values) == {"a": [read]}


def test_substitutions_reach_every_field() -> None:
    batched = {"MaxItemsPerBatch": "${Batch}"}
    definition = items(ItemProcessor=DISTRIBUTED, ItemBatcher=batched, Retry="${Retry}")
    found = parse(definition, 0, {"Batch": 500, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 7}]})
    of_items = found.states["A"].map
    assert of_items is not None
    assert of_items.items_per_batch == 500
    assert found.states["A"].retry[0].max_attempts == 7
    assert not found.unknown


@pytest.mark.parametrize(
    ("count", "share", "children", "tolerated"),
    [(5, None, 100, 5), (None, TENTH, 100, 10), (5, TENTH, 100, 5), (50, TENTH, 100, 10), (None, None, 100, 0)],
)
def test_a_map_run_fails_above_either_bound(
    count: int | None, share: Fraction | None, children: int, tolerated: int
) -> None:
    graph = parse(ITEM, 0).graph
    assert MapDefinition(graph, tolerated_count=count, tolerated_share=share).tolerated(children) == tolerated


def test_paths_expressions_and_timestamps() -> None:
    assert is_path("$")
    assert not is_path("$.")
    assert not is_path("$a")
    assert not is_path("States.Array($.a", reference=False)
    assert is_jsonata("{% $x %}")
    assert not is_jsonata("{% %}")
    assert is_timestamp("2027-01-31T08:00:00.5Z")
    assert not is_timestamp("2027-01-31 08:00:00")
