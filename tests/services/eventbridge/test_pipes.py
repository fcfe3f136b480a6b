"""Pipes in scenarios: what passes the filter, in batches by their total; what enrichment and target get; what fails."""

from fractions import Fraction
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.pipeline.results import Plan
from capplan.services.eventbridge.pipes.usage import most_at_once, requests
from tests.helpers import HEAD, scenario

MONTH_S = 2_628_000
KB = 1024


def planned(body: str, folder: Path) -> Plan:
    return plan(scenario(body, folder, HEAD))


def lines(result: Plan, name: str) -> dict[str, float]:
    """Quantities a second of a resource's lines."""
    found = {line.charge_id: line.consumed_quantity for line in result.lines}
    return {key.removeprefix(f"{name}."): float(q / MONTH_S) for key, q in found.items() if key.startswith(f"{name}.")}


def test_the_pricing_pages_pipe() -> None:
    # 10 M events of which a quarter passes, batches of five of 20 KB in all
    assert requests(Fraction(10_000_000), Fraction(1, 4), 5, Fraction(4 * KB)) == 500_000
    assert requests(Fraction(10_000_000), Fraction(1, 4), 5, Fraction(20 * KB)) == 1_000_000, "100 KB are two chunks"


QUEUE = (
    "queues:\n  q: {message: 20 KB, access: [{send: 40/s}]%s}\n  out: {}\n  lost: {}\n"
    "functions:\n  enrich: {duration: 100 ms}\n"
    "pipes:\n  p: {source: {queue: q}, filter: 50%%, batch: 5, window: 1 s, enrichment: enrich, target: out%s}\n"
)


def test_a_pipe_reads_a_queue_enriches_batches_and_sends_messages(tmp_path: Path) -> None:
    # 20 of 40 a second pass: four batches of five, each of 100 KB; the queue gets 20 messages in calls of five
    result = planned(QUEUE % ("", ""), tmp_path)
    assert lines(result, "p") == {"requests": 8}
    assert lines(result, "out") == {"sends": 8}, "five of 20 KB are two requests, four times a second"
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["enrich"]["requests"]) / MONTH_S == 4
    assert float(usage["out"]["messages"]) / MONTH_S == 20
    assert lines(result, "q")["receives"] == pytest.approx(40 / 5 * 2), "what is filtered is received too"


def test_a_batch_that_fails_goes_through_the_whole_pipe_again(tmp_path: Path) -> None:
    # half fail, three receives: 1.75 executions of each batch, an eighth of the messages is moved
    result = planned(QUEUE % (", max_receive_count: 3, dead_letters: lost", ", fails: 50%"), tmp_path)
    assert lines(result, "p") == pytest.approx({"requests": 8 * 1.75})
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["enrich"]["requests"]) / MONTH_S == pytest.approx(4 * 1.75)
    assert float(usage["lost"]["messages"]) / MONTH_S == pytest.approx(20 / 8)


def test_a_pipe_reads_a_tables_stream_and_starts_a_machine(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    result = planned(
        "tables:\n  t: {item_size: 1 KB, items: 1k, stream: new-image, access: [{put: 10/s}]}\n"
        "state_machines:\n  m: {definition: m.json}\n"
        "pipes:\n  p: {source: {stream: t}, batch: 1, filter: 30%, target: m}\n",
        tmp_path,
    )
    assert lines(result, "p") == pytest.approx({"requests": 3})
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["m"]["executions"]) / MONTH_S == pytest.approx(3)


def test_a_batch_above_what_the_target_takes_is_said(tmp_path: Path) -> None:
    result = planned((QUEUE % ("", "")).replace("batch: 5", "batch: 20"), tmp_path)
    (check,) = [limit.check for limit in result.limits if limit.check.limit == "eventbridge.pipe_batch"]
    assert (float(check.load), float(check.quota), check.breached) == (20, 10, True)


@pytest.mark.parametrize(
    ("source", "keys", "most"),
    [
        ("sqs", {}, 1250),
        ("sqs-fifo", {"groups": 6}, 6),
        ("kinesis", {"shards": 100, "factor": 10}, 1000),
        ("dynamodb", {"shards": 4}, 4),
        ("kafka", {"partitions": 3000}, 1000),
        ("mq", {}, 5),
    ],
)
def test_how_much_a_source_has_at_once(source: str, keys: dict[str, int], most: int) -> None:
    assert most_at_once(source, **keys) == most
