"""What Tasks call where the definition says more, or less, than a name; and what is open at each moment."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from capplan.flow import DemandFlow, LoadProfile, Peak
from capplan.model import Call, Context, Demand
from capplan.record import replace
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.requests import unreached
from capplan.services.stepfunctions.execution.world import definition_of, world_of
from capplan.services.stepfunctions.spec import StateMachine, validate
from capplan.services.stepfunctions.state_machine import STATE_MACHINE
from capplan.services.stepfunctions.usage import Usage, meter, open_at_each_moment
from tests.services.stepfunctions.shapes import call

Build = Callable[..., StateMachine]
Flowing = Callable[..., Demand]
SDK = "arn:aws:states:::aws-sdk:dynamodb:"


def one(resource: object, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    state = {"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}
    return {"StartAt": "A", "States": {"A": state}}


def calls(spec: StateMachine, ctx: Context) -> tuple[Call, ...]:
    return STATE_MACHINE.calls(DeclaredResource("m", spec, ctx))


@pytest.mark.parametrize(
    ("definition", "words", "expected"),
    [
        (one("${PutItemAction}", Item={}), {"call": "orders"}, ("put", 1)),
        (one("${DDBPutItem}"), {"call": "orders"}, ("put", 1)),
        (one("${Action}", Item={"id": {}}), {"call": "orders"}, ("put", 1)),
        (one("${Action}", UpdateExpression="SET a"), {"call": "orders"}, ("update", 1)),
        (one("${Action}", **{"KeyConditionExpression.$": "$.k"}), {"call": "orders"}, ("query", 1)),
        (one(SDK + "batchWriteItem", **{"RequestItems.$": "$.all"}), {"call": "orders", "items": 25}, ("put", 25)),
        (one(SDK + "executeStatement", Statement='INSERT INTO "orders" VALUE {}'), {}, ("put", 1)),
        (one(SDK + "executeStatement", Statement="SELECT * FROM orders WHERE id = ?"), {}, ("query", 1)),
        (one(SDK + "executeStatement", Statement="DELETE FROM orders WHERE id = ?"), {}, ("delete", 1)),
        (one({"Fn::GetAtt": ["charge", "Arn"]}), {}, ("invoke", 1)),
    ],
)
def test_an_action_follows_from_a_placeholder_its_arguments_or_its_statement(
    machine: Build, ctx: Context, definition: dict[str, Any], words: dict[str, Any], expected: tuple[str, int]
) -> None:
    (found,) = calls(machine(definition, states={"A": words}), ctx)
    assert found.access.op == expected[0]
    assert found.times == expected[1]


def test_a_call_whose_action_is_unknown_is_a_risk_not_silence(machine: Build, ctx: Context, demand: Flowing) -> None:
    spec = machine(one("${Action}"), states={"A": {"call": "orders"}})
    assert not calls(spec, ctx)
    assert unreached(spec, ctx).undecided == ("A",)
    metered = MeteredResource("m", spec, meter(spec, demand(), ctx), ctx)
    assert "stepfunctions.missing-resource" in {option.rule for option in STATE_MACHINE.options(metered)}
    assert "the call is not counted" in {assumption.value for assumption in STATE_MACHINE.assume(metered)}


def test_what_is_named_and_not_declared_is_a_risk_and_unknown_calls_share_a_line(
    machine: Build, ctx: Context, demand: Flowing
) -> None:
    states = {
        "A": call("nowhere", Next="B"),
        "B": {"Type": "Task", "Resource": "${X}", "Next": "C"},
        "C": {"Type": "Task", "Resource": "${Y}", "End": True},
    }
    spec = machine({"StartAt": "A", "States": states})
    metered = MeteredResource("m", spec, meter(spec, demand(), ctx), ctx)
    (risk,) = (option for option in STATE_MACHINE.options(metered) if "missing-resource" in option.rule)
    assert "A (nowhere)" in risk.message
    assert [(x.what, x.why) for x in STATE_MACHINE.exclude(metered)] == [
        ("m: A", "'nowhere' is not declared under functions"),
        ("m: B, C", "what they call is unknown: name it by `call` under `states`"),
    ]


@pytest.mark.parametrize("number", [50, Decimal(50)])
def test_a_run_takes_the_settings_that_its_start_gives(machine: Build, ctx: Context, number: object) -> None:
    run = one("arn:aws:states:::glue:startJobRun.sync", JobName="settle", WorkerType="G.2X", NumberOfWorkers=number)
    (found,) = calls(machine(run), ctx)
    assert (found.access.worker_type, found.access.workers, found.access.timeout_ms) == ("G.2X", 50, None)
    timed = one("arn:aws:states:::glue:startJobRun", JobName="settle", Timeout=10, WorkerType="${Type}")
    (found,) = calls(machine(timed), ctx)
    assert (found.access.worker_type, found.access.workers, found.access.timeout_ms) == (None, None, Decimal(600_000))


@pytest.mark.parametrize(
    ("minutes", "success", "duration_ms"),
    [(5, 0, 300_000), (20, 1, 600_000)],  # settle runs for ten minutes: five end it, and fail the Task; twenty do not
)
def test_a_run_ends_at_the_timeout_that_its_start_gives(
    minutes: int, success: int, duration_ms: int, machine: Build, ctx: Context
) -> None:
    spec = machine(one("arn:aws:states:::glue:startJobRun.sync", JobName="settle", Timeout=minutes))
    expected = expect(definition_of(spec).graph, world_of(spec, ctx))
    assert 1 - sum(expected.errors.values()) == success
    assert expected.duration_ms == duration_ms


# --- Maps -------------------------------------------------------------------------------------------------------------


def mapped(task: str, concurrency: int = 0, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    processor = {"StartAt": "I", "States": {"I": call(task)}, **more}
    states = {"M": {"Type": "Map", "MaxConcurrency": concurrency, "ItemProcessor": processor, "End": True}}
    return {"StartAt": "M", "States": states}


def test_a_maps_calls_are_spread_over_it_and_bounded_by_its_concurrency(machine: Build, ctx: Context) -> None:
    # 1,300 items of 180 ms, ten at a time: 130 waves = 23.4 s
    spec = machine(mapped("charge", 10), states={"M": {"items": 1_300}})
    (found,) = calls(spec, ctx)
    assert (found.times, found.over_ms, found.open_at_most) == (Fraction(1_300), Fraction(23_400), Fraction(10))


def test_children_are_open_no_faster_than_they_start(machine: Build, ctx: Context) -> None:
    # Standard children start at 100 a second, and each lasts 0.18 s
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    spec = machine(mapped("charge", ProcessorConfig=config), states={"M": {"items": 10_000}})
    assert calls(spec, ctx)[0].open_at_most == 100


@pytest.mark.parametrize(
    ("batcher", "words", "children"),
    [
        ({"MaxItemsPerBatch": "${b}"}, {"items": 1_000, "batch": 500}, 2),
        ({"MaxItemsPerBatch": 100}, {"items": 1_000}, 10),
        ({"MaxInputBytesPerBatch": 10_000}, {"items": 1_000, "item_size": "1000 B"}, 100),
        ({"MaxItemsPerBatch": 5, "MaxInputBytesPerBatch": 10_000}, {"items": 1_000, "item_size": "1000 B"}, 200),
        ({"MaxItemsPerBatch": "${b}"}, {"items": 1_000}, 1_000),
    ],
)
def test_batches_by_items_by_bytes_and_by_the_scenario(
    machine: Build, ctx: Context, batcher: dict[str, Any], words: dict[str, Any], children: int
) -> None:
    definition = mapped("charge", ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"})
    definition["States"]["M"]["ItemBatcher"] = batcher
    assert world_of(machine(definition, states={"M": words}), ctx).items["M"] == children


def test_a_batch_by_bytes_asks_for_a_size(machine: Build) -> None:
    definition = mapped("charge", ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"})
    definition["States"]["M"]["ItemBatcher"] = {"MaxInputBytesPerBatch": 10_000}
    ((path, message),) = validate(machine(definition, states={"M": {"items": 10}}))
    assert path == ("states", "M")
    assert "write `item_size`" in message


# --- open at each moment ----------------------------------------------------------------------------------------------


def _started(*minutes: int) -> DemandFlow:
    """A schedule that starts one execution in each of these minutes."""

    def expand() -> Any:  # noqa: ANN401
        import numpy as np

        series = np.zeros(40_320)
        series[list(minutes)] = 1 / 60
        return series

    monthly = Fraction(len(minutes) * 730, 672)
    peak = Peak(1 / 60, minutes[0])
    profile = LoadProfile("s", recurring=False, monthly=monthly, peak=peak, flat=False, expand=expand, starts=minutes)
    return DemandFlow.of(profile, Fraction(1))


@pytest.mark.parametrize(
    ("minutes", "seconds", "most"),
    [
        ((5,), 30, 1),
        ((5,), 60, 1),
        ((5,), 90, 1),
        ((5,), 7_200, 1),
        ((5, 6), 90, 2),
        ((5, 7), 90, 1),
        ((5, 6, 7), 150, 3),
    ],
)
def test_scheduled_executions_are_open_as_a_number(minutes: tuple[int, ...], seconds: int, most: int) -> None:
    peak = open_at_each_moment(_started(*minutes), Fraction(seconds * 1_000)).peak()
    assert peak.per_second == pytest.approx(most)


def test_map_runs_are_open_as_long_as_their_map(machine: Build, ctx: Context, demand: Flowing) -> None:
    # Ten children of 0.18 s, 100 starts a second: 0.18 s; then a day's Wait. One start a second: 0.18 Map Runs
    definition = mapped("charge", ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})
    definition["States"]["M"].pop("End")
    definition["States"]["M"]["Next"] = "W"
    definition["States"]["W"] = {"Type": "Wait", "Seconds": 86_400, "End": True}
    usage: Usage = meter(machine(definition, states={"M": {"items": 10}}), demand(1), ctx)
    assert usage.map_runs.peak().per_second == pytest.approx(0.18)


def test_a_machine_that_waits_for_itself(machine: Build, ctx: Context) -> None:
    # T = 180 ms + 0.75 T, so 720 ms
    again = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True}
    rule = {"Variable": "$.more", "BooleanEquals": True, "Next": "Again"}
    states = {
        "Work": call("charge", Next="More?"),
        "More?": {"Type": "Choice", "Choices": [rule], "Default": "Done"},
        "Again": again,
        "Done": {"Type": "Succeed"},
    }
    words = {"More?": {"next": {"Again": "75%", "Done": "25%"}}, "Again": {"call": "m"}}
    spec = machine({"StartAt": "Work", "States": states}, states=words)
    known = replace(
        ctx,
        addresses={**ctx.addresses, "m": ("state_machines.m",)},
        duration_ms={**ctx.duration_ms, "state_machines.m": Fraction(0)},
    )
    assert STATE_MACHINE.duration_ms(DeclaredResource("m", spec, known)) == 720


# --- advice -----------------------------------------------------------------------------------------------------------


def _options(spec: StateMachine, ctx: Context, demand: Demand) -> dict[str, Any]:
    metered = MeteredResource("m", spec, meter(spec, demand, ctx), ctx)
    return {option.rule.removeprefix("stepfunctions."): option for option in STATE_MACHINE.options(metered)}


def test_express_names_the_tasks_that_do_harm_twice(machine: Build, ctx: Context, demand: Flowing) -> None:
    put = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "orders"}}
    get = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "orders"}}
    guarded = {**put, "Parameters": {"TableName": "orders", "ConditionExpression": "attribute_not_exists(id)"}}
    states = {
        "Look": {**get, "Next": "Write"},
        "Write": {**put, "Next": "Once"},
        "Once": {**guarded, "Next": "Charge"},
        "Charge": call("charge"),
    }
    found = _options(machine({"StartAt": "Look", "States": states}), ctx, demand())["express-fits"]
    assert found.changes_behavior == "an execution of m may run twice, and with it 'Charge', 'Write'"
    alone = {"StartAt": "Look", "States": {"Look": {**get, "End": True}}}
    assert _options(machine(alone), ctx, demand())["express-fits"].changes_behavior == ""


def test_express_is_for_the_slowest_execution_not_the_mean(machine: Build, ctx: Context, demand: Flowing) -> None:
    law = {"duration": {"p50": "1 min", "p99": "4 min"}}
    assert "express-fits" not in _options(machine(one("${charge.Arn}"), states={"A": law}), ctx, demand())
    short = {"duration": {"p50": "1 s", "p99": "4 s"}}
    assert "express-fits" in _options(machine(one("${charge.Arn}"), states={"A": short}), ctx, demand())
    late = _options(machine(one("${charge.Arn}"), type="express", states={"A": law}), ctx, demand())
    assert "on average; 0.1% take" in late["needs-standard"].message


def test_standard_children_could_be_express(machine: Build, ctx: Context, demand: Flowing) -> None:
    definition = mapped("charge", ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})
    spec = machine(definition, states={"M": {"items": 1_000}})
    found = _options(spec, ctx, demand())["express-children"]
    assert [(c.path, c.to) for c in found.changes] == [("state_machines.m.states.M.children", "express")]
    changed = machine(definition, states={"M": {"items": 1_000, "children": "express"}})
    usage = meter(changed, demand(), ctx)
    assert (usage.mean.children["M"].type, usage.billed.requests) == ("EXPRESS", Fraction(1_000))
    assert "express-children" not in _options(changed, ctx, demand())
