"""What one execution costs by state over services: every cent of the plan finds its state, by hand and in sum."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.commands.workflow.results import StateRow, Workflow
from capplan.errors import CapplanError
from capplan.language.scenario import Scenario
from tests.helpers import SCENARIOS, WEB_SHOP, scenario
from tests.services.stepfunctions.shapes import POLLING, SAGA

TRANSITION = Fraction("0.000025")
REQUEST = Fraction("0.0000002")
GB_SECOND = Fraction("0.0000166667")
FUNCTIONS = "".join(
    f"  {name}: {{memory: 1024 MB, duration: 100 ms}}\n"
    for name in ("book-room", "book-car", "cancel-car", "cancel-room", "submit", "look")
)


def given(folder: Path, definition: object, words: str = "", rest: str = "", rate: str = "1/s") -> Scenario:
    (folder / "it.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    starts = f"traffic: {{shoppers: {{rate: {rate}}}}}\n" if rate else ""
    triggers = "    triggers: shoppers\n" if rate else ""
    machine = f"state_machines:\n  it:\n    definition: it.asl.json\n{triggers}{words}{rest}"
    # without logs, so that a sum has what the states cause by their calls alone
    body = f"defaults: {{functions: {{logs: false}}}}\n{starts}functions:\n{FUNCTIONS}{machine}"
    return scenario(body, folder)


def rows(answer: Workflow) -> dict[str, StateRow]:
    return {row.name: row for row in answer.rows}


INVOCATION = REQUEST + GB_SECOND * Fraction(100, 1000)
"""1,024 MB for 100 ms, and the request."""


def test_a_state_pays_its_transitions_and_all_that_its_calls_cause(tmp_path: Path) -> None:
    words = "    states:\n      Book car: {fails: 50%}\n"
    found = rows(capplan.workflow(given(tmp_path, SAGA, words)))
    near = pytest.approx
    attempts = Fraction("1.75")
    assert found["Book car"].visits == 1
    assert found["Book car"].retries == Fraction("0.75"), "0.5 + 0.25"
    assert found["Book car"].failed == Fraction("0.125"), "three attempts of two in four"
    assert float(found["Book car"].cost) == near(float(attempts * (TRANSITION + INVOCATION)), rel=1e-5)
    assert float(found["Cancel car"].cost) == near(float((TRANSITION + INVOCATION) / 8), rel=1e-5)
    assert found["Cancel room"].visits == Fraction("0.125"), "the compensation goes on"
    assert found["Not booked"].cost == TRANSITION / 8
    assert found[""].cost == 2 * TRANSITION, "start and end"


def test_what_a_called_function_does_in_turn_belongs_to_the_state(tmp_path: Path) -> None:
    rest = "tables:\n  log: {item_size: 1 KB, items: 1k}\n"
    found = given(tmp_path, POLLING, "    states: {'Done?': {polls: 4}}\n", rest)
    with_calls = (
        (tmp_path / "scenario.yaml")
        .read_text()
        .replace(
            "  look: {memory: 1024 MB, duration: 100 ms}",
            "  look: {memory: 1024 MB, duration: 100 ms, calls: [{put: log}]}",
        )
    )
    (tmp_path / "scenario.yaml").write_text(with_calls)
    del found
    answer = capplan.workflow(capplan.load(str(tmp_path / "scenario.yaml")))
    look = rows(answer)["Look"]
    assert look.visits == 4
    assert look.cost_by_service["dynamodb"] == 4 * Fraction("0.000000625"), "four puts of one unit"
    assert look.calls == ("look",)
    assert answer.cost_by_service["dynamodb"] == look.cost_by_service["dynamodb"]


def test_the_states_of_a_scenario_sum_up_to_what_the_machine_causes_in_its_bill(tmp_path: Path) -> None:
    """Everything here is started by the machine, so its executions cost what the whole month does, storage apart."""
    asked = given(tmp_path, SAGA, "    states:\n      Book room: {fails: 10%}\n")
    answer, plan = capplan.workflow(asked), capplan.plan(asked)
    assert abs(answer.cost * answer.executions - Fraction(plan.monthly_cost)) < Fraction(1, 10**6)


def test_a_machine_that_nothing_starts_is_told_by_one_execution(tmp_path: Path) -> None:
    started = capplan.workflow(given(tmp_path, SAGA))
    alone = capplan.workflow(given(tmp_path, SAGA, rate=""))
    assert alone.executions == 0
    assert float(alone.cost) == pytest.approx(float(started.cost), rel=1e-4)


def test_the_cost_of_drawn_executions_has_the_exact_mean(tmp_path: Path) -> None:
    words = "    states:\n      Book car: {fails: 50%}\n      Book room: {errors: {Busy: 10%, States.Timeout: 5%}}\n"
    answer = capplan.workflow(given(tmp_path, SAGA, words), draws=40_000)
    for measure in answer.measures:
        assert measure.spread is not None
        assert float(measure.spread.mean) == pytest.approx(float(measure.mean), rel=0.03), measure.name
        assert measure.spread.least <= measure.spread.p50 <= measure.spread.p90 <= measure.spread.p99
    assert {m.name: m.mean for m in answer.measures}["cost"] == answer.cost


def test_express_time_falls_on_the_states_it_is_spent_in(tmp_path: Path) -> None:
    answer = capplan.workflow(given(tmp_path, SAGA, "    type: express\n"))
    found = rows(answer)
    assert found["Book room"].cost_by_service["stepfunctions"] == found["Book car"].cost_by_service["stepfunctions"]
    assert found[""].cost == Fraction("0.000001"), "the request"
    gb_seconds = Fraction(2, 10) * Fraction(64, 1024)
    assert answer.cost_by_service["stepfunctions"] == Fraction("0.000001") + gb_seconds * Fraction("0.00001667")


# --- bounds, types, history -------------------------------------------------------------------------------------------

CHOICES = {
    "StartAt": "Which?",
    "States": {
        "Which?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "Long"}],
            "Default": "Done",
        },
        "Long": {"Type": "Pass", "Next": "Longer"},
        "Longer": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    },
}


def test_missing_odds_are_split_equally_and_bounded(tmp_path: Path) -> None:
    answer = capplan.workflow(given(tmp_path, CHOICES))
    assert answer.open_choices == ("Which?",)
    assert answer.cost == TRANSITION * 5, "2 + 2 + (2 + 0) / 2"
    assert answer.cheapest is not None
    assert answer.dearest is not None
    assert (answer.cheapest.cost, answer.dearest.cost) == (TRANSITION * 4, TRANSITION * 6)
    assert answer.cheapest.goes == {"Which?": "Done"}
    told = capplan.workflow(given(tmp_path, CHOICES, "    states: {'Which?': {next: {Long: 10%}}}\n"))
    assert (told.open_choices, told.cheapest, told.dearest) == ((), None, None)
    assert told.cost == TRANSITION * Fraction("4.2")


def test_a_loop_without_odds_has_no_dearest_way(tmp_path: Path) -> None:
    answer = capplan.workflow(given(tmp_path, POLLING))
    assert answer.cheapest is not None
    assert answer.dearest is not None
    assert answer.dearest.cost is None
    assert answer.dearest.loop in ("Pause", "Look", "Done?")
    one_pass = 7 * TRANSITION + 2 * INVOCATION
    assert float(answer.cheapest.cost or 0) == pytest.approx(float(one_pass), rel=1e-5), "submit, 3 of a pass, ready, 2"


def test_both_types_are_priced_and_judged(tmp_path: Path) -> None:
    standard, express = capplan.workflow(given(tmp_path, POLLING, "    states: {'Done?': {polls: 20}}\n")).types
    assert (standard.type, standard.as_written, standard.verdict.eligible) == ("standard", True, True)
    assert not express.verdict.eligible
    assert "Express stops executions after 5 min" in express.verdict.obstacles[0], "20 x 30 s"
    assert standard.each == TRANSITION * 64, "1 + 3 x 20 + 1, start and end"
    short = capplan.workflow(given(tmp_path, SAGA)).types[1]
    assert short.verdict.eligible
    assert "at-least-once" in short.verdict.warnings[0]
    assert short.each == Fraction("0.000001") + Fraction(2, 10) * Fraction(64, 1024) * Fraction("0.00001667")


def test_a_tail_past_five_minutes_forbids_express(tmp_path: Path) -> None:
    words = "    states:\n      Book car: {duration: {p50: 2 min, p99: 6 min}}\n"
    express = capplan.workflow(given(tmp_path, SAGA, words)).types[1]
    assert "1% of executions take" in express.verdict.obstacles[0]


def test_the_history_holds_so_many_passes(tmp_path: Path) -> None:
    (room,) = capplan.workflow(given(tmp_path, POLLING, "    states: {'Done?': {polls: 20}}\n")).rooms
    assert [room.events_fixed, room.events_each] == [9, 9], "2 + Task 5 + Succeed 2; Wait 2, Task 5, Choice 2"
    assert room.most == (25_000 - 9) // 9
    assert room.present == 20


def test_the_break_even_is_where_two_plans_meet(tmp_path: Path) -> None:
    """At the printed duration Express costs no more than Standard, 100 ms later it does."""
    answer = capplan.workflow(given(tmp_path, SAGA, rate="1/h"))
    limit = answer.break_even_ms
    each = []
    for ms in (limit - 100, limit, limit + 100):
        words = f"    states:\n      Book car: {{duration: {ms - 100} ms}}\n"
        standard, express = capplan.workflow(given(tmp_path, SAGA, words, rate="1/h")).types
        each.append(express.each <= standard.each)
    assert each == [True, True, False]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("fulfill", "there is no state machine 'fulfill'", "did you mean 'fulfil'?"),
        ("orders", "there is no state machine 'orders'", "expected one of fulfil"),
    ],
)
def test_an_unknown_machine_is_refused(name: str, message: str, hint: str) -> None:
    with pytest.raises(CapplanError) as caught:
        capplan.workflow(capplan.load(WEB_SHOP), name)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.message, diagnostic.hint) == (message, hint)


def test_the_shipped_saga_undoes_what_fails_and_varies_as_its_functions_do() -> None:
    asked = capplan.load(str(SCENARIOS / "bookings" / "scenario.yaml"))
    answer = capplan.workflow(asked, "book-trip", draws=5_000)
    found = rows(answer)
    room, car, card = (found[name] for name in ("Book room", "Book car", "Charge card"))
    assert found["Cancel car"].visits == car.visits * car.failed + card.visits * card.failed
    assert found["Cancel room"].visits == room.failed + found["Cancel car"].visits
    assert answer.errors == {"NotBooked": found["Cancel room"].visits}
    (duration,) = (m for m in answer.measures if m.name == "duration")
    assert duration.spread is not None
    assert duration.spread.least < duration.mean / 3
    assert float(duration.spread.mean) == pytest.approx(float(duration.mean), rel=0.03)


def test_the_clock_of_branches_is_that_of_the_slowest() -> None:
    answer = capplan.workflow(capplan.load(str(SCENARIOS / "bookings" / "scenario.yaml")), "quote", draws=20_000)
    (duration,) = (m for m in answer.measures if m.name == "duration")
    slowest = max(row.ms for row in answer.rows if row.type == "Task")
    assert duration.exact, "the law of the slowest is computed, not drawn"
    assert duration.mean > slowest * Fraction(11, 10), "hotels and cars by turns are the slower"
    (cost,) = (m for m in answer.measures if m.name == "cost")
    assert cost.spread is not None
    assert float(cost.spread.mean) == pytest.approx(float(answer.cost), rel=0.01)
