"""`--overlay`: files laid over a scenario, joined by section and name, and whose line is told."""

from pathlib import Path

import pytest

from capplan.commands.explain import explain
from capplan.commands.plan import plan
from capplan.errors import CapplanError
from capplan.language.load import laid_over, load, load_source
from capplan.language.scenario import Scenario
from capplan.reading.files import read_source

BASE = """\
capplan: 1
name: Shop
region: us-east-1
traffic: {buyers: {rate: 10/s, growth: 5%/month}}
tables:
  orders: {item_size: 1 KB, items: 1M, access: [{put: buyers}]}
gates: [cost.monthly <= 50 USD]
"""
PROD = """\
traffic:
  buyers: {rate: 200/s}
tables:
  orders: {point_in_time_recovery: true}
  log: {item_size: 300 B, items: 1k}
"""
WHOLE = """\
capplan: 1
name: Shop
region: us-east-1
traffic: {buyers: {rate: 200/s, growth: 5%/month}}
tables:
  orders: {item_size: 1 KB, items: 1M, access: [{put: buyers}], point_in_time_recovery: true}
  log: {item_size: 300 B, items: 1k}
gates: [cost.monthly <= 50 USD]
"""


def overlaid(folder: Path, *texts: str) -> Scenario:
    sources = []
    for i, text in enumerate(texts):
        path = folder / f"{i}.yaml"
        path.write_text(text, encoding="utf-8")
        sources.append(read_source(str(path)))
    return load_source(sources[0], sources[1:])


RANGE = {"low": 1, "likely": 2, "high": 5}


@pytest.mark.parametrize(
    ("base", "over", "whole"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),  # a list is replaced whole
        ({"a": {"b": 1}}, {"a": None}, {}),  # null removes
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({}, {"a": {"b": None}}, {"a": {"b": None}}),
        # a range is one value; one of its three may be laid over it
        ({"a": {"p50": 1, "p99": 9}}, {"a": RANGE}, {"a": RANGE}),
        ({"a": RANGE}, {"a": {"p50": 1, "p99": 9}}, {"a": {"p50": 1, "p99": 9}}),
        ({"a": RANGE}, {"a": {"high": 7}}, {"a": {**RANGE, "high": 7}}),
    ],
)
def test_how_data_are_laid_over_others(base: object, over: object, whole: object) -> None:
    assert laid_over(base, over) == whole


def test_the_plan_is_that_of_the_joined_scenario(tmp_path: Path) -> None:
    joined, whole = plan(overlaid(tmp_path, BASE, PROD)), plan(load("-", text=WHOLE))
    assert joined.monthly_cost == whole.monthly_cost
    assert [gate.verdict for gate in joined.gates] == ["fail"]


def test_the_last_overlay_wins(tmp_path: Path) -> None:
    last = "traffic: {buyers: {rate: 1/s}}\n"
    scenario = overlaid(tmp_path, BASE, PROD, last)
    assert scenario.flows_by_name["buyers"].monthly == 2_628_000


def test_an_error_is_told_where_it_stands(tmp_path: Path) -> None:
    wrong = "tables:\n  orders:\n    itm_size: 3 KB\n  log: {items: 3k, item_size: 20}\n"
    with pytest.raises(CapplanError) as caught:
        overlaid(tmp_path, BASE, wrong)
    assert [(Path(d.file).name, d.line, d.column) for d in caught.value.diagnostics] == [
        ("1.yaml", 3, 5),
        ("1.yaml", 4, 31),
    ]
    with pytest.raises(CapplanError) as caught:
        overlaid(tmp_path, BASE.replace("items: 1M", "itms: 1M"), PROD)
    assert [(Path(d.file).name, d.line) for d in caught.value.diagnostics] == [("0.yaml", 6)]


def test_explain_names_the_file_of_a_value(tmp_path: Path) -> None:
    (cause,) = explain(overlaid(tmp_path, BASE, PROD), "orders.writes").causes
    assert (Path(cause.overlay).name, cause.line) == ("1.yaml", 2), "the rate stands in the overlay"
    (cause,) = explain(overlaid(tmp_path, BASE, "name: Other\n"), "orders.writes").causes
    assert (cause.overlay, cause.line) == ("", 4)


def test_an_overlay_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as caught:
        overlaid(tmp_path, BASE, "- a\n")
    assert caught.value.diagnostics[0].message == "expected keys and values"
