"""A table whose changes a Kinesis stream captures: units of changed items, and records of one image or two."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.errors import CapplanError
from tests.helpers import scenario

MONTH_S = 2_628_000
BODY = """
tables:
  orders:
    item_size: 1500 B
    kinesis: changes
    ttl: expires_at
    access: [{put: 100/s, replaces: 20%}, {update: 10/s}, {delete: 5/s}, {get: 50/s}]
streams:
  changes: {shards: 2}
functions:
  f: {triggers: [{stream: changes, batch: 1}], duration: 10 ms}
"""


def test_each_change_is_a_record_and_a_unit_for_each_started_kb(tmp_path: Path) -> None:
    """80 new, 20 + 10 changed, 5 deleted and 80 expired a second: 195 records, of 1.5 KB two units each."""
    found = plan(scenario(BODY, tmp_path))
    lines = {line.id: line.consumed_quantity for line in found.lines}
    assert lines["orders.kinesis-capture"] == 2 * 195 * MONTH_S
    assert lines["changes.put-units"] == 195 * MONTH_S
    usage = {r.name: r.usage for r in found.resources}
    assert usage["f"]["requests"] == 195 * MONTH_S
    images = 165 * 1 + 30 * 2
    assert usage["changes"]["gb_in"] == round(Decimal(images * 1500 * MONTH_S) / 1024**3, 10)


def test_what_the_table_throttles_is_not_captured(tmp_path: Path) -> None:
    """20 of 100 items of 1 KB are written."""
    body = """
tables:
  orders: {item_size: 1 KB, kinesis: changes, capacity: {mode: provisioned, write: 20, read: 1}, access: [{put: 100/s}]}
streams:
  changes: {shards: 1}
"""
    found = plan(scenario(body, tmp_path))
    usage = {r.name: r.usage for r in found.resources}
    assert float(usage["changes"]["records"]) == pytest.approx(20 * MONTH_S, rel=0.01)
    lines = {line.id: float(line.consumed_quantity) for line in found.lines}
    assert lines["orders.kinesis-capture"] == pytest.approx(20 * MONTH_S, rel=0.01)


def test_the_table_needs_no_stream_of_its_own_and_the_two_do_not_mix(tmp_path: Path) -> None:
    body = BODY.replace("kinesis: changes", "kinesis: changes\n    stream: new-image") + (
        "  own: {triggers: [{stream: orders, batch: 1, on: insert}], duration: 10 ms}\n"
    )
    usage = {r.name: r.usage for r in plan(scenario(body, tmp_path)).resources}
    assert usage["own"]["requests"] == 80 * MONTH_S
    assert usage["f"]["requests"] == 195 * MONTH_S


def test_a_stream_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CapplanError) as error:
        scenario(BODY.replace("kinesis: changes", "kinesis: change"), tmp_path)
    (diagnostic,) = error.value.diagnostics
    assert (diagnostic.line, "changes" in diagnostic.hint) == (8, True)
