"""Access patterns: what each kind of request costs, and that together they cost what the lines they drive cost."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest

import capplan
from capplan.commands.plan import plan
from capplan.language.load import load
from capplan.pipeline.results import Plan
from capplan.report.document import Line, text_of
from capplan.report.formats.json import to_json
from capplan.report.records.plan import plan_record
from capplan.report.views.access_patterns import pattern_rows, patterns_table
from tests.helpers import WEB_SHOP, scenario

SECONDS = 2_628_000
ORDERS = """
tables:
  orders:
    item_size: 1.8 KB
    capacity: {mode}
    indexes:
      by-status: {{partition_key: status, entry_size: 200 B, project: [total]}}
    access:
      - {{get: 100/s}}
      - {{query: 10/s, index: by-status, items: 25, item_size: 200 B}}
      - {{put: 20/s}}
      - {{update: 5/s, changes: [status]}}
"""


def _plan(folder: Path, mode: str = "on-demand") -> Plan:
    return plan(scenario(ORDERS.format(mode=mode), folder))


def test_each_request_has_its_units_and_its_price_per_million(tmp_path: Path) -> None:
    found = {one.pattern.what: one for one in _plan(tmp_path).patterns}
    units = {what: (one.pattern.read_units, one.pattern.write_units) for what, one in found.items()}
    assert units == {
        "get": (Fraction(1, 2), Fraction(0)),
        "query by-status, 25 items": (Fraction(1), Fraction(0)),
        "put": (Fraction(0), Fraction(3)),
        "update, changes status": (Fraction(0), Fraction(4)),
    }
    assert {what: one.per_million for what, one in found.items()} == {
        "get": Decimal("0.0625"),
        "query by-status, 25 items": Decimal("0.125"),
        "put": Decimal("1.875"),
        "update, changes status": Decimal("2.5"),
    }, "0.125 per million RRU, 0.625 per million WRU; 5,000 bytes are 2 blocks, halved"
    assert found["put"].monthly_cost == Decimal(20 * SECONDS) * Decimal("0.000001875")
    assert found["put"].pattern.cause == "traffic.orders.put"


@pytest.mark.parametrize("mode", ["on-demand", "{mode: provisioned, write: 100, read: 200}", "{mode: provisioned}"])
def test_patterns_cost_what_the_lines_they_drive_cost(tmp_path: Path, mode: str) -> None:
    found = _plan(tmp_path, mode)
    driven = {charge for one in found.patterns for charge in one.pattern.parts}
    lines = sum((line.contracted_cost for line in found.lines if line.charge_id in driven), Decimal(0))
    assert sum((one.monthly_cost for one in found.patterns), Decimal(0)) == pytest.approx(lines, abs=Decimal("1e-8"))
    for charge in driven:
        assert sum(one.pattern.parts.get(charge, Fraction(0)) for one in found.patterns) == 1


def test_the_web_shops_patterns_name_who_asks() -> None:
    found = capplan.plan(load(WEB_SHOP))
    causes = {(one.resource, one.pattern.what): one.pattern.cause for one in found.patterns}
    assert causes["orders", "put, transactional"] == "functions.place-order"
    assert causes["orders", "put"] == "jobs.settlement"


def test_json_tells_patterns_and_text_shows_the_dearest(tmp_path: Path) -> None:
    found = _plan(tmp_path)
    record = json.loads(to_json(plan_record(found)))["access_patterns"]
    assert [one["what"] for one in record] == ["put", "update, changes status", "get", "query by-status, 25 items"]
    assert record[0]["per_million"] == "1.875"
    assert record[3]["index"] == "by-status"
    assert record[3]["consistency"] == "eventual"
    table = patterns_table(found.patterns)
    assert table is not None
    rows = [[text_of(cast("Line", cell)) for cell in row.cells] for row in table.rows]
    assert rows[0] == ["orders put", "52.560M", "3", "1.8750", "98.55"]
    first = [text_of(cast("Line", cell)) for cell in pattern_rows(found.patterns, 1)[0].cells]
    assert first == ["orders put", "52.560M", "1.88 /M", "98.55"]
    assert patterns_table(()) is None
