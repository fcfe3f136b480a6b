"""Keys, and what each service asks of one."""

from decimal import Decimal
from pathlib import Path

import pytest

import capplan
from capplan.errors import CapplanError
from capplan.pipeline.results import Plan
from capplan.services.kms.key import key_months
from capplan.services.kms.quotas import REQUESTS
from tests.helpers import scenario

TRAFFIC = "traffic: {t: {rate: 100/s}}\n"


def planned(body: str, folder: Path) -> Plan:
    return capplan.plan(scenario(body, folder), findings=False)


def requests(plan: Plan, name: str) -> Decimal:
    return next(Decimal(r.usage["requests"]) for r in plan.resources if r.address == f"keys.{name}")


@pytest.mark.parametrize(("rotations", "months"), [(0, 1), (1, 2), (2, 3), (3, 3), (9, 3)])
def test_the_first_two_rotations_are_billed(rotations: int, months: int) -> None:
    assert key_months(1, rotations) == months


@pytest.mark.parametrize(
    ("words", "usd"), [("rotations: 1", "2"), ("replicas: 2", "3"), ("exists: 50%", "0.5"), ("aws_managed: true", "0")]
)
def test_a_key_is_billed_while_it_exists(words: str, usd: str, tmp_path: Path) -> None:
    assert planned(f"keys: {{main: {{{words}}}}}\n", tmp_path).monthly_cost == Decimal(usd)


@pytest.mark.parametrize(
    ("body", "monthly"),
    [
        # each of the two callers once in five minutes: 2 x 8,760
        (
            (
                "tables: {d: {item_size: 1 KB, encryption: main, access: [{put: t}]}}\n"
                "functions: {f: {duration: 10 ms, triggers: t, calls: [{get: d}]}}"
            ),
            17_520,
        ),
        # one producer asks twice, no consumer: 8,760 x 2
        ("queues: {q: {encryption: main, access: [{send: t}]}}", 17_520),
        ("topics: {p: {encryption: main, access: [{publish: t}]}}", 17_520),
        # two shards, each once in five minutes
        ("streams: {s: {shards: 2, encryption: main, access: [{put-records: t, payload: 1 KB}]}}", 17_520),
        # each put and each get of 262.8 M
        (
            (
                "buckets: {b: {object_size: 1 KB, encryption: main, bucket_key: false,"
                " access: [{put-object: t}, {get-object: t}]}}"
            ),
            525_600_000,
        ),
        # one in a hundred of them
        (
            (
                "buckets: {b: {object_size: 1 KB, encryption: main, bucket_key: true,"
                " access: [{put-object: t}, {get-object: t}]}}"
            ),
            5_256_000,
        ),
        # each call of its own
        ("functions: {f: {duration: 10 ms, triggers: t, calls: [{decrypt: main, times: 2}]}}", 525_600_000),
    ],
)
def test_what_encryption_asks_of_a_key(body: str, monthly: int, tmp_path: Path) -> None:
    plan = planned(f"{TRAFFIC}keys: {{main: {{rotations: 0}}}}\n{body}\n", tmp_path)
    assert requests(plan, "main") == monthly
    (key,) = [r for r in plan.resources if r.kind == "kms.key"]
    assert key.monthly_cost == 1 + Decimal(monthly) * Decimal("0.000003")


def test_a_functions_variables_are_decrypted_at_each_cold_start(tmp_path: Path) -> None:
    body = f"{TRAFFIC}keys: {{main: {{rotations: 0}}}}\nfunctions: {{f: {{duration: 100 ms, runtime: python3.13, triggers: t, encryption: main}}}}\n"
    plan = planned(body, tmp_path)
    function = next(r for r in plan.resources if r.address == "functions.f")
    assert 0 < requests(plan, "main") == function.usage["cold_starts"]


def test_a_key_of_aws_costs_its_requests_only(tmp_path: Path) -> None:
    plan = planned(f"{TRAFFIC}queues: {{q: {{encryption: aws-kms, access: [{{send: t}}]}}}}\n", tmp_path)
    key = next(r for r in plan.resources if r.kind == "kms.key")
    assert (key.name, key.implied_by, key.usage["key_months"]) == ("aws/sqs", ("queues.q",), 0)
    assert key.monthly_cost == Decimal("0.05256")  # 17,520 at 3.00 a million
    owned = planned(f"{TRAFFIC}queues: {{q: {{access: [{{send: t}}]}}}}\n", tmp_path)
    assert owned.cost_by_service["kms"] == 0


@pytest.mark.parametrize(("region", "quota"), [("us-east-1", 100_000), ("eu-central-1", 20_000), ("eu-west-3", 10_000)])
def test_the_quota_is_the_regions(region: str, quota: int) -> None:
    assert REQUESTS.in_region(region) == quota


def test_all_callers_share_the_quota(tmp_path: Path) -> None:
    body = (
        "traffic: {t: {rate: 60000/s}}\nkeys: {main: {rotations: 0}}\nbuckets:\n"
        "  a: {object_size: 1 KB, encryption: main, bucket_key: false, prefixes: 100, access: [{put-object: t}]}\n"
        "  b: {object_size: 1 KB, encryption: main, bucket_key: false, prefixes: 100, access: [{put-object: t}]}\n"
    )
    found = next(p for p in planned(body, tmp_path).limits if p.check.limit == REQUESTS.id)
    assert found.breached
    assert found.check.load > 120_000


def test_a_key_that_nobody_declared_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CapplanError, match="mian"):
        planned(
            f"{TRAFFIC}keys: {{main: {{rotations: 0}}}}\nqueues: {{q: {{encryption: mian, access: [{{send: t}}]}}}}\n",
            tmp_path,
        )
