"""What is read sets how it is read: a change of a queue reaches the function that reads it, also from a plan's base."""

from pathlib import Path

import pytest

from capplan.language.load import build, load
from capplan.model import Change
from capplan.pipeline.meter import meter
from capplan.pipeline.price import catalogue_of, price
from capplan.pipeline.what_if import apply, what_if
from capplan.units import MONTH_SECONDS

SCENARIO = """
capplan: 1
name: Read
region: us-east-1
traffic: {web: {rate: 20/s}}
tables:
  orders: {item_size: 1 KB, items: 1M, stream: new-image}
streams:
  clicks: {shards: 1}
topics:
  sales: {message: 2 KB, access: [{publish: 20/s}]}
queues:
  todo: {message: 2 KB, visibility_timeout: 60 s, max_receive_count: 4, dead_letters: lost, triggers: [{topic: sales, filter: 50%}]}
  lost: {}
functions:
  worker: {memory: 256 MB, duration: 400 ms, fails: 20%, triggers: [{queue: todo, batch: 10, window: 1 s}], calls: [{put: orders, per: record}]}
  of-the-table: {memory: 256 MB, duration: 40 ms, triggers: [{stream: orders, batch: 1}]}
  of-the-stream: {memory: 256 MB, duration: 40 ms, triggers: [{stream: clicks, batch: 1}]}
  sorter: {memory: 256 MB, duration: 40 ms, triggers: [{queue: lost, batch: 1}]}
"""
CHANGES = {
    "receives": Change("queues.todo.max_receive_count", 1),
    "size": Change("queues.todo.message", "80 KB"),
    "filter": Change("queues.todo.triggers.0.filter", "10%"),
    "what it is": Change("topics.sales.message", "70 KB"),
    "its reader": Change("functions.worker.triggers.0.batch", 1),
    "where it is hidden for too short": Change("queues.todo.visibility_timeout", "4 s"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_planned_from_its_base_is_what_it_is_from_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    scenario = load(str(path))
    base = price(meter(scenario, 0), catalogue_of(scenario), None)
    found = what_if(base, [CHANGES[name]], None)
    alone = build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, [CHANGES[name]]))
    fresh = price(meter(alone, 0), base.catalogue, None)
    assert found.lines == fresh.lines
    if name != "where it is hidden for too short":
        assert found.monthly_cost != base.monthly_cost


def test_a_word_that_sections_share_reads_what_has_the_name(tmp_path: Path) -> None:
    # ten a second, a fifth of the tries fails: 10 × (1 + 0.2 + 0.04 + 0.008) puts; nothing clicks
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    demand = meter(load(str(path)), 0).demand
    rates = {a.partition(".")[2]: float(d.flow.monthly / MONTH_SECONDS) for a, d in demand.items()}
    assert rates["orders"] == pytest.approx(12.48)
    assert rates["of-the-table"] == pytest.approx(12.48)
    assert rates["of-the-stream"] == 0
    assert rates["sorter"] == pytest.approx(10 * 0.2**4), "what failed four times"
