"""A table followed over time: its totals at every step, its hour in seconds, its events and what it says of keys."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import capplan
from capplan.services.dynamodb.capacity.busiest_hour import busiest_hour, simulate_hour
from capplan.services.dynamodb.simulation.partitions_over_time import simulate_table
from capplan.services.dynamodb.words import percent
from capplan.timeline import SimulationRequest, Timeline, no_progress
from tests.helpers import scenario
from tests.services.dynamodb.helpers import CTX, flat, metered, spiky, table

SPIKE = """
traffic:
  shoppers:
    rate: 150/s
    spikes: [{name: sale, at: "day 3 10:00", for: 60 min, times: 20x}]
tables:
  orders:
    partition_key: {name: id, distinct: 100000, popularity: {hot: {keys: 1, share: 20%}}}
    item_size: 1 KB
    capacity: CAPACITY
    access: [{put: shoppers}]
"""
MODES = {
    "on-demand": "on-demand",
    "static": "{mode: provisioned, write: 1000, read: 1}",
    "scaled": "{mode: provisioned, write: {min: 100, max: 5000}, read: 1}",
}


def _timeline(mode: str, folder: Path, **asked_for: Any) -> Timeline:  # noqa: ANN401  a Wish's words
    body = SPIKE.replace("CAPACITY", MODES[mode])
    (found,) = capplan.simulate(scenario(body, folder), asked_for=SimulationRequest(**asked_for)).resources[0].timelines
    return found


@pytest.mark.parametrize("mode", MODES)
def test_totals_balance_at_every_step_of_every_series(mode: str, tmp_path: Path) -> None:
    found = _timeline(mode, tmp_path)
    assert found.totals.gap == 0
    assert found.totals.offered > 0
    series = {s.name: s.values for s in found.month}
    offered = np.where((np.arange(40_320) >= 3480) & (np.arange(40_320) < 3540), 3000.0, 150.0)
    assert series["served"] + series["throttled"] == pytest.approx(offered), "offered = served + throttled"
    for chart in found.charts:
        for one in chart.series:
            assert (one.values >= 0).all()
            assert np.isfinite(one.values).all()
    hour = {s.name: s.values for s in found.charts[1].series}
    assert (hour["served"] + hour["throttled"]).mean() == pytest.approx(3000, rel=0.01), (
        "a draw around the minute's mean"
    )


def test_a_partition_takes_no_more_than_its_ceiling_in_any_second() -> None:
    spec = table(item_size="1 KB", partition_key={"name": "id", "distinct": 1})
    usage = metered(spec, ({"op": "put"}, flat(2000)))
    target, outcome = usage.period.outcomes["", "write"]
    rates = np.full(40_320, 2000.0)
    partitions = simulate_table(spec, usage, CTX, no_progress).histories[""].partitions
    hour = simulate_hour(target, rates, partitions, outcome.steps, 0, 7)
    assert hour.served + hour.by_partition + hour.by_capacity == pytest.approx(hour.offered)
    assert float((hour.offered - hour.by_partition).max()) <= 1000
    again = simulate_hour(target, rates, partitions, outcome.steps, 0, 7)
    assert (again.offered == hour.offered).all(), "the same seed, the same hour"


def test_even_partitions_of_one_hour_share_its_seconds() -> None:
    usage = metered(table(item_size="1 KB"), ({"op": "put"}, flat(7990)))
    target, outcome = usage.period.outcomes["", "write"]
    hour = simulate_hour(target, np.full(40_320, 7990.0), [], outcome.steps, 0, 1)
    assert not hour.by_partition.any(), (
        "eight partitions at 999 in the mean: the month throttles nothing, nor do its seconds"
    )
    target = dataclasses.replace(target, hottest_share=0.2)
    hour = simulate_hour(target, np.full(40_320, 7990.0), [], outcome.steps, 0, 1)
    assert float(hour.by_partition.sum()) > 0, "five partitions at 1,598"
    assert hour.served + hour.by_partition + hour.by_capacity == pytest.approx(hour.offered)


def test_the_busiest_hour_is_the_one_of_the_busiest_minute() -> None:
    rates = np.ones(40_320)
    rates[1440 + 125] = 9
    assert busiest_hour(rates, 2) == 1440 + 120


def test_what_happens_is_told_with_its_reason(tmp_path: Path) -> None:
    found = _timeline("scaled", tmp_path)
    texts = [(event.text, event.reason) for event in found.events]
    assert ("demand 150 to 3,000 WCU/s", "more than double within a minute") in texts
    assert any(re.fullmatch(r"burst empty after \d+ s", text) for text, _ in texts)
    assert any(re.fullmatch(r"capacity [\d,]+ to [\d,]+", text) and "2 min above" in why for text, why in texts)
    assert any("throttled for" in text and "TableWriteProvisionedThroughputExceeded" in why for text, why in texts)
    seconds = [event.second for event in found.events]
    assert seconds == sorted(seconds)


def test_a_day_that_is_asked_for_is_shown(tmp_path: Path) -> None:
    assert _timeline("on-demand", tmp_path).day == 3
    assert _timeline("on-demand", tmp_path, day=9).day == 9
    told: list[float] = []
    _timeline("on-demand", tmp_path, progress=lambda share, _: told.append(share))
    assert told == sorted(told)


def test_splits_leave_less_throttled_than_the_plan_counts_on() -> None:
    keys = {"name": "id", "distinct": 100_000, "popularity": "zipf(1.0)"}
    spec = table(item_size="1 KB", partition_key=keys, warm="seen")
    usage = metered(spec, ({"op": "put"}, spiky(700, 8)))
    found = simulate_table(spec, usage, CTX, no_progress)
    assert found.histories[""].splits
    assert 0 < found.period.throttled < usage.throttled


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"sort_order": "rising"}, "no split for heat helps: new items always go to the end of the sort key."),
        ({}, "a split for heat may separate its items, best effort."),
    ],
)
def test_it_says_what_helps_and_what_cannot(said: dict[str, str], sentence: str, tmp_path: Path) -> None:
    words = "".join(f", {key}: {value}" for key, value in said.items())
    key = "{name: room, distinct: 100, popularity: {hot: {keys: 1, share: 90%}}}"
    body = f"tables: {{t: {{partition_key: {key}, sort_key: at{words}, item_size: 1 KB, access: [{{put: 900/s}}]}}}}\n"
    (found,) = capplan.simulate(scenario(body, tmp_path)).resources[0].timelines
    assert any(note.endswith(sentence) for note in found.notes)
    assert any("write shards are enough" in note for note in found.notes)


def test_partitions_are_explained() -> None:
    spec = table(item_size="1 KB", items="40M", partition_key={"name": "id", "distinct": "1M"})
    usage = metered(spec, ({"op": "put"}, flat(100)))
    from capplan.services.dynamodb.simulation.notes import notes

    first = next(iter(notes(spec, usage.table, "write", None, CTX)))
    assert first == "5 partitions (a new on-demand table has 4; bytes need 5; the peak needs 1)."


def test_a_write_that_an_index_throttles_is_not_served_by_the_table(tmp_path: Path) -> None:
    body = """
tables:
  orders:
    item_size: 1 KB
    indexes:
      by-status:
        partition_key: {name: status, distinct: 1}
        entry_size: 100 B
    access: [{put: 2000/s}]
"""
    table_writes, index_writes = capplan.simulate(scenario(body, tmp_path)).resources[0].timelines
    for one in (table_writes, index_writes):
        assert one.totals.gap == 0
    half = table_writes.totals.offered / 2
    assert float(dict(index_writes.totals.parts)["throttled"]) == pytest.approx(float(half), rel=0.01)
    parts = {name: float(amount / table_writes.totals.offered) for name, amount in table_writes.totals.parts}
    assert parts == pytest.approx({"served": 0.5, "throttled": 0, "refused elsewhere": 0.5}, abs=0.01)


HOT = "partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 60%}}}"


@pytest.mark.parametrize(("said", "rate", "throttles"), [
    ("throughput: {max_write: 50}", "100/s", True),
    ("throughput: {max_write: 100}", "100/s", False),
    ("capacity: on-demand", 'rate: 20/s, spikes: [{at: "day 12 10:00", for: 30 min, times: 1000x}]', True),
    ("capacity: {mode: provisioned, write: 150, read: 1}", 'rate: 100/s, spikes: [{at: "day 12 10:00", for: 30 min, times: 2x}]', True),
    ("capacity: {mode: provisioned, write: 190, read: 1}", 'rate: 100/s, spikes: [{at: "day 12 10:00", for: 30 min, times: 2x}]', False),
    (HOT, "2500/s", True),
    (HOT, "500/s", False),
    ("capacity: {mode: provisioned, write: 100, read: 1}", "200/s", True),
    ("capacity: on-demand", "7990/s", False),
])  # fmt: skip
def test_header_log_and_charts_agree(said: str, rate: str, throttles: bool, tmp_path: Path) -> None:  # noqa: FBT001
    rate = rate if rate.startswith("rate") else f"rate: {rate}"
    body = f"traffic: {{x: {{{rate}}}}}\ntables: {{t: {{item_size: 1 KB, {said}, access: [{{put: x}}]}}}}\n"
    loaded = scenario(body, tmp_path)
    (found,) = capplan.simulate(loaded).resources[0].timelines
    header = dict(found.totals.parts)["throttled"] > 0
    log = any("throttled for" in event.text for event in found.events)
    charts = any(s.values.any() for chart in found.charts for s in chart.series if s.name == "throttled")
    assert (header, log, charts) == (throttles, throttles, throttles)
    (planned,) = [o.value for o in capplan.plan(loaded).observed if o.name == "t.throttled"]
    (compared,) = capplan.compare_modes(loaded).tables
    assert planned == next(o.throttled_share for o in compared.options if o.id == compared.as_written)
    assert (f" {percent(float(planned or 0))} are throttled, as estimate" in found.notes[0]) == throttles


def test_burst_is_empty_when_what_was_saved_is_spent(tmp_path: Path) -> None:
    """300 s of 150 are 45,000 units; 50 a second are missing from 10:00 on: they last 900 s."""
    body = """traffic: {x: {rate: 100/s, spikes: [{at: "day 12 10:00", for: 30 min, times: 2x}]}}
tables: {t: {item_size: 1 KB, capacity: {mode: provisioned, write: 150, read: 1}, access: [{put: x}]}}
"""
    (found,) = capplan.simulate(scenario(body, tmp_path)).resources[0].timelines
    (event,) = [event for event in found.events if event.text.startswith("burst")]
    assert (event.text, event.reason) == ("burst empty after 900 s", "45,000 units saved; 50 WCU/s missing")
    assert event.second == (11 * 1440 + 10 * 60 + 15) * 60
