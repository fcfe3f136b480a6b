"""A trigger that reads some kinds of change: as many records as the requests that make them."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.errors import CapplanError
from tests.helpers import scenario

MONTH_S = 2_628_000
TABLE = """
traffic: {shoppers: {rate: 100/s}}
tables:
  orders:
    item_size: 1 KB
    stream: new-image
    ttl: expires_at
    expires: 50%
    access:
      - {put: shoppers, replaces: 20%}
      - {update: shoppers, chance: 30%}
      - {delete: shoppers, chance: 10%, missing: 50%}
functions:
  f: {triggers: [{stream: orders, batch: 1KEYS}], duration: 10 ms}
"""


@pytest.mark.parametrize(
    ("keys", "per_second", "working"),
    [
        ("", 175, "80 new, 20 + 30 changed, 5 deleted, 40 expired"),
        (", on: insert", 80, "100 puts, of which 20% replace"),
        (", on: [insert]", 80, "the same as a list"),
        (", on: modify", 50, "20 puts that replace and 30 updates"),
        (", on: remove", 45, "5 deletes that find an item, and half of the 80 new items expire"),
        (", on: [insert, modify]", 130, "their sum"),
        (", on: [insert, modify, remove]", 175, "all"),
        (", on: modify, filter: 40%", 20, "a filter takes its share of them"),
    ],
)
def test_a_kind_has_the_records_of_the_requests_that_make_it(
    keys: str, per_second: int, working: str, tmp_path: Path
) -> None:
    found = plan(scenario(TABLE.replace("KEYS", keys), tmp_path))
    usage = {r.name: r.usage for r in found.resources}["f"]
    assert usage["requests"] == Decimal(per_second) * MONTH_S, working


def test_readers_of_different_kinds_do_not_see_each_other(tmp_path: Path) -> None:
    body = (
        TABLE.replace("KEYS", ", on: insert")
        + "  g: {triggers: [{stream: orders, batch: 1, on: remove}], duration: 10 ms}\n"
    )
    usage = {r.name: r.usage for r in plan(scenario(body, tmp_path)).resources}
    assert (usage["f"]["requests"], usage["g"]["requests"]) == (80 * MONTH_S, 45 * MONTH_S)


def test_what_a_short_table_does_not_write_is_not_read(tmp_path: Path) -> None:
    """20 writes a second of 100 inserts: the rest is throttled, and no record is made of it."""
    body = """
tables:
  orders:
    item_size: 1 KB
    stream: new-image
    capacity: {mode: provisioned, write: 20, read: 1}
    access: [{put: 100/s}]
functions:
  f: {triggers: [{stream: orders, batch: 1, on: insert}], duration: 10 ms}
  g: {triggers: [{stream: orders, batch: 1, on: remove}], duration: 10 ms}
"""
    usage = {r.name: r.usage for r in plan(scenario(body, tmp_path)).resources}
    assert float(usage["f"]["requests"]) == pytest.approx(20 * MONTH_S, rel=0.01)
    assert usage["g"]["requests"] == 0


def test_a_kind_that_nobody_makes_is_noted(tmp_path: Path) -> None:
    body = """
tables: {orders: {item_size: 1 KB, stream: new-image, access: [{put: 10/s}]}}
functions: {f: {triggers: [{stream: orders, on: remove}], duration: 10 ms}}
"""
    notes = {a.assumption.path: a.assumption.reason for a in plan(scenario(body, tmp_path)).assumptions}
    assert notes["functions.f.triggers.0.on"] == "no request to orders makes such a change (remove)"
    assert "functions.f" not in notes, "one note is enough"


@pytest.mark.parametrize(
    ("trigger", "said"),
    [
        ("{stream: orders, on: inserted}", "did you mean 'insert'?"),
        ("{stream: orders, on: [insert, created]}", "expected one of insert, modify, remove"),
        ("{stream: clicks, on: insert}", "a stream has no kinds of change"),
        ("{bucket: b, on: insert}", "expected one of created, removed"),
        ("{traffic: shoppers, on: insert}", "`on` is for what a resource emits"),
    ],
)
def test_other_kinds_are_told(trigger: str, said: str, tmp_path: Path) -> None:
    body = f"""
traffic: {{shoppers: {{rate: 1/s}}}}
tables: {{orders: {{item_size: 1 KB, stream: new-image}}}}
streams: {{clicks: {{shards: 1}}}}
buckets: {{b: {{object_size: 1 KB}}}}
functions: {{f: {{triggers: [{trigger}], duration: 10 ms}}}}
"""
    with pytest.raises(CapplanError) as error:
        plan(scenario(body, tmp_path))
    assert said in "\n".join(f"{d.message} {d.hint}" for d in error.value.diagnostics)
