"""Whole answers of `workflow`: figures that agree with each other, that do not hang on the seed, in seconds."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

import capplan
from capplan.commands.workflow.results import Measure, Workflow
from capplan.pipeline.meter import meter
from capplan.services.stepfunctions.state_machine import STATE_MACHINE
from tests.helpers import HEAD
from tests.services.stepfunctions.shapes import ALL, call
from tests.services.stepfunctions.test_clock import parallel, poll, retry

VARIED = "{p50: 300 ms, p99: 4 s}"
SECONDS = 20
"""Far above what an answer takes on a machine at rest (under 2 s), below what a computation that grows too fast takes."""


def analyzed(folder: Path, definition: dict[str, Any], states: str = "{}", *, seed: int = 0, **more: str) -> Workflow:
    (folder / "it.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    keys = "".join(f", {key}: {value}" for key, value in more.items())
    written = folder / "scenario.yaml"
    written.write_text(f"{HEAD}state_machines:\n  it: {{definition: it.asl.json, states: {states}{keys}}}\n", "utf-8")
    return capplan.workflow(capplan.load(str(written)), seed=seed)


def measure(answer: Workflow, name: str) -> Measure:
    return next(m for m in answer.measures if m.name == name)


@pytest.mark.parametrize("shape", ALL)
def test_every_mean_lies_between_the_least_and_the_most(shape: str, tmp_path: Path) -> None:
    tasks = [n for n in _states(ALL[shape]) if _states(ALL[shape])[n]["Type"] == "Task"]
    rare = ", ".join(f"{name}: {{fails: 0.01%, duration: {VARIED}}}" for name in tasks)
    answer = analyzed(tmp_path, ALL[shape], "{" + rare + "}")
    for found in answer.measures:
        if found.spread is not None:
            spread = found.spread
            assert spread.least <= found.mean <= spread.most, found.name
            assert spread.least <= spread.p50 <= spread.p90 <= spread.p99 <= spread.most, found.name
            assert spread.mean == found.mean


def _states(level: dict[str, Any]) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for name, state in level["States"].items():
        out[name] = state
        inner = [*state.get("Branches", ()), *(state[k] for k in ("ItemProcessor", "Iterator") if k in state)]
        for nested in inner:
            out |= _states(nested)
    return out


def test_percentiles_of_a_known_law_are_not_drawn(tmp_path: Path) -> None:
    definition = {"StartAt": "A", "States": {"A": call("a", Retry=retry(**{"States.TaskFailed": 2}))}}
    told = "{A: {fails: 10%, duration: " + VARIED + "}}"
    answers = [analyzed(tmp_path, definition, told, seed=seed, type="express") for seed in (0, 1)]
    first, second = (measure(answer, "duration") for answer in answers)
    assert first.spread is not None
    assert second.spread is not None
    assert (first.spread.p50, first.spread.p90, first.spread.p99) == (
        second.spread.p50,
        second.spread.p90,
        second.spread.p99,
    )
    assert answers[0].cost == answers[1].cost


def test_estimate_and_workflow_have_one_clock(tmp_path: Path) -> None:
    definition = {"StartAt": "P", "States": {"P": parallel(poll("a", 10), poll("b", 10))}}
    answer = analyzed(tmp_path, definition, "{'a?': {polls: 3}, 'b?': {polls: 5}}")
    metered = meter(capplan.load(str(tmp_path / "scenario.yaml")), 0)
    assert metered.context.duration_ms["state_machines.it"] == measure(answer, "duration").mean
    seen = STATE_MACHINE.observe(metered.resource("state_machines.it"))["duration"].value
    assert seen is not None
    assert float(seen) == pytest.approx(float(measure(answer, "duration").mean))


def _choices(number: int) -> dict[str, Any]:
    """Choices in a row, each with a Task beside it."""
    states: dict[str, Any] = {"End": {"Type": "Succeed"}}
    for i in range(number):
        following = f"C{i + 1}" if i < number - 1 else "End"
        rule = {"Variable": "$.a", "BooleanEquals": True, "Next": f"T{i}"}
        states[f"C{i}"] = {"Type": "Choice", "Choices": [rule], "Default": following}
        states[f"T{i}"] = call("t", Next=following)
    return {"StartAt": "C0", "States": states}


def _looping(number: int) -> dict[str, Any]:
    """Choices in a row whose Tasks lead back to the Choice before."""
    definition = _choices(number)
    for i in range(number):
        definition["States"][f"T{i}"]["Next"] = f"C{max(0, i - 1)}"
    return definition


TEN = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": poll("a", 30), "End": True}}}


@pytest.mark.parametrize(
    ("definition", "states"),
    [
        (TEN, "{M: {items: 10}, 'a?': {polls: 20}}"),
        (TEN, "{M: {items: 1000}, 'a?': {polls: 20}}"),
        (_choices(200), "{}"),
        (_looping(60), "{}"),
        ({"StartAt": "T", "States": {"T": call("t", Retry=retry(A=100, B=100, C=100))}}, "{T: {errors: {A: 20%, B: 20%, C: 20%}}}"),
        ({"StartAt": "P", "States": {"P": parallel(poll("a", 30), poll("b", 30))}}, "{'a?': {polls: 40}, 'b?': {polls: 60}}"),
    ],
    ids=["ten pollers", "a thousand pollers", "200 choices", "choices that lead back", "three retriers", "two branches poll"],
)  # fmt: skip
def test_answers_come_in_seconds(definition: dict[str, Any], states: str, tmp_path: Path) -> None:
    begin = time.monotonic()
    answer = analyzed(tmp_path, definition, states)
    capplan.plan(capplan.load(str(tmp_path / "scenario.yaml")))
    assert time.monotonic() - begin < SECONDS
    assert answer.cost > 0


def test_a_workflow_without_draws_still_has_percentiles(tmp_path: Path) -> None:
    answer = analyzed(tmp_path, poll("a", 60), "{'a?': {polls: 3000}}")
    assert answer.draws == 0
    assert measure(answer, "duration").spread is not None
