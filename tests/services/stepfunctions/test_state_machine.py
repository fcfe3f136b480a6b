"""A state machine as a resource: what it calls, counts, costs and meets."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from capplan.model import Context, Demand
from capplan.resource_type import DeclaredResource, MeteredResource
from capplan.services import integrations
from capplan.services.stepfunctions.asl.definition import Task
from capplan.services.stepfunctions.asl.integrations import integration, target_name
from capplan.services.stepfunctions.cost import longest_express_ms
from capplan.services.stepfunctions.execution.express import billed_ms
from capplan.services.stepfunctions.quotas import START_RATE, TRANSITION_RATE
from capplan.services.stepfunctions.spec import StateMachine, validate
from capplan.services.stepfunctions.state_machine import STATE_MACHINE
from capplan.services.stepfunctions.usage import billed_mb, estimated_mb

Build = Callable[..., StateMachine]
Flowing = Callable[..., Demand]
LAMBDA = "arn:aws:states:::lambda:invoke"

FULFIL: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": LAMBDA,
            "Next": "In stock",
            "Retry": [{"ErrorEquals": ["States.TaskFailed"]}],
        },
        "In stock": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.s", "IsNull": True, "Next": "Pack"}],
            "Default": "Backorder",
        },
        "Pack": {
            "Type": "Map",
            "Next": "Ship",
            "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": True}}},
        },
        "Ship": {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "ship:live"}, "End": True},
        "Backorder": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:updateItem",
            "Parameters": {"TableName": "orders"},
            "End": True,
        },
    },
}
TOLD = {
    "Charge": {"call": "charge", "fails": "10%"},
    "In stock": {"next": {"Backorder": "20%"}},
    "Pack": {"items": 3},
}


def one(**state: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"StartAt": "A", "States": {"A": {"Type": "Task", "End": True, **state}}}


def test_calls_are_the_attempts_that_are_to_be_expected(machine: Build, ctx: Context) -> None:
    calls = {c.to: c for c in STATE_MACHINE.calls(DeclaredResource("fulfil", machine(FULFIL, states=TOLD), ctx))}
    passed = 1 - Fraction(1, 10_000)
    assert calls["functions.charge"].times == Fraction("1.111"), "1 + 0.1 + 0.01 + 0.001"
    assert calls["functions.ship"].times == passed * Fraction(8, 10), "the other ways of a Choice share the rest"
    assert calls["tables.orders"].times == passed * Fraction(2, 10)
    assert (calls["tables.orders"].access.op, calls["functions.ship"].access.op) == ("update", "invoke")
    assert calls["tables.orders"].over_ms == STATE_MACHINE.duration_ms(
        DeclaredResource("fulfil", machine(FULFIL, states=TOLD), ctx)
    )


def test_time_is_attempts_waits_and_the_slowest(machine: Build, ctx: Context) -> None:
    found = STATE_MACHINE.duration_ms(DeclaredResource("fulfil", machine(FULFIL, states=TOLD), ctx))
    assert found == Fraction("1.111") * 180 + 124 + (1 - Fraction(1, 10_000)) * Fraction(8, 10) * 90


@pytest.mark.parametrize(
    ("state", "to", "op", "duration_ms"),
    [
        ({"Resource": LAMBDA, "Parameters": {"FunctionName": "charge"}}, "functions.charge", "invoke", 180),
        (
            {
                "Resource": LAMBDA,
                "QueryLanguage": "JSONata",
                "Arguments": {"FunctionName": "arn:aws:lambda:us-east-1:1:function:charge:live"},
            },
            "functions.charge",
            "invoke",
            180,
        ),
        (
            {"Resource": LAMBDA, "Parameters": {"FunctionName": "charge", "InvocationType": "Event"}},
            "functions.charge",
            "invoke",
            0,
        ),
        ({"Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge"}, "functions.charge", "invoke", 180),
        (
            {
                "Resource": "arn:${AWS::Partition}:states:::lambda:invoke",
                "Parameters": {"FunctionName": "${charge}:$LATEST"},
            },
            "functions.charge",
            "invoke",
            180,
        ),
        ({"Resource": "${charge.Arn}"}, "functions.charge", "invoke", 180),
        ({"Resource": "${orders}"}, None, None, 0),
        (
            {"Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "orders"}},
            "tables.orders",
            "put",
            0,
        ),
        (
            {"Resource": "arn:aws:states:::aws-sdk:dynamodb:query", "Parameters": {"TableName": "orders"}},
            "tables.orders",
            "query",
            0,
        ),
        (
            {"Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "both"}},
            "tables.both",
            "get",
            0,
        ),
        (
            {"Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "settle"}},
            "jobs.settle",
            "run",
            600_000,
        ),
        (
            {"Resource": "arn:aws:states:::glue:startJobRun", "Parameters": {"JobName": "settle"}},
            "jobs.settle",
            "run",
            0,
        ),
        (
            {
                "Resource": "arn:aws:states:::states:startExecution",
                "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:child"},
            },
            "state_machines.child",
            "start",
            0,
        ),
        ({"Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "charge"}}, None, None, 0),
    ],
)
def test_integrations_are_seen_by_themselves(
    machine: Build, ctx: Context, state: dict[str, Any], to: str | None, op: str | None, duration_ms: int
) -> None:
    spec = machine(one(**state))
    found = STATE_MACHINE.calls(DeclaredResource("m", spec, ctx))
    assert [(c.to, c.access.op) for c in found if c.times == 1] == ([] if to is None else [(to, op)])
    assert STATE_MACHINE.duration_ms(DeclaredResource("m", spec, ctx)) == duration_ms


def test_a_call_may_name_what_the_definition_does_not(machine: Build, ctx: Context) -> None:
    spec = machine(one(Resource="${Painter}"), states={"A": {"call": "charge", "duration": "2 s"}})
    (found,) = STATE_MACHINE.calls(DeclaredResource("m", spec, ctx))
    assert found.to == "functions.charge"
    assert STATE_MACHINE.duration_ms(DeclaredResource("m", spec, ctx)) == 2_000


def test_names_are_read_out_of_arns_and_placeholders() -> None:
    known = integrations()
    assert integration("arn:aws:states:::sqs:neverHeardOf", known) is None
    assert integration("arn:aws:states:::states:startExecution.sync:2", known) is not None
    task = Task(LAMBDA, "request", {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:paint:3"})
    assert target_name(task, known) == "paint"
    direct = Task("arn:aws:lambda:eu-west-1:1:function:paint:3", "request", {})
    assert target_name(direct, known) == "paint"
    assert target_name(Task(LAMBDA, "request", {"FunctionName": "{% $name %}"}), known) is None
    assert target_name(Task("arn:aws:states:::glue:startJobRun", "request", {"JobName.$": "$.job"}), known) is None


def test_transitions_are_states_retries_and_overhead(machine: Build, demand: Flowing, ctx: Context) -> None:
    spec = machine(FULFIL, states={**TOLD, "Charge": {"call": "charge"}})
    usage = STATE_MACHINE.meter(DeclaredResource("fulfil", spec, ctx), demand())
    (charge,) = STATE_MACHINE.charge(MeteredResource("fulfil", spec, usage, ctx))
    assert charge.quantity == 2_628_000 * (2 + Fraction(8, 10) * (1 + 3 + 1) + Fraction(2, 10) + 2)
    assert (charge.id, charge.price) == ("fulfil.transitions", "stepfunctions.standard.state_transition")
    assert charge.description == "2,628,000 executions × (6.2 states + 2 for start and end)"
    assert STATE_MACHINE.summary(usage) == {"executions": 2_628_000, "state_transitions": 21_549_600}


def test_express_pays_requests_and_rounded_gb_seconds(machine: Build, demand: Flowing, ctx: Context) -> None:
    spec = machine(FULFIL, type="express", states={**TOLD, "Charge": {"call": "charge"}})
    usage = STATE_MACHINE.meter(DeclaredResource("fulfil", spec, ctx), demand())
    requests, duration = STATE_MACHINE.charge(MeteredResource("fulfil", spec, usage, ctx))
    assert requests.quantity == 2_628_000
    assert requests.price == "stepfunctions.express.request"
    assert requests.description == "2,628,000 executions"
    assert duration.quantity == 2_628_000 * Fraction(28, 100) * Fraction(64, 1024), (
        "80%: 270 ms billed 300; 20%: 180 billed 200"
    )
    assert duration.description == "2,628,000 executions × 280 ms × 64 MB"


def test_children_of_a_distributed_map_have_their_own_bill(machine: Build, demand: Flowing, ctx: Context) -> None:
    def build(kind: str) -> StateMachine:
        child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, **one(Resource=LAMBDA)}
        states = {"M": {"Type": "Map", "ItemProcessor": child, "ItemBatcher": {"MaxItemsPerBatch": 100}, "End": True}}
        return machine(
            {"StartAt": "M", "States": states}, states={"M": {"items": 1_001}, "A": {"call": "charge"}}, overhead=0
        )

    standard = STATE_MACHINE.meter(DeclaredResource("m", build("STANDARD"), ctx), demand())
    assert standard.billed.transitions == 1 + 11, "ceil(1,001 / 100) children of one state"
    express = STATE_MACHINE.meter(DeclaredResource("m", build("EXPRESS"), ctx), demand())
    assert [express.billed.transitions, express.billed.requests] == [1, 11]
    assert express.billed.gb_seconds == 11 * Fraction(2, 10) * Fraction(64, 1024)
    assert [c.times for c in STATE_MACHINE.calls(DeclaredResource("m", build("EXPRESS"), ctx))] == [11]
    assert {p.limit for p in STATE_MACHINE.pools(MeteredResource("m", build("STANDARD"), standard, ctx))} >= {
        "stepfunctions.open_map_runs"
    }


def test_open_executions_follow_littles_law(machine: Build, demand: Flowing, ctx: Context) -> None:
    spec = machine(one(Resource="arn:aws:states:::glue:startJobRun.sync", Parameters={"JobName": "settle"}))
    usage = STATE_MACHINE.meter(DeclaredResource("m", spec, ctx), demand(2))
    seen = STATE_MACHINE.observe(MeteredResource("m", spec, usage, ctx))
    assert seen["executions.open"].value == 1_200, "2 a second x 600 s"
    assert seen["executions.open"].limit == 1_000_000
    assert seen["success"].value == 1


def test_the_history_and_the_five_minutes_are_checked(machine: Build, demand: Flowing, ctx: Context) -> None:
    states = {"A": {"duration": "6 min"}}
    slow = machine(one(Resource=LAMBDA), type="express", states=states)
    usage = STATE_MACHINE.meter(DeclaredResource("m", slow, ctx), demand())
    checks = {c.limit: c for c in STATE_MACHINE.limits(MeteredResource("m", slow, usage, ctx))}
    assert checks["stepfunctions.express.duration"].breached
    (option,) = STATE_MACHINE.options(MeteredResource("m", slow, usage, ctx))
    assert (option.rule, option.severity, option.changes[0].to) == ("stepfunctions.needs-standard", "risk", "standard")
    loop = machine(
        {
            "StartAt": "W",
            "States": {
                "W": {"Type": "Wait", "Seconds": 1, "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.d", "IsNull": True, "Next": "E"}], "Default": "W"},
                "E": {"Type": "Succeed"},
            },
        },
        states={"C": {"polls": 10_000}},
    )
    history = {
        c.limit: c
        for c in STATE_MACHINE.limits(
            MeteredResource("m", loop, STATE_MACHINE.meter(DeclaredResource("m", loop, ctx), demand()), ctx)
        )
    }
    assert history["stepfunctions.history_events"].load == 2 + 4 * 10_000 + 2
    assert history["stepfunctions.history_events"].breached


def test_express_fits_what_does_not_wait_for_others(machine: Build, demand: Flowing, ctx: Context) -> None:
    fits = machine(one(Resource=LAMBDA), states={"A": {"call": "charge"}})
    (option,) = STATE_MACHINE.options(
        MeteredResource("m", fits, STATE_MACHINE.meter(DeclaredResource("m", fits, ctx), demand()), ctx)
    )
    assert option.message == "m finishes in 180 ms; Express bills requests and duration instead of transitions."
    waits = machine(one(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken"))
    (risk,) = STATE_MACHINE.options(
        MeteredResource("m", waits, STATE_MACHINE.meter(DeclaredResource("m", waits, ctx), demand()), ctx)
    )
    assert risk.rule == "stepfunctions.waits-forever"


def test_open_questions_are_answered_and_listed(machine: Build, demand: Flowing, ctx: Context) -> None:
    spec = machine(FULFIL)
    usage = STATE_MACHINE.meter(DeclaredResource("fulfil", spec, ctx), demand())
    found = {(a.path, a.value, a.kind) for a in STATE_MACHINE.assume(MeteredResource("fulfil", spec, usage, ctx))}
    assert found == {
        ("state_machines.fulfil.states.In stock.next", "2 next states, equally likely", "workload"),
        ("state_machines.fulfil.states.Pack.items", "1", "workload"),
        ("state_machines.fulfil.states", "no duration", "workload"),
        ("state_machines.fulfil.states", "an execution takes 5 to 7 transitions", "workload"),
        ("state_machines.fulfil.overhead", "2", "aws_default"),
    }
    told = machine(FULFIL, overhead=1, states={**TOLD, "Charge": {"call": "charge"}})
    assert (
        STATE_MACHINE.assume(
            MeteredResource("fulfil", told, STATE_MACHINE.meter(DeclaredResource("fulfil", told, ctx), demand()), ctx)
        )
        == ()
    )


@pytest.mark.parametrize(
    ("words", "path", "message"),
    [
        (
            {"states": {"Pak": {"items": 3}}},
            ("states", "Pak"),
            "the definition has no state 'Pak', did you mean 'Pack'?",
        ),
        (
            {"states": {"Pack": {"call": "charge"}}},
            ("states", "Pack", "call"),
            "'call' is for a Task; 'Pack' is a Map",
        ),
        (
            {"states": {"Ship": {"wait": "3 s"}}},
            ("states", "Ship", "wait"),
            "'wait' is for a Wait; 'Ship' is a Task",
        ),
        (
            {"states": {"In stock": {"next": {"Ship": "5%"}}}},
            ("states", "In stock", "next", "Ship"),
            "'In stock' never goes to 'Ship', expected one of Pack, Backorder",
        ),
        (
            {"states": {"In stock": {"next": {"Pack": "50%", "Backorder": "40%"}}}},
            ("states", "In stock", "next"),
            "the probabilities of 'In stock' add up to 90%, not 100%",
        ),
        (
            {"states": {"In stock": {"polls": 3}}},
            ("states", "In stock", "polls"),
            "'polls' needs a Choice that leads back to itself and out of the loop; 'In stock' does not",
        ),
    ],
)
def test_words_that_do_not_fit_the_definition_are_named(
    machine: Build, words: dict[str, Any], path: tuple[str, ...], message: str
) -> None:
    assert validate(machine(FULFIL, **words)) == [(path, message)]


def test_a_loop_that_is_never_left_is_an_error(machine: Build) -> None:
    again = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Task",
                "Resource": LAMBDA,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "W"}],
                "End": True,
            },
            "W": {"Type": "Wait", "Seconds": 1, "Next": "A"},
        },
    }
    spec = machine(again, states={"A": {"fails": "100%"}})
    assert validate(spec) == [
        (("states",), "executions never leave the loop through 'W': if an error ends it, write `fails` for its Task")
    ]
    assert validate(machine(again, states={"A": {"fails": "99%"}})) == []


def test_an_express_machine_cannot_wait_for_a_job(machine: Build) -> None:
    spec = machine(one(Resource="arn:aws:states:::glue:startJobRun.sync"), type="express")
    assert validate(spec) == [(("type",), "an express workflow cannot wait for .sync ('A')")]


def test_unknown_words_are_refused() -> None:
    with pytest.raises(ValidationError):
        StateMachine.model_validate({"definition": "a.json", "memroy": "64 MB"})
    assert (
        StateMachine.model_validate({"definition": "a.json", "triggers": "shoppers"}).triggers[0].traffic == "shoppers"
    )
    assert StateMachine.model_validate({"definition": "a.json", "memory": "512 MB"}).memory_mb == 512


@pytest.mark.parametrize(("ms", "billed"), [(0, 100), (1, 100), (100, 100), (Fraction("100.01"), 200), (123, 200)])
def test_duration_is_billed_by_started_hundred_milliseconds(ms: Fraction, billed: int) -> None:
    assert billed_ms(ms) == billed


@pytest.mark.parametrize(("mb", "billed"), [(0, 64), (64, 64), (Decimal("64.01"), 128), (1_200, 1_216)])
def test_memory_is_billed_by_started_64_mb(mb: Decimal, billed: int) -> None:
    assert billed_mb(mb) == billed


def test_the_memory_estimate_is_that_of_the_pricing_page() -> None:
    assert estimated_mb(Fraction(50), Fraction(32), 400) == Fraction("62.85"), "50 MB + 50 KB + 32 KB x 400"


def test_an_accounts_defaults_differ_by_region() -> None:
    assert [START_RATE.in_region(region) for region in ("eu-central-1", "us-east-1")] == [150, 300]
    assert [TRANSITION_RATE.in_region(region) for region in ("eu-central-1", "us-east-1")] == [800, 5_000]


def test_the_longest_cheaper_express_execution() -> None:
    transition, request, gb_second = Decimal("0.000025"), Decimal("0.000001"), Decimal("0.00001667")
    found = longest_express_ms(Fraction(4), transition, request, gb_second, 64)
    assert found == 95_000, "(0.0001 - 0.000001) / (0.00001667 / 160) = 950.2 steps"
