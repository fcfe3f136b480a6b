"""What the bill has and the answer does not: its order of magnitude, and unknown where no price is known."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import capplan
from capplan.pipeline.results import Plan
from tests.helpers import HEAD, scenario

ALMOST = Decimal("0.0001")


def planned(body: str, folder: Path, region: str = "us-east-1") -> Plan:
    return capplan.plan(scenario(body, folder, HEAD.replace("us-east-1", region)), findings=False)


def about(plan: Plan) -> dict[str, Decimal | None]:
    return {cost.what: cost.monthly_cost_about for cost in plan.not_included}


def observed(plan: Plan, name: str) -> Decimal | None:
    return next(o.value for o in plan.observed if o.name == name)


def entrance(via: str, rate: str, more: str = "") -> str:
    return (
        f"traffic: {{t: {{rate: {rate}}}}}\n"
        f"functions: {{f: {{memory: 128 MB, duration: 10 ms, logs: false, triggers: {{traffic: t, via: {via}{more}}}}}}}\n"
    )


@pytest.mark.parametrize(
    ("via", "rate", "region", "what", "usd"),
    [
        # 100/s x 2,628,000 s = 262.8 M requests at 1.00 USD a million
        ("api-gateway-http", "100/s", "us-east-1", "API Gateway HTTP API", "262.80"),
        # 300 M at 1.00 and 100 M at 0.90
        ("api-gateway-http", "400M/month", "us-east-1", "API Gateway HTTP API", "390.00"),
        # 333 M at 3.50 and 67 M at 2.80
        ("api-gateway-rest", "400M/month", "us-east-1", "API Gateway REST API", "1353.10"),
        # 10 M at 1.23
        ("api-gateway-http", "10M/month", "ap-northeast-2", "API Gateway HTTP API", "12.30"),
        # 10 M queries at 4.00
        ("appsync", "10M/month", "us-east-1", "AppSync", "40.00"),
        # 10 M messages: a send, a receive and a delete each, without a batch window: 30 M at 0.40
        ("sqs", "10M/month", "us-east-1", "SQS", "12.00"),
        # 10 M messages at 0.50, events at 1.00
        ("sns", "10M/month", "us-east-1", "SNS", "5.00"),
        ("eventbridge", "10M/month", "us-east-1", "EventBridge", "10.00"),
        # 10 M records at 0.014, and a shard for 730 h at 0.015
        ("kinesis", "10M/month", "us-east-1", "Kinesis Data Streams", "0.14"),
        ("kinesis", "10M/month", "us-east-1", "Kinesis Data Streams, shards", "10.95"),
        # 10 M puts at 5.00
        ("s3", "10M/month", "us-east-1", "S3", "50.00"),
    ],
)
def test_an_entrance_has_its_order_of_magnitude(
    tmp_path: Path, via: str, rate: str, region: str, what: str, usd: str
) -> None:
    cost = about(planned(entrance(via, rate), tmp_path, region))[what]
    assert cost is not None
    assert abs(cost - Decimal(usd)) < ALMOST


@pytest.mark.parametrize(
    ("via", "region", "what"),
    [
        ("alb", "us-east-1", "Application Load Balancer"),
        ("kinesis", "eu-west-1", "Kinesis Data Streams"),
        ("api-gateway-http", "eu-west-3", "API Gateway HTTP API"),
    ],
)
def test_what_nobody_has_a_price_of_is_unknown_and_never_0(tmp_path: Path, via: str, region: str, what: str) -> None:
    plan = planned(entrance(via, "10M/month"), tmp_path, region)
    assert about(plan)[what] is None
    assert observed(plan, "cost.not_included") is None
    why = next(o.why_unknown for o in plan.observed if o.name == "cost.not_included")
    assert what in why


def test_a_message_that_two_functions_read_is_published_once(tmp_path: Path) -> None:
    body = (
        "traffic: {t: {rate: 10M/month}}\nfunctions:\n"
        "  f: {memory: 128 MB, duration: 10 ms, triggers: {traffic: t, via: sns}}\n"
        "  g: {memory: 128 MB, duration: 10 ms, triggers: {traffic: t, via: sns}}\n"
    )
    published = about(planned(body, tmp_path))["SNS"]
    assert published is not None
    assert abs(published - 5) < ALMOST
    two = about(planned(body.replace("via: sns", "via: api-gateway-http"), tmp_path))["API Gateway HTTP API"]
    assert two is not None
    assert abs(two - 20) < ALMOST, "each request of an API is one of its own"


def test_nothing_is_left_out_of_a_table_alone(tmp_path: Path) -> None:
    plan = planned("tables: {t: {item_size: 1 KB, items: 1k, access: [{get: 1/s}]}}\n", tmp_path)
    assert plan.not_included == ()
    assert observed(plan, "cost.not_included") == 0


def test_a_gate_may_bound_it(tmp_path: Path) -> None:
    plan = planned(entrance("api-gateway-http", "100/s") + "gates: [cost.not_included <= 200 USD]\n", tmp_path)
    assert plan.gates[0].verdict == "fail"


def test_the_business_unit_carries_the_cost_of_everything(tmp_path: Path) -> None:
    """1 M orders a month, a table whose storage and requests cost so much: the whole bill divided by 1 M."""
    body = (
        "unit: orders\ntraffic: {orders: {rate: 1M/month}, visits: {rate: 50M/month}}\n"
        "tables: {t: {item_size: 1 KB, items: 1M, access: [{put: orders}, {get: visits}]}}\n"
    )
    plan = planned(body, tmp_path)
    unit = plan.unit_cost
    assert unit is not None
    assert (unit.unit, unit.monthly) == ("orders", Fraction(1_000_000))
    assert unit.per_million == plan.monthly_cost
    assert observed(plan, "cost.per_million_units") == plan.monthly_cost
    assert observed(plan, "cost.per_unit") == plan.monthly_cost / 1_000_000
    assert planned(body.replace("unit: orders\n", ""), tmp_path).unit_cost is None


def test_a_unit_that_never_comes_has_no_cost(tmp_path: Path) -> None:
    body = "unit: orders\ntraffic: {orders: {rate: 0/s}}\ntables: {t: {item_size: 1 KB, items: 1M}}\n"
    plan = planned(body, tmp_path)
    assert plan.unit_cost is not None
    assert plan.unit_cost.each is None
    assert next(o.why_unknown for o in plan.observed if o.name == "cost.per_unit") == "there is no traffic of orders"
