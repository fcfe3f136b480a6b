"""Tests that a change planned from its base is what it is when planned from nothing."""

from pathlib import Path

import pytest

from capplan.language.load import build, load
from capplan.model import Change
from capplan.pipeline.meter import meter
from capplan.pipeline.price import catalogue_of, price
from capplan.pipeline.what_if import apply, what_if

SCENARIO = """
capplan: 1
name: Graph
region: us-east-1
traffic: {web: {rate: 20/s, daily: {peak: 3x, trough: 0.2x, at: "20:00"}}}
tables:
  orders: {item_size: 1 KB, items: 1M, stream: new-and-old-images}
functions:
  short: {memory: 256 MB, duration: 400 ms, reserved_concurrency: 10, triggers: web, calls: [{put: orders}]}
  reader: {memory: 256 MB, duration: 40 ms, triggers: [{stream: orders, batch: 10, window: 30 s}]}
"""
CHANGES = {
    "what gets through": (Change("functions.short.reserved_concurrency", 100), True),
    "price alone": (Change("functions.short.architecture", "arm64"), True),
    "duration": (Change("functions.short.duration", "100 ms"), False),
    "batch": (Change("functions.reader.triggers.0.batch", 100), False),
    "a call": (Change("functions.short.calls.0.times", 2), False),
    "what is read": (Change("tables.orders.item_size", "2 KB"), False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_planned_from_its_base_is_what_it_is_from_nothing(name: str, tmp_path: Path) -> None:
    change, keeps_graph = CHANGES[name]
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    scenario = load(str(path))
    base = price(meter(scenario, 0), catalogue_of(scenario), None)
    found = what_if(base, [change], None)
    alone = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, [change]))
    fresh = price(meter(alone, 0), base.catalogue, None)
    assert found.lines == fresh.lines
    assert found.monthly_cost != base.monthly_cost
    assert (found.metered.graph is base.metered.graph) == keeps_graph
