"""Topics in scenarios: what is billed of publishes and deliveries, how retries count, what the account's rate throttles."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from capplan.commands.plan import plan
from capplan.pipeline.results import Plan
from capplan.retries import attempts, given_up
from capplan.services.sns.quotas import PHASES, PUBLISH_RATE
from capplan.services.sns.retries import retries
from tests.helpers import HEAD, scenario

MONTH_S = 2_628_000
GB = 1024**3
FRANKFURT = "capplan: 1\nname: Test\nregion: eu-central-1\n"


def planned(body: str, folder: Path, head: str = HEAD) -> Plan:
    return plan(scenario(body, folder, head))


def lines(result: Plan, name: str) -> dict[str, float]:
    """Quantities a second of a topic's lines."""
    found = {line.charge_id: line.consumed_quantity for line in result.lines}
    return {key.removeprefix(f"{name}."): float(q / MONTH_S) for key, q in found.items() if key.startswith(f"{name}.")}


@pytest.mark.parametrize(
    ("call", "requests", "working"),
    [
        ("publish: 10/s", 10, "1 KB each"),
        ("publish: 10/s, payload: 64 KB", 10, "a chunk each"),
        ("publish: 10/s, payload: 128 KB", 20, "two chunks"),
        ("publish: 1/s, times: 10, batch: 10, payload: 6 KB", 1, "a batch of 60 KB is one request"),
        ("publish: 1/s, times: 10, batch: 10, payload: 7 KB", 2, "of 70 KB two"),
    ],
)
def test_publishes_are_counted_in_64_kb(call: str, requests: int, working: str, tmp_path: Path) -> None:
    result = planned(f"topics:\n  t: {{access: [{{{call}}}]}}\n", tmp_path)
    assert lines(result, "t") == {"publishes": requests}, working


def test_deliveries_are_billed_by_protocol_and_free_inside(tmp_path: Path) -> None:
    # partner: 20% of 10 a second, 1 + 0.1 + 0.01 + 0.001 attempts; queue and function cost SNS nothing
    result = planned(
        "topics:\n  t: {access: [{publish: 10/s}], subscriptions: {partner: {protocol: https, filter: 20%, fails: 10%},"
        " staff: {protocol: email, count: 3}, other: {protocol: sqs}}}\n"
        "queues:\n  q: {triggers: [{topic: t, filter: 50%}]}\n"
        "functions:\n  f: {triggers: [{topic: t}], duration: 10 ms}\n",
        tmp_path,
    )
    assert lines(result, "t") == pytest.approx({"publishes": 10, "http": 2 * 1.111, "email": 30}, rel=1e-6)
    assert lines(result, "q") == {"sends": 5}, "a delivery is a request of the queue"
    usage = {resource.name: resource.usage for resource in result.resources}
    assert float(usage["f"]["requests"]) / MONTH_S == pytest.approx(10)
    assert float(usage["t"]["deliveries"]) / MONTH_S == pytest.approx(10 + 5 + 2.222 + 30 + 10)


def test_deliveries_outside_of_aws_are_data_transfer(tmp_path: Path) -> None:
    # 10 a second of 2 KB to each of two HTTP endpoints: half of the tries fails, one retry, 1.5 tries
    result = planned(
        "topics:\n  t: {message: 2 KB, access: [{publish: 10/s}], subscriptions: {partner: {protocol: http, count: 2, fails: 50%,"
        " retries: 1}, other: {protocol: sqs}}}\n",
        tmp_path,
    )
    assert lines(result, "internet")["gb"] == pytest.approx(10 * 2 * 1.5 * 2048 / GB)


def test_retries_of_a_policy() -> None:
    assert retries(PHASES["aws"]) == 100_015, "3 at once, 2 after 1 s, 10 backing off, 100,000 every 20 s"
    assert retries(PHASES["people"]) == 50
    assert retries(PHASES["http"]) == 3


@pytest.mark.parametrize(("fails", "retried", "mean", "lost"), [(0, 3, 1, 0), (0.5, 3, 1.875, 0.0625), (1, 3, 4, 1)])
def test_attempts_of_a_delivery(fails: float, retried: int, mean: float, lost: float) -> None:
    share = Fraction(str(fails))
    assert (float(attempts(share, retried)), float(given_up(share, retried))) == (mean, lost)


def test_what_cannot_be_delivered_goes_to_the_subscriptions_dead_letters(tmp_path: Path) -> None:
    result = planned(
        "topics:\n  t: {access: [{publish: 16/s}], subscriptions: {partner: {protocol: https, fails: 50%, dead_letters: lost}}}\n"
        "queues:\n  lost: {}\n",
        tmp_path,
    )
    assert lines(result, "lost") == {"sends": 1}, "16 a second, four attempts each: 1 in 16 is lost"


def test_a_fifo_topic_pays_for_messages_and_gb(tmp_path: Path) -> None:
    # AWS's calculator has 10 M x 4 KB to 10 subscriptions; here 10 a second to two queues
    result = planned(
        "topics:\n  t: {type: fifo, message: 4 KB, access: [{publish: 10/s}]}\n"
        "queues:\n  a: {type: fifo, triggers: [{topic: t}]}\n  b: {triggers: [{topic: t}]}\n",
        tmp_path,
    )
    gb = 10 * 4096 / GB
    expected = {"publishes": 10, "published": gb, "deliveries": 20, "delivered": 2 * gb}
    assert lines(result, "t") == pytest.approx(expected, rel=1e-6)


def test_the_accounts_rate_throttles_topics_together(tmp_path: Path) -> None:
    # 1,500 a second in Frankfurt: of 2,000 and 1,000 each gets half
    result = planned(
        "topics:\n  a: {access: [{publish: 2000/s}]}\n  b: {access: [{publish: 1000/s}]}\n", tmp_path, FRANKFURT
    )
    (check,) = [limit.check for limit in result.limits if limit.check.limit == PUBLISH_RATE.id]
    assert (float(check.load), float(check.quota), check.breached) == (3000, 1500, True)
    assert lines(result, "a") == pytest.approx({"publishes": 1000}, rel=1e-4)
    assert lines(result, "b") == pytest.approx({"publishes": 500}, rel=1e-4)


@pytest.mark.parametrize(
    ("region", "quota"), [("us-east-1", 30_000), ("eu-west-1", 9_000), ("ap-northeast-1", 1_500), ("sa-east-1", 300)]
)
def test_the_rate_differs_by_region(region: str, quota: int) -> None:
    assert PUBLISH_RATE.in_region(region) == Decimal(quota)
