"""Ways out of a broken gate give what they say, once they are written into the scenario."""

from pathlib import Path

import pytest

import capplan
from capplan.gates.suggested_fixes import MAX_PLANS
from capplan.language.load import build
from capplan.model import Change
from capplan.pipeline.what_if import apply
from capplan.report.checked import Checked, message
from capplan.report.verdicts import told
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
    ways = [(i, way) for i, gate in enumerate(plan.gates) for way in gate.ways or ()]
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
    ways = plan.gates[0].ways or ()
    assert 1 < len(ways) <= 3
    assert [way.holds for way in ways] == sorted((way.holds for way in ways), key=lambda h: h is not True)


def test_the_words_say_what_it_gives(folder: Path) -> None:
    plan = capplan.plan(
        scenario(SALE + GATES.split("  - orders.heat", maxsplit=1)[0], folder, head=""), allow_unjudged=False
    )
    first = told(plan)[0]
    assert first.ways[0].gives == "gives 0%: it holds"
    assert message(first).endswith("(gives 0%: it holds)")
    assert Checked(plan).breaks(first)


def test_an_estimate_looks_for_none(folder: Path) -> None:
    plan = capplan.plan(scenario(SALE + GATES.split("  - cost.change", maxsplit=1)[0], folder, head=""))
    assert all(gate.ways is None for gate in plan.gates)
    assert MAX_PLANS == 6, "so many other plans at most, however many gates are broken"
