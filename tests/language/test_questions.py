"""An open question leaves an entry incomplete; what hangs on it is never counted, and no gate passes on it."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.load import load
from capplan.language.questions import questions_in
from capplan.record import replace

OPEN = """capplan: 1
name: Shop
region: us-east-1
traffic:
  shoppers:
    # rate: 10/s   how often?
tables:
  orders:
    capacity: {mode: provisioned, write: 10, read: 10}
    # item_size: 2 KB   how large is an item?
functions:
  api:
    triggers: shoppers
    memory: 512 MB
    calls: [{put: orders}]
    # duration: 100 ms   how long does one invocation take?
gates:
  - cost.monthly < 100 USD
"""
# 730 h × (10 WCU × 0.00065 + 10 RCU × 0.00013): what does not hang on any answer
FIXED = Decimal("5.694")


def _written(folder: Path, text: str) -> str:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_questions_are_comments_with_an_example_inside_an_entry() -> None:
    found = [(q.path, q.example, q.asks, q.line) for q in questions_in(OPEN.splitlines())]
    assert found == [
        ("traffic.shoppers.rate", "10/s", "how often?", 6),
        ("tables.orders.item_size", "2 KB", "how large is an item?", 10),
        ("functions.api.duration", "100 ms", "how long does one invocation take?", 16),
    ]
    assert (
        questions_in(["a:", "  b:", "    # memory: 256 MB is enough", "    # note   that", "# rate: 1/s   how?"]) == ()
    )


def test_an_estimate_leaves_out_what_hangs_on_open_answers(tmp_path: Path) -> None:
    scenario = load(_written(tmp_path, OPEN))
    answer = plan(replace(scenario, allow_open=True))
    assert answer.monthly_cost == FIXED
    assert answer.limits == ()
    assert answer.gates == ()
    assert [gate.needs for gate in answer.unjudged] == ["3 questions are open"]
    assert [q.path for q in answer.open_questions if q.needed] == [
        "traffic.shoppers.rate",
        "functions.api.duration",
        "tables.orders.item_size",
    ]


def test_the_example_beside_a_question_is_never_counted(tmp_path: Path) -> None:
    other = OPEN.replace("10/s", "900/s").replace("100 ms", "9 s").replace("2 KB", "40 KB")
    assert plan(replace(load(_written(tmp_path, other)), allow_open=True)).monthly_cost == FIXED


def test_no_command_but_estimate_takes_an_open_answer_for_nothing(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as caught:
        plan(load(_written(tmp_path, OPEN)), allow_unjudged=False)
    assert [(d.line, d.column) for d in caught.value.diagnostics] == [(6, 5)]


def test_an_open_resource_is_missing_once_requests_reach_it(tmp_path: Path) -> None:
    told = OPEN.replace("    # rate: 10/s   how often?", "    rate: 10/s")
    with pytest.raises(CapplanError) as caught:
        plan(load(_written(tmp_path, told)))
    assert [d.line for d in caught.value.diagnostics] == [10, 16]
    answer = plan(replace(load(_written(tmp_path, told)), allow_open=True))
    costs = {resource.name: resource.monthly_cost for resource in answer.resources}
    # the table is asked, and what it costs then is not known; how many lines the function writes is
    assert [name for name, cost in costs.items() if cost] == ["/aws/lambda/api"]
    assert {"functions.api", "tables.orders"} <= {row.what for row in answer.excluded}


def test_an_answered_scenario_is_a_scenario_like_any(tmp_path: Path) -> None:
    told = OPEN.replace("# rate: 10/s   how often?", "rate: 10/s").replace(
        "# duration: 100 ms   how", "duration: 100 ms # how"
    )
    told = told.replace("# item_size: 2 KB   how", "item_size: 2 KB # how")
    scenario = load(_written(tmp_path, told))
    assert scenario.questions == ()
    assert plan(scenario).gates != ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("functions:\n  api:\n    memory: 512 MB\n", 5),
        ("traffic:\n  shoppers:\n    # how often?\n", 5),
        ("traffic:\n  shoppers: {}\n", 5),
    ],
)
def test_what_is_missing_without_a_question_stays_an_error(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(CapplanError) as caught:
        load(_written(tmp_path, f"capplan: 1\nname: Shop\nregion: us-east-1\n{text}"))
    assert caught.value.diagnostics[0].line == line
