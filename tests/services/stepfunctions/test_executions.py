"""One execution, counted by hand, and the mean of all, against every possible execution."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.chain import EndlessLoop
from capplan.services.stepfunctions.execution.expectation import everywhere, expect
from capplan.services.stepfunctions.execution.history import history_capacities
from capplan.services.stepfunctions.execution.model import World
from tests.reference.stepfunctions.interpreter import Loop, Script, ScriptError, execute, history_capacity

PASS = {"Type": "Pass", "End": True}
LAMBDA = "arn:aws:states:::lambda:invoke"


def machine(**states: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"StartAt": next(iter(states)), "States": states}


def read(**states: Any) -> Definition:  # noqa: ANN401
    return parse(machine(**states), 0)


def task(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": "Task", "Resource": LAMBDA, **({} if "Next" in more else {"End": True}), **more}


def mapped(processor: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": "Map", "ItemProcessor": processor, **({} if "Next" in more else {"End": True}), **more}


RETRY_ONCE = [{"ErrorEquals": ["E"], "MaxAttempts": 1}]
CAUGHT = [{"ErrorEquals": ["States.ALL"], "Next": "Refused"}]
REFUSED = {"Type": "Fail", "Error": "No"}

# --- one execution ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "script", "entered", "retries", "events", "working"),
    [
        ({"A": PASS}, Script(), 1, 0, 4, "2 + Pass 2"),
        ({"A": REFUSED}, Script(), 1, 0, 3, "2 + Fail 1"),
        ({"A": task()}, Script(), 1, 0, 7, "2 + Entered, 3, Exited"),
        ({"A": task()}, Script({"A": ["E"]}), 1, 0, 6, "no Exited when uncaught"),
        ({"A": task(Retry=RETRY_ONCE)}, Script({"A": ["E"]}), 1, 1, 10, "2 + 2 + 2 x 3"),
        ({"A": task(Resource="arn:aws:states:::glue:startJobRun.sync")}, Script(), 1, 0, 8, "2 + 2 + 4"),
        (
            {"A": task(Retry=RETRY_ONCE, Catch=CAUGHT), "Refused": REFUSED},
            Script({"A": "E"}),
            2,
            1,
            11,
            "2 + 2 + 6 + 1",
        ),
        ({"M": mapped(machine(I=PASS))}, Script(items={"M": 3}), 4, 0, 18, "2 + 4 + 3 x (2 + 2)"),
        (
            {"M": mapped(machine(I=task()), MaxConcurrency=1)},
            Script({"I": ["ok", "E"]}, items={"M": 5}),
            3,
            0,
            18,
            "2 + 3 + (2+5) + (2+4)",
        ),
        ({"M": mapped(machine(I=task()))}, Script({"I": ["E"]}, items={"M": 2}), 3, 0, 18, "2 + 3 + (2+4) + (2+5)"),
        (
            {"P": {"Type": "Parallel", "Branches": [machine(B=PASS), machine(C=PASS)], "End": True}},
            Script(),
            3,
            0,
            10,
            "2 + 4 + 2 + 2",
        ),
        (
            {
                "P": {
                    "Type": "Parallel",
                    "Branches": [machine(B=REFUSED)],
                    "End": True,
                    "Retry": [{"ErrorEquals": ["No"], "MaxAttempts": 2}],
                }
            },
            Script(),
            4,
            2,
            10,
            "2 + 3 + 2 Started + 3 Fail",
        ),
    ],
)
def test_an_execution_is_counted_as_its_history_shows(
    states: dict[str, Any], script: Script, entered: int, retries: int, events: int, working: str
) -> None:
    done = execute(read(**states), script)
    assert (done.states_entered, done.retries, done.history_events) == (entered, retries, events), working


def test_children_of_a_distributed_map_are_counted_apart() -> None:
    child = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        **machine(I={"Type": "Pass", "Next": "J"}, J=task(Resource="arn:aws:states:::states:startExecution")),
    }
    done = execute(read(M=mapped(child)), Script(items={"M": 5}))
    assert (done.states_entered, done.history_events) == (1, 8), "the parent does not grow"
    assert (done.children, done.children_states_entered, done.nested_child_executions) == (5, 10, 5)


@pytest.mark.parametrize(("percentage", "status"), [(10, "FAILED"), (20, "SUCCEEDED")])
def test_a_map_run_tolerates_failures_up_to_its_share(percentage: int, status: str) -> None:
    child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(I=task())}
    run = read(M=mapped(child, ToleratedFailurePercentage=percentage))
    assert execute(run, Script({"I": ["E"]}, items={"M": 5})).status == status, "1 of 5 fails: 20%"


def test_waits_and_backoff_are_summed_apart() -> None:
    found = read(W={"Type": "Wait", "SecondsPath": "$.pause", "Next": "A"}, A=task(Retry=[{"ErrorEquals": ["E"]}]))
    done = execute(found, Script({"A": ["E", "E"]}, wait_s={"W": Fraction(60)}))
    assert [done.wait_s, done.retry_wait_s] == [60, 3]


def test_an_unanswered_choice_is_an_error() -> None:
    forked = read(
        C={"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "A"}], "Default": "B"},
        A=PASS,
        B=PASS,
    )
    with pytest.raises(ScriptError, match="where Choice 'C' goes"):
        execute(forked, Script())


POLL = {
    "W": {"Type": "Wait", "Seconds": 60, "Next": "A"},
    "A": task(Next="C"),
    "C": {"Type": "Choice", "Choices": [{"Variable": "$.done", "IsNull": True, "Next": "S"}], "Default": "W"},
    "S": {"Type": "Succeed"},
}


def test_a_polling_loop_fills_the_history() -> None:
    capacity = history_capacity(read(**POLL), Script(), [Loop("C", "W", "S")], [], 25_000)
    assert (capacity.events_fixed, capacity.events_per_unit, capacity.max_units) == (4, 9, 2_777), "4 + 9 n <= 25,000"
    odds = {"C": {"W": Fraction(9, 10), "S": Fraction(1, 10)}}
    (planned,) = history_capacities(read(**POLL), World(choices=odds))
    assert [planned.events_fixed, planned.events_each, planned.most, planned.present] == [4, 9, 2_777, 10]


# --- the mean of all --------------------------------------------------------------------------------------------------


def every_script(tasks: dict[str, int], p: Fraction) -> Iterator[tuple[Fraction, Script]]:
    """All results of so many attempts of each task that fails with probability p, and how likely each is."""
    for outcome in product(("ok", "E"), repeat=sum(tasks.values())):
        left = list(outcome)
        answers = {name: [left.pop(0) for _ in range(count)] for name, count in tasks.items()}
        failures = outcome.count("E")
        yield p**failures * (1 - p) ** (len(outcome) - failures), Script(answers, items={"M": 2})


TWO_BUDGETS = [{"ErrorEquals": ["E"], "MaxAttempts": 2, "IntervalSeconds": 3}]
SHAPES: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"A": task(Retry=TWO_BUDGETS)}, {"A": 3}),
    (
        {"A": task(Retry=RETRY_ONCE, Catch=CAUGHT, Next="B"), "B": task(Retry=RETRY_ONCE), "Refused": REFUSED},
        {"A": 2, "B": 2},
    ),
    ({"A": task(Catch=[{"ErrorEquals": ["Other"], "Next": "B"}]), "B": PASS}, {"A": 1}),
    (
        {"P": {"Type": "Parallel", "End": True, "Branches": [machine(A=task(Retry=RETRY_ONCE)), machine(B=task())]}},
        {"A": 2, "B": 1},
    ),
    (
        {
            "P": {
                "Type": "Parallel",
                "End": True,
                "Retry": RETRY_ONCE,
                "Branches": [machine(A=task()), machine(B=task())],
            }
        },
        {"A": 2, "B": 2},
    ),
    ({"M": mapped(machine(A=task(Retry=RETRY_ONCE)))}, {"A": 4}),
    ({"M": mapped(machine(A=task()), Retry=RETRY_ONCE)}, {"A": 4}),
    ({"M": mapped(machine(A=task()), MaxConcurrency=1, Retry=RETRY_ONCE, Catch=CAUGHT), "Refused": REFUSED}, {"A": 4}),
    (
        {
            "M": mapped(
                {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(A=task())},
                Catch=CAUGHT,
            ),
            "Refused": REFUSED,
        },
        {"A": 2},
    ),
]


@pytest.mark.parametrize(("states", "tasks"), SHAPES)
@pytest.mark.parametrize("p", [Fraction(1, 10), Fraction(1, 2), Fraction(1)])
def test_the_expectation_is_the_mean_of_every_possible_execution(
    states: dict[str, Any], tasks: dict[str, int], p: Fraction
) -> None:
    definition = read(**states)
    world = World(fails={name: {"E": p} for name in tasks}, items={"M": Fraction(2)})
    found = expect(definition.graph, world)
    runs = [(chance, execute(definition, script)) for chance, script in every_script(tasks, p)]

    def mean(of: Any) -> Fraction:  # noqa: ANN401
        return sum((chance * of(done) for chance, done in runs), Fraction(0))

    assert found.states_entered == mean(lambda d: d.states_entered)
    assert found.retries == mean(lambda d: d.retries)
    assert found.history_events == mean(lambda d: d.history_events)
    assert found.retry_wait_s == mean(lambda d: d.retry_wait_s)
    assert found.p_success == mean(lambda d: d.status == "SUCCEEDED")


def test_a_loop_is_a_geometric_series() -> None:
    found = expect(
        read(**POLL).graph,
        World(choices={"C": {"W": Fraction(19, 20), "S": Fraction(1, 20)}}, attempt_ms={"A": Fraction(500)}),
    )
    assert found.visits == {"W": 20, "A": 20, "C": 20, "S": 1}
    assert found.wait_s == 1_200
    assert found.duration_ms == 20 * 60_500
    assert found.p_success == 1


def test_a_loop_nobody_leaves_is_named() -> None:
    with pytest.raises(EndlessLoop, match="never leave the loop"):
        expect(read(**POLL).graph, World(choices={"C": {"W": Fraction(1), "S": Fraction(0)}}))


def test_a_parallel_takes_its_slowest_branch_and_a_map_its_waves() -> None:
    found = read(
        P={"Type": "Parallel", "Branches": [machine(A=task()), machine(B=task())], "Next": "M"},
        M=mapped(machine(I=task()), MaxConcurrency=10),
    )
    times = {"A": Fraction(100), "B": Fraction(700), "I": Fraction(50)}
    assert expect(found.graph, World(attempt_ms=times, items={"M": Fraction(25)})).duration_ms == 700 + 3 * 50, (
        "ceil(25 / 10)"
    )
    assert expect(found.graph, World(attempt_ms=times, items={"M": Fraction(0)})).duration_ms == 700


def test_an_inline_map_runs_forty_at_once() -> None:
    found = expect(
        read(M=mapped(machine(I=task()))).graph, World(attempt_ms={"I": Fraction(10)}, items={"M": Fraction(81)})
    )
    assert found.duration_ms == 30, "ceil(81 / 40) = 3"


def test_a_distributed_map_takes_at_least_its_dispatch() -> None:
    child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(I=task())}
    found = expect(read(M=mapped(child)).graph, World(attempt_ms={"I": Fraction(10)}, items={"M": Fraction(1_000)}))
    assert found.duration_ms == 10_000, "1,000 children at 100 a second"
    assert everywhere(found, "attempts") == {"I": 1_000}
    assert found.attempts == {}, "the children's attempts are not the parent's"


def test_items_of_next_to_no_time_take_their_dispatch_in_no_more_room() -> None:
    """60,000 children at 100 a second take 600 s; points a millionth of a millisecond apart would be 629 million."""
    child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **machine(I=task())}
    world = World(
        attempt_ms={"I": Fraction(1, 2**20)}, fails={"I": {"E": Fraction(1, 100)}}, items={"M": Fraction(60_000)}
    )
    found = expect(read(M=mapped(child, ToleratedFailurePercentage=50)).graph, world)
    assert float(found.duration_ms) == pytest.approx(600_000, rel=1e-5)


def test_many_items_and_rare_failures_stay_precise() -> None:
    world = World(fails={"I": {"E": Fraction(1, 10**9)}}, items={"M": Fraction(100_000)})
    found = expect(read(M=mapped(machine(I=task()))).graph, world)
    assert float(found.p_success) == pytest.approx(0.999900005, abs=1e-9)


def test_a_fractional_number_of_items_lies_between_its_neighbours() -> None:
    definition = read(M=mapped(machine(I=task())))

    def success(items: Fraction) -> Fraction:
        return expect(definition.graph, World(fails={"I": {"E": Fraction(1, 2)}}, items={"M": items})).p_success

    assert success(Fraction(3, 2)) == (success(Fraction(1)) + success(Fraction(2))) / 2
