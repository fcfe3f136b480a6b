"""The flowchart of a workflow: in a strict grammar always, by Mermaid's own parser where it is installed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import capplan
from capplan.report.formats.mermaid import mermaid
from capplan.report.views.workflow_graph import workflow_graph
from tests.helpers import HEAD, WEB_SHOP
from tests.report.mermaid_grammar import parse
from tests.services.stepfunctions.shapes import ALL


def drawn(folder: Path, definition: dict[str, Any]) -> str:
    (folder / "it.asl.json").write_text(json.dumps(definition), encoding="utf-8")
    path = folder / "scenario.yaml"
    path.write_text(HEAD + "state_machines:\n  it: {definition: it.asl.json}\n", encoding="utf-8")
    return mermaid(workflow_graph(capplan.workflow(capplan.load(str(path)), draws=2)))


def by_mermaid_itself(text: str) -> None:
    """Mermaid's own parser, where the extra `diagrams` is installed. Raises on what it does not take."""
    pytest.importorskip("mermaidx").render(text).svg()


def renamed(definition: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """The same definition with another name for one state."""
    text = json.dumps(definition).replace(json.dumps(old), json.dumps(new))
    found: dict[str, Any] = json.loads(text)
    return found


def test_states_ways_odds_and_errors_are_drawn() -> None:
    chart = parse(mermaid(workflow_graph(capplan.workflow(capplan.load(WEB_SHOP), draws=2))))
    ids = {text.partition("<br/>")[0]: name for name, text in chart.nodes.items()}
    ways = {(a, b): text for a, b, text in chart.edges}
    assert ways[ids["In stock"], ids["Pack items (Map)"]] == "95%"
    assert ways[ids["Charge card"], ids["Refused (Fail)"]] == "States.ALL"
    assert ways[ids["Charge card"], ids["Charge card"]] == "retry, at most 3"
    assert "charge-card" in chart.nodes[ids["Charge card"]]


@pytest.mark.parametrize("shape", ALL)
def test_every_shape_is_in_the_grammar(shape: str, tmp_path: Path) -> None:
    definition = ALL[shape]
    chart = parse(drawn(tmp_path, definition))
    assert len([name for name in chart.nodes if name.startswith("s")]) == json.dumps(definition).count('"Type"')


@pytest.mark.parametrize("shape", ALL)
def test_every_shape_is_read_by_mermaid_itself(shape: str, tmp_path: Path) -> None:
    by_mermaid_itself(drawn(tmp_path, ALL[shape]))


NASTY = [
    "end",
    'say "hi"',
    "a<b>&c",
    "x`y`",
    "#35;",
    "subgraph",
    "]])",
    "--> b",
    "graph TD; a",
    "\u202eevil\u001b[31m",
    "%%{init}%%",
    "日本",
]


@pytest.mark.parametrize("name", NASTY)
def test_a_name_of_any_kind_stays_a_name(name: str, tmp_path: Path) -> None:
    text = drawn(tmp_path, renamed(ALL["saga"], "Book room", name))
    assert len(parse(text).nodes) == len(parse(drawn(tmp_path, ALL["saga"])).nodes)


@pytest.mark.parametrize("name", NASTY)
def test_mermaid_itself_reads_a_name_of_any_kind(name: str, tmp_path: Path) -> None:
    by_mermaid_itself(drawn(tmp_path, renamed(ALL["saga"], "Book room", name)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and text not in json.dumps(ALL["saga"])))
def test_whatever_a_state_is_called_the_chart_is_in_the_grammar(name: str, tmp_path: Path) -> None:
    parse(drawn(tmp_path, renamed(ALL["saga"], "Book room", name)))


@pytest.mark.parametrize(
    "wrong", ['flowchart TD\n  a["x] --> b\n', "flowchart TD\n  a --> end\n", 'flowchart TD\n  a("x"]\n']
)
def test_the_grammar_refuses_what_is_wrong(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(wrong)
