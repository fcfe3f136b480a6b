"""Recommendations for queues: where each speaks, where it does not, and that what is printed is what the change gives."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.commands.plan import plan
from capplan.language.load import build, load
from capplan.model import Change
from capplan.pipeline.results import Plan
from capplan.pipeline.what_if import apply
from tests.helpers import HEAD

TRAFFIC = "traffic: {web: {rate: 20/s}}\n"
CALLS = TRAFFIC + (
    "functions:\n  f: {triggers: [{traffic: web, via: api-gateway-http}], duration: 10 ms, calls: [{send: q%s}]}\n"
    "queues:\n  q: {}\n"
)
CONSUMERS = TRAFFIC + "queues:\n  q: {access: [{send: 1/h}], consumers: {count: 4}%s}\n"
PER_RECORD = TRAFFIC + (
    "functions:\n  f: {triggers: [{queue: first, batch: 10%s}], duration: 10 ms, calls: [{send: q, per: record}]}\n"
    "queues:\n  first: {access: [{send: web}]}\n  q: {}\n"
)
FIFO = TRAFFIC + "queues:\n  q: {type: fifo, access: [{send: %s}]}\n"


def planned(body: str, folder: Path) -> Plan:
    path = folder / "scenario.yaml"
    path.write_text(HEAD + body, encoding="utf-8")
    return plan(capplan.load(str(path)))


@pytest.mark.parametrize(
    ("body", "rule", "speaks"),
    [
        (CALLS % ", times: 4", "sqs.batch-sends", True),
        (CALLS % "", "sqs.batch-sends", False),  # one message a run is no batch
        (CALLS % ", times: 4, batch: 4", "sqs.batch-sends", False),
        (CALLS % ", times: 4, payload: 64 KB", "sqs.batch-sends", False),  # it would cost as much
        (PER_RECORD % ", window: 1 s", "sqs.batch-sends", True),  # ten records a run
        (PER_RECORD % "", "sqs.batch-sends", False),  # they come one by one
        (CONSUMERS % "", "sqs.long-polling", True),
        (CONSUMERS % ", receive_wait: 10 s", "sqs.long-polling", False),
        (FIFO % "400/s", "sqs.high-throughput", True),
        (FIFO % "200/s", "sqs.high-throughput", False),
    ],
)
def test_where_it_speaks(body: str, rule: str, speaks: object, tmp_path: Path) -> None:
    assert (rule in [found.rule for found in planned(body, tmp_path).recommendations]) is speaks


@pytest.mark.parametrize(
    ("body", "rule"), [(CALLS % ", times: 4", "sqs.batch-sends"), (CONSUMERS % "", "sqs.long-polling")]
)
def test_applied_by_hand_it_saves_what_is_printed(body: str, rule: str, tmp_path: Path) -> None:
    before = planned(body, tmp_path)
    (found,) = [each for each in before.recommendations if each.rule == rule]
    scenario = load(str(tmp_path / "scenario.yaml"))
    changes = [Change(each.path, each.new) for each in found.change]
    after = plan(build(scenario.doc, scenario.files, scenario.sha256, apply(scenario.data, changes)))
    assert before.monthly_cost - after.monthly_cost == found.monthly_saving
    assert found.monthly_saving is not None
    assert found.monthly_saving > Decimal(0)
