"""Buses and schedules in scenarios: events in chunks, what rules invoke, archives, other buses, what Scheduler invokes."""

from decimal import Decimal
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.pipeline.results import Plan
from capplan.services.eventbridge.buses.limits import invocations_per_second
from capplan.services.eventbridge.quotas import INVOCATIONS, PUT_EVENTS
from tests.helpers import HEAD, scenario

MONTH_S = 2_628_000
GB = 1024**3


def planned(body: str, folder: Path, head: str = HEAD) -> Plan:
    return plan(scenario(body, folder, head))


def lines(result: Plan, name: str) -> dict[str, float]:
    """Quantities a second of a resource's lines."""
    found = {line.charge_id: line.consumed_quantity for line in result.lines}
    return {key.removeprefix(f"{name}."): float(q / MONTH_S) for key, q in found.items() if key.startswith(f"{name}.")}


def load(result: Plan, limit: str) -> tuple[float, float, bool]:
    (check,) = [planned.check for planned in result.limits if planned.check.limit == limit]
    return float(check.load), float(check.quota), check.breached


@pytest.mark.parametrize(
    ("call", "events", "calls"),
    [
        ("put-events: 10/s", 10, 10),
        ("put-events: 10/s, payload: 65 KB", 20, 10),
        ("put-events: 1/s, times: 10, batch: 10, payload: 6 KB", 10, 1),  # each event of a batch counts alone
    ],
)
def test_events_are_counted_in_64_kb_each_alone(call: str, events: int, calls: int, tmp_path: Path) -> None:
    result = planned(f"buses:\n  b: {{access: [{{{call}}}]}}\n", tmp_path)
    assert lines(result, "b") == {"events": events}
    assert load(result, PUT_EVENTS.id)[0] == calls


def test_rules_reach_functions_queues_machines_and_buses(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}')
    result = planned(
        "buses:\n  b: {access: [{put-events: 100/s}]}\n  other: {triggers: [{bus: b, filter: 10%}]}\n"
        "functions:\n  f: {triggers: [{bus: b, filter: 50%}], duration: 10 ms}\n"
        "queues:\n  q: {triggers: [{bus: b, filter: 20%}]}\n"
        "state_machines:\n  m: {definition: m.json, triggers: [{bus: b, filter: 5%}]}\n",
        tmp_path,
    )
    assert lines(result, "b") == {"events": 100}, "rules and deliveries in the account are free"
    assert lines(result, "other") == {"from-other-buses": 10}
    assert lines(result, "q") == {"sends": 20}
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["f"]["requests"]) / MONTH_S == 50
    assert float(usage["m"]["executions"]) / MONTH_S == 5
    assert load(result, INVOCATIONS.id)[:2] == (85, 18_750), "50 + 20 + 10 + 5"


def test_rules_reach_streams_topics_and_jobs(tmp_path: Path) -> None:
    # 30 KB are two PUT units; a rule starts the workflow of a job
    result = planned(
        "buses:\n  b: {event: 30 KB, access: [{put-events: 10/s}]}\n"
        "streams:\n  s: {shards: 1, triggers: [{bus: b, filter: 40%}]}\n"
        "topics:\n  t: {triggers: [{bus: b, filter: 30%}]}\n"
        "jobs:\n  j: {workers: 2, duration: 2 min, max_concurrent_runs: 20, triggers: [{bus: b, filter: 0.01%}]}\n",
        tmp_path,
    )
    assert lines(result, "s")["put-units"] == pytest.approx(8)
    assert lines(result, "t") == {"publishes": 3}
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["j"]["runs"]) == pytest.approx(0.001 * MONTH_S)
    assert load(result, INVOCATIONS.id)[0] == pytest.approx(7.001)


def test_an_archive_an_api_destination_and_another_account(tmp_path: Path) -> None:
    result = planned(
        "buses:\n  b: {event: 2 KB, access: [{put-events: 100/s}], schema_discovery: true,"
        " archive: {filter: 50%, retention: 73 d, replays: 1M/month},"
        " api_destinations: {crm: {filter: 10%, fails: 50%, retries: 2, dead_letters: lost}},"
        " other_buses: {audit: {filter: 5%}}}\nqueues:\n  lost: {}\n",
        tmp_path,
    )
    archived = 50 * 2048 / GB
    expected = {
        "events": 100,
        "replays": 1e6 / MONTH_S,
        "archived": archived,
        "archive": archived * 73 / (365 / 12),  # what 73 days bring is always there
        "api.crm": 10 * 1.75,
        "to-other-buses": 5,
        "discovery": 100,
    }
    assert lines(result, "b") == pytest.approx(expected, rel=1e-6)
    assert lines(result, "lost") == {"sends": 10 / 8}
    assert lines(result, "internet")["gb"] == pytest.approx(10 * 1.75 * 2048 / GB), "calls leave for the internet"


def test_put_events_above_the_accounts_rate_is_throttled(tmp_path: Path) -> None:
    head = "capplan: 1\nname: Test\nregion: eu-central-1\n"
    result = planned("buses:\n  b: {access: [{put-events: 4800/s}]}\n", tmp_path, head)
    assert load(result, PUT_EVENTS.id) == (4800, 2400, True)
    assert lines(result, "b") == pytest.approx({"events": 2400}, rel=1e-6)


def test_three_rules_of_two_targets() -> None:
    assert invocations_per_second(Decimal(1000), 3, 2) == 6000
    assert INVOCATIONS.in_region("eu-central-1") == 4500, "delayed there, not in the large Regions"
    assert INVOCATIONS.in_region("us-east-1") == 18_750


def test_schedules_invoke_their_target_as_often_as_they_say(tmp_path: Path) -> None:
    # 500 schedules once an hour, and one for each order: 730 x 500 and 3 a second
    result = planned(
        "traffic: {web: {rate: 3/s}}\n"
        "functions:\n  place: {triggers: web, duration: 10 ms, calls: [{create-schedule: reminders}]}\n"
        "  remind: {duration: 10 ms}\n  sweep: {duration: 10 ms}\n"
        "schedules:\n  reminders: {target: remind}\n  hourly: {schedule: rate(1 hour), count: 500, target: sweep}\n",
        tmp_path,
    )
    assert lines(result, "reminders") == {"invocations": 3}
    assert lines(result, "hourly")["invocations"] * MONTH_S == pytest.approx(730 * 500)
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["remind"]["requests"]) / MONTH_S == 3
    assert float(usage["sweep"]["requests"]) == pytest.approx(730 * 500)


def test_fourteen_million_invocations_are_free(tmp_path: Path) -> None:
    body = "account: {free_tier: true}\nfunctions:\n  f: {duration: 10 ms}\nschedules:\n  s: {schedule: rate(1 minute), count: 400, target: f}\n"
    result = planned(body, tmp_path)
    costs = {line.charge_id: float(line.contracted_cost) for line in result.lines}
    assert costs["s.invocations"] == pytest.approx((43_800 * 400 - 14e6) * 1e-6)
