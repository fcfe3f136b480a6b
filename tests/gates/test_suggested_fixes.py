"""Ways out of a broken gate give what they say, once they are written into the scenario."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.commands.apply import applied
from capplan.gates.suggested_fixes import MAX_PLANS
from capplan.language.load import build
from capplan.model import Change
from capplan.pipeline.results import Plan
from capplan.pipeline.what_if import apply
from capplan.reading.files import read_source
from capplan.report.checked import Checked, message
from capplan.report.verdicts import verdict_texts
from tests.helpers import WEB_SHOP, scenario

SALE = Path(WEB_SHOP).read_text(encoding="utf-8").replace("times: 8x", "times: 20x").split("gates:")[0]
GATES = """\
gates:
  - orders.throttled < 0.1%
  - orders.heat.hottest < 80%
  - fulfil.cost < 500 USD
  - settlement.worst_run < 30 USD
  - cost.monthly < 1000 USD
  - cost.change < 5 USD and fulfil.cost < 500 USD
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    beside = Path(WEB_SHOP).parent / "fulfil.asl.json"
    (tmp_path / beside.name).write_bytes(beside.read_bytes())
    return tmp_path


def test_every_way_gives_what_it_says(folder: Path) -> None:
    loaded = scenario(SALE + GATES.replace("cost.change < 5 USD and ", ""), folder, head="")
    plan = capplan.plan(loaded, allow_unjudged=False)
    ways = [(i, way) for i, gate in enumerate(plan.gates) for way in gate.fixes or ()]
    ways = [(i, way) for i, way in ways if way.holds is not None]  # so many other plans at most
    assert {way.holds for _, way in ways} == {True, False}
    for i, way in ways:
        changes = [Change(c.path, c.new) for c in way.finding.change]
        again = build(loaded.doc, loaded.files, loaded.sha256, apply(loaded.data, changes))
        gate = capplan.plan(again, findings=False).gates[i]
        assert (gate.verdict == "pass", gate.observed) == (way.holds, way.observed), way.finding.rule


def test_what_mends_the_gate_comes_first(folder: Path) -> None:
    plan = capplan.plan(
        scenario(SALE + GATES.splitlines()[0] + "\n  - cost.monthly < 1000 USD\n", folder, head=""),
        allow_unjudged=False,
    )
    ways = plan.gates[0].fixes or ()
    assert 1 < len(ways) <= 3
    assert [way.holds for way in ways] == sorted((way.holds for way in ways), key=lambda h: h is not True)


def test_the_words_say_what_it_gives(folder: Path) -> None:
    plan = capplan.plan(
        scenario(SALE + GATES.split("  - orders.heat", maxsplit=1)[0], folder, head=""), allow_unjudged=False
    )
    first = verdict_texts(plan)[0]
    assert first.fixes[0].outcome == "then 0%: it passes"
    assert message(first).endswith("(then 0%: it passes)")
    assert Checked(plan).fails(first)


def test_an_estimate_looks_for_none(folder: Path) -> None:
    plan = capplan.plan(scenario(SALE + GATES.split("  - cost.change", maxsplit=1)[0], folder, head=""))
    assert all(gate.fixes is None for gate in plan.gates)
    assert MAX_PLANS == 6, "so many other plans at most, however many gates are broken"


PAIR = """\
traffic: {web: {rate: 300/s}}
tables:
  t: {item_size: 1 KB, items: 1M, ttl: e, access: [{put: web}]}
functions:
  f: {triggers: web, duration: 200 ms, memory: 1024 MB, logs: false}
  g: {triggers: web, duration: 200 ms, memory: 1024 MB, logs: false}
gates:
"""


def _plan(tmp_path: Path, gates: str) -> Plan:
    return capplan.plan(scenario(PAIR + gates, tmp_path), allow_unjudged=False)


def test_one_fix_that_is_enough_comes_first_with_its_command(tmp_path: Path) -> None:
    """Both on arm64: 2 x 157.68M GB-s x 0.0000033333 = 1,051.19 less than 6,064.38."""
    plan = _plan(tmp_path, "  - cost.monthly < 5200 USD\n")
    first = (plan.gates[0].fixes or ())[0]
    assert (first.holds, round(first.observed or 0, 2)) == (True, Decimal("5013.19"))
    assert first.command == f"capplan apply {plan.file} {first.numbers[0]}"
    assert len(first.finding.change) == 2


def test_where_none_is_enough_the_fewest_that_are_come_first_together(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "  - cost.monthly < 4600 USD\n")
    first = (plan.gates[0].fixes or ())[0]
    assert first.holds
    assert len(first.numbers) == 2
    done = applied(read_source(plan.file), first.numbers)
    assert done.after.monthly_cost == first.observed
    assert done.after.monthly_cost < 4600


def test_all_together_may_not_be_enough(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "  - cost.monthly < 1000 USD\n")
    first = (plan.gates[0].fixes or ())[0]
    assert first.holds is False
    assert plan.combined is not None
    assert (first.numbers, first.observed) == (plan.combined.numbers, plan.combined.monthly_cost)


def test_the_fix_is_one_for_that_gate(tmp_path: Path) -> None:
    plan = _plan(tmp_path, "  - cost.monthly < 9000 USD\n  - t.cost < 400 USD\n")
    assert [fix.finding.resource for fix in plan.gates[1].fixes or ()] == ["t"]
