"""The fuzzer sees what it should see, makes the same cases again, and reduces what it finds."""

import json
from random import Random
from typing import Any

import pytest

from capplan.language.schema import scenario_schema
from tests.commands.test_ordinary import MACHINE
from tests.fuzz import run, valid
from tests.fuzz.answers import Answer
from tests.fuzz.cases import Case
from tests.fuzz.corpus import KINDS, case_of
from tests.fuzz.laws import broken, differ
from tests.fuzz.machines import Machines
from tests.fuzz.mutate import grafts_of
from tests.fuzz.run import Failure, failure_of, reduced

JSON = Case("scenario", {}, ("estimate", "scenario.yaml", "-f", "json"))
TABLE = Case("scenario", {}, ("estimate", "scenario.yaml", "-f", "table"))


def record(**values: object) -> str:
    return json.dumps({"schema": "capplan.other/1", **values})


@pytest.mark.parametrize(
    ("case", "answer", "wrong"),
    [
        (TABLE, Answer(0, "USD 5\n", ""), ""),
        (TABLE, Answer(2, "", "x.yaml:1:1: error\n"), ""),
        (TABLE, Answer(1, "", "a bug"), "exit code 1"),
        (TABLE, Answer(0, "", "", "KeyError in a.py:f"), "KeyError in a.py:f"),
        (TABLE, Answer(2, "", ""), "exit code 2 without a word"),
        (TABLE, Answer(0, "a\x1b[2J", ""), "control character '\\x1b' in the output"),
        (TABLE, Answer(2, "", "a\u202e"), "control character '\\u202e' in the errors"),
        (JSON, Answer(0, "", ""), "no JSON"),
        (JSON, Answer(0, '{"a": NaN}', ""), "no JSON: NaN is no JSON"),
        (JSON, Answer(0, record(monthly_cost="NaN"), ""), "NaN under monthly_cost"),
        (JSON, Answer(0, record(monthly_cost="-0.01"), ""), "monthly_cost below 0"),
        (JSON, Answer(0, record(monthly_cost="0.01"), ""), ""),
        (JSON, Answer(0, record(throttled_share="1.5"), ""), "throttled_share is 1.5"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(case: Case, answer: Answer, wrong: str) -> None:
    assert broken(case, answer) == wrong


def test_a_plan_that_is_not_by_its_schema_is_found() -> None:
    assert broken(JSON, Answer(0, '{"schema": "capplan.plan/1"}', "")).startswith("not by its schema")


def test_a_case_is_its_seed_and_number() -> None:
    assert [case_of(5, n) for n in range(30)] == [case_of(5, n) for n in range(30)]
    assert len({case_of(5, n).words[0] for n in range(60)}) > 8


def test_what_is_drawn_as_valid_stays_so_while_it_is_changed() -> None:
    files, grafts = {"m.asl.json": MACHINE}, grafts_of([{"item_size": "1 KB"}, {"item_size": "no size"}])
    for seed in range(2):
        rng = Random(seed)  # noqa: S311  drawn cases, no secret
        data = valid.drawn(scenario_schema(), rng, files)
        other = valid.changed(data, files, rng, grafts, 2)
        with valid.reader_of(files) as taken:
            assert data["tables"], "and something is in it"
            assert taken(data)
            assert taken(other)
            assert not taken({**data, "region": "nowhere"})
        assert other != data


def test_most_drawn_machines_are_read() -> None:
    """Those that are not are of mixed kinds: an Express workflow that waits for a job."""
    read = 0
    for seed in range(20):
        machine = {"definition": "m", "type": "standard", "triggers": "t"}
        drawn = Machines(Random(seed)).definition()  # noqa: S311
        data = {"capplan": 1, "name": "M", "region": "us-east-1", "traffic": {"t": {"rate": "1/s"}}}
        with valid.reader_of({"m": drawn}) as taken:
            read += taken({**data, "state_machines": {"m": machine}})
    assert read >= 15


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ({}, {}, ""),
        ({"monthly_cost": "5"}, {"monthly_cost": "6"}, "monthly_cost 5 is 6 in it"),
        ({}, {"cost": "2"}, "monthly_cost of tables.a 1 is 2 in it"),
        ({}, {"reads": "8"}, "reads of tables.a 7 is 8 in it"),
        ({"reads": "7.0000000001"}, {}, ""),
        ({}, {"address": "tables.c"}, "tables.a is gone in it"),
    ],
)
def test_two_plans_differ_where_a_figure_does(old: dict[str, str], new: dict[str, str], wrong: str) -> None:
    def planned(of: dict[str, str], address: str) -> dict[str, object]:
        costs = {"monthly_cost": of.get("monthly_cost", "5"), "one_time_cost": "0"}
        resource = {"monthly_cost": of.get("cost", "1"), "usage": {"reads": of.get("reads", "7")}, "implied_by": []}
        return {**costs, "resources": [{"address": of.get("address", address), **resource}]}

    assert differ(planned(old, "tables.a"), planned(new, "tables.b"), "it", "tables.a", "tables.b") == wrong


@pytest.mark.parametrize("kind", KINDS)
def test_some_cases_of_each_kind_keep_every_law(kind: str) -> None:
    for number in range(3):
        found = failure_of(11, number, (kind,))
        assert found is None or found.wrong == "slow", found


def test_what_is_found_is_reduced_to_the_part_that_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(case: Case, _seed: int, _number: int) -> tuple[str, Answer]:
        tables: Any = case.files["s"].get("tables", {})
        return ("planted" if "bad" in tables else ""), Answer(0, "", "")

    monkeypatch.setattr(run, "judged", judged)
    data = {"name": "x", "tables": {"bad": {"a": [1, 2]}, "good": {"b": 1}}, "jobs": {"j": {}}}
    small = reduced(Failure(1, Case("scenario", {"s": data}, ("estimate",)), "planted", ""), 1)
    assert small.case.files["s"] == {"tables": {"bad": {}}}
