"""Recommendations for a table: when each speaks, what it writes, and that its saving is the difference of two plans."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.language.load import build
from capplan.model import Change
from capplan.pipeline.results import Finding, Plan
from capplan.pipeline.what_if import apply
from capplan.services.dynamodb.table import TABLE
from tests.helpers import scenario

MONTH = 2_628_000
WRU, RRU = Decimal("0.000000625"), Decimal("0.000000125")


def _plan(body: str, folder: Path) -> Plan:
    return plan(scenario(body, folder))


def _orders(*access: str, more: str = "", size: str = "item_size: 1 KB") -> str:
    lines = "".join(f"      - {line}\n" for line in access)
    return f"tables:\n  orders:\n    partition_key: id\n    {size}\n    items: 100k\n{more}    access:\n{lines}"


def _found(rule: str, body: str, folder: Path) -> list[Finding]:
    return [one for one in _plan(body, folder).findings if one.rule == f"dynamodb.{rule}"]


INDEX = "    indexes:\n      by-day: {partition_key: day%s}\n"
CALLS = """traffic: {t: {rate: 10/s}}
functions:
  f: {triggers: t, memory: 128 MB, duration: 10 ms, calls: [%s]}
tables:
  orders: {item_size: 1 KB}
  stock: {item_size: 1 KB}
"""


@pytest.mark.parametrize(
    ("rule", "body", "saving", "working"),
    [
        ("strong-read", _orders("{get: 10/s, consistency: strong}"), 10 * MONTH * RRU / 2, "half the units"),
        (
            "scan-on-request-path",
            _orders("{scan: 1/s, items: 1000}"),
            MONTH * (125 - Decimal("3.5")) * RRU,
            "1,000 KB are 250 blocks, halved; 25 KB are 7, halved",
        ),
        (
            "unread-index",
            _orders("{put: 1/s}", more=INDEX % ", items: 0"),
            None,
            "an index without entries costs nothing",
        ),
        (
            "item-over-boundary",
            _orders("{get: 1/s}", size="item_size: 4.1 KB"),
            MONTH * RRU / 2 + Decimal(100_000) * (4199 - 4096) / 2**30 * Decimal("0.25"),
            "a read of two blocks becomes one, and fewer bytes lie there",
        ),
        (
            "split-items",
            _orders("{update: 1/s, changes: [a]}", size="item_size: 10 KB"),
            MONTH * 9 * WRU,
            "10 units become 1",
        ),
        ("transaction", CALLS % "{transact-write: orders}", 10 * MONTH * WRU, "2 units become 1"),
        (
            "transaction",
            CALLS % "{transact-write: [{put: orders}, {update: stock}]}",
            10 * MONTH * 2 * WRU,
            "4 units become 2",
        ),
        (
            "transaction",
            CALLS % "{transact-write: [{put: orders}, {check: stock}]}",
            None,
            "a check needs a transaction",
        ),
        ("transaction", CALLS % "{transact-write: orders, chance: 1%}", None, "not once a second"),
        ("ttl", _orders("{put: 1/s}", "{delete: 1/s}"), MONTH * WRU, "a delete costs a unit"),
        ("ttl", _orders("{put: 1/s}", "{delete: 1/s}", more="    ttl: end\n"), None, "it has one"),
        ("strong-read", _orders("{get: 10/s}"), None, "nothing strong"),
        ("scan-on-request-path", _orders("{scan: 1/s, items: 100}"), None, "few items"),
        ("item-over-boundary", _orders("{put: 1/s}", size="item_size: 1.2 KB"), None, "205 bytes over are too many"),
        ("item-over-boundary", _orders("{put: 1/s}", size="item_size: 1000 B"), None, "below the first boundary"),
        (
            "compress-items",
            _orders("{put: 1/s, item_size: 9 KB}"),
            MONTH * 4 * WRU,
            "9 units become 5; the table's own items are small",
        ),
        ("compress-items", _orders("{put: 1/s}", size="item_size: 4 KB"), None, "4 KB are not large"),
        ("uneven-sizes", _orders("{put: 1/s}"), None, "one size"),
        ("over-wide-projection", _orders("{query: 1/s, index: by-day}", more=INDEX % ""), None, "1 KB is one unit"),
    ],
)
def test_a_rule_speaks_where_it_should_and_saves_what_its_sum_says(
    tmp_path: Path, rule: str, body: str, saving: Decimal | None, working: str
) -> None:
    found = [one.monthly_saving for one in _found(rule, body, tmp_path)]
    if saving is None:
        assert found == [], working
    else:
        assert found == [pytest.approx(saving, abs=Decimal("0.0001"))], working


SILENT = {
    f"dynamodb.{word}"
    for word in (
        "table-class",
        "backup-cold",
        "hot-key",
        "hot-index-key",
        "auto-scaling",
        "scheduled-scaling",
        "throttled",
        "reserved-capacity",
    )
}
SAMPLE = '{"id": "a", "day": "1", "text": "%s"}\n' % ("x" * 3000) + '{"id": "b", "day": "1", "text": "y"}\n' * 3
EVERYTHING = """traffic: {t: {rate: 10/s}}
tables:
  orders:
    partition_key: id
    items_file: sample.jsonl
    items: 1M
    indexes:
      by-day: {partition_key: day}
      by-text: {partition_key: text, project: [day]}
    access:
      - {get: 100/s, consistency: strong}
      - {put: 20/s}
      - {delete: 5/s}
      - {delete: 6/s}
      - {query: 1/s, index: by-day}
      - {scan: 1/s, items: 2000}
  big:
    item_size: {p50: 6 KB, p90: 20 KB, p99: 40 KB}
    items: 1M
    indexes:
      by-x: {partition_key: x}
    access:
      - {update: 10/s, changes: [a]}
      - {query: 10/s, index: by-x}
  edge: {item_size: 2050 B, items: 1M, access: [{put: 5/s}]}
functions:
  f:
    triggers: t
    memory: 128 MB
    duration: 10 ms
    calls:
      - {get: edge, consistency: strong}
      - {transact-write: [{put: orders}, {update: big}], chance: 50%}
      - {transact-write: edge, items: 3}
"""


def test_every_saving_is_what_the_changes_by_hand_give(tmp_path: Path) -> None:
    (tmp_path / "sample.jsonl").write_text(SAMPLE, encoding="utf-8")
    loaded = scenario(EVERYTHING, tmp_path)
    base = plan(loaded)
    seen = set()
    for one in base.findings:
        changed = apply(loaded.data, [Change(c.path, c.new) for c in one.change])
        other = plan(build(loaded.doc, loaded.files, loaded.sha256, changed), findings=False)
        assert one.monthly_saving == base.monthly_cost - other.monthly_cost, one.rule
        seen.add(one.rule)
    assert {rule for rule in seen if rule.startswith("dynamodb.")} == {
        rule.id for rule in TABLE.rules if rule.id not in SILENT
    }, "every other rule speaks in this scenario"


def test_a_narrower_projection_names_the_attributes_that_fit(tmp_path: Path) -> None:
    (tmp_path / "sample.jsonl").write_text(SAMPLE.replace('"day"', '"n": 1, "day"'), encoding="utf-8")
    body = _orders("{query: 1/s, index: by-day}", "{put: 1/s}", more=INDEX % "", size="items_file: sample.jsonl")
    large = body.replace("sample.jsonl", "large.jsonl")
    (tmp_path / "large.jsonl").write_text(
        '{"id": "a", "day": "1", "n": 1, "text": "%s"}' % ("x" * 3000), encoding="utf-8"
    )
    (change,) = _found("over-wide-projection", large, tmp_path)[0].change
    assert (change.path, change.new) == ("tables.orders.indexes.by-day.project", ["n"])
    assert _found("over-wide-projection", body, tmp_path) == [], "entries of less than 1 KB in the mean"


def test_a_table_that_only_grows_is_told_what_a_month_adds(tmp_path: Path) -> None:
    (found,) = _found("ttl", _orders("{put: 100/s}"), tmp_path)
    assert found.severity == "risk"
    assert "grows by 275 GB of items a month" in found.message, "262.8M x (1,024 + 100) bytes"
    assert "adds 68.78 USD to the monthly bill" in found.message


def test_every_rule_is_described() -> None:
    page = (Path(__file__).parents[4] / "docs" / "dynamodb.md").read_text(encoding="utf-8")
    assert [rule.id for rule in TABLE.rules if f"| `{rule.id}` | {rule.title} |" not in page] == []
    assert len({rule.id for rule in TABLE.rules}) == len(TABLE.rules)
    assert all(
        rule.id.startswith("dynamodb.") and rule.looks_at and rule.advises and rule.source for rule in TABLE.rules
    )
