"""What scenario and definition say together: fields, several errors, time-outs, requests, risks."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from capplan.model import Context, Demand
from capplan.quantities.distribution import Distribution
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.stepfunctions.asl.definition import DefinitionError
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.requests import unreached
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.spec import StateMachine, validate
from capplan.services.stepfunctions.state_machine import STATE_MACHINE
from tests.services.stepfunctions.shapes import DISTRIBUTED, HANDED_ON, NESTED, POLLING, SAGA, call

Build = Callable[..., StateMachine]
Flowing = Callable[..., Demand]


def one(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"StartAt": "A", "States": {"A": call("charge", **more)}}


def mapped(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    return {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner, "End": True, **more}}}


@pytest.mark.parametrize(
    ("definition", "message", "hint"),
    [
        ({"StartAt": "", "States": {"": {"Type": "Succeed"}}}, "a state has no name", "1 to 80 characters"),
        (one(Retyr=[]), "a Task state ('A') has no field 'Retyr'", "did you mean 'Retry'?"),
        ({**one(), "Steps": {}}, "a definition has no field 'Steps'", "did you mean 'States'?"),
        (one(Arguments={}), "Arguments of 'A' is for JSONata", 'write "QueryLanguage": "JSONata"'),
        (one(QueryLanguage="JSONata"), "Parameters of 'A' is for JSONPath", "JSONata has Arguments"),
        (one(QueryLanguage="SQL"), "QueryLanguage is JSONPath or JSONata, not 'SQL'", ""),
        (
            {**one(QueryLanguage="JSONPath"), "QueryLanguage": "JSONata"},
            "a JSONata definition cannot have a JSONPath state",
            "from the top level",
        ),
        (one(TimeoutSeconds=10, HeartbeatSeconds=10), "HeartbeatSeconds of 'A' is not below", ""),
        (one(TimeoutSeconds=0), "TimeoutSeconds has to be at least 1", ""),
        (mapped(ItemBatcher={"MaxItemsPerBatch": 5}), "ItemBatcher of 'M' needs a Distributed Map", "ProcessorConfig"),
        (mapped(ToleratedFailurePercentage=5), "ToleratedFailurePercentage of 'M' needs", "ProcessorConfig"),
    ],
)
def test_fields_that_aws_does_not_take_are_refused(definition: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(definition, 0)
    first = caught.value.problems[0]
    assert message in first.message
    assert hint in first.hint


def test_several_errors_keep_their_own_budgets(machine: Build, ctx: Context) -> None:
    retry = [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}, {"ErrorEquals": ["Slow"], "MaxAttempts": 2}]
    spec = machine(one(Retry=retry), states={"A": {"errors": {"Busy": "50%", "Slow": "25%"}}})
    found = expect(definition_of(spec).graph, world_of(spec, ctx))
    attempts = sum(
        Fraction(1, 2) ** b * Fraction(1, 4) ** s * ways
        for b, s, ways in ((0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 2), (0, 2, 1), (1, 2, 3))
    )
    assert found.attempts["A"] == attempts, "every order in which the two budgets are spent"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"errors": {"E": "60%", "F": "60%"}}, "more than 100% of the attempts of 'A' fail"),
        ({"errors": {"E": "1%"}, "fails": "1%"}, "'errors' replaces 'fails' and 'error'"),
    ],
)
def test_errors_that_cannot_be_are_refused(machine: Build, words: dict[str, Any], message: str) -> None:
    ((path, found),) = validate(machine(one(), states={"A": words}))
    assert path == ("states", "A", "errors")
    assert message in found


def test_attempts_are_cut_off_at_the_time_out(machine: Build, ctx: Context) -> None:
    law = Distribution(((Decimal("0.5"), Decimal(1_000)), (Decimal("0.9"), Decimal(4_000))))
    spec = machine(one(TimeoutSeconds=4), states={"A": {"fails": "50%", "error": "E"}})
    spec = spec.model_copy(update={"states": {"A": spec.states["A"].model_copy(update={"duration": law})}})
    world = world_of(spec, ctx)
    assert float(world.fails["A"]["States.Timeout"]) == pytest.approx(0.1)
    assert float(world.fails["A"]["E"]) == pytest.approx(0.45), "half of those that are not cut off"
    assert world.attempt_ms["A"] < 4_000
    late = machine(one(TimeoutSeconds=2), states={"A": {"duration": "3 s"}})
    assert world_of(late, ctx).fails["A"] == {"States.Timeout": 1}
    assert world_of(late, ctx).attempt_ms["A"] == 2_000


def test_children_are_batches_of_what_the_reader_hands_out(machine: Build, ctx: Context) -> None:
    definition: dict[str, Any] = {"StartAt": "Rows", "States": {"Rows": {**DISTRIBUTED["States"]["Rows"]}}}
    told = {"Rows": {"items": 1_050}}
    assert world_of(machine(definition, states=told), ctx).items["Rows"] == 11
    definition["States"]["Rows"]["ItemReader"] = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"MaxItems": 250},
    }
    assert world_of(machine(definition, states=told), ctx).items["Rows"] == 3


@pytest.mark.parametrize(
    ("tolerated", "p_fails", "working"),
    [(0, Fraction(7, 8), "any of three"), (34, Fraction(1, 2), "two or three"), (67, Fraction(1, 8), "all three")],
)
def test_a_map_run_bears_failures_up_to_its_share(tolerated: int, p_fails: Fraction, working: str) -> None:
    rows = {**DISTRIBUTED["States"]["Rows"], "ToleratedFailurePercentage": tolerated}
    definition = parse({"StartAt": "Rows", "States": {"Rows": rows}}, 0)
    world = World(fails={"Store": {"E": Fraction(1, 2)}}, items={"Rows": Fraction(3)})
    assert 1 - expect(definition.graph, world).p_success == p_fails, working


@pytest.mark.parametrize(
    ("resource", "arguments", "calls"),
    [
        (
            "arn:aws:states:::aws-sdk:dynamodb:batchWriteItem",
            {"RequestItems": {"orders": [{"PutRequest": {}}, {"PutRequest": {}}, {"DeleteRequest": {}}]}},
            [("put", 2, False), ("delete", 1, False)],
        ),
        (
            "arn:aws:states:::aws-sdk:dynamodb:transactWriteItems",
            {"TransactItems": [{"Put": {"TableName": "orders"}}, {"Update": {"TableName": "orders"}}]},
            [("put", 1, True), ("update", 1, True)],
        ),
        (
            "arn:aws:states:::aws-sdk:dynamodb:batchGetItem",
            {"RequestItems": {"orders": {"Keys": [{}, {}, {}]}}},
            [("get", 3, False)],
        ),
        ("arn:aws:states:::aws-sdk:dynamodb:batchGetItem", {"RequestItems": {"unknown": {"Keys": [{}]}}}, []),
        ("arn:aws:states:::aws-sdk:dynamodb:transactWriteItems", {"TransactItems.$": "$.all"}, []),
    ],
)
def test_batches_and_transactions_are_their_members(
    machine: Build, ctx: Context, resource: str, arguments: dict[str, Any], calls: list[tuple[str, int, bool]]
) -> None:
    spec = machine(one(Resource=resource, Parameters=arguments))
    found = STATE_MACHINE.calls(DeclaredResource("m", spec, ctx))
    assert [(str(c.access.op), int(c.times), c.access.transactional) for c in found] == calls


def test_a_read_says_its_consistency_and_index(machine: Build, ctx: Context) -> None:
    arguments = {"TableName": "orders", "IndexName": "by-day", "ConsistentRead": True}
    spec = machine(
        one(Resource="arn:aws:states:::aws-sdk:dynamodb:query", Parameters=arguments), states={"A": {"items": 9}}
    )
    (found,) = STATE_MACHINE.calls(DeclaredResource("m", spec, ctx))
    assert (found.access.index, found.access.items) == ("by-day", Decimal(9))
    assert found.access.consistency == "strong"


LONG = {"Done?": {"polls": 3_000}}


@pytest.mark.parametrize(
    ("definition", "words", "rules"),
    [
        (SAGA, {"Cancel room": {"fails": "1%"}, "Book room": {"fails": "10%"}}, {"express-fits", "unguarded-task"}),
        (SAGA, {"Book room": {"fails": "1%"}}, {"express-fits"}),
        (POLLING, {"Done?": {"polls": 1}}, {"express-fits"}),
        (POLLING, LONG, {"polling-loop", "history-full"}),
        (NESTED, {"Orders": {"items": 41}}, {"express-fits", "inline-map-queues"}),
        (NESTED, {"Orders": {"items": 40}}, {"express-fits"}),
        (HANDED_ON, {}, set()),
        (HANDED_ON, {"Ask": {"duration": {"p50": "10 min", "p99": "3 h"}}}, {"task-times-out"}),
    ],
)
def test_every_rule_speaks_where_it_should(
    machine: Build, demand: Flowing, ctx: Context, definition: dict[str, Any], words: dict[str, Any], rules: set[str]
) -> None:
    spec = machine(definition, states=words)
    found = STATE_MACHINE.options(
        MeteredResource("m", spec, STATE_MACHINE.meter(DeclaredResource("m", spec, ctx), demand()), ctx)
    )
    rules_found = {option.rule.removeprefix("stepfunctions.") for option in found}
    assert rules_found - {"missing-resource"} == rules
    named = {name for _, (_, name) in unreached(spec, ctx).missing.items()}
    assert ("missing-resource" in rules_found) == bool(named), "what a definition names and the scenario lacks"
    assert {option.rule for option in found} <= {rule.id for rule in STATE_MACHINE.rules}
