"""Advice where a table throttles: by the cause, and no saving that serves less or as little.

Source: DynamoDB Developer Guide, "Resolving throttling issues" (read 2026-11-23).
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from capplan.commands.plan import plan
from capplan.language.load import build
from capplan.model import Change
from capplan.pipeline.results import Finding, Plan
from capplan.pipeline.what_if import apply
from tests.helpers import scenario

MODES = {"dynamodb.capacity-mode", "dynamodb.auto-scaling", "dynamodb.scheduled-scaling"}
HOT = "partition_key: {name: id, distinct: 1000, popularity: {hot: {keys: 1, share: 60%}}}"
SPIKE = 'spikes: [{at: "day 12 10:00", for: 30 min, times: 100x}]'


def _plan(table: str, rate: str, folder: Path) -> Plan:
    return plan(scenario(f"traffic: {{x: {{rate: {rate}}}}}\ntables:\n  t: {{item_size: 1 KB, {table}}}\n", folder))


def _throttled(found: Plan) -> Decimal:
    return next(o.value for o in found.observed if o.name == "t.throttled") or Decimal(0)


def _applied(table: str, rate: str, finding: Finding, folder: Path) -> Plan:
    body = f"traffic: {{x: {{rate: {rate}}}}}\ntables:\n  t: {{item_size: 1 KB, {table}}}\n"
    base = scenario(body, folder)
    changes = [Change(change.path, change.new) for change in finding.change]
    return plan(build(base.doc, base.files, base.sha256, apply(base.data, changes)))


@pytest.mark.parametrize(("table", "rate"), [
    (f"{HOT}, access: [{{put: x}}]", "2500/s"),
    (f"{HOT}, capacity: {{mode: provisioned, write: 3000, read: 5}}, access: [{{put: x}}]", "2500/s"),
    (f"{HOT}, capacity: {{mode: provisioned}}, access: [{{put: x}}]", "2500/s"),
    ("throughput: {max_write: 50}, access: [{put: x}]", "100/s"),
    ("access: [{put: x}]", "50000/s"),
])  # fmt: skip
def test_no_mode_is_advised_where_it_would_throttle(table: str, rate: str, tmp_path: Path) -> None:
    found = _plan(table, rate, tmp_path)
    assert _throttled(found) > 0
    assert not [f for f in found.findings if f.rule in MODES]
    assert [f for f in found.findings if f.rule == "dynamodb.throttled"]


@pytest.mark.parametrize(("table", "rate", "words", "change"), [
    (f"{HOT}, access: [{{put: x}}]", "2500/s", "more write shards", None),
    (
        "throughput: {max_write: 50}, access: [{put: x}]",
        "100/s",
        "a higher maximum",
        ("tables.t.throughput.max_write", 100),
    ),
    (
        "capacity: {mode: provisioned, write: 50, read: 5}, access: [{put: x}]",
        "100/s",
        "more capacity or on-demand",
        ("tables.t.capacity", "on-demand"),
    ),
    ("access: [{put: x}]", f"100/s, {SPIKE}", "pre-warming", ("tables.t.warm.write", 10_000)),
    ("access: [{put: x}]", "50000/s", "a higher quota", None),
])  # fmt: skip
def test_the_fix_follows_the_cause(
    table: str, rate: str, words: str, change: tuple[str, Any] | None, tmp_path: Path
) -> None:
    (found,) = [f for f in _plan(table, rate, tmp_path).findings if f.rule == "dynamodb.throttled"]
    assert words in found.gives_up
    assert [(c.path, c.new) for c in found.change] == ([] if change is None else [change])
    if change is not None:
        assert _throttled(_applied(table, rate, found, tmp_path)) == 0


def test_a_full_partition_is_never_cured_by_a_mode_or_a_maximum(tmp_path: Path) -> None:
    """60% of 2,500 writes a second go to one key, whose partition, one of four, has about 70% of them: it serves 1,000 of
    1,750, so 30% are lost until the key has shards.
    """
    body = f"{HOT}, access: [{{put: x}}]"
    found = _plan(body, "2500/s", tmp_path)
    assert _throttled(found) == pytest.approx(Decimal("0.3"), abs=Decimal("0.02"))
    words = ("capacity", "throughput", "warm")
    assert not [c for f in found.findings for c in f.change if c.path.split(".")[2] in words]
    (shards,) = [f for f in found.findings if f.rule == "dynamodb.hot-key"]
    assert _throttled(_applied(body, "2500/s", shards, tmp_path)) == 0


def test_a_saving_is_on_the_same_work(tmp_path: Path) -> None:
    """Provisioned capacity for 700 writes a second: auto scaling serves all of them too, at 1,000 WCU: 1,149.75 and
    474.50 USD and four alarms at 0.10.
    """
    found = _plan("access: [{put: x}]", "700/s", tmp_path)
    (mode,) = [f for f in found.findings if f.rule == "dynamodb.capacity-mode"]
    assert mode.monthly_saving == pytest.approx(Decimal("1149.75") - Decimal("474.9949"), abs=Decimal("0.01"))
    assert _throttled(found) == _throttled(_applied("access: [{put: x}]", "700/s", mode, tmp_path)) == 0


def test_a_provisioned_table_that_serves_its_spike_serves_it_on_demand_too(tmp_path: Path) -> None:
    """Switched to on-demand, a table keeps the throughput it was provisioned for."""
    table = "capacity: {mode: provisioned, write: 10000, read: 5}, access: [{put: x}]"
    (mode,) = [f for f in _plan(table, f"100/s, {SPIKE}", tmp_path).findings if f.rule == "dynamodb.capacity-mode"]
    assert {c.path: c.new for c in mode.change} == {"tables.t.capacity": "on-demand", "tables.t.warm": "seen"}
    assert _throttled(_applied(table, f"100/s, {SPIKE}", mode, tmp_path)) == 0


def test_a_table_that_leaves_on_demand_keeps_its_partitions(tmp_path: Path) -> None:
    """Partitions never merge: 4 at 2,000 writes a second and not 2, so that its stream has 4 shards and an index key of a
    third of the writes stays alone.
    """
    body = (
        "traffic: {x: {rate: 2000/s}}\ntables:\n  t: {item_size: 1 KB, stream: new-image, partition_key: {name: id, "
        "distinct: 1M},\n    indexes: {by: {partition_key: {name: s, distinct: 3}}}, access: [{put: x}]}\nfunctions:\n"
        "  f: {memory: 128 MB, duration: 10 ms, triggers: [{stream: t, batch: 100}]}\n"
    )
    base = scenario(body, tmp_path)
    before = plan(base)
    (mode,) = [f for f in before.findings if f.rule == "dynamodb.capacity-mode"]
    changes = {change.path: change.new for change in mode.change}
    assert (changes["tables.t.partitions"], changes["tables.t.indexes.by.partitions"]) == (4, 4)
    applied = [Change(path, new) for path, new in changes.items()]
    after = plan(build(base.doc, base.files, base.sha256, apply(base.data, applied)))
    of_f = [next(r.monthly_cost for r in found.resources if r.name == "f") for found in (before, after)]
    assert of_f[0] == of_f[1], "the consumer's work is the same"
    assert _throttled(after) == 0
