"""A what-if, which reuses what a change leaves alone, equals a new plan of the changed scenario."""

from pathlib import Path
from typing import Any

import pytest

from capplan.errors import CapplanError
from capplan.language.load import build, load
from capplan.model import Change
from capplan.pipeline.assumptions import of_demand
from capplan.pipeline.meter import meter
from capplan.pipeline.price import Priced, catalogue_of, price
from capplan.pipeline.what_if import apply, exclusive, in_order, what_if
from tests.helpers import SCENARIOS

NAMES = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))


def _options(base: Priced) -> list[tuple[Change, ...]]:
    metered = base.metered
    return [
        option.changes
        for address, resource in metered.scenario.resources.items()
        for option in resource.type.options(metered.resource(address))
        if option.changes
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_what_if_equals_a_new_plan_of_the_changed_scenario(name: str) -> None:
    scenario = load(str(SCENARIOS / name / "scenario.yaml"))
    base = price(meter(scenario, 0), catalogue_of(scenario), None)
    for changes in _options(base):
        data = apply(scenario.data, changes)
        try:
            changed = build(scenario.doc, scenario.files, scenario.sha256, data)
        except CapplanError:
            with pytest.raises(CapplanError):
                what_if(base, changes, None)
            continue
        quick = what_if(base, changes, None)
        slow = price(meter(changed, 0), base.catalogue, None)
        assert quick.lines == slow.lines, changes
        assert quick.metered.demand.keys() == slow.metered.demand.keys()
        assert of_demand(quick.metered) == of_demand(slow.metered)


def test_a_change_copies_the_data_that_it_changes() -> None:
    data: dict[str, Any] = {
        "tables": {"a": {"items": 1, "indexes": {"x": {}}}, "b": {"items": 2}},
        "traffic": {"t": [1, 2]},
    }
    changed = apply(data, (Change("tables.a.items", 5), Change("tables.a.indexes.x", None), Change("traffic.t.0", 9)))
    assert data == {"tables": {"a": {"items": 1, "indexes": {"x": {}}}, "b": {"items": 2}}, "traffic": {"t": [1, 2]}}
    assert changed["tables"]["a"] == {"items": 5, "indexes": {}}
    assert changed["traffic"]["t"] == [9, 2]
    assert changed["tables"]["b"] is data["tables"]["b"], "values off the path of a change stay the same object"


def test_a_caller_of_a_changed_table_is_checked_again(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "capplan: 1\nname: T\nregion: us-east-1\ntraffic: {web: {rate: 1/s}}\n"
        "tables: {orders: {item_size: 1 KB, indexes: {by-day: {partition_key: day}}}}\n"
        "functions: {read: {duration: 9 ms, triggers: web, calls: [{query: orders, index: by-day}]}}\n",
        encoding="utf-8",
    )
    scenario = load(str(path))
    base = price(meter(scenario, 0), catalogue_of(scenario), None)
    with pytest.raises(CapplanError, match="by-day"):
        what_if(base, (Change("tables.orders.indexes.by-day", None),), None)


def _paths(*pairs: tuple[str, object]) -> tuple[Change, ...]:
    return tuple(Change(path, to) for path, to in pairs)


@pytest.mark.parametrize(
    ("some", "others", "expected"),
    [
        ([("f.memory", 1)], [("f.memory", 2)], True),
        ([("f.memory", 1)], [("f.memory", 1)], False),
        ([("f.memory", 1)], [("f.memory_mb", 2)], False),
        ([("t.capacity", {})], [("t.capacity.read", 2)], True),
        ([("t.indexes.i", None)], [("t.indexes.i.capacity", {})], False),
        ([("f.calls.1", [])], [("f.calls.1.times", 2)], True),
        ([("f.calls.1", [])], [("f.calls.2", [])], False),
    ],
)
def test_options_that_set_the_same_exclude_each_other(
    some: list[tuple[str, object]], others: list[tuple[str, object]], *, expected: bool
) -> None:
    assert exclusive(_paths(*some), _paths(*others)) is expected
    assert exclusive(_paths(*others), _paths(*some)) is expected


def test_changes_of_several_options_do_not_move_each_other() -> None:
    data: dict[str, Any] = {"t": {"indexes": {"i": {}, "j": {}}}, "f": {"calls": ["a", "b", "c", "d"]}}
    changes = _paths(
        ("f.calls.1", ["x", "y"]), ("t.indexes.i", None), ("f.calls.2", None), ("t.indexes.i.capacity", 1), ("f.n", 2)
    )
    assert apply(data, in_order(data, changes)) == {
        "t": {"indexes": {"j": {}}},
        "f": {"calls": ["a", "x", "y", "d"], "n": 2},
    }


def test_requests_and_starts_that_are_read_again_are_those_from_before() -> None:
    text = """
capplan: 1
name: Shop
region: us-east-1
traffic: {shoppers: {rate: 60/s}, nightly: {schedule: cron(0 3 * * ? *)}}
tables: {orders: {item_size: 1 KB, items: 1k, access: [{put: 3/s}, {get: nightly}]}}
"""
    scenario = load("-", text=text)
    data = apply(scenario.data, [Change("tables.orders.item_size", "2 KB"), Change("traffic.shoppers.rate", "61/s")])
    changed = build(scenario.doc, scenario.files, scenario.sha256, data, scenario)
    before, after = (one.resources["tables.orders"] for one in (scenario, changed))
    assert before is not after
    assert [entry.flow for entry in before.access] == [entry.flow for entry in after.access]
    assert scenario.flows_by_name["nightly"] == changed.flows_by_name["nightly"]
