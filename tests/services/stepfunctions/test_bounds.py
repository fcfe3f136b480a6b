"""The cheapest and the dearest way, against every way there is."""

from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from capplan.services.stepfunctions.asl.definition import Definition
from capplan.services.stepfunctions.asl.read import parse
from capplan.services.stepfunctions.execution import bounds
from capplan.services.stepfunctions.execution.bounds import TooManyPathsError, cheapest, dearest, open_choices
from capplan.services.stepfunctions.execution.chain import EndlessLoop
from capplan.services.stepfunctions.execution.expectation import expect
from capplan.services.stepfunctions.execution.model import Expectation, World
from tests.services.stepfunctions.shapes import call


def choice(*targets: str) -> dict[str, Any]:
    rules = [{"Variable": "$.x", "NumericEquals": i, "Next": to} for i, to in enumerate(targets[1:])]
    return {"Type": "Choice", "Choices": rules, "Default": targets[0]}


def read(**states: Any) -> Definition:  # noqa: ANN401
    return parse({"StartAt": next(iter(states)), "States": states}, 0)


def onward(to: str) -> dict[str, Any]:
    return {"Type": "Pass", "Next": to}


DONE = {"Type": "Succeed"}
WAYS = {
    "three in a row": read(
        A=choice("B", "X"), X=onward("B"), B=choice("C", "Y", "Done"), Y=onward("Z"), Z=onward("C"), C=onward("Done"), Done=DONE
    ),
    "a failing task between": read(
        A=choice("T", "B"), T=call("t", Next="B", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "U"}]), U=onward("B"),
        B=choice("C", "Done"), C=onward("Done"), Done=DONE,
    ),
    "inside a branch": read(
        P={"Type": "Parallel", "Branches": [
            {"StartAt": "A", "States": {"A": choice("D", "X"), "X": onward("D"), "D": DONE}},
            {"StartAt": "B", "States": {"B": choice("E", "Y"), "Y": onward("E"), "E": DONE}},
        ], "End": True}
    ),
    "a told loop around": read(
        A=choice("B", "X"), X=onward("B"), B=onward("L"), L=choice("A", "Done"), Done=DONE
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", WAYS)
def test_no_way_is_cheaper_and_none_dearer(shape: str) -> None:
    definition = WAYS[shape]
    told = {"L": {"A": Fraction(2, 3), "Done": Fraction(1, 3)}} if "loop" in shape else {}
    world = World(choices=told, fails={"T": {"States.TaskFailed": Fraction(1, 4)}})
    choices = open_choices(definition, world)
    assert "L" not in choices

    def entered(found: Expectation) -> Fraction:
        return found.states_entered

    amounts = []
    for targets in product(*(definition.states[c].targets for c in choices)):
        goes = {c: {to: Fraction(1)} for c, to in zip(choices, targets, strict=True)}
        amounts.append(entered(expect(definition.graph, World(choices={**told, **goes}, fails=world.fails))))
    assert cheapest(definition, world, choices, entered).amount == min(amounts)
    assert dearest(definition, world, choices, entered).amount == max(amounts)


def test_a_loop_that_need_never_end_has_no_dearest_way() -> None:
    definition = read(A=onward("L"), L=choice("A", "Done"), Done=DONE)
    found = dearest(definition, World(), ("L",), lambda one: one.states_entered)
    assert (found.amount, found.goes) == (None, {"L": "A"})
    with pytest.raises(EndlessLoop):
        expect(definition.graph, World(choices={"L": {"A": Fraction(1)}}))


def test_past_a_published_effort_no_bound_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = WAYS["inside a branch"]
    effort = 4 * len(definition.states)
    for limit, fits in ((effort, True), (effort - 1, False)):
        monkeypatch.setattr(bounds, "MAX_EFFORT", limit)
        if fits:
            assert cheapest(definition, World(), ("A", "B"), lambda one: one.states_entered).amount == 5
        else:
            with pytest.raises(TooManyPathsError):
                cheapest(definition, World(), ("A", "B"), lambda one: one.states_entered)
