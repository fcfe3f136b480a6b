"""Where AWS ends an execution: its TimeoutSeconds, a full history; and loops that end when what they wait for does."""

from fractions import Fraction
from typing import Any

import pytest

from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution.draws import draw, generator
from capplan.services.stepfunctions.execution.events import EventClock, share_beyond
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.history import passes
from capplan.services.stepfunctions.execution.model import World
from capplan.services.stepfunctions.execution.polling import mean_passes, passes_until
from capplan.services.stepfunctions.execution.retries import HISTORY_FULL, TIMEOUT
from tests.services.stepfunctions.shapes import ALL, POLLING, call
from tests.services.stepfunctions.test_clock import parallel, poll, polls, wait

F = Fraction


def read(timeout_s: int | None, **states: Any) -> Definition:  # noqa: ANN401
    top = {} if timeout_s is None else {"TimeoutSeconds": timeout_s}
    return parse({"StartAt": next(iter(states)), "States": states, **top}, 0)


def test_what_starts_after_the_timeout_is_not_entered() -> None:
    definition = read(60, W=wait(3_600, Next="T"), T=call("t"))
    found = expect(definition.graph, World(attempt_ms={"T": F(1_000)}))
    assert dict(found.visits) == {"W": 1}
    assert not found.attempts
    assert found.duration_ms == 60_000
    assert found.errors == {TIMEOUT: 1}
    assert found.wait_s == 60


def test_a_timeout_cuts_what_is_later_in_a_branch_too() -> None:
    slow = {"StartAt": "A", "States": {"A": wait(100, Next="B"), "B": call("b")}}
    fast = {"StartAt": "C", "States": {"C": wait(10, Next="D"), "D": call("d")}}
    found = expect(read(60, P=parallel(slow, fast)).graph, World())
    assert set(found.visits) == {"P", "A", "C", "D"}


def test_a_loop_is_cut_in_the_share_of_executions_that_are_late() -> None:
    # A pass takes 10 s and is the last in 1 of 4: four end in 45 s, so 0.75^4 are late; five start: 4 (1 - 0.75^5)
    definition = parse({**poll("a", 10), "TimeoutSeconds": 45}, 0)
    found = expect(definition.graph, World(choices=polls(a=4)))
    assert float(found.errors[TIMEOUT]) == pytest.approx(0.75**4, rel=1e-5)
    assert float(found.visits["a wait"]) == pytest.approx(4 * (1 - 0.75**5), rel=1e-5)
    got = draw(definition.graph, World(choices=polls(a=4)), 20_000, generator(1, "m"))
    assert got.ms.mean() == pytest.approx(float(found.duration_ms), rel=0.02)
    assert (got.error >= 0).mean() == pytest.approx(0.75**4, abs=0.02)


def test_a_timeout_that_is_never_reached_changes_nothing() -> None:
    with_it, without = (read(t, W=wait(30, Next="T"), T=call("t")) for t in (600, None))
    world = World(attempt_ms={"T": F(1_000)})
    assert expect(with_it.graph, world) == expect(without.graph, world)


# --- history ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ALL)
def test_the_law_of_the_events_has_the_mean_of_the_expectation(shape: str) -> None:
    definition = parse(ALL[shape], 0)
    tasks = [name for name, state in definition.states.items() if state.task is not None]
    world = World(
        fails={name: {"States.TaskFailed": F(1, 5)} for name in tasks},
        items={name: F(3) for name, state in definition.states.items() if state.map is not None},
    )
    from capplan.services.stepfunctions.execution.grid import Grid, Law

    grid = Grid(1.0, 4_096)
    law = Law(1.0, {e: grid.series(w) for e, w in EventClock(world).level(definition.graph, grid).items()})
    assert law.mean() + 2 == pytest.approx(float(expect(definition.graph, world).history_events), rel=1e-6)


def test_a_long_geometric_loop_fills_its_history_in_some_executions() -> None:
    # 2 + 2 events beside 4 a pass (Wait 2, Choice 2): the last pass that ends within 25,000 is 6,249
    definition = parse(poll("a", 60), 0)
    world = World(choices=polls(a=5_000), history_limit=25_000)
    found, most = expect(definition.graph, world), 6_249
    full = (1 - 1 / 5_000) ** most
    assert share_beyond(definition.graph, EventClock(world), 25_000) == pytest.approx(full, rel=1e-4)
    assert float(found.errors[HISTORY_FULL]) == pytest.approx(full, rel=1e-3)
    assert float(found.visits["a wait"]) == pytest.approx(5_000 * (1 - full), rel=2e-3)


# --- loops of known length --------------------------------------------------------------------------------------------


def _polling(until: Fraction | Any, seconds: int = 30) -> tuple[Definition, World]:  # noqa: ANN401
    definition = parse(POLLING, 0)
    world = World(wait_s={"Pause": F(seconds)}, attempt_ms={"Look": F(1_000)})
    state = definition.states["Done?"]
    counted = passes_until(definition, state, until, world)
    assert counted is not None
    choices = {"Done?": passes(definition, state, mean_passes(counted), {})}
    return definition, World(
        wait_s=world.wait_s, attempt_ms=world.attempt_ms, passes={"Done?": counted}, choices=choices
    )


@pytest.mark.parametrize(("seconds", "number"), [(1, 1), (31, 1), (32, 2), (62, 2), (63, 3), (2_400, 78)])
def test_a_loop_is_passed_until_the_first_check_after_the_end(seconds: int, number: int) -> None:
    definition, world = _polling(F(seconds * 1_000))  # checks after 31 s, 62 s …; 2,400 / 31 = 77.4
    found = expect(definition.graph, world)
    assert found.visits["Look"] == number
    assert found.duration_ms == number * 31_000
    got = draw(definition.graph, world, 100, generator(1, "m"))
    assert set(got.ms.tolist()) == {number * 31_000.0}


def test_an_error_inside_a_pass_ends_a_counted_loop() -> None:
    # 1/10 of the looks fail: of 3 passes 1 + 0.9 + 0.81 looks are made
    definition, world = _polling(F(70_000))
    from capplan.record import replace

    failing = replace(world, fails={"Look": {"No": F(1, 10)}})
    found = expect(definition.graph, failing)
    assert found.visits["Look"] == F(271, 100)
    assert found.p_success == F(729, 1000)
